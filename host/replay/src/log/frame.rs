//! Frame: the unit of the log that a checksum covers.
//!
//! Little-endian: `magic u32 | payload bytes u32 | crc32 of the payload u32 | payload`, and the payload
//! begins with its kind. Rows are of fixed size; everything else is JSON, which people can read.

use std::path::PathBuf;

use scaling::{TenantId, WorkloadId};
use serde::{Deserialize, Serialize};

use crate::provenance::{Provenance, ProvenanceId};
use crate::replay::Mark;
use crate::ring::Identity;
use crate::schema::Schema;

/// `RGFR`: what a frame begins with, so that reading finds the next one behind a damaged one.
pub(crate) const MAGIC: [u8; 4] = *b"RGFR";
/// The version of what frames contain.
pub(crate) const FORMAT: u32 = 1;
/// Magic, length and checksum.
pub(crate) const FRAME_HEAD_BYTES: usize = 12;
/// Kind, first sequence, number of rows.
const ROWS_HEAD_BYTES: usize = 13;
/// Slot, provenance, tenant, turn, workload, episode.
const ROW_HEAD_BYTES: usize = 32;
/// Frames are a few hundred kilobytes; a longer one is a damaged length.
pub(crate) const PAYLOAD_BYTES_LIMIT: usize = 64 << 20;

const KIND_HEADER: u8 = 1;
const KIND_PROVENANCE: u8 = 2;
const KIND_MARKS: u8 = 3;
const KIND_VACATE: u8 = 4;
const KIND_ROWS: u8 = 5;

/// What every segment begins with: all that reading needs from the segments before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(crate) format: u32,
    pub(crate) schema: Schema,
    pub(crate) provenances: Vec<Provenance>,
    pub(crate) marks: Vec<Mark>,
}

/// Slots that were emptied without another row taking them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vacated {
    /// Its place in the order of rows, of which it takes a number.
    pub(crate) sequence: u64,
    pub(crate) slots: Vec<u32>,
}

/// Rows with consecutive sequences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rows<'a> {
    pub(crate) first: u64,
    /// Whole rows.
    pub(crate) bytes: &'a [u8],
}

/// A frame that was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Frame<'a> {
    Header(Header),
    Provenance(Provenance),
    Marks(Vec<Mark>),
    Vacated(Vacated),
    Rows(Rows<'a>),
}

/// A file of frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Its place in the order of segments, never used again.
    pub(crate) ordinal: u64,
    pub(crate) path: PathBuf,
    /// The largest sequence in it.
    pub(crate) last: u64,
    /// Bytes of whole frames.
    pub(crate) bytes: u64,
}

/// Starts a frame of rows in an empty buffer.
pub(crate) fn begin_rows(buffer: &mut Vec<u8>, first: u64) {
    buffer.extend_from_slice(&[0; FRAME_HEAD_BYTES]);
    buffer.push(KIND_ROWS);
    buffer.extend_from_slice(&first.to_le_bytes());
    buffer.extend_from_slice(&[0; 4]);
}

/// Adds a row to a frame that was begun.
pub(crate) fn encode_row(buffer: &mut Vec<u8>, slot: u32, identity: &Identity, words: &[u32]) {
    let mut head = [0; ROW_HEAD_BYTES];
    head[0..4].copy_from_slice(&slot.to_le_bytes());
    head[4..8].copy_from_slice(&identity.provenance.0.to_le_bytes());
    head[8..12].copy_from_slice(&identity.tenant.0.to_le_bytes());
    head[12..16].copy_from_slice(&identity.turn.to_le_bytes());
    head[16..24].copy_from_slice(&identity.workload.0.to_le_bytes());
    head[24..32].copy_from_slice(&identity.episode.to_le_bytes());
    buffer.extend_from_slice(&head);
    let start = buffer.len();
    buffer.resize(start + words.len() * 4, 0);
    for (bytes, word) in buffer[start..].chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
}

/// Writes the number of rows into a frame that was begun.
pub(crate) fn end_rows(buffer: &mut [u8], rows: u32) {
    let at = FRAME_HEAD_BYTES + 9;
    buffer[at..at + 4].copy_from_slice(&rows.to_le_bytes());
}

