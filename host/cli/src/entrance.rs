//! Entrance: the upload gate without a registry, for commands that try one file or many.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use assembly::built_in;
use registry::{Allowance, CodeCache, Entrance, GateError, Passed, Priority, Stage, host_key};
use sandbox::{Component, EpochClock, LoadError, Sandbox, Tenant, World};
use tempfile::TempDir;

use crate::compile::compiler;
use crate::exit::{Exit, Failure};

/// A gate of this program's own, whose cache is gone with it.
pub(crate) struct Lane {
    sandbox: Sandbox,
    entrance: Entrance,
    _folder: TempDir,
}

/// How far a module came, and when.
pub(crate) type Timed = Vec<(Stage, Duration)>;

/// What there is of a file before anybody looks at it.
pub(crate) enum Bytes {
    /// What a program carries, or what a file holds.
    Read(Vec<u8>),
    /// A file that is not even read, and how long it is.
    TooLarge(u64),
}

impl Lane {
    /// A gate that compiles so many modules at once.
    pub(crate) fn open(children: usize) -> Result<Self, Failure> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder");
        let folder = folder.map_err(Failure::io)?;
        let key = host_key(&folder.path().join("host.key")).map_err(Failure::io)?;
        let cache = CodeCache::new(&folder.path().join("code"), key);
        // Whoever starts such a command waits for it, and there is no loop in this process.
        let compiler = compiler(Priority::Fair).context("cannot find this program to compile with");
        let compiler = compiler.map_err(Failure::io)?;
        let sandbox = Sandbox::new(EpochClock::default())
            .map_err(|error| Failure::new(Exit::Other, error))?;
        let entrance = Entrance::new(sandbox.clone(), cache, compiler, children);
        Ok(Self { sandbox, entrance, _folder: folder })
    }

    /// A tenant with a place in the compiler.
    pub(crate) fn tenant(&self, name: &str, allowance: &Allowance) -> Result<Tenant, Failure> {
        let admitted = self.sandbox.admit(name, allowance.room);
        admitted.map_err(|error| Failure::new(Exit::Other, error))
    }

    /// Lets a module through all stages but registration, and notes when it had come how far.
    pub(crate) fn pass(
        &self,
        bytes: &Bytes,
        settings: Option<&str>,
        owner: &Tenant,
        allowance: &Allowance,
    ) -> (Result<Passed, GateError>, Timed) {
        let mut timed = Timed::new();
        let Bytes::Read(bytes) = bytes else {
            return (Err(too_large(bytes, allowance)), timed);
        };
        let since = stopwatch();
        let mut last = Duration::ZERO;
        let mut reached = |stage| {
            let now = since();
            timed.push((stage, now - last));
            last = now;
        };
        let passed = self.entrance.pass(bytes, settings, owner, allowance, &mut reached);
        (passed, timed)
    }

    /// The module of bytes that have passed, from their cached code.
    pub(crate) fn load(
        &self,
        bytes: &Bytes,
        owner: &Tenant,
        allowance: &Allowance,
    ) -> Result<Component, GateError> {
        match bytes {
            Bytes::Read(bytes) => {
                self.entrance.load(bytes, owner, allowance).map(|(component, _)| component)
            }
            Bytes::TooLarge(_) => Err(too_large(bytes, allowance)),
        }
    }
}

fn too_large(bytes: &Bytes, allowance: &Allowance) -> GateError {
    let bytes = usize::try_from(bytes.len()).unwrap_or(usize::MAX);
    LoadError::TooLarge { bytes, limit: allowance.intake.component_bytes }.into()
}

impl Bytes {
    /// The bytes of a built-in, or of a file.
    pub(crate) fn of(world: World, name_or_path: &Path, limit: usize) -> Result<Self, Failure> {
        let name = name_or_path.to_str();
        let named = || built_in().iter().filter(|one| name == Some(one.name));
        let found = named().find(|one| one.world == world).or_else(|| named().next());
        if let Some(built_in) = found {
            return Ok(Bytes::Read(built_in.bytes.to_vec()));
        }
        let unread = |error: std::io::Error| {
            let about = "a built-in's name, or the path of a file or folder, is expected";
            Failure::io(anyhow!("cannot read {}: {error}; {about}", name_or_path.display()))
        };
        let length = fs::metadata(name_or_path).map_err(unread)?.len();
        if length > limit as u64 {
            return Ok(Bytes::TooLarge(length));
        }
        fs::read(name_or_path).map(Bytes::Read).map_err(unread)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Bytes::Read(bytes) => bytes.len() as u64,
            Bytes::TooLarge(length) => *length,
        }
    }
}

/// Time since now.
#[expect(clippy::disallowed_methods, reason = "only the command line reads the wall clock")]
pub(crate) fn stopwatch() -> impl Fn() -> Duration {
    let began = Instant::now();
    move || began.elapsed()
}
