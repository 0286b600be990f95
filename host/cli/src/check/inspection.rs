//! Inspection: one file through the gate and the conformance set.

use std::path::Path;
use std::time::Duration;

use registry::{Allowance, Conformance, Outcome, Passed, Stage, conformance};
use sandbox::{Component, Tenant, Trial, World};
use scaling::causes;

use super::line::cut;
use crate::entrance::{Bytes, Lane, Timed, stopwatch};
use crate::exit::Failure;

/// What was found out about one file.
pub(super) struct Inspection {
    /// The file as it was named, or its name alone if it stands in a folder; fit to print.
    pub(super) name: String,
    /// Its length.
    pub(super) bytes: u64,
    /// The stages behind it, with the time that each took.
    pub(super) timed: Timed,
    pub(super) state: State,
}

/// Where it ended.
pub(super) enum State {
    /// At the gate.
    Refused { stage: Stage, error: String },
    /// Inside.
    Passed(Box<PassedModule>),
}

/// A module that came through the gate.
pub(super) struct PassedModule {
    pub(super) world: World,
    pub(super) module: String,
    pub(super) version: String,
    pub(super) digest: String,
    /// Bytes of native code; none if the same bytes were compiled before.
    pub(super) code_bytes: Option<u64>,
    pub(super) trial: Trial,
    pub(super) conformance: Conformance,
    pub(super) conformance_took: Duration,
}

impl PassedModule {
    /// How many things its author must change.
    pub(super) fn findings(&self) -> usize {
        self.conformance.findings().count()
    }

    /// How many items there was no time for.
    pub(super) fn unfinished(&self) -> usize {
        let late = |outcome: &Outcome| {
            matches!(outcome, Outcome::Skipped(_)) && self.conformance.out_of_time
        };
        self.conformance.verdicts.iter().filter(|verdict| late(&verdict.outcome)).count()
    }
}

/// How files are looked at.
pub(super) struct Inspector<'a> {
    pub(super) lane: &'a Lane,
    /// Of which world a built-in of that name is meant.
    pub(super) world: World,
    pub(super) settings: Option<&'a str>,
    pub(super) allowance: &'a Allowance,
    /// After so long what is left of the conformance set is left out.
    pub(super) patience: Duration,
}

impl Inspector<'_> {
    /// Looks at one file, as a tenant, and calls it by this name.
    pub(super) fn inspect(
        &self,
        path: &Path,
        name: &str,
        owner: &Tenant,
    ) -> Result<Inspection, Failure> {
        let bytes = Bytes::of(self.world, path, self.allowance.intake.component_bytes)?;
        let (passed, timed) = self.lane.pass(&bytes, self.settings, owner, self.allowance);
        let held = passed.and_then(|passed| {
            let again = self.lane.load(&bytes, owner, self.allowance)?;
            Ok(self.hold(passed, &again))
        });
        let state = match held {
            Ok(passed) => State::Passed(Box::new(passed)),
            Err(error) => State::Refused { stage: error.stage(), error: bearable(&error) },
        };
        Ok(Inspection { name: printable(name), bytes: bytes.len(), timed, state })
    }

    fn hold(&self, passed: Passed, again: &Component) -> PassedModule {
        let Passed { component, trial, code_bytes, .. } = passed;
        let since = stopwatch();
        let out_of_time = || since() > self.patience;
        let conformance = conformance(&component, again, self.settings, &out_of_time);
        let (world, module, version, digest) = told(&component);
        let conformance_took = since();
        PassedModule {
            world,
            module,
            version,
            digest,
            code_bytes,
            trial,
            conformance,
            conformance_took,
        }
    }
}

fn told(component: &Component) -> (World, String, String, String) {
    match component {
        Component::Policy(policy) => {
            let said = policy.description();
            let digest = policy.digest().to_string();
            (World::Policy, said.name.clone(), said.version.clone(), digest)
        }
        Component::Reward(reward) => {
            let said = reward.description();
            let digest = reward.digest().to_string();
            (World::Reward, said.name.clone(), said.version.clone(), digest)
        }
    }
}

/// An error in a line of bearable length: much of it may be a stranger's words.
fn bearable(error: &dyn std::error::Error) -> String {
    const CHARACTERS: usize = 1000;
    printable(&cut(&causes(error), CHARACTERS))
}

/// Text that cannot move a terminal's cursor.
fn printable(text: &str) -> String {
    let plain = |character: char| match character {
        '\n' => vec![' '],
        character if character.is_control() => character.escape_default().collect(),
        character => vec![character],
    };
    text.chars().flat_map(plain).collect()
}
