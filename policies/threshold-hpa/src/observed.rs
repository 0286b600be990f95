//! Observed: proposals from pods, metrics and faults, the whole algorithm.

use sdk::{Batch, MetricSource};

use crate::autoscaler::Autoscaler;
use crate::calculator::{self, Proposal, Tally, Yardstick};
use crate::details::{ByRow, Details};
use crate::failure::Failure;
use crate::metric::{Metric, Source, Target};
use crate::pods::{self, Group, WarmUp};
use crate::turn::Scale;

/// The details of a batch, by workload.
#[derive(Debug)]
pub struct Observed<'a> {
    details: Details<'a>,
    pods: ByRow,
    metrics: ByRow,
    warm_up: WarmUp,
}

impl<'a> Observed<'a> {
    /// Sorts a batch's details, or says which of them names a row that does not exist.
    pub fn new(batch: &'a Batch, autoscaler: &Autoscaler) -> Result<Self, String> {
        let details = Details::of(batch);
        let rows = batch.rows();
        Ok(Self {
            pods: ByRow::of("pods", rows, details.pods.iter().map(|pod| pod.row))?,
            metrics: ByRow::of("metrics", rows, details.metrics.iter().map(|one| one.row))?,
            warm_up: WarmUp::new(&autoscaler.controller, batch.now_nanoseconds),
            details,
        })
    }

    /// What a metric proposes for the workload at `row`.
    pub fn propose(
        &self,
        row: usize,
        metric: &Metric,
        scale: Scale,
        autoscaler: &Autoscaler,
    ) -> Result<Proposal, Failure> {
        if metric.source == Source::Unknown {
            return Err(Failure::UnknownType);
        }
        let target = metric.target.ok_or(Failure::NoTarget)?;
        let tolerances = autoscaler.tolerances;
        match &metric.source {
            Source::Resource { name, container } => {
                let container = container.as_deref();
                let pod_level = autoscaler.controller.pod_level_resources;
                let (tally, yardstick) = match target {
                    Target::Utilisation(percent) => (
                        self.tally_utilisation(row, name, container, percent, pod_level)?,
                        Yardstick::Utilisation(percent),
                    ),
                    Target::AverageValue(mean) | Target::Value(mean) => {
                        (self.tally_usage(row, name, container, mean)?, Yardstick::Mean(mean))
                    }
                };
                calculator::by_pods(scale.current, &tally, yardstick, tolerances)
            }
            Source::Pods { name, selector } => {
                let mean = amount(target)?;
                let tally = self.tally_metric(row, name, selector, mean)?;
                calculator::by_pods(scale.current, &tally, Yardstick::Mean(mean), tolerances)
            }
            Source::Object { name, selector, object } => {
                let mut found = self.samples(row, MetricSource::Object, name, selector);
                let usage = found.find(|one| one.described_object == *object);
                let usage = usage.ok_or(Failure::NoSamples)?.milli;
                self.by_target(row, usage, target, scale, autoscaler)
            }
            Source::External { name, selector } => {
                let mut series =
                    self.samples(row, MetricSource::External, name, selector).peekable();
                series.peek().ok_or(Failure::NoSamples)?;
                let average = matches!(target, Target::AverageValue(_));
                let usage = calculator::sum(series.map(|one| one.milli), average);
                self.by_target(row, usage, target, scale, autoscaler)
            }
            Source::Unknown => Err(Failure::UnknownType),
        }
    }

    fn by_target(
        &self,
        row: usize,
        usage: i64,
        target: Target,
        scale: Scale,
        autoscaler: &Autoscaler,
    ) -> Result<Proposal, Failure> {
        let tolerances = autoscaler.tolerances;
        match target {
            Target::Value(value) => {
                calculator::by_value(scale.current, usage, value, tolerances, || self.ready(row))
            }
            Target::AverageValue(value) => {
                Ok(calculator::by_average(scale.status, usage, value, tolerances))
            }
            Target::Utilisation(_) => Err(Failure::NoTarget),
        }
    }

    fn ready(&self, row: usize) -> Result<i64, Failure> {
        let positions = self.pods.row(row);
        if positions.is_empty() {
            return Err(Failure::NoPods);
        }
        let serving =
            positions.iter().filter(|&&position| pods::serves(&self.details.pods[position]));
        Ok(serving.count() as i64)
    }

