//! Watched: a cluster and a policy whose doings are written to a journal.

use std::sync::Arc;

use scaling::{
    Advice, Applied, Batch, Cluster, ClusterError, Decision, DetailSet, Experiences, Needs,
    Observations, Policy, PolicyError, Scope, Totals, Workload, WorkloadId,
};

use super::journal::{Shared, locked};

/// A cluster whose observations and decisions are written down.
pub(super) struct WatchedCluster {
    cluster: Box<dyn Cluster>,
    journal: Shared,
    /// What is observed beside what the policy asks for.
    details: DetailSet,
    /// A line could not be printed.
    unprinted: bool,
}

impl WatchedCluster {
    pub(super) fn new(cluster: Box<dyn Cluster>, journal: Shared, details: DetailSet) -> Self {
        locked(&journal).begin();
        Self { cluster, journal, details, unprinted: false }
    }
}

impl Cluster for WatchedCluster {
    fn workloads(&self) -> &[Workload] {
        self.cluster.workloads()
    }

    fn observe(&mut self, details: DetailSet) -> Result<Observations, ClusterError> {
        let observations = self.cluster.observe(details.union(self.details))?;
        let names = self.cluster.workloads().iter().map(|workload| workload.name.clone()).collect();
        locked(&self.journal).observe(observations.clone(), names);
        Ok(observations)
    }

    fn scale(&mut self, decisions: &[Decision]) -> Vec<Applied> {
        let applied = self.cluster.scale(decisions);
        self.unprinted |= !locked(&self.journal).decide(decisions, &applied);
        applied
    }

    fn advance(&mut self) -> Result<bool, ClusterError> {
        if self.unprinted {
            let cause = "its lines cannot be printed any more".into();
            return Err(ClusterError { attempted: "watching the simulation", cause });
        }
        self.cluster.advance()
    }

    fn totals(&mut self) -> Vec<Totals> {
        self.cluster.totals()
    }
}

/// A policy whose answers are written down.
pub(super) struct WatchedPolicy {
    policy: Box<dyn Policy>,
    journal: Shared,
    explain: bool,
}

impl WatchedPolicy {
    pub(super) fn new(policy: Box<dyn Policy>, journal: Shared, explain: bool) -> Self {
        Self { policy, journal, explain }
    }
}

impl Policy for WatchedPolicy {
    fn scope(&self) -> Scope {
        self.policy.scope()
    }

    fn needs(&self) -> &Needs {
        self.policy.needs()
    }

    fn reasons(&self) -> &[Arc<str>] {
        self.policy.reasons()
    }

    fn recommend(&mut self, batch: &Batch<'_>) -> Advice {
        let explain = self.explain || batch.explain;
        let advice = self.policy.recommend(&Batch { explain, ..*batch });
        let ids = batch.observations.workloads();
        let workloads: Vec<WorkloadId> = batch.rows.iter().map(|&row| ids[row]).collect();
        locked(&self.journal).recommend(&workloads, &advice, self.policy.reasons());
        advice
    }

    fn learn(&mut self, experiences: &Experiences) -> Result<(), PolicyError> {
        self.policy.learn(experiences)
    }

    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), PolicyError> {
        self.policy.forget(workloads)
    }

    fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, PolicyError> {
        self.policy.snapshot(workloads)
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), PolicyError> {
        self.policy.restore(snapshot)
    }
}
