use sdk::RawBatch;

use super::*;

/// `columns` holds replicas, minimum and maximum of every workload.
fn decide(draw: Draw, seed: u64, tick: u64, ids: &[u64], columns: [f64; 3]) -> Vec<Option<f64>> {
    let values = columns.iter().flat_map(|&value| vec![value; ids.len()]).collect();
    let batch = Batch::from(RawBatch {
        now_nanoseconds: 0,
        tick,
        workloads: ids.to_vec(),
        values,
        explore: false,
        explain: false,
        details: Vec::new(),
    });
    let settings = Settings { draw, ..Settings::default() };
    let advice = Random::new(settings, seed).decide(&batch).unwrap();
    advice.recommendations.into_iter().map(|answer| answer.replicas).collect()
}

#[test]
fn neither_row_nor_company_matter() {
    let columns = [5.0, 0.0, 100.0];
    for draw in [Draw::Step, Draw::Uniform] {
        for tick in 0..20 {
            let together = decide(draw, 3, tick, &[1, 2, 3], columns);
            let reversed = decide(draw, 3, tick, &[3, 2, 1], columns);
            let alone = decide(draw, 3, tick, &[2], columns);
            assert_eq!(together, reversed.into_iter().rev().collect::<Vec<_>>());
            assert_eq!(together[1], alone[0]);
        }
    }
}

#[test]
fn seed_tick_and_workload_all_matter() {
    let columns = [5.0, 0.0, 1e6];
    let draw = |seed, tick, id| decide(Draw::Uniform, seed, tick, &[id], columns)[0];
    assert_ne!(draw(1, 1, 1), draw(2, 1, 1));
    assert_ne!(draw(1, 1, 1), draw(1, 2, 1));
    assert_ne!(draw(1, 1, 1), draw(1, 1, 2));
}

#[test]
fn draws_reach_every_outcome_and_stay_within_the_bounds() {
    let rows: [(Draw, [f64; 3], &[f64]); 5] = [
        (Draw::Step, [5.0, 1.0, 9.0], &[4.0, 5.0, 6.0]),
        (Draw::Step, [1.0, 1.0, 9.0], &[1.0, 2.0]),
        (Draw::Step, [9.0, 1.0, 9.0], &[8.0, 9.0]),
        (Draw::Uniform, [1.0, 2.0, 4.0], &[2.0, 3.0, 4.0]),
        (Draw::Uniform, [1.0, 3.0, 3.0], &[3.0]),
    ];
    for (draw, columns, outcomes) in rows {
        let mut seen: Vec<f64> =
            (0..200).map(|tick| decide(draw, 1, tick, &[1], columns)[0].unwrap()).collect();
        seen.sort_by(f64::total_cmp);
        seen.dedup();
        assert_eq!(seen, outcomes, "{draw:?} {columns:?}");
    }
}

#[test]
fn holds_when_a_column_is_missing() {
    for column in 0..3 {
        let mut columns = [5.0, 1.0, 9.0];
        columns[column] = f64::NAN;
        assert_eq!(decide(Draw::Uniform, 1, 1, &[1], columns), [None]);
    }
}
