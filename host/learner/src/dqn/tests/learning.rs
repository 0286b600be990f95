use scaling::Ending;

use super::super::*;
use super::scene::{Fixed, agent, both, lesson, settings, shape, turn};
use crate::RowId;

/// Rewards a row for each head whose choice is the bit that its input shows; one step an episode.
fn learn_bits(gradients: Gradients, variation: DqnSettings) -> u32 {
    let shape = shape(2, &[2, 3]);
    let mut agent = agent(&DqnSettings { gradients, ..variation }, &shape, 3);
    let mut chance = Chance::new(8, Purpose::Episodes);
    let mut choices = Vec::new();
    let right = |inputs: &[f32], choices: &[u16]| {
        choices
            .iter()
            .zip(inputs)
            .filter(|(choice, input)| **choice == u16::from(**input > 0.0))
            .count()
    };
    for _ in 0..1_200 {
        let inputs = [(); 2].map(|()| if chance.below(2) == 1 { 1.0 } else { -1.0 });
        let turn = turn(&shape, &inputs);
        agent.act(&turn, &mut choices);
        let reward = right(&inputs, &choices) as f64;
        agent.learn(&turn, &lesson(&shape, &choices, reward, &inputs, Ending::Terminated)).unwrap();
    }
    let mut count = 0;
    for inputs in [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]] {
        agent.greedy(&inputs, &[true; 5], &mut choices);
        count += right(&inputs, &choices) as u32;
    }
    count
}

#[test]
fn what_is_worth_choosing_is_learned() {
    let plain = settings();
    let everything = DqnSettings {
        double: true,
        duelling: true,
        n_step: 3,
        target: Target::Hard { every: 50 },
        loss: Loss::Mse,
        gradient_clip: Some(10.0),
        normalise: Some(5.0),
        exploration: Exploration::Linear { start: 1.0, end: 0.05, turns: 600 },
        ..settings()
    };
    for gradients in both() {
        assert_eq!(learn_bits(gradients, plain.clone()), 8);
        assert_eq!(learn_bits(gradients, everything.clone()), 8);
    }
}

#[test]
fn a_cut_is_bootstrapped_and_an_ending_is_not() {
    let shape = shape(1, &[1]);
    // One reward of 1, or 1 + γ + γ² + … = 2.
    for (ending, wanted) in
        [(Ending::Terminated, 1.0), (Ending::Truncated, 2.0), (Ending::Running, 2.0)]
    {
        for n_step in [1, 3] {
            let target = Target::Soft { tau: 0.1 };
            let settings = DqnSettings { gamma: 0.5, n_step, target, ..settings() };
            let mut agent = agent(&settings, &shape, 1);
            let turn = turn(&shape, &[1.0]);
            let lesson = lesson(&shape, &[0], 1.0, &[1.0], ending);
            (0..600).for_each(|_| agent.learn(&turn, &lesson).unwrap());
            agent.greedy(&[1.0], &[true], &mut Vec::new());
            let value = agent.room.borrow().values[0];
            assert!((value - wanted).abs() < 0.05, "{ending:?}, {n_step} steps: {value}");
        }
    }
}

#[test]
fn only_what_is_allowed_is_chosen() {
    let shape = shape(2, &[3, 4]);
    for gradients in both() {
        for epsilon in [0.0, 1.0] {
            let exploration = Exploration::Linear { start: epsilon, end: epsilon, turns: 1 };
            let mut agent = agent(&DqnSettings { exploration, gradients, ..settings() }, &shape, 5);
            let mut chance = Chance::new(9, Purpose::Episodes);
            let (mut choices, mut seen) = (Vec::new(), [0; 7]);
            for _ in 0..400 {
                let mut allowed: Vec<bool> = (0..14).map(|_| chance.below(2) == 1).collect();
                [0, 5, 7, 10].iter().for_each(|&place| allowed[place] = true);
                let inputs: Vec<f32> = (0..4).map(|_| chance.normal() as f32 * 9.0).collect();
                let ids = [0, 1].map(|row| RowId { world: 0, row }).to_vec();
                let turn = Turn { ids, inputs, allowed };
                agent.act(&turn, &mut choices);
                let mut greedy = Vec::new();
                agent.greedy(&turn.inputs, &turn.allowed, &mut greedy);
                assert!(epsilon > 0.0 || choices == greedy);
                for chosen in [&choices, &greedy] {
                    for (row, pair) in chosen.chunks_exact(2).enumerate() {
                        let places = [usize::from(pair[0]), 3 + usize::from(pair[1])];
                        places.iter().for_each(|place| seen[*place] += 1);
                        assert!(places.iter().all(|place| turn.allowed[7 * row + place]));
                    }
                }
            }
            assert!(epsilon == 0.0 || seen.iter().all(|&count| count > 0), "{seen:?}");
        }
    }
}

