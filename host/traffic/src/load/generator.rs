//! Generator: a measurement that is under way.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::clock::{Clock, nanoseconds};
use super::engine::{Ending, Engine};
use super::lane::Lane;
use super::ledger::Ledger;
use super::report::{Report, Summary};
use super::row::{Phase, Row};
use super::tally::Tally;
use super::track::Track;
use super::{LoadError, Plan};

/// Between asking for a start and the first instant, so that the threads are there by then.
const LEAD: Duration = Duration::from_millis(10);
/// Nanoseconds from row to row.
const SECOND: u64 = 1_000_000_000;
/// Names of the threads.
const SENDER: &str = "load";
const REPORTER: &str = "load-progress";

/// How a measurement stands, once a second.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Seconds since the start.
    pub elapsed_seconds: f64,
    /// Seconds until sending ends.
    pub left_seconds: f64,
    /// What each flow did in the last second.
    pub rows: Vec<Row>,
}

/// What happened since the last window was taken, for a control loop's tick.
#[derive(Debug, Clone)]
pub struct Window {
    /// How long it was.
    pub seconds: f64,
    /// The flows, in the order of the plan.
    pub flows: Vec<FlowWindow>,
}

/// What happened to one flow in a window, the warm-up included.
#[derive(Debug, Clone)]
pub struct FlowWindow {
    /// The flow's name.
    pub flow: String,
    /// What was counted.
    pub tally: Tally,
    /// Requests that have fallen due and not ended.
    pub in_flight: usize,
    /// How many of them wait for a connection.
    pub queued: usize,
    /// How long ago the oldest of them fell due, in seconds. A target that answers nobody shows here,
    /// for what has not ended is in no percentile as yet.
    pub oldest_seconds: Option<f64>,
}

/// A measurement that is under way on threads of its own: one sends, one reports. Dropped, it stops at
/// once and waits for both.
#[derive(Debug)]
pub struct Generator {
    shared: Arc<Shared>,
    stop: Arc<OnceLock<Duration>>,
    sender: Option<JoinHandle<io::Result<Ending>>>,
    reporter: Option<JoinHandle<()>>,
}

/// What the reporter and the owner both read.
#[derive(Debug)]
struct Shared {
    clock: Clock,
    tracks: Arc<[(String, Track)]>,
    ledger: Mutex<Ledger>,
    warm_up: u64,
    end: u64,
}

impl Generator {
    /// Begins to send, and calls `progress` once a second on a thread of its own.
    ///
    /// # Errors
    /// [`LoadError`] if the plan makes no sense, a host has no address, or the system refuses a
    /// thread. A target that does not answer is no error but is counted.
    pub fn start(
        plan: &Plan,
        progress: impl FnMut(&Progress) + Send + 'static,
    ) -> Result<Self, LoadError> {
        plan.check()?;
        let tracks: Arc<[_]> = plan
            .flows
            .iter()
            .map(|flow| {
                let lane = Lane::new(flow.slots(), flow.queue);
                (flow.name.clone(), Track::new(lane, nanoseconds(flow.timeout)))
            })
            .collect();
        let stop = Arc::new(OnceLock::new());
        let clock = Clock::starting_in(LEAD);
        let warm_up = nanoseconds(plan.warm_up);
        let shared = Arc::new(Shared {
            clock,
            tracks: Arc::clone(&tracks),
            ledger: Mutex::new(Ledger::new(plan.flows.len())),
            warm_up,
            end: warm_up.saturating_add(nanoseconds(plan.duration)),
        });
        let engine = Engine::new(plan, clock, tracks, Arc::clone(&stop))?;
        let (ended, end) = sync_channel(0);
        let mut generator =
            Self { shared: Arc::clone(&shared), stop, sender: None, reporter: None };
        let refused = |source| LoadError::Start { what: "a thread", source };
        let reporter = Builder::new().name(REPORTER.into());
        let reporter = reporter.spawn(move || shared.report(&end, progress)).map_err(refused)?;
        generator.reporter = Some(reporter);
        let sender = Builder::new().name(SENDER.into());
        let sender = sender.spawn(move || send(engine, ended)).map_err(refused)?;
        generator.sender = Some(sender);
        Ok(generator)
    }

