//! Written: observations as a line says them, so that what a simulation saw can be put to a policy.

use scaling::{
    Bucket, Column, ConditionStatus, Container, Edge, Fault, Metric, MetricSource, Observations,
    Pod, PodPhase, Quantity, Readiness, Sampling, WorkloadId,
};
use serde_json::{Map, Value, json};

/// Observations with what their rows are called.
pub(crate) struct Observed<'a> {
    pub(crate) observations: &'a Observations,
    /// One a row.
    pub(crate) workloads: &'a [String],
}

impl Observed<'_> {
    /// The list of observations, one a workload; what is missing is left out.
    pub(crate) fn rows(&self) -> Vec<Value> {
        (0..self.observations.rows()).map(|row| self.row(row)).collect()
    }

    /// The list of call relations.
    pub(crate) fn edges(&self) -> Vec<Value> {
        let edge = |edge: &Edge| {
            json!({
                "upstream": self.called(edge.upstream),
                "downstream": self.called(edge.downstream),
                "calls_per_request": edge.calls_per_request,
            })
        };
        self.observations.details.edges.iter().map(edge).collect()
    }

    fn row(&self, row: usize) -> Value {
        let observations = self.observations;
        let details = &observations.details;
        let mut line = Map::new();
        line.insert("workload".to_owned(), json!(self.workloads[row]));
        for &column in Column::ALL {
            // JSON has no infinity; what is infinite is left out like what is missing.
            if let Some(value) = observations.get(row, column).filter(|value| value.is_finite()) {
                line.insert(column.name().to_owned(), json!(value));
            }
        }
        let here = row as u32;
        let first_pod = details.pods.iter().position(|pod| pod.row == here).unwrap_or(0) as u32;
        let lists: [(&str, Vec<Value>); 4] = [
            ("pods", details.pods.iter().filter(|pod| pod.row == here).map(pod).collect()),
            (
                "metrics",
                details
                    .metrics
                    .iter()
                    .filter(|metric| metric.row == here)
                    .map(|one| metric(one, first_pod))
                    .collect(),
            ),
            (
                "buckets",
                details.buckets.iter().filter(|bucket| bucket.row == here).map(bucket).collect(),
            ),
            (
                "faults",
                details.faults.iter().filter(|fault| fault.row == here).map(fault).collect(),
            ),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            line.insert(name.to_owned(), list.into());
        }
        Value::Object(line)
    }

    fn called(&self, workload: WorkloadId) -> Value {
        match self.observations.row_of(workload) {
            Some(row) => json!(self.workloads[row]),
            None => json!(workload.0),
        }
    }
}

fn pod(pod: &Pod) -> Value {
    let mut line = Map::new();
    let phase = match pod.phase {
        PodPhase::Pending => "Pending",
        PodPhase::Running => "Running",
        PodPhase::Succeeded => "Succeeded",
        PodPhase::Failed => "Failed",
        PodPhase::Unknown => "Unknown",
    };
    line.insert("phase".to_owned(), phase.into());
    if pod.deleting {
        line.insert("deleting".to_owned(), true.into());
    }
    if let Some(readiness) = pod.ready {
        line.insert("ready".to_owned(), ready(readiness));
    }
    if let Some(started) = pod.started {
        line.insert("started_nanoseconds".to_owned(), started.nanoseconds().into());
    }
    if !pod.requests.is_empty() {
        line.insert("requests".to_owned(), quantities(&pod.requests));
    }
    line.insert("containers".to_owned(), pod.containers.iter().map(container).collect());
    if let Some(sampling) = pod.sampled {
        line.insert("sampled".to_owned(), sampled(sampling));
    }
    Value::Object(line)
}

fn ready(readiness: Readiness) -> Value {
    let status = match readiness.status {
        ConditionStatus::True => true.into(),
        ConditionStatus::False => false.into(),
        ConditionStatus::Unknown => "Unknown".into(),
    };
    let mut line = Map::from_iter([("ready".to_owned(), status)]);
    if let Some(changed) = readiness.changed {
        line.insert("changed_nanoseconds".to_owned(), changed.nanoseconds().into());
    }
    Value::Object(line)
}

fn container(container: &Container) -> Value {
    json!({
        "name": container.name,
        "restartable_init": container.restartable_init,
        "requests": quantities(&container.requests),
        "usage": quantities(&container.usage),
    })
}

fn quantities(quantities: &[Quantity]) -> Value {
    let quantity = |quantity: &Quantity| {
        (quantity.resource.clone(), Value::from(format!("{}m", quantity.milli)))
    };
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
