//! Rule: a policy of a race, to lead an agent that is trained.

use std::path::Path;
use std::time::Duration;

use arena::{Candidate, MakePolicy};

use super::{candidate, period, policy};
use crate::experiment::{ExperimentError, PolicyEntry, Raw};
use crate::modules::Modules;

/// A policy of a race, to lead an agent.
pub struct Rule {
    /// Makes it; what it draws comes from the seed.
    pub make: MakePolicy,
    /// Its period, if not its own.
    pub period: Option<Duration>,
}

/// The policy of that name, which must be ready to drive as it is. `invalid` says where the name was read.
pub(crate) fn rule(
    file: &Path,
    raw: &Raw,
    name: &str,
    modules: &Modules,
    invalid: impl Fn(String) -> ExperimentError,
) -> Result<Rule, ExperimentError> {
    let Some(place) = raw.policies.iter().position(|entry| entry.label() == name) else {
        let known: Vec<&str> = raw.policies.iter().map(PolicyEntry::label).collect();
        let known = known.join(", ");
        return Err(invalid(format!("is `{name}`, which the race does not have; it has {known}")));
    };
    let (entry, field) = (&raw.policies[place], format!("policies[{place}]"));
    if entry.train.is_some() || entry.learn_online.is_some() || entry.tune.is_some() {
        let problem = "which is trained or tuned in the race: name one that can drive as it is";
        return Err(invalid(format!("is `{name}`, {problem}")));
    }
    let component = policy(file, &field, entry, modules)?;
    let settings = format!("{field}.settings");
    let Candidate { make, .. } =
        candidate(file, &settings, &component, String::new(), &entry.settings)?;
    Ok(Rule { make, period: period(file, &field, entry)? })
}