    /// Takes what was counted since the last window, or since the start.
    pub fn window(&self) -> Window {
        let shared = &self.shared;
        let now = shared.clock.now();
        let (length, tallies) = shared.ledger().window(now, &shared.tracks);
        let flows = shared.tracks.iter().zip(tallies).map(|((flow, track), tally)| {
            let gauge = track.gauge();
            let oldest_seconds = gauge.oldest.map(|oldest| now.saturating_sub(oldest) as f64 / 1e9);
            let (in_flight, queued) = (gauge.in_flight, gauge.queued);
            FlowWindow { flow: flow.clone(), tally, in_flight, queued, oldest_seconds }
        });
        Window { seconds: length as f64 / 1e9, flows: flows.collect() }
    }

    /// Whether sending and draining are over, so that [`Self::wait`] returns at once.
    pub fn is_over(&self) -> bool {
        self.sender.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Ends sending, waits for the last answers for as long as `drain`, and counts the rest as
    /// unfinished.
    ///
    /// # Errors
    /// As [`Self::wait`].
    pub fn stop(self, drain: Duration) -> Result<Report, LoadError> {
        // Only here and on dropping is it set, so it was empty.
        let _ = self.stop.set(drain);
        self.wait()
    }

    /// Waits until the plan is through.
    ///
    /// # Errors
    /// [`LoadError`] if the system refused the timer, or a thread panicked.
    pub fn wait(mut self) -> Result<Report, LoadError> {
        let ending = join(self.sender.take(), SENDER)?;
        join(self.reporter.take(), REPORTER)?;
        let ending = ending
            .transpose()
            .map_err(|source| LoadError::Start { what: "the timer", source })?
            .ok_or(LoadError::Broken { thread: SENDER })?;
        let shared = &self.shared;
        let (rows, totals) = shared.ledger().close(&shared.tracks);
        let warm_up = ending.at.min(shared.warm_up) as f64 / 1e9;
        let measured = ending.at.saturating_sub(shared.warm_up) as f64 / 1e9;
        let flows = shared.tracks.iter().zip(ending.reach).zip(totals);
        let flows =
            flows.map(|(((flow, _), reach), tally)| Summary::new(flow, measured, reach, tally));
        Ok(Report::new((warm_up, measured), ending.stopped, flows.collect(), rows))
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        let _ = self.stop.set(Duration::ZERO);
        // A panic of theirs has been told on the terminal, and here nobody asks for the figures.
        let _ = join(self.sender.take(), SENDER);
        let _ = join(self.reporter.take(), REPORTER);
    }
}

/// The sending thread; the reporter learns of its end, however it ends, by the channel's.
fn send(engine: Engine, ended: SyncSender<()>) -> io::Result<Ending> {
    let ending = engine.run();
    drop(ended);
    ending
}

fn join<T>(thread: Option<JoinHandle<T>>, name: &'static str) -> Result<Option<T>, LoadError> {
    let joined = thread.map(JoinHandle::join).transpose();
    joined.map_err(|_| LoadError::Broken { thread: name })
}

impl Shared {
    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        // A panic while holding it loses the report: its thread is found to be broken.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The reporting thread: a row a second, and a last one at the end.
    fn report(&self, end: &Receiver<()>, mut progress: impl FnMut(&Progress)) {
        let mut next = SECOND;
        loop {
            let over = match end.recv_timeout(self.clock.until(next)) {
                Err(RecvTimeoutError::Timeout) => false,
                Ok(()) | Err(RecvTimeoutError::Disconnected) => true,
            };
            let now = self.clock.now();
            let rows = self.ledger().second(now, |start| self.phase(start), &self.tracks);
            progress(&Progress {
                elapsed_seconds: now as f64 / 1e9,
                left_seconds: self.end.saturating_sub(now) as f64 / 1e9,
                rows,
            });
            if over {
                return;
            }
            // Where the machine was too busy for a row, the next one is longer.
            next = (now / SECOND + 1) * SECOND;
        }
    }

    fn phase(&self, at: u64) -> Phase {
        match at {
            at if at < self.warm_up => Phase::WarmUp,
            at if at < self.end => Phase::Measuring,
            _ => Phase::Draining,
        }
    }
}
