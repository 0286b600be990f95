//! The nouns and rules of the loop, as plain values: what is observed, what is asked for, what guard
//! rails allow, what was applied and what came of it. Nothing in here does I/O, reads a clock or
//! draws a random number.

mod action;
mod causes;
mod column;
mod decision;
mod details;
mod experience;
mod fallback;
mod guard;
mod judge;
mod neighbours;
mod observation;
mod recommendation;
mod seams;
mod tick;
mod time;
mod totals;
mod transition;
mod workload;

pub use action::{Action, Applied, Scale};
pub use causes::causes;
pub use column::Column;
pub use decision::{Decision, Rail, RailSet};
pub use details::{
    Bucket, ConditionStatus, Container, Detail, DetailSet, Details, Edge, Fault, Metric,
    MetricSource, Pod, PodPhase, Quantity, Readiness, Sampling,
};
pub use experience::Experiences;
pub use fallback::{Answered, recommend_or_fall_back};
pub use guard::{Guard, Quota, Rails};
pub use judge::{
    CPU_MILLICORES_LIMIT, MEMORY_BYTES_LIMIT, REPLICAS_LIMIT, RawRecommendation, Refusal, judge,
};
pub use neighbours::groups;
pub use observation::Observations;
pub use recommendation::{Answer, Explanation, ReasonId, Recommendation};
pub use seams::{
    Advice, Batch, Cluster, ClusterError, Needs, Policy, PolicyError, Reward, RewardError, Scope,
    Terms,
};
pub use tick::{Pending, close, decide};
pub use time::Timestamp;
pub use totals::Totals;
pub use transition::{Ending, Transition, Transitions};
pub use workload::{Bounds, GroupId, Slo, TailPercentile, TenantId, Workload, WorkloadId};
