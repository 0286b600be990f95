//! Chains: who calls whom, by position.

use super::PlanError;
use super::setting::positive;
use crate::WorkloadSpec;

/// A call relation of one workload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    /// Position of the callee.
    pub(crate) callee: u32,
    /// Calls that every request makes.
    pub(crate) always: u32,
    /// Probability of one more.
    pub(crate) one_more: f64,
    /// The caller waits.
    pub(crate) synchronous: bool,
}

/// The calls of every workload.
pub(super) fn resolve(workloads: &[WorkloadSpec]) -> Result<Vec<Vec<Call>>, PlanError> {
    let mut calls = Vec::with_capacity(workloads.len());
    for (position, workload) in workloads.iter().enumerate() {
        let of_one = workload.calls.iter().enumerate().map(|(index, call)| {
            let place = format!("workloads[{position}].calls[{index}]");
            let callee = workloads.iter().position(|other| other.name == call.workload);
            let callee = callee.ok_or_else(|| PlanError::Unusable {
                field: format!("{place}.workload"),
                problem: format!(
                    "is `{}`, but no workload has that name; the first is `{}`",
                    call.workload, workloads[0].name
                ),
            })?;
            let mean = positive(format!("{place}.calls_per_request"), call.calls_per_request)?;
            let few = mean <= 1000.0;
            let name = format!("{place}.calls_per_request");
            super::within(name, mean, few, "at most 1000")?;
            Ok(Call {
                callee: callee as u32,
                always: mean as u32,
                one_more: mean.fract(),
                synchronous: call.synchronous,
            })
        });
        calls.push(of_one.collect::<Result<_, _>>()?);
    }
    refuse_circles(workloads, &calls)?;
    Ok(calls)
}

/// Which workloads others call.
pub(super) fn called(calls: &[Vec<Call>]) -> Vec<bool> {
    let mut called = vec![false; calls.len()];
    for call in calls.iter().flatten() {
        called[call.callee as usize] = true;
    }
    called
}

/// A request that comes back to a workload would never end, so calls must lead somewhere: workloads
/// that nobody left calls are taken away until none is left.
fn refuse_circles(workloads: &[WorkloadSpec], calls: &[Vec<Call>]) -> Result<(), PlanError> {
    let mut callers = vec![0_u32; workloads.len()];
    for call in calls.iter().flatten() {
        callers[call.callee as usize] += 1;
    }
    let mut free: Vec<usize> = (0..callers.len()).filter(|&at| callers[at] == 0).collect();
    while let Some(caller) = free.pop() {
        for call in &calls[caller] {
            let callee = call.callee as usize;
            callers[callee] -= 1;
            if callers[callee] == 0 {
                free.push(callee);
            }
        }
    }
    match callers.iter().position(|&callers| callers > 0) {
        None => Ok(()),
        Some(position) => Err(PlanError::Unusable {
            field: format!("workloads[{position}].name"),
            problem: format!(
                "is `{}`, which is called in a circle or from one, but calls must not come back",
                workloads[position].name
            ),
        }),
    }
}
