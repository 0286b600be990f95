//! A workload's plan.

use scaling::{Bounds, GroupId, TenantId, Workload, WorkloadId};
use traffic::{ArrivalPlan, Service, ServiceSpec, Stream, Traces};

use super::PlanError;
use super::chain::Call;
use super::setting::{field, mebibytes, nanoseconds, not_negative, positive, within};
use crate::{AmountSpec, CrashSpec, WorkloadSpec};

/// What one workload does.
#[derive(Debug, Clone)]
pub(crate) struct WorkloadPlan {
    pub(crate) arrivals: Option<ArrivalPlan>,
    /// CPU work in seconds; none if the trace tells it.
    pub(crate) service: Option<Service>,
    pub(crate) io: Option<Service>,
    /// Its mean in nanoseconds; 0 if the trace tells it.
    pub(crate) mean_work: f64,
    /// CPU that the node uses for a request besides, in core-nanoseconds.
    pub(crate) handling: f64,
    /// How often a thread wakes up for a request.
    pub(crate) wakes: u32,
    /// Requests that a replica takes at a time.
    pub(crate) concurrency: Option<u32>,
    pub(crate) queue_length: usize,
    /// In nanoseconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) initial_replicas: u32,
    pub(crate) cpu_request: Option<u32>,
    pub(crate) cpu_limit: Option<u32>,
    /// Nanoseconds in which a limit is a budget; none if it is a constant speed.
    pub(crate) quota_period: Option<u64>,
    pub(crate) shares: Option<u32>,
    pub(crate) memory_request: Option<u64>,
    pub(crate) memory_limit: Option<u64>,
    pub(crate) memory_base: u64,
    pub(crate) memory_leak: f64,
    pub(crate) request_memory: Option<Amount>,
    pub(crate) receive: Option<Amount>,
    pub(crate) transmit: Option<Amount>,
    pub(crate) scheduling: u64,
    pub(crate) start: Service,
    pub(crate) image_present: bool,
    pub(crate) image_pull: Service,
    pub(crate) grace: u64,
    pub(crate) backoff: u64,
    pub(crate) crash: Option<Crash>,
    pub(crate) calls: Vec<Call>,
    /// Others call it.
    pub(crate) called: bool,
    pub(crate) target_rate: Option<f64>,
}

/// An amount of bytes.
#[derive(Debug, Clone)]
pub(crate) enum Amount {
    /// Always this.
    Fixed(f64),
    /// One draw a request.
    Drawn(Service),
}

impl Amount {
    #[inline]
    pub(crate) fn sample(&self, stream: &mut Stream) -> u64 {
        match self {
            Self::Fixed(bytes) => *bytes as u64,
            Self::Drawn(law) => law.sample(stream) as u64,
        }
    }
}

/// Crashes of replicas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crash {
    /// Mean time in service until one, in nanoseconds.
    pub(crate) mean: f64,
    /// Nanoseconds until somebody notices.
    pub(crate) detection: u64,
}

