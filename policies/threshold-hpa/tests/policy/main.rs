//! What is this policy's own: means from columns, settings, many turns and workloads, snapshots.

mod admission;
mod columns;
mod host;
mod selectors;
mod snapshots;
mod turns;
