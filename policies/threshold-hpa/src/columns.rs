//! Columns: which of the batch's numbers are read, and proposals from them alone.

use sdk::Batch;

use crate::autoscaler::Autoscaler;
use crate::calculator::{self, Part, Proposal, Reading, Tally, Yardstick};
use crate::failure::Failure;
use crate::limit::Bounds;
use crate::metric::{Metric, Source, Target};
use crate::spec::PodsFrom;
use crate::turn::Scale;

/// A ratio is read to nine decimals, so that 0.29 is 29 % and not one less by binary rounding.
const RATIO_UNIT: f64 = 1e9;

/// Where each number stands among the declared columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    names: Vec<String>,
    current: usize,
    status: usize,
    min: Option<usize>,
    max: Option<usize>,
    ready: usize,
    starting: usize,
    /// One for each metric; empty where details are read instead.
    gauges: Vec<Gauge>,
}

/// The columns of one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Gauge {
    /// Utilisation, or else usage and request of one replica.
    Utilisation { ratio: usize, usage: usize, request: usize, milli: f64 },
    /// Usage of one replica; thousandths in one unit of the column.
    Usage { usage: usize, milli: f64 },
    /// A value of the whole workload.
    Value { value: usize },
    /// No column serves this metric.
    Nothing,
}

impl Layout {
    /// The columns that these settings need.
    pub fn new(autoscaler: &Autoscaler, pods: PodsFrom) -> Self {
        let mut layout = Self::default();
        layout.current = layout.place("replicas_desired");
        layout.status = layout.place("replicas_current");
        if autoscaler.min.is_none() {
            layout.min = Some(layout.place("replicas_min"));
        }
        if autoscaler.max.is_none() {
            layout.max = Some(layout.place("replicas_max"));
        }
        if pods == PodsFrom::Columns {
            layout.ready = layout.place("replicas_ready");
            layout.starting = layout.place("replicas_starting");
            layout.gauges = autoscaler.metrics.iter().map(|metric| layout.gauge(metric)).collect();
        }
        layout
    }

    /// The names, in the order of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    fn place(&mut self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    fn gauge(&mut self, metric: &Metric) -> Gauge {
        let (name, unit, milli) = match &metric.source {
            Source::Resource { name, container: None } => match name.as_str() {
                "cpu" => (name, "millicores", 1.0),
                "memory" => (name, "bytes", 1000.0),
                _ => return Gauge::Nothing,
            },
            Source::External { name, .. } => return Gauge::Value { value: self.place(name) },
            _ => return Gauge::Nothing,
        };
        let usage = self.place(&format!("{name}_usage_{unit}_mean"));
        match metric.target {
            Some(Target::Utilisation(_)) => Gauge::Utilisation {
                ratio: self.place(&format!("{name}_utilisation_ratio_mean")),
                usage,
                request: self.place(&format!("{name}_request_{unit}")),
                milli,
            },
            _ => Gauge::Usage { usage, milli },
        }
    }

    /// The replicas of a row, unless the desired ones are missing.
    pub fn scale(&self, batch: &Batch, row: usize) -> Option<Scale> {
        let current = batch.value(self.current, row)? as i32;
        let status = batch.value(self.status, row).map_or(current, |status| status as i32);
        Some(Scale { current, status })
    }

    /// How many replicas a row may have, unless nobody sets a maximum.
    pub fn bounds(&self, autoscaler: &Autoscaler, batch: &Batch, row: usize) -> Option<Bounds> {
        let read = |column: Option<usize>| column.and_then(|column| batch.value(column, row));
        let min = autoscaler.min.or(read(self.min).map(|min| min as i32)).unwrap_or(1);
        let max = autoscaler.max.or(read(self.max).map(|max| max as i32))?;
        Some(Bounds { min, max })
    }

    /// What the metric at `position` proposes for the workload at `row`.
    pub fn propose(
        &self,
        batch: &Batch,
        row: usize,
        position: usize,
        scale: Scale,
        autoscaler: &Autoscaler,
    ) -> Result<Proposal, Failure> {
        let metric = &autoscaler.metrics[position];
        if metric.source == Source::Unknown {
            return Err(Failure::UnknownType);
        }
        let target = metric.target.ok_or(Failure::NoTarget)?;
        let read = |column| batch.value(column, row);
        let ready = read(self.ready).map_or(i64::from(scale.status), |ready| ready as i64);
        let starting = read(self.starting).unwrap_or(0.0) as i64;
        let tolerances = autoscaler.tolerances;
        let tally = |usage: f64, request: i64| Tally {
            sampled: Part {
                count: ready,
                usage: nearest(usage * ready as f64),
                requests: request.saturating_mul(ready),
            },
            ready,
            unready: Part { count: starting, usage: 0, requests: request.saturating_mul(starting) },
            missing: Part::default(),
        };
        match (self.gauges[position], target) {
            (Gauge::Utilisation { ratio, usage, request, milli }, Target::Utilisation(percent)) => {
                let yardstick = Yardstick::Utilisation(percent);
                let usage = read(usage).map(|usage| usage * milli);
                if let Some(ratio) = read(ratio) {
                    let tally = tally((ratio * RATIO_UNIT + 0.5).floor(), RATIO_UNIT as i64);
                    let proposal =
                        calculator::by_pods(scale.current, &tally, yardstick, tolerances)?;
                    return Ok(with_mean(proposal, usage));
                }
                let request = read(request).ok_or(Failure::NoSamples)? * milli;
                let tally = tally(usage.ok_or(Failure::NoSamples)?, nearest(request));
                calculator::by_pods(scale.current, &tally, yardstick, tolerances)
            }
            (Gauge::Usage { usage, milli }, Target::AverageValue(mean)) => {
                let usage = read(usage).ok_or(Failure::NoSamples)? * milli;
                let yardstick = Yardstick::Mean(mean);
                calculator::by_pods(scale.current, &tally(usage, 0), yardstick, tolerances)
            }
            (Gauge::Value { value }, target) => {
                let usage = nearest(read(value).ok_or(Failure::NoSamples)? * 1000.0);
                match target {
                    Target::Value(value) => {
                        let ready =
                            || if scale.status == 0 { Err(Failure::NoPods) } else { Ok(ready) };
                        calculator::by_value(scale.current, usage, value, tolerances, ready)
                    }
                    Target::AverageValue(value) => {
                        Ok(calculator::by_average(scale.status, usage, value, tolerances))
                    }
                    Target::Utilisation(_) => Err(Failure::NoTarget),
                }
            }
            _ => Err(Failure::NoTarget),
        }
    }
}

/// Where only a ratio was read, the mean usage that is reported comes from its own column.
fn with_mean(proposal: Proposal, mean: Option<f64>) -> Proposal {
    match proposal.reading {
        Reading::Utilisation(percent, _) => {
            let mean = mean.map(|mean| mean as i64);
            Proposal { reading: Reading::Utilisation(percent, mean), ..proposal }
        }
        _ => proposal,
    }
}

/// The nearest whole number. `round` is no instruction of the machine that this runs on.
fn nearest(number: f64) -> i64 {
    (number + 0.5).floor() as i64
}