impl WorkloadPlan {
    pub(super) fn new(
        spec: &WorkloadSpec,
        calls: Vec<Call>,
        called: bool,
        traces: &Traces,
    ) -> Result<Self, PlanError> {
        let bounds = spec.bounds;
        check_bounds(&bounds)?;
        let initial = spec.initial_replicas.unwrap_or(bounds.replicas_min);
        let inside = (bounds.replicas_min..=bounds.replicas_max).contains(&initial);
        within("initial_replicas", f64::from(initial), inside, "within the bounds")?;
        above_zero("concurrency", spec.concurrency)?;
        above_zero("cpu.request_millicores", spec.cpu.request_millicores)?;
        above_zero("cpu.limit_millicores", spec.cpu.limit_millicores)?;
        above_zero("cpu.shares", spec.cpu.shares)?;
        let arrivals = arrivals(spec, called, traces)?;
        let io = spec.io.as_ref().map(|io| service("io", io)).transpose()?;
        let receive = amount("network.receive_bytes", spec.network.receive_bytes)?;
        let transmit = amount("network.transmit_bytes", spec.network.transmit_bytes)?;
        let request_memory = amount("memory.request_bytes", spec.memory.request_bytes)?;
        let memory_leak =
            not_negative("memory.leak_bytes_per_request", spec.memory.leak_bytes_per_request)?;
        let base = not_negative("memory.base_mib", spec.memory.base_mib)?;
        let fits = spec.memory.limit_mib.is_none_or(|limit| base <= limit);
        within("memory.base_mib", base, fits, "at most memory.limit_mib")?;
        let memory = |name, value: Option<f64>| {
            value.map(|value| positive(name, value).map(mebibytes)).transpose()
        };
        let handling = &spec.handling;
        let per_request =
            not_negative("handling.cpu_seconds_per_request", handling.cpu_seconds_per_request)?;
        within("handling.wakes", handling.wakes.into(), handling.wakes <= 100, "at most 100")?;
        let work = spec.service.as_ref().map(|s| service("service", s)).transpose()?;
        Ok(Self {
            arrivals,
            mean_work: work.as_ref().map_or(0.0, |work| work.mean_seconds() * 1e9),
            handling: per_request * 1e9,
            wakes: handling.wakes,
            service: work,
            concurrency: spec.concurrency,
            queue_length: spec.queue_length.map_or(usize::MAX, |length| length as usize),
            timeout: spec
                .timeout_seconds
                .map(|seconds| {
                    nanoseconds("timeout_seconds", positive("timeout_seconds", seconds)?)
                })
                .transpose()?,
            initial_replicas: initial,
            cpu_request: spec.cpu.request_millicores,
            cpu_limit: spec.cpu.limit_millicores,
            quota_period: spec.cpu.quota_period_seconds.map(quota_period).transpose()?,
            shares: spec.cpu.shares,
            memory_request: memory("memory.request_mib", spec.memory.request_mib)?,
            memory_limit: memory("memory.limit_mib", spec.memory.limit_mib)?,
            memory_base: mebibytes(base),
            memory_leak,
            scheduling: nanoseconds(
                "cold_start.scheduling_seconds",
                spec.cold_start.scheduling_seconds,
            )?,
            start: service("cold_start.start", &spec.cold_start.start)?,
            image_present: spec.cold_start.image_present,
            image_pull: service("cold_start.image_pull", &spec.cold_start.image_pull)?,
            grace: nanoseconds("drain_grace_seconds", spec.drain_grace_seconds)?,
            backoff: nanoseconds("restart_backoff_seconds", spec.restart_backoff_seconds)?,
            crash: spec.crash.map(crash).transpose()?,
            target_rate: spec
                .target_rate_per_second
                .map(|rate| not_negative("target_rate_per_second", rate))
                .transpose()?,
            io,
            request_memory,
            receive,
            transmit,
            calls,
            called,
        })
    }
}

impl WorkloadPlan {
    /// Its requests have something that most have not.
    pub(crate) fn extras(&self) -> bool {
        self.io.is_some()
            || self.handling > 0.0
            || self.wakes > 0
            || self.request_memory.is_some()
            || self.receive.is_some()
            || self.transmit.is_some()
            || !self.calls.is_empty()
            || self.called
    }
}

/// The workloads as the rest of the program knows them.
pub(super) fn roster(specs: &[WorkloadSpec]) -> Result<Vec<Workload>, PlanError> {
    let mut roster: Vec<Workload> = Vec::with_capacity(specs.len());
    for (position, spec) in specs.iter().enumerate() {
        let place = format!("workloads[{position}]");
        let id = WorkloadId(spec.id.unwrap_or(position as u64));
        let taken = |what: &str| PlanError::Unusable {
            field: field(&place, what),
            problem: "is taken by an earlier workload, but must be its own".to_owned(),
        };
        if spec.name.is_empty() {
            let problem = "is empty, but a workload needs a name".to_owned();
            return Err(PlanError::Unusable { field: field(&place, "name"), problem });
        }
        if roster.iter().any(|other| other.name == spec.name) {
            return Err(taken("name"));
        }
        if roster.iter().any(|other| other.id == id) {
            return Err(taken("id"));
        }
        if let Some(slo) = spec.slo {
            positive(field(&place, "slo.latency_seconds"), slo.latency_seconds)?;
        }
        roster.push(Workload {
            id,
            name: spec.name.clone(),
            tenant: TenantId(spec.tenant),
            group: GroupId(spec.group),
            bounds: spec.bounds,
            slo: spec.slo,
        });
    }
    Ok(roster)
}

