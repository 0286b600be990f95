use scaling::Ending;
use serde::Deserialize;

use super::*;
use crate::classic::{Drive, Probe, acrobot, cart_pole, greedy_returns, identity};
use crate::raw::floats;
use crate::{Activation, RowId};

#[derive(Debug, Deserialize)]
struct Golden {
    name: String,
    heads: Vec<usize>,
    activation: Activation,
    epochs: usize,
    clip: f64,
    clip_values: bool,
    normalise: bool,
    limit: Option<f64>,
    learning_rate: f64,
    value_coefficient: f64,
    entropy_coefficient: f64,
    adam_epsilon: f64,
    hidden: Vec<usize>,
    actor: Vec<f32>,
    critic: Vec<f32>,
    inputs: Vec<f32>,
    allowed: Vec<bool>,
    choices: Vec<u16>,
    log_probabilities: Vec<f32>,
    values: Vec<f32>,
    advantages: Vec<f64>,
    wanted: Wanted,
}

#[derive(Debug, Deserialize)]
struct Wanted {
    policy_loss: f64,
    value_loss: f64,
    entropy: f64,
    divergence: f64,
    clipped: f64,
    gradient_norm: f64,
    actor_gradients: Vec<f32>,
    critic_gradients: Vec<f32>,
    actor: Vec<f32>,
    critic: Vec<f32>,
}

fn shape(inputs: usize, heads: &[usize]) -> Shape {
    Shape { inputs, heads: heads.to_vec(), scores: vec!["reward".to_owned()] }
}

fn golden_agent(case: &Golden, autograd: bool) -> Ppo {
    let settings = PpoSettings {
        hidden: case.hidden.clone(),
        activation: case.activation,
        learning_rate: case.learning_rate,
        minibatch: case.values.len(),
        epochs: case.epochs,
        clip: case.clip,
        clip_values: case.clip_values,
        value_coefficient: case.value_coefficient,
        entropy_coefficient: case.entropy_coefficient,
        gradient_norm: case.limit,
        normalise_advantages: case.normalise,
        adam_epsilon: case.adam_epsilon,
        autograd,
        ..PpoSettings::default()
    };
    let inputs = case.inputs.len() / case.values.len();
    let mut agent = Ppo::new(shape(inputs, &case.heads), settings, 1, Device::Cpu).unwrap();
    let mut networks = agent.networks.state();
    (networks.actor.weights, networks.critic.weights) = (case.actor.clone(), case.critic.clone());
    agent.networks.restore(&networks).unwrap();
    agent.rollout.inputs = case.inputs.clone();
    agent.rollout.allowed = case.allowed.clone();
    agent.rollout.choices = case.choices.clone();
    agent.rollout.log_probabilities = case.log_probabilities.clone();
    agent.rollout.values = case.values.clone();
    agent.batch.advantages = case.advantages.clone();
    agent.batch.order = (0..case.values.len() as u32).collect();
    agent
}

fn near(found: &[f32], wanted: &[f32], what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    let scale = wanted.iter().fold(1e-3_f32, |scale, value| scale.max(value.abs()));
    for (found, wanted) in found.iter().zip(wanted) {
        let off = (found - wanted).abs() / scale;
        assert!(off < 1e-5, "{what}: {found} instead of {wanted}");
    }
}

#[test]
fn losses_gradients_and_updates_are_pytorchs() {
    let cases: Vec<Golden> = serde_json::from_str(include_str!("golden.json")).unwrap();
    for case in &cases {
        for autograd in [false, true] {
            let name = format!("{}, autograd {autograd}", case.name);
            let mut agent = golden_agent(case, autograd);
            let loss = agent.gradients(0, case.values.len());
            let norm = agent.networks.gradient_norm();
            for (found, wanted) in [
                (loss.policy, case.wanted.policy_loss),
                (loss.value, case.wanted.value_loss),
                (loss.entropy, case.wanted.entropy),
                (loss.divergence, case.wanted.divergence),
                (loss.clipped, case.wanted.clipped),
                (norm, case.wanted.gradient_norm),
            ] {
                assert!(
                    (found - wanted).abs() < 1e-6 * (1.0 + wanted.abs()),
                    "{name}: {found} {wanted}"
                );
            }
            for (network, wanted) in [
                (&agent.networks.actor, &case.wanted.actor_gradients),
                (&agent.networks.critic, &case.wanted.critic_gradients),
            ] {
                let found = network.gradients().iter().flat_map(|one| floats(one).to_vec());
                near(&found.collect::<Vec<_>>(), wanted, &name);
            }
            agent.improve().unwrap();
            near(&agent.networks.actor.network().weights(), &case.wanted.actor, &name);
            near(&agent.networks.critic.network().weights(), &case.wanted.critic, &name);
        }
    }
}

