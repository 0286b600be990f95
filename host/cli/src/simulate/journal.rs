//! Journal: what the watchers saw, printed line by line.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arena::results::{Cell, Measures, WorkloadMeasures};
use scaling::{Action, Advice, Applied, Decision, Observations, Rail, WorkloadId};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::answers::{Answer, embedded_or_quoted, exact_seconds};
use crate::exit::Failure;
use crate::lines::Observed;
use crate::output::Output;

/// A journal that the cluster's watcher and the policy's write to in turn.
pub(super) type Shared = Arc<Mutex<Journal>>;

/// What the watchers saw, printed line by line.
pub(super) struct Journal {
    output: Output,
    /// What was observed and not acted on yet, with what the rows are called.
    observed: Option<(Observations, Vec<String>)>,
    /// What the policy answered since then.
    recommended: BTreeMap<WorkloadId, Recommended>,
    /// Why nothing more can be printed.
    pub(super) failure: Option<Failure>,
}

#[derive(Debug, Serialize)]
struct Recommended {
    #[serde(flatten)]
    answer: Answer,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explanations: Vec<Box<RawValue>>,
}

#[derive(Serialize)]
struct Line<'a, Row> {
    tick: u64,
    now_seconds: Box<RawValue>,
    observations: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edges: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decisions: Vec<Decided<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<Totals<'a>>,
}

#[derive(Serialize)]
struct Decided<'a> {
    workload: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recommended: Option<Recommended>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_millicores: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buffer_requests: Option<f64>,
    rails: Vec<&'static str>,
    #[serde(skip_serializing_if = "is_false")]
    illegal: bool,
    #[serde(flatten)]
    applied: Done,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Done {
    Applied(Value),
    Failed(String),
}

#[derive(Serialize)]
struct Totals<'a> {
    overall: &'a Measures,
    workloads: &'a [WorkloadMeasures],
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The journal, whoever held it before: it is plain data.
pub(super) fn locked(journal: &Mutex<Journal>) -> MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Journal {
    pub(super) fn new(output: Output) -> Self {
        Self { output, observed: None, recommended: BTreeMap::new(), failure: None }
    }

    /// A run begins: what was said in training is over.
    pub(super) fn begin(&mut self) {
        self.observed = None;
        self.recommended.clear();
    }

    /// Takes note of what was observed.
    pub(super) fn observe(&mut self, observations: Observations, workloads: Vec<String>) {
        self.observed = Some((observations, workloads));
    }

    /// Takes note of what the policy answered for these workloads.
    pub(super) fn recommend(
        &mut self,
        workloads: &[WorkloadId],
        advice: &Advice,
        reasons: &[Arc<str>],
    ) {
        for (row, (&workload, answer)) in workloads.iter().zip(&advice.answers).enumerate() {
            let said = advice.explanations.iter().filter(|said| said.row as usize == row);
            let explanations = said.map(|said| embedded_or_quoted(&said.json)).collect();
            let answer = Answer::new(answer.clone(), reasons);
            self.recommended.insert(workload, Recommended { answer, explanations });
        }
    }

    /// Prints a tick; false if it could not be printed.
    pub(super) fn decide(&mut self, decisions: &[Decision], applied: &[Applied]) -> bool {
        let Some((observations, workloads)) = self.observed.take() else { return true };
        let mut recommended = std::mem::take(&mut self.recommended);
        let called = |id| observations.row_of(id).map_or("", |row| workloads[row].as_str());
        let decisions = decisions
            .iter()
            .zip(applied)
            .map(|(decision, applied)| Decided {
                workload: called(decision.workload),
                recommended: recommended.remove(&decision.workload),
                replicas: decision.replicas,
                cpu_millicores: decision.cpu_millicores,
                memory_bytes: decision.memory_bytes,
                buffer_requests: decision.buffer_requests,
                rails: decision.rails.iter().map(Rail::name).collect(),
                illegal: decision.illegal,
                applied: match applied {
                    Applied::Done(action) => Done::Applied(action_json(action)),
                    Applied::Failed(cause) => Done::Failed(cause.to_string()),
                },
            })
            .collect();
        let printed = self.print(&observations, &workloads, decisions, None);
        if let Err(failure) = printed {
            self.failure = Some(failure);
            return false;
        }
        true
    }

    /// Prints the last line: what was seen at the end, and the measures.
    pub(super) fn end(&mut self, cell: &Cell) -> Result<(), Failure> {
        let totals = Totals { overall: &cell.overall, workloads: &cell.workloads };
        let Some((observations, workloads)) = self.observed.take() else { return Ok(()) };
        self.print(&observations, &workloads, Vec::new(), Some(totals))
    }

    fn print(
        &mut self,
        observations: &Observations,
        workloads: &[String],
        decisions: Vec<Decided<'_>>,
        totals: Option<Totals<'_>>,
    ) -> Result<(), Failure> {
        let observed = Observed { observations, workloads };
        self.output.line(&Line {
            tick: observations.tick,
            now_seconds: exact_seconds(observations.now),
            observations: observed.rows(),
            edges: observed.edges(),
            decisions,
            totals,
        })
    }
}

/// What changed; limits only where there are any.
fn action_json(action: &Action) -> Value {
    let mut line = json!({
        "replicas_before": action.replicas_before,
        "replicas_after": action.replicas_after,
    });
    if action.cpu_millicores_before != action.cpu_millicores_after {
        line["cpu_millicores_before"] = action.cpu_millicores_before.into();
        line["cpu_millicores_after"] = action.cpu_millicores_after.into();
    }
    if action.memory_bytes_before != action.memory_bytes_after {
        line["memory_bytes_before"] = action.memory_bytes_before.into();
        line["memory_bytes_after"] = action.memory_bytes_after.into();
    }
    line
}
