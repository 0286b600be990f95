//! `regatta registry verify`: reads everything and lists what is damaged.

use anyhow::anyhow;
use clap::Args;
use registry::Registry;
use serde::Serialize;

use crate::exit::Failure;
use crate::output::{Card, Output};

/// Reads everything and lists what is damaged.
#[derive(Debug, Args)]
pub(super) struct Arguments {}

#[derive(Debug, Serialize)]
struct Verified {
    damages: Vec<String>,
}

pub(super) fn run(
    _: &Arguments,
    registry: &Registry,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let damages: Vec<String> = registry.verify()?.iter().map(ToString::to_string).collect();
    let count = damages.len();
    output.card(&Verified { damages }, json)?;
    match count {
        0 => Ok(()),
        count => Err(Failure::io(anyhow!("the registry is damaged in {count} places"))),
    }
}

impl Card for Verified {
    fn text(&self) -> String {
        if self.damages.is_empty() {
            return "nothing is damaged\n".to_owned();
        }
        self.damages.iter().map(|damage| format!("{damage}\n")).collect()
    }
}
