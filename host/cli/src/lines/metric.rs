//! Metric: a sample of a custom or external metric as a line describes it.

use scaling::MetricSource;
use serde::Deserialize;

use super::instant::Sampled;
use super::quantity::Milli;

/// A sample, its pod counted among the pods of its own workload.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawMetric")]
pub(crate) struct Metric(scaling::Metric);

impl Metric {
    /// The sample of the workload at `row`, whose pods are `pods` of the whole line's.
    pub(crate) fn at(
        self,
        row: u32,
        pods: &std::ops::Range<u32>,
    ) -> Result<scaling::Metric, String> {
        let pod = match self.0.pod {
            Some(pod) if pod < pods.end - pods.start => Some(pods.start + pod),
            Some(pod) => {
                return Err(format!(
                    "`pod` is {pod}, and this workload has {} pods, counted from 0",
                    pods.end - pods.start
                ));
            }
            None => None,
        };
        Ok(scaling::Metric { row, pod, ..self.0 })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a metric: an object with `source` and `name`")]
struct RawMetric {
    source: Source,
    name: String,
    #[serde(default)]
    selector: String,
    #[serde(default)]
    described_object: String,
    pod: Option<u32>,
    value: Option<Milli>,
    value_milli: Option<i64>,
    sampled: Sampled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    Pods,
    Object,
    External,
}

impl TryFrom<RawMetric> for Metric {
    type Error = String;

    fn try_from(raw: RawMetric) -> Result<Self, String> {
        let milli = match (raw.value, raw.value_milli) {
            (Some(Milli(milli)), None) | (None, Some(milli)) => milli,
            (Some(_), Some(_)) => {
                return Err("both `value` and `value_milli` are given: keep one of them".to_owned());
            }
            (None, None) => return Err("`value` is missing (or give `value_milli`)".to_owned()),
        };
        let pods = raw.source == Source::Pods;
        if raw.pod.is_some() && !pods {
            return Err("`pod` is only for the source `pods`: leave it out".to_owned());
        }
        if raw.described_object.is_empty() == (raw.source == Source::Object) {
            return Err(
                "`described_object` (`Kind/name`) is for the source `object`, which needs \
                        it, and for no other"
                    .to_owned(),
            );
        }
        let sampled = if pods {
            raw.sampled.windowed().map_err(|message| format!("sampled: {message}"))?
        } else {
            raw.sampled.momentary()
        };
        Ok(Self(scaling::Metric {
            row: 0,
            source: match raw.source {
                Source::Pods => MetricSource::Pods,
                Source::Object => MetricSource::Object,
                Source::External => MetricSource::External,
            },
            name: raw.name,
            selector: raw.selector,
            described_object: raw.described_object,
            pod: raw.pod,
            milli,
            sampled,
        }))
    }
}
