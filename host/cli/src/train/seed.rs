//! Seed: one training, from its checkpoint or its start to its end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::anyhow;
use assembly::{Rule, TrainingPlan};
use learner::{
    Algorithm, Books, Bootstrap, BootstrapParts, BootstrapReport, BootstrapSettings,
    CheckpointFolder, CurveFiles, Curves, Device, Dqn, DqnSettings, LearnError, Memory,
    MemoryError, MemorySettings, Provenance, RunConditions, RunEnd, RunFolder, Session, Shape,
    StoredMemory, Told, Trainer, Training, run,
};
use worlds::{ClusterWorld, Scene, World};

use super::Origin;
use crate::exit::{Exit, Failure};
use crate::output::note;

/// What all trainings of a plan have in common.
pub(super) struct Seed<'a> {
    pub(super) plan: &'a TrainingPlan,
    pub(super) scene: &'a Scene,
    /// Who leads the agent, if anybody does.
    pub(super) rule: Option<&'a Rule>,
    pub(super) origin: &'a Origin,
    pub(super) device: Device,
    pub(super) out: &'a Path,
    pub(super) resume: bool,
    pub(super) clock: &'a (dyn Fn() -> f64 + Sync),
    pub(super) interrupted: &'a AtomicBool,
}

/// What came of one.
pub(super) struct Trained {
    pub(super) end: RunEnd,
    pub(super) curves: Curves,
    /// Who drove when, if a rule led.
    pub(super) led: Option<BootstrapReport>,
}

/// The folder of a seed.
pub(super) fn folder(out: &Path, seed: u64) -> PathBuf {
    out.join(format!("seed-{seed}"))
}

