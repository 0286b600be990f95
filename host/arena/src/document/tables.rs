//! Tables: estimates of every metric, and comparisons with the reference.

use rayon::prelude::*;

use crate::entry::Race;
use crate::metric::Metric;
use crate::results::{Cell, Comparison, Difference, Measures, Summary};
use crate::statistics::{self, Strata, estimate, is_better};

/// What the cells say together.
pub(super) struct Tables {
    pub(super) summaries: Vec<Summary>,
    pub(super) comparisons: Vec<Comparison>,
}

/// Tables of all cells, which stand in the order of the race.
pub(super) fn tables(race: &Race, metrics: &[Metric], cells: &[Cell]) -> Tables {
    let entrants: Vec<&str> = race.entrants.iter().map(|entrant| entrant.name.as_str()).collect();
    let of = |entrant: &str| -> Vec<&Cell> {
        cells.iter().filter(|cell| cell.name.entrant == entrant).collect()
    };
    let everything: Vec<Vec<Summary>> =
        entrants.par_iter().map(|entrant| overall(race, metrics, entrant, &of(entrant))).collect();
    let workloads: Vec<Vec<Summary>> = entrants
        .par_iter()
        .map(|entrant| by_workload(race, metrics, entrant, &of(entrant)))
        .collect();
    let reference = of(race.reference());
    let others: Vec<&str> =
        entrants.iter().copied().filter(|entrant| *entrant != race.reference()).collect();
    let comparisons: Vec<Vec<Comparison>> = others
        .par_iter()
        .map(|entrant| {
            let ours = of(entrant);
            let compare = |metric| comparison(race, metric, entrant, &ours, &reference);
            metrics.iter().filter_map(compare).collect()
        })
        .collect();
    Tables {
        summaries: everything.into_iter().chain(workloads).flatten().collect(),
        comparisons: comparisons.concat(),
    }
}

fn overall(race: &Race, metrics: &[Metric], entrant: &str, cells: &[&Cell]) -> Vec<Summary> {
    let summary = |metric: &Metric| {
        let strata = strata(race, cells, |cell| metric.of(&cell.overall));
        summary(entrant, metric, None, None, &strata)
    };
    metrics.iter().filter_map(summary).collect()
}

fn by_workload(race: &Race, metrics: &[Metric], entrant: &str, cells: &[&Cell]) -> Vec<Summary> {
    let mut summaries = Vec::new();
    for course in &race.courses {
        let on_course: Vec<&Cell> =
            cells.iter().copied().filter(|cell| cell.name.course == course.name).collect();
        let Some(first) = on_course.first() else { continue };
        for workload in &first.workloads {
            let name = workload.workload.as_str();
            for metric in metrics.iter().filter(|metric| metric.record.headline) {
                let strata = strata(race, &on_course, |cell| metric.of(measures_of(cell, name)?));
                summaries.extend(summary(entrant, metric, Some(&course.name), Some(name), &strata));
            }
        }
    }
    summaries
}

fn measures_of<'a>(cell: &'a Cell, workload: &str) -> Option<&'a Measures> {
    let found = cell.workloads.iter().find(|measured| measured.workload == workload);
    found.map(|measured| &measured.measures)
}

/// Values by course, those that are there, courses without any left out.
fn strata(race: &Race, cells: &[&Cell], value: impl Fn(&Cell) -> Option<f64>) -> Strata {
    race.courses
        .iter()
        .map(|course| {
            let on_course = cells.iter().filter(|cell| cell.name.course == course.name);
            on_course.filter_map(|cell| value(cell)).collect::<Vec<f64>>()
        })
        .filter(|values| !values.is_empty())
        .collect()
}

fn summary(
    entrant: &str,
    metric: &Metric,
    course: Option<&str>,
    workload: Option<&str>,
    strata: &Strata,
) -> Option<Summary> {
    Some(Summary {
        entrant: entrant.to_owned(),
        metric: metric.record.name.clone(),
        course: course.map(str::to_owned),
        workload: workload.map(str::to_owned),
        estimate: estimate(strata)?,
    })
}

/// A comparison over the pairs that both finished; none if there are none, or if a difference
/// cannot be told (both infinite).
fn comparison(
    race: &Race,
    metric: &Metric,
    entrant: &str,
    ours: &[&Cell],
    theirs: &[&Cell],
) -> Option<Comparison> {
    let (mut our_strata, mut their_strata, mut apart) =
        (Strata::new(), Strata::new(), Strata::new());
    let mut differences = Vec::new();
    for course in &race.courses {
        let pairs: Vec<(u64, f64, f64)> = ours
            .iter()
            .filter(|cell| cell.name.course == course.name)
            .filter_map(|our| {
                let same = |their: &&&Cell| {
                    their.name.course == our.name.course && their.name.seed == our.name.seed
                };
                let their = theirs.iter().find(same)?;
                Some((our.name.seed, metric.of(&our.overall)?, metric.of(&their.overall)?))
            })
            .collect();
        if pairs.is_empty() {
            continue;
        }
        our_strata.push(pairs.iter().map(|pair| pair.1).collect());
        their_strata.push(pairs.iter().map(|pair| pair.2).collect());
        apart.push(pairs.iter().map(|pair| pair.1 - pair.2).collect());
        differences.extend(pairs.iter().map(|&(seed, our, their)| Difference {
            course: course.name.clone(),
            seed,
            difference: our - their,
        }));
    }
    let estimate = estimate(&apart)?;
    let better = metric.record.better;
    let pairs = || our_strata.iter().flatten().zip(their_strata.iter().flatten());
    let wins = pairs().filter(|(our, their)| is_better(**our, **their, better)).count() as u32;
    let losses = pairs().filter(|(our, their)| is_better(**their, **our, better)).count() as u32;
    let (improvement_probability, improvement_interval) =
        statistics::improvement(&our_strata, &their_strata, better);
    Some(Comparison {
        entrant: entrant.to_owned(),
        reference: race.reference().to_owned(),
        metric: metric.record.name.clone(),
        estimate,
        differences,
        wins,
        losses,
        improvement_probability,
        improvement_interval,
    })
}
