//! Commands: what other threads ask of the proxy's thread.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::setpriority_process;
use scaling::WorkloadId;
use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::front::Front;
use super::{ProxyError, ProxySettings, WorkloadSettings, listener};

/// The thread's nice value, if it may have it. It works for some microseconds and sleeps again, and on
/// a machine whose replicas use every core it would else wait for them for milliseconds, which would
/// be measured as theirs.
const NICE: i32 = -10;
/// Commands that may wait; who has more to say waits as well.
const COMMANDS: usize = 64;

type Command = Box<dyn FnOnce(&Rc<Hub>) + Send>;

/// The other threads' end.
#[derive(Debug)]
pub(super) struct Commands {
    sender: SyncSender<Command>,
    /// Rung when there is a command, because the proxy's thread cannot wait for a channel of the
    /// standard library.
    bell: Arc<Notify>,
    thread: Option<JoinHandle<bool>>,
    pub(super) prioritised: bool,
}

impl Commands {
    pub(super) fn start(settings: ProxySettings) -> Result<Self, ProxyError> {
        let (sender, commands) = sync_channel::<Command>(COMMANDS);
        let bell = Arc::new(Notify::new());
        let heard = Arc::clone(&bell);
        let failed = |source| ProxyError::Start { source };
        let (started, start) = sync_channel(1);
        let run = move || {
            // Of this thread only. Without the right to it the proxy goes on as everybody else.
            let prioritised = setpriority_process(None, NICE).is_ok();
            let mut builder = Builder::new_current_thread();
            match builder.enable_all().build_local(LocalOptions::default()) {
                Ok(runtime) => {
                    let _ = started.send(Ok(prioritised));
                    serve(&runtime, settings, &commands, &heard)
                }
                Err(error) => {
                    let _ = started.send(Err(error));
                    false
                }
            }
        };
        let thread = std::thread::Builder::new().name("proxy".into()).spawn(run).map_err(failed)?;
        let prioritised = start.recv().map_err(|_| ProxyError::Ended)?.map_err(failed)?;
        Ok(Self { sender, bell, thread: Some(thread), prioritised })
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Rc<Hub>) -> T + Send + 'static,
    ) -> Result<T, ProxyError> {
        let (answer, answered) = sync_channel(1);
        let command: Command = Box::new(move |hub| {
            let _ = answer.send(ask(hub));
        });
        self.sender.send(command).map_err(|_| ProxyError::Ended)?;
        self.bell.notify_one();
        answered.recv().map_err(|_| ProxyError::Ended)
    }

    pub(super) fn stop(&mut self, grace: Duration) -> bool {
        let told = self.ask(move |hub| hub.stopping.set(Some(grace)));
        let ended = self.thread.take().is_some_and(|thread| thread.join().unwrap_or(false));
        told.is_ok() && ended
    }
}

impl Drop for Commands {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.stop(Duration::ZERO);
        }
    }
}

/// What the proxy's thread has.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) settings: ProxySettings,
    fronts: RefCell<BTreeMap<WorkloadId, Rc<Front>>>,
    stopping: Cell<Option<Duration>>,
    /// True once connections are to end when they can.
    pub(super) ending: watch::Sender<bool>,
    /// Callers' connections.
    pub(super) connections: Cell<usize>,
    /// Rung when the last of them has ended.
    pub(super) emptied: Notify,
}

impl Hub {
    pub(super) fn front(&self, workload: WorkloadId) -> Option<Rc<Front>> {
        self.fronts.borrow().get(&workload).cloned()
    }

    pub(super) fn add(
        self: &Rc<Self>,
        settings: WorkloadSettings,
        listener: TcpListener,
    ) -> Result<(), ProxyError> {
        let (workload, port) = (settings.workload, settings.port);
        if self.front(workload).is_some() {
            return Err(ProxyError::WorkloadTwice { workload });
        }
        let listener = tokio::net::TcpListener::from_std(listener)
            .map_err(|source| ProxyError::Listen { workload, port, source })?;
        let front = Front::open(&self.settings, settings);
        self.fronts.borrow_mut().insert(workload, Rc::clone(&front));
        tokio::task::spawn_local(listener::listen(Rc::clone(self), front, listener));
        Ok(())
    }
}

/// Carries out commands until it is told to stop; everything else is done by tasks beside it. True
/// if every request had ended when the grace was over.
fn serve(
    runtime: &LocalRuntime,
    settings: ProxySettings,
    commands: &Receiver<Command>,
    bell: &Notify,
) -> bool {
    let hub = Rc::new(Hub {
        settings,
        fronts: RefCell::default(),
        stopping: Cell::new(None),
        ending: watch::channel(false).0,
        connections: Cell::new(0),
        emptied: Notify::new(),
    });
    runtime.block_on(async {
        let grace = loop {
            bell.notified().await;
            while let Ok(command) = commands.try_recv() {
                command(&hub);
            }
            if let Some(grace) = hub.stopping.get() {
                break grace;
            }
        };
        hub.ending.send_replace(true);
        let all_ended = async {
            while hub.connections.get() > 0 {
                hub.emptied.notified().await;
            }
        };
        timeout(grace, all_ended).await.is_ok()
    })
}
