//! Faults: what the host could not obtain, as it concerns one workload.

use sdk::Fault;

use crate::condition::Reason;
use crate::details::ByRow;
use crate::failure::Failure;
use crate::metric::Metric;

/// The faults of one workload.
#[derive(Debug, Clone, Copy)]
pub struct Faults<'a> {
    all: &'a [Fault],
    own: &'a [usize],
}

impl<'a> Faults<'a> {
    /// Those of the workload at `row`.
    pub fn new(all: &'a [Fault], by_row: &'a ByRow, row: usize) -> Self {
        Self { all, own: by_row.row(row) }
    }

    fn about(self, subject: &str) -> impl Iterator<Item = (usize, &'a Fault)> {
        let faults = self.own.iter().map(move |&position| (position, &self.all[position]));
        faults.filter(move |(_, fault)| fault.subject == subject)
    }

    fn writes(fault: &Fault) -> bool {
        fault.reason == Reason::FailedUpdateScale.name()
    }

    /// The replicas cannot be read.
    pub fn reading_scale(self) -> Option<&'a Fault> {
        self.about("scale").map(|(_, fault)| fault).find(|fault| !Self::writes(fault))
    }

    /// The replicas cannot be written.
    pub fn writing_scale(self) -> Option<&'a Fault> {
        self.about("scale").map(|(_, fault)| fault).find(|fault| Self::writes(fault))
    }

    /// The selector cannot be used.
    pub fn selector(self) -> Option<(&'a Fault, Reason)> {
        let (_, fault) = self.about("selector").next()?;
        let reason = match Reason::from_name(&fault.reason) {
            Some(Reason::AmbiguousSelector) => Reason::AmbiguousSelector,
            _ => Reason::InvalidSelector,
        };
        Some((fault, reason))
    }

    /// Why a metric cannot be read, if a fault says so. A reason that belongs to another kind of
    /// metric is about that one: CPU may be asked for of pods and of a container.
    pub fn metric(self, metric: &Metric) -> Option<Failure> {
        self.about(metric.name()).find_map(|(position, fault)| {
            match Reason::from_name(&fault.reason) {
                Some(Reason::InvalidMetricSourceType) => Some(Failure::UnknownType),
                Some(
                    reason @ (Reason::FailedGetResourceMetric
                    | Reason::FailedGetContainerResourceMetric
                    | Reason::FailedGetPodsMetric
                    | Reason::FailedGetObjectMetric
                    | Reason::FailedGetExternalMetric),
                ) if reason != metric.failure_reason() => None,
                _ => Some(Failure::Fault(position)),
            }
        })
    }
}
