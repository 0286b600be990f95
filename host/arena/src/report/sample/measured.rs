//! Measured: what an imagined entrant would have done.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Dxsm;

use super::Habit;
use crate::results::{
    Answers, Cell, CellName, Latency, Measures, Requests, RewardMeasure, Scaling, Series,
    WorkloadMeasures,
};

const POINTS: usize = 240;
const STEP_SECONDS: f64 = 15.0;
const SERVICE_SECONDS: f64 = 0.12;
const OBJECTIVE_SECONDS: f64 = 0.5;

pub(super) fn cell(habit: &Habit, course: &str, seed: u64, workloads: &[&str]) -> Cell {
    let runs: Vec<Series> = (0..workloads.len())
        .map(|position| run(habit, course, seed, position, workloads[position]))
        .collect();
    let measures: Vec<Measures> = runs.iter().map(|run| measure(habit, run)).collect();
    let named = workloads.iter().zip(&measures).map(|(workload, measures)| WorkloadMeasures {
        workload: (*workload).to_owned(),
        measures: measures.clone(),
    });
    Cell {
        name: CellName { entrant: habit.name.into(), course: course.into(), seed },
        key: format!("{seed:064x}"),
        period_seconds: 15.0,
        ticks: 3_720,
        complaints: BTreeMap::new(),
        remarks: Vec::new(),
        overall: together(&measures),
        workloads: named.collect(),
        series: if seed == super::SEEDS[0] { runs } else { Vec::new() },
    }
}

fn run(habit: &Habit, course: &str, seed: u64, position: usize, workload: &str) -> Series {
    let arrivals = arrivals(course, seed, position);
    let mut series = Series {
        workload: workload.to_owned(),
        step_seconds: STEP_SECONDS,
        latency_slo_seconds: Some(OBJECTIVE_SECONDS),
        ..Series::default()
    };
    for point in 0..POINTS {
        let seen = arrivals[point.saturating_sub(habit.lag)];
        let replicas = habit.rate_a_replica.map_or(habit.fixed, |rate| (seen / rate).ceil());
        let replicas = replicas.clamp(1.0, 20.0);
        let load = arrivals[point] * SERVICE_SECONDS / replicas;
        let latency =
            if load < 0.97 { SERVICE_SECONDS * 1.6 / (1.0 - load) } else { (6.0 * load).min(60.0) };
        let kept = (OBJECTIVE_SECONDS / latency).min(1.0);
        series.arrival_rate_per_second.push(Some(arrivals[point] as f32));
        series.replicas_desired.push(Some(replicas as f32));
        series.replicas_ready.push(Some(replicas as f32));
        series.latency_seconds_tail.push(Some(latency as f32));
        series.cpu_utilisation_ratio.push(Some(load.min(1.0) as f32));
        series.reward.push(Some((0.3 * load.min(1.0) + 0.7 * kept) as f32));
    }
    series
}

/// The same for every entrant.
fn arrivals(course: &str, seed: u64, position: usize) -> Vec<f64> {
    let mut generator = Pcg64Dxsm::seed_from_u64(seed * 31 + position as u64);
    let mut noise = move || generator.next_u64() as f64 / u64::MAX as f64;
    let level = 12.0 + 9.0 * position as f64;
    (0..POINTS)
        .map(|point| {
            let turn = point as f64 / POINTS as f64 * std::f64::consts::TAU;
            let crowd = f64::from(u8::from(course == "flash-crowd" && (100..130).contains(&point)));
            level * (1.0 + 0.6 * (2.0 * turn + position as f64).sin() + 1.6 * crowd)
                + 0.35 * level * (noise() - 0.5)
        })
        .collect()
}

