//! Experiment: from a file to something to learn in.

use std::path::PathBuf;
use std::sync::Arc;

use agent::{Arrangement, Card};
use arena::{Race, Split};
use assembly::{ClusterKind, Experiment, Modules, Options};
use sandbox::{EpochClock, Limits, Sandbox};
use scaling::{Workload, causes};
use worlds::{Scene, default_card};

use crate::card;
use crate::cluster::ClusterStage;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::naming;

/// What Python asks for.
pub(crate) struct Request {
    /// The experiment's file.
    pub(crate) file: PathBuf,
    /// The folder of the trace that it asks for.
    pub(crate) trace: Option<PathBuf>,
    /// A card with where it comes from; the default one without.
    pub(crate) card: Option<(String, String)>,
    /// The arrangement, if not the card's.
    pub(crate) arrangement: Option<String>,
    /// The reward to learn from, if not the experiment's first.
    pub(crate) reward: Option<String>,
    /// Run real processes instead of simulating them.
    pub(crate) processes: bool,
    /// Run the worlds that the race is run on, and not those for training.
    pub(crate) race_split: bool,
}

impl Request {
    fn split(&self) -> Split {
        if self.race_split { Split::Race } else { Split::Training }
    }
}

/// Opens an experiment: so many worlds of it, which share all that never changes, and what they are
/// like.
pub(crate) fn open(
    request: &Request,
    count: usize,
) -> Result<(Vec<ClusterStage>, Layout), Failure> {
    if request.processes && !request.race_split {
        return Err(Failure::Argument(
            "training is always simulated: `cluster=\"processes\"` needs `split=\"race\"`".into(),
        ));
    }
    if request.processes && count > 1 {
        return Err(Failure::Argument(
            "processes share this machine, so that there can be one world of them at a time: \
             take one, or `cluster=\"simulator\"`"
                .into(),
        ));
    }
    let modules = modules()?;
    let simulated = race(request, ClusterKind::Simulator, &modules)?;
    let groups = groups(&simulated, request.split())?;
    let card = the_card(request, &groups)?;
    let race = match request.processes {
        true => race(request, ClusterKind::Processes, &modules)?,
        false => simulated,
    };
    let name = race.courses[0].name.clone();
    let scene = Scene::new(Arc::new(race), request.split(), request.reward.as_deref(), card)
        .map_err(|error| refused(&error, request))?;
    let layout = layout(name, &scene, &groups)?;
    Ok(((0..count).map(|_| ClusterStage::new(scene.clone())).collect(), layout))
}

fn refused(error: &worlds::SceneError, request: &Request) -> Failure {
    let message = format!("{}: {}", request.file.display(), causes(error));
    match error {
        worlds::SceneError::Reward { .. } => Failure::Experiment(message),
        _ => Failure::Card(message),
    }
}

/// Modules under fuel alone, as in races: the same inputs give the same outputs on every machine.
fn modules() -> Result<Modules, Failure> {
    let sandbox =
        Sandbox::new(EpochClock::default()).map_err(|error| Failure::Internal(causes(&error)))?;
    Ok(Modules::new(&sandbox, Limits { discipline: None, ..Limits::default() }))
}

fn race(request: &Request, cluster: ClusterKind, modules: &Modules) -> Result<Race, Failure> {
    let options = Options { trace: request.trace.clone(), cluster, ..Options::default() };
    let race = Experiment::read(&request.file, &options)
        .and_then(|experiment| experiment.practice(modules))
        .map_err(|error| Failure::Experiment(causes(&error)))?;
    match race.courses.is_empty() || race.rewards.is_empty() {
        false => Ok(race),
        true => {
            let file = request.file.display();
            Err(Failure::Experiment(format!("{file}: has no reward to learn from")))
        }
    }
}

/// The workloads of each group, groups in the order of their ids.
fn groups(race: &Race, split: Split) -> Result<Vec<Vec<Workload>>, Failure> {
    // Who takes part is the same for every seed.
    let cluster = (race.courses[0].make)(0, split)
        .map_err(|error| Failure::World(format!("making a world failed: {}", causes(&*error))))?;
    let mut groups = std::collections::BTreeMap::<_, Vec<Workload>>::new();
    for workload in cluster.workloads() {
        groups.entry(workload.group).or_default().push(workload.clone());
    }
    Ok(groups.into_values().collect())
}

/// The card that is asked for. By default a group is decided together by a head for each of its
/// workloads, so that whoever knows one observation and one action can learn.
fn the_card(request: &Request, groups: &[Vec<Workload>]) -> Result<Card, Failure> {
    let size = groups.first().map(Vec::len);
    let size = size.filter(|size| groups.iter().all(|group| group.len() == *size));
    let asked = request.arrangement.as_deref();
    let asked = asked.map(|name| card::arrangement(name, size)).transpose()?;
    match &request.card {
        Some((text, origin)) => {
            let mut card = card::read(text, origin)?;
            card.arrangement = asked.unwrap_or(card.arrangement);
            Ok(card)
        }
        None => Ok(default_card(asked.unwrap_or(match size {
            Some(workloads) if workloads > 1 => Arrangement::Factored { workloads },
            _ => Arrangement::PerWorkload,
        }))),
    }
}

fn layout(name: String, scene: &Scene, groups: &[Vec<Workload>]) -> Result<Layout, Failure> {
    let card = scene.card();
    let names = |workloads: &[Workload]| workloads.iter().map(|one| one.name.clone()).collect();
    let rows: Vec<Vec<String>> = match card.is_group() {
        true => groups.iter().map(|group| names(group)).collect(),
        // In the order of the cluster, which is that of the observations.
        false => {
            let mut workloads: Vec<&Workload> = groups.iter().flatten().collect();
            workloads.sort_by_key(|workload| workload.id);
            workloads.into_iter().map(|workload| vec![workload.name.clone()]).collect()
        }
    };
    if let Some(group) = rows.iter().find(|group| group.len() != card.workloads()) {
        return Err(Failure::Card(format!(
            "the agent's card decides {} workloads together, and there is a group of {}: change its \
             arrangement",
            card.workloads(),
            group.len()
        )));
    }
    let workloads = || rows.iter().flatten();
    let (period, tick) = scene.period();
    let each = |of: fn(&agent::Feature) -> String| -> Vec<String> {
        workloads().flat_map(|_| card.features.iter().map(of)).collect()
    };
    let bounds = workloads().flat_map(|_| card.features.iter().map(naming::bounds)).collect();
    let names = workloads()
        .flat_map(|name| {
            card.features.iter().map(move |feature| format!("{name}: {}", naming::name(feature)))
        })
        .collect();
    Ok(Layout {
        name,
        rows: rows.len(),
        names,
        units: each(naming::unit),
        bounds,
        heads: card.heads(),
        actions: naming::actions(card, &rows),
        rewards: scene.scores(),
        seconds: if period.is_zero() { tick } else { period }.as_secs_f64(),
        card: Some(serde_json::to_string(card).expect("a card is plain data")),
    })
}
