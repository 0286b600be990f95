//! Durability: opening the log, committing to it, losing it and finding it again.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::{Log, Mark, Replay, ReplayError, Sequence, Settings};
use crate::limits::Limits;
use crate::log::{
    Appender, Found, Frame, Header, LogError, Recovery, Vacated, Writer, io_error, read,
};
use crate::ring::{Identity, Ring};
use crate::schema::Schema;
use crate::status::Status;

impl Replay {
    /// Opens a replay. What a log holds is in the ring again, in the same slots; a torn tail is cut off
    /// and told. A log of another schema is refused before anything is touched.
    pub fn open(settings: Settings) -> Result<(Self, Recovery), ReplayError> {
        let Settings { schema, limits, prioritised, log } = settings;
        let mut replay = Self::in_memory(schema, limits.clone(), prioritised)?;
        let mut recovery = Recovery {
            rows: 0,
            last: Sequence(0),
            segments: 0,
            damage: Vec::new(),
            marks: Vec::new(),
        };
        let Some(settings) = log else { return Ok((replay, recovery)) };
        let folder = &settings.folder;
        fs::create_dir_all(folder).map_err(|source| io_error("make", folder, source))?;
        let lock = lock(folder)?;
        let (found, headless) = fill(&mut replay.ring, folder, &replay.schema)?;
        for path in headless {
            fs::remove_file(&path).map_err(|source| io_error("remove", &path, source))?;
        }
        let mut segments = Vec::new();
        if let Some(found) = found {
            cut_torn_tail(&found)?;
            replay.provenances = found.provenances;
            replay.marks.clone_from(&found.marks);
            replay.last = found.last;
            segments = found.segments;
            recovery.segments = segments.len();
            recovery.damage = found.damage;
            recovery.marks = found.marks;
        }
        let header = replay.header();
        let appender =
            Appender::go_on(folder, settings.segment_bytes, header, segments, replay.last)?;
        let writer = Writer::start(appender, settings.backlog);
        replay.log = Some(Log { writer, settings, _lock: lock });
        replay.renew_priorities();
        // The log may be of a larger ring, or of other quotas.
        replay.set_limits(limits)?;
        recovery.rows = replay.rows();
        recovery.last = replay.last();
        Ok((replay, recovery))
    }

    /// Reads a log into memory, for reports and exports. Nothing is changed, and it may be in use: what
    /// is appended meanwhile may look like a torn tail.
    pub fn read(folder: &Path) -> Result<(Self, Recovery), ReplayError> {
        let absent = || LogError::Absent { folder: folder.to_owned() };
        let schema = read(folder, None, |_| {})?.0.ok_or_else(absent)?.schema;
        let mut replay = Self::in_memory(schema, Limits::rows(1), None)?;
        let found = fill(&mut replay.ring, folder, &replay.schema)?.0.ok_or_else(absent)?;
        let rows = replay.ring.rows();
        replay.ring.limit(Limits::rows(rows.max(1)));
        replay.provenances = found.provenances;
        replay.last = found.last;
        let recovery = Recovery {
            rows,
            last: Sequence(found.last),
            segments: found.segments.len(),
            damage: found.damage,
            marks: found.marks,
        };
        Ok((replay, recovery))
    }

    /// Hands everything appended to the writer, without waiting for the disk.
    pub fn flush(&mut self) {
        let wanted = wanted(&self.ring, &self.marks);
        if let Some(log) = &mut self.log {
            log.writer.flush(wanted);
        }
    }

    /// Waits until everything appended is durable, and says up to where. After a failure it tries to
    /// recover first. Without a log there is nothing to wait for.
    pub fn commit(&mut self) -> Result<Sequence, LogError> {
        self.flush();
        let Some(log) = &self.log else { return Ok(self.last()) };
        match log.writer.settle() {
            Ok(durable) => Ok(Sequence(durable)),
            Err(_) => self.recover(),
        }
    }

    /// The last that is durable; 0 without a log.
    pub fn durable(&self) -> Sequence {
        Sequence(self.log.as_ref().map_or(0, |log| log.writer.progress().0))
    }

