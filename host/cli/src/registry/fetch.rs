//! `regatta registry fetch`: the bytes of a version, as they were uploaded.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use registry::{Reference, Registry};
use serde::Serialize;

use crate::exit::Failure;
use crate::output::{Card, Output};

/// Writes the bytes of a version, as they were uploaded, to a file.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The version.
    reference: Reference,
    /// The file. It is made, or written over.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Debug, Serialize)]
struct Fetched {
    reference: String,
    sha256: String,
    file: PathBuf,
    size_bytes: usize,
}

pub(super) fn run(
    arguments: &Arguments,
    registry: &Registry,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let record = registry.resolve(&arguments.reference)?;
    let bytes = registry.read(&record.digest)?;
    let file = arguments.output.clone();
    std::fs::write(&file, &bytes)
        .with_context(|| format!("cannot write {}", file.display()))
        .map_err(Failure::io)?;
    let fetched = Fetched {
        reference: record.reference().to_string(),
        sha256: record.digest.to_string(),
        file,
        size_bytes: bytes.len(),
    };
    output.card(&fetched, json)
}

impl Card for Fetched {
    fn text(&self) -> String {
        let Self { reference, file, size_bytes, .. } = self;
        format!("{reference}: {size_bytes} bytes to {}\n", file.display())
    }
}
