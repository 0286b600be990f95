//! Read: from a file to a race file's words, with the place of what is wrong.

use std::path::Path;

use traffic::Traces;
use traffic::load::LoadSpec;

use crate::experiment::{ExperimentError, Raw};
use crate::load::{Source, traces};
use crate::scarlet;

/// The largest race file.
const FILE_BYTES: usize = 4 << 20;

/// Reads a race file: YAML (of which JSON is a part), or SCARLET's JSON.
pub(crate) fn read(file: &Path) -> Result<Raw, ExperimentError> {
    let text = text(file)?;
    if scarlet::is_scarlet(&text) {
        return scarlet::read(file, &text);
    }
    parse(file, &text)
}

pub(crate) fn text(file: &Path) -> Result<String, ExperimentError> {
    let unreadable = |source| ExperimentError::Unreadable { file: file.to_owned(), source };
    let bytes = std::fs::read(file).map_err(unreadable)?;
    if bytes.len() > FILE_BYTES {
        let problem = format!("is {} bytes long, the limit is {FILE_BYTES}", bytes.len());
        return Err(ExperimentError::invalid(file, "", problem));
    }
    String::from_utf8(bytes).map_err(|_| ExperimentError::invalid(file, "", "is not UTF-8 text"))
}

/// Reads what the load generator is to do, and the trace that its arrivals ask for.
pub fn read_load(
    file: &Path,
    trace: Option<&Path>,
) -> Result<(LoadSpec, Traces, Source), ExperimentError> {
    let spec: LoadSpec = parse(file, &text(file)?)?;
    let arrivals = spec.flows.iter().map(|flow| &flow.arrivals);
    let loaded = traces(file, "flows", (arrivals, false), trace)?;
    Ok((spec, loaded.traces, loaded.source))
}

/// Parses YAML into anything, naming line, column and field of what is wrong.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(
    file: &Path,
    text: &str,
) -> Result<T, ExperimentError> {
    let mut field = String::new();
    let parsed = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            field = error.path().to_string();
            error.into_inner()
        })
    });
    parsed.map_err(|error| {
        let place = error.location();
        ExperimentError::Malformed {
            file: file.to_owned(),
            line: place.map_or(1, |place| place.line()),
            column: place.map_or(1, |place| place.column()),
            field,
            problem: first_line(&error.without_snippet().to_string()),
        }
    })
}

/// The parser's words without its own account of the place.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.split(" at line ").next().unwrap_or(line).trim_start_matches("error: ").to_owned()
}
