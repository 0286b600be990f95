//! Batch: observations lowered into the record that a policy gets.

use scaling::{Batch, ConditionStatus, Detail, Details, Needs, PodPhase};

use crate::bindings::policy as raw;
use crate::bindings::policy::regatta::policy::details as guest;

/// A row that is not in the batch.
const ABSENT: u32 = u32::MAX;

/// An empty batch, whose lists are kept from call to call.
pub(crate) fn empty() -> raw::Batch {
    raw::Batch {
        now_nanoseconds: 0,
        tick: 0,
        workloads: Vec::new(),
        values: Vec::new(),
        explore: false,
        explain: false,
        details: None,
    }
}

/// Fills `lowered` with the batch's rows, in the columns and details that the policy needs.
pub(crate) fn lower(batch: &Batch<'_>, needs: &Needs, lowered: &mut raw::Batch) {
    let observations = batch.observations;
    lowered.now_nanoseconds = observations.now.nanoseconds();
    lowered.tick = observations.tick;
    lowered.explore = batch.explore;
    lowered.explain = batch.explain;
    lowered.workloads.clear();
    lowered.workloads.extend(batch.rows.iter().map(|&row| observations.workloads()[row].0));
    lowered.values.clear();
    for &column in &needs.columns {
        gather(observations.column(column), batch, &mut lowered.values);
    }
    lowered.details = (!needs.details.is_empty())
        .then(|| lower_details(&observations.details, &positions(batch), needs));
}

/// Copies the batch's rows of one column; mostly the batch is all rows, and then it is one copy.
fn gather(column: &[f64], batch: &Batch<'_>, values: &mut Vec<f64>) {
    if batch.rows.len() == column.len() {
        values.extend_from_slice(column);
    } else {
        values.extend(batch.rows.iter().map(|&row| column[row]));
    }
}

/// For each row of the observations its position in the batch.
fn positions(batch: &Batch<'_>) -> Vec<u32> {
    let mut positions = vec![ABSENT; batch.observations.rows()];
    for (position, &row) in batch.rows.iter().enumerate() {
        positions[row] = position as u32;
    }
    positions
}

fn lower_details(details: &Details, positions: &[u32], needs: &Needs) -> Vec<guest::Detail> {
    let mut lowered = Vec::new();
    let position = |row: u32| positions.get(row as usize).copied().unwrap_or(ABSENT);
    let here = |row: u32| position(row) != ABSENT;
    if needs.details.contains(Detail::Pods) {
        let pods = details.pods.iter().filter(|pod| here(pod.row));
        lowered.push(guest::Detail::Pods(pods.map(|p| pod(p, position(p.row))).collect()));
    }
    if needs.details.contains(Detail::Metrics) {
        let indexes = pod_indexes(details, here);
        let metrics = details.metrics.iter().filter(|metric| here(metric.row));
        let metrics = metrics.map(|m| metric(m, position(m.row), &indexes)).collect();
        lowered.push(guest::Detail::Metrics(metrics));
    }
    if needs.details.contains(Detail::Buckets) {
        let buckets = details.buckets.iter().filter(|bucket| here(bucket.row));
        let buckets = buckets.map(|bucket| guest::Bucket {
            row: position(bucket.row),
            start_nanoseconds: bucket.start.nanoseconds(),
            length_nanoseconds: bucket.length_nanoseconds,
            concurrency: bucket.concurrency,
            arrival_rate_per_second: bucket.arrival_rate_per_second,
        });
        lowered.push(guest::Detail::Buckets(buckets.collect()));
    }
    if needs.details.contains(Detail::Edges) {
        let edges = details.edges.iter().map(|edge| guest::Edge {
            upstream: edge.upstream.0,
            downstream: edge.downstream.0,
            calls_per_request: edge.calls_per_request,
        });
        lowered.push(guest::Detail::Edges(edges.collect()));
    }
    if needs.details.contains(Detail::Faults) {
        let faults = details.faults.iter().filter(|fault| here(fault.row));
        let faults = faults.map(|fault| guest::Fault {
            row: position(fault.row),
            subject: fault.subject.clone(),
            reason: fault.reason.clone(),
            message: fault.message.clone(),
        });
        lowered.push(guest::Detail::Faults(faults.collect()));
    }
    lowered
}

/// For each pod of the observations its index among the pods of the batch.
fn pod_indexes(details: &Details, here: impl Fn(u32) -> bool) -> Vec<u32> {
    let mut next = 0;
    details
        .pods
        .iter()
        .map(|pod| {
            if !here(pod.row) {
                return ABSENT;
            }
            next += 1;
            next - 1
        })
        .collect()
}

fn pod(pod: &scaling::Pod, row: u32) -> guest::Pod {
    guest::Pod {
        row,
        phase: match pod.phase {
            PodPhase::Pending => guest::PodPhase::Pending,
            PodPhase::Running => guest::PodPhase::Running,
            PodPhase::Succeeded => guest::PodPhase::Succeeded,
            PodPhase::Failed => guest::PodPhase::Failed,
            PodPhase::Unknown => guest::PodPhase::Unknown,
        },
        deleting: pod.deleting,
        ready: pod.ready.map(|readiness| guest::Readiness {
            status: match readiness.status {
                ConditionStatus::True => guest::ConditionStatus::True,
                ConditionStatus::False => guest::ConditionStatus::False,
                ConditionStatus::Unknown => guest::ConditionStatus::Unknown,
            },
            changed_nanoseconds: readiness.changed.map(scaling::Timestamp::nanoseconds),
        }),
        started_nanoseconds: pod.started.map(scaling::Timestamp::nanoseconds),
        requests: pod.requests.iter().map(quantity).collect(),
        containers: pod
            .containers
            .iter()
            .map(|container| guest::Container {
                name: container.name.clone(),
                restartable_init: container.restartable_init,
                requests: container.requests.iter().map(quantity).collect(),
                usage: container.usage.iter().map(quantity).collect(),
            })
            .collect(),
        sampled: pod.sampled.map(sampling),
    }
}

fn metric(metric: &scaling::Metric, row: u32, pod_indexes: &[u32]) -> guest::Metric {
    guest::Metric {
        row,
        source: match metric.source {
            scaling::MetricSource::Pods => guest::MetricSource::Pods,
            scaling::MetricSource::Object => guest::MetricSource::Object,
            scaling::MetricSource::External => guest::MetricSource::External,
        },
        name: metric.name.clone(),
        selector: metric.selector.clone(),
        described_object: metric.described_object.clone(),
        pod: metric.pod.and_then(|pod| pod_indexes.get(pod as usize).copied()),
        milli: metric.milli,
        sampled: sampling(metric.sampled),
    }
}

fn quantity(quantity: &scaling::Quantity) -> guest::Quantity {
    guest::Quantity { resource: quantity.resource.clone(), milli: quantity.milli }
}

fn sampling(sampling: scaling::Sampling) -> guest::Sampling {
    guest::Sampling {
        taken_nanoseconds: sampling.taken.nanoseconds(),
        window_nanoseconds: sampling.window_nanoseconds,
    }
}
