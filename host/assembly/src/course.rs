//! Course: the world to race in, from a race file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ::processes::ProcessCluster;
use arena::{Course, Split};
use scaling::Cluster;
use simulator::mp3::Mp3;
use simulator::{Plan, Simulation, WorkloadSpec};

use crate::experiment::{ClusterKind, ExperimentError, Raw};
use crate::load::{Loaded, hex};
use crate::{functions, processes};

/// A world with its clock.
pub(crate) struct World {
    pub(crate) tick: Duration,
    pub(crate) warm_up: Duration,
    pub(crate) course: Course,
}

/// The world that a race file describes.
pub(crate) fn world(
    file: &Path,
    raw: &Raw,
    loaded: &Loaded,
    cluster: ClusterKind,
) -> Result<World, ExperimentError> {
    let described = [raw.mp3.is_some(), !raw.workloads.is_empty(), raw.functions.is_some()];
    match described.into_iter().filter(|&given| given).count() {
        0 => Err(ExperimentError::invalid(
            file,
            "",
            "names nothing to scale: give `workloads`, `functions` or `mp3`",
        )),
        1 => match raw.mp3 {
            Some(_) if cluster == ClusterKind::Processes => Err(ExperimentError::invalid(
                file,
                "mp3",
                "is a closed form and runs on no processes; leave out --cluster processes",
            )),
            Some(_) => mp3(file, raw),
            None => clustered(file, raw, loaded, cluster),
        },
        _ => Err(ExperimentError::invalid(
            file,
            "",
            "names several worlds: give one of `workloads`, `functions` and `mp3`",
        )),
    }
}

fn mp3(file: &Path, raw: &Raw) -> Result<World, ExperimentError> {
    let spec = raw.mp3.unwrap_or_default();
    let refused = |source| ExperimentError::Mp3 { file: file.to_owned(), source };
    Mp3::new(spec, 0).map_err(refused)?;
    let make = move |seed, _: Split| -> Result<Box<dyn Cluster>, arena::MakeError> {
        Ok(Box::new(Mp3::new(spec, seed)?))
    };
    let identity = format!("mp3 {spec:?}");
    Ok(World {
        tick: Duration::from_secs(u64::from(spec.tick_seconds)),
        warm_up: Duration::ZERO,
        course: Course { name: raw.name.clone(), identity, make: Box::new(make) },
    })
}

fn clustered(
    file: &Path,
    raw: &Raw,
    loaded: &Loaded,
    cluster: ClusterKind,
) -> Result<World, ExperimentError> {
    let (racing, training) = workloads(file, raw, loaded)?;
    let plan = |workloads: &[WorkloadSpec]| {
        Plan::new(&raw.cluster, workloads, &loaded.traces).map(Arc::new).map_err(|source| {
            ExperimentError::Plan { file: file.to_owned(), source: source.into() }
        })
    };
    let race = plan(&racing)?;
    let training_plan = if training.is_empty() { Arc::clone(&race) } else { plan(&training)? };
    let real = match cluster {
        ClusterKind::Simulator => None,
        ClusterKind::Processes => Some(processes::settings(file, raw, &racing, &loaded.traces)?),
    };
    let identity = format!(
        "{:?} {racing:?} {training:?} {:?} {cluster:?} {:?}",
        raw.cluster,
        loaded.source.facts(),
        raw.processes
    );
    let tick = race.tick();
    let warm_up = Duration::from_secs_f64(raw.cluster.warm_up_seconds);
    let make = move |seed, split| -> Result<Box<dyn Cluster>, arena::MakeError> {
        let plan = match (split, &real) {
            (Split::Race, Some(settings)) => {
                return Ok(Box::new(ProcessCluster::start(settings.clone(), seed)?));
            }
            (Split::Race, None) => &race,
            (Split::Training, _) => &training_plan,
        };
        Ok(Box::new(Simulation::new(Arc::clone(plan), seed)))
    };
    let course =
        Course { name: raw.name.clone(), identity: hex(identity.as_bytes()), make: Box::new(make) };
    Ok(World { tick, warm_up, course })
}

/// Workloads of the race, and others for training where there are.
pub(crate) fn workloads(
    file: &Path,
    raw: &Raw,
    loaded: &Loaded,
) -> Result<(Vec<WorkloadSpec>, Vec<WorkloadSpec>), ExperimentError> {
    let Some(functions) = &raw.functions else {
        return Ok((raw.workloads.clone(), raw.training.workloads.clone()));
    };
    if !raw.training.workloads.is_empty() {
        let problem = "cannot be given beside `functions`, which has its own training split";
        return Err(ExperimentError::invalid(file, "training.workloads", problem));
    }
    let trace = loaded.traces.azure2019.as_deref().expect("it is loaded wherever it is asked for");
    let divided = functions::workloads(file, functions, trace)?;
    Ok((divided.race, divided.training))
}
