//! Entry: what races, where and for what. The caller has read and checked the file that it comes
//! from; here are plain values and makers.
//!
//! An `identity` is any text that changes whenever what its maker makes changes (settings and
//! module digest, workloads and trace digest): a cell that was raced before is raced again only if
//! an identity that it depends on is another.

mod check;

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

pub use check::EntryError;
use scaling::{Cluster, Policy, Quota, Rails, Reward, TenantId};

use crate::results::Provenance;

/// Why something could not be made.
pub type MakeError = Box<dyn Error + Send + Sync>;

/// Makes a cluster from the seed of its world and the split that it is for.
pub type MakeCluster = Box<dyn Fn(u64, Split) -> Result<Box<dyn Cluster>, MakeError> + Send + Sync>;

/// Makes a policy from a seed, its only source of chance.
pub type MakePolicy = Box<dyn Fn(u64) -> Result<Box<dyn Policy>, MakeError> + Send + Sync>;

/// Makes a reward function.
pub type MakeReward = Box<dyn Fn() -> Result<Box<dyn Reward>, MakeError> + Send + Sync>;

/// A side-by-side experiment: every entrant runs every course with every seed.
pub struct Race {
    /// Base step of the loop, > 0.
    pub tick: Duration,
    /// How long a workload warms up: not measured, never learned from. The courses' clusters leave
    /// the same time out of their totals.
    pub warm_up: Duration,
    /// Seeds of the worlds, each once.
    pub seeds: Vec<u64>,
    /// Where to race: usually one; several (say, days of a trace) are strata of the statistics.
    pub courses: Vec<Course>,
    /// Who races.
    pub entrants: Vec<Entrant>,
    /// What they are scored by, the main one first.
    pub rewards: Vec<Scorer>,
    /// Guard rails, the same for every entrant.
    pub rails: Rails,
    /// Quotas of tenants.
    pub quotas: BTreeMap<TenantId, Quota>,
    /// Who answers for a policy that does not, the same for every entrant; else its workload holds.
    pub fallback: Option<Candidate>,
    /// Whom the others are compared with; the first entrant if none is named.
    pub reference: Option<String>,
    /// The trace that all seeds share, if they differ in nothing but chance around it.
    pub one_trace: Option<String>,
    /// In which order its cells run.
    pub order: Order,
    /// It shows how things go and decides nothing: nobody is called better, worse or best.
    pub demonstration: bool,
    /// Where the race comes from, for the results. Nothing in here decides what is raced again.
    pub provenance: Provenance,
}

/// In which order the cells of a race run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// As many at a time as there are threads: nothing that runs beside a cell changes it.
    #[default]
    Together,
    /// One at a time, because all share a machine: every entrant once with the first seed, then
    /// every entrant with the second, …, in an order that is drawn anew for each such block, so that
    /// what drifts on the machine strikes nobody more than others.
    Blocks,
}

/// Which part of the world is raced on and which is for training and tuning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// For training and tuning: other seeds, and other functions where there are.
    Training,
    /// For the race.
    Race,
}

/// A world to race in.
pub struct Course {
    /// Its name, unique in the race.
    pub name: String,
    /// Changes with what is made.
    pub identity: String,
    /// Makes a copy of the world. The same seed and split must give the same arrivals, service
    /// draws and cold starts, whatever the policy does: that is what pairs the entrants.
    pub make: MakeCluster,
}

/// Who races.
pub struct Entrant {
    /// Its name, unique in the race.
    pub name: String,
    /// Its period, if not the policy's own; a multiple of the tick.
    pub period: Option<Duration>,
    /// Whether and when it learns.
    pub learning: Learning,
    /// One, or several to choose from by tuning.
    pub candidates: Vec<Candidate>,
    /// How to choose; required if there are several candidates.
    pub tuning: Option<Tuning>,
}

/// A policy with settings.
pub struct Candidate {
    /// What tells it from the other candidates, say `target=0.7`.
    pub label: String,
    /// Changes with what is made.
    pub identity: String,
    /// Makes a new instance.
    pub make: MakePolicy,
}

/// Whether and when an entrant learns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Learning {
    /// Never.
    Never,
    /// On the training split; it races frozen, and neither learns nor explores then.
    Beforehand(Training),
    /// During the race, starting anew in every cell.
    Online {
        /// The reward that it learns from.
        reward: String,
    },
}

/// How an entrant is trained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    /// Episodes, ≥ 1. Episode `e` runs on course `e mod courses` with seed
    /// `e ÷ courses mod seeds`.
    pub episodes: u32,
    /// Seeds of the worlds; none of them is raced on.
    pub seeds: Vec<u64>,
    /// The reward that it learns from.
    pub reward: String,
}

/// How one of several candidates is chosen: each runs every course of the training split with every
/// seed, and the best mean wins, the earlier one of equals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuning {
    /// Name of the metric.
    pub objective: String,
    /// Seeds of the worlds; none of them is raced on.
    pub seeds: Vec<u64>,
}

/// A reward function of the race.
pub struct Scorer {
    /// Its name, unique in the race.
    pub name: String,
    /// Changes with what is made.
    pub identity: String,
    /// Makes a new instance.
    pub make: MakeReward,
}
