//! Inspection: one file through the gate and the conformance set.

use std::path::Path;
use std::time::Duration;

use registry::{Allowance, Conformance, Stage, conformance};
use sandbox::{Component, Tenant, Trial, World};

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
}

/// Looks at one file as a tenant of its own.
pub(super) fn of(
    lane: &Lane,
    world: World,
    path: &Path,
    settings: Option<&str>,
    allowance: &Allowance,
) -> Result<Inspection, Failure> {
    let owner = lane.tenant("check", allowance)?;
    let name = path.display().to_string();
    for_owner(lane, world, (path, name), settings, &owner, allowance)
}

/// Looks at one file.
pub(super) fn for_owner(
    lane: &Lane,
    world: World,
    (path, name): (&Path, String),
    settings: Option<&str>,
    owner: &Tenant,
    allowance: &Allowance,
) -> Result<Inspection, Failure> {
    let bytes = Bytes::of(world, path, allowance.intake.component_bytes)?;
    let (passed, timed) = lane.pass(&bytes, settings, owner, allowance);
    let state = match passed {
        Err(error) => State::Refused { stage: error.stage(), error: causes(&error) },
        Ok(passed) => {
            // The second time its code comes from the cache.
            let (again, _) = lane.pass(&bytes, settings, owner, allowance);
            let since = stopwatch();
            match again {
                Err(error) => State::Refused { stage: error.stage(), error: causes(&error) },
                Ok(again) => {
                    let conformance = conformance(&passed.component, &again.component, settings);
                    let told = told(&passed.component);
                    State::Passed(Box::new(PassedModule {
                        world: told.0,
                        module: told.1,
                        version: told.2,
                        digest: told.3,
                        code_bytes: passed.code_bytes,
                        trial: passed.trial,
                        conformance,
                        conformance_took: since(),
                    }))
                }
            }
        }
    };
    Ok(Inspection { name: printable(&name), bytes: bytes.len(), timed, state })
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

/// An error with what caused it, in one line of bearable length: much of it may be a stranger's words.
fn causes(error: &dyn std::error::Error) -> String {
    const CHARACTERS: usize = 1000;
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !said.contains(&words) {
            said = format!("{said}: {words}");
        }
        source = cause.source();
    }
    printable(&cut(&said, CHARACTERS))
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
