//! Processes: a real serverless cluster on this machine. Replicas of functions are processes, each
//! in a control group of its own, so that latencies are measured and not modelled.
//!
//! From the bottom up: [`HostId`] tells hosts on one machine apart; [`Groups`] makes, resizes, reads
//! and removes the control groups; [`Spawner`] starts a [`Program`] inside a [`Group`] as a
//! [`Replica`]; [`Probe`] asks whether it is ready; [`Life`] and [`Backoff`] decide, without a clock,
//! what is to become of it. [`ProcessCluster`] is all of this as a driver, and [`calibrate`] measures
//! one function alone.

#[cfg(not(target_os = "linux"))]
compile_error!("replicas are held by Linux control groups: build this crate for Linux");

mod calibration;
mod cgroup;
mod cluster;
mod host_id;
mod probe;
mod process;
mod proxy;
mod replica;

pub use calibration::{
    CalibrationError, CalibrationRules, CellMeasured, Measured, Stage, calibrate,
};
pub use cgroup::{Group, GroupError, Groups, LimitError, Limits, Swept, Uncapped, Usage, sweep};
pub use cluster::{ClusterSettings, FleetLoad, FleetSettings, ProcessCluster, StartError};
pub use host_id::{HostId, HostIdError};
pub use probe::{Probe, ProbeError};
pub use proxy::{
    LoadBucket, Proxy, ProxyError, ProxySettings, ReplicaId, ReplicaLoad, ReplicaState, Window,
    WorkloadSettings,
};
pub use replica::{
    Backoff, BackoffRules, Cause, Ended, Ending, Event, Life, LifeRules, Order, Phase, Program,
    Replica, SpawnError, Spawner,
};
