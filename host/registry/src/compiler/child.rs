//! The child's side: it gives up what it does not need, compiles what comes in, and writes code out.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Write};

use nix::sys::resource::{Resource, setrlimit};
use sandbox::{PrecompileError, Threads, precompile};
use thiserror::Error;

use super::Priority;

/// Exit status of a child that refuses the component.
pub(super) const REFUSED: i32 = 10;
/// Exit status of a child that could not have the memory that it wanted.
pub(super) const OUT_OF_MEMORY: i32 = 11;

/// Files that a child has open: its three pipes. More it cannot open.
const PIPES: u64 = 3;

/// What a child is told when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildArguments {
    /// Address space, in bytes.
    pub address_space_bytes: u64,
    /// CPU time of all threads, in seconds.
    pub cpu_seconds: u64,
    /// On how many threads it compiles.
    pub threads: Threads,
    /// Its place among those who want a processor.
    pub priority: Priority,
    /// The process that started it, without which it ends.
    pub parent: u32,
}

/// A child that cannot do its work.
#[derive(Debug, Error)]
pub enum ChildError {
    /// Started by hand, perhaps.
    #[error(
        "the compiler's child is started by the host only, with a size, a time, `one` or `all`, \
         `spare` or `fair`, and the host's process"
    )]
    Arguments,
    /// A limit could not be set, so nothing hostile may be looked at.
    #[error("cannot set the limit on {what}")]
    Limit {
        /// Which.
        what: &'static str,
        /// The system's reason.
        source: nix::Error,
    },
    /// The host is gone.
    #[error("whoever wanted the code is gone")]
    Orphan,
    /// A pipe broke, or there is no memory for what comes through it.
    #[error("cannot {attempted}")]
    Pipe {
        /// What was attempted.
        attempted: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// The compiler's own.
    #[error(transparent)]
    Compile(PrecompileError),
}

impl ChildError {
    /// The exit status by which the parent knows it.
    pub fn exit_status(&self) -> i32 {
        match self {
            ChildError::Compile(PrecompileError::Refused { .. }) => REFUSED,
            ChildError::Compile(PrecompileError::Engine(_)) => OUT_OF_MEMORY,
            ChildError::Pipe { source, .. } if source.kind() == ErrorKind::OutOfMemory => {
                OUT_OF_MEMORY
            }
            _ => 1,
        }
    }
}

impl ChildArguments {
    pub(super) fn written(self) -> [OsString; 5] {
        let threads = match self.threads {
            Threads::One => "one",
            Threads::All => "all",
        };
        let priority = match self.priority {
            Priority::Spare => "spare",
            Priority::Fair => "fair",
        };
        [
            self.address_space_bytes.to_string().into(),
            self.cpu_seconds.to_string().into(),
            threads.into(),
            priority.into(),
            self.parent.to_string().into(),
        ]
    }

    /// Reads what [`super::Compiler`] wrote.
    pub fn parse(arguments: &[OsString]) -> Result<Self, ChildError> {
        let text = |place: usize| arguments.get(place).and_then(|argument| argument.to_str());
        let number = |place| text(place)?.parse::<u64>().ok();
        let parsed = || {
            Some(Self {
                address_space_bytes: number(0)?,
                cpu_seconds: number(1)?,
                threads: match text(2)? {
                    "one" => Threads::One,
                    "all" => Threads::All,
                    _ => return None,
                },
                priority: match text(3)? {
                    "spare" => Priority::Spare,
                    "fair" => Priority::Fair,
                    _ => return None,
                },
                parent: number(4)?.try_into().ok()?,
            })
        };
        parsed().filter(|_| arguments.len() == 5).ok_or(ChildError::Arguments)
    }
}

/// Compiles the component on standard input to native code on standard output, as a process that
/// may do nothing else: bounded in memory and time, without the right to write files, and gone when
/// its parent is.
pub fn compile_as_child(arguments: ChildArguments) -> Result<(), ChildError> {
    confine(arguments)?;
    let mut component = Vec::new();
    let pipe = |attempted| move |source| ChildError::Pipe { attempted, source };
    io::stdin().lock().read_to_end(&mut component).map_err(pipe("read the component"))?;
    let code = precompile(&component, arguments.threads).map_err(ChildError::Compile)?;
    let mut out = io::stdout().lock();
    out.write_all(&code).and_then(|()| out.flush()).map_err(pipe("write the code"))
}

fn confine(arguments: ChildArguments) -> Result<(), ChildError> {
    let limit = |what, resource, soft, hard| {
        setrlimit(resource, soft, hard).map_err(|source| ChildError::Limit { what, source })
    };
    let (memory, seconds) = (arguments.address_space_bytes, arguments.cpu_seconds);
    limit("address space", Resource::RLIMIT_AS, memory, memory)?;
    // At the first the system says why it ends the process, at the second it just does.
    limit("CPU time", Resource::RLIMIT_CPU, seconds, seconds.saturating_add(1))?;
    limit("core dumps", Resource::RLIMIT_CORE, 0, 0)?;
    limit("files written", Resource::RLIMIT_FSIZE, 0, 0)?;
    limit("open files", Resource::RLIMIT_NOFILE, PIPES, PIPES)?;
    #[cfg(target_os = "linux")]
    {
        nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)
            .map_err(|source| ChildError::Limit { what: "outliving the host", source })?;
        if arguments.priority == Priority::Spare {
            give_way();
        }
    }
    // It may have gone before it was watched.
    if std::os::unix::process::parent_id() == arguments.parent {
        Ok(())
    } else {
        Err(ChildError::Orphan)
    }
}

/// Runs only on processors that nobody else wants. If the system will not have it so, the child
/// compiles all the same.
#[cfg(target_os = "linux")]
fn give_way() {
    use nix::libc;

    let parameters = libc::sched_param { sched_priority: 0 };
    // SAFETY: the kernel reads `parameters`, which lives until the call returns, and sets a number of
    // this process.
    #[expect(unsafe_code, reason = "no safe wrapper of this call is among our libraries")]
    let _ = unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const parameters) };
}
