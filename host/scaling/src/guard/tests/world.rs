use proptest::prelude::*;

use super::*;

/// One workload at one tick: what is seen of it and what is asked for.
#[derive(Debug, Clone)]
pub(super) struct Row {
    replicas: f64,
    cpu_millicores: f64,
    memory_bytes: f64,
    age_seconds: f64,
    wanted: Recommendation,
}

/// A guard and the life of its workloads, of which the last tick is the one to judge.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) rails: Rails,
    pub(super) quotas: BTreeMap<TenantId, Quota>,
    pub(super) workloads: Vec<Workload>,
    pub(super) ticks: Vec<(i64, Vec<Row>)>,
}

impl World {
    pub(super) fn observations(&self, tick: usize) -> Observations {
        let (at, rows) = &self.ticks[tick];
        let mut observations = fresh(*at, &self.workloads);
        for (position, row) in rows.iter().enumerate().take(self.workloads.len()) {
            observations.set(position, Column::ReplicasDesired, row.replicas);
            observations.set(position, Column::CpuLimitMillicores, row.cpu_millicores);
            observations.set(position, Column::MemoryLimitBytes, row.memory_bytes);
            observations.set(position, Column::SampleAgeSeconds, row.age_seconds);
        }
        observations
    }

    fn wanted(&self, tick: usize) -> Vec<Recommendation> {
        self.ticks[tick].1.iter().map(|row| row.wanted).collect()
    }

    /// The guard before the last tick.
    pub(super) fn guard(&self) -> Guard {
        let mut guard = Guard::new(self.rails.clone(), self.quotas.clone(), Duration::ZERO);
        for tick in 0..self.ticks.len() - 1 {
            guard.allow(&self.observations(tick), &self.wanted(tick), &self.workloads);
        }
        guard
    }

    pub(super) fn last(&self) -> usize {
        self.ticks.len() - 1
    }

    pub(super) fn decide(&self) -> Vec<Decision> {
        let wanted = self.wanted(self.last());
        self.guard().allow(&self.observations(self.last()), &wanted, &self.workloads)
    }
}

/// Replicas as a cluster would report them, or anything that a float can be.
fn seen(wild: bool) -> BoxedStrategy<f64> {
    let plausible = (0_u32..30).prop_map(f64::from);
    if wild { prop_oneof![3 => plausible, 1 => any::<f64>()].boxed() } else { plausible.boxed() }
}

fn range() -> impl Strategy<Value = Option<(u32, u32)>> {
    proptest::option::of((0_u32..40, 0_u32..40))
}

fn bounds() -> impl Strategy<Value = Bounds> {
    (0_u32..20, 0_u32..25, range(), range()).prop_map(|(min, max, cpu_millicores, memory)| Bounds {
        replicas_min: min,
        replicas_max: max,
        cpu_millicores,
        memory_bytes: memory.map(|(min, max)| (u64::from(min), u64::from(max))),
    })
}

fn wanted() -> impl Strategy<Value = Recommendation> {
    use proptest::option::of;
    let replicas = of(prop_oneof![9 => 0_u32..30, 1 => any::<u32>()]);
    let memory = of(prop_oneof![9 => 0_u64..40, 1 => any::<u64>()]);
    (replicas, of(0_u32..40), memory).prop_map(|(replicas, cpu_millicores, memory_bytes)| {
        Recommendation { replicas, cpu_millicores, memory_bytes, ..Recommendation::hold() }
    })
}

fn rows(wild: bool) -> impl Strategy<Value = Vec<Row>> {
    let row = (seen(wild), seen(wild), seen(wild), seen(wild), wanted()).prop_map(
        |(replicas, cpu_millicores, memory_bytes, age_seconds, wanted)| Row {
            replicas,
            cpu_millicores,
            memory_bytes,
            age_seconds,
            wanted,
        },
    );
    proptest::collection::vec(row, 6)
}

fn rails() -> impl Strategy<Value = Rails> {
    use proptest::option::of;
    let window = || (0_u64..6).prop_map(Duration::from_secs);
    (of(window()), window(), window(), window(), of(0_u32..6), of(0_u32..6)).prop_map(
        |(stale, up, down, cooldown_after_reversal, step_up, step_down)| Rails {
            // Ages are up to half a minute.
            stale_after: stale.map(|limit| limit * 6),
            stabilisation_up: up,
            stabilisation_down: down,
            cooldown_after_reversal,
            step_up,
            step_down,
        },
    )
}

fn quota() -> impl Strategy<Value = Quota> {
    use proptest::option::of;
    (of(0_u64..80), of(0_u64..1_500), of(0_u64..1_500)).prop_map(
        |(replicas, cpu_millicores, memory_bytes)| Quota { replicas, cpu_millicores, memory_bytes },
    )
}

/// Any world; a wild one sees numbers that no cluster would report.
pub(super) fn world(wild: bool) -> impl Strategy<Value = World> {
    let workloads = proptest::collection::vec((0_u32..3, bounds()), 1..6);
    let ticks = proptest::collection::vec((0_i64..4, rows(wild)), 1..5);
    let quotas = proptest::collection::btree_map((0_u32..3).prop_map(TenantId), quota(), 0..3);
    (rails(), quotas, workloads, ticks).prop_map(|(rails, quotas, workloads, mut ticks)| {
        let mut now = 0;
        for (at, _) in &mut ticks {
            now += *at * SECOND;
            *at = now;
        }
        let workloads = (0..)
            .zip(workloads)
            .map(|(id, (tenant, bounds))| workload(id, tenant, bounds))
            .collect();
        World { rails, quotas, workloads, ticks }
    })
}
