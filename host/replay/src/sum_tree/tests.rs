use proptest::prelude::*;

use super::*;

fn find(tree: &SumTree, place: f64) -> u32 {
    let (mut places, mut slots) = ([place], Vec::new());
    tree.find(&mut places, &mut slots);
    slots[0]
}

#[test]
fn finds_the_slot_at_a_share_of_the_sum() {
    for slots in [1, 8, 9, 64, 65, 1000] {
        let mut tree = SumTree::new(slots);
        for slot in 0..slots as u32 {
            tree.set(slot, 1.0);
        }
        assert_eq!(tree.total(), slots as f64);
        for slot in 0..slots as u32 {
            assert_eq!(find(&tree, f64::from(slot) + 0.5), slot);
            assert_eq!(find(&tree, f64::from(slot)), slot);
        }
        assert_eq!(find(&tree, slots as f64), slots as u32 - 1);
    }
}

proptest! {
    #[test]
    fn never_finds_a_slot_without_priority(
        priorities in proptest::collection::vec(
            prop_oneof![Just(0.0), 1e-300..1e-290_f64, 0.0..1.0_f64, 1e12..1e15_f64], 1..300,
        ),
        shares in proptest::collection::vec(0.0..=1.0_f64, 20),
    ) {
        let mut tree = SumTree::new(priorities.len());
        for (slot, &priority) in priorities.iter().enumerate() {
            tree.set(slot as u32, priority);
        }
        let exact: f64 = priorities.iter().sum();
        prop_assert!((tree.total() - exact).abs() <= exact * 1e-12);
        for share in shares.iter().filter(|_| exact > 0.0) {
            let slot = find(&tree, share * tree.total());
            prop_assert!(priorities[slot as usize] > 0.0);
        }
    }

    #[test]
    fn sums_do_not_drift(changes in proptest::collection::vec((0_u32..50, 0.0..1e6_f64), 1..2000)) {
        let mut tree = SumTree::new(50);
        for &(slot, priority) in &changes {
            tree.set(slot, priority);
        }
        let mut fresh = SumTree::new(50);
        for slot in 0..50 {
            fresh.set(slot, tree.get(slot));
        }
        prop_assert_eq!(tree.total().to_bits(), fresh.total().to_bits());
    }
}
