//! Observation: what is seen of one workload, as a line describes it.

use std::fmt;

use scaling::Details;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::columns::Columns;
use super::load::{Bucket, Fault};
use super::metric::Metric;
use super::pod::Pod;
use super::workload::WorkloadName;

/// Keys of an observation that are no columns.
const KEYS: &[&str] = &["workload", "pods", "metrics", "buckets", "faults"];

/// One workload of a line.
#[derive(Debug, Clone)]
pub(crate) struct Observation {
    pub(crate) workload: WorkloadName,
    pub(crate) columns: Columns,
    pods: Vec<Pod>,
    metrics: Vec<Metric>,
    buckets: Vec<Bucket>,
    faults: Vec<Fault>,
}

impl Observation {
    /// Adds the workload's details to those of the whole line.
    pub(crate) fn add_details(
        self,
        row: u32,
        details: &mut Details,
    ) -> Result<(), (String, String)> {
        let first_pod = details.pods.len() as u32;
        details.pods.extend(self.pods.into_iter().map(|pod| pod.at(row)));
        let pods = first_pod..details.pods.len() as u32;
        for (index, metric) in self.metrics.into_iter().enumerate() {
            let metric = metric.at(row, &pods);
            details.metrics.push(metric.map_err(|message| (format!("metrics[{index}]"), message))?);
        }
        for (index, pair) in self.buckets.windows(2).enumerate() {
            if pair[1].start() < pair[0].start() {
                let place = format!("buckets[{}]", index + 1);
                return Err((place, "it starts before the one before it: oldest first".to_owned()));
            }
        }
        details.buckets.extend(self.buckets.into_iter().map(|bucket| bucket.at(row)));
        details.faults.extend(self.faults.into_iter().map(|fault| fault.at(row)));
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Observation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObservationVisitor)
    }
}

struct ObservationVisitor;

impl<'de> Visitor<'de> for ObservationVisitor {
    type Value = Observation;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an observation: `workload`, values by column and details")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Observation, A::Error> {
        let mut columns = Columns::default();
        let (mut workload, mut pods, mut metrics) = (None, None, None);
        let (mut buckets, mut faults) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "workload" => once(&key, &mut workload, &mut map)?,
                "pods" => once(&key, &mut pods, &mut map)?,
                "metrics" => once(&key, &mut metrics, &mut map)?,
                "buckets" => once(&key, &mut buckets, &mut map)?,
                "faults" => once(&key, &mut faults, &mut map)?,
                _ => columns.read(&key, &mut map, KEYS)?,
            }
        }
        Ok(Observation {
            workload: workload.ok_or_else(|| de::Error::missing_field("workload"))?,
            columns,
            pods: pods.unwrap_or_default(),
            metrics: metrics.unwrap_or_default(),
            buckets: buckets.unwrap_or_default(),
            faults: faults.unwrap_or_default(),
        })
    }
}

/// Reads the value of a key that comes up once.
fn once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    key: &str,
    place: &mut Option<T>,
    map: &mut A,
) -> Result<(), A::Error> {
    if place.is_some() {
        return Err(de::Error::custom(format!("`{key}` is given twice")));
    }
    *place = Some(map.next_value()?);
    Ok(())
}