fn small() -> PpoSettings {
    PpoSettings { turns: 16, minibatch: 16, hidden: vec![16, 16], ..PpoSettings::default() }
}

fn weights(agent: &Ppo) -> Vec<f32> {
    [agent.networks.actor.network().weights(), agent.networks.critic.network().weights()].concat()
}

#[test]
fn the_same_seed_gives_the_same_weights() {
    let train = |seed| {
        let mut drive = Drive::new((0..4).map(|_| acrobot()).collect(), 7);
        let mut agent = Ppo::new(drive.shape().clone(), small(), seed, Device::Cpu).unwrap();
        (0..200).for_each(|_| drive.step(&mut agent).unwrap());
        assert_eq!(agent.updates, 12);
        weights(&agent)
    };
    assert_eq!(train(1), train(1));
    assert_ne!(train(1), train(2));
}

#[test]
fn an_agent_that_was_put_to_rest_goes_on_bit_for_bit_as_one_that_was_not() {
    let settings =
        PpoSettings { normalise_clip: Some(10.0), anneal_transitions: Some(4_000), ..small() };
    for rest_at in [1, 100, 16 * 9] {
        let mut drive = Drive::new((0..4).map(|_| cart_pole()).collect(), 7);
        let new = || Ppo::new(shape(4, &[2]), settings.clone(), 1, Device::Cpu).unwrap();
        let (mut one, mut other) = (new(), None::<Ppo>);
        for step in 0..300 {
            if step == rest_at {
                let text = serde_json::to_string(&one.state()).unwrap();
                let mut woken =
                    Ppo::new(shape(4, &[2]), settings.clone(), 99, Device::Cpu).unwrap();
                woken.restore(&serde_json::from_str(&text).unwrap()).unwrap();
                other = Some(woken);
            }
            let mut twins = Twins { one: &mut one, other: other.as_mut() };
            drive.step(&mut twins).unwrap();
        }
        assert_eq!(weights(&one), weights(other.as_ref().unwrap()), "rested at {rest_at}");
        assert_eq!(one.state(), other.unwrap().state());
    }
}

/// Two agents that see the same and must choose the same.
struct Twins<'a> {
    one: &'a mut Ppo,
    other: Option<&'a mut Ppo>,
}

impl Agent for Twins<'_> {
    fn shape(&self) -> &Shape {
        self.one.shape()
    }

    fn act(&mut self, turn: &Turn, choices: &mut Vec<u16>) {
        self.one.act(turn, choices);
        if let Some(other) = &mut self.other {
            let mut others = Vec::new();
            other.act(turn, &mut others);
            assert_eq!(*choices, others);
        }
    }

    fn learn(&mut self, turn: &Turn, lessons: &Lessons) -> Result<(), LearnError> {
        if let Some(other) = &mut self.other {
            other.learn(turn, lessons)?;
        }
        self.one.learn(turn, lessons)
    }

    fn greedy(&self, inputs: &[f32], allowed: &[bool], choices: &mut Vec<u16>) {
        self.one.greedy(inputs, allowed, choices);
    }

    fn policy(&self) -> (crate::Mlp, Option<&crate::Normaliser>) {
        self.one.policy()
    }

    fn statistics(&mut self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    fn state(&self) -> AgentState {
        self.one.state()
    }

    fn restore(&mut self, state: &AgentState) -> Result<(), LearnError> {
        self.one.restore(state)
    }
}

fn turn(inputs: &[f32], allowed: &[bool]) -> Turn {
    Turn {
        ids: vec![RowId { world: 0, row: 4 }],
        inputs: inputs.to_vec(),
        allowed: allowed.to_vec(),
    }
}

