use super::*;

/// What a workload has and asks for: replicas, CPU limit in millicores, memory limit in bytes.
#[derive(Clone, Copy)]
struct Row {
    tenant: u32,
    has: (u32, u32, u64),
    asks: (Option<u32>, Option<u32>, Option<u64>),
}

fn row(has: u32, asks: u32) -> Row {
    Row { tenant: 0, has: (has, 100, 10), asks: (Some(asks), None, None) }
}

fn decide_all(quota: Quota, rows: &[Row]) -> Vec<Decision> {
    let bounds = Bounds {
        cpu_millicores: Some((1, 10_000)),
        memory_bytes: Some((1, 10_000)),
        ..Bounds::replicas(0, 1_000)
    };
    let workloads: Vec<Workload> =
        (0..).zip(rows).map(|(id, row)| workload(id, row.tenant, bounds)).collect();
    let mut observations = fresh(0, &workloads);
    for (position, row) in rows.iter().enumerate() {
        observations.set(position, Column::ReplicasDesired, f64::from(row.has.0));
        observations.set(position, Column::CpuLimitMillicores, f64::from(row.has.1));
        observations.set(position, Column::MemoryLimitBytes, row.has.2 as f64);
    }
    let wanted: Vec<Recommendation> = rows
        .iter()
        .map(|row| Recommendation {
            replicas: row.asks.0,
            cpu_millicores: row.asks.1,
            memory_bytes: row.asks.2,
            ..Recommendation::hold()
        })
        .collect();
    let quotas = BTreeMap::from([(TenantId(0), quota)]);
    Guard::new(Rails::default(), quotas, Duration::ZERO).allow(&observations, &wanted, &workloads)
}

fn check(quota: Quota, rows: &[Row], allowed: &[u32]) {
    let decisions = decide_all(quota, rows);
    let replicas: Vec<u32> =
        decisions.iter().map(|decision| decision.replicas.expect("they are known")).collect();
    assert_eq!(replicas, allowed);
    for (decision, row) in decisions.iter().zip(rows) {
        let changed = decision.replicas != Some(row.asks.0.unwrap_or(row.has.0));
        assert_eq!(decision.rails.contains(Rail::Quota), changed);
    }
}

fn of_replicas(limit: u64) -> Quota {
    Quota { replicas: Some(limit), ..Quota::default() }
}

#[test]
fn growth_gets_what_is_left_in_the_order_of_rows() {
    check(of_replicas(10), &[row(2, 5), row(2, 5)], &[5, 5]);
    check(of_replicas(9), &[row(2, 5), row(2, 5)], &[5, 4]);
    check(of_replicas(6), &[row(2, 5), row(2, 5)], &[4, 2]);
    check(of_replicas(6), &[row(2, 3), row(2, 5)], &[3, 3]);
    check(Quota::default(), &[row(2, 500), row(2, 500)], &[500, 500]);
}

#[test]
fn what_others_give_up_is_there_to_be_taken() {
    check(of_replicas(10), &[row(2, 9), row(8, 1)], &[9, 1]);
    check(of_replicas(10), &[row(8, 1), row(2, 20)], &[1, 9]);
}

#[test]
fn a_lowered_quota_stops_growth_and_takes_nothing_away() {
    check(of_replicas(5), &[row(6, 7), row(6, 6), row(6, 2)], &[6, 6, 2]);
    check(of_replicas(0), &[row(3, 3), row(0, 1)], &[3, 0]);
}

#[test]
fn only_the_tenant_itself_counts() {
    let other = Row { tenant: 1, ..row(50, 90) };
    check(of_replicas(6), &[other, row(2, 5), other, row(2, 5)], &[90, 4, 90, 2]);
}

