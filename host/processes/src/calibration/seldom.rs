//! Seldom: a replica without a limit that is asked seldom, by the load generator of races. Nobody waits
//! for another, cores halt and caches cool in between: what a request takes by itself, for those who
//! sent it.

use std::time::Duration;

use tokio::time::sleep;
use traffic::load::{Generator, LoadError, Plan, Report};
use traffic::{ArrivalSpec, ProcessSpec, Purpose, Stream, Traces};

use super::figures::{PERCENTILES, cell};
use super::measurement::Measurement;
use super::{CalibrationError, CellMeasured};
use crate::FleetLoad;

/// The part of a core that is at work when requests come seldom.
const PART: f64 = 1.0 / 16.0;
/// The most requests per second, and the fewest.
const RATES: (f64, f64) = (50.0, 1.0);
/// The last requests have so long to be answered.
const DRAIN: Duration = Duration::from_secs(1);

/// How often it is asked per second, by the CPU that callers who ask all the time made it use.
pub(super) fn rate(cells: &[CellMeasured]) -> f64 {
    let work = cells.iter().map(|cell| cell.cpu_seconds_per_request).fold(f64::INFINITY, f64::min);
    (PART / work).clamp(RATES.1, RATES.0)
}

impl Measurement<'_> {
    /// Measures it.
    pub(super) async fn seldom(&mut self, rate: f64) -> Result<CellMeasured, CalibrationError> {
        self.rest(None).await?;
        let enough = Duration::from_secs_f64(self.rules.least_requests as f64 / rate);
        let duration = enough.clamp(self.rules.measure, self.rules.measure_at_most);
        let generator = self.generator(rate, duration)?;
        sleep(self.rules.warm_up).await;
        let before = self.read()?;
        sleep(duration).await;
        let counts = self.counts_since(&before)?;
        let report = generator.wait().map_err(|source| self.not_asked(source))?;
        let mut measured = cell(None, 1, &counts).ok_or_else(|| self.silent(1))?;
        as_sent(&mut measured, &report);
        Ok(measured)
    }

    fn generator(&self, rate: f64, duration: Duration) -> Result<Generator, CalibrationError> {
        let name = &self.site.fleet.workload.name;
        let load = self.site.fleet.load.as_ref();
        let load = load.ok_or_else(|| CalibrationError::NoLoad { function: name.clone() })?;
        let path = || CalibrationError::Path { function: name.clone(), path: load.path.clone() };
        let arrivals = ArrivalSpec::new(ProcessSpec::Poisson { rate_per_second: rate });
        let arrivals = arrivals.plan(&Traces::default()).map_err(|_| path())?;
        let chance = Stream::new(0, 0, Purpose::Arrivals);
        let load = FleetLoad { arrivals, ..load.clone() };
        let flow = load.flow(name, self.site.address, chance).ok_or_else(path)?;
        let plan = Plan { flows: vec![flow], warm_up: self.rules.warm_up, duration, drain: DRAIN };
        Generator::start(&plan, |_| ()).map_err(|source| self.not_asked(source))
    }

    fn not_asked(&self, source: LoadError) -> CalibrationError {
        let function = self.site.fleet.workload.name.clone();
        CalibrationError::Generator { function, source: Box::new(source) }
    }
}

/// Latency as it was for those who sent, from when they were to send.
fn as_sent(measured: &mut CellMeasured, report: &Report) {
    let Some(flow) = report.flows.first() else { return };
    let latencies = &flow.tally.latencies;
    let at = |percentile: f64| {
        let micro = latencies.quantile_microseconds(percentile / 100.0)?;
        Some((percentile, micro as f64 / 1e6))
    };
    let seconds: Vec<_> = PERCENTILES.into_iter().filter_map(at).collect();
    if seconds.len() == PERCENTILES.len() && flow.failures.total() == 0 {
        measured.mean_seconds = latencies.sum_seconds() / latencies.count() as f64;
        measured.latency = seconds;
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::tests::measured;
    use super::*;

    fn a_cell(cpu_seconds_per_request: f64) -> CellMeasured {
        CellMeasured { cpu_seconds_per_request, ..measured(1, 0) }
    }

    #[test]
    fn it_is_asked_so_seldom_that_nobody_waits() {
        assert_eq!(rate(&[a_cell(0.005), a_cell(0.003125)]), 20.0);
        assert_eq!(rate(&[a_cell(5.0)]), 1.0);
        // One that only waits takes no core from anybody.
        assert_eq!(rate(&[a_cell(0.0)]), 50.0);
    }
}
