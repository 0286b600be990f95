//! Cluster: the driver. Workloads whose replicas are processes behind a proxy, observed and scaled in
//! real time, under a load of their own.

mod error;
mod fleet;
mod ledger;
mod member;
mod observe;
mod sample;
mod scale;
mod settings;
mod totals;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scaling::{
    Applied, Cluster, ClusterError, Decision, DetailSet, Observations, Timestamp, Totals, Workload,
    groups,
};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use traffic::load::{Generator, Plan};

use crate::proxy::{Proxy, ProxySettings, WorkloadSettings};
use crate::replica::Spawner;
use crate::{Groups, HostId, sweep};
use fleet::Fleet;
use member::{Crew, Yard};
use sample::{History, Meter};

pub(crate) use member::{PROBE_STARTING, free_port, told};

pub use error::StartError;
pub use settings::{ClusterSettings, FleetLoad, FleetSettings};

/// Between two looks at whether the first replicas are ready.
const LOOK: Duration = Duration::from_millis(5);

/// A running cluster. Dropping it ends all its replicas.
#[derive(Debug)]
pub struct ProcessCluster {
    settings: ClusterSettings,
    roster: Vec<Workload>,
    groups: Vec<Vec<usize>>,
    crews: Vec<Arc<Crew>>,
    yard: Arc<Yard>,
    generator: Option<Generator>,
    /// Of the generator, once the run is over.
    report: Option<traffic::load::Report>,
    meters: Vec<Meter>,
    histories: Vec<History>,
    /// CPU that had been used when the warm-up ended, by workload, in seconds.
    cpu_of_warm_up: Vec<f64>,
    /// When the first tick was, on the yard's clock.
    began: Duration,
    tick: u64,
    marked: bool,
    /// Dropped last, with every task.
    runtime: Runtime,
}

impl ProcessCluster {
    /// Starts the first replicas, waits until they are ready, and begins to send. `seed` is the chance
    /// of the arrivals.
    pub fn start(settings: ClusterSettings, seed: u64) -> Result<Self, StartError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("fleets")
            .enable_all()
            .build()
            .map_err(|source| StartError::Thread { source })?;
        let epoch = epoch();
        let host = HostId::own()?;
        // What hosts left that were killed. What cannot be removed harms nobody here.
        sweep(host);
        let yard = Arc::new(Yard {
            groups: Groups::detect(host),
            spawner: Spawner::start()?,
            proxy: Proxy::start(ProxySettings::new(epoch))?,
            epoch,
        });
        let mut crews = Vec::new();
        for fleet in &settings.workloads {
            crews.push(Arc::new(crew(fleet)));
        }
        let roster: Vec<Workload> =
            settings.workloads.iter().map(|fleet| fleet.workload.clone()).collect();
        let mut cluster = Self {
            groups: groups(&roster),
            meters: crews.iter().map(|_| Meter::default()).collect(),
            histories: crews.iter().map(|_| History::new(settings.window_ticks.max(1))).collect(),
            cpu_of_warm_up: vec![0.0; crews.len()],
            began: Duration::ZERO,
            tick: 0,
            marked: false,
            generator: None,
            report: None,
            settings,
            roster,
            crews,
            yard,
            runtime,
        };
        let plan = cluster.open(seed)?;
        cluster.wait_until_ready()?;
        cluster.began = cluster.yard.now();
        if let Some(plan) = plan {
            cluster.generator = Some(Generator::start(&plan, |_| ())?);
        }
        cluster.begin_counting();
        Ok(cluster)
    }

    /// Why replicas run without limits, if they do.
    pub fn uncapped(&self) -> Option<String> {
        self.yard.groups.uncapped().map(ToString::to_string)
    }

    /// Opens a port for each workload and begins to look after its replicas.
    fn open(&mut self, seed: u64) -> Result<Option<Plan>, StartError> {
        let mut flows = Vec::new();
        for (fleet, crew) in self.settings.workloads.iter().zip(&self.crews) {
            let address = self.yard.proxy.add_workload(WorkloadSettings {
                workload: fleet.workload.id,
                port: 0,
                concurrency_limit: fleet.concurrency,
                queue_length: fleet.queue_length,
                timeout: fleet.timeout,
                slo: fleet.workload.slo.map(|slo| Duration::from_secs_f64(slo.latency_seconds)),
            })?;
            self.runtime.spawn(member::keep(Arc::clone(crew), Arc::clone(&self.yard)));
            let Some(load) = &fleet.load else { continue };
            let workload = &fleet.workload;
            let chance = traffic::Stream::new(seed, workload.id.0, traffic::Purpose::Arrivals);
            let flow = load.flow(&workload.name, address, chance);
            let mut flow = flow.ok_or_else(|| StartError::Path {
                workload: workload.name.clone(),
                path: load.path.clone(),
            })?;
            if let Some(timeout) = fleet.timeout {
                flow.timeout = timeout;
            }
            flows.push(flow);
        }
        let all = self.settings.tick * u32::try_from(self.settings.ticks).unwrap_or(u32::MAX);
        Ok((!flows.is_empty()).then(|| Plan {
            flows,
            warm_up: self.settings.warm_up,
            duration: all.saturating_sub(self.settings.warm_up),
            drain: Duration::ZERO,
        }))
    }

    fn wait_until_ready(&self) -> Result<(), StartError> {
        let late = self.yard.now() + self.settings.start_within;
        for crew in &self.crews {
            loop {
                let (ready, complaint) = {
                    let fleet = crew.fleet();
                    (fleet.ready() >= fleet.desired, fleet.complaint.clone())
                };
                if ready {
                    break;
                }
                if self.yard.now() >= late {
                    return Err(StartError::NotReady {
                        workload: crew.settings.workload.name.clone(),
                        program: crew.settings.program.clone(),
                        within: self.settings.start_within,
                        complaint: complaint.unwrap_or_else(|| "none has failed".to_owned()),
                    });
                }
                std::thread::sleep(LOOK);
            }
        }
        Ok(())
    }

    /// Nothing of what happened before the first tick counts.
    fn begin_counting(&mut self) {
        let now = self.yard.now();
        for crew in &self.crews {
            crew.fleet().mark(now);
            let _ = self.yard.proxy.window(crew.id());
        }
        self.end_warm_up_if_due();
    }

    /// Time since the first tick.
    fn elapsed(&self) -> Duration {
        self.yard.now().saturating_sub(self.began)
    }

    fn timestamp(&self) -> Timestamp {
        Timestamp::from_nanoseconds(i64::try_from(self.elapsed().as_nanos()).unwrap_or(i64::MAX))
    }
}

