//! Entrant: who races and what they are scored by, from a race file.

mod grid;
#[cfg(feature = "learner")]
mod rule;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use arena::{Candidate, Entrant, Learning, Scorer, Training, Tuning};
#[cfg(feature = "learner")]
pub use rule::Rule;
#[cfg(feature = "learner")]
pub(crate) use rule::rule;
use sandbox::{PolicyComponent, RewardComponent};
use scaling::{Policy, Reward};
use serde_json::{Map, Value};

use crate::experiment::{ExperimentError, PolicyEntry, Raw, RewardEntry, duration};
use crate::modules::Modules;

/// Seeds of training and tuning begin here, far from those that anybody races on.
const TRAINING_SEEDS: u64 = 1_000_000_000;
/// Seeds to tune with, unless the race file says otherwise.
const TUNING_SEEDS: u32 = 2;

/// Everybody who races.
pub(crate) fn entrants(
    file: &Path,
    raw: &Raw,
    race_seeds: &[u64],
    modules: &Modules,
) -> Result<Vec<Entrant>, ExperimentError> {
    if raw.policies.is_empty() {
        return Err(ExperimentError::invalid(file, "policies", "names nobody to race"));
    }
    if raw.rewards.is_empty() {
        return Err(ExperimentError::invalid(file, "rewards", "names nothing to score by"));
    }
    let seeds = Seeds { after: race_seeds.iter().copied().max().unwrap_or(0).max(TRAINING_SEEDS) };
    let entrants = raw.policies.iter().enumerate().map(|(place, entry)| {
        entrant(file, raw, &seeds, &format!("policies[{place}]"), entry, modules)
    });
    entrants.collect()
}

/// Seeds that nobody races on.
struct Seeds {
    after: u64,
}

impl Seeds {
    fn first(&self, count: u32) -> Vec<u64> {
        (1..=u64::from(count)).map(|step| self.after.wrapping_add(step)).collect()
    }
}

fn entrant(
    file: &Path,
    raw: &Raw,
    seeds: &Seeds,
    field: &str,
    entry: &PolicyEntry,
    modules: &Modules,
) -> Result<Entrant, ExperimentError> {
    let main_reward = raw.rewards[0].label();
    let component = policy(file, field, entry, modules)?;
    let settings = grid::settings(file, field, entry)?;
    let candidates = settings.into_iter().map(|(label, settings)| {
        candidate(file, &format!("{field}.settings"), &component, label, &settings)
    });
    let candidates = candidates.collect::<Result<Vec<_>, _>>()?;
    let period = period(file, field, entry)?;
    let tuning = entry.tune.as_ref().map(|tuning| Tuning {
        objective: tuning.by.clone().unwrap_or_else(|| format!("reward_mean:{main_reward}")),
        seeds: seeds.first(raw.training.tuning_seeds.unwrap_or(TUNING_SEEDS)),
    });
    let reward = |named: &Option<String>| named.clone().unwrap_or_else(|| main_reward.to_owned());
    let learning = match (&entry.train, &entry.learn_online) {
        (None, None) => Learning::Never,
        (Some(train), None) => Learning::Beforehand(Training {
            episodes: train.episodes,
            seeds: seeds.first(train.seeds.unwrap_or(train.episodes)),
            reward: reward(&train.reward),
        }),
        (None, Some(online)) => Learning::Online { reward: reward(&online.reward) },
        (Some(_), Some(_)) => {
            let problem = "has both `train` and `learn_online`: make them two policies";
            return Err(ExperimentError::invalid(file, field, problem));
        }
    };
    Ok(Entrant { name: entry.label().to_owned(), period, learning, candidates, tuning })
}

fn policy(
    file: &Path,
    field: &str,
    entry: &PolicyEntry,
    modules: &Modules,
) -> Result<PolicyComponent, ExperimentError> {
    modules.policy(&entry.module).map_err(|source| ExperimentError::Module {
        file: file.to_owned(),
        field: format!("{field}.module"),
        source: source.into(),
    })
}