impl Seed<'_> {
    /// Trains with one seed.
    pub(super) fn train(
        &self,
        seed: u64,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<Trained, Failure> {
        let folder = folder(self.out, seed);
        self.origin.write(&folder)?;
        let checkpoints = CheckpointFolder::open(folder.join("checkpoints"), self.plan.keep)?;
        let checkpoint = match self.resume && !checkpoints.all()?.is_empty() {
            true => {
                let (checkpoint, complaints) = checkpoints.newest()?;
                complaints
                    .iter()
                    .for_each(|complaint| note(format_args!("seed {seed}: {complaint}")));
                Some(checkpoint)
            }
            false => None,
        };
        let steps = checkpoint.as_ref().map(|checkpoint| checkpoint.training.steps());
        let curves = CurveFiles::open(&folder, steps)?;
        let mut run_folder =
            RunFolder { checkpoints, checkpoint_every: self.plan.checkpoint_every, curves };
        let mut world = ClusterWorld::new(self.scene.clone());
        let mut conditions =
            RunConditions { clock: self.clock, tell, interrupted: self.interrupted };
        let mut go = |session: &mut dyn Session| -> Result<(RunEnd, Curves), Failure> {
            let end = run(session, &mut world, &mut run_folder, &mut conditions)?;
            Ok((end, session.books().curves().clone()))
        };
        let (end, curves, led) = match (&self.plan.bootstrap, self.rule) {
            (Some(settings), Some(rule)) => {
                let parts = self.led(seed, &folder, settings, rule)?;
                let mut bootstrap = match &checkpoint {
                    Some(checkpoint) => Bootstrap::resume(parts, checkpoint)?,
                    None => Bootstrap::new(parts)?,
                };
                let (end, curves) = go(&mut bootstrap)?;
                (end, curves, Some(bootstrap.report().clone()))
            }
            _ => {
                let training = self.training(seed, &folder)?;
                let mut trainer = match &checkpoint {
                    Some(checkpoint) => Trainer::resume(training, checkpoint)?,
                    None => Trainer::new(training)?,
                };
                let (end, curves) = go(&mut trainer)?;
                (end, curves, None)
            }
        };
        Ok(Trained { end, curves, led })
    }

    fn training(&self, seed: u64, folder: &Path) -> Result<Training, Failure> {
        let plan = self.plan;
        let world = || Box::new(ClusterWorld::new(self.scene.clone())) as Box<dyn World>;
        let worlds: Vec<Box<dyn World>> = (0..plan.settings.worlds).map(|_| world()).collect();
        let shape = worlds[0].shape();
        let memory = |settings: &DqnSettings| self.memory(settings, shape, seed, folder);
        let agent = plan.algorithm.agent(shape, seed, self.device, memory)?;
        let (books, is_simulated) = (self.books(seed), plan.is_simulated());
        Ok(Training { books, agent, worlds, is_simulated })
    }

    /// An agent that a rule leads.
    fn led(
        &self,
        seed: u64,
        folder: &Path,
        settings: &BootstrapSettings,
        rule: &Rule,
    ) -> Result<BootstrapParts, Failure> {
        let Algorithm::Dqn(of_agent) = &self.plan.algorithm else {
            unreachable!("a plan with a rule that leads is refused unless it is of dqn")
        };
        let policy =
            (rule.make)(seed).map_err(|error| Failure::new(Exit::Other, anyhow!("{error}")))?;
        let world = ClusterWorld::new(self.scene.clone());
        let shape = world.shape().clone();
        let memory = self.memory(of_agent, &shape, seed, folder).map_err(LearnError::from)?;
        Ok(BootstrapParts {
            books: self.books(seed),
            settings: settings.clone(),
            agent: Dqn::new(of_agent.clone(), shape, seed, self.device, memory)?,
            rule: policy,
            period: rule.period,
            world,
            is_simulated: self.plan.is_simulated(),
        })
    }

    fn books(&self, seed: u64) -> Books {
        let plan = self.plan;
        let card = Some(plan.card().clone());
        let facts = self.facts(seed);
        Books::new(plan.settings.clone(), plan.algorithm.clone(), card, facts, seed)
    }

    fn memory(
        &self,
        settings: &DqnSettings,
        shape: &Shape,
        seed: u64,
        folder: &Path,
    ) -> Result<Box<dyn Memory>, MemoryError> {
        let settings = MemorySettings {
            capacity: settings.buffer,
            n_step: settings.n_step as u32,
            gamma: settings.gamma,
            prioritised: settings.prioritised.map(learner::dqn::Prioritised::kept),
            log: Some(folder.join("replay")),
            keep: self.plan.keep,
            provenance: self.provenance(seed),
            features: self.scene.feature_names(),
            features_version: self.scene.features_version(),
        };
        Ok(Box::new(StoredMemory::open(settings, shape)?))
    }

    fn provenance(&self, seed: u64) -> Provenance {
        let reward = self.scene.scores().first().cloned().unwrap_or_default();
        Provenance {
            policy: self.plan.name().to_owned(),
            policy_version: format!("{} of seed {seed}", self.plan.algorithm.name()),
            reward,
            reward_version: self.scene.reward_identity(),
            driver: if self.plan.is_simulated() { "simulator" } else { "processes" }.to_owned(),
            seed: 0,
        }
    }

    fn facts(&self, seed: u64) -> BTreeMap<String, String> {
        let facts = [
            ("program", format!("regatta {}", env!("CARGO_PKG_VERSION"))),
            ("training", self.plan.name().to_owned()),
            ("algorithm", self.plan.algorithm.name().to_owned()),
            ("seed", seed.to_string()),
            ("arrivals", self.plan.source()),
        ];
        facts.map(|(name, value)| (name.to_owned(), value)).into()
    }
}

impl From<learner::CheckpointError> for Failure {
    fn from(error: learner::CheckpointError) -> Self {
        match error {
            learner::CheckpointError::System { .. } => Self::io(error),
            error => Self::input(error),
        }
    }
}

impl From<learner::CurveError> for Failure {
    fn from(error: learner::CurveError) -> Self {
        Self::io(error)
    }
}

impl From<learner::LearnError> for Failure {
    fn from(error: learner::LearnError) -> Self {
        Self::input(error)
    }
}

impl From<learner::TrainingError> for Failure {
    fn from(error: learner::TrainingError) -> Self {
        match error {
            learner::TrainingError::World(error) => Self::new(Exit::Other, error),
            error => Self::input(error),
        }
    }
}

impl From<learner::RunError> for Failure {
    fn from(error: learner::RunError) -> Self {
        match error {
            learner::RunError::Training(error) => error.into(),
            learner::RunError::Checkpoint(error) => error.into(),
            learner::RunError::Curve(error) => error.into(),
        }
    }
}
