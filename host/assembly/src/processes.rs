//! Processes: the part of a race file that says what a cluster of real processes runs.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use processes::{
    BackoffRules, ClusterSettings, FleetLoad, FleetSettings, LifeRules, Limits, Probe,
};
use scaling::{GroupId, TenantId, Workload, WorkloadId};
use serde::{Deserialize, Serialize};
use simulator::{ClusterSpec, WorkloadSpec};
use traffic::Traces;
use traffic::load::Call;

use crate::experiment::{ExperimentError, Raw, beside};
use crate::profile::QUOTA_PERIOD_SECONDS;

/// Names the program of the functions, if it does not lie beside this one.
const PROGRAM_VARIABLE: &str = "REGATTA_FUNCTION_PROGRAM";
/// The program of the functions.
const PROGRAM: &str = "regatta-function";
/// Requests that wait in front of the replicas where the file sets no bound; there must be one.
const QUEUE: usize = 10_000;
/// What most servers of HTTP/2 allow on a connection.
const STREAMS_PER_CONNECTION: usize = 100;

/// What a cluster of processes runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ProcessesSpec {
    /// The program of the functions; by default `regatta-function`, beside this program or where
    /// REGATTA_FUNCTION_PROGRAM says.
    pub(crate) program: Option<PathBuf>,
    /// The first replicas have so long to become ready, in seconds.
    pub(crate) start_within_seconds: Option<f64>,
    /// By workload; one that is not here runs the function of its name with its own input.
    pub(crate) functions: BTreeMap<String, FunctionSpec>,
}

/// What one workload runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FunctionSpec {
    /// The function; the workload's name unless given.
    pub(crate) function: Option<String>,
    /// What each request asks for; the function's own choice unless given.
    pub(crate) input: Option<String>,
    /// How it is asked.
    pub(crate) protocol: Protocol,
    /// Another program than the functions' own, which listens at PORT and answers `/ready`.
    pub(crate) program: Option<PathBuf>,
    /// Arguments of the program, after the function's name if it is the functions' own.
    pub(crate) arguments: Vec<String>,
}

/// How a function is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    /// HTTP/1.1, `GET /`.
    #[default]
    Http,
    /// gRPC, `helloworld.Greeter/SayHello`.
    Grpc,
}

/// The cluster that a race file describes, as processes.
pub(crate) fn settings(
    file: &Path,
    raw: &Raw,
    workloads: &[WorkloadSpec],
    traces: &Traces,
) -> Result<ClusterSettings, ExperimentError> {
    let spec = raw.processes.clone().unwrap_or_default();
    let unknown =
        spec.functions.keys().find(|name| workloads.iter().all(|workload| workload.name != **name));
    if let Some(name) = unknown {
        let field = format!("processes.functions.{name}");
        return Err(ExperimentError::invalid(file, field, "is the name of no workload"));
    }
    let fleets = workloads
        .iter()
        .enumerate()
        .map(|(place, workload)| fleet(file, &spec, place, workload, traces))
        .collect::<Result<Vec<_>, _>>()?;
    let ClusterSpec { tick_seconds, duration_seconds, warm_up_seconds, metrics, .. } = &raw.cluster;
    Ok(ClusterSettings {
        tick: Duration::from_secs_f64(*tick_seconds),
        ticks: (duration_seconds / tick_seconds).round() as u64,
        warm_up: Duration::from_secs_f64(*warm_up_seconds),
        window_ticks: (metrics.window_seconds / tick_seconds).round().max(1.0) as usize,
        start_within: Duration::from_secs_f64(spec.start_within_seconds.unwrap_or(30.0)),
        workloads: fleets,
    })
}

