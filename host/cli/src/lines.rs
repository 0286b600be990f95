//! Lines: JSON Lines that are put to a policy or a reward function, one tick a line, and the lines
//! that are answered. What the interface to guests can express can be written; what it cannot is
//! refused with its place and a remedy.

mod columns;
mod consequence;
mod decimal;
mod instant;
mod load;
mod metric;
mod observation;
mod pod;
mod quantity;
mod score;
mod source;
mod turn;
mod workload;
mod written;

use std::fmt;

use scaling::{Timestamp, WorkloadId};
use serde::Deserialize;
use thiserror::Error;

pub(crate) use decimal::Billionths;
use instant::{Seconds, instant, needed};
pub(crate) use source::{Source, SourceError};
pub(crate) use turn::Turn;
use workload::Roster;
pub(crate) use workload::WorkloadName;
pub(crate) use written::Observed;

/// What is wrong with a line, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) struct Complaint {
    /// Path of the field, such as `observations[0].pods[1].phase`; empty for the whole line.
    path: String,
    /// What is wrong and what would be right.
    message: String,
}

impl Complaint {
    fn at(path: String, message: String) -> Self {
        Self { path, message }
    }

    fn whole(message: String) -> Self {
        Self::at(String::new(), message)
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.message)
    }
}

/// What the lines of an input have in common: the ids of workloads, and the time that goes on.
#[derive(Debug, Default)]
pub(crate) struct Context {
    roster: Roster,
    last: Option<(Timestamp, u64)>,
}

impl Context {
    /// The time of a line. The tick is one more than the line's before, unless it is given.
    fn time(
        &mut self,
        seconds: Option<Seconds>,
        nanoseconds: Option<i64>,
        tick: Option<u64>,
    ) -> Result<(Timestamp, u64), Complaint> {
        let now = instant("now", seconds, nanoseconds)
            .and_then(|now| needed("now", now))
            .map_err(Complaint::whole)?;
        if let Some((last, _)) = self.last
            && now < last
        {
            let (last, now) = (Billionths(last.nanoseconds()), Billionths(now.nanoseconds()));
            return Err(Complaint::at(
                "now_seconds".to_owned(),
                format!("the time goes back from {last} to {now}: put the lines in order"),
            ));
        }
        if let (Some((_, last)), Some(tick)) = (self.last, tick)
            && tick < last
        {
            return Err(Complaint::at(
                "tick".to_owned(),
                format!("the tick goes back from {last} to {tick}: put the lines in order"),
            ));
        }
        let next = self.last.map_or(0, |(_, tick)| tick.saturating_add(1));
        let time = (now, tick.unwrap_or(next));
        self.last = Some(time);
        Ok(time)
    }

    fn id(
        &mut self,
        workload: &WorkloadName,
        place: impl FnOnce() -> String,
    ) -> Result<WorkloadId, Complaint> {
        self.roster.id(workload).map_err(|message| Complaint::at(place(), message))
    }

    fn forgotten(&mut self, workloads: &[WorkloadName]) -> Result<Vec<WorkloadId>, Complaint> {
        let ids = workloads.iter().enumerate();
        ids.map(|(index, workload)| self.id(workload, || format!("forget[{index}]"))).collect()
    }
}

/// Parses one line.
fn parse<'de, T: Deserialize<'de>>(line: &'de str) -> Result<T, Complaint> {
    if !line.starts_with('{') {
        let found = shortened(line);
        let remedy = "expected an object such as {\"now_seconds\": 15}";
        return Err(Complaint::whole(format!("{remedy}, found `{found}`")));
    }
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        // The root is called `.`, and what broke off before its name was read `?`.
        let path = error.path().to_string();
        let path = path.trim_end_matches('?').trim_end_matches('.');
        Complaint::at(path.to_owned(), said(error.inner()))
    })?;
    deserializer.end().map_err(|error| Complaint::whole(said(&error)))?;
    Ok(value)
}

/// The parser's words, its place in the line told as a column: it takes every line for the first.
fn said(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match message.strip_suffix(&place) {
        Some(message) => format!("{message} (column {})", error.column()),
        None => message,
    }
}

/// What a stranger wrote, fit for an error message.
fn shortened(text: &str) -> String {
    const CHARACTERS: usize = 60;
    let mut short: String = text.chars().take(CHARACTERS).flat_map(char::escape_debug).collect();
    if text.chars().nth(CHARACTERS).is_some() {
        short.push('…');
    }
    short.replace("\\\"", "\"")
}
