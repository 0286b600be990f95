//! Frame: how TFRecord files, which event files are, set record after record: length, its checksum, the
//! bytes, their checksum; all little-endian.

use std::io::{self, ErrorKind, Read};

use crc_fast::{CrcAlgorithm, checksum};

/// The most bytes that are believed to be one event; ours have some hundred.
const LARGEST_BYTES: u64 = 1 << 20;

/// CRC-32C, masked as TFRecord wants it, because the checksum of bytes that hold checksums is weak.
pub(super) fn masked_crc(bytes: &[u8]) -> u32 {
    let crc = checksum(CrcAlgorithm::Crc32Iscsi, bytes) as u32;
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The bytes in their frame.
pub(super) fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u64).to_le_bytes();
    let mut frame = Vec::with_capacity(bytes.len() + 16);
    frame.extend(length);
    frame.extend(masked_crc(&length).to_le_bytes());
    frame.extend(bytes);
    frame.extend(masked_crc(bytes).to_le_bytes());
    frame
}

/// The bytes of the next frame; none at the end, or where a frame is torn or damaged.
pub(super) fn next(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = exactly::<8>(from)? else { return Ok(None) };
    let Some(length_crc) = exactly::<4>(from)? else { return Ok(None) };
    let length_bytes = u64::from_le_bytes(length);
    if u32::from_le_bytes(length_crc) != masked_crc(&length) || length_bytes > LARGEST_BYTES {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    from.take(length_bytes).read_to_end(&mut bytes)?;
    let Some(crc) = exactly::<4>(from)? else { return Ok(None) };
    Ok((u32::from_le_bytes(crc) == masked_crc(&bytes)).then_some(bytes))
}

fn exactly<const BYTES: usize>(from: &mut impl Read) -> io::Result<Option<[u8; BYTES]>> {
    let mut bytes = [0; BYTES];
    match from.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}
