//! Complaints about cards that parse and still make no sense.

use std::fmt;

use super::{Arrangement, Card, MOST_OPTIONS};
use crate::{Change, Feature};

/// The most workloads that are decided together.
const MOST_WORKLOADS: usize = 1_000;

/// The most features of a workload.
const MOST_FEATURES: usize = 1_000;

/// The longest name, as the interface has it.
const LONGEST_NAME: usize = 63;

/// What is wrong with one field of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The field: `features[2].scale`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` {}", self.field, self.message)
    }
}

fn complaint(field: impl Into<String>, message: impl Into<String>) -> Complaint {
    Complaint { field: field.into(), message: message.into() }
}

impl Card {
    /// Everything that is wrong with this card; nothing if it can be used.
    pub fn check(&self) -> Vec<Complaint> {
        let mut found = Vec::new();
        found.extend(name(&self.name));
        found.extend(version(&self.version));
        if self.features.is_empty() || self.features.len() > MOST_FEATURES {
            let count = self.features.len();
            let message = format!("must hold 1 to {MOST_FEATURES} features, not {count}");
            found.push(complaint("features", message));
        }
        found.extend(self.features.iter().enumerate().flat_map(|(at, one)| feature(at, one)));
        found.extend(changes(&self.changes));
        found.extend(self.ranges());
        found.extend(self.sizes());
        found
    }

    fn ranges(&self) -> Vec<Complaint> {
        let widened = |(least, most): (u32, u32)| (u64::from(least), u64::from(most));
        let turns = |delta: fn(&Change) -> bool| self.changes.iter().any(delta);
        let ranges = [
            (
                "cpu_millicores",
                self.cpu_millicores.map(widened),
                turns(|change| change.cpu_millicores != 0),
            ),
            ("memory_bytes", self.memory_bytes, turns(|change| change.memory_bytes != 0)),
        ];
        let mut found = Vec::new();
        for (field, range, turned) in ranges {
            match range {
                None if turned => found.push(complaint(
                    field,
                    "is missing, and there are changes of it; give the smallest and the largest",
                )),
                Some((least, most)) if least == 0 || least > most => {
                    let message = format!("goes from {least} to {most}; 0 < smallest ≤ largest");
                    found.push(complaint(field, message));
                }
                _ => {}
            }
        }
        found
    }

    fn sizes(&self) -> Option<Complaint> {
        let (workloads, changes) = (self.workloads(), self.changes.len());
        if workloads == 0 || workloads > MOST_WORKLOADS {
            let message = format!("must be of 1 to {MOST_WORKLOADS} workloads, not {workloads}");
            return Some(complaint("arrangement", message));
        }
        let joint = matches!(self.arrangement, Arrangement::Joint { .. });
        (joint && self.outputs() > MOST_OPTIONS).then(|| {
            let message = format!(
                "has {changes}^{workloads} joint options, more than {MOST_OPTIONS}; use `factored`, \
                 which has a head a workload"
            );
            complaint("arrangement", message)
        })
    }
}

fn name(name: &str) -> Option<Complaint> {
    let fits = (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    (!fits).then(|| {
        let message = format!("must be 1 to {LONGEST_NAME} lower case letters, digits and hyphens");
        complaint("name", message)
    })
}

fn version(version: &str) -> Option<Complaint> {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    let fits = numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u32>().is_ok());
    (!fits).then(|| complaint("version", format!("must be like 1.2.3, not `{version}`")))
}

fn feature(at: usize, feature: &Feature) -> Vec<Complaint> {
    let mut found = Vec::new();
    let mut complain = |wrong: bool, field: &str, message: &str| {
        if wrong {
            found.push(complaint(format!("features[{at}].{field}"), message));
        }
    };
    complain(
        !feature.scale.is_finite() || feature.scale == 0.0,
        "scale",
        "must be finite and not 0, because the value is divided by it",
    );
    complain(!feature.missing.is_finite(), "missing", "must be finite");
    let sound = |(least, most): (f64, f64)| least.is_finite() && most.is_finite() && least <= most;
    complain(!feature.clip.is_none_or(sound), "clip", "must be finite, the smaller end first");
    complain(feature.columns().any(str::is_empty), "column", "must not be empty");
    found
}

fn changes(changes: &[Change]) -> Vec<Complaint> {
    let repeated = |at: usize| changes[..at].iter().position(|earlier| *earlier == changes[at]);
    let mut found: Vec<Complaint> = (1..changes.len())
        .filter_map(|at| Some((at, repeated(at)?)))
        .map(|(at, earlier)| {
            let message = format!("is the same as change {earlier}; list a change once");
            complaint(format!("changes[{at}]"), message)
        })
        .collect();
    if !changes.contains(&Change::NONE) {
        found.push(complaint("changes", "must hold {}, the change that leaves all as it is"));
    }
    found
}
