//! Burst capacity: room for requests beyond the load, and the activators that hold what has none.

use crate::spec::{Spec, Target};

/// There are never fewer activators in the path of a workload.
const MINIMUM_ACTIVATORS: f64 = 2.0;

/// Excess burst capacity in requests: what the ready replicas can carry beyond the load of the panic
/// window and the burst to be ready for, rounded down. Negative when they lack.
pub fn excess(spec: &Spec, target: Target, ready: i32, panic_value: f64) -> i32 {
    let burst = spec.target_burst_capacity;
    if burst == 0.0 {
        0
    } else if burst > 0.0 {
        (f64::from(ready) * target.total - burst - panic_value).floor() as i32
    } else {
        -1
    }
}

/// The excess to assume before anything was measured.
pub fn initial_excess(spec: &Spec, target: Target) -> i32 {
    let burst = spec.target_burst_capacity;
    if burst > 0.0 {
        (f64::from(spec.initial_scale) * target.total - burst) as i32
    } else {
        burst as i32
    }
}

/// How many activators should share the traffic of a workload.
pub fn activators(spec: &Spec, target: Target, ready: i32) -> i32 {
    if spec.target_burst_capacity == 0.0 {
        return MINIMUM_ACTIVATORS as i32;
    }
    let capacity = f64::from(ready) * target.total + spec.target_burst_capacity.max(0.0);
    (capacity / spec.activator_capacity).ceil().max(MINIMUM_ACTIVATORS) as i32
}

#[cfg(test)]
mod tests;
