//! Card: a profile for people: each function under each limit.

use std::fmt::Write as _;
use std::path::PathBuf;

use assembly::{Profile, WorkloadProfile};
use processes::CellMeasured;
use serde::{Serialize, Serializer};

use crate::output;

/// A profile and where it was written.
pub(super) struct Card {
    pub(super) profile: Profile,
    pub(super) place: PathBuf,
}

/// The profile alone, as it was written.
impl Serialize for Card {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.profile.serialize(serializer)
    }
}

impl output::Card for Card {
    fn text(&self) -> String {
        let functions = self.profile.workloads.iter().map(|(name, found)| function(name, found));
        let mut text: String = functions.collect();
        let _ = writeln!(text, "written\n  {}", self.place.display());
        text
    }
}

fn function(name: &str, found: &WorkloadProfile) -> String {
    let measured = &found.measured;
    let starts = &measured.starts_seconds;
    let mut text = format!(
        "{name}\n  start     {} median of {}, {} at most\n  memory    {:.1} MiB, and {:.0} KiB a request\n",
        milliseconds(starts.get(starts.len() / 2).copied()),
        starts.len(),
        milliseconds(starts.last().copied()),
        found.memory_base_mib,
        found.memory_request_bytes / 1024.0,
    );
    text.push_str(
        "  limit     callers  answers/s   CPU/request        p50        p95        p99  throttled\n",
    );
    text.push_str(&row(&measured.seldom, "seldom"));
    for cell in &measured.cells {
        text.push_str(&row(cell, &cell.concurrency.to_string()));
    }
    text
}

fn row(cell: &CellMeasured, callers: &str) -> String {
    let limit = cell.limit_millicores.map_or("none".to_owned(), |limit| format!("{limit} m"));
    let at = |wanted: f64| {
        let found = cell.latency.iter().find(|(percentile, _)| *percentile == wanted);
        milliseconds(found.map(|&(_, seconds)| seconds))
    };
    let throttled = match cell.periods {
        0 => "-".to_owned(),
        periods => format!("{:.0} %", 100.0 * cell.throttled_periods as f64 / periods as f64),
    };
    format!(
        "  {limit:<7} {callers:>9} {:>10.1} {:>13} {:>10} {:>10} {:>10} {throttled:>10}\n",
        cell.throughput_per_second,
        milliseconds(Some(cell.cpu_seconds_per_request)),
        at(50.0),
        at(95.0),
        at(99.0),
    )
}

fn milliseconds(seconds: Option<f64>) -> String {
    seconds.map_or("-".to_owned(), |seconds| format!("{:.2} ms", seconds * 1e3))
}
