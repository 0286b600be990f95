//! The proxy: in front of each workload, on loopback, between its callers and its replicas.
//!
//! One thread serves every workload, so that nothing on a request's way waits for a lock. What is
//! decided (who goes where, who waits, what is counted) is decided in [`seats`] and [`meter`], which
//! know neither clock nor socket; the rest carries it out.
//!
//! A request is never sent twice: if nothing of it was sent, because there was no connection to its
//! replica, it goes to another one or waits; in every other case it may have been executed, and
//! fails.

mod body;
mod caller;
mod command;
mod connection;
mod error;
mod exchange;
mod front;
mod headers;
mod listener;
mod meter;
mod patience;
mod refusal;
mod seats;
mod settings;
mod upstream;
mod visit;
mod wire;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use scaling::{Totals, WorkloadId};

use command::Commands;
use front::Front;

pub use error::ProxyError;
pub use meter::{LoadBucket, Window};
pub use seats::{ReplicaLoad, ReplicaState};
pub use settings::{ProxySettings, ReplicaId, WorkloadSettings};

/// A running proxy. Its methods wait for the proxy's thread, which takes some microseconds; they may
/// be called from any thread. Dropping it cuts off whoever is still served.
#[derive(Debug)]
pub struct Proxy {
    commands: Commands,
}

impl Proxy {
    /// Starts the thread.
    pub fn start(settings: ProxySettings) -> Result<Self, ProxyError> {
        Ok(Self { commands: Commands::start(settings)? })
    }

    /// Whether its thread goes before those of replicas. Without the right to that, on a busy machine
    /// requests also wait for a core, and latencies hold that wait.
    pub fn is_prioritised(&self) -> bool {
        self.commands.prioritised
    }

    /// Opens a workload's port, without any replicas yet. Gives its address.
    pub fn add_workload(&self, settings: WorkloadSettings) -> Result<SocketAddr, ProxyError> {
        let (workload, port) = (settings.workload, settings.port);
        let refused = |source| ProxyError::Listen { workload, port, source };
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|source| {
                match source.kind() {
                    std::io::ErrorKind::AddrInUse => ProxyError::PortTaken { workload, port },
                    _ => refused(source),
                }
            })?;
        listener.set_nonblocking(true).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        self.commands.ask(move |hub| hub.add(settings, listener))??;
        Ok(address)
    }

    /// A replica can take requests at this address; for the first time, or anew after it broke or was
    /// draining.
    pub fn ready(
        &self,
        workload: WorkloadId,
        replica: ReplicaId,
        address: SocketAddr,
    ) -> Result<(), ProxyError> {
        self.at(workload, move |front| front.ready(replica, address))
    }

    /// A replica gets no more requests and finishes those that it has. The receiver is told when it
    /// holds none; at once if it is unknown.
    pub fn drain(
        &self,
        workload: WorkloadId,
        replica: ReplicaId,
    ) -> Result<Receiver<()>, ProxyError> {
        self.at(workload, move |front| front.drain(replica))
    }

    /// A replica is gone: connections to it are closed, and the requests that it still held fail. Its
    /// id is not used again.
    pub fn gone(&self, workload: WorkloadId, replica: ReplicaId) -> Result<(), ProxyError> {
        self.at(workload, move |front| front.gone(replica))
    }

    /// From now on one replica takes so many requests at a time; none for any number.
    pub fn set_concurrency_limit(
        &self,
        workload: WorkloadId,
        limit: Option<NonZeroU32>,
    ) -> Result<(), ProxyError> {
        self.at(workload, move |front| front.set_limit(limit))
    }

    /// What happened since the last window was taken, or since the workload was added.
    pub fn window(&self, workload: WorkloadId) -> Result<Window, ProxyError> {
        self.at(workload, |front| front.take_window())
    }

    /// Totals begin here: the end of the warm-up.
    pub fn mark(&self, workload: WorkloadId) -> Result<(), ProxyError> {
        self.at(workload, |front| front.mark())
    }

    /// Totals since the mark, or since the workload was added.
    pub fn totals(&self, workload: WorkloadId) -> Result<Totals, ProxyError> {
        self.at(workload, move |front| front.totals(workload))
    }

    /// Every replica of a workload with its state and what it holds, in the order in which they came.
    pub fn replicas(&self, workload: WorkloadId) -> Result<Vec<ReplicaLoad>, ProxyError> {
        self.at(workload, |front| front.replicas())
    }

    /// Requests that a replica holds; none if it is unknown.
    pub fn in_flight(
        &self,
        workload: WorkloadId,
        replica: ReplicaId,
    ) -> Result<Option<u32>, ProxyError> {
        let known = self.replicas(workload)?;
        Ok(known.iter().find(|load| load.replica == replica).map(|load| load.in_flight))
    }

    /// Closes the ports, lets requests finish for so long, and cuts off the rest. True if there was no
    /// rest.
    pub fn stop(mut self, grace: Duration) -> bool {
        self.commands.stop(grace)
    }

    fn at<T: Send + 'static>(
        &self,
        workload: WorkloadId,
        ask: impl FnOnce(&Rc<Front>) -> T + Send + 'static,
    ) -> Result<T, ProxyError> {
        let answer = self.commands.ask(move |hub| hub.front(workload).map(|f| ask(&f)))?;
        answer.ok_or(ProxyError::NoWorkload { workload })
    }
}

#[cfg(test)]
mod tests;
