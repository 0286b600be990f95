//! `regatta replay stat`: what is in a log.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use replay::{Stat, stat};

use crate::exit::Failure;
use crate::output::{Card, Output};

/// Says what is in a log: its schema, rows by workload and by provenance, checkpoints, files.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The log's folder.
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments, output: Output, json: bool) -> Result<(), Failure> {
    output.card(&stat(&arguments.folder)?, json)
}

impl Card for Stat {
    fn text(&self) -> String {
        let mut text = format!(
            "{}: {} rows, numbers {} to {}; {} ends, {} cut short\n",
            self.folder.display(),
            self.rows,
            self.oldest,
            self.last,
            self.terminated,
            self.truncated
        );
        let mut line = |line: std::fmt::Arguments<'_>| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{line}");
        };
        line(format_args!("features  {}", self.schema.features.join(", ")));
        line(format_args!("heads     {:?}", self.schema.heads));
        for (name, mean) in self.schema.scores.iter().zip(&self.score_means) {
            line(format_args!("score     {name}, {mean:.4} in the mean"));
        }
        for holding in &self.holdings {
            let (workload, tenant, rows) = (holding.workload, holding.tenant, holding.rows);
            line(format_args!("workload  {workload} of tenant {tenant}: {rows} rows"));
        }
        // One provenance an episode: the last ones are enough to see.
        for source in self.sources.iter().rev().take(SOURCES) {
            let from = &source.provenance;
            line(format_args!(
                "source    {} {} in {} of seed {}, scored by {}: {} rows",
                from.policy, from.policy_version, from.driver, from.seed, from.reward, source.rows
            ));
        }
        if let Some(more) = self.sources.len().checked_sub(SOURCES).filter(|&more| more > 0) {
            line(format_args!("          and {more} sources before these (--json tells all)"));
        }
        for mark in &self.marks {
            line(format_args!("kept for  a checkpoint at {} ({} rows)", mark.sequence, mark.rows));
        }
        for segment in &self.segments {
            line(format_args!("file      {} ({} bytes)", segment.path.display(), segment.bytes));
        }
        for damage in &self.damage {
            line(format_args!("damaged   {}", super::verify::told(damage)));
        }
        text
    }
}

/// How many sources are told to people.
const SOURCES: usize = 5;
