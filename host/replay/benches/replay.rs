//! What the replay can do, in one thread beside the writer's, at SCARLET's state: three functions of five
//! numbers, 27 joint options. Each figure is the median of its turns. `tests/proof/replay_peers.py` does
//! the same with others' buffers.
#![expect(clippy::disallowed_methods, reason = "a bench measures with the wall clock")]
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]
#![expect(clippy::unwrap_used, reason = "a bench may break")]

use std::hint::black_box;
use std::num::NonZero;
use std::time::Instant;

use rand_pcg::Pcg64Dxsm;
use rand_pcg::rand_core::SeedableRng as _;
use replay::{
    Batch, Draw, Experience, Limits, LogSettings, Prioritised, Provenance, ProvenanceId, Replay,
    Schema, Settings, Whose,
};
use scaling::{Ending, TenantId, WorkloadId};

const ROWS: usize = 1_000_000;
const BATCH: usize = 128;
/// Rows between two commits of the durable turns.
const COMMIT: usize = 1_000;
const TURNS: usize = 9;
/// Turns of samples are short, so that on a busy machine most of them are not interrupted.
const SHORT_TURNS: usize = 501;
const SAMPLES: usize = 20;

fn schema() -> Schema {
    let functions = ["resize", "thumbnail", "classify"];
    let numbers = ["replicas", "cpu_ratio", "memory_ratio", "network_ratio", "target_rate_ratio"];
    let named =
        functions.iter().flat_map(|function| numbers.map(|number| format!("{function}_{number}")));
    Schema {
        features: named.collect(),
        features_version: "bench".to_owned(),
        heads: vec![27],
        scores: vec!["scarlet".to_owned()],
    }
}

fn provenance() -> Provenance {
    Provenance {
        policy: "dqn".to_owned(),
        policy_version: "1".to_owned(),
        reward: "scarlet".to_owned(),
        reward_version: "1".to_owned(),
        driver: "bench".to_owned(),
        seed: 1,
    }
}

fn append(replay: &mut Replay, from: ProvenanceId, number: usize) {
    let value = number as f32;
    let experience = Experience {
        workload: WorkloadId(0),
        tenant: TenantId(0),
        provenance: from,
        episode: number as u64 / 100,
        turn: number as u32 % 100,
        before: &[value; 15],
        choices: &[(number % 27) as u16],
        probability: 0.9,
        scores: &[value],
        after: &[value + 1.0; 15],
        allowed_after: &[true; 27],
        ending: if number % 100 == 99 { Ending::Truncated } else { Ending::Running },
    };
    replay.append(&experience).unwrap();
}

fn main() {
    let prioritised = Some(Prioritised { alpha: 0.6, epsilon: 1e-6 });
    let empty_bytes = resident_bytes();
    let mut uniform = Replay::in_memory(schema(), Limits::rows(ROWS), None).unwrap();
    let from = uniform.intern(&provenance());
    let first = rate(ROWS, || (0..ROWS).for_each(|number| append(&mut uniform, from, number)));
    let uniform_bytes = resident_bytes() - empty_bytes;
    let turn = 200_000;
    let memory =
        median((0..TURNS).map(|_| {
            rate(turn, || (0..turn).for_each(|number| append(&mut uniform, from, number)))
        }));

    let before_bytes = resident_bytes();
    let mut ranked = Replay::in_memory(schema(), Limits::rows(ROWS), prioritised).unwrap();
    let from = ranked.intern(&provenance());
    (0..ROWS).for_each(|number| append(&mut ranked, from, number));
    let ranked_bytes = resident_bytes() - before_bytes;
    let memory_ranked =
        median((0..TURNS).map(|_| {
            rate(turn, || (0..turn).for_each(|number| append(&mut ranked, from, number)))
        }));

    println!("appends to memory, first million     {first:>12.0} /s");
    println!("appends to memory, full ring         {memory:>12.0} /s");
    println!("appends to memory with priorities    {memory_ranked:>12.0} /s");
    println!("resident, 1 M rows                   {:>12.1} MB", uniform_bytes / 1e6);
    println!("resident, 1 M rows with priorities   {:>12.1} MB", ranked_bytes / 1e6);
    samples(&uniform, &mut ranked);
    durable();
}