fn arrivals(
    spec: &WorkloadSpec,
    called: bool,
    traces: &Traces,
) -> Result<Option<ArrivalPlan>, PlanError> {
    let Some(arrivals) = &spec.arrivals else {
        return match &spec.service {
            Some(_) => Ok(None),
            None => Err(no_service(NEEDED_BY_CALLS)),
        };
    };
    let plan = arrivals.plan(traces).map_err(traffic("arrivals"))?;
    let recorded = matches!(arrivals.process, traffic::ProcessSpec::Azure2021 { .. });
    match &spec.service {
        None if !recorded => {
            Err(no_service("is missing, but these arrivals do not tell how long requests take"))
        }
        None if called => Err(no_service(NEEDED_BY_CALLS)),
        _ => Ok(Some(plan)),
    }
}

const NEEDED_BY_CALLS: &str =
    "is missing, but calls from other workloads do not tell how long they take";

fn no_service(problem: &str) -> PlanError {
    PlanError::Unusable { field: "service".to_owned(), problem: problem.to_owned() }
}

/// What the kernel takes: 1 ms to 1 s.
fn quota_period(seconds: f64) -> Result<u64, PlanError> {
    let name = "cpu.quota_period_seconds";
    within(name, seconds, (0.001..=1.0).contains(&seconds), "within 0.001 and 1")?;
    nanoseconds(name, seconds)
}

fn check_bounds(bounds: &Bounds) -> Result<(), PlanError> {
    let Bounds { replicas_min, replicas_max, cpu_millicores, memory_bytes } = *bounds;
    let most = f64::from(replicas_max);
    let sound = replicas_max >= 1 && replicas_max >= replicas_min;
    within("bounds.replicas_max", most, sound, "at least 1 and at least replicas_min")?;
    let ranges = [
        ("bounds.cpu_millicores", cpu_millicores.map(|(a, b)| (u64::from(a), u64::from(b)))),
        ("bounds.memory_bytes", memory_bytes),
    ];
    for (name, range) in ranges {
        if let Some((min, max)) = range {
            within(name, min as f64, min >= 1 && min <= max, "a range from at least 1 upwards")?;
        }
    }
    Ok(())
}

fn above_zero(name: &str, value: Option<u32>) -> Result<(), PlanError> {
    let value = value.unwrap_or(1);
    within(name, f64::from(value), value >= 1, "at least 1").map(drop)
}

fn service(name: &str, spec: &ServiceSpec) -> Result<Service, PlanError> {
    spec.service().map_err(traffic(name))
}

fn traffic(name: &str) -> impl Fn(traffic::SpecError) -> PlanError {
    move |error| PlanError::Traffic { field: name.to_owned(), error }
}

fn amount(name: &str, spec: Option<AmountSpec>) -> Result<Option<Amount>, PlanError> {
    let Some(AmountSpec { mean_bytes, coefficient_of_variation }) = spec else {
        return Ok(None);
    };
    let mean_bytes = positive(field(name, "mean_bytes"), mean_bytes)?;
    let name_of_cv = field(name, "coefficient_of_variation");
    if not_negative(name_of_cv, coefficient_of_variation)? == 0.0 {
        return Ok(Some(Amount::Fixed(mean_bytes)));
    }
    // A log-normal has no unit; here its seconds are bytes.
    let law = ServiceSpec::LogNormal { mean_seconds: mean_bytes, coefficient_of_variation };
    Ok(Some(Amount::Drawn(service(name, &law)?)))
}

fn crash(spec: CrashSpec) -> Result<Crash, PlanError> {
    let name = "crash.mean_time_between_failures_seconds";
    let mean = positive(name, spec.mean_time_between_failures_seconds)? * 1e9;
    let detection = nanoseconds("crash.detection_seconds", spec.detection_seconds)?;
    Ok(Crash { mean, detection })
}
