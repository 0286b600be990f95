//! Writer: the thread between the ring and the disk.
//!
//! Whoever appends fills a frame in memory and hands it over through a bounded queue. The writer takes
//! all that is waiting, writes it, syncs once and says up to where everything is durable: commits group
//! themselves, and the slower the disk, the larger the groups.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use super::frame::{Frame, Header, begin_rows, encode_row, end_rows, note, seal};
use super::{Appender, Backlog, LogError};
use crate::provenance::Provenance;
use crate::replay::Sequence;
use crate::ring::Identity;

/// A frame of rows is handed over when it is longer. Larger ones would be copied no faster and make
/// torn tails longer.
const FRAME_BYTES: usize = 128 << 10;
/// Frames that may wait for the disk: 8 MiB.
const QUEUE_FRAMES: usize = 64;
/// Bytes written before a sync at most, so that those who wait for a commit are told in time.
const GROUP_BYTES: usize = 4 << 20;

enum Message {
    Rows { frame: Vec<u8>, last: u64, wanted: u64 },
    Note { frame: Frame<'static>, wanted: u64 },
    Revive(Header),
}

/// What the writer has come to.
#[derive(Default)]
struct Progress {
    /// Messages dealt with, well or not.
    done: u64,
    durable: u64,
    failure: Option<Failure>,
}

/// Why and since when nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) cause: String,
    pub(crate) since_unix_seconds: u64,
}

#[derive(Default)]
struct Shared {
    progress: Mutex<Progress>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        // Plain numbers, whole at every instant.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The near end of the queue.
pub(crate) struct Writer {
    sender: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<Appender>>,
    shared: Arc<Shared>,
    backlog: Backlog,
    sent: u64,
    /// A frame of rows that is being filled, and how many are in it.
    pending: Vec<u8>,
    rows: u32,
    last: u64,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(appender: Appender, backlog: Backlog) -> Self {
        let (sender, receiver) = sync_channel(QUEUE_FRAMES);
        let shared = Arc::new(Shared::default());
        let last = appender.synced_last();
        shared.lock().durable = last;
        let theirs = Arc::clone(&shared);
        let thread = std::thread::spawn(move || run(appender, &receiver, &theirs));
        Self {
            sender: Some(sender),
            thread: Some(thread),
            shared,
            backlog,
            sent: 0,
            pending: Vec::with_capacity(FRAME_BYTES + 4096),
            rows: 0,
            last,
        }
    }

    /// Adds a row. `wanted` is asked for when a frame is handed over: the oldest sequence that anybody
    /// still wants.
    pub(crate) fn append(
        &mut self,
        slot: u32,
        identity: &Identity,
        words: &[u32],
        wanted: impl FnOnce() -> u64,
    ) {
        if self.rows > 0 && identity.sequence != self.last + 1 {
            self.flush(0);
        }
        if self.rows == 0 {
            self.pending.clear();
            begin_rows(&mut self.pending, identity.sequence);
        }
        encode_row(&mut self.pending, slot, identity, words);
        self.rows += 1;
        self.last = identity.sequence;
        if self.pending.len() >= FRAME_BYTES {
            self.flush(wanted());
        }
    }

    /// Hands over what is pending, without waiting for the disk.
    pub(crate) fn flush(&mut self, wanted: u64) {
        if self.rows > 0 {
            let mut frame =
                std::mem::replace(&mut self.pending, Vec::with_capacity(FRAME_BYTES + 4096));
            end_rows(&mut frame, self.rows);
            self.rows = 0;
            self.send(Message::Rows { frame, last: self.last, wanted });
        }
    }

    /// Hands over a note, behind what is pending.
    pub(crate) fn note(&mut self, frame: Frame<'static>, wanted: u64) {
        self.flush(wanted);
        if let Frame::Vacated(vacated) = &frame {
            self.last = vacated.sequence;
        }
        self.send(Message::Note { frame, wanted });
    }

    fn send(&mut self, message: Message) {
        let Some(sender) = &self.sender else { return };
        let sent = match self.backlog {
            Backlog::Wait => sender.send(message).is_ok(),
            Backlog::Forgo => match sender.try_send(message) {
                Ok(()) => true,
                Err(TrySendError::Full(_)) => {
                    self.fail("rows come faster than the disk takes them");
                    false
                }
                Err(TrySendError::Disconnected(_)) => false,
            },
        };
        self.sent += u64::from(sent);
    }

    /// Takes the log out of service.
    pub(crate) fn fail(&self, cause: &str) {
        let mut progress = self.shared.lock();
        if progress.failure.is_none() {
            progress.failure =
                Some(Failure { cause: cause.to_owned(), since_unix_seconds: unix_seconds() });
        }
    }