fn samples(uniform: &Replay, ranked: &mut Replay) {
    let mut batch = Batch::new();
    let mut generator = Pcg64Dxsm::seed_from_u64(1);
    let mut draw = Draw {
        rows: NonZero::new(BATCH).unwrap(),
        from: Whose::All,
        score: 0,
        steps: NonZero::<u32>::MIN,
        gamma: 0.99,
    };
    for steps in [1, 3] {
        draw.steps = NonZero::new(steps).unwrap();
        let taken = median((0..SHORT_TURNS).map(|_| {
            micros(SAMPLES, || {
                uniform.sample(black_box(&draw), &mut generator, &mut batch).unwrap()
            })
        }));
        println!("uniform batch of 128, {steps} step         {taken:>12.2} µs");
    }
    draw.steps = NonZero::<u32>::MIN;
    // Errors of many sizes, as a learner leaves them.
    let errors: Vec<f32> = (0..BATCH).map(|row| (row as f32 * 0.37).sin().abs() + 0.01).collect();
    for _ in 0..500 * SAMPLES {
        ranked.sample_prioritised(&draw, 0.4, &mut generator, &mut batch).unwrap();
        ranked.update_priorities(&batch.ids, &errors).unwrap();
    }
    let taken = median((0..SHORT_TURNS).map(|_| {
        micros(SAMPLES, || {
            ranked.sample_prioritised(black_box(&draw), 0.4, &mut generator, &mut batch).unwrap();
        })
    }));
    println!("prioritised batch of 128             {taken:>12.2} µs");
    let ids = batch.ids.clone();
    let taken = median((0..SHORT_TURNS).map(|_| {
        micros(SAMPLES, || {
            ranked.update_priorities(black_box(&ids), &errors).unwrap();
        })
    }));
    println!("update of 128 priorities             {taken:>12.2} µs");
    let taken = median((0..SHORT_TURNS).map(|_| {
        micros(1, || {
            black_box(ranked.priorities());
        })
    }));
    println!("priorities of 1 M rows as bytes      {taken:>12.0} µs");
}

fn durable() {
    let folder = tempfile::tempdir_in(".").unwrap();
    let settings = Settings {
        schema: schema(),
        limits: Limits::rows(ROWS),
        prioritised: None,
        log: Some(LogSettings::new(folder.path())),
    };
    let (mut replay, _) = Replay::open(settings.clone()).unwrap();
    let from = replay.intern(&provenance());
    let turn = 200_000;
    let rates = (0..TURNS).map(|_| {
        rate(turn, || {
            for number in 0..turn {
                append(&mut replay, from, number);
                if number % COMMIT == COMMIT - 1 {
                    replay.commit().unwrap();
                }
            }
        })
    });
    println!("durable appends, commit each 1,000   {:>12.0} /s", median(rates));
    let rates = (0..TURNS).map(|_| {
        rate(turn, || {
            (0..turn).for_each(|number| append(&mut replay, from, number));
            replay.commit().unwrap();
        })
    });
    println!("durable appends, one commit          {:>12.0} /s", median(rates));
    let rows = replay.rows();
    drop(replay);
    let opened = Instant::now();
    let (replay, _) = Replay::open(settings).unwrap();
    let seconds = opened.elapsed().as_secs_f64();
    assert_eq!(replay.rows(), rows);
    println!("opening a log of 1 M rows            {seconds:>12.2} s");
}

fn rate(count: usize, work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    count as f64 / started.elapsed().as_secs_f64()
}

fn micros(count: usize, mut work: impl FnMut()) -> f64 {
    let started = Instant::now();
    (0..count).for_each(|_| work());
    started.elapsed().as_secs_f64() * 1e6 / count as f64
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What of this process lies in memory.
fn resident_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) * 1024.0
}
