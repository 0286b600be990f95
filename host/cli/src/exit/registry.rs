//! How the program ends when the registry, or the gate before it, says no.

use registry::{CompileError, GateError, KeyError, RegistryError, TenantsError};

use super::{Exit, Failure, of_component};

impl From<GateError> for Failure {
    fn from(error: GateError) -> Self {
        Self::new(at_the_gate(&error), error)
    }
}

fn at_the_gate(error: &GateError) -> Exit {
    match error {
        GateError::Refused(error) => of_component(error),
        GateError::Compile(CompileError::Start { .. }) => Exit::Io,
        GateError::Compile(_) | GateError::Name(_) | GateError::Version { .. } => Exit::Component,
        GateError::Tenant(_) => Exit::Input,
        GateError::Revive(_) | GateError::Busy { .. } => Exit::Other,
        GateError::Register(error) => in_the_registry(error),
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        Self::new(in_the_registry(&error), error)
    }
}

fn in_the_registry(error: &RegistryError) -> Exit {
    match error {
        RegistryError::File(_) | RegistryError::Damaged(_) => Exit::Io,
        // Everything else was asked for and cannot be had.
        _ => Exit::Input,
    }
}

impl From<TenantsError> for Failure {
    fn from(error: TenantsError) -> Self {
        let exit = match &error {
            TenantsError::Unreadable { .. } => Exit::Io,
            TenantsError::TooLarge { .. }
            | TenantsError::NotText { .. }
            | TenantsError::Malformed { .. }
            | TenantsError::Unlisted { .. } => Exit::Input,
        };
        Self::new(exit, error)
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::io(error)
    }
}
