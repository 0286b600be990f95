//! The original's own tables, run through the policy as a host would: settings, an initial snapshot,
//! one batch with columns and details, and the explanation that comes back.
// A helper that cannot find what a row should have produced fails that row's test.
#![allow(clippy::unwrap_used)]

mod conditions;
mod controller;
mod growth;
mod limits;
mod scenario;
mod shrinking;
mod tolerances;
mod usage;
mod values;
mod zero;
