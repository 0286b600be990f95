//! Experiment: what a race file says, checked.

mod error;
mod raw;

use std::path::{Path, PathBuf};

pub use error::ExperimentError;
pub(crate) use raw::{Functions, PolicyEntry, Raw, RewardEntry, Seeds, duration};

use crate::load::{Loaded, load};
use crate::modules::Modules;
use crate::profile::Profile;
use crate::{course, entrant, processes, read};

/// What a race runs on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClusterKind {
    /// Simulated, in simulated time.
    #[default]
    Simulator,
    /// Processes on this machine, in real time. Training and tuning are simulated all the same.
    Processes,
}

/// What the command line adds to a race file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder of the trace that the file asks for.
    pub trace: Option<PathBuf>,
    /// How many seeds, instead of the file's.
    pub seeds: Option<u32>,
    /// What to race on.
    pub cluster: ClusterKind,
    /// Which measurements replace what the file assumes.
    pub profile: ProfileChoice,
    /// How long an episode is, instead of the file's, in seconds.
    pub duration_seconds: Option<f64>,
}

/// Which measurements replace what a race file assumes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ProfileChoice {
    /// Those that the file names, if it names any.
    #[default]
    OfTheFile,
    /// These.
    Named(PathBuf),
    /// None.
    None,
}

/// A race file, read and checked.
#[derive(Debug)]
pub struct Experiment {
    file: PathBuf,
    raw: Raw,
    loaded: Loaded,
    seeds: Vec<u64>,
    cluster: ClusterKind,
}

impl Experiment {
    /// Reads a race file (YAML, or SCARLET's JSON) and the trace that it needs.
    pub fn read(file: &Path, options: &Options) -> Result<Self, ExperimentError> {
        let mut raw = read::read(file)?;
        let profile = match &options.profile {
            ProfileChoice::OfTheFile => profile(file, &raw),
            ProfileChoice::Named(path) => Some(path.clone()),
            ProfileChoice::None => None,
        };
        if let Some(path) = profile {
            let profile = Profile::read(&path)?;
            profile.apply(&mut raw.workloads);
            profile.apply(&mut raw.training.workloads);
        }
        if let Some(seconds) = options.duration_seconds {
            raw.cluster.duration_seconds = seconds;
        }
        let loaded = load(file, &raw, options.trace.as_deref())?;
        let seeds = match options.seeds {
            Some(count) => Seeds::Count(count),
            None => raw.seeds.clone(),
        };
        let seeds =
            seeds.list().map_err(|problem| ExperimentError::invalid(file, "seeds", problem))?;
        Ok(Self { file: file.to_owned(), raw, loaded, seeds, cluster: options.cluster })
    }

    /// What the experiment is called.
    pub fn name(&self) -> &str {
        &self.raw.name
    }

    /// The profile that the file names.
    pub fn profile(&self) -> Option<PathBuf> {
        profile(&self.file, &self.raw)
    }

    /// What a cluster of processes runs for each workload.
    pub fn fleets(&self) -> Result<Vec<::processes::FleetSettings>, ExperimentError> {
        let (racing, _) = course::workloads(&self.file, &self.raw, &self.loaded)?;
        let settings = processes::settings(&self.file, &self.raw, &racing, &self.loaded.traces)?;
        Ok(settings.workloads)
    }

    /// Where its arrivals come from, in words.
    pub fn source(&self) -> String {
        self.loaded.source.to_string()
    }

    /// The most replicas that its guard rails let come and go at once.
    pub fn steps(&self) -> (Option<u32>, Option<u32>) {
        (self.raw.guard_rails.step_up, self.raw.guard_rails.step_down)
    }

    /// The race that it asks for.
    pub fn race(&self, modules: &Modules) -> Result<arena::Race, ExperimentError> {
        let mut race = self.practice(modules)?;
        race.entrants = entrant::entrants(&self.file, &self.raw, &self.seeds, modules)?;
        race.fallback = entrant::fallback(&self.file, &self.raw, modules)?;
        race.provenance = self.provenance(modules)?;
        Ok(race)
    }

    /// One of its policies, to drive by; `invalid` puts what is wrong with the name into words.
    #[cfg(feature = "learner")]
    pub(crate) fn rule(
        &self,
        name: &str,
        modules: &Modules,
        invalid: impl Fn(String) -> ExperimentError,
    ) -> Result<entrant::Rule, ExperimentError> {
        entrant::rule(&self.file, &self.raw, name, modules, invalid)
    }

    /// Its world, rewards and rails without anybody who races: to learn in.
    pub fn practice(&self, modules: &Modules) -> Result<arena::Race, ExperimentError> {
        let world = course::world(&self.file, &self.raw, &self.loaded, self.cluster)?;
        Ok(arena::Race {
            tick: world.tick,
            warm_up: world.warm_up,
            seeds: self.seeds.clone(),
            courses: vec![world.course],
            entrants: Vec::new(),
            rewards: entrant::rewards(&self.file, &self.raw, modules)?,
            rails: self.raw.guard_rails.checked(&self.file)?,
            quotas: self.raw.quotas.iter().map(|(&tenant, &quota)| (tenant, quota)).collect(),
            fallback: None,
            demonstration: self.raw.demonstration,
            reference: self.raw.reference.clone(),
            one_trace: self.loaded.source.one_trace(),
            order: match self.cluster {
                ClusterKind::Simulator => arena::Order::Together,
                ClusterKind::Processes => arena::Order::Blocks,
            },
            provenance: arena::results::Provenance::default(),
        })
    }

    fn provenance(&self, modules: &Modules) -> Result<arena::results::Provenance, ExperimentError> {
        Ok(arena::results::Provenance {
            program: "regatta".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            config: serde_json::to_value(&self.raw).expect("a race file is plain data"),
            modules: entrant::digests(&self.file, &self.raw, modules)?,
            arrivals: self.loaded.source.facts(),
        })
    }
}

fn profile(file: &Path, raw: &Raw) -> Option<PathBuf> {
    raw.profile.as_ref().map(|path| beside(file, path))
}

/// A path that a file names: from the file's own folder.
pub(crate) fn beside(file: &Path, path: &Path) -> PathBuf {
    match path.is_relative() {
        true => file.parent().unwrap_or(Path::new("")).join(path),
        false => path.to_owned(),
    }
}
