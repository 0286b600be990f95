use proptest::prelude::*;

use super::world::{World, world};
use super::*;

/// What a decision is about, without how it came about.
fn targets(decision: &Decision) -> (Option<u32>, Option<u32>, Option<u64>) {
    (decision.replicas, decision.cpu_millicores, decision.memory_bytes)
}

fn within<T: PartialOrd>(value: Option<T>, range: Option<(T, T)>) -> bool {
    match (value, range) {
        (None, _) => true,
        (Some(_), None) => false,
        // Where a range is the wrong way round its upper end counts.
        (Some(value), Some((min, max))) => value <= max && (value >= min || min > max),
    }
}

proptest! {
    #[test]
    fn whatever_comes_in_the_same_comes_out_twice(world in world(true)) {
        let decisions = world.decide();
        prop_assert_eq!(decisions.len(), world.workloads.len());
        prop_assert_eq!(&decisions, &world.decide());
    }

    /// Only a quota may leave a workload below its lower bound, and then it is where it was.
    #[test]
    fn decisions_lie_within_bounds(world in world(true)) {
        let observations = world.observations(world.last());
        for (row, (decision, workload)) in world.decide().iter().zip(&world.workloads).enumerate() {
            let bounds = &workload.bounds;
            prop_assert!(within(decision.cpu_millicores, bounds.cpu_millicores));
            prop_assert!(within(decision.memory_bytes, bounds.memory_bytes));
            let current = observations.replicas(row);
            prop_assert_eq!(decision.replicas.is_some(), current.is_some());
            if let Some((replicas, current)) = decision.replicas.zip(current) {
                prop_assert!(replicas <= bounds.replicas_max);
                let least = bounds.replicas_min.min(bounds.replicas_max);
                let by_quota = decision.rails.contains(Rail::Quota) && replicas >= current;
                prop_assert!(replicas >= least || by_quota);
            }
        }
    }

    #[test]
    fn allowing_what_was_allowed_changes_nothing(world in world(true)) {
        let once = world.decide();
        let again: Vec<Recommendation> = once
            .iter()
            .map(|decision| Recommendation {
                replicas: decision.replicas,
                cpu_millicores: decision.cpu_millicores,
                memory_bytes: decision.memory_bytes,
                ..Recommendation::hold()
            })
            .collect();
        let observations = world.observations(world.last());
        let twice = world.guard().allow(&observations, &again, &world.workloads);
        let (once, twice): (Vec<_>, Vec<_>) =
            (once.iter().map(targets).collect(), twice.iter().map(targets).collect());
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn steps_are_kept_unless_bounds_force_more(world in world(true)) {
        let observations = world.observations(world.last());
        for (row, (decision, workload)) in world.decide().iter().zip(&world.workloads).enumerate() {
            let Some((to, from)) = decision.replicas.zip(observations.replicas(row)) else { continue };
            let (min, max) = (workload.bounds.replicas_min, workload.bounds.replicas_max);
            let up = world.rails.step_up.is_none_or(|step| to.saturating_sub(from) <= step);
            let down = world.rails.step_down.is_none_or(|step| from.saturating_sub(to) <= step);
            prop_assert!(up || to <= min, "{from} to {to}");
            prop_assert!(down || to == max, "{from} to {to}");
        }
    }

    /// Without stabilisation and quotas a request is granted as it is if and only if it lies in the range.
    #[test]
    fn what_lies_in_the_range_is_granted(world in world(true), wanted in 0..40_u32) {
        let mut world = world;
        world.quotas.clear();
        world.rails.stabilisation_up = Duration::ZERO;
        world.rails.stabilisation_down = Duration::ZERO;
        let observations = world.observations(world.last());
        let guard = world.guard();
        let asked = vec![Recommendation::replicas(wanted); world.workloads.len()];
        let granted = guard.clone().allow(&observations, &asked, &world.workloads);
        for (row, (decision, workload)) in granted.iter().zip(&world.workloads).enumerate() {
            if observations.replicas(row).is_none() {
                continue;
            }
            let (least, most) = guard.range(&observations, row, workload);
            let inside = (least..=most).contains(&wanted);
            let granted = decision.replicas == Some(wanted);
            prop_assert_eq!(granted, inside, "{} in {}..={}", wanted, least, most);
        }
    }

    #[test]
    fn stale_samples_ask_for_nothing(world in world(true)) {
        let observations = world.observations(world.last());
        for (row, (decision, workload)) in world.decide().iter().zip(&world.workloads).enumerate() {
            let age_seconds = observations.get(row, Column::SampleAgeSeconds);
            let Some(limit) = world.rails.stale_after else { continue };
            if age_seconds.is_some_and(|age_seconds| age_seconds <= limit.as_secs_f64()) {
                continue;
            }
            prop_assert_eq!(decision.cpu_millicores, None);
            prop_assert_eq!(decision.memory_bytes, None);
            if let Some((to, from)) = decision.replicas.zip(observations.replicas(row)) {
                let (min, max) = (workload.bounds.replicas_min, workload.bounds.replicas_max);
                prop_assert!(to == from || from < min || from > max, "{from} to {to}");
            }
        }
    }

    #[test]
    fn growth_never_exceeds_a_quota(world in world(false)) {
        let decisions = world.decide();
        let observations = world.observations(world.last());
        for (tenant, quota) in &world.quotas {
            let (mut before, mut after) = ([0_u128; 3], [0_u128; 3]);
            for (row, decision) in decisions.iter().enumerate() {
                if world.workloads[row].tenant != *tenant { continue }
                let seen = |column| observations.get(row, column).map_or(0, |value| value as u128);
                let has = [Column::ReplicasDesired, Column::CpuLimitMillicores, Column::MemoryLimitBytes]
                    .map(seen);
                let gets = [
                    decision.replicas.map_or(has[0], u128::from),
                    decision.cpu_millicores.map_or(has[1], u128::from),
                    decision.memory_bytes.map_or(has[2], u128::from),
                ];
                for (total, each) in [(&mut before, has), (&mut after, gets)] {
                    total[0] += each[0];
                    total[1] += each[0] * each[1];
                    total[2] += each[0] * each[2];
                }
            }
            let limits = [quota.replicas, quota.cpu_millicores, quota.memory_bytes];
            for (resource, limit) in limits.into_iter().enumerate() {
                let Some(limit) = limit else { continue };
                let most = before[resource].max(u128::from(limit));
                prop_assert!(after[resource] <= most, "{resource}: {after:?} of {limits:?}");
            }
        }
    }

    #[test]
    fn a_quota_only_withholds_and_never_takes_away(world in world(true)) {
        let free = World { quotas: BTreeMap::new(), ..world.clone() };
        let observations = world.observations(world.last());
        for (row, (held, free)) in world.decide().iter().zip(free.decide()).enumerate() {
            prop_assert!(held.replicas <= free.replicas);
            let kept = observations.replicas(row).min(free.replicas);
            prop_assert!(held.replicas >= kept);
            prop_assert!(held.cpu_millicores == free.cpu_millicores || held.cpu_millicores.is_none());
            prop_assert!(held.memory_bytes == free.memory_bytes || held.memory_bytes.is_none());
            let changed = targets(held) != targets(&free);
            prop_assert_eq!(held.rails.contains(Rail::Quota), changed);
        }
    }

    #[test]
    fn other_tenants_make_no_difference(world in world(true)) {
        let all = world.decide();
        for tenant in (0..3).map(TenantId) {
            let mine = |row: usize| world.workloads[row].tenant == tenant;
            let rows: Vec<usize> = (0..world.workloads.len()).filter(|&row| mine(row)).collect();
            let alone = World {
                workloads: rows.iter().map(|&row| world.workloads[row].clone()).collect(),
                ticks: world
                    .ticks
                    .iter()
                    .map(|(at, seen)| (*at, rows.iter().map(|&row| seen[row].clone()).collect()))
                    .collect(),
                ..world.clone()
            };
            let together: Vec<Decision> = rows.iter().map(|&row| all[row].clone()).collect();
            prop_assert_eq!(alone.decide(), together);
        }
    }
}
