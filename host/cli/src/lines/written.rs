//! Written: observations as a line says them, so that what a simulation saw can be put to a policy.

use scaling::{
    Bucket, Column, ConditionStatus, Container, Details, Edge, Fault, Metric, MetricSource,
    Observations, Pod, PodPhase, Quantity, Readiness, Sampling, WorkloadId,
};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::workload::WorkloadName;

/// Observations with what their rows are called.
#[derive(Clone, Copy)]
pub(crate) struct Observed<'a> {
    pub(crate) observations: &'a Observations,
    /// One a row.
    pub(crate) workloads: &'a [String],
}

impl<'a> Observed<'a> {
    /// The list of observations, one a workload; what is missing is left out.
    pub(crate) fn rows(self) -> Vec<impl Serialize + 'a> {
        (0..self.observations.rows()).map(|row| Row { observed: self, row }).collect()
    }

    /// The list of call relations.
    pub(crate) fn edges(self) -> Vec<Value> {
        let edge = |edge: &Edge| {
            json!({
                "upstream": self.called(edge.upstream),
                "downstream": self.called(edge.downstream),
                "calls_per_request": edge.calls_per_request,
            })
        };
        self.observations.details.edges.iter().map(edge).collect()
    }

    fn called(self, workload: WorkloadId) -> WorkloadName {
        match self.observations.row_of(workload) {
            Some(row) => WorkloadName::Name(self.workloads[row].clone()),
            None => WorkloadName::Number(workload.0),
        }
    }
}

/// One workload: its name, its columns in their own order, then its details.
struct Row<'a> {
    observed: Observed<'a>,
    row: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Observed { observations, workloads } = self.observed;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("workload", &workloads[self.row])?;
        for &column in Column::ALL {
            // JSON has no infinity; what is infinite is left out like what is missing.
            if let Some(value) = observations.get(self.row, column).filter(|one| one.is_finite()) {
                map.serialize_entry(column.name(), &value)?;
            }
        }
        for (name, list) in details(&observations.details, self.row as u32) {
            if !list.is_empty() {
                map.serialize_entry(name, &list)?;
            }
        }
        map.end()
    }
}

fn details(details: &Details, row: u32) -> [(&'static str, Vec<Value>); 4] {
    let first_pod = details.pods.iter().position(|pod| pod.row == row).unwrap_or(0) as u32;
    let metrics = details.metrics.iter().filter(|metric| metric.row == row);
    [
        ("pods", details.pods.iter().filter(|pod| pod.row == row).map(pod).collect()),
        ("metrics", metrics.map(|one| metric(one, first_pod)).collect()),
        ("buckets", details.buckets.iter().filter(|one| one.row == row).map(bucket).collect()),
        ("faults", details.faults.iter().filter(|fault| fault.row == row).map(fault).collect()),
    ]
}

fn pod(pod: &Pod) -> Value {
    let phase = match pod.phase {
        PodPhase::Pending => "Pending",
        PodPhase::Running => "Running",
        PodPhase::Succeeded => "Succeeded",
        PodPhase::Failed => "Failed",
        PodPhase::Unknown => "Unknown",
    };
    let containers: Vec<Value> = pod.containers.iter().map(container).collect();
    let mut line = json!({ "phase": phase, "containers": containers });
    if pod.deleting {
        line["deleting"] = true.into();
    }
    if let Some(readiness) = pod.ready {
        line["ready"] = ready(readiness);
    }
    if let Some(started) = pod.started {
        line["started_nanoseconds"] = started.nanoseconds().into();
    }
    if !pod.requests.is_empty() {
        line["requests"] = quantities(&pod.requests);
    }
    if let Some(sampling) = pod.sampled {
        line["sampled"] = sampled(sampling);
    }
    line
}

fn ready(readiness: Readiness) -> Value {
    let status: Value = match readiness.status {
        ConditionStatus::True => true.into(),
        ConditionStatus::False => false.into(),
        ConditionStatus::Unknown => "Unknown".into(),
    };
    let mut line = json!({ "ready": status });
    if let Some(changed) = readiness.changed {
        line["changed_nanoseconds"] = changed.nanoseconds().into();
    }
    line
}

fn container(container: &Container) -> Value {
    json!({
        "name": container.name,
        "restartable_init": container.restartable_init,
        "requests": quantities(&container.requests),
        "usage": quantities(&container.usage),
    })
}

/// Amounts by resource, whole units without a suffix.
fn quantities(quantities: &[Quantity]) -> Value {
    let amount = |milli: i64| match milli % 1000 {
        0 => (milli / 1000).to_string(),
        _ => format!("{milli}m"),
    };
    let quantity =
        |quantity: &Quantity| (quantity.resource.clone(), Value::from(amount(quantity.milli)));
    Value::Object(quantities.iter().map(quantity).collect())
}

fn sampled(sampling: Sampling) -> Value {
    json!({
        "taken_nanoseconds": sampling.taken.nanoseconds(),
        "window_nanoseconds": sampling.window_nanoseconds,
    })
}

fn metric(metric: &Metric, first_pod: u32) -> Value {
    let source = match metric.source {
        MetricSource::Pods => "pods",
        MetricSource::Object => "object",
        MetricSource::External => "external",
    };
    let mut line = json!({
        "source": source,
        "name": metric.name,
        "selector": metric.selector,
        "described_object": metric.described_object,
        "value_milli": metric.milli,
        "sampled": sampled(metric.sampled),
    });
    if let Some(pod) = metric.pod {
        line["pod"] = pod.saturating_sub(first_pod).into();
    }
    line
}

fn bucket(bucket: &Bucket) -> Value {
    json!({
        "start_nanoseconds": bucket.start.nanoseconds(),
        "length_nanoseconds": bucket.length_nanoseconds,
        "concurrency": bucket.concurrency,
        "arrival_rate_per_second": bucket.arrival_rate_per_second,
    })
}

fn fault(fault: &Fault) -> Value {
    json!({ "subject": fault.subject, "reason": fault.reason, "message": fault.message })
}

#[cfg(test)]
mod tests;
