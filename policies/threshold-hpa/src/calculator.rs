//! The calculator: from usage and target to a number of replicas.
//!
//! Amounts are whole thousandths in 64 bits and counts have 32, as in the original. Where the
//! original would wrap round or leave a conversion to the processor, this saturates.

use crate::failure::Failure;
use crate::tolerance::Tolerances;

/// What a metric proposes, and what it read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// Proposed replicas, before anything limits them.
    pub replicas: i32,
    /// What was read.
    pub reading: Reading,
}

/// What a metric read, as a status reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Percent of the requests, and the mean usage of a pod in thousandths where it is known.
    Utilisation(i32, Option<i64>),
    /// Mean over pods in thousandths.
    AverageValue(i64),
    /// The value in thousandths.
    Value(i64),
}

/// Pods of one kind added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    /// How many there are.
    pub count: i64,
    /// What they use together, in thousandths; for missing pods what they count as when shrinking.
    pub usage: i64,
    /// What they request together, in thousandths.
    pub requests: i64,
}

impl Part {
    /// One more pod.
    pub fn add(&mut self, usage: i64, request: i64) {
        self.count += 1;
        self.usage = self.usage.saturating_add(usage);
        self.requests = self.requests.saturating_add(request);
    }

    fn plus(self, count: i64, usage: i64, requests: i64) -> Self {
        Self {
            count: self.count.saturating_add(count),
            usage: self.usage.saturating_add(usage),
            requests: self.requests.saturating_add(requests),
        }
    }
}

/// The pods of a workload, added up by how their samples count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Samples that count: those of ready pods, and those of pods that the selector did not return.
    pub sampled: Part,
    /// Ready pods.
    pub ready: i64,
    /// Pods whose samples do not count yet.
    pub unready: Part,
    /// Pods without a sample.
    pub missing: Part,
}

/// How a mean over pods is held against its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yardstick {
    /// Percent of the requests, > 0.
    Utilisation(i32),
    /// Mean in thousandths, > 0.
    Mean(i64),
}

impl Yardstick {
    /// The ratio to the target. It is taken from the truncated percent or mean, not from the sums.
    fn measure(self, part: Part) -> Option<(f64, i64)> {
        match self {
            Self::Utilisation(target) => {
                if part.requests == 0 {
                    return None;
                }
                let percent = percent(part.usage, part.requests);
                Some((f64::from(percent) / f64::from(target), percent.into()))
            }
            Self::Mean(target) => {
                let mean = part.usage / part.count;
                Some((mean as f64 / target as f64, mean))
            }
        }
    }

    fn reading(self, measured: i64, sampled: Part) -> Reading {
        match self {
            Self::Utilisation(_) => {
                Reading::Utilisation(measured as i32, Some(sampled.usage / sampled.count))
            }
            Self::Mean(_) => Reading::AverageValue(measured),
        }
    }
}

/// `100 × usage / requests`, truncated.
fn percent(usage: i64, requests: i64) -> i32 {
    let percent = match usage.checked_mul(100) {
        Some(hundredfold) => hundredfold.checked_div(requests).unwrap_or(i64::MAX),
        None => (i128::from(usage) * 100 / i128::from(requests)) as i64,
    };
    percent.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// Replicas from a mean over pods: utilisation, resource values and metrics of pods.
pub fn by_pods(
    current: i32,
    tally: &Tally,
    yardstick: Yardstick,
    tolerances: Tolerances,
) -> Result<Proposal, Failure> {
    let Tally { sampled, ready, unready, missing } = *tally;
    if sampled.count == 0 {
        return Err(Failure::NoneReady);
    }
    let (ratio, measured) = yardstick.measure(sampled).ok_or(Failure::NothingRequested)?;
    let reading = yardstick.reading(measured, sampled);
    let propose = |replicas| Ok(Proposal { replicas, reading });

    let grows_into_unready = unready.count > 0 && ratio > 1.0;
    if !grows_into_unready && missing.count == 0 {
        return propose(if tolerances.holds(ratio) { current } else { times(ratio, ready) });
    }

    // What is not known counts against the change: full when shrinking, idle when growing.
    let mut assumed = sampled;
    if missing.count > 0 && ratio < 1.0 {
        assumed = assumed.plus(missing.count, missing.usage, missing.requests);
    } else if missing.count > 0 && ratio > 1.0 {
        assumed = assumed.plus(missing.count, 0, missing.requests);
    }
    if grows_into_unready {
        assumed = assumed.plus(unready.count, 0, unready.requests);
    }
    let (assumed_ratio, _) = yardstick.measure(assumed).ok_or(Failure::NothingRequested)?;
    let turned = (ratio < 1.0 && assumed_ratio > 1.0) || (ratio > 1.0 && assumed_ratio < 1.0);
    if tolerances.holds(assumed_ratio) || turned {
        return propose(current);
    }
    let replicas = times(assumed_ratio, assumed.count);
    let against =
        (assumed_ratio < 1.0 && replicas > current) || (assumed_ratio > 1.0 && replicas < current);
    propose(if against { current } else { replicas })
}

/// Replicas from one value against one target; `ready` is asked only when something changes.
pub fn by_value(
    current: i32,
    usage: i64,
    target: i64,
    tolerances: Tolerances,
    ready: impl FnOnce() -> Result<i64, Failure>,
) -> Result<Proposal, Failure> {
    let ratio = usage as f64 / target as f64;
    let replicas = if current == 0 {
        ratio.ceil() as i32
    } else if tolerances.holds(ratio) {
        current
    } else {
        times(ratio, ready()?)
    };
    Ok(Proposal { replicas, reading: Reading::Value(usage) })
}

/// Replicas from one value against a target for each replica that exists.
pub fn by_average(status: i32, usage: i64, target: i64, tolerances: Tolerances) -> Proposal {
    let ratio = usage as f64 / (target as f64 * f64::from(status));
    let replicas =
        if tolerances.holds(ratio) { status } else { (usage as f64 / target as f64).ceil() as i32 };
    // A usage that saturated stays so, whatever it is divided by.
    let average = if usage as f64 >= i64::MAX as f64 {
        i64::MAX
    } else {
        (usage as f64 / f64::from(status)).ceil() as i64
    };
    Proposal { replicas, reading: Reading::AverageValue(average) }
}

/// The sum of an external metric's series, saturating. A sum for averages takes any negative total
/// for an overflow, as the original does.
pub fn sum(series: impl Iterator<Item = i64>, for_average: bool) -> i64 {
    let mut total: i64 = 0;
    for value in series {
        total = match total.checked_add(value) {
            Some(total) if for_average && total < 0 => return i64::MAX,
            Some(total) => total,
            None if value > 0 || for_average => return i64::MAX,
            None => i64::MIN,
        };
    }
    total
}

fn times(ratio: f64, count: i64) -> i32 {
    (ratio * count as f64).ceil() as i32
}
