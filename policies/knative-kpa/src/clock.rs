//! The batch's clock: instants and spans are integer nanoseconds, settings and snapshots speak seconds.

/// One second.
pub const SECOND: i64 = 1_000_000_000;

/// A span in seconds as nanoseconds; what does not fit saturates.
pub fn nanoseconds(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

/// A span in nanoseconds as seconds. [`nanoseconds`] gives back the same span up to 26 days.
pub fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}

/// The start of the slot of `granularity` nanoseconds that `instant` lies in.
pub fn truncate(instant: i64, granularity: i64) -> i64 {
    instant.saturating_sub(instant.rem_euclid(granularity))
}
