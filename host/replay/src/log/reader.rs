//! Reader: a log from its first frame to its last, with what is damaged named and stepped over.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::LogError;
use super::frame::{
    self, FORMAT, FRAME_HEAD_BYTES, Frame, Header, MAGIC, Segment, decode, decode_row, row_bytes,
};
use crate::experience::ending_of;
use crate::provenance::Provenances;
use crate::replay::{Mark, Sequence};
use crate::ring::Identity;
use crate::schema::{Layout, Schema};

/// Bytes of a log that are no frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The segment's file.
    pub segment: PathBuf,
    /// Where the damage begins, in bytes from the start of the file.
    pub offset: u64,
    /// How many bytes it takes.
    pub bytes: u64,
    /// What is wrong.
    pub cause: String,
    /// Nothing but this stands up to the end of the log: what a crash leaves of a write that nobody was
    /// told of. Opening the log cuts it off.
    pub torn_tail: bool,
}

/// What opening a log found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recovery {
    /// Rows that are in the ring again.
    pub rows: usize,
    /// The last sequence of the log.
    pub last: Sequence,
    /// Segments read.
    pub segments: usize,
    /// What was damaged: a torn tail was cut off, anything else was stepped over and lost.
    pub damage: Vec<Damage>,
    /// The marks of the checkpoints whose rows are kept.
    pub marks: Vec<Mark>,
}

/// Something that changed the ring.
pub(crate) enum Entry<'a> {
    Put { slot: u32, identity: Identity, words: &'a [u8] },
    Vacate { sequence: u64, slots: Vec<u32> },
}

impl Entry<'_> {
    pub(crate) fn sequence(&self) -> u64 {
        match self {
            Self::Put { identity, .. } => identity.sequence,
            Self::Vacate { sequence, .. } => *sequence,
        }
    }
}

/// A frame that changed the ring, and where it stands.
pub(crate) struct Scan<'a> {
    /// Position of the segment in the log.
    pub(crate) segment: usize,
    pub(crate) offset: u64,
    pub(crate) frame: &'a Frame<'a>,
    pub(crate) layout: &'a Layout,
}