fn fleet(
    file: &Path,
    spec: &ProcessesSpec,
    place: usize,
    workload: &WorkloadSpec,
    traces: &Traces,
) -> Result<FleetSettings, ExperimentError> {
    let refused = |field: &str, problem: String| {
        ExperimentError::invalid(file, format!("workloads[{place}].{field}"), problem)
    };
    if !workload.calls.is_empty() {
        let problem = "cannot be had with a cluster of processes, whose functions call nobody";
        return Err(refused("calls", problem.to_owned()));
    }
    if workload.cpu.quota_period_seconds.is_some_and(|period| period != QUOTA_PERIOD_SECONDS) {
        let problem = format!(
            "must be {QUOTA_PERIOD_SECONDS} with a cluster of processes, as Kubernetes has it"
        );
        return Err(refused("cpu.quota_period_seconds", problem));
    }
    let function = spec.functions.get(&workload.name).cloned().unwrap_or_default();
    let (program, arguments) = command(file, spec, &function, workload)?;
    let arrivals = workload
        .arrivals
        .as_ref()
        .map(|arrivals| arrivals.plan(traces))
        .transpose()
        .map_err(|error| refused("arrivals", error.to_string()))?;
    let mebibytes = |mebibytes: f64| (mebibytes * f64::from(1 << 20)) as u64;
    Ok(FleetSettings {
        workload: Workload {
            id: WorkloadId(workload.id.unwrap_or(place as u64)),
            name: workload.name.clone(),
            tenant: TenantId(workload.tenant),
            group: GroupId(workload.group),
            bounds: workload.bounds,
            slo: workload.slo,
        },
        program,
        arguments: arguments.into_iter().map(Into::into).collect(),
        environment: Vec::new(),
        probe: Probe::default(),
        life: LifeRules {
            grace: Duration::from_secs_f64(workload.drain_grace_seconds),
            ..LifeRules::default()
        },
        backoff: BackoffRules::default(),
        limits: Limits {
            cpu_millicores: workload.cpu.limit_millicores,
            cpu_shares: shares(workload),
            memory_bytes: workload.memory.limit_mib.map(mebibytes),
        },
        cpu_request_millicores: workload.cpu.request_millicores,
        memory_request_bytes: workload.memory.request_mib.map(mebibytes),
        concurrency: workload.concurrency.and_then(NonZeroU32::new),
        queue_length: workload.queue_length.map_or(QUEUE, |length| length as usize),
        timeout: workload.timeout_seconds.map(Duration::from_secs_f64),
        initial_replicas: workload.initial_replicas.unwrap_or(workload.bounds.replicas_min),
        target_rate_per_second: workload.target_rate_per_second,
        load: arrivals.map(|arrivals| load(arrivals, &function)),
    })
}

/// The program of a workload and its arguments.
fn command(
    file: &Path,
    spec: &ProcessesSpec,
    function: &FunctionSpec,
    workload: &WorkloadSpec,
) -> Result<(PathBuf, Vec<String>), ExperimentError> {
    if let Some(program) = &function.program {
        return Ok((beside(file, program), function.arguments.clone()));
    }
    let program = match &spec.program {
        Some(program) => beside(file, program),
        None => own_program(file)?,
    };
    let name = function.function.as_ref().unwrap_or(&workload.name).clone();
    Ok((program, [name].into_iter().chain(function.arguments.iter().cloned()).collect()))
}

fn own_program(file: &Path) -> Result<PathBuf, ExperimentError> {
    if let Some(path) = std::env::var_os(PROGRAM_VARIABLE) {
        return Ok(path.into());
    }
    let beside = std::env::current_exe().ok().map(|program| program.with_file_name(PROGRAM));
    beside.filter(|path| path.exists()).ok_or_else(|| {
        let problem = format!(
            "is missing, and `{PROGRAM}` does not lie beside this program: build it with `make \
             functions`, or name it here or in {PROGRAM_VARIABLE}"
        );
        ExperimentError::invalid(file, "processes.program", problem)
    })
}

/// The weight of a replica as the simulator has it: its own, or its request's or limit's worth.
fn shares(workload: &WorkloadSpec) -> Option<u32> {
    let cpu = &workload.cpu;
    let by_size = cpu.request_millicores.or(cpu.limit_millicores).map(Limits::shares_of);
    cpu.shares.or(by_size)
}

fn load(arrivals: traffic::ArrivalPlan, function: &FunctionSpec) -> FleetLoad {
    let input = function.input.clone();
    match function.protocol {
        Protocol::Http => {
            let path = input.map_or_else(|| "/".to_owned(), |input| format!("/?input={input}"));
            FleetLoad { arrivals, call: Call::get(), path }
        }
        Protocol::Grpc => {
            let call = Call::SayHello {
                name: input.unwrap_or_default(),
                streams_per_connection: STREAMS_PER_CONNECTION,
            };
            FleetLoad { arrivals, call, path: "/".to_owned() }
        }
    }
}
