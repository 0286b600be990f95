//! Member: carries out the life of one replica, from its start to the end of its process.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use scaling::{WorkloadId, causes};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::fleet::{Fleet, Stage};
use super::settings::FleetSettings;
use crate::proxy::{Proxy, ReplicaId, ReplicaState};
use crate::replica::{Ended, Event, Life, Order, Phase, Program, Replica, Spawner};
use crate::{Groups, SpawnError};

/// Between two probes of a replica that starts: start-up times are known to within as much.
pub(crate) const PROBE_STARTING: Duration = Duration::from_millis(10);
/// Between two probes of one that is ready: one that hangs is found out after three, and one that broke
/// off a connection and lives is used again after one.
const PROBE_READY: Duration = Duration::from_secs(1);
/// Between two looks at whether a replica that leaves has finished.
const LOOK_LEAVING: Duration = Duration::from_millis(5);

/// What all fleets of a cluster share.
#[derive(Debug)]
pub(super) struct Yard {
    pub(super) groups: Groups,
    pub(super) spawner: Spawner,
    pub(super) proxy: Proxy,
    /// The cluster's time zero.
    pub(super) epoch: Instant,
}

impl Yard {
    /// Time since the cluster's time zero.
    pub(super) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }
}

/// A fleet with what is told to those who look after it.
#[derive(Debug)]
pub(super) struct Crew {
    pub(super) settings: FleetSettings,
    pub(super) fleet: Mutex<Fleet>,
    /// Something is to be done: more or fewer replicas are wanted.
    pub(super) changed: Notify,
    /// Replicas are to look whether they are to leave.
    pub(super) leaving: Notify,
}

impl Crew {
    pub(super) fn id(&self) -> WorkloadId {
        self.settings.workload.id
    }

    pub(super) fn fleet(&self) -> MutexGuard<'_, Fleet> {
        self.fleet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_leaving(&self, id: ReplicaId) -> bool {
        self.fleet().members.get(&id).is_none_or(|member| member.stage == Stage::Leaving)
    }
}

/// Keeps a fleet at the number that is wanted, for ever.
pub(super) async fn keep(crew: Arc<Crew>, yard: Arc<Yard>) {
    loop {
        let (started, again) = crew.fleet().missing(yard.now());
        for id in started {
            tokio::spawn(live(Arc::clone(&crew), Arc::clone(&yard), id));
        }
        if !crew.fleet().superfluous().is_empty() {
            crew.leaving.notify_waiters();
        }
        match again {
            Some(at) => {
                let pause = at.saturating_sub(yard.now());
                let _ = tokio::time::timeout(pause, crew.changed.notified()).await;
            }
            None => crew.changed.notified().await,
        }
    }
}

/// The life of one replica.
async fn live(crew: Arc<Crew>, yard: Arc<Yard>, id: ReplicaId) {
    let begun = match start(&crew, &yard, id).await {
        Ok(begun) => begun,
        Err(error) => {
            let words = causes(&error);
            crew.fleet().gone(id, yard.now(), None, Some((None, words)));
            crew.changed.notify_one();
            return;
        }
    };
    let (replica, address) = begun;
    let mut keeper = Keeper {
        life: Life::new(crew.settings.life, yard.now()),
        crew: &crew,
        yard: &yard,
        id,
        replica: &replica,
        address,
        leaving: None,
    };
    let ended = keeper.watch().await;
    let life = keeper.life;
    // An error would mean that the proxy is gone, and everybody with it.
    let _ = yard.proxy.gone(crew.id(), id);
    let failure = match life.phase() {
        Phase::Crashed(cause) => Some((Some(*cause), told(*cause, &ended))),
        _ => None,
    };
    crew.fleet().gone(id, yard.now(), ended.usage, failure);
    crew.changed.notify_one();
}

async fn start(
    crew: &Crew,
    yard: &Yard,
    id: ReplicaId,
) -> Result<(Arc<Replica>, SocketAddr), SpawnError> {
    let settings = &crew.settings;
    let limits = crew.fleet().limits;
    let group = yard.groups.create(&format!("{}-{id}", crew.id()), limits)?;
    let port = free_port()
        .map_err(|source| SpawnError::Start { path: settings.program.clone(), source })?;
    let program = Program {
        path: settings.program.clone(),
        arguments: settings.arguments.clone(),
        environment: settings.environment.clone(),
        port,
    };
    let replica = Arc::new(yard.spawner.spawn(program, group).await?);
    if let Some(member) = crew.fleet().members.get_mut(&id) {
        member.replica = Some(Arc::clone(&replica));
    }
    Ok((replica, SocketAddr::from((Ipv4Addr::LOCALHOST, port))))
}

