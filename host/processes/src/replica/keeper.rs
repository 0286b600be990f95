//! Keeper: the two threads beside every replica. One reads what it writes, as fast as it comes, so
//! that no full pipe ever stops it; the other waits for its end and cleans up.

use std::io::{ErrorKind, PipeReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use tokio::sync::watch;

use super::{Ended, Ending, Shared};
use crate::cgroup::Group;

/// The threads hold a buffer and little else.
const STACK_BYTES: usize = 128 * 1024;
const BUFFER_BYTES: usize = 8 * 1024;
/// How long the last words may take to be read once nobody is left to write more.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Starts both threads. The process has to have been started with the other end of the pipe.
pub(super) fn keep(
    child: Child,
    words: PipeReader,
    shared: &Arc<Shared>,
) -> std::io::Result<watch::Receiver<Option<Arc<Ended>>>> {
    let (sender, ended) = watch::channel(None);
    let (read, all_read) = sync_channel::<()>(0);
    let of_reader = Arc::clone(shared);
    thread::Builder::new().name("replica-words".into()).stack_size(STACK_BYTES).spawn(
        move || {
            read_all(words, &of_reader);
            drop(read);
        },
    )?;
    let of_keeper = Arc::clone(shared);
    thread::Builder::new().name("replica-end".into()).stack_size(STACK_BYTES).spawn(move || {
        let ended = wait_and_clean(child, &of_keeper, &all_read);
        sender.send_replace(Some(Arc::new(ended)));
    })?;
    Ok(ended)
}

fn read_all(mut words: PipeReader, shared: &Shared) {
    let mut buffer = [0; BUFFER_BYTES];
    loop {
        match words.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                shared.tail.lock().unwrap_or_else(PoisonError::into_inner).push(&buffer[..length])
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
}

fn wait_and_clean(mut child: Child, shared: &Shared, all_read: &Receiver<()>) -> Ended {
    // Leaves it a zombie, so that its number stays its own until all that needs it is done.
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    let mut waited = waitid(Id::Pid(shared.pid), flags);
    while waited == Err(Errno::EINTR) {
        waited = waitid(Id::Pid(shared.pid), flags);
    }
    // Without a zombie the number may be another's: so it is where the host has the kernel wait for
    // its children.
    if waited.is_ok() {
        let _ = killpg(shared.pid, Signal::SIGKILL);
    }
    // Taken out, so that nobody who asks about it waits while it is removed.
    let mut group = shared.group.lock().unwrap_or_else(PoisonError::into_inner).take();
    group.iter().for_each(Group::kill);
    let usage = group.as_ref().and_then(|group| group.usage(shared.pid).ok());
    // An error is what is waited for: the reader never sends, it lets go at the end.
    let _ = all_read.recv_timeout(LAST_WORDS);
    let status = {
        let mut waited_for = shared.waited_for.lock().unwrap_or_else(PoisonError::into_inner);
        let status = child.wait();
        *waited_for = true;
        status
    };
    let group_left = group.as_mut().and_then(|group| group.remove().err());
    let last_lines = shared.tail.lock().unwrap_or_else(PoisonError::into_inner).lines();
    Ended { ending: status.map_or(Ending::Unknown, ending), usage, last_lines, group_left }
}

fn ending(status: ExitStatus) -> Ending {
    match (status.code(), status.signal()) {
        (Some(status), _) => Ending::Exited { status },
        (None, Some(signal)) => Ending::Killed { signal },
        (None, None) => Ending::Unknown,
    }
}
