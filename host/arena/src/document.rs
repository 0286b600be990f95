//! Document: from the columns of the grid to results and the machine's file.

mod notes;
mod tables;

use crate::entry::{Learning, Order, Race};
use crate::grid::{Column, Finished};
use crate::results::{Cell, EntrantRecord, FORMAT, Learned, Machine, Plan, Results, RewardRecord};
use crate::statistics::{CONFIDENCE, RESAMPLES};

/// Puts the results together, and what of the machine's file the columns know. Columns stand in the
/// order of the race's entrants.
pub(crate) fn assemble(
    race: &Race,
    rewards: Vec<RewardRecord>,
    columns: Vec<Column>,
) -> (Results, Machine) {
    let entrants = race.entrants.iter().zip(&columns);
    let entrants: Vec<EntrantRecord> =
        entrants.map(|(entrant, column)| entrant_record(entrant, column)).collect();
    let mut machine = Machine::default();
    let mut cells: Vec<Cell> = Vec::new();
    let mut failures = Vec::new();
    for (entrant, column) in race.entrants.iter().zip(columns) {
        let seconds = column.preparation.training_wall_seconds;
        if !seconds.is_empty() {
            machine.training_wall_seconds.insert(entrant.name.clone(), seconds);
        }
        for Finished { mut cell, timing } in column.cells {
            if race.seeds.first() != Some(&cell.name.seed) {
                cell.series = Vec::new();
            }
            cells.push(cell);
            machine.cells.push(timing);
        }
        failures.extend(column.failures);
    }
    let metrics = race.metrics();
    let tables = tables::tables(race, &metrics, &cells);
    let results = Results {
        format: FORMAT,
        provenance: race.provenance.clone(),
        plan: plan(race, rewards),
        notes: notes::notes(race, &entrants, &cells, &failures),
        entrants,
        metrics: metrics.into_iter().map(|metric| metric.record).collect(),
        summaries: tables.summaries,
        comparisons: tables.comparisons,
        cells,
        failures,
    };
    (results, machine)
}

fn plan(race: &Race, rewards: Vec<RewardRecord>) -> Plan {
    Plan {
        tick_seconds: race.tick.as_secs_f64(),
        warm_up_seconds: race.warm_up.as_secs_f64(),
        seeds: race.seeds.clone(),
        courses: race.courses.iter().map(|course| course.name.clone()).collect(),
        rewards,
        reference: race.reference().to_owned(),
        confidence_ratio: CONFIDENCE,
        resamples: RESAMPLES,
        blocks: race.order == Order::Blocks,
        demonstration: race.demonstration,
    }
}

fn entrant_record(entrant: &crate::entry::Entrant, column: &Column) -> EntrantRecord {
    let prepared = column.preparation.outcome.as_ref().ok();
    let tuned = entrant.candidates.len() > 1;
    EntrantRecord {
        name: entrant.name.clone(),
        period_seconds: column.cells.first().map(|finished| finished.cell.period_seconds),
        learned: match entrant.learning {
            Learning::Never => Learned::Never,
            Learning::Beforehand(_) => Learned::Beforehand,
            Learning::Online { .. } => Learned::Online,
        },
        chosen: prepared
            .filter(|_| tuned)
            .map(|prepared| entrant.candidates[prepared.chosen].label.clone()),
        objective: entrant.tuning.as_ref().filter(|_| tuned).map(|tuning| tuning.objective.clone()),
        trials: prepared.map_or_else(Vec::new, |prepared| prepared.trials.clone()),
        curve: prepared.and_then(|prepared| prepared.curve.clone()),
    }
}
