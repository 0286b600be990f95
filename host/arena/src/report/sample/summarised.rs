//! Summarised: the estimates behind sample cells, by the statistics of real races.

use super::{COURSES, HABITS};
use crate::metric::Metric;
use crate::results::{Cell, Comparison, Difference, Measures, Summary};
use crate::statistics::{self, Strata};

pub(super) fn summaries(metrics: &[Metric], cells: &[Cell]) -> Vec<Summary> {
    let mut summaries = Vec::new();
    for habit in &HABITS {
        for metric in metrics {
            let strata = strata(cells, habit.name, |cell| metric.of(&cell.overall));
            push(&mut summaries, habit.name, metric, None, None, &strata);
        }
    }
    let workloads = cells[0].workloads.len();
    for habit in &HABITS {
        for course in COURSES {
            for position in 0..workloads {
                for metric in metrics.iter().filter(|metric| metric.record.headline) {
                    let of = |cell: &Cell| metric.of(workload(cell, position));
                    let values = values(cells, habit.name, course, of);
                    let name = &cells[0].workloads[position].workload;
                    let strata = [values].to_vec();
                    push(&mut summaries, habit.name, metric, Some(course), Some(name), &strata);
                }
            }
        }
    }
    summaries
}

pub(super) fn comparisons(metrics: &[Metric], cells: &[Cell], reference: &str) -> Vec<Comparison> {
    let mut comparisons = Vec::new();
    for habit in HABITS.iter().filter(|habit| habit.name != reference) {
        for metric in metrics {
            comparisons.extend(comparison(metric, cells, habit.name, reference));
        }
    }
    comparisons
}

fn comparison(
    metric: &Metric,
    cells: &[Cell],
    entrant: &str,
    reference: &str,
) -> Option<Comparison> {
    let find = |of: &str, like: &Cell| {
        let same =
            |cell: &&Cell| cell.name.course == like.name.course && cell.name.seed == like.name.seed;
        let cell = cells.iter().filter(|cell| cell.name.entrant == of).find(same)?;
        metric.of(&cell.overall)
    };
    let (mut ours, mut theirs, mut paired) = (Strata::new(), Strata::new(), Strata::new());
    let mut differences = Vec::new();
    for course in COURSES {
        let (mut our, mut their) = (Vec::new(), Vec::new());
        for cell in cells.iter().filter(|of| of.name.entrant == entrant && of.name.course == course)
        {
            let (Some(one), Some(other)) = (metric.of(&cell.overall), find(reference, cell)) else {
                continue;
            };
            our.push(one);
            their.push(other);
            // Two infinite latencies are as good as each other.
            let difference = if one == other { 0.0 } else { one - other };
            let (course, seed) = (course.to_owned(), cell.name.seed);
            differences.push(Difference { course, seed, difference });
        }
        paired
            .push(our.iter().zip(&their).map(|(a, b)| if a == b { 0.0 } else { a - b }).collect());
        ours.push(our);
        theirs.push(their);
    }
    let better = metric.record.better;
    let count = |won: bool| {
        let pairs = ours.iter().flatten().zip(theirs.iter().flatten());
        pairs.filter(|&(&a, &b)| a != b && statistics::is_better(a, b, better) == won).count()
            as u32
    };
    let (improvement_probability, improvement_interval) =
        statistics::improvement(&ours, &theirs, better);
    Some(Comparison {
        entrant: entrant.to_owned(),
        reference: reference.to_owned(),
        metric: metric.record.name.clone(),
        estimate: statistics::estimate(&paired)?,
        wins: count(true),
        losses: count(false),
        differences,
        improvement_probability,
        improvement_interval,
    })
}

fn push(
    summaries: &mut Vec<Summary>,
    entrant: &str,
    metric: &Metric,
    course: Option<&str>,
    workload: Option<&String>,
    strata: &Strata,
) {
    summaries.extend(statistics::estimate(strata).map(|estimate| Summary {
        entrant: entrant.to_owned(),
        metric: metric.record.name.clone(),
        course: course.map(str::to_owned),
        workload: workload.cloned(),
        estimate,
    }));
}

fn strata(cells: &[Cell], entrant: &str, of: impl Fn(&Cell) -> Option<f64> + Copy) -> Strata {
    COURSES.iter().map(|course| values(cells, entrant, course, of)).collect()
}

fn values(
    cells: &[Cell],
    entrant: &str,
    course: &str,
    of: impl Fn(&Cell) -> Option<f64>,
) -> Vec<f64> {
    let ours = |cell: &&Cell| cell.name.entrant == entrant && cell.name.course == course;
    cells.iter().filter(ours).filter_map(of).collect()
}

fn workload(cell: &Cell, position: usize) -> &Measures {
    &cell.workloads[position].measures
}
