//! Compiler: a child process that compiles one component and is killed when it takes too much. Those
//! who make a compiler eat hours or gigabytes get a named error, and the host never notices.

mod child;
mod ending;
mod limits;
mod pipe;

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

/// Starts child processes that compile: a program that calls [`compile_as_child`] when it is given
/// the arguments.
#[derive(Debug, Clone)]
pub struct Compiler {
    /// The program, mostly this one itself.
    pub program: PathBuf,
    /// Arguments before those that [`ChildArguments`] reads.
    pub arguments: Vec<OsString>,
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
        let started = self.command(limits).spawn();
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
                // Before the words are read to their end, or the reader would wait for the child.
                child.kill();
                let words = words.join().unwrap_or_default();
                match status {
                    Some(Ok(status)) => explained(status, &words, limits),
                    Some(Err(source)) => CompileError::Broken { how: source.to_string(), words },
                    None => CompileError::TooLong { limit: limits.deadline },
                }
            })
        })
    }

    fn command(&self, limits: &CompileLimits) -> Command {
        let mut command = Command::new(&self.program);
        let threads = match limits.threads {
            Threads::One => 1,
            Threads::All => available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS),
        };
        let arguments = ChildArguments {
            address_space_bytes: limits.address_space_bytes,
            // A backstop: unless the host itself is stopped, the wall clock comes first.
            cpu_seconds: limits.deadline.as_secs().saturating_add(1).saturating_mul(threads as u64),
            threads: limits.threads,
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