#[test]
fn more_replicas_need_room_for_their_limits_too() {
    let cpu = Quota { cpu_millicores: Some(1_000), ..Quota::default() };
    check(cpu, &[row(4, 9), row(4, 9)], &[6, 4]);
    let memory = Quota { memory_bytes: Some(95), ..Quota::default() };
    check(memory, &[row(4, 9), row(4, 9)], &[5, 4]);
    // A replica without a limit takes nothing.
    let unlimited = Row { has: (4, 0, 0), ..row(4, 9) };
    check(cpu, &[unlimited, row(4, 99)], &[9, 10]);
}

#[test]
fn larger_replicas_come_before_more_of_them() {
    let quota = Quota { cpu_millicores: Some(1_000), memory_bytes: Some(100), ..Quota::default() };
    // What is asked of four replicas of 100 millicores and 10 bytes, and what is granted.
    for (asks, replicas, cpu_millicores, memory_bytes) in [
        ((Some(5), Some(200), None), 5, Some(200), None),
        ((Some(6), Some(200), None), 5, Some(200), None),
        ((Some(6), Some(251), None), 6, None, None),
        ((None, Some(250), Some(25)), 4, Some(250), Some(25)),
        // Each resource for itself.
        ((None, Some(251), Some(25)), 4, None, Some(25)),
        ((None, Some(250), Some(26)), 4, Some(250), None),
        // Fewer and larger may fit where as many would not.
        ((Some(2), Some(500), None), 2, Some(500), None),
        ((Some(2), Some(501), None), 2, None, None),
        // Smaller ones always do, and make room for more.
        ((Some(30), Some(50), Some(4)), 20, Some(50), Some(4)),
    ] {
        let row = Row { asks, ..row(4, 4) };
        let decision = decide_all(quota, &[row]).remove(0);
        let granted = (decision.replicas, decision.cpu_millicores, decision.memory_bytes);
        assert_eq!(granted, (Some(replicas), cpu_millicores, memory_bytes), "{asks:?}");
    }
}

#[test]
fn over_quota_limits_may_still_shrink() {
    let quota = Quota { cpu_millicores: Some(100), ..Quota::default() };
    let row = Row { asks: (None, Some(80), Some(20)), ..row(4, 4) };
    let decision = decide_all(quota, &[row]).remove(0);
    assert_eq!((decision.cpu_millicores, decision.memory_bytes), (Some(80), Some(20)));
    assert!(decision.rails.is_empty());
}

#[test]
fn the_quota_outranks_a_lower_bound() {
    let workloads = [workload(1, 0, Bounds::replicas(5, 9))];
    let mut observations = fresh(0, &workloads);
    observations.set(0, Column::ReplicasDesired, 2.0);
    let quotas = BTreeMap::from([(TenantId(0), of_replicas(3))]);
    let mut guard = Guard::new(Rails::default(), quotas, Duration::ZERO);
    let decision = guard.allow(&observations, &[Recommendation::hold()], &workloads).remove(0);
    assert_eq!(decision.replicas, Some(3));
    assert_eq!(rails_of(&decision), [Rail::Bounds, Rail::Quota]);
}

#[test]
fn a_workload_out_of_sight_still_counts() {
    let workloads = [0, 1].map(|id| workload(id, 0, Bounds::replicas(0, 99)));
    let quotas = BTreeMap::from([(TenantId(0), of_replicas(10))]);
    let mut guard = Guard::new(Rails::default(), quotas, Duration::ZERO);
    let wanted = [Recommendation::replicas(9), Recommendation::hold()];
    // What is seen of the second workload, and what the first may have beside it.
    for (seen, allowed) in [(6.0, 4), (f64::NAN, 4), (3.0, 7)] {
        let mut observations = fresh(0, &workloads);
        observations.set(0, Column::ReplicasDesired, 1.0);
        observations.set(1, Column::ReplicasDesired, seen);
        let decisions = guard.allow(&observations, &wanted, &workloads);
        assert_eq!(decisions[0].replicas, Some(allowed), "beside {seen}");
    }
}
