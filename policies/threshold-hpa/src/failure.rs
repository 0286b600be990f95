//! Failures: why a metric proposes nothing.

use sdk::Batch;

use crate::condition::Reason;
use crate::details::Details;
use crate::metric::{Metric, Source};

/// Why a metric proposes nothing. Positions are those in the batch's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The host says that it could not obtain it: this fault.
    Fault(usize),
    /// The workload has no pods.
    NoPods,
    /// No pod has a sample, or the metric has none.
    NoSamples,
    /// All samples are of pods that are not ready.
    NoneReady,
    /// A container of a pod has no request.
    MissingRequest { pod: usize, container: usize },
    /// A pod has requests of its own and this resource is nowhere among its requests.
    MissingPodRequest { pod: usize },
    /// A pod has no container of the name.
    MissingContainer { pod: usize },
    /// The pods that were sampled request nothing.
    NothingRequested,
    /// The settings give no target that suits the kind of metric.
    NoTarget,
    /// The settings name an unknown kind of metric.
    UnknownType,
}

impl Failure {
    /// The reason of the condition and of the event.
    pub fn reason(self, metric: &Metric) -> Reason {
        match self {
            Self::UnknownType => Reason::InvalidMetricSourceType,
            _ => metric.failure_reason(),
        }
    }

    /// For people, in the words that users of the original search for.
    pub fn message(self, metric: &Metric, batch: &Batch) -> String {
        let details = Details::of(batch);
        let resource = metric.name();
        match self {
            Self::Fault(fault) => {
                format!("unable to get {}: {}", metric.noun(), details.faults[fault].message)
            }
            Self::NoPods => {
                "no pods returned by selector while calculating replica count".to_owned()
            }
            Self::NoSamples => {
                format!(
                    "unable to get {}: no metrics returned from {}",
                    metric.noun(),
                    metric.api()
                )
            }
            Self::NoneReady => {
                "did not receive metrics for targeted pods (pods might be unready)".to_owned()
            }
            Self::MissingRequest { pod, container } => {
                let name = &details.pods[pod].containers[container].name;
                format!("missing request for {resource} in container {name} of pod {pod}")
            }
            Self::MissingPodRequest { pod } => {
                format!("missing pod-level request for {resource} in pod {pod}")
            }
            Self::MissingContainer { pod } => {
                let container = match &metric.source {
                    Source::Resource { container: Some(container), .. } => container,
                    _ => "",
                };
                format!("container {container} not found in pod {pod}")
            }
            Self::NothingRequested => "no metrics returned matched known pods".to_owned(),
            Self::NoTarget => format!("no target is set that suits {}", metric.noun()),
            Self::UnknownType => format!("unknown metric source type \"{}\"", metric.title),
        }
    }
}