impl Scan<'_> {
    /// Everything in the frame, in order, until `entry` breaks off.
    pub(crate) fn entries<B>(
        &self,
        mut entry: impl FnMut(Entry<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        match self.frame {
            Frame::Rows(rows) => {
                let size = row_bytes(self.layout.words);
                for (row, sequence) in rows.bytes.chunks_exact(size).zip(rows.first..) {
                    let (slot, identity, words) = decode_row(row, sequence);
                    entry(Entry::Put { slot, identity, words })?;
                }
                ControlFlow::Continue(())
            }
            Frame::Vacated(vacated) => {
                entry(Entry::Vacate { sequence: vacated.sequence, slots: vacated.slots.clone() })
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

/// All that a log says but its rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) schema: Schema,
    pub(crate) provenances: Provenances,
    pub(crate) marks: Vec<Mark>,
    pub(crate) segments: Vec<Segment>,
    pub(crate) damage: Vec<Damage>,
    /// Frames of all kinds that are whole.
    pub(crate) frames: u64,
    pub(crate) last: u64,
}

/// Reads a log. None if the folder has no segment with a whole header: a log that was begun and told
/// nobody anything. With `expected`, a log of another schema is refused at its first frame.
pub(crate) fn read(
    folder: &Path,
    expected: Option<&Schema>,
    mut each: impl FnMut(&Scan<'_>),
) -> Result<(Option<Found>, Vec<PathBuf>), LogError> {
    let mut found: Option<Found> = None;
    let mut headless = Vec::new();
    let mut damage = Vec::new();
    for (ordinal, path) in segments(folder)? {
        let bytes = fs::read(&path).map_err(|source| LogError::Io {
            attempted: "read",
            path: path.clone(),
            source,
        })?;
        let mut segment = Segment { ordinal, path: path.clone(), last: 0, bytes: 0 };
        let mut at = 0;
        let mut framed = false;
        while at < bytes.len() {
            let size = found.as_ref().map(|found| row_bytes(Layout::new(&found.schema).words));
            let read = frame::payload(&bytes[at..]).map_err(str::to_owned);
            let frame = read.and_then(|payload| {
                decode(payload, size).map(|frame| (frame, FRAME_HEAD_BYTES + payload.len()))
            });
            let checked = frame.and_then(|(frame, length)| {
                sound(&frame, found.as_ref().map(|found| &found.schema))?;
                Ok((frame, length))
            });
            match checked {
                Ok((frame, length)) => {
                    framed = true;
                    take(
                        &frame,
                        &mut found,
                        &mut segment,
                        expected,
                        (folder, at as u64),
                        &mut each,
                    )?;
                    at += length;
                    segment.bytes = at as u64;
                }
                Err(cause) => {
                    let next = next_frame(&bytes, at + 1);
                    damage.push(Damage {
                        segment: path.clone(),
                        offset: at as u64,
                        bytes: (next - at) as u64,
                        cause,
                        torn_tail: next == bytes.len(),
                    });
                    at = next;
                }
            }
        }
        match &mut found {
            Some(found) if framed => found.segments.push(segment),
            _ => headless.push(path),
        }
    }
    if let Some(found) = &mut found {
        // A tail that is followed by another segment is torn no less, but it was not the log's last.
        let last = found.segments.last().map(|segment| segment.path.clone());
        for damage in &mut damage {
            damage.torn_tail &=
                Some(&damage.segment) == last.as_ref() || headless.contains(&damage.segment);
        }
        found.damage = damage;
    }
    Ok((found, headless))
}

/// Takes in what a frame says.
fn take(
    frame: &Frame<'_>,
    found: &mut Option<Found>,
    segment: &mut Segment,
    expected: Option<&Schema>,
    (folder, offset): (&Path, u64),
    each: &mut impl FnMut(&Scan<'_>),
) -> Result<(), LogError> {
    if let Frame::Header(header) = frame {
        check_header(
            header,
            found.as_ref().map(|found| &found.schema).or(expected),
            folder,
            segment,
        )?;
        let found = found.get_or_insert_with(|| Found {
            schema: header.schema.clone(),
            provenances: Provenances::default(),
            marks: Vec::new(),
            segments: Vec::new(),
            damage: Vec::new(),
            frames: 0,
            last: 0,
        });
        found.provenances.extend(&header.provenances);
        found.marks.clone_from(&header.marks);
    }
    let Some(found) = found else { return Ok(()) };
    found.frames += 1;
    match frame {
        Frame::Header(_) => {}
        Frame::Provenance(provenance) => {
            found.provenances.intern(provenance);
        }
        Frame::Marks(marks) => found.marks.clone_from(marks),
        Frame::Vacated(vacated) => segment.last = segment.last.max(vacated.sequence),
        Frame::Rows(rows) => {
            let rows_in = rows.bytes.len() / row_bytes(Layout::new(&found.schema).words);
            segment.last = segment.last.max(rows.first + rows_in as u64 - 1);
        }
    }
    found.last = found.last.max(segment.last);
    let layout = Layout::new(&found.schema);
    each(&Scan { segment: found.segments.len(), offset, frame, layout: &layout });
    Ok(())
}

fn check_header(
    header: &Header,
    expected: Option<&Schema>,
    folder: &Path,
    segment: &Segment,
) -> Result<(), LogError> {
    if header.format != FORMAT {
        let path = segment.path.clone();
        return Err(LogError::Format { path, found: header.format, expected: FORMAT });
    }
    match expected.map_or_else(|| header.schema.check(), |schema| schema.agree(&header.schema)) {
        Ok(()) => Ok(()),
        Err(source) => Err(LogError::Schema { folder: folder.to_owned(), source }),
    }
}

/// Whether rows can be what they say. Their checksum matches, so this is about other programs' logs.
fn sound(frame: &Frame<'_>, schema: Option<&Schema>) -> Result<(), String> {
    let (Frame::Rows(rows), Some(schema)) = (frame, schema) else { return Ok(()) };
    if rows.first == 0 || rows.bytes.is_empty() {
        return Err("rows without a number".to_owned());
    }
    let layout = Layout::new(schema);
    let at = (layout.halves() + layout.heads / 2) * 4 + layout.heads % 2 * 2;
    for row in rows.bytes.chunks_exact(row_bytes(layout.words)) {
        let (slot, _, words) = decode_row(row, rows.first);
        let code = u16::from_le_bytes([words[at], words[at + 1]]);
        if ending_of(code).is_none() || slot == u32::MAX {
            return Err(format!("a row in slot {slot} with ending {code}"));
        }
    }
    Ok(())
}

/// Where the next whole frame begins, or the end.
fn next_frame(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(step) = bytes[at.min(bytes.len())..].windows(4).position(|four| four == MAGIC) {
        at += step;
        if frame::payload(&bytes[at..]).is_ok() {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// The segments of a folder by ordinal.
pub(crate) fn segments(folder: &Path) -> Result<Vec<(u64, PathBuf)>, LogError> {
    let failed =
        |source: io::Error| LogError::Io { attempted: "list", path: folder.to_owned(), source };
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_prefix("segment-").and_then(|name| name.strip_suffix(".log"));
        if let Some(ordinal) = number.and_then(|number| number.parse().ok()) {
            segments.push((ordinal, path));
        }
    }
    segments.sort();
    Ok(segments)
}
