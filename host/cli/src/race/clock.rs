//! Clock: the wall clock and the machine, for the file of what depends on them.

use std::collections::BTreeMap;
use std::env::consts::{ARCH, OS};
use std::thread::available_parallelism;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time since now.
#[expect(clippy::disallowed_methods, reason = "only the command line reads the wall clock")]
pub(crate) fn stopwatch() -> impl Fn() -> Duration + Sync {
    let began = Instant::now();
    move || began.elapsed()
}

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "only the command line reads the wall clock")]
#[cfg(feature = "learner")]
pub(crate) fn unix_seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// What is known of the machine and of the hour.
#[expect(clippy::disallowed_methods, reason = "only the command line reads the wall clock")]
pub(crate) fn facts() -> BTreeMap<String, String> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let cores = available_parallelism().map_or(0, usize::from);
    let facts = [
        ("began_unix_seconds", seconds.to_string()),
        ("cores", cores.to_string()),
        ("operating_system", OS.to_owned()),
        ("architecture", ARCH.to_owned()),
    ];
    facts.map(|(name, value)| (name.to_owned(), value)).into()
}
