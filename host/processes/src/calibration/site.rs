//! Site: where one function is measured. Control groups, a proxy and who starts replicas, as a
//! cluster has them.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::CalibrationError;
use super::question::Question;
use super::subject::Subject;
use crate::cluster::{PROBE_STARTING, epoch, free_port};
use crate::{
    Event, FleetSettings, Groups, Life, Order, Phase, Program, Proxy, ProxySettings, ReplicaId,
    SpawnError, Spawner, WorkloadSettings,
};

/// Requests that may wait in the proxy. Replicas take any number, so that only those wait that come
/// while there is no replica.
const QUEUE_LENGTH: usize = 10_000;

/// Where one function is measured.
#[derive(Debug)]
pub(super) struct Site<'a> {
    pub(super) fleet: &'a FleetSettings,
    pub(super) proxy: Proxy,
    /// Where it is asked.
    pub(super) address: SocketAddr,
    /// What is asked, at the proxy.
    pub(super) question: Arc<Question>,
    spawner: Spawner,
    groups: Groups,
    epoch: Instant,
}

impl<'a> Site<'a> {
    pub(super) fn open(groups: Groups, fleet: &'a FleetSettings) -> Result<Self, CalibrationError> {
        let function = || fleet.workload.name.clone();
        let load =
            fleet.load.as_ref().ok_or_else(|| CalibrationError::NoLoad { function: function() })?;
        let epoch = epoch();
        let proxy = Proxy::start(ProxySettings::new(epoch))?;
        let address = proxy.add_workload(WorkloadSettings {
            workload: fleet.workload.id,
            port: 0,
            concurrency_limit: None,
            queue_length: QUEUE_LENGTH,
            timeout: fleet.timeout,
            slo: None,
        })?;
        let question = Question::new(load, address).ok_or_else(|| CalibrationError::Path {
            function: function(),
            path: load.path.clone(),
        })?;
        let spawner = Spawner::start().map_err(|source| CalibrationError::Start {
            function: function(),
            program: fleet.program.clone(),
            source,
        })?;
        let question = Arc::new(question);
        Ok(Self { fleet, proxy, address, question, spawner, groups, epoch })
    }

    /// Why there are no limits, if so.
    pub(super) fn uncapped(&self) -> Option<String> {
        self.groups.uncapped().map(ToString::to_string)
    }

    /// Time since the site was opened.
    pub(super) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// Starts a replica and waits until it is ready and the proxy knows it.
    pub(super) async fn start(&self, number: u32) -> Result<Subject<'_>, CalibrationError> {
        let fleet = self.fleet;
        let wanted = self.now();
        let started = self.spawn(number).await;
        let (replica, address) = started.map_err(|source| CalibrationError::Start {
            function: fleet.workload.name.clone(),
            program: fleet.program.clone(),
            source,
        })?;
        let (id, life) = (ReplicaId(number.into()), Life::new(fleet.life, self.now()));
        let (start_seconds, start_cpu_seconds) = (0.0, 0.0);
        let mut subject =
            Subject { site: self, id, address, replica, life, start_seconds, start_cpu_seconds };
        subject.wait_until_ready().await?;
        subject.start_seconds = (self.now() - wanted).as_secs_f64();
        subject.start_cpu_seconds = subject.usage()?.cpu_seconds;
        self.proxy.ready(fleet.workload.id, id, address)?;
        Ok(subject)
    }

    async fn spawn(&self, number: u32) -> Result<(crate::Replica, SocketAddr), SpawnError> {
        let fleet = self.fleet;
        let name = format!("calibration-{}-{number}", fleet.workload.id);
        let group = self.groups.create(&name, fleet.limits)?;
        let port = free_port()
            .map_err(|source| SpawnError::Start { path: fleet.program.clone(), source })?;
        let program = Program {
            path: fleet.program.clone(),
            arguments: fleet.arguments.clone(),
            environment: fleet.environment.clone(),
            port,
        };
        let replica = self.spawner.spawn(program, group).await?;
        Ok((replica, SocketAddr::from((Ipv4Addr::LOCALHOST, port))))
    }
}

impl Subject<'_> {
    /// Probes it as often as the driver does, so that start-up times are the same.
    async fn wait_until_ready(&mut self) -> Result<(), CalibrationError> {
        loop {
            let event = tokio::select! {
                ended = self.replica.ended() => return Err(self.never_ready(&ended)),
                () = sleep(PROBE_STARTING) => match self.site.fleet.probe.ask(self.address).await {
                    Ok(()) => Event::ProbeSucceeded,
                    Err(_) => Event::ProbeFailed,
                },
            };
            if self.life.on(&event, self.site.now()) == Some(Order::Kill) {
                self.replica.kill();
                let ended = self.replica.ended().await;
                return Err(self.never_ready(&ended));
            }
            if *self.life.phase() == Phase::Ready {
                return Ok(());
            }
        }
    }
}
