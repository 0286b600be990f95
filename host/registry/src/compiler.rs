//! Compiler: a child process that compiles one component and is killed when it takes too much. Those
//! who make a compiler eat hours or gigabytes get a named error, and the host never notices.

mod child;
mod ending;
mod limits;
mod pipe;
mod starvation;

use std::ffi::OsString;
use std::io;
use std::num::NonZero;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::available_parallelism;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use sandbox::Threads;
use thiserror::Error;

use ending::explained;

pub use child::{ChildArguments, ChildError, compile_as_child};
pub use limits::CompileLimits;

/// Threads of a child that compiles on all processors: more are seldom faster, and each takes address
/// space.
const MOST_THREADS: usize = 8;

/// The place of a child among all who want a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// It takes only what nobody else wants, so that a loop beside it never waits. On a machine that
    /// is busy to the last it hardly moves.
    Spare,
    /// It takes its share, because somebody sits and waits for it.
    Fair,
}

/// Starts child processes that compile: a program that calls [`compile_as_child`] when it is given
/// the arguments.
#[derive(Debug, Clone)]
pub struct Compiler {
    /// The program, mostly this one itself.
    pub program: PathBuf,
    /// Arguments before those that [`ChildArguments`] reads.
    pub arguments: Vec<OsString>,
    /// Whom its children give way to.
    pub priority: Priority,
}

/// Why there is no native code.
#[derive(Debug, Error)]
pub enum CompileError {
    /// No child.
    #[error("cannot start the compiler `{}`", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The component is no good.
    #[error("{cause}")]
    Refused {
        /// The compiler's words, which begin with whose they are.
        cause: String,
    },
    /// It took too long.
    #[error("compiling it took longer than {limit:?}, so it was stopped; make it smaller")]
    TooLong {
        /// The deadline.
        limit: Duration,
    },
    /// It took too long, and most of that it waited for a processor.
    #[error(
        "compiling it did not end within {limit:?}, of which it waited {waited:?} for a processor; \
         try again when the machine is less busy, or give it a longer deadline"
    )]
    Starved {
        /// The deadline.
        limit: Duration,
        /// How long the thread that waited most was ready to run and did not.
        waited: Duration,
    },
    /// It took more work than its size explains.
    #[error(
        "compiling its {bytes} bytes took more than {cpu_seconds} s of processor time; make its \
         functions smaller, or have its tenant's compile.cpu_seconds_per_mib raised"
    )]
    TooMuchWork {
        /// Size of the component.
        bytes: usize,
        /// The limit for one of this size.
        cpu_seconds: u64,
    },
    /// It took too much memory.
    #[error("compiling it took more than {limit_bytes} bytes of address space; make it smaller")]
    OutOfMemory {
        /// The limit.
        limit_bytes: u64,
    },
    /// Its code is too large.
    #[error("it compiles to more than {limit_bytes} bytes of code; make it smaller")]
    TooMuchCode {
        /// The limit.
        limit_bytes: u64,
    },
    /// The compiler broke.
    #[error("the compiler broke on it ({how}): {words}")]
    Broken {
        /// Exit status.
        how: String,
        /// The last that it said.
        words: String,
    },
}

/// Kills the child, with all that it may have started, however its owner ends.
struct Killed(Child);

impl Killed {
    fn kill(&mut self) {
        // Until it is waited for, its number is its own and its group's.
        if let (Ok(None), Ok(group)) = (self.0.try_wait(), self.0.id().try_into()) {
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        self.kill();
        let _ = self.0.wait();
    }
}

impl Compiler {
    /// Compiles a component in a child process.
    pub fn compile(
        &self,
        component: &[u8],
        limits: &CompileLimits,
    ) -> Result<Vec<u8>, CompileError> {
        let started = self.command(component.len(), limits).spawn();
        let mut child = started
            .map(Killed)
            .map_err(|source| CompileError::Start { program: self.program.clone(), source })?;
        let broken_pipe = "the pipes were asked for when the child was started";
        let input = child.0.stdin.take().expect(broken_pipe);
        let code = child.0.stdout.take().expect(broken_pipe);
        let words = child.0.stderr.take().expect(broken_pipe);
        // The threads end with the child's ends of the pipes, and the child ends with this call.
        std::thread::scope(|scope| {
            scope.spawn(|| pipe::write(input, component));
            let (sender, received) = sync_channel(1);
            let code_bytes = limits.code_bytes;
            scope.spawn(move || sender.send(pipe::read(code, code_bytes)));
            let words = scope.spawn(|| pipe::last_words(words));
            let code = received.recv_timeout(limits.deadline);
            let result = match code {
                Ok(pipe::Read::Whole(code)) => match child.0.wait() {
                    Ok(status) if status.success() => Ok(code),
                    status => Err(Some(status)),
                },
                Ok(pipe::Read::TooMuch) => {
                    child.kill();
                    return Err(CompileError::TooMuchCode { limit_bytes: limits.code_bytes });
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(None),
            };
            result.map_err(|status| {
                let waited = starvation::waited(child.0.id());
                // Before the words are read to their end, or the reader would wait for the child.
                child.kill();
                let words = words.join().unwrap_or_default();
                match status {
                    Some(Ok(status)) => explained(status, &words, component.len(), limits),
                    Some(Err(source)) => CompileError::Broken { how: source.to_string(), words },
                    None => match (limits.deadline, waited) {
                        (limit, Some(waited)) if waited > limit / 2 => {
                            CompileError::Starved { limit, waited }
                        }
                        (limit, _) => CompileError::TooLong { limit },
                    },
                }
            })
        })
    }

    fn command(&self, component_bytes: usize, limits: &CompileLimits) -> Command {
        let mut command = Command::new(&self.program);
        let threads = match limits.threads {
            Threads::One => 1,
            Threads::All => available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS),
        };
        let arguments = ChildArguments {
            address_space_bytes: limits.address_space_bytes,
            cpu_seconds: limits.cpu_seconds(component_bytes),
            threads: limits.threads,
            priority: self.priority,
            parent: std::process::id(),
        };
        command
            .args(&self.arguments)
            .args(arguments.written())
            // Nothing of the host's surroundings is the compiler's business.
            .env_clear()
            .env("RAYON_NUM_THREADS", threads.to_string())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

#[cfg(test)]
mod tests;
