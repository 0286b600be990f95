//! Snapshot: a policy's state in a file, or as the last line of an output.

use std::path::Path;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::answers::embedded;
use crate::exit::Failure;
use crate::output::Output;

/// A snapshot as a line: JSON where it is JSON, else its bytes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
enum Line {
    #[serde(rename = "snapshot")]
    Json(Box<RawValue>),
    #[serde(rename = "snapshot_base64")]
    Bytes(String),
}

/// Reads a snapshot: the bytes of a file, or the one inside of a line that was printed.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let reading = || format!("cannot read the snapshot {}", file.display());
    let bytes = std::fs::read(file).with_context(reading).map_err(Failure::io)?;
    match serde_json::from_slice::<Line>(&bytes) {
        Ok(Line::Json(json)) => Ok(json.get().as_bytes().to_vec()),
        Ok(Line::Bytes(text)) => {
            STANDARD.decode(text).with_context(reading).map_err(Failure::input)
        }
        Err(_) => Ok(bytes),
    }
}

/// Writes a snapshot to a file, or as a line of the output where the file is `-`.
pub(crate) fn write(place: &Path, snapshot: &[u8], output: &mut Output) -> Result<(), Failure> {
    if place == Path::new("-") {
        return output.line(&line(snapshot));
    }
    let writing = || format!("cannot write the snapshot {}", place.display());
    // Beside the file first, so that a full disk leaves the earlier snapshot.
    let mut partial = place.as_os_str().to_owned();
    partial.push(".partial");
    let written =
        std::fs::write(&partial, snapshot).and_then(|()| std::fs::rename(&partial, place));
    if written.is_err() {
        // It may never have been made.
        let _ = std::fs::remove_file(&partial);
    }
    written.with_context(writing).map_err(Failure::io)
}

fn line(snapshot: &[u8]) -> Line {
    match std::str::from_utf8(snapshot).ok().and_then(embedded) {
        Some(json) => Line::Json(json),
        None => Line::Bytes(STANDARD.encode(snapshot)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(snapshot: &[u8], expected: &str) {
        assert_eq!(serde_json::to_string(&line(snapshot)).unwrap(), expected);
    }

    #[test]
    fn json_is_printed_as_it_is_and_bytes_are_marked() {
        check(b"{\"history\":\n [1.50]}", r#"{"snapshot":{"history":  [1.50]}}"#);
        check(b"", r#"{"snapshot_base64":""}"#);
        check(b"\x00\xff", r#"{"snapshot_base64":"AP8="}"#);
        check(b"{} {}", r#"{"snapshot_base64":"e30ge30="}"#);
    }

    #[test]
    fn what_was_printed_is_read_back() {
        for snapshot in [&b"{\"history\": [1.50]}"[..], b"\x00\xff", b""] {
            let printed = serde_json::to_string(&line(snapshot)).unwrap();
            let back = match serde_json::from_str(&printed).unwrap() {
                Line::Json(json) => json.get().as_bytes().to_vec(),
                Line::Bytes(text) => STANDARD.decode(text).unwrap(),
            };
            assert_eq!(back, snapshot);
        }
    }
}
