//! The autoscaler: settings with every default filled in, ready for use.

use crate::behaviour::{Behaviour, SECOND};
use crate::controller::Controller;
use crate::metric::Metric;
use crate::spec::Settings;
use crate::tolerance::Tolerances;

/// Settings with every default filled in, ready for use.
#[derive(Debug, Clone, PartialEq)]
pub struct Autoscaler {
    /// The fewest replicas; none leaves it to each workload.
    pub min: Option<i32>,
    /// The most replicas; none leaves it to each workload.
    pub max: Option<i32>,
    /// At least one metric.
    pub metrics: Vec<Metric>,
    /// How far usage may be from its target.
    pub tolerances: Tolerances,
    /// How fast to scale; none for the older rules.
    pub behaviour: Option<Behaviour>,
    /// The controller's flags.
    pub controller: Controller,
}

impl Autoscaler {
    /// For how long a higher recommendation holds back a lower one without behaviour, in nanoseconds.
    pub fn window(&self) -> i64 {
        i64::from(self.controller.downscale_stabilization_seconds) * SECOND
    }

    /// The most replicas that one step may reach without behaviour.
    pub fn step_limit(&self, current: i32) -> i32 {
        let factor = self.controller.scale_up_limit_factor;
        (factor * f64::from(current)).max(self.controller.scale_up_limit_minimum) as i32
    }

    /// Whether zero replicas can be left again by what the metrics say.
    pub fn wakes(&self) -> bool {
        self.metrics.iter().any(Metric::outlives_pods)
    }
}

impl From<&Settings> for Autoscaler {
    fn from(settings: &Settings) -> Self {
        let behavior = settings.behavior.as_ref();
        let mut metrics: Vec<_> = settings.metrics.iter().map(Metric::from).collect();
        if metrics.is_empty() {
            metrics.push(Metric::default_one());
        }
        Self {
            min: settings.min_replicas,
            max: settings.max_replicas,
            metrics,
            tolerances: Tolerances::new(&settings.controller, behavior),
            behaviour: behavior.map(|behavior| Behaviour::new(behavior, &settings.controller)),
            controller: settings.controller,
        }
    }
}
