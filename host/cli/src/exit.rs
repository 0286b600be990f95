//! Exit: how the program ends, and what it says when it ends badly.

mod registry;

use std::io::{self, Write};
use std::process::ExitCode;

use assembly::{ExperimentError, ModuleError};
use sandbox::LoadError;
use scaling::causes;

use crate::lines::SourceError;

/// The exit codes, as `--help` tells them.
pub(crate) const HELP: &str = "\
Exit codes:
    0  all is well
    1  something went wrong that is in none of the following kinds
    2  the command line is wrong
    3  an input is wrong: a file, a field, a line, or settings
    4  a component was refused, or it broke
    5  something cannot be read or written
    6  some cells of a race failed; the others are reported
  130  interrupted; the same command resumes a race";

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Fine = 0,
    /// None of the other kinds.
    Other = 1,
    /// An input is wrong.
    Input = 3,
    /// A component was refused, or broke.
    Component = 4,
    /// Something cannot be read or written.
    Io = 5,
    /// Some cells of a race failed.
    Cells = 6,
    /// Ctrl-C, in the number that shells give to it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// An error with the exit code that it ends the program with.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    error: anyhow::Error,
}

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into() }
    }

    /// An input that is wrong.
    pub(crate) fn input(error: impl Into<anyhow::Error>) -> Self {
        Self::new(Exit::Input, error)
    }

    /// A component that was refused, or broke.
    pub(crate) fn component(error: impl Into<anyhow::Error>) -> Self {
        Self::new(Exit::Component, error)
    }

    /// Something that cannot be read or written.
    pub(crate) fn io(error: impl Into<anyhow::Error>) -> Self {
        Self::new(Exit::Io, error)
    }

    /// What it says, with its causes.
    #[cfg(feature = "learner")]
    pub(crate) fn said(&self) -> String {
        causes(self.error.as_ref())
    }

    /// The same failure, told where it happened.
    pub(crate) fn at(self, place: impl std::fmt::Display) -> Self {
        let said = causes(self.error.as_ref());
        Self { exit: self.exit, error: anyhow::anyhow!("{place}: {said}") }
    }

    /// Says what went wrong, in one line.
    pub(crate) fn report(&self) -> ExitCode {
        // Whoever reads the output has seen enough, say `head`.
        if self.is_broken_pipe() {
            return Exit::Fine.into();
        }
        // Where even this cannot be written, the exit code is all that is left.
        let _ = writeln!(io::stderr(), "regatta: error: {}", causes(self.error.as_ref()));
        self.exit.into()
    }

    fn is_broken_pipe(&self) -> bool {
        self.error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Open { .. } | SourceError::Read { .. } => Self::io(error),
            SourceError::Line { .. } => Self::input(error),
        }
    }
}

impl From<ModuleError> for Failure {
    fn from(error: ModuleError) -> Self {
        Self::new(of_module(&error), error)
    }
}

fn of_module(error: &ModuleError) -> Exit {
    match error {
        ModuleError::Unknown { .. } | ModuleError::Trained { .. } => Exit::Input,
        ModuleError::Unreadable { .. } => Exit::Io,
        ModuleError::Refused { .. } | ModuleError::WrongWorld { .. } => Exit::Component,
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::new(of_component(&error), error)
    }
}

fn of_component(error: &LoadError) -> Exit {
    match error {
        LoadError::Settings(_) => Exit::Input,
        _ => Exit::Component,
    }
}

impl From<ExperimentError> for Failure {
    fn from(error: ExperimentError) -> Self {
        let exit = match &error {
            ExperimentError::Unreadable { .. } => Exit::Io,
            ExperimentError::Module { source, .. } => of_module(source),
            ExperimentError::Component { source, .. } => of_component(source),
            ExperimentError::Malformed { .. }
            | ExperimentError::Invalid { .. }
            | ExperimentError::Plan { .. }
            | ExperimentError::Mp3 { .. }
            | ExperimentError::Trace { .. } => Exit::Input,
        };
        Self::new(exit, error)
    }
}

/// Writing what was asked for.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::io(error);
        }
        Self::io(anyhow::Error::new(error).context("cannot write the output"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_the_authors_fault_and_traps_the_components() {
        use sandbox::SettingsError;

        let settings = SettingsError { component: "hold".to_owned(), complaints: Vec::new() };
        assert_eq!(of_component(&LoadError::Settings(settings)), Exit::Input);
        assert_eq!(of_component(&LoadError::NotWasm), Exit::Component);
        let source = LoadError::NotWasm;
        assert_eq!(
            of_module(&ModuleError::Refused { name: String::new(), source }),
            Exit::Component
        );
    }

    #[test]
    fn a_closed_pipe_is_the_end_and_no_failure() {
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(Failure::from(closed()).is_broken_pipe());
        assert!(!Failure::from(io::Error::from(io::ErrorKind::StorageFull)).is_broken_pipe());
    }
}
