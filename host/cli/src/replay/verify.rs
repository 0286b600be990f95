//! `regatta replay verify`: whether a log is whole.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use replay::{Damage, Verified, verify};

use crate::exit::Failure;
use crate::output::{Card, Output};

/// Reads every frame of a log and lists what is damaged. A torn tail, which a crash leaves of something
/// that nobody was told of, is no damage: opening the log cuts it off.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The log's folder.
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments, output: Output, json: bool) -> Result<(), Failure> {
    let verified = verify(&arguments.folder)?;
    let places = verified.damage.iter().filter(|damage| !damage.torn_tail).count();
    output.card(&verified, json)?;
    match places {
        0 => Ok(()),
        places => Err(Failure::io(anyhow!("the log is damaged in {places} places"))),
    }
}

impl Card for Verified {
    fn text(&self) -> String {
        let mut text = format!(
            "{}: {} files, {} frames, {} rows, {} bytes\n",
            self.folder.display(),
            self.segments,
            self.frames,
            self.rows,
            self.bytes
        );
        for damage in &self.damage {
            let kind = if damage.torn_tail { "torn tail" } else { "damaged" };
            text.push_str(&format!("{kind}: {}\n", told(damage)));
        }
        if self.damage.is_empty() {
            text.push_str("nothing is damaged\n");
        }
        text
    }
}

/// Where it is and what is wrong.
pub(super) fn told(damage: &Damage) -> String {
    let Damage { segment, offset, bytes, cause, .. } = damage;
    format!("{} at byte {offset}, {bytes} bytes: {cause}", segment.display())
}
