//! Appender: the end of a log, where frames are added and segments begun and dropped.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::LogError;
use super::frame::{Frame, Header, Segment, note};

/// The end of a log.
pub(crate) struct Appender {
    folder: PathBuf,
    segment_bytes: u64,
    /// What the next segment begins with.
    pub(crate) header: Header,
    closed: VecDeque<Segment>,
    open: Segment,
    file: File,
    /// Bytes of the open segment that are surely on the disk.
    synced_bytes: u64,
    /// The last sequence that surely is.
    synced_last: u64,
    /// The largest sequence written.
    last: u64,
}

impl Appender {
    /// Begins a segment behind those that there are.
    pub(crate) fn begin(
        folder: &Path,
        segment_bytes: u64,
        header: Header,
        segments: Vec<Segment>,
        last: u64,
    ) -> Result<Self, LogError> {
        let ordinal = segments.last().map_or(0, |segment| segment.ordinal + 1);
        let (open, file) = create(folder, ordinal, &header)?;
        let synced_bytes = open.bytes;
        let closed = segments.into();
        let folder = folder.to_owned();
        Ok(Self {
            folder,
            segment_bytes,
            header,
            closed,
            open,
            file,
            synced_bytes,
            synced_last: last,
            last,
        })
    }

    /// Goes on in the last segment, which ends with a whole frame.
    pub(crate) fn go_on(
        folder: &Path,
        segment_bytes: u64,
        header: Header,
        mut segments: Vec<Segment>,
        last: u64,
    ) -> Result<Self, LogError> {
        let Some(open) = segments.pop_if(|open| open.bytes < segment_bytes) else {
            return Self::begin(folder, segment_bytes, header, segments, last);
        };
        let failed = |source| LogError::Io { attempted: "open", path: open.path.clone(), source };
        let file = OpenOptions::new().append(true).open(&open.path).map_err(failed)?;
        let synced_bytes = open.bytes;
        Ok(Self {
            folder: folder.to_owned(),
            segment_bytes,
            header,
            closed: segments.into(),
            open,
            file,
            synced_bytes,
            synced_last: last,
            last,
        })
    }

    /// Adds a frame, which is durable after the next `sync`. A segment that is long enough is closed
    /// first, so that a frame is never divided.
    pub(crate) fn write(&mut self, frame: &[u8], last: Option<u64>) -> Result<(), LogError> {
        if self.open.bytes >= self.segment_bytes {
            self.sync()?;
            self.turn_over()?;
        }
        self.file
            .write_all(frame)
            .map_err(|source| io_error("write to", &self.open.path, source))?;
        self.open.bytes += frame.len() as u64;
        if let Some(last) = last {
            self.open.last = self.open.last.max(last);
            self.last = self.last.max(last);
        }
        Ok(())
    }

    /// Makes everything written durable; the last sequence that is.
    pub(crate) fn sync(&mut self) -> Result<u64, LogError> {
        self.file.sync_data().map_err(|source| io_error("sync", &self.open.path, source))?;
        self.synced_bytes = self.open.bytes;
        self.synced_last = self.last;
        Ok(self.synced_last)
    }

    fn turn_over(&mut self) -> Result<(), LogError> {
        let (open, file) = create(&self.folder, self.open.ordinal + 1, &self.header)?;
        self.synced_bytes = open.bytes;
        self.file = file;
        self.closed.push_back(std::mem::replace(&mut self.open, open));
        Ok(())
    }

    /// Drops the oldest segments in which every row is older than any that is wanted. One that cannot be
    /// removed stays first in line, to be tried again: it takes room, and nothing depends on it.
    pub(crate) fn drop_before(&mut self, wanted: u64) {
        while let Some(segment) = self.closed.front()
            && segment.last < wanted
            && remove(&segment.path).is_ok()
        {
            self.closed.pop_front();
        }
    }

    /// Cuts off what a failed write or sync left behind the last durable frame. Its pages may be lost
    /// even where a later sync says otherwise, so the segment is not written to again.
    pub(crate) fn cut_back(&mut self) -> Result<(), LogError> {
        self.file
            .set_len(self.synced_bytes)
            .map_err(|source| io_error("cut back", &self.open.path, source))?;
        self.open.bytes = self.synced_bytes;
        self.last = self.synced_last;
        Ok(())
    }

    /// Goes on in a new segment after a failure.
    pub(crate) fn revive(&mut self, header: Header) -> Result<(), LogError> {
        self.cut_back()?;
        self.header = header;
        self.turn_over()
    }

    /// Forgets everything after `sequence`: `cut` is the segment and the offset of the first frame that
    /// has more, and `kept` what of that frame remains. What remains is written to a new segment before
    /// anything is removed; reading in between finds rows twice, which changes nothing, because a slot
    /// does not go back to an older row.
    pub(crate) fn rewind(
        &mut self,
        sequence: u64,
        cut: Option<(usize, u64)>,
        kept: &[u8],
    ) -> Result<(), LogError> {
        self.sync()?;
        // Should this fail halfway, what came after is to be written again.
        self.synced_last = sequence;
        self.last = sequence;
        self.turn_over()?;
        if !kept.is_empty() {
            self.write(kept, Some(sequence))?;
        }
        self.sync()?;
        if let Some((segment, offset)) = cut {
            for later in self.closed.drain((segment + 1).min(self.closed.len())..).rev() {
                remove(&later.path)?;
            }
            if let Some(straddling) = self.closed.back_mut() {
                let path = &straddling.path;
                let cut = |source| io_error("cut back", path, source);
                let file = OpenOptions::new().write(true).open(path).map_err(cut)?;
                file.set_len(offset).and_then(|()| file.sync_all()).map_err(cut)?;
                straddling.bytes = offset;
                straddling.last = straddling.last.min(sequence);
            }
        }
        Ok(())
    }

    /// The last sequence that is surely on the disk.
    pub(crate) fn synced_last(&self) -> u64 {
        self.synced_last
    }
}

/// A segment with nothing but its header, on the disk with its name.
fn create(folder: &Path, ordinal: u64, header: &Header) -> Result<(Segment, File), LogError> {
    let path = folder.join(format!("segment-{ordinal:010}.log"));
    let bytes = note(&Frame::Header(header.clone()));
    let made = OpenOptions::new().append(true).create_new(true).open(&path).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()?;
        File::open(folder)?.sync_all()?;
        Ok(file)
    });
    match made {
        Ok(file) => Ok((Segment { ordinal, path, last: 0, bytes: bytes.len() as u64 }, file)),
        Err(source) => {
            // Best effort: a segment without its header is stepped over and removed when the log is opened.
            let _ = fs::remove_file(&path);
            Err(io_error("begin segment", &path, source))
        }
    }
}

fn remove(path: &Path) -> Result<(), LogError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(io_error("remove", path, source))
        }
        _ => Ok(()),
    }
}

pub(crate) fn io_error(attempted: &'static str, path: &Path, source: io::Error) -> LogError {
    LogError::Io { attempted, path: path.to_owned(), source }
}