/// A port at which nobody listens now. If somebody comes first the replica cannot listen, fails, and
/// is replaced by one with another.
pub(crate) fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Who looks after one replica whose process runs.
struct Keeper<'a> {
    life: Life,
    crew: &'a Crew,
    yard: &'a Yard,
    id: ReplicaId,
    replica: &'a Replica,
    address: SocketAddr,
    /// Told when it holds no request any more, and when it is asked to end whether or not.
    leaving: Option<(Receiver<()>, Duration)>,
}

impl Keeper<'_> {
    /// Until its process has ended.
    async fn watch(&mut self) -> Arc<Ended> {
        loop {
            let pause = match (&self.leaving, self.life.phase()) {
                (Some(_), _) => LOOK_LEAVING,
                (None, Phase::Starting) => PROBE_STARTING,
                _ => PROBE_READY,
            };
            tokio::select! {
                ended = self.replica.ended() => {
                    self.life.on(&Event::Ended(&ended), self.yard.now());
                    return ended;
                }
                () = self.crew.leaving.notified() => {}
                () = sleep(pause) => {}
            }
            if self.leaving.is_none() && self.crew.is_leaving(self.id) {
                self.leave();
            }
            let event = self.look().await;
            self.take(&event);
        }
    }

    /// No more requests for it; it ends when it has finished those that it holds.
    fn leave(&mut self) {
        let drained = self.yard.proxy.drain(self.crew.id(), self.id);
        let late = self.yard.now() + self.crew.settings.life.grace;
        match drained {
            Ok(drained) => self.leaving = Some((drained, late)),
            // Without a proxy nobody holds anything.
            Err(_) => self.take(&Event::Drain),
        }
    }

    async fn look(&mut self) -> Event<'static> {
        if let Some((drained, late)) = &self.leaving {
            let waits = matches!(drained.try_recv(), Err(TryRecvError::Empty));
            let over = !waits || self.yard.now() >= *late;
            return if over { Event::Drain } else { Event::Time };
        }
        match self.life.phase() {
            Phase::Starting | Phase::Ready => {
                match self.crew.settings.probe.ask(self.address).await {
                    Ok(()) => Event::ProbeSucceeded,
                    Err(_) => Event::ProbeFailed,
                }
            }
            _ => Event::Time,
        }
    }

    fn take(&mut self, event: &Event<'_>) {
        let was_starting = *self.life.phase() == Phase::Starting;
        let now = self.yard.now();
        let order = self.life.on(event, now);
        // Once asked to end, only time and its end matter.
        if matches!(event, Event::Drain) {
            self.leaving = self.leaving.take().filter(|_| *self.life.phase() == Phase::Draining);
        }
        match order {
            Some(Order::Terminate) => self.replica.terminate(),
            Some(Order::Kill) => {
                let _ = self.yard.proxy.gone(self.crew.id(), self.id);
                self.replica.kill();
            }
            None => {}
        }
        if matches!(event, Event::ProbeSucceeded) && self.is_broken() {
            let _ = self.yard.proxy.ready(self.crew.id(), self.id, self.address);
        }
        if was_starting && *self.life.phase() == Phase::Ready {
            // In this order, so that nobody sees a ready replica that gets nothing.
            let _ = self.yard.proxy.ready(self.crew.id(), self.id, self.address);
            self.crew.fleet().became_ready(self.id, now);
        }
    }
}

impl Keeper<'_> {
    /// Whether the proxy avoids it, because a connection to it broke.
    fn is_broken(&self) -> bool {
        let known = self.yard.proxy.replicas(self.crew.id()).unwrap_or_default();
        known.iter().any(|load| load.replica == self.id && load.state == ReplicaState::Broken)
    }
}

/// Why a replica failed, with its last words.
pub(crate) fn told(cause: crate::Cause, ended: &Ended) -> String {
    match ended.last_lines.last() {
        Some(line) => format!("{cause}; the last that it wrote: {line}"),
        None => cause.to_string(),
    }
}
