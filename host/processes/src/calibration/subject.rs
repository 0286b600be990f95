//! Subject: the replica that is measured.

use std::net::SocketAddr;

use super::CalibrationError;
use super::site::Site;
use crate::cluster::told;
use crate::{Cause, Ended, Event, Life, Limits, Phase, Replica, ReplicaId, ReplicaState, Usage};

/// A replica that is ready. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) id: ReplicaId,
    pub(super) address: SocketAddr,
    pub(super) replica: Replica,
    pub(super) life: Life,
    /// From when it was wanted until it was ready.
    pub(super) start_seconds: f64,
    /// CPU that it had used by then.
    pub(super) start_cpu_seconds: f64,
}

impl Subject<'_> {
    /// What it has used until now.
    pub(super) fn usage(&self) -> Result<Usage, CalibrationError> {
        self.replica.usage().map_err(|source| CalibrationError::Usage {
            function: self.site.fleet.workload.name.clone(),
            source,
        })
    }

    /// Gives it another CPU limit; its other limits stay.
    pub(super) fn resize(&self, limit_millicores: Option<u32>) -> Result<(), CalibrationError> {
        let limits = Limits { cpu_millicores: limit_millicores, ..self.site.fleet.limits };
        self.replica.resize(limits).map_err(|source| CalibrationError::Limit {
            function: self.site.fleet.workload.name.clone(),
            limit_millicores,
            source,
        })
    }

    /// Has the proxy use it again if a connection to it broke: whoever asks is to see how it fails,
    /// and not to wait.
    pub(super) fn mend(&self) -> Result<(), CalibrationError> {
        let (proxy, workload) = (&self.site.proxy, self.site.fleet.workload.id);
        let known = proxy.replicas(workload)?;
        let broken = |load: &&crate::ReplicaLoad| load.state == ReplicaState::Broken;
        if known.iter().filter(broken).any(|load| load.replica == self.id) {
            proxy.ready(workload, self.id, self.address)?;
        }
        Ok(())
    }

    /// Asks it to end, and sees to it that it does.
    pub(super) async fn stop(self) {
        // An error would mean that the proxy is gone, and with it everybody who asks.
        let _ = self.site.proxy.gone(self.site.fleet.workload.id, self.id);
        self.replica.stop(self.site.fleet.life.grace).await;
    }

    /// It ended, or was given up, before it was ready.
    pub(super) fn never_ready(&mut self, ended: &Ended) -> CalibrationError {
        let fleet = self.site.fleet;
        CalibrationError::NotReady {
            function: fleet.workload.name.clone(),
            program: fleet.program.clone(),
            within: fleet.life.ready_within,
            complaint: self.complaint(ended),
        }
    }

    /// What became of it, with its last words.
    pub(super) fn complaint(&self, ended: &Ended) -> String {
        let mut life = self.life.clone();
        life.on(&Event::Ended(ended), self.site.now());
        let cause = match life.phase() {
            Phase::Crashed(cause) => *cause,
            _ => Cause::Ended(ended.ending),
        };
        told(cause, ended)
    }
}
