//! One function of the trace.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::service::{Interpolation, Percentile, ServiceSpec};

/// One function: what called it, how often, how long it ran, what it took.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionTrace {
    /// The hash of its name, unique in the trace.
    pub name: String,
    /// What calls it.
    pub trigger: Trigger,
    /// Invocations in each minute: 60 in the sampled files, 1,440 in the published ones.
    pub counts_per_minute: Arc<[u32]>,
    /// Distribution of its durations; none where the trace has no row for it.
    pub durations: Option<Durations>,
    /// Distribution of its app's allocated memory; none where the trace has no row for it.
    pub memory: Option<Memory>,
}

impl FunctionTrace {
    /// Invocations in all.
    pub fn invocations(&self) -> u64 {
        self.counts_per_minute.iter().map(|&count| u64::from(count)).sum()
    }

    /// Mean invocations per second.
    pub fn mean_rate_per_second(&self) -> f64 {
        self.invocations() as f64 / (60.0 * self.counts_per_minute.len() as f64)
    }

    /// The distribution of its durations, or [`Durations::TYPICAL`].
    pub fn durations_or_typical(&self) -> Durations {
        self.durations.unwrap_or(Durations::TYPICAL)
    }

    /// The distribution of its memory, or [`Memory::TYPICAL`].
    pub fn memory_or_typical(&self) -> Memory {
        self.memory.unwrap_or(Memory::TYPICAL)
    }
}

/// The trace's groups of triggers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// HTTP.
    Http,
    /// A clock.
    Timer,
    /// Event hubs and event grids.
    Event,
    /// Message queues.
    Queue,
    /// Blob storage and databases.
    Storage,
    /// Durable functions.
    Orchestration,
    /// Anything else.
    Others,
}

impl Trigger {
    /// Every trigger.
    pub const ALL: [Self; 7] = [
        Self::Http,
        Self::Timer,
        Self::Event,
        Self::Queue,
        Self::Storage,
        Self::Orchestration,
        Self::Others,
    ];

    /// The trace's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Timer => "timer",
            Self::Event => "event",
            Self::Queue => "queue",
            Self::Storage => "storage",
            Self::Orchestration => "orchestration",
            Self::Others => "others",
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Trigger {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|trigger| trigger.name().eq_ignore_ascii_case(name)).ok_or(())
    }
}

/// Durations in milliseconds, whole ones in the trace: 0 stands for less than one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Durations {
    /// Mean over all invocations.
    pub average_milliseconds: f64,
    /// Invocations that the distribution is made of.
    pub count: u64,
    /// At [`Durations::PERCENTILES`], never falling.
    pub milliseconds: [f64; 7],
}

impl Durations {
    /// The percentiles that the trace tells.
    pub const PERCENTILES: [f64; 7] = [0.0, 1.0, 25.0, 50.0, 75.0, 99.0, 100.0];

    /// For functions without a row of their own: at each percentile the median over the 500
    /// functions of the sampled trace.
    pub const TYPICAL: Self = Self {
        average_milliseconds: 320.5,
        count: 0,
        milliseconds: [34.0, 46.0, 93.0, 145.5, 263.0, 1569.5, 4002.0],
    };

    /// Less than the trace's grain of a millisecond, and yet some time.
    const LEAST_MILLISECONDS: f64 = 0.5;

    /// The distribution as service times. Between percentiles it is geometric, because over the 500
    /// functions of the sampled trace its mean is then 1.09 times the recorded average in the
    /// median (middle half 1.01 to 1.26), against 1.22 (1.06 to 1.69) when it is linear.
    pub fn service_spec(&self) -> ServiceSpec {
        let percentile = |(percentile, milliseconds): (f64, f64)| Percentile {
            percentile,
            seconds: milliseconds.max(Self::LEAST_MILLISECONDS) / 1000.0,
        };
        ServiceSpec::Percentiles {
            percentiles: Self::PERCENTILES
                .into_iter()
                .zip(self.milliseconds)
                .map(percentile)
                .collect(),
            interpolation: Interpolation::Geometric,
        }
    }
}

/// Memory that the function's app had allocated, in megabytes (the trace's MB).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    /// Mean over all samples.
    pub average_megabytes: f64,
    /// At [`Memory::PERCENTILES`], never falling.
    pub megabytes: [f64; 8],
}

impl Memory {
    /// The percentiles that the trace tells.
    pub const PERCENTILES: [f64; 8] = [1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0, 100.0];

    /// For functions without a row of their own: the medians over the 500 functions of the sampled
    /// trace.
    pub const TYPICAL: Self = Self {
        average_megabytes: 149.0,
        megabytes: [114.0, 122.5, 135.0, 145.0, 158.0, 179.0, 187.0, 200.0],
    };
}
