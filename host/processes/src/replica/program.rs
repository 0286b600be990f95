//! Program: what a replica runs.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::SpawnError;

/// What a replica runs. It sees nothing of the host's own surroundings, so that every host gives it
/// the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The file, not looked for anywhere else.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// All its environment but `PORT`.
    pub environment: Vec<(OsString, OsString)>,
    /// The port at which it is to listen, given to it as `PORT`.
    pub port: u16,
}

impl Program {
    /// Whether there is something to run. The kernel has the last word when it is started; this one
    /// says more clearly what is wrong.
    pub(super) fn check(&self) -> Result<(), SpawnError> {
        let path = || self.path.clone();
        let metadata = fs::metadata(&self.path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => SpawnError::Missing { path: path() },
            _ => SpawnError::Start { path: path(), source },
        })?;
        if !metadata.is_file() {
            return Err(SpawnError::NoFile { path: path() });
        }
        if metadata.permissions().mode() & 0o111 == 0 {
            return Err(SpawnError::NotExecutable { path: path() });
        }
        Ok(())
    }
}