#[test]
fn what_was_applied_is_learned_from_and_only_rows_with_a_lesson() {
    let shape = shape(1, &[3]);
    let memory = Fixed::default();
    let settings = DqnSettings { normalise: Some(5.0), ..settings() };
    let mut agent = Dqn::new(settings, shape, 1, Device::Cpu, Box::new(memory.clone())).unwrap();
    let ids = [4, 5, 6].map(|row| RowId { world: 2, row });
    let turn = Turn { ids: ids.to_vec(), inputs: vec![1.0, f32::NAN, 3.0], allowed: vec![true; 9] };
    let mut choices = Vec::new();
    agent.act(&turn, &mut choices);
    let lessons = Lessons {
        rows: vec![0, 2],
        choices: vec![2, 1],
        scores: vec![0.5, 9.0, -0.5, 9.0],
        after: vec![0.0; 2],
        allowed_after: vec![true; 6],
        endings: vec![Ending::Running; 2],
    };
    agent.learn(&turn, &lessons).unwrap();
    let told = memory.told.lock().unwrap();
    assert_eq!((&told.choices[..], &told.rewards[..]), (&[2, 1][..], &[0.5, -0.5][..]));
    assert_eq!(told.ids, [ids[0], ids[2]]);
    assert_eq!(agent.normaliser().map(|normaliser| normaliser.mean()), Some(&[2.0][..]));
}

#[test]
fn updates_and_copies_come_when_they_are_due() {
    let shape = shape(1, &[2]);
    let variation = DqnSettings {
        learning_starts: 20,
        train_every: 4,
        gradient_steps: 2,
        target: Target::Hard { every: 10 },
        ..settings()
    };
    let mut agent = agent(&variation, &shape, 1);
    let (turn, lesson) = (turn(&shape, &[1.0]), lesson(&shape, &[1], 1.0, &[1.0], Ending::Running));
    let mut counts = Vec::new();
    for now in 0..40 {
        agent.learn(&turn, &lesson).unwrap();
        counts.push(agent.updates());
        let is_same = agent.network.weights() == agent.target_network.weights();
        assert_eq!(is_same, now <= 23 || now == 30 || now == 31, "turn {now}");
    }
    assert_eq!((counts[19], counts[20], counts[23], counts[24], counts[39]), (0, 2, 2, 4, 10));
}

#[test]
fn statistics_are_means_since_they_were_asked_for() {
    let shape = shape(1, &[2]);
    let mut agent = agent(&settings(), &shape, 1);
    let (turn, lesson) = (turn(&shape, &[1.0]), lesson(&shape, &[1], 1.0, &[1.0], Ending::Running));
    assert_eq!(agent.statistics().len(), 3);
    (0..30).for_each(|_| agent.learn(&turn, &lesson).unwrap());
    let names: Vec<&str> = agent.statistics().iter().map(|figure| figure.0).collect();
    assert_eq!(
        names,
        ["epsilon", "experiences", "updates", "loss", "value", "error", "gradient_norm"]
    );
    assert_eq!(agent.statistics().len(), 3);
}

#[test]
fn what_somebody_else_did_is_remembered_with_its_probability() {
    let shape = shape(1, &[2]);
    let memory = Fixed::default();
    let told = std::sync::Arc::clone(&memory.told);
    let mut agent = Dqn::new(settings(), shape.clone(), 1, Device::Cpu, Box::new(memory)).unwrap();
    let (turn, lesson) = (turn(&shape, &[1.0]), lesson(&shape, &[1], 1.0, &[1.0], Ending::Running));
    agent.learn_from(&turn, &lesson, &[0.25]).unwrap();
    agent.learn(&turn, &lesson).unwrap();
    let probabilities = told.lock().unwrap().probabilities.clone();
    assert!(probabilities[0] == 0.25 && probabilities[1].is_nan(), "{probabilities:?}");
    let refused = agent.learn_from(&turn, &lesson, &[]);
    assert!(matches!(refused, Err(LearnError::Length { found: 0, wanted: 1, .. })), "{refused:?}");
}
