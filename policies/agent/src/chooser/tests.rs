use std::collections::BTreeMap;

use super::*;
use crate::{Activation, Card, Change, Dense, Feature, Steps};

/// A card of one feature that is the replicas themselves, and a network whose outputs are `bias` plus
/// the inputs that `weights` tell.
fn chooser(arrangement: Arrangement, weights: Vec<f32>, bias: Vec<f32>) -> Chooser {
    let card = Card {
        name: "test".to_owned(),
        version: "0.1.0".to_owned(),
        period_milliseconds: 0,
        arrangement,
        features: vec![Feature::of("replicas_desired", 1.0)],
        changes: [-1, 0, 1].map(Change::replicas).to_vec(),
        cpu_millicores: None,
        memory_bytes: None,
        steps: Steps::default(),
        facts: BTreeMap::new(),
    };
    let layer = Dense { weights, bias, activation: Activation::Linear };
    let network = Network::new(card.inputs(), &[layer]).unwrap();
    Chooser::new(Agent::new(card, None, network).unwrap())
}

/// Rows of replicas between 1 and 3.
fn rows(replicas: &[f64]) -> impl Fn(usize, usize) -> f64 {
    move |row, column| [replicas[row], 1.0, 3.0][column]
}

#[test]
fn the_best_allowed_change_is_chosen_and_the_wish_is_kept() {
    let mut chooser = chooser(Arrangement::PerWorkload, vec![0.0; 3], vec![1.0, 0.0, 2.0]);
    for (replicas, choice, wish) in [(2.0, 2, 2), (3.0, 0, 2), (1.0, 2, 2), (f64::NAN, 1, 2)] {
        assert!(chooser.choose(0, rows(&[replicas])));
        assert_eq!(
            (chooser.choices(), chooser.wishes()),
            (&[choice][..], &[wish][..]),
            "{replicas}"
        );
    }
}

#[test]
fn any_row_of_a_batch_can_be_decided() {
    // More replicas speak for fewer of them.
    let mut chooser = chooser(Arrangement::PerWorkload, vec![1.0, 0.0, -1.0], vec![-2.0, 0.5, 2.0]);
    let all = rows(&[1.0, 2.0, 3.0]);
    let chosen: Vec<usize> = (0..3)
        .map(|row| {
            assert!(chooser.choose(row, &all));
            chooser.choices()[0]
        })
        .collect();
    assert_eq!(chosen, [2, 1, 0]);
    assert_eq!(chooser.inputs(), [3.0]);
    assert_eq!(chooser.values(), [1.0, 0.5, -1.0]);
}

#[test]
fn heads_and_joint_options_choose_for_each_workload() {
    let mut bias = vec![0.0; 6];
    (bias[2], bias[3]) = (1.0, 1.0);
    let mut factored = chooser(Arrangement::Factored { workloads: 2 }, vec![0.0; 12], bias);
    assert!(factored.choose(0, rows(&[2.0, 2.0])));
    assert_eq!(factored.choices(), [2, 0]);
    assert!(factored.choose(0, rows(&[3.0, 2.0])));
    assert_eq!((factored.choices(), factored.wishes()), (&[0, 0][..], &[2, 0][..]));

    // One more of the first and one less of the second, then that with the first left alone.
    let mut bias = vec![0.0; 9];
    (bias[6], bias[3]) = (2.0, 1.0);
    let mut joint = chooser(Arrangement::Joint { workloads: 2 }, vec![0.0; 18], bias);
    assert!(joint.choose(0, rows(&[2.0, 2.0])));
    assert_eq!(joint.choices(), [2, 0]);
    assert!(joint.choose(0, rows(&[3.0, 2.0])));
    assert_eq!((joint.choices(), joint.wishes()), (&[1, 0][..], &[2, 0][..]));
    assert_eq!(joint.allowed(), [true, true, false, true, true, true]);
}

#[test]
fn a_network_that_answers_with_no_number_chooses_nothing() {
    let mut chooser = chooser(Arrangement::PerWorkload, vec![f32::MAX; 3], vec![0.0; 3]);
    assert!(chooser.choose(0, rows(&[2.0])), "an infinite value is still the largest");
    let opposed = vec![f32::MAX, f32::MIN, f32::MAX, f32::MIN, f32::MAX, f32::MIN];
    let weights = [opposed.clone(), opposed.clone(), opposed].concat();
    let mut joint =
        super::tests::chooser(Arrangement::Joint { workloads: 2 }, weights, vec![0.0; 9]);
    assert!(!joint.choose(0, rows(&[3.0, 3.0])), "{:?}", joint.values());
}