    fn samples(
        &self,
        row: usize,
        source: MetricSource,
        name: &str,
        selector: &str,
    ) -> impl Iterator<Item = &'a sdk::Metric> {
        let metrics = self.details.metrics;
        self.metrics
            .row(row)
            .iter()
            .map(|&position| &metrics[position])
            .filter(move |one| one.source == source && one.name == name && one.selector == selector)
    }

    /// The pods of a row, unless there are none or none was sampled at all.
    fn sampled_pods(&self, row: usize) -> Result<&[usize], Failure> {
        let positions = self.pods.row(row);
        if positions.is_empty() {
            return Err(Failure::NoPods);
        }
        let sampled = |&position: &usize| self.details.pods[position].sampled.is_some();
        if positions.iter().any(sampled) { Ok(positions) } else { Err(Failure::NoSamples) }
    }

    fn warm_up_for(&self, resource: &str) -> Option<WarmUp> {
        (resource == "cpu").then_some(self.warm_up)
    }

    fn tally_utilisation(
        &self,
        row: usize,
        resource: &str,
        container: Option<&str>,
        target: i32,
        pod_level: bool,
    ) -> Result<Tally, Failure> {
        let mut tally = Tally::default();
        let mut failure = None;
        let warm_up = self.warm_up_for(resource);
        for &position in self.sampled_pods(row)? {
            let pod = &self.details.pods[position];
            let usage = pods::usage(pod, resource, container);
            let request = pods::request(pod, position, resource, container, pod_level)
                .unwrap_or_else(|error| {
                    failure.get_or_insert(error);
                    0
                });
            match pods::group(pod, usage.is_some(), warm_up) {
                Group::Ignored => {}
                Group::Unready => tally.unready.add(0, request),
                Group::Missing => {
                    let full = request.saturating_mul(i64::from(target.max(100))) / 100;
                    tally.missing.add(full, request);
                }
                Group::Ready => {
                    tally.sampled.add(usage.unwrap_or_default(), request);
                    tally.ready += 1;
                }
            }
        }
        // A request that is missing matters only once there are samples to hold against it.
        match failure {
            Some(failure) if tally.sampled.count > 0 => Err(failure),
            _ => Ok(tally),
        }
    }

    fn tally_usage(
        &self,
        row: usize,
        resource: &str,
        container: Option<&str>,
        target: i64,
    ) -> Result<Tally, Failure> {
        let mut tally = Tally::default();
        let warm_up = self.warm_up_for(resource);
        for &position in self.sampled_pods(row)? {
            let pod = &self.details.pods[position];
            let usage = pods::usage(pod, resource, container);
            count(&mut tally, pods::group(pod, usage.is_some(), warm_up), usage, target);
        }
        Ok(tally)
    }

    fn tally_metric(
        &self,
        row: usize,
        name: &str,
        selector: &str,
        target: i64,
    ) -> Result<Tally, Failure> {
        let positions = self.pods.row(row);
        let samples = || self.samples(row, MetricSource::Pods, name, selector);
        if samples().next().is_none() {
            return Err(Failure::NoSamples);
        }
        if positions.is_empty() {
            return Err(Failure::NoPods);
        }
        // The last sample of a pod counts, should there be several; a sample of a pod that the
        // selector did not return counts in the mean and nowhere else.
        let mut tally = Tally::default();
        let mut usages = vec![None; positions.len()];
        for sample in samples() {
            let pod = sample.pod.and_then(|pod| positions.binary_search(&(pod as usize)).ok());
            match pod {
                Some(index) => usages[index] = Some(sample.milli),
                None => tally.sampled.add(sample.milli, 0),
            }
        }
        for (&position, usage) in positions.iter().zip(usages) {
            let group = pods::group(&self.details.pods[position], usage.is_some(), None);
            count(&mut tally, group, usage, target);
        }
        Ok(tally)
    }
}

fn amount(target: Target) -> Result<i64, Failure> {
    match target {
        Target::AverageValue(value) | Target::Value(value) => Ok(value),
        Target::Utilisation(_) => Err(Failure::NoTarget),
    }
}

fn count(tally: &mut Tally, group: Group, usage: Option<i64>, target: i64) {
    match group {
        Group::Ignored => {}
        Group::Unready => tally.unready.add(0, 0),
        Group::Missing => tally.missing.add(target, 0),
        Group::Ready => {
            tally.sampled.add(usage.unwrap_or_default(), 0);
            tally.ready += 1;
        }
    }
}