fn lesson(choice: u16, reward: f64, after: &[f32], options: usize) -> Lessons {
    Lessons {
        rows: vec![0],
        choices: vec![choice],
        scores: vec![reward],
        after: after.to_vec(),
        allowed_after: vec![true; options],
        endings: vec![Ending::Running],
    }
}

#[test]
fn a_reward_that_is_no_number_is_named_and_changes_nothing() {
    let settings = PpoSettings { turns: 2, ..small() };
    let mut agent = Ppo::new(shape(1, &[2]), settings, 1, Device::Cpu).unwrap();
    let (turn, mut choices) = (turn(&[0.5], &[true; 2]), Vec::new());
    agent.act(&turn, &mut choices);
    agent.learn(&turn, &lesson(0, 1.0, &[0.5], 2)).unwrap();
    let before = agent.state();
    let error = agent.learn(&turn, &lesson(0, f64::NAN, &[0.5], 2)).unwrap_err();
    assert!(error.to_string().contains("`reward` of world 0, row 4 is NaN"), "{error}");
    assert_eq!(agent.state(), before);
    // It can go on.
    agent.act(&turn, &mut choices);
    agent.learn(&turn, &lesson(0, 1.0, &[0.5], 2)).unwrap();
    assert_eq!(agent.updates, 1);
}

#[test]
fn a_loss_that_is_no_number_is_named_and_the_weights_from_before_are_kept() {
    // The reward that does not fit into single precision spoils one minibatch of eight, and others come
    // before it.
    let settings = PpoSettings { minibatch: 2, ..small() };
    let mut agent = Ppo::new(shape(1, &[2]), settings, 1, Device::Cpu).unwrap();
    let (turn, mut choices) = (turn(&[0.5], &[true; 2]), Vec::new());
    let before = weights(&agent);
    let mut outcomes = (0..16).map(|step| {
        agent.act(&turn, &mut choices);
        agent.learn(&turn, &lesson(0, if step == 0 { 1e300 } else { 1.0 }, &[0.5], 2))
    });
    assert!(outcomes.by_ref().take(15).all(|outcome| outcome.is_ok()));
    let error = outcomes.next().unwrap().unwrap_err();
    assert!(matches!(error, LearnError::Diverged { update: 0, .. }), "{error}");
    drop(outcomes);
    assert_eq!((weights(&agent), agent.rollout.len()), (before, 0));
}

#[test]
fn forbidden_options_are_never_chosen_and_what_was_applied_is_learned() {
    let settings = PpoSettings { turns: 8, learning_rate: 1e-2, ..small() };
    let mut agent = Ppo::new(shape(1, &[2, 3]), settings, 1, Device::Cpu).unwrap();
    let turn = turn(&[0.5], &[true, true, false, true, true]);
    let mut choices = Vec::new();
    for _ in 0..2_000 {
        agent.act(&turn, &mut choices);
        assert_ne!(choices[1], 0);
        // A guard rail makes the second option of any choice of the first head, and pays for it.
        let mut lessons = lesson(1, 1.0, &[0.5], 5);
        lessons.choices = vec![1, choices[1]];
        lessons.scores[0] = f64::from(choices[1]);
        agent.learn(&turn, &lessons).unwrap();
    }
    agent.greedy(&[0.5], &turn.allowed, &mut choices);
    assert_eq!(choices[1], 2);
    agent.greedy(&[0.5], &[true, true, true, true, false], &mut choices);
    assert_ne!(choices[1], 2);
}

#[test]
fn a_choice_that_the_policy_could_not_make_is_left_out_and_counted() {
    let mut agent = Ppo::new(shape(1, &[2]), small(), 1, Device::Cpu).unwrap();
    let (turn, mut choices) = (turn(&[0.5], &[true, false]), Vec::new());
    agent.act(&turn, &mut choices);
    agent.learn(&turn, &lesson(1, 1.0, &[0.5], 2)).unwrap();
    assert!(agent.rollout.is_empty());
    assert_eq!(agent.statistics(), [("impossible choices", 1.0)]);
}

