//! Timestamp: an instant on the loop's own clock.

use std::ops::Add;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Nanoseconds since the Unix epoch when live, since the start of the episode in simulation.
///
/// Whole nanoseconds, because autoscalers compare instants at window edges and a rounded float
/// would fall on either side.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The start of the clock.
    pub const ZERO: Self = Self(0);

    /// The instant `nanoseconds` after the start of the clock.
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// Nanoseconds since the start of the clock.
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// Seconds since the start of the clock, rounded to a float.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The time that has passed since `earlier`; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)))
    }
}
