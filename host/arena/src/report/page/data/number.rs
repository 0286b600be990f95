//! Number: a value as a chart takes it.

use serde::{Serialize, Serializer};

use crate::results::{Estimate, Interval};

/// A value for a chart: five digits are more than a pixel, and the page stays small. Infinities are
/// named, because JSON has none.
pub(super) struct Number(pub(super) Option<f64>);

/// A value with its interval, if it has one.
#[derive(Serialize)]
pub(super) struct Bounded {
    value: Number,
    low: Option<Number>,
    high: Option<Number>,
}

impl Bounded {
    pub(super) fn new(estimate: &Estimate, factor: f64) -> Self {
        Self::of(estimate.iqm, estimate.interval, factor)
    }

    pub(super) fn of(value: f64, interval: Option<Interval>, factor: f64) -> Self {
        let shown = |value: f64| Number(Some(value * factor));
        Self {
            value: shown(value),
            low: interval.map(|interval| shown(interval.low)),
            high: interval.map(|interval| shown(interval.high)),
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(f64::INFINITY) => to.serialize_str("inf"),
            Some(f64::NEG_INFINITY) => to.serialize_str("-inf"),
            Some(value) if value.is_finite() => {
                let rounded = format!("{value:.4e}").parse().unwrap_or(value);
                // Whole numbers are shorter without their `.0`.
                if rounded == (rounded as i32) as f64 {
                    to.serialize_i32(rounded as i32)
                } else {
                    to.serialize_f64(rounded)
                }
            }
            _ => to.serialize_none(),
        }
    }
}