/// Bytes of a row with this many words.
pub(crate) fn row_bytes(words: usize) -> usize {
    ROW_HEAD_BYTES + words * 4
}

/// Fills in the head of a frame whose payload stands behind it.
pub(crate) fn seal(frame: &mut [u8]) {
    let (head, payload) = frame.split_at_mut(FRAME_HEAD_BYTES);
    head[0..4].copy_from_slice(&MAGIC);
    head[4..8].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    head[8..12].copy_from_slice(&crc32fast::hash(payload).to_le_bytes());
}

/// A whole frame of anything but rows. None of these types can fail to become JSON.
pub(crate) fn note(frame: &Frame<'_>) -> Vec<u8> {
    let (kind, json) = match frame {
        Frame::Header(header) => (KIND_HEADER, serde_json::to_vec(header)),
        Frame::Provenance(provenance) => (KIND_PROVENANCE, serde_json::to_vec(provenance)),
        Frame::Marks(marks) => (KIND_MARKS, serde_json::to_vec(marks)),
        Frame::Vacated(vacated) => (KIND_VACATE, serde_json::to_vec(vacated)),
        // Rows become a frame while they are appended.
        Frame::Rows(_) => return Vec::new(),
    };
    let mut bytes = vec![0; FRAME_HEAD_BYTES];
    bytes.push(kind);
    bytes.extend(json.unwrap_or_default());
    seal(&mut bytes);
    bytes
}

/// The payload of the frame at the start of these bytes, if it is whole.
pub(crate) fn payload(bytes: &[u8]) -> Result<&[u8], &'static str> {
    let Some((head, rest)) = bytes.split_at_checked(FRAME_HEAD_BYTES) else {
        return Err("the frame's head is cut off");
    };
    if head[0..4] != MAGIC {
        return Err("no frame begins here");
    }
    let length = word(head, 4) as usize;
    if length > PAYLOAD_BYTES_LIMIT {
        return Err("the frame's length is absurd");
    }
    let Some(payload) = rest.get(..length) else {
        return Err("the frame is cut off");
    };
    if crc32fast::hash(payload) != word(head, 8) {
        return Err("the frame's checksum does not match");
    }
    Ok(payload)
}

/// What a payload says. `row_bytes` is known once the segment's header was read.
pub(crate) fn decode(payload: &[u8], row_bytes: Option<usize>) -> Result<Frame<'_>, String> {
    let Some((&kind, rest)) = payload.split_first() else {
        return Err("the frame is empty".to_owned());
    };
    let json =
        |source: serde_json::Error| format!("the frame's JSON is not as it should be: {source}");
    match kind {
        KIND_HEADER => serde_json::from_slice(rest).map(Frame::Header).map_err(json),
        KIND_PROVENANCE => serde_json::from_slice(rest).map(Frame::Provenance).map_err(json),
        KIND_MARKS => serde_json::from_slice(rest).map(Frame::Marks).map_err(json),
        KIND_VACATE => serde_json::from_slice(rest).map(Frame::Vacated).map_err(json),
        KIND_ROWS => {
            let Some(row_bytes) = row_bytes else {
                return Err("rows before the segment's header".to_owned());
            };
            let Some((head, bytes)) = rest.split_at_checked(ROWS_HEAD_BYTES - 1) else {
                return Err("rows without a head".to_owned());
            };
            if bytes.len() != word(head, 8) as usize * row_bytes {
                return Err("rows of another size than the schema's".to_owned());
            }
            Ok(Frame::Rows(Rows { first: long(head, 0), bytes }))
        }
        kind => Err(format!("a frame of unknown kind {kind}")),
    }
}

/// The slot, the identity and the bytes of the words of a row.
pub(crate) fn decode_row(row: &[u8], sequence: u64) -> (u32, Identity, &[u8]) {
    let identity = Identity {
        sequence,
        provenance: ProvenanceId(word(row, 4)),
        tenant: TenantId(word(row, 8)),
        turn: word(row, 12),
        workload: WorkloadId(long(row, 16)),
        episode: long(row, 24),
    };
    (word(row, 0), identity, &row[ROW_HEAD_BYTES..])
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}

fn long(bytes: &[u8], at: usize) -> u64 {
    let mut long = [0; 8];
    long.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(long)
}
