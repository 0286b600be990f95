//! Specs: the cluster and its workloads as a file gives them. [`Plan`](crate::Plan) checks them.

mod cluster;
mod workload;

pub use cluster::{ClusterSpec, MetricsSpec, NodeSpec};
pub use workload::{
    AmountSpec, CallSpec, ColdStartSpec, CpuSpec, CrashSpec, HandlingSpec, MemorySpec, NetworkSpec,
    WorkloadSpec,
};
