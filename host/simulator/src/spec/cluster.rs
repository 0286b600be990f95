//! The cluster: nodes, clocks and metrics.

use serde::{Deserialize, Serialize};

/// Nodes, clocks and metrics of a simulated cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterSpec {
    /// Kinds of node. Without any there is one node without bounds, on which everything fits and
    /// nothing contends.
    pub nodes: Vec<NodeSpec>,
    /// Replicas on one node share its cores by `cpu.shares` when they want more than there are. If
    /// false, each gets what its limit allows, however many there are.
    pub cpu_contention: bool,
    /// Simulated time between two observations, in seconds, > 0.
    pub tick_seconds: f64,
    /// Length of an episode in seconds: a whole number of ticks, ≥ 1.
    pub duration_seconds: f64,
    /// Totals leave out requests that arrived before this, in seconds, and resources used before
    /// it; ≥ 0 and less than the duration.
    pub warm_up_seconds: f64,
    /// What is measured when.
    pub metrics: MetricsSpec,
}

impl Default for ClusterSpec {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            cpu_contention: true,
            tick_seconds: 1.0,
            duration_seconds: 3600.0,
            warm_up_seconds: 0.0,
            metrics: MetricsSpec::default(),
        }
    }
}

/// Nodes of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeSpec {
    /// How many there are, ≥ 1.
    #[serde(default = "one")]
    pub count: u32,
    /// Cores of each, > 0; fractions down to a thousandth.
    pub cores: f64,
    /// Memory of each in MiB, > 0.
    pub memory_mib: f64,
}

/// When metrics are taken and over what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsSpec {
    /// Time between two scrapes in seconds, > 0.
    pub scrape_interval_seconds: f64,
    /// Time from a scrape to the moment at which it can be seen, in seconds, ≥ 0 and at most a
    /// hundred intervals.
    pub scrape_lag_seconds: f64,
    /// What rates, means and percentiles are taken over, in seconds: 1 to 100 whole scrape
    /// intervals.
    pub window_seconds: f64,
}

impl Default for MetricsSpec {
    fn default() -> Self {
        Self { scrape_interval_seconds: 15.0, scrape_lag_seconds: 0.0, window_seconds: 15.0 }
    }
}

fn one() -> u32 {
    1
}
