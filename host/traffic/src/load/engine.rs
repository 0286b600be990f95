//! Engine: the one thread that sends. It starts slots as they are needed and hands out requests as
//! they fall due.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use super::alarm::Alarm;
use super::clock::{Clock, nanoseconds};
use super::http1::Http1;
use super::http2::Http2;
use super::lane::{Job, Placed};
use super::schedule::Schedule;
use super::slot::{Connection, serve};
use super::target::Target;
use super::track::{Reach, Track};
use super::{Call, LoadError, Plan};

/// Requests handed out before others get a turn, so that answers are read while the generator
/// catches up.
const BATCH: usize = 64;
/// How often it looks whether it shall stop.
const LOOK: Duration = Duration::from_millis(20);
/// How often it looks whether all have ended.
const SETTLE: Duration = Duration::from_millis(1);

/// The one thread that sends.
#[derive(Debug)]
pub(crate) struct Engine {
    runtime: Runtime,
    crew: Crew,
    schedule: Schedule,
    alarm: Alarm,
    /// When it shall end sending, in nanoseconds.
    end: u64,
    /// How long it waits for the last answers unless told otherwise.
    drain: Duration,
    stop: Arc<OnceLock<Duration>>,
}

/// When and how far sending came.
#[derive(Debug, Clone)]
pub(crate) struct Ending {
    /// When sending ended, in nanoseconds.
    pub(crate) at: u64,
    /// How far each flow had come then.
    pub(crate) reach: Vec<Reach>,
    /// Whether it was told to end.
    pub(crate) stopped: bool,
}

/// The slots of all flows.
#[derive(Debug)]
struct Crew {
    clock: Clock,
    warm_up: u64,
    tracks: Arc<[(String, Track)]>,
    rigs: Vec<Rig>,
}

/// What a flow needs to start slots and to wake them.
#[derive(Debug)]
struct Rig {
    target: Arc<Target>,
    /// Shared connections; none over HTTP/1.1.
    shared: Vec<Arc<Http2>>,
    wakes: Vec<Arc<Notify>>,
}

impl Engine {
    /// Looks up the hosts and makes all ready. Nothing is sent before [`Self::run`].
    pub(crate) fn new(
        plan: &Plan,
        clock: Clock,
        tracks: Arc<[(String, Track)]>,
        stop: Arc<OnceLock<Duration>>,
    ) -> Result<Self, LoadError> {
        let start = |what| move |source| LoadError::Start { what, source };
        let rigs = plan.flows.iter().enumerate().map(|(index, flow)| {
            let target = Arc::new(Target::new(index, flow)?);
            let shared = match flow.call {
                Call::Http { .. } => 0,
                Call::SayHello { .. } => flow.connections,
            };
            let shared = (0..shared).map(|_| Arc::new(Http2::new(Arc::clone(&target)))).collect();
            Ok(Rig { target, shared, wakes: Vec::new() })
        });
        let rigs = rigs.collect::<Result<Vec<_>, LoadError>>()?;
        let arrivals = plan.flows.iter().map(|flow| flow.arrivals.start(flow.chance.clone()));
        let warm_up = nanoseconds(plan.warm_up);
        let end = warm_up.saturating_add(nanoseconds(plan.duration));
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(start("the event loop"))?;
        let alarm = {
            let _entered = runtime.enter();
            Alarm::new().map_err(start("the timer"))?
        };
        Ok(Self {
            runtime,
            crew: Crew { clock, warm_up, tracks, rigs },
            schedule: Schedule::new(arrivals.collect(), end),
            alarm,
            end,
            drain: plan.drain,
            stop,
        })
    }

    /// Sends until the plan is through or it is told to stop, waits for the last answers, and counts
    /// what is left as unfinished. When it returns, every connection is closed.
    ///
    /// # Errors
    /// If the system refuses the timer.
    pub(crate) fn run(self) -> io::Result<Ending> {
        let Self { runtime, mut crew, mut schedule, alarm, end, drain, stop } = self;
        let ending = runtime.block_on(async {
            let at = pace(&mut crew, &mut schedule, &alarm, end, &stop).await?;
            // Whoever was handed a request a moment ago may begin with it.
            tokio::task::yield_now().await;
            let reach = crew.tracks.iter().map(|(_, track)| track.reach()).collect();
            settle(&crew, drain, &stop).await;
            Ok(Ending { at, reach, stopped: at < end })
        });
        let now = crew.clock.now();
        crew.tracks.iter().for_each(|(_, track)| track.abandon(now));
        ending
    }
}

/// Hands out requests as they fall due, and says up to which instant it did.
async fn pace(
    crew: &mut Crew,
    schedule: &mut Schedule,
    alarm: &Alarm,
    end: u64,
    stop: &OnceLock<Duration>,
) -> io::Result<u64> {
    loop {
        let now = crew.clock.now();
        for (at, flow) in std::iter::from_fn(|| schedule.due(now)).take(BATCH) {
            crew.dispatch(flow, at);
        }
        let next = schedule.peek().unwrap_or(end);
        let is_through = now >= end && schedule.peek().is_none();
        if is_through || stop.get().is_some() {
            return Ok(next.min(now));
        }
        alarm.after(crew.clock.until(next).min(LOOK)).await?;
    }
}

/// Waits until all have ended or the drain is over.
async fn settle(crew: &Crew, drain: Duration, stop: &OnceLock<Duration>) {
    let start = crew.clock.now();
    loop {
        let drain = nanoseconds(stop.get().copied().unwrap_or(drain));
        let settled = crew.tracks.iter().all(|(_, track)| track.is_settled());
        if settled || crew.clock.now().saturating_sub(start) >= drain {
            return;
        }
        tokio::time::sleep(SETTLE).await;
    }
}

impl Crew {
    fn dispatch(&mut self, flow: usize, intended: u64) {
        let measured = intended > self.warm_up || self.warm_up == 0;
        let job = Job { intended, measured, queued: false };
        match self.tracks[flow].1.due(job, self.clock.now()) {
            Placed::Idle(slot) => self.rigs[flow].wakes[slot].notify_one(),
            Placed::New(slot) => self.start(flow, slot),
            Placed::Queued | Placed::Overflow => {}
        }
    }

    fn start(&mut self, flow: usize, slot: usize) {
        let rig = &mut self.rigs[flow];
        let connection = match rig.shared.len() {
            0 => Connection::Http1(Box::new(Http1::new(Arc::clone(&rig.target)))),
            shared => Connection::Http2(Arc::clone(&rig.shared[slot % shared])),
        };
        let wake = Arc::new(Notify::new());
        rig.wakes.push(Arc::clone(&wake));
        let tracks = Arc::clone(&self.tracks);
        tokio::spawn(serve(slot, tracks, flow, self.clock, connection, wake));
    }
}
