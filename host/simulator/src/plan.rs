//! Plan: specs that were checked once, in the units in which the simulator works.

mod chain;
mod error;
mod setting;
mod workload;

pub(crate) use chain::Call;
pub use error::PlanError;
pub(crate) use workload::{Amount, WorkloadPlan};

use scaling::{Workload, groups};
use setting::{field, nanoseconds, positive, within};
use traffic::Traces;

use crate::{ClusterSpec, MetricsSpec, NodeSpec, WorkloadSpec};

/// A cluster and its workloads, ready to be simulated under any seed. Cheap to share between races:
/// it never changes.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) nodes: Vec<NodePlan>,
    pub(crate) contention: bool,
    /// Nanoseconds between two observations.
    pub(crate) tick: u64,
    /// Ticks of an episode.
    pub(crate) ticks: u64,
    /// Nanoseconds until totals count.
    pub(crate) warm_up: u64,
    pub(crate) metrics: MetricsPlan,
    pub(crate) workloads: Vec<WorkloadPlan>,
    pub(crate) roster: Vec<Workload>,
    /// The rows of each group.
    pub(crate) groups: Vec<Vec<usize>>,
}

/// What a node has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NodePlan {
    pub(crate) cpu_millicores: u64,
    pub(crate) memory_bytes: u64,
}

/// When metrics are taken, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MetricsPlan {
    pub(crate) interval: u64,
    pub(crate) lag: u64,
    /// Scrape intervals in a window.
    pub(crate) window_scrapes: usize,
}

impl Plan {
    /// Checks the specs. Traces are those that the arrivals name; [`Traces::default`] if they name
    /// none.
    ///
    /// # Errors
    /// [`PlanError`] names the first field that makes no sense, and what would.
    pub fn new(
        cluster: &ClusterSpec,
        workloads: &[WorkloadSpec],
        traces: &Traces,
    ) -> Result<Self, PlanError> {
        let tick = nanoseconds("tick_seconds", positive("tick_seconds", cluster.tick_seconds)?)?;
        let ticks = whole("duration_seconds", cluster.duration_seconds, "tick_seconds", tick)?;
        let warm_up = nanoseconds("warm_up_seconds", cluster.warm_up_seconds)?;
        within(
            "warm_up_seconds",
            cluster.warm_up_seconds,
            warm_up < tick * ticks,
            "less than duration_seconds",
        )?;
        if workloads.is_empty() {
            return Err(PlanError::Unusable {
                field: "workloads".to_owned(),
                problem: "is empty, but there must be at least one".to_owned(),
            });
        }
        let calls = chain::resolve(workloads)?;
        let called = chain::called(&calls);
        let plans = workloads
            .iter()
            .zip(calls)
            .enumerate()
            .map(|(position, (spec, calls))| {
                WorkloadPlan::new(spec, calls, called[position], traces)
                    .map_err(|error| error.within(&format!("workloads[{position}]")))
            })
            .collect::<Result<_, _>>()?;
        let roster = workload::roster(workloads)?;
        Ok(Self {
            nodes: nodes(&cluster.nodes)?,
            contention: cluster.cpu_contention,
            tick,
            ticks,
            warm_up,
            metrics: metrics(&cluster.metrics).map_err(|error| error.within("metrics"))?,
            workloads: plans,
            groups: groups(&roster),
            roster,
        })
    }

    /// The workloads, in the order of rows.
    pub fn workloads(&self) -> &[Workload] {
        &self.roster
    }

    /// The time between two observations.
    pub fn tick(&self) -> std::time::Duration {
        std::time::Duration::from_nanos(self.tick)
    }

    /// How many ticks an episode has.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }
}

fn nodes(specs: &[NodeSpec]) -> Result<Vec<NodePlan>, PlanError> {
    // More than any replica asks for, and far from overflow when added up.
    const BOUNDLESS: NodePlan = NodePlan { cpu_millicores: 1 << 62, memory_bytes: 1 << 62 };
    let mut nodes = Vec::new();
    for (position, spec) in specs.iter().enumerate() {
        let name = |name| field(&format!("nodes[{position}]"), name);
        within(name("count"), f64::from(spec.count), spec.count >= 1, "at least 1")?;
        let cores = positive(name("cores"), spec.cores)?;
        let enough = (0.001..1e9).contains(&cores);
        let cores = within(name("cores"), cores, enough, "at least 0.001 and below a billion")?;
        let memory = positive(name("memory_mib"), spec.memory_mib)?;
        let node = NodePlan {
            cpu_millicores: (cores * 1000.0) as u64,
            memory_bytes: setting::mebibytes(memory),
        };
        nodes.extend(std::iter::repeat_n(node, spec.count as usize));
    }
    if nodes.is_empty() {
        nodes.push(BOUNDLESS);
    }
    Ok(nodes)
}

fn metrics(spec: &MetricsSpec) -> Result<MetricsPlan, PlanError> {
    let MetricsSpec { scrape_interval_seconds, scrape_lag_seconds, window_seconds } = *spec;
    let interval = positive("scrape_interval_seconds", scrape_interval_seconds)?;
    let interval = nanoseconds("scrape_interval_seconds", interval)?;
    let lag = nanoseconds("scrape_lag_seconds", scrape_lag_seconds)?;
    let few = lag <= 100 * interval;
    within("scrape_lag_seconds", scrape_lag_seconds, few, "at most a hundred scrape intervals")?;
    let scrapes = whole("window_seconds", window_seconds, "scrape_interval_seconds", interval)?;
    let few = scrapes <= 100;
    within("window_seconds", window_seconds, few, "at most a hundred scrape intervals")?;
    Ok(MetricsPlan { interval, lag, window_scrapes: scrapes as usize })
}

/// How often a unit goes into a time, which it must do a whole number of times.
fn whole(name: &str, seconds: f64, unit_name: &str, unit: u64) -> Result<u64, PlanError> {
    let time = nanoseconds(name, positive(name, seconds)?)?;
    if time >= unit && time.is_multiple_of(unit) {
        Ok(time / unit)
    } else {
        Err(PlanError::Unusable {
            field: name.to_owned(),
            problem: format!(
                "is {seconds}, but must be a whole multiple of {unit_name}, which is {}",
                unit as f64 / 1e9
            ),
        })
    }
}

#[cfg(test)]
mod tests;
