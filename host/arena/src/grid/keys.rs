//! Keys: digests of everything that a stored thing depends on. What has the same key is the same.

use serde::Serialize;

use crate::digest::digest;
use crate::entry::{Course, Entrant, Learning, Race};
use crate::results::FORMAT;

/// Makes the keys of one race.
pub(super) struct Keys {
    base: String,
    courses: String,
}

#[derive(Serialize)]
struct Base<'a> {
    format: u32,
    program: &'a str,
    version: &'a str,
    tick_nanoseconds: u128,
    warm_up_nanoseconds: u128,
    /// Debug text has every field, and prints floats so that they lead back to themselves.
    rails: String,
    quotas: String,
    fallback: Option<&'a str>,
    rewards: Vec<(&'a str, &'a str)>,
}

#[derive(Serialize)]
struct Prepared<'a> {
    base: &'a str,
    /// Only what was prepared on them depends on the courses.
    courses: Option<&'a str>,
    entrant: &'a str,
    period_nanoseconds: Option<u128>,
    learning: String,
    candidates: Vec<(&'a str, &'a str)>,
    tuning: String,
}

impl Keys {
    pub(super) fn new(race: &Race) -> Self {
        let courses: Vec<_> =
            race.courses.iter().map(|course| (&course.name, &course.identity)).collect();
        let base = Base {
            format: FORMAT,
            program: &race.provenance.program,
            version: &race.provenance.version,
            tick_nanoseconds: race.tick.as_nanos(),
            warm_up_nanoseconds: race.warm_up.as_nanos(),
            rails: format!("{:?}", race.rails),
            quotas: format!("{:?}", race.quotas),
            fallback: race.fallback.as_ref().map(|fallback| fallback.identity.as_str()),
            rewards: race
                .rewards
                .iter()
                .map(|reward| (reward.name.as_str(), reward.identity.as_str()))
                .collect(),
        };
        Self { base: digest(&base), courses: digest(&courses) }
    }

    /// The key of an entrant that is ready to race.
    pub(super) fn prepared(&self, entrant: &Entrant) -> String {
        let on_courses =
            matches!(entrant.learning, Learning::Beforehand(_)) || entrant.candidates.len() > 1;
        digest(&Prepared {
            base: &self.base,
            courses: on_courses.then_some(self.courses.as_str()),
            entrant: &entrant.name,
            period_nanoseconds: entrant.period.map(|period| period.as_nanos()),
            learning: format!("{:?}", entrant.learning),
            candidates: entrant
                .candidates
                .iter()
                .map(|candidate| (candidate.label.as_str(), candidate.identity.as_str()))
                .collect(),
            tuning: format!("{:?}", entrant.tuning),
        })
    }

    /// The key of a cell.
    pub(super) fn cell(&self, prepared: &str, course: &Course, seed: u64) -> String {
        digest(&(prepared, &course.name, &course.identity, seed))
    }
}

/// Where a cell is stored. The name is for people; the key tells cells apart.
pub(super) fn cell_object(entrant: &str, course: &str, seed: u64, key: &str) -> String {
    format!("cells/{}/{}-{seed}-{}.json", plain(entrant), plain(course), &key[..16])
}

/// Where an entrant's preparation is stored.
pub(super) fn preparation_object(entrant: &str, key: &str) -> String {
    format!("preparations/{}-{}.json", plain(entrant), &key[..16])
}

/// A name with nothing in it that any store could stumble over.
fn plain(name: &str) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' }
    };
    name.chars().take(60).map(plain).collect()
}
