//! Spawner: the thread that starts replicas. The kernel ends a replica when the *thread* that started
//! it ends, so they are all started by one that lives as long as any of them.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use nix::errno::Errno;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, getppid};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use super::{Program, Replica, Shared, keeper};
use crate::cgroup::{Group, GroupError};

/// Starts that may wait for the thread; who comes then waits to be queued. A start takes some
/// milliseconds.
const WAITING: usize = 64;

/// Starts replicas. Clones are handles of the same thread, and every replica holds one.
#[derive(Debug, Clone)]
pub struct Spawner {
    requests: mpsc::Sender<Request>,
}

#[derive(Debug)]
struct Request {
    program: Program,
    group: Group,
    answer: oneshot::Sender<Result<Replica, SpawnError>>,
    /// For the replica, which so keeps its parent alive.
    spawner: Spawner,
}

/// Why a replica was not started.
#[derive(Debug, Error)]
pub enum SpawnError {
    /// No program.
    #[error("cannot start `{}`: there is no such file; build it or mend the path", path.display())]
    Missing {
        /// The program.
        path: PathBuf,
    },
    /// A folder, or something stranger.
    #[error("cannot start `{}`: it is not a file", path.display())]
    NoFile {
        /// The program.
        path: PathBuf,
    },
    /// No program to the kernel.
    #[error("cannot start `{}`: it is not executable; try `chmod +x`", path.display())]
    NotExecutable {
        /// The program.
        path: PathBuf,
    },
    /// The kernel would not start it, or not in its group.
    #[error("cannot start `{}`", path.display())]
    Start {
        /// The program.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Its group cannot be entered.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// No thread.
    #[error("cannot start a thread for replicas; this machine or its limits allow no more")]
    Thread {
        /// The system's reason.
        source: io::Error,
    },
    /// The thread is gone, which only a panic can do.
    #[error("cannot start `{}`: the thread that starts replicas is gone", path.display())]
    Gone {
        /// The program.
        path: PathBuf,
    },
}

impl Spawner {
    /// Starts the thread. It ends, and with it every replica, when this, its clones and all replicas
    /// are dropped.
    pub fn start() -> Result<Self, SpawnError> {
        let (requests, mut received) = mpsc::channel::<Request>(WAITING);
        let serve = move || {
            while let Some(request) = received.blocking_recv() {
                let replica = spawn(request.program, request.group, request.spawner);
                // Who does not wait any more drops the replica, which ends it.
                let _ = request.answer.send(replica);
            }
        };
        let thread = thread::Builder::new().name("replica-parent".into());
        thread.spawn(serve).map_err(|source| SpawnError::Thread { source })?;
        Ok(Self { requests })
    }

    /// Starts a program in a group, which then belongs to the replica. If it fails the group is
    /// removed.
    pub async fn spawn(&self, program: Program, group: Group) -> Result<Replica, SpawnError> {
        let path = program.path.clone();
        let gone = |path| SpawnError::Gone { path };
        let (answer, answered) = oneshot::channel();
        let request = Request { program, group, answer, spawner: self.clone() };
        if self.requests.send(request).await.is_err() {
            return Err(gone(path));
        }
        answered.await.unwrap_or_else(|_| Err(gone(path)))
    }
}

fn spawn(program: Program, group: Group, parent: Spawner) -> Result<Replica, SpawnError> {
    program.check()?;
    let error = |source| SpawnError::Start { path: program.path.clone(), source };
    let (words, writer) = io::pipe().map_err(error)?;
    let mut command = command(&program, writer).map_err(error)?;
    enter_before_it_runs(&mut command, group.doors()?);
    let child = command.spawn().map_err(error)?;
    // It holds our end of the pipe, which would never be read to its end.
    drop(command);
    let pid = Pid::from_raw(child.id().try_into().map_err(|_| error(Errno::ERANGE.into()))?);
    let shared = Arc::new(Shared {
        pid,
        group: Mutex::new(Some(group)),
        tail: Mutex::default(),
        waited_for: Mutex::new(false),
    });
    match keeper::keep(child, words, &shared) {
        Ok(ended) => Ok(Replica { shared, ended, _parent: parent }),
        Err(source) => {
            // Nobody else will wait for it.
            shared.kill();
            let _ = waitpid(pid, None);
            Err(SpawnError::Thread { source })
        }
    }
}

fn command(program: &Program, writer: io::PipeWriter) -> io::Result<Command> {
    // A bare name would be looked for on the host's search path.
    let mut command = Command::new(std::path::absolute(&program.path)?);
    command
        .args(&program.arguments)
        .env_clear()
        .envs(program.environment.iter().map(|(name, value)| (name, value)))
        .env("PORT", program.port.to_string())
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    Ok(command)
}

/// Has the child, before it becomes the program, enter its group and ask to end with its parent.
fn enter_before_it_runs(command: &mut Command, doors: Vec<File>) {
    let host = Pid::this();
    let enter = move || {
        for mut door in &doors {
            door.write_all(b"0")?;
        }
        set_pdeathsig(Signal::SIGKILL)?;
        // The host may have ended before it was watched.
        if getppid() == host { Ok(()) } else { Err(Errno::ESRCH.into()) }
    };
    // SAFETY: between fork and exec only system calls are made: writes to files that are open, prctl
    // and getppid. Nothing allocates, locks or panics.
    #[expect(unsafe_code, reason = "there is no safe way to act between fork and exec")]
    unsafe {
        command.pre_exec(enter);
    }
}
