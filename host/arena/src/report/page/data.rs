//! Data: what the page's charts draw, in the units in which they show it.

mod number;
mod run;

use serde::Serialize;

use self::number::{Bounded, Number};
use self::run::{Run, runs};
use crate::metric::{Better, Metric};
use crate::report::number::{Scale, title, unit_beside};
use crate::report::standing;
use crate::results::{Comparison, Machine, MetricRecord, Results};

/// Everything that the charts draw. Entrants are known by their position.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    main: String,
    reference: &'a str,
    confidence_percent: f64,
    warm_up_seconds: f64,
    /// The best main reward first.
    entrants: Vec<Entrant<'a>>,
    metrics: Vec<Values<'a>>,
    worlds: Vec<World<'a>>,
    series: Vec<Run<'a>>,
    curves: Vec<Curve<'a>>,
}

#[derive(Serialize)]
struct Entrant<'a> {
    name: &'a str,
    /// Its place in the order of the race, which decides its colour.
    place: usize,
}

/// A metric of every entrant.
#[derive(Serialize)]
struct Values<'a> {
    name: &'a str,
    title: String,
    unit: &'static str,
    better: Better,
    headline: bool,
    /// By entrant.
    estimates: Vec<Option<Bounded>>,
    /// By entrant, then by world.
    runs: Vec<Vec<Number>>,
    /// By entrant; none for the reference.
    differences: Vec<Option<Contrast>>,
}

#[derive(Serialize)]
struct World<'a> {
    course: &'a str,
    seed: u64,
}
#[derive(Serialize)]
struct Contrast {
    difference: Bounded,
    /// By pair.
    pairs: Vec<Number>,
    probability: Bounded,
    wins: u32,
    losses: u32,
}
#[derive(Serialize)]
struct Curve<'a> {
    entrant: usize,
    reward: &'a str,
    episodes: Vec<u32>,
    steps: Vec<u64>,
    rewards: Vec<Number>,
    /// By episode; empty without a machine's file.
    wall_seconds: Vec<Number>,
}

impl<'a> Data<'a> {
    pub(super) fn new(results: &'a Results, machine: Option<&'a Machine>) -> Self {
        let order = standing::by_main_reward(results);
        let place = |name: &str| results.entrants.iter().position(|of| of.name == name);
        let entrants: Vec<Entrant> = order
            .iter()
            .map(|of| Entrant { name: &of.name, place: place(&of.name).unwrap_or(0) })
            .collect();
        let plan = &results.plan;
        let worlds: Vec<World> = plan
            .courses
            .iter()
            .flat_map(|course| plan.seeds.iter().map(move |&seed| World { course, seed }))
            .collect();
        let measured = Metric::all(plan.rewards.iter().map(|reward| reward.name.as_str()));
        let metrics = results.metrics.iter().map(|record| {
            let metric = measured.iter().find(|metric| metric.record.name == record.name);
            Values::new(results, record, metric, &entrants, &worlds)
        });
        let metrics = metrics.collect();
        let curves = order.iter().enumerate().filter_map(|(entrant, record)| {
            let curve = record.curve.as_ref()?;
            let seconds = machine.and_then(|of| of.training_wall_seconds.get(&record.name));
            Some(Curve {
                entrant,
                reward: &curve.reward,
                episodes: curve.points.iter().map(|point| point.episode).collect(),
                steps: curve.points.iter().map(|point| point.steps).collect(),
                rewards: curve.points.iter().map(|point| Number(point.reward_mean)).collect(),
                wall_seconds: seconds.into_iter().flatten().map(|&of| Number(Some(of))).collect(),
            })
        });
        Data {
            main: standing::main_reward(results).map_or_else(String::new, |of| of.name.clone()),
            reference: &plan.reference,
            confidence_percent: plan.confidence_ratio * 100.0,
            warm_up_seconds: plan.warm_up_seconds,
            curves: curves.collect(),
            series: runs(results, &entrants),
            metrics,
            worlds,
            entrants,
        }
    }
}

impl<'a> Values<'a> {
    fn new(
        results: &'a Results,
        record: &'a MetricRecord,
        metric: Option<&Metric>,
        entrants: &[Entrant<'_>],
        worlds: &[World<'_>],
    ) -> Self {
        let summaries = || entrants.iter().map(|of| results.summary(of.name, &record.name));
        let scale = Scale::new(record, summaries().flatten().map(|summary| &summary.estimate));
        let shown = |value: f64| Number(Some(value * scale.factor));
        let run = |entrant: &Entrant<'_>, world: &World<'_>| {
            let cell = results.cells.iter().find(|cell| {
                cell.name.entrant == entrant.name
                    && cell.name.course == world.course
                    && cell.name.seed == world.seed
            });
            Number(cell.and_then(|cell| metric?.of(&cell.overall)).map(|of| of * scale.factor))
        };
        let contrast = |of: &Comparison| Contrast {
            difference: Bounded::new(&of.estimate, scale.factor),
            pairs: of.differences.iter().map(|pair| shown(pair.difference)).collect(),
            probability: Bounded::of(of.improvement_probability, of.improvement_interval, 1.0),
            wins: of.wins,
            losses: of.losses,
        };
        Values {
            name: &record.name,
            title: title(record, &scale),
            unit: unit_beside(record, &scale),
            better: record.better,
            headline: record.headline,
            estimates: summaries()
                .map(|of| of.map(|of| Bounded::new(&of.estimate, scale.factor)))
                .collect(),
            runs: entrants
                .iter()
                .map(|entrant| worlds.iter().map(|world| run(entrant, world)).collect())
                .collect(),
            differences: entrants
                .iter()
                .map(|of| results.comparison(of.name, &record.name).map(contrast))
                .collect(),
        }
    }
}
