//! Results: what a race found, as one document. It holds nothing that depends on the machine or on
//! the wall clock, so that the same race gives the same bytes; those facts are in [`Machine`].
//!
//! Ratios are in 0..=1. A value that cannot be told (no requests, no objective) is absent; a
//! percentile among requests that never ended is infinite, written `"inf"`.

mod cell;
mod entrant;
mod estimate;
mod machine;
pub(crate) mod unbounded;

pub use cell::{
    Answers, Cell, CellName, Failure, Latency, Measures, Requests, RewardMeasure, Scaling, Series,
    WorkloadMeasures,
};
pub use entrant::{Curve, CurvePoint, EntrantRecord, Learned, Trial};
pub use estimate::{Comparison, Difference, Estimate, Interval, MetricRecord, Summary};
pub use machine::{Machine, Timing};

use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

/// The version of this document's form; it changes when a field changes its meaning.
pub const FORMAT: u32 = 1;

/// What a race found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// [`FORMAT`].
    pub format: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What was raced over.
    pub plan: Plan,
    /// Who raced, in the order of the race.
    pub entrants: Vec<EntrantRecord>,
    /// What is measured, in the order in which it is best read.
    pub metrics: Vec<MetricRecord>,
    /// One for each entrant and metric over all courses, in that order, then one for each entrant,
    /// course, workload and headline metric. Absent where no cell has a value.
    pub summaries: Vec<Summary>,
    /// Every entrant but the reference against the reference, one for each metric.
    pub comparisons: Vec<Comparison>,
    /// Finished cells, by entrant, course and seed in the order of the race. Only those of a
    /// course's first seed keep their series.
    pub cells: Vec<Cell>,
    /// Cells that failed, and why; in the same order.
    pub failures: Vec<Failure>,
    /// What a reader must know before believing the numbers.
    pub notes: Vec<Note>,
}

/// Where results come from: enough to repeat them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The program, say `regatta`.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The race as it was configured.
    pub config: serde_json::Value,
    /// SHA-256 of every module that raced or scored, in hexadecimal, by name.
    pub modules: BTreeMap<String, String>,
    /// Where arrivals came from: a name for each trace or generator, with what identifies it.
    pub arrivals: BTreeMap<String, String>,
}

/// What was raced over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Length of a tick in seconds.
    pub tick_seconds: f64,
    /// How long a workload warms up; that time is in no measure.
    pub warm_up_seconds: f64,
    /// The seeds, each raced by every entrant on every course.
    pub seeds: Vec<u64>,
    /// The courses.
    pub courses: Vec<String>,
    /// The rewards, the main one first.
    pub rewards: Vec<RewardRecord>,
    /// Whom the others are compared with.
    pub reference: String,
    /// Level of every interval, say 0.95.
    pub confidence_ratio: f64,
    /// Bootstrap resamples behind every interval.
    pub resamples: u32,
    /// Cells ran one at a time on the same machine, in blocks of one seed, each in an order drawn anew:
    /// entrants share arrivals, and nothing else that is drawn. Absent where worlds were copied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocks: bool,
    /// It shows how things go and decides nothing: whoever tells of it calls nobody better, worse or
    /// best. Absent from the document of a race that is none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demonstration: bool,
}

/// A reward function of the race.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewardRecord {
    /// Its name in this race.
    pub name: String,
    /// The smallest reward that it promises.
    pub minimum: f64,
    /// The largest reward that it promises.
    pub maximum: f64,
}

/// What stands in a verdict's place where a race is a demonstration.
pub(crate) const DEMONSTRATION: &str = "Demonstration, no verdict: this race shows how the policies \
    act and is too little to tell who is better.";

/// What a reader must know before believing the numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Machine-readable kind: `demonstration`, `failed-cells`, `cluster`, `few-seeds`, `one-trace`,
    /// `one-training`, `learns-online`, `failed-rewards` or `arrivals-differ`.
    pub kind: String,
    /// For people: one sentence or two.
    pub text: String,
}

impl Results {
    /// The summary of an entrant's metric over all courses and workloads.
    pub fn summary(&self, entrant: &str, metric: &str) -> Option<&Summary> {
        self.summaries.iter().find(|summary| {
            summary.entrant == entrant && summary.metric == metric && summary.course.is_none()
        })
    }

    /// The comparison of an entrant's metric with the reference's.
    pub fn comparison(&self, entrant: &str, metric: &str) -> Option<&Comparison> {
        self.comparisons
            .iter()
            .find(|comparison| comparison.entrant == entrant && comparison.metric == metric)
    }
}
