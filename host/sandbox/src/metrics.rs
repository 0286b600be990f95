//! Metrics: what modules use and how they fail, for Prometheus.

use std::time::Instant;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::standing::Standing;
use crate::trap::TrapKind;
use crate::usage::Usage;

/// Whose numbers they are. Tenants and modules are bounded: the series of a module go away with its
/// last instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ModuleLabels {
    /// The tenant.
    pub tenant: String,
    /// The module, by the name under which it runs.
    pub module: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TrapLabels {
    tenant: String,
    module: String,
    kind: TrapKind,
}

impl EncodeLabelValue for TrapKind {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        EncodeLabelValue::encode(&self.name(), encoder)
    }
}

/// From 250 ns, where a trivial call ends, to one second.
#[derive(Debug, Clone)]
struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(exponential_buckets(250e-9, 4.0, 12))
    }
}

/// The metrics of all modules of a host.
#[derive(Debug, Clone)]
pub struct Metrics {
    calls: Family<ModuleLabels, Counter>,
    observations: Family<ModuleLabels, Counter>,
    fuel: Family<ModuleLabels, Counter>,
    duration: Family<ModuleLabels, Histogram, Durations>,
    memory_peak: Family<ModuleLabels, Gauge>,
    traps: Family<TrapLabels, Counter>,
    fallback_answers: Family<ModuleLabels, Counter>,
    dropped_shadows: Family<ModuleLabels, Counter>,
    dropped_log_lines: Family<ModuleLabels, Counter>,
    quarantined: Family<ModuleLabels, Gauge>,
}

impl Metrics {
    /// Registers them, with names that begin with `regatta_module`.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            calls: Family::default(),
            observations: Family::default(),
            fuel: Family::default(),
            duration: Family::new_with_constructor(Durations),
            memory_peak: Family::default(),
            traps: Family::default(),
            fallback_answers: Family::default(),
            dropped_shadows: Family::default(),
            dropped_log_lines: Family::default(),
            quarantined: Family::default(),
        };
        let registry = registry.sub_registry_with_prefix("regatta_module");
        registry.register("calls", "Calls that came back", metrics.calls.clone());
        let help = "Rows that it was asked about";
        registry.register("observations", help, metrics.observations.clone());
        registry.register("fuel", "Fuel used, near one an instruction", metrics.fuel.clone());
        let help = "Wall-clock time of a call";
        let duration = metrics.duration.clone();
        registry.register_with_unit("call_duration", help, Unit::Seconds, duration);
        let help = "The most memory that one of its stores held";
        let peak = metrics.memory_peak.clone();
        registry.register_with_unit("memory_peak", help, Unit::Bytes, peak);
        registry.register("traps", "Calls that did not come back, by kind", metrics.traps.clone());
        let help = "Rows that the fallback policy answered in its place";
        registry.register("fallback_answers", help, metrics.fallback_answers.clone());
        let help = "Turns of a shadow dropped because the tick was over";
        registry.register("dropped_shadows", help, metrics.dropped_shadows.clone());
        let help = "Log lines over its allowance";
        registry.register("dropped_log_lines", help, metrics.dropped_log_lines.clone());
        let help = "1 while it is quarantined, else 0";
        registry.register("quarantined", help, metrics.quarantined.clone());
        metrics
    }

    /// The metrics of one module.
    pub fn module(&self, labels: ModuleLabels) -> ModuleMetrics {
        ModuleMetrics {
            calls: self.calls.get_or_create_owned(&labels),
            observations: self.observations.get_or_create_owned(&labels),
            fuel: self.fuel.get_or_create_owned(&labels),
            duration: self.duration.get_or_create_owned(&labels),
            memory_peak: self.memory_peak.get_or_create_owned(&labels),
            fallback_answers: self.fallback_answers.get_or_create_owned(&labels),
            dropped_shadows: self.dropped_shadows.get_or_create_owned(&labels),
            dropped_log_lines: self.dropped_log_lines.get_or_create_owned(&labels),
            quarantined: self.quarantined.get_or_create_owned(&labels),
            metrics: self.clone(),
            labels,
            published: Usage::default(),
        }
    }
}

/// The metrics of one module. Its series go away with it.
#[derive(Debug)]
pub struct ModuleMetrics {
    calls: Counter,
    observations: Counter,
    fuel: Counter,
    duration: Histogram,
    memory_peak: Gauge,
    fallback_answers: Counter,
    dropped_shadows: Counter,
    dropped_log_lines: Counter,
    quarantined: Gauge,
    metrics: Metrics,
    labels: ModuleLabels,
    published: Usage,
}

impl ModuleMetrics {
    /// Adds what was used since the last time.
    pub(crate) fn publish(&mut self, usage: &Usage) {
        let before = std::mem::replace(&mut self.published, usage.clone());
        self.calls.inc_by(usage.calls - before.calls);
        self.observations.inc_by(usage.observations - before.observations);
        self.fuel.inc_by(usage.fuel - before.fuel);
        self.memory_peak.set(i64::try_from(usage.memory_bytes_peak).unwrap_or(i64::MAX));
        self.fallback_answers.inc_by(usage.fallback_answers - before.fallback_answers);
        self.dropped_shadows.inc_by(usage.dropped_turns - before.dropped_turns);
        self.dropped_log_lines.inc_by(usage.dropped_log_lines - before.dropped_log_lines);
        for (&kind, &count) in &usage.traps {
            let more = count - before.traps.get(&kind).copied().unwrap_or(0);
            if more > 0 {
                self.metrics.traps.get_or_create(&self.trap_labels(kind)).inc_by(more);
            }
        }
    }

    pub(crate) fn set_standing(&self, standing: &Standing) {
        self.quarantined.set(i64::from(matches!(standing, Standing::Quarantined { .. })));
    }

    /// Runs a call and notes how long it took.
    #[expect(clippy::disallowed_methods, reason = "it measures, and decides nothing")]
    pub(crate) fn time<R>(&self, call: impl FnOnce() -> R) -> R {
        let begun = Instant::now();
        let answer = call();
        self.duration.observe(begun.elapsed().as_secs_f64());
        answer
    }

    fn trap_labels(&self, kind: TrapKind) -> TrapLabels {
        let ModuleLabels { tenant, module } = self.labels.clone();
        TrapLabels { tenant, module, kind }
    }
}

impl Drop for ModuleMetrics {
    fn drop(&mut self) {
        let Metrics {
            calls,
            observations,
            fuel,
            duration,
            memory_peak,
            traps,
            fallback_answers,
            dropped_shadows,
            dropped_log_lines,
            quarantined,
        } = &self.metrics;
        let labels = &self.labels;
        for counters in
            [calls, observations, fuel, fallback_answers, dropped_shadows, dropped_log_lines]
        {
            counters.remove(labels);
        }
        duration.remove(labels);
        memory_peak.remove(labels);
        quarantined.remove(labels);
        for &kind in TrapKind::ALL {
            traps.remove(&self.trap_labels(kind));
        }
    }
}
