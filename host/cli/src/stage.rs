//! Stage: the sandbox and the modules that a command works with.

use assembly::{Modules, built_in};
use sandbox::{EpochClock, Limits, Sandbox, World};

use crate::exit::{Exit, Failure};

/// The modules, loaded under the default limits: fuel alone is the budget, so that the same inputs
/// give the same outputs on every machine.
pub(crate) fn modules() -> Result<Modules, Failure> {
    let sandbox = Sandbox::new(EpochClock::default())
        .map_err(|error| Failure::new(Exit::Other, error))?;
    Ok(Modules::new(&sandbox, Limits::default()))
}

/// Size of a module in bytes: of a built-in's core module, or of the file.
pub(crate) fn size(world: World, name_or_path: &str) -> u64 {
    let found = built_in().iter().find(|one| one.world == world && one.name == name_or_path);
    match found {
        Some(built_in) => built_in.bytes.len() as u64,
        None => std::fs::metadata(name_or_path).map_or(0, |metadata| metadata.len()),
    }
}