    /// How durable it is.
    pub fn status(&self) -> Status {
        let Some(log) = &self.log else { return Status::InMemory };
        match log.writer.progress() {
            (durable, None) => Status::Durable { up_to: Sequence(durable) },
            (durable, Some(failure)) => Status::MemoryOnly {
                durable: Sequence(durable),
                since_unix_seconds: failure.since_unix_seconds,
                cause: failure.cause,
            },
        }
    }

    /// Tries to use the log again after a failure: a new segment, and in it every row that is in memory
    /// and not on the disk. Rows that made room for others in the meantime are lost, as is a rewind to
    /// where they were.
    pub fn recover(&mut self) -> Result<Sequence, LogError> {
        let header = self.header();
        let Some(log) = &mut self.log else { return Ok(Sequence(self.last)) };
        if log.writer.progress().1.is_none() {
            return log.writer.settle().map(Sequence);
        }
        let durable = log.writer.revive(header)?;
        for slot in self.ring.by_age() {
            if let Some(row) = self.ring.row(slot).filter(|row| row.sequence > durable) {
                let identity = Identity {
                    sequence: row.sequence,
                    tenant: row.tenant,
                    workload: row.workload,
                    episode: row.episode,
                    turn: row.turn,
                    provenance: row.provenance,
                };
                log.writer.append(slot, &identity, row.words, || 0);
            }
        }
        self.last += 1;
        let slots = self.ring.vacant();
        self.note(Frame::Vacated(Vacated { sequence: self.last, slots }));
        match &self.log {
            Some(log) => log.writer.settle().map(Sequence),
            None => Ok(Sequence(self.last)),
        }
    }

    /// Says which checkpoints there are: their rows stay in the log, and no others are kept for their
    /// sake any more. It is remembered when the log is opened again.
    pub fn keep(&mut self, marks: &[Mark]) {
        self.marks = marks.to_vec();
        self.note(Frame::Marks(marks.to_vec()));
    }

    pub(super) fn note(&mut self, frame: Frame<'static>) {
        let wanted = wanted(&self.ring, &self.marks);
        if let Some(log) = &mut self.log {
            log.writer.note(frame, wanted);
        }
    }

    pub(super) fn header(&self) -> Header {
        Header {
            format: crate::log::FORMAT,
            schema: self.schema.clone(),
            provenances: self.provenances.all().to_vec(),
            marks: self.marks.clone(),
        }
    }

    /// Gives every row the priority of a new one.
    pub(super) fn renew_priorities(&mut self) {
        if let Some(priorities) = &mut self.priorities {
            for slot in 0..self.ring.high() {
                if self.ring.columns.sequence(slot) != 0 {
                    priorities.renew(slot);
                }
            }
        }
    }
}

/// Does again all that a log says was done.
fn fill(
    ring: &mut Ring,
    folder: &Path,
    schema: &Schema,
) -> Result<(Option<Found>, Vec<PathBuf>), LogError> {
    read(folder, Some(schema), |scan| {
        let _ = scan.entries(|entry| {
            ring.apply(entry);
            ControlFlow::<()>::Continue(())
        });
    })
}

/// The oldest sequence that the ring or a checkpoint wants; 0 while there is none.
pub(super) fn wanted(ring: &Ring, marks: &[Mark]) -> u64 {
    let ours = ring.partitions.oldest_sequence().unwrap_or(0);
    marks.iter().map(|mark| mark.oldest.0).fold(ours, u64::min)
}

/// One process at a time; the lock goes with the process, however it ends.
fn lock(folder: &Path) -> Result<File, LogError> {
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|source| io_error("open", &path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(io_error("lock", &path, source)),
    }
}

/// Cuts off what follows the last whole frame of the last segment.
fn cut_torn_tail(found: &Found) -> Result<(), LogError> {
    let Some(last) = found.segments.last() else { return Ok(()) };
    if !found.damage.iter().any(|damage| damage.torn_tail && damage.segment == last.path) {
        return Ok(());
    }
    OpenOptions::new()
        .write(true)
        .open(&last.path)
        .and_then(|file| {
            file.set_len(last.bytes)?;
            file.sync_all()
        })
        .map_err(|source| io_error("cut back", &last.path, source))
}
