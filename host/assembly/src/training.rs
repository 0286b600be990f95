//! Training: what a training file says, checked.

mod raw;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use agent::{Card, Steps};
use arena::Split;
use learner::{Algorithm, BootstrapSettings, TrainingSettings};
use raw::{RawAgent, RawBootstrap, RawTraining};
use worlds::Scene;

use crate::entrant::Rule;
use crate::experiment::{ClusterKind, Experiment, ExperimentError, Options, beside};
use crate::modules::Modules;
use crate::read;

/// What the command line adds to a training file.
#[derive(Debug, Clone, Default)]
pub struct TrainingOptions {
    /// What it adds to the race file.
    pub experiment: Options,
    /// How many seeds, instead of the file's.
    pub seeds: Option<u32>,
    /// How many steps, instead of the file's.
    pub steps: Option<u64>,
}

/// A training file, read and checked.
#[derive(Debug)]
pub struct TrainingPlan {
    file: PathBuf,
    name: String,
    experiment: Experiment,
    card: Card,
    reward: Option<String>,
    cluster: ClusterKind,
    /// The algorithm and its settings.
    pub algorithm: Algorithm,
    /// How long, and how it is watched.
    pub settings: TrainingSettings,
    /// One training each.
    pub seeds: Vec<u64>,
    /// Steps from one checkpoint to the next.
    pub checkpoint_every: u64,
    /// How many checkpoints are kept.
    pub keep: usize,
    /// When a rule drives and when the agent, if a rule leads.
    pub bootstrap: Option<BootstrapSettings>,
    rule: Option<String>,
}

impl TrainingPlan {
    /// Reads a training file and the race file that it names.
    pub fn read(file: &Path, options: &TrainingOptions) -> Result<Self, ExperimentError> {
        let raw: RawTraining = read::parse(file, &read::text(file)?)?;
        let invalid = |field: &str, problem: String| ExperimentError::invalid(file, field, problem);
        let race = Options {
            duration_seconds: raw.episode_seconds.or(options.experiment.duration_seconds),
            ..options.experiment.clone()
        };
        let experiment = Experiment::read(&beside(file, &raw.experiment), &race)?;
        let seeds = match options.seeds {
            Some(count) => crate::experiment::Seeds::Count(count),
            None => raw.seeds.clone(),
        };
        let seeds = seeds.list().map_err(|problem| invalid("seeds", problem.to_owned()))?;
        let settings = TrainingSettings {
            steps: options.steps.unwrap_or(raw.steps),
            greedy_steps: raw.greedy_steps,
            watch: raw.watch,
            worlds: raw.worlds,
            threads: raw.threads,
            evaluate_every: raw.evaluate.every_steps,
            evaluation_episodes: raw.evaluate.episodes,
            patience: raw.early_stop.as_ref().and_then(|stop| stop.patience),
            enough: raw.early_stop.as_ref().and_then(|stop| stop.enough),
        };
        for (field, number) in [
            ("steps", settings.steps),
            ("worlds", settings.worlds as u64),
            ("threads", settings.threads as u64),
            ("evaluate.every_steps", settings.evaluate_every),
            ("checkpoint.every_steps", raw.checkpoint.every_steps),
            ("checkpoint.keep", raw.checkpoint.keep as u64),
        ] {
            if number == 0 {
                return Err(invalid(field, "is 0, but must be at least 1".to_owned()));
            }
        }
        if let Err(error) = raw.algorithm.check() {
            return Err(invalid(&format!("algorithm.{}", raw.algorithm.name()), error.to_string()));
        }
        if let Some(bootstrap) = &raw.bootstrap {
            led(&raw, bootstrap).map_err(|(field, problem)| invalid(field, problem))?;
        }
        let card = card(file, &raw.name, &raw.agent, &experiment)?;
        Ok(Self {
            file: file.to_owned(),
            name: raw.name,
            experiment,
            card,
            reward: raw.reward,
            cluster: options.experiment.cluster,
            algorithm: raw.algorithm,
            settings,
            seeds,
            checkpoint_every: raw.checkpoint.every_steps,
            keep: raw.checkpoint.keep,
            rule: raw.bootstrap.as_ref().map(|bootstrap| bootstrap.rule.clone()),
            bootstrap: raw.bootstrap.map(|bootstrap| bootstrap.settings),
        })
    }

    /// What the training is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the agent looks at and what it can do.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Where arrivals come from, in words.
    pub fn source(&self) -> String {
        self.experiment.source()
    }

    /// Whether its worlds come back by their record.
    pub fn is_simulated(&self) -> bool {
        self.cluster == ClusterKind::Simulator
    }

    /// The rule that leads the agent, if one does.
    pub fn rule(&self, modules: &Modules) -> Result<Option<Rule>, ExperimentError> {
        let invalid =
            |problem: String| ExperimentError::invalid(&self.file, "bootstrap.rule", problem);
        self.rule.as_ref().map(|name| self.experiment.rule(name, modules, invalid)).transpose()
    }

    /// Where episodes come from.
    pub fn scene(&self, modules: &Modules) -> Result<Scene, ExperimentError> {
        let race = Arc::new(self.experiment.practice(modules)?);
        // Training is simulated unless processes are asked for, which only the race's split has.
        let split = if self.is_simulated() { Split::Training } else { Split::Race };
        Scene::new(race, split, self.reward.as_deref(), self.card.clone())
            .map_err(|error| ExperimentError::invalid(&self.file, "agent", error.to_string()))
    }
}

/// What is wrong with a training that a rule leads: where and why.
fn led(raw: &RawTraining, bootstrap: &RawBootstrap) -> Result<(), (&'static str, String)> {
    if !matches!(raw.algorithm, Algorithm::Dqn(_)) {
        let problem = format!(
            "is {}, which cannot learn from what another does: with `bootstrap` it must be dqn",
            raw.algorithm.name()
        );
        return Err(("algorithm", problem));
    }
    for (field, found, wanted) in
        [("worlds", raw.worlds as u64, 1), ("greedy_steps", raw.greedy_steps, 0)]
    {
        if found != wanted {
            return Err((field, format!("is {found}, but must be {wanted} with `bootstrap`")));
        }
    }
    bootstrap.settings.check().map_err(|error| ("bootstrap.settings", error.to_string()))
}

/// The card that a file describes, with defaults for what it leaves out.
fn card(
    file: &Path,
    name: &str,
    raw: &RawAgent,
    experiment: &Experiment,
) -> Result<Card, ExperimentError> {
    let default = worlds::default_card(raw.arrangement);
    let period = crate::experiment::duration(file, "agent.period_seconds", raw.period_seconds)?;
    let (replicas_up, replicas_down) = experiment.steps();
    let card = Card {
        name: name.to_owned(),
        period_milliseconds: period.as_millis() as u64,
        features: raw.features.clone().unwrap_or(default.features),
        changes: raw.changes.clone().unwrap_or(default.changes),
        cpu_millicores: raw.cpu_millicores,
        memory_bytes: raw.memory_bytes,
        steps: Steps { replicas_up, replicas_down },
        ..default
    };
    match card.check().first() {
        None => Ok(card),
        Some(complaint) => Err(ExperimentError::invalid(file, "agent", complaint.to_string())),
    }
}