/// A policy with settings, which it is asked about now and not in the middle of a race.
fn candidate(
    file: &Path,
    field: &str,
    component: &PolicyComponent,
    label: String,
    settings: &Map<String, Value>,
) -> Result<Candidate, ExperimentError> {
    let text = Value::Object(settings.clone()).to_string();
    component.instantiate(&text, 0).map_err(|source| ExperimentError::Component {
        file: file.to_owned(),
        field: field.to_owned(),
        source: source.into(),
    })?;
    let identity = format!("{} {text}", component.digest());
    let component = component.clone();
    let make = move |seed| -> Result<Box<dyn Policy>, arena::MakeError> {
        Ok(Box::new(component.instantiate(&text, seed)?))
    };
    Ok(Candidate { label, identity, make: Box::new(make) })
}

fn period(
    file: &Path,
    field: &str,
    entry: &PolicyEntry,
) -> Result<Option<Duration>, ExperimentError> {
    let field = format!("{field}.period_seconds");
    entry.period_seconds.map(|seconds| duration(file, &field, seconds)).transpose()
}

/// Who answers for a policy that does not.
pub(crate) fn fallback(
    file: &Path,
    raw: &Raw,
    modules: &Modules,
) -> Result<Option<Candidate>, ExperimentError> {
    let Some(entry) = &raw.fallback else { return Ok(None) };
    let forbidden = [
        ("train", entry.train.is_some()),
        ("learn_online", entry.learn_online.is_some()),
        ("tune", entry.tune.is_some()),
        ("period_seconds", entry.period_seconds.is_some()),
    ];
    if let Some((name, _)) = forbidden.into_iter().find(|&(_, given)| given) {
        let field = format!("fallback.{name}");
        return Err(ExperimentError::invalid(file, field, "has no meaning for a fallback"));
    }
    let component = policy(file, "fallback", entry, modules)?;
    let label = entry.label().to_owned();
    candidate(file, "fallback.settings", &component, label, &entry.settings).map(Some)
}

/// What they are scored by.
pub(crate) fn rewards(
    file: &Path,
    raw: &Raw,
    modules: &Modules,
) -> Result<Vec<Scorer>, ExperimentError> {
    let scorers = raw.rewards.iter().enumerate().map(|(place, entry)| {
        let field = format!("rewards[{place}]");
        let component = reward(file, &field, entry, modules)?;
        let text = Value::Object(entry.settings.clone()).to_string();
        component.instantiate(&text).map_err(|source| ExperimentError::Component {
            file: file.to_owned(),
            field: format!("{field}.settings"),
            source: source.into(),
        })?;
        let identity = format!("{} {text}", component.digest());
        let make = move || -> Result<Box<dyn Reward>, arena::MakeError> {
            Ok(Box::new(component.instantiate(&text)?))
        };
        Ok(Scorer { name: entry.label().to_owned(), identity, make: Box::new(make) })
    });
    scorers.collect()
}

fn reward(
    file: &Path,
    field: &str,
    entry: &RewardEntry,
    modules: &Modules,
) -> Result<RewardComponent, ExperimentError> {
    modules.reward(&entry.module).map_err(|source| ExperimentError::Module {
        file: file.to_owned(),
        field: format!("{field}.module"),
        source: source.into(),
    })
}

/// SHA-256 of every module of a race file, by what the file calls it.
pub(crate) fn digests(
    file: &Path,
    raw: &Raw,
    modules: &Modules,
) -> Result<BTreeMap<String, String>, ExperimentError> {
    let mut digests = BTreeMap::new();
    for entry in raw.policies.iter().chain(&raw.fallback) {
        let component = policy(file, "policies", entry, modules)?;
        digests.insert(entry.module.clone(), component.digest().to_string());
    }
    for entry in &raw.rewards {
        let component = reward(file, "rewards", entry, modules)?;
        digests.insert(entry.module.clone(), component.digest().to_string());
    }
    Ok(digests)
}
