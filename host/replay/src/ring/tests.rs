use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::tests::{Told, append, content, memory};
use crate::*;
use scaling::{Ending, TenantId, WorkloadId};

fn row(tenant: u32, workload: u64, number: u32) -> Told {
    Told {
        tenant,
        workload,
        episode: 0,
        turn: number,
        value: number as f32,
        ending: Ending::Running,
    }
}

/// The sequences that are left after rows of these (tenant, workload) were appended.
fn left(limits: Limits, rows: &[(u32, u64)]) -> Vec<u64> {
    let mut replay = memory(limits);
    for (number, &(tenant, workload)) in rows.iter().enumerate() {
        append(&mut replay, row(tenant, workload, number as u32));
    }
    replay.iter().map(|row| row.sequence).collect()
}

fn limits(rows: usize, tenants: &[(u32, usize)], workloads: &[(u64, usize)]) -> Limits {
    Limits {
        rows,
        tenants: tenants.iter().map(|&(id, quota)| (TenantId(id), quota)).collect(),
        workloads: workloads.iter().map(|&(id, quota)| (WorkloadId(id), quota)).collect(),
    }
}

#[test]
fn the_oldest_of_whoever_is_over_goes_first() {
    // Nobody has a quota: the oldest of all.
    assert_eq!(left(limits(3, &[], &[]), &[(0, 0), (1, 1), (0, 0), (1, 1)]), [2, 3, 4]);
    // Tenant 1 is at its quota: its own oldest, though there is room.
    assert_eq!(left(limits(9, &[(1, 2)], &[]), &[(0, 0), (1, 1), (1, 2), (1, 1)]), [1, 3, 4]);
    // Workload 2 is at its quota within a tenant that has room.
    assert_eq!(left(limits(9, &[], &[(2, 1)]), &[(0, 2), (0, 3), (0, 2)]), [2, 3]);
    // The ring is full of tenant 0's, and tenant 1 gets what it was promised.
    let rows = [(0, 0), (0, 0), (0, 0), (1, 1), (1, 1), (0, 0)];
    assert_eq!(left(limits(3, &[(1, 2)], &[]), &rows), [4, 5, 6]);
}

#[test]
fn who_has_no_quota_gets_nothing_where_all_is_promised() {
    let mut replay = memory(limits(2, &[(0, 2)], &[]));
    append(&mut replay, row(0, 0, 0));
    append(&mut replay, row(0, 0, 1));
    let id = replay.intern(&crate::tests::provenance(0));
    let experience = Experience {
        workload: WorkloadId(1),
        tenant: TenantId(1),
        provenance: id,
        episode: 0,
        turn: 0,
        before: &[0.0, 0.0],
        choices: &[0, 0],
        probability: 1.0,
        scores: &[0.0, 0.0],
        after: &[0.0, 0.0],
        allowed_after: &[true; 5],
        ending: Ending::Running,
    };
    let said = replay.append(&experience).unwrap_err().to_string();
    assert!(said.contains("no room for tenant 1: all 2 rows are promised"), "{said}");
    assert_eq!(replay.rows(), 2);
}

#[test]
fn other_limits_evict_the_oldest_and_leave_slots_that_are_used_again() {
    let mut replay = memory(Limits::rows(6));
    for number in 0..6 {
        append(&mut replay, row(number % 2, u64::from(number % 2), number));
    }
    replay.set_limits(limits(6, &[(0, 1)], &[])).unwrap();
    let sequences = |replay: &Replay| replay.iter().map(|row| row.sequence).collect::<Vec<_>>();
    assert_eq!(sequences(&replay), [2, 4, 5, 6]);
    let mut batch = Batch::new();
    let draw = crate::tests::draw(200);
    replay.sample(&draw, &mut crate::tests::generator(1), &mut batch).unwrap();
    assert!(batch.ids.iter().all(|id| [2, 4, 5, 6].contains(&id.sequence)));
    replay.sample_prioritised(&draw, 1.0, &mut crate::tests::generator(1), &mut batch).unwrap();
    assert!(batch.ids.iter().all(|id| [2, 4, 5, 6].contains(&id.sequence)));
    // The change took number 7.
    append(&mut replay, row(1, 1, 7));
    append(&mut replay, row(1, 1, 8));
    append(&mut replay, row(1, 1, 9));
    assert_eq!(sequences(&replay), [4, 5, 6, 8, 9, 10]);
    replay.set_limits(Limits::rows(2)).unwrap();
    assert_eq!(sequences(&replay), [9, 10]);
}

proptest! {
    /// Against a list that is searched: what is left is the same, every workload's rows are in order,
    /// and no quota is ever exceeded.
    #[test]
    fn leaves_what_a_plain_list_leaves(
        rows in proptest::collection::vec((0_u32..3, 0_u64..2), 1..200),
        quota in 1_usize..6,
        of_workload in 1_usize..5,
        capacity in 8_usize..20,
    ) {
        let limits = limits(capacity, &[(0, quota)], &[(3, of_workload)]);
        let mut list: Vec<(u64, u32, u64)> = Vec::new();
        let mut replay = memory(limits);
        for (number, &(tenant, within)) in rows.iter().enumerate() {
            let workload = u64::from(tenant) * 2 + within;
            let of = |at: &dyn Fn(&(u64, u32, u64)) -> bool, list: &[(u64, u32, u64)]| {
                (list.iter().filter(|&row| at(row)).count(), list.iter().position(at))
            };
            let (held, first) = of(&|row| row.2 == workload, &list);
            let (owned, oldest) = of(&|row| row.1 == tenant, &list);
            let gone = if workload == 3 && held >= of_workload {
                first
            } else if tenant == 0 && owned >= quota {
                oldest
            } else if list.len() == capacity {
                of(&|row| row.1 != 0, &list).1
            } else {
                None
            };
            if let Some(gone) = gone {
                list.remove(gone);
            }
            list.push((number as u64 + 1, tenant, workload));
            append(&mut replay, row(tenant, workload, number as u32));
            let found: Vec<_> =
                replay.iter().map(|row| (row.sequence, row.tenant.0, row.workload.0)).collect();
            prop_assert_eq!(&found, &list);
            let mut counts = BTreeMap::new();
            list.iter().for_each(|row| *counts.entry((row.1, row.2)).or_insert(0) += 1);
            let held: Vec<_> = replay
                .holdings()
                .into_iter()
                .map(|held| ((held.tenant.0, held.workload.0), held.rows))
                .collect();
            prop_assert_eq!(held, counts.into_iter().collect::<Vec<_>>());
        }
        prop_assert!(content(&replay).len() <= capacity);
    }
}
