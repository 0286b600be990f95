//! What the tests of this crate share: a small schema, and rows that are told by their number.

mod durability;
mod exchange;
mod rewind;
mod sampling;

use std::num::NonZero;
use std::path::Path;

use rand_pcg::Pcg64Dxsm;
use rand_pcg::rand_core::SeedableRng as _;
use scaling::{Ending, TenantId, WorkloadId};

use crate::*;

pub(crate) fn schema() -> Schema {
    Schema {
        features: vec!["replicas".to_owned(), "cpu_utilisation_ratio".to_owned()],
        features_version: "1".to_owned(),
        heads: vec![3, 2],
        scores: vec!["slo".to_owned(), "cost".to_owned()],
    }
}

pub(crate) fn provenance(seed: u64) -> Provenance {
    Provenance {
        policy: "threshold".to_owned(),
        policy_version: "1.0.0".to_owned(),
        reward: "slo".to_owned(),
        reward_version: "1.2.0".to_owned(),
        driver: "mp3".to_owned(),
        seed,
    }
}

/// What a row is told by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) tenant: u32,
    pub(crate) workload: u64,
    pub(crate) episode: u64,
    pub(crate) turn: u32,
    pub(crate) value: f32,
    pub(crate) ending: Ending,
}

/// The `number`-th row of a world with three workloads of two tenants, in episodes of ten turns.
pub(crate) fn told(number: u64) -> Told {
    let workload = number % 3;
    let step = number / 3;
    let ending = match (step % 10 == 9, step / 10 % 2) {
        (false, _) => Ending::Running,
        (true, 0) => Ending::Terminated,
        (true, _) => Ending::Truncated,
    };
    Told {
        tenant: u32::from(workload == 2),
        workload,
        episode: step / 10,
        turn: (step % 10) as u32,
        value: number as f32,
        ending,
    }
}

/// Appends a row: what was seen is its value, what came of it the next of its workload.
pub(crate) fn append(replay: &mut Replay, told: Told) -> Sequence {
    let provenance = replay.intern(&provenance(told.episode / 4));
    let Told { tenant, workload, episode, turn, value, ending } = told;
    let experience = Experience {
        workload: WorkloadId(workload),
        tenant: TenantId(tenant),
        provenance,
        episode,
        turn,
        before: &[value, -value],
        choices: &[value as u16 % 3, value as u16 % 2],
        probability: if turn == 0 { f32::NAN } else { 0.25 },
        scores: &[value / 2.0, 1.0],
        after: &[value + 3.0, -(value + 3.0)],
        allowed_after: &[true, (value as u32).is_multiple_of(2), true, false, true],
        ending,
    };
    replay.append(&experience).unwrap()
}

pub(crate) fn memory(limits: Limits) -> Replay {
    let prioritised = Prioritised { alpha: 0.6, epsilon: 0.01 };
    Replay::in_memory(schema(), limits, Some(prioritised)).unwrap()
}

pub(crate) fn settings(folder: &Path, rows: usize) -> Settings {
    Settings {
        schema: schema(),
        limits: Limits::rows(rows),
        prioritised: Some(Prioritised { alpha: 0.6, epsilon: 0.01 }),
        log: Some(LogSettings { segment_bytes: 4096, ..LogSettings::new(folder) }),
    }
}

pub(crate) fn draw(rows: usize) -> Draw {
    Draw {
        rows: NonZero::new(rows).unwrap(),
        from: Whose::All,
        score: 0,
        steps: NonZero::<u32>::MIN,
        gamma: 0.5,
    }
}

pub(crate) fn generator(seed: u64) -> Pcg64Dxsm {
    Pcg64Dxsm::seed_from_u64(seed)
}

/// Everything that a replay holds, as text.
pub(crate) fn content(replay: &Replay) -> Vec<String> {
    replay.iter().map(|row| text(replay, &row)).collect()
}

fn text(replay: &Replay, row: &Row<'_>) -> String {
    let options: Vec<bool> = (0..5).map(|option| row.allowed_after(option)).collect();
    format!(
        "{} {} {} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {options:?} {:?}",
        row.sequence,
        row.tenant,
        row.workload,
        row.episode,
        row.turn,
        row.before().collect::<Vec<_>>(),
        [row.choice(0), row.choice(1)],
        row.probability(),
        [row.score(0), row.score(1)],
        row.after().collect::<Vec<_>>(),
        replay.provenance(row.provenance).map(|from| from.seed),
        row.ending(),
    )
}

/// A long sample, as text, because unknown probabilities are NaN.
pub(crate) fn drawn(replay: &Replay, seed: u64) -> String {
    let (mut batch, mut generator) = (Batch::new(), generator(seed));
    let mut said = String::new();
    let long = Draw { steps: NonZero::new(3).unwrap(), ..draw(64) };
    replay.sample(&long, &mut generator, &mut batch).unwrap();
    said.push_str(&format!("{batch:?}"));
    replay.sample_prioritised(&long, 0.4, &mut generator, &mut batch).unwrap();
    said.push_str(&format!("{batch:?}"));
    said
}