fn measure(habit: &Habit, run: &Series) -> Measures {
    let sum = |values: &[Option<f32>]| values.iter().flatten().map(|&value| f64::from(value)).sum();
    let of = |values: &[Option<f32>]| -> Vec<f64> {
        values.iter().flatten().map(|&value| f64::from(value)).collect()
    };
    let tails = of(&run.latency_seconds_tail);
    let replicas = of(&run.replicas_ready);
    let rates = of(&run.arrival_rate_per_second);
    let missed = tails.iter().filter(|&&tail| tail > OBJECTIVE_SECONDS).count() as u64;
    let late = tails.iter().zip(&rates).filter(|(tail, _)| **tail > OBJECTIVE_SECONDS);
    let late = late.map(|(_, rate)| rate * STEP_SECONDS * 0.4).sum::<f64>() as u64;
    let rate_sum: f64 = rates.iter().sum();
    let arrivals = (rate_sum * STEP_SECONDS) as u64;
    let ups = replicas.windows(2).filter(|pair| pair[1] > pair[0]).count() as u64;
    let downs = replicas.windows(2).filter(|pair| pair[1] < pair[0]).count() as u64;
    let reward_sum: f64 = sum(&run.reward);
    let scored = POINTS as u64;
    let reward = |total| RewardMeasure { scored, failed: 0, total };
    let replica_seconds = replicas.iter().sum::<f64>() * STEP_SECONDS;
    let learns = habit.name.starts_with("q-table");
    Measures {
        seconds: POINTS as f64 * STEP_SECONDS,
        rewards: vec![reward(reward_sum), reward(2.0 * reward_sum - scored as f64)],
        requests: Requests {
            arrivals,
            completed: arrivals - late / 9,
            timed_out: late / 9,
            with_objective: arrivals,
            slo_violations: late,
            ..Requests::default()
        },
        latency: latency(tails),
        slo_ticks: scored,
        slo_ticks_violated: missed,
        replica_seconds,
        cpu_core_seconds_used: arrivals as f64 * SERVICE_SECONDS,
        cpu_core_seconds_allocated: replica_seconds,
        memory_gib_seconds_allocated: replica_seconds / 4.0,
        cold_starts: ups + ups / 3,
        scaling: Scaling { up: ups, down: downs, reversals: ups / 2, ..Scaling::default() },
        answers: Answers {
            asked: scored,
            refused: BTreeMap::from_iter(learns.then(|| ("out-of-range".to_owned(), 2))),
            fallback: if learns { 2 } else { 0 },
            illegal: 0,
        },
        rails: BTreeMap::from_iter((!learns).then(|| ("cooldown".to_owned(), ups / 4))),
        ..Measures::default()
    }
}

fn latency(mut tails: Vec<f64>) -> Latency {
    tails.sort_by(f64::total_cmp);
    let at = |share: f64| tails[((tails.len() - 1) as f64 * share) as usize];
    // Rejected requests never end.
    let last = if at(1.0) > 20.0 { f64::INFINITY } else { at(1.0) };
    Latency {
        seconds_mean: Some(tails.iter().sum::<f64>() / tails.len() as f64 / 2.0),
        seconds_p50: Some(at(0.5) / 2.0),
        seconds_p90: Some(at(0.9)),
        seconds_p95: Some(at(0.95)),
        seconds_p99: Some(at(0.99) * 1.2),
        seconds_p999: Some(last * 1.5),
    }
}

fn together(parts: &[Measures]) -> Measures {
    let mut all = parts[0].clone();
    for part in &parts[1..] {
        for (all, part) in all.rewards.iter_mut().zip(&part.rewards) {
            all.scored += part.scored;
            all.total += part.total;
        }
        all.requests.arrivals += part.requests.arrivals;
        all.requests.completed += part.requests.completed;
        all.requests.timed_out += part.requests.timed_out;
        all.requests.with_objective += part.requests.with_objective;
        all.requests.slo_violations += part.requests.slo_violations;
        all.slo_ticks += part.slo_ticks;
        all.slo_ticks_violated += part.slo_ticks_violated;
        all.replica_seconds += part.replica_seconds;
        all.cpu_core_seconds_used += part.cpu_core_seconds_used;
        all.cpu_core_seconds_allocated += part.cpu_core_seconds_allocated;
        all.memory_gib_seconds_allocated += part.memory_gib_seconds_allocated;
        all.cold_starts += part.cold_starts;
        all.scaling.up += part.scaling.up;
        all.scaling.down += part.scaling.down;
        all.scaling.reversals += part.scaling.reversals;
        all.answers.asked += part.answers.asked;
        all.answers.fallback += part.answers.fallback;
        for (kind, count) in &part.answers.refused {
            *all.answers.refused.entry(kind.clone()).or_default() += count;
        }
        for (rail, count) in &part.rails {
            *all.rails.entry(rail.clone()).or_default() += count;
        }
    }
    all
}
