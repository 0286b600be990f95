//! A seeded discrete-event cluster: one chain of events for each request.
//!
//! Specs ([`ClusterSpec`], [`WorkloadSpec`]) are checked into a [`Plan`]; a [`Simulation`] of it
//! under a seed is a [`scaling::Cluster`].

mod budget;
mod chance;
mod cluster;
mod crowd;
mod fleet;
mod handling;
mod histogram;
mod jobs;
mod load;
mod metrics;
pub mod mp3;
mod node;
mod plan;
mod replica;
mod request;
mod seats;
mod sharing;
mod spec;
mod tournament;

pub use cluster::Simulation;
pub use mp3::{Mp3, Mp3Error, Mp3Spec};
pub use plan::{Plan, PlanError};
pub use spec::{
    AmountSpec, CallSpec, ClusterSpec, ColdStartSpec, CpuSpec, CrashSpec, HandlingSpec, MemorySpec,
    MetricsSpec, NetworkSpec, NodeSpec, WorkloadSpec,
};