#[test]
fn a_state_of_another_agent_is_refused_and_nothing_changes() {
    let other = Ppo::new(shape(2, &[2]), small(), 1, Device::Cpu).unwrap();
    let mut agent = Ppo::new(shape(1, &[2]), small(), 1, Device::Cpu).unwrap();
    let before = agent.state();
    let error = agent.restore(&other.state()).unwrap_err();
    assert!(matches!(error, LearnError::Length { .. }), "{error}");
    assert_eq!(agent.state(), before);
    let settings = PpoSettings { clip: 0.0, ..small() };
    let error = Ppo::new(shape(1, &[2]), settings, 1, Device::Cpu).unwrap_err();
    assert_eq!(error.to_string(), "`clip` is 0.0, but must be above 0");
}

/// Trains on a probe; the critic's values of what was seen, and the best choices.
fn probe(probe: Probe) -> (Ppo, Vec<f32>, Vec<u16>) {
    let settings =
        PpoSettings { turns: 32, minibatch: 32, learning_rate: 3e-3, discount: 0.5, ..small() };
    let mut drive = Drive::new((0..4).map(|_| probe.world()).collect(), 3);
    let mut agent = Ppo::new(drive.shape().clone(), settings, 3, Device::Cpu).unwrap();
    (0..4_000).for_each(|_| drive.step(&mut agent).unwrap());
    let inputs = [-1.0, 0.0, 1.0];
    let values = agent.networks.critic.answer(&inputs, 3);
    let mut choices = Vec::new();
    let options = agent.shape.options();
    agent.greedy(&inputs, &vec![true; 3 * options], &mut choices);
    (agent, values, choices)
}

#[test]
fn each_probe_is_solved() {
    let close = |found: f32, wanted: f32, what: Probe| {
        assert!((found - wanted).abs() < 0.1, "{what:?}: {found} instead of {wanted}");
    };
    for which in Probe::ALL {
        let (_, values, choices) = probe(which);
        match which {
            Probe::Constant => close(values[1], 1.0, which),
            Probe::Seen => {
                close(values[0], -1.0, which);
                close(values[2], 1.0, which);
            }
            Probe::Later => {
                close(values[1], 0.5, which);
                close(values[2], 1.0, which);
            }
            Probe::Chosen => assert_eq!(choices[1], 1),
            Probe::Both => assert_eq!((choices[0], choices[2]), (0, 1)),
        }
    }
}

#[test]
fn the_identity_of_four_states_is_learned() {
    // As Stable-Baselines3 tests it: at least 90 of 100 right choices.
    let settings = PpoSettings {
        turns: 256,
        minibatch: 64,
        epochs: 4,
        discount: 0.4,
        learning_rate: 2e-3,
        ..PpoSettings::default()
    };
    let mut drive = Drive::new(vec![identity(4)], 3);
    let mut agent = Ppo::new(drive.shape().clone(), settings, 3, Device::Cpu).unwrap();
    (0..4_000).for_each(|_| drive.step(&mut agent).unwrap());
    let returns = greedy_returns(&mut identity(4), &agent, 0..20);
    let mean = returns.iter().sum::<f64>() / 20.0;
    assert!(mean >= 90.0, "{mean}");
}

#[test]
fn rows_may_come_and_go() {
    let mut agent = Ppo::new(shape(1, &[2]), small(), 1, Device::Cpu).unwrap();
    let mut choices = Vec::new();
    for step in 0..100_u64 {
        let count = (step % 4) as usize;
        let turn = Turn {
            ids: (0..count as u64).map(|row| RowId { world: 0, row: row * step % 7 }).collect(),
            inputs: vec![0.1; count],
            allowed: vec![true; 2 * count],
        };
        agent.act(&turn, &mut choices);
        assert_eq!(choices.len(), count);
        let lessons = Lessons {
            rows: (0..count).skip(1).collect(),
            choices: choices.iter().skip(1).copied().collect(),
            scores: vec![1.0; count.saturating_sub(1)],
            after: vec![0.1; count.saturating_sub(1)],
            allowed_after: vec![true; 2 * count.saturating_sub(1)],
            endings: vec![Ending::Running; count.saturating_sub(1)],
        };
        agent.learn(&turn, &lessons).unwrap();
    }
    assert_eq!(agent.updates, 3);
}