impl Cluster for ProcessCluster {
    fn workloads(&self) -> &[Workload] {
        &self.roster
    }

    fn observe(&mut self, details: DetailSet) -> Result<Observations, ClusterError> {
        Ok(self.look(details))
    }

    fn scale(&mut self, decisions: &[Decision]) -> Vec<Applied> {
        decisions.iter().map(|decision| self.apply(decision)).collect()
    }

    fn advance(&mut self) -> Result<bool, ClusterError> {
        if self.tick == self.settings.ticks {
            return Ok(false);
        }
        self.tick += 1;
        let due = self.settings.tick * u32::try_from(self.tick).unwrap_or(u32::MAX);
        let warm_up = self.settings.warm_up;
        if !self.marked && warm_up <= due {
            std::thread::sleep(warm_up.saturating_sub(self.elapsed()));
            self.end_warm_up_if_due();
        }
        std::thread::sleep(due.saturating_sub(self.elapsed()));
        self.take_samples()?;
        Ok(self.tick < self.settings.ticks)
    }

    fn totals(&mut self) -> Vec<Totals> {
        self.totals_so_far()
    }

    fn remarks(&self) -> Vec<String> {
        self.remarks_so_far()
    }
}

/// Time zero of a cluster.
#[expect(clippy::disallowed_methods, reason = "a cluster of real processes runs in real time")]
pub(crate) fn epoch() -> Instant {
    Instant::now()
}

fn crew(settings: &FleetSettings) -> Crew {
    let requests = (settings.cpu_request_millicores, settings.memory_request_bytes);
    let fleet = Fleet::new(settings.initial_replicas, settings.limits, requests, settings.backoff);
    Crew {
        settings: settings.clone(),
        fleet: Mutex::new(fleet),
        changed: Notify::new(),
        leaving: Notify::new(),
    }
}
