//! Seed: one training, from its checkpoint or its start to its end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use assembly::TrainingPlan;
use learner::{
    CheckpointFolder, CurveFiles, Curves, Device, Memory, MemorySettings, Provenance,
    RunConditions, RunEnd, RunFolder, StoredMemory, Told, Trainer, Training, run,
};
use worlds::{ClusterWorld, Scene, World};

use crate::exit::{Exit, Failure};
use crate::output::note;

/// What all trainings of a plan have in common.
pub(super) struct Seed<'a> {
    pub(super) plan: &'a TrainingPlan,
    pub(super) scene: &'a Scene,
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
        let training = self.training(seed, &folder)?;
        let mut trainer = match &checkpoint {
            Some(checkpoint) => Trainer::resume(training, checkpoint)?,
            None => Trainer::new(training)?,
        };
        let step = checkpoint.map(|checkpoint| checkpoint.training.step);
        let curves = CurveFiles::open(&folder, step)?;
        let mut folder =
            RunFolder { checkpoints, checkpoint_every: self.plan.checkpoint_every, curves };
        let mut world = ClusterWorld::new(self.scene.clone());
        let mut conditions =
            RunConditions { clock: self.clock, tell, interrupted: self.interrupted };
        let end = run(&mut trainer, &mut world, &mut folder, &mut conditions)?;
        Ok(Trained { end, curves: trainer.curves().clone() })
    }

    fn training(&self, seed: u64, folder: &Path) -> Result<Training, Failure> {
        let (plan, scene) = (self.plan, self.scene);
        let world = || Box::new(ClusterWorld::new(scene.clone())) as Box<dyn World>;
        let worlds: Vec<Box<dyn World>> = (0..plan.settings.worlds).map(|_| world()).collect();
        let shape = worlds[0].shape().clone();
        let memory = |settings: &learner::DqnSettings| {
            let settings = MemorySettings {
                capacity: settings.buffer,
                n_step: settings.n_step as u32,
                gamma: settings.gamma,
                prioritised: settings.prioritised.map(learner::dqn::Prioritised::kept),
                log: Some(folder.join("replay")),
                keep: plan.keep,
                provenance: self.provenance(seed),
                features: scene.feature_names(),
                features_version: scene.features_version(),
            };
            Ok(Box::new(StoredMemory::open(settings, &shape)?) as Box<dyn Memory>)
        };
        let agent = plan.algorithm.agent(&shape, seed, self.device, memory)?;
        Ok(Training {
            settings: plan.settings.clone(),
            algorithm: plan.algorithm.clone(),
            card: Some(plan.card().clone()),
            facts: self.facts(seed),
            seed,
            agent,
            worlds,
            is_simulated: plan.is_simulated(),
        })
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
