//! Host: a registry, its gate and a compiler in a folder that goes away with it.

use std::ffi::OsString;
use std::process::ExitCode;

use jiff::Timestamp;
use registry::{
    Admitted, Allowance, ChildArguments, CodeCache, Compiler, Gate, Priority, Registry, Submission,
    compile_as_child, host_key,
};
use sandbox::{EpochClock, Quota, Sandbox, Tenant};
use tempfile::TempDir;

/// The first argument of this program when it is to be a child that compiles.
const COMPILE: &str = "compile";

/// If this process is a child that compiles: does that, and says how it ends.
pub(crate) fn compiled_as_child() -> Option<ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let (first, limits) = arguments.split_first()?;
    if first != COMPILE {
        return None;
    }
    let done = ChildArguments::parse(limits).and_then(compile_as_child);
    Some(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ExitCode::from(u8::try_from(error.exit_status()).unwrap_or(1)),
    })
}

/// This program, as a compiler.
pub(crate) fn compiler() -> Compiler {
    Compiler {
        program: std::env::current_exe().unwrap(),
        arguments: vec![COMPILE.into()],
        priority: Priority::Spare,
    }
}

/// Everything that an upload meets.
pub(crate) struct Host {
    pub(crate) sandbox: Sandbox,
    pub(crate) gate: Gate,
    pub(crate) allowance: Allowance,
    _folder: TempDir,
}

impl Host {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let sandbox = Sandbox::new(EpochClock::default()).unwrap();
        let registry = Registry::open(&at("registry")).unwrap();
        let cache = CodeCache::new(&at("code"), host_key(&at("host.key")).unwrap());
        let gate = Gate::new(sandbox.clone(), registry, cache, compiler(), 1);
        Self { sandbox, gate, allowance: Allowance::default(), _folder: folder }
    }

    /// Admits a tenant with room for a few instances.
    pub(crate) fn tenant(&self, number: u32) -> Tenant {
        let quota = Quota { instances: 4, memory_bytes: 64 << 20 };
        self.sandbox.admit(&format!("tenant-{number}"), quota).unwrap()
    }

    /// Lets a module in, by all stages of the gate.
    pub(crate) fn upload(&self, bytes: &[u8], owner: &Tenant) -> Admitted {
        let submission =
            Submission { bytes, settings: None, uploaded_by: "bench", now: Timestamp::UNIX_EPOCH };
        self.gate.admit(&submission, owner, &self.allowance).unwrap()
    }
}

/// The same module under another digest.
pub(crate) fn another(module: &[u8], number: u32) -> Vec<u8> {
    // A custom section without content: its kind, its length, and its name with its length.
    let name = format!("copy-{number:08}");
    let length = name.len() as u8;
    [module, &[0, length + 1, length], name.as_bytes()].concat()
}
