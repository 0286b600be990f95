//! Host: a registry with a gate, in folders of a test's own.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use registry::{
    Admitted, Allowance, CodeCache, CompileLimits, Compiler, Gate, GateError, Priority, Recalled,
    Record, Registry, Submission, host_key,
};
use sandbox::{EpochClock, Limits, Quota, Sandbox, Tenant};
use tempfile::TempDir;

/// The program's own compiling process.
pub(super) fn compiler() -> Compiler {
    let program = env!("CARGO_BIN_EXE_regatta").into();
    Compiler { program, arguments: vec!["compile".into()], priority: Priority::Spare }
}

/// One that is not there.
pub(super) fn no_compiler() -> Compiler {
    Compiler {
        program: "/no/such/compiler".into(),
        arguments: Vec::new(),
        priority: Priority::Spare,
    }
}

/// A compiling process that runs a shell script first.
pub(super) fn compiler_after(script: &str) -> Compiler {
    let regatta = env!("CARGO_BIN_EXE_regatta");
    let text = format!(r#"{script}; exec "{regatta}" compile "$@""#);
    let arguments = vec!["-c".into(), text.into(), "sh".into()];
    Compiler { program: "/bin/sh".into(), arguments, priority: Priority::Spare }
}

/// Limits under which whatever is too much ends soon.
pub(super) fn tight() -> CompileLimits {
    CompileLimits {
        address_space_bytes: 256 << 20,
        deadline: std::time::Duration::from_secs(1),
        code_bytes: 4 << 20,
        ..CompileLimits::default()
    }
}

/// A host whose tenants all have one allowance. Epochs pass only by hand.
pub(super) struct Host {
    pub(super) sandbox: Sandbox,
    pub(super) gate: Gate,
    pub(super) allowance: Allowance,
    folder: TempDir,
}

impl Host {
    pub(super) fn new(allowance: Allowance) -> Self {
        Self::with(allowance, &compiler())
    }

    /// One with a compiler of this kind, and two places for it.
    pub(super) fn with(mut allowance: Allowance, compiler: &Compiler) -> Self {
        // What is let in is let in also where the machine is busy with other tests.
        if allowance.compile == CompileLimits::default() {
            allowance.compile.deadline = CompileLimits::MAXIMA.deadline;
        }
        allowance.limits =
            Limits { setup_fuel: 20_000_000, call_fuel: 5_000_000, ..allowance.limits };
        allowance.room = Quota { instances: 4, ..allowance.room };
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::new(EpochClock::ByHand).unwrap();
        let gate = gate(&sandbox, folder.path(), "host.key", compiler);
        Self { sandbox, gate, allowance, folder }
    }

    /// Another gate to the same registry and compiled forms, with the key in this file.
    pub(super) fn gate(&self, key: &str, compiler: &Compiler) -> Gate {
        gate(&self.sandbox, self.folder.path(), key, compiler)
    }

    pub(super) fn tenant(&self, name: &str) -> Tenant {
        self.sandbox.admit(name, self.allowance.room).unwrap()
    }

    pub(super) fn upload(&self, tenant: &str, bytes: &[u8]) -> Result<Admitted, GateError> {
        self.upload_with(tenant, bytes, None)
    }

    pub(super) fn upload_with(
        &self,
        tenant: &str,
        bytes: &[u8],
        settings: Option<&str>,
    ) -> Result<Admitted, GateError> {
        self.upload_as(&self.tenant(tenant), bytes, settings)
    }

    /// Uploads as a tenant that was admitted before.
    pub(super) fn upload_as(
        &self,
        tenant: &Tenant,
        bytes: &[u8],
        settings: Option<&str>,
    ) -> Result<Admitted, GateError> {
        let now = Timestamp::UNIX_EPOCH;
        let submission = Submission { bytes, settings, uploaded_by: "ann", now };
        self.gate.admit(&submission, tenant, &self.allowance)
    }

    /// Loads a version by a gate, as the tenant that has it.
    pub(super) fn load(&self, gate: &Gate, record: &Record) -> Result<Recalled, GateError> {
        gate.load(record, &self.tenant(record.tenant.as_str()), &self.allowance)
    }

    /// All that the registry keeps, but for locks.
    pub(super) fn registered(&self) -> Vec<String> {
        let mut files = files(&self.folder.path().join("registry"));
        files.retain(|name| !name.starts_with("locks/"));
        files
    }

    /// The compiled forms that are kept.
    pub(super) fn compiled(&self) -> Vec<String> {
        files(&self.folder.path().join("code"))
    }

    /// A compiled form, or another file of this host's.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn gate(sandbox: &Sandbox, folder: &Path, key: &str, compiler: &Compiler) -> Gate {
    let registry = Registry::open(&folder.join("registry")).unwrap();
    let cache = CodeCache::new(&folder.join("code"), host_key(&folder.join(key)).unwrap());
    Gate::new(sandbox.clone(), registry, cache, compiler.clone(), 2)
}

/// The names of all files below a folder, in order.
fn files(top: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                names.push(path.strip_prefix(top).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    names.sort();
    names
}