    /// Waits until everything handed over was dealt with; the last sequence that is durable.
    pub(crate) fn settle(&self) -> Result<u64, LogError> {
        let mut progress = self.shared.lock();
        // A thread that is gone deals with nothing any more.
        while progress.done < self.sent
            && self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
        {
            let wait = std::time::Duration::from_millis(100);
            let waited = self.shared.changed.wait_timeout(progress, wait);
            progress = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        match &progress.failure {
            None => Ok(progress.durable),
            Some(failure) => Err(LogError::NotDurable {
                durable: Sequence(progress.durable),
                cause: failure.cause.clone(),
            }),
        }
    }

    /// The last sequence that is durable, and what went wrong.
    pub(crate) fn progress(&self) -> (u64, Option<Failure>) {
        let progress = self.shared.lock();
        (progress.durable, progress.failure.clone())
    }

    /// Tries to go on in a new segment after a failure; the last sequence that is durable, after which
    /// everything has to be appended again.
    pub(crate) fn revive(&mut self, header: Header) -> Result<u64, LogError> {
        self.rows = 0;
        if let Some(sender) = &self.sender
            && sender.send(Message::Revive(header)).is_ok()
        {
            self.sent += 1;
        }
        let durable = self.settle()?;
        self.last = durable;
        Ok(durable)
    }

    /// Ends the thread, which writes what was handed over before.
    pub(crate) fn stop(&mut self) -> Option<Appender> {
        self.sender = None;
        self.thread.take().and_then(|thread| thread.join().ok())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.flush(0);
        self.stop();
    }
}

/// The thread: until the queue is closed and empty.
fn run(mut appender: Appender, receiver: &Receiver<Message>, shared: &Shared) -> Appender {
    let mut group = Vec::new();
    while let Ok(message) = receiver.recv() {
        let mut bytes = size(&message);
        group.push(message);
        while bytes < GROUP_BYTES
            && let Ok(message) = receiver.try_recv()
        {
            bytes += size(&message);
            group.push(message);
        }
        let messages = group.len() as u64;
        // Read after the group was taken: whoever found the queue full said so before it sent more.
        let failed = shared.lock().failure.is_some();
        let revived = group.iter().any(|message| matches!(message, Message::Revive(_)));
        let written = write(&mut appender, group.drain(..), failed);
        if written.is_err() {
            // Best effort: what a failed write left is cut off again before the log goes on.
            let _ = appender.cut_back();
        }
        let mut progress = shared.lock();
        progress.done += messages;
        match written {
            Ok(Some(durable)) => {
                progress.durable = durable;
                if revived {
                    progress.failure = None;
                }
            }
            Ok(None) => {}
            Err(error) => {
                progress.failure =
                    Some(Failure { cause: told(&error), since_unix_seconds: unix_seconds() });
            }
        }
        drop(progress);
        shared.changed.notify_all();
    }
    appender
}

/// Writes and syncs a group; the last durable sequence, or none while the log is down.
fn write(
    appender: &mut Appender,
    group: impl Iterator<Item = Message>,
    mut failed: bool,
) -> Result<Option<u64>, LogError> {
    let mut oldest_wanted = 0;
    for message in group {
        match message {
            Message::Revive(header) => {
                appender.revive(header)?;
                failed = false;
            }
            Message::Note { frame, .. } if failed => drop(frame),
            Message::Rows { .. } if failed => {}
            Message::Rows { mut frame, last, wanted } => {
                seal(&mut frame);
                appender.write(&frame, Some(last))?;
                oldest_wanted = wanted;
            }
            Message::Note { frame, wanted } => {
                let last = match &frame {
                    Frame::Vacated(vacated) => Some(vacated.sequence),
                    _ => None,
                };
                appender.write(&note(&frame), last)?;
                remember(&mut appender.header, frame);
                oldest_wanted = wanted;
            }
        }
    }
    if failed {
        return Ok(None);
    }
    let durable = appender.sync()?;
    appender.drop_before(oldest_wanted);
    Ok(Some(durable))
}

/// Keeps for the next segment's header what a note said.
fn remember(header: &mut Header, frame: Frame<'static>) {
    let known = |all: &[Provenance], one: &Provenance| all.contains(one);
    match frame {
        Frame::Provenance(provenance) if !known(&header.provenances, &provenance) => {
            header.provenances.push(provenance);
        }
        Frame::Marks(marks) => header.marks = marks,
        _ => {}
    }
}

/// What went wrong, with every cause.
pub(crate) fn told(error: &LogError) -> String {
    let mut said = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        said.push_str(": ");
        said.push_str(&cause.to_string());
        source = cause.source();
    }
    said
}

fn size(message: &Message) -> usize {
    match message {
        Message::Rows { frame, .. } => frame.len(),
        _ => 0,
    }
}

#[expect(clippy::disallowed_methods, reason = "people are told since when the log is down")]
fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
