//! Contest: a module and its references by turns, so that whatever disturbs one disturbs all.

use std::time::Duration;

use registry::MadeUpTurn;
use scaling::WorkloadId;
use serde::Serialize;

use super::contestant::{Contestant, Maker, Module};
use super::measured::Measured;
use super::reference::{Floor, Native};
use crate::entrance::stopwatch;
use crate::exit::Failure;

/// Time for all batches of one size together, of all contestants and of making their turns.
const TIME: Duration = Duration::from_millis(1200);
/// A sample takes at least so long, because a clock is coarse.
const SAMPLE: Duration = Duration::from_micros(500);
/// The most calls in one sample, whose turns are made beforehand.
const CALLS: usize = 512;
/// The most rows in the turns of one sample.
const ROWS: usize = 50_000;
/// Fewer samples say nothing.
const SAMPLES: usize = 7;

/// What batches of one size cost.
#[derive(Debug, Serialize)]
pub(super) struct BatchCost {
    pub(super) rows: usize,
    #[serde(flatten)]
    pub(super) outcome: Outcome,
}

/// What was measured, or why there is nothing to measure.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Measured(Box<Cost>),
    Broken(String),
}

/// One call about a batch.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Cost {
    pub(super) call: Measured,
    pub(super) floor_call: Measured,
    pub(super) native_call: Measured,
    /// Fuel of one call.
    pub(super) fuel: u64,
    /// The most memory held so far.
    pub(super) memory_bytes_peak: usize,
}

/// Batches of these sizes, ascending.
pub(super) fn batches(
    module: &mut Module,
    floor: &Floor,
    sizes: &[usize],
) -> Result<Vec<BatchCost>, Failure> {
    let mut floor = floor.make()?;
    let mut native = Native { world: module.world() };
    let mut number = 0;
    let mut costs = Vec::new();
    for &rows in sizes {
        let measured = batch(module, &mut floor, &mut native, rows, &mut number);
        let outcome = match measured {
            Ok(cost) => Outcome::Measured(Box::new(cost)),
            Err(cause) => Outcome::Broken(cause),
        };
        costs.push(BatchCost { rows, outcome });
    }
    Ok(costs)
}

fn batch(
    module: &mut Module,
    floor: &mut Module,
    native: &mut Native,
    rows: usize,
    number: &mut u64,
) -> Result<Cost, String> {
    let since = stopwatch();
    let mut turns = |module: &Module, count: usize| -> Vec<MadeUpTurn> {
        let turns = (0..count).map(|nth| module.turn(rows, *number + nth as u64)).collect();
        *number += count as u64;
        turns
    };
    // The first calls grow memories and caches; the last of them tells how many make a sample.
    for turn in turns(module, 3) {
        module.ask(&turn)?;
        floor.ask(&turn)?;
    }
    let tried = turns(module, 1);
    let once = time(module, &tried)?.max(1e-8);
    let wanted = (SAMPLE.as_secs_f64() / once).ceil() as usize;
    let calls = wanted.clamp(1, CALLS).min((ROWS / rows).max(1));
    let mut samples: [Vec<f64>; 3] = Default::default();
    let (mut fuel, mut asked) = (0, 0);
    while samples[0].len() < SAMPLES || since() < TIME {
        let turns = turns(module, calls);
        // Who comes first finds the turns in nobody's cache, so each is first in its turn.
        let round = samples[0].len();
        for place in 0..samples.len() {
            let who = (round + place) % samples.len();
            let before = module.used().fuel;
            let took = match who {
                0 => time(module, &turns)?,
                1 => time(floor, &turns)?,
                _ => time(native, &turns)?,
            };
            samples[who].push(took);
            fuel += module.used().fuel - before;
        }
        asked += calls as u64;
    }
    let [call, floor_call, native_call] =
        samples.map(|samples| Measured::of(samples).expect("there are at least some samples"));
    let memory_bytes_peak = module.used().memory_bytes_peak;
    Ok(Cost { call, floor_call, native_call, fuel: fuel / asked.max(1), memory_bytes_peak })
}

/// Seconds that one call took, on average over these turns.
fn time(contestant: &mut impl Contestant, turns: &[MadeUpTurn]) -> Result<f64, String> {
    let since = stopwatch();
    for turn in turns {
        contestant.ask(turn)?;
    }
    Ok(since().as_secs_f64() / turns.len() as f64)
}

/// How long it takes to make an instance, `init` included.
pub(super) fn instantiate(maker: &Maker<'_>) -> Result<Measured, Failure> {
    const MOST: usize = 200;
    let all = stopwatch();
    let mut samples = Vec::new();
    while samples.len() < SAMPLES || (samples.len() < MOST && all() < TIME / 3) {
        let since = stopwatch();
        let made = maker.make()?;
        samples.push(since().as_secs_f64());
        drop(made);
    }
    Ok(Measured::of(samples).expect("there are at least some samples"))
}

/// A snapshot of the workloads of the largest batch.
pub(super) fn snapshot(module: &mut Module, sizes: &[usize]) -> Result<usize, String> {
    let most = sizes.last().copied().unwrap_or(0) as u64;
    let workloads: Vec<WorkloadId> = (0..most).map(WorkloadId).collect();
    module.snapshot(&workloads).map(|snapshot| snapshot.len())
}
