use scaling::Ending;
use serde::Deserialize;

use super::*;
use crate::RowId;
use crate::classic::{Drive, Probe, cart_pole};

#[derive(Debug, Deserialize)]
struct Golden {
    name: String,
    heads: Vec<usize>,
    limit: Option<f64>,
    discount: f64,
    lengths: Vec<usize>,
    learning_rate: f64,
    value_coefficient: f64,
    entropy_coefficient: f64,
    adam_epsilon: f64,
    hidden: Vec<usize>,
    actor: Vec<f32>,
    critic: Vec<f32>,
    inputs: Vec<f32>,
    after: Vec<f32>,
    allowed: Vec<bool>,
    choices: Vec<u16>,
    rewards: Vec<f64>,
    wanted: Wanted,
}

#[derive(Debug, Deserialize)]
struct Wanted {
    policy_loss: f64,
    value_loss: f64,
    entropy: f64,
    mean_return: f64,
    gradient_norm: f64,
    actor: Vec<f32>,
    critic: Vec<f32>,
}

fn shape(inputs: usize, heads: &[usize]) -> Shape {
    Shape { inputs, heads: heads.to_vec(), scores: vec!["reward".to_owned()] }
}

/// The episodes of a case, as one row would meet them.
fn meet(agent: &mut Reinforce, case: &Golden) {
    let (inputs, heads) = (agent.shape.inputs, case.heads.len());
    let options = agent.shape.options();
    let ends = [case.lengths[0] - 1, case.rewards.len() - 1];
    for place in 0..case.rewards.len() {
        let turn = Turn {
            ids: vec![RowId { world: 0, row: 0 }],
            inputs: case.inputs[place * inputs..][..inputs].to_vec(),
            allowed: case.allowed[place * options..][..options].to_vec(),
        };
        let ending = match ends.iter().position(|&end| end == place) {
            Some(0) => Ending::Terminated,
            Some(_) => Ending::Truncated,
            None => Ending::Running,
        };
        let lessons = Lessons {
            rows: vec![0],
            choices: case.choices[place * heads..][..heads].to_vec(),
            scores: vec![case.rewards[place]],
            after: case.after[place * inputs..][..inputs].to_vec(),
            allowed_after: vec![true; options],
            endings: vec![ending],
        };
        agent.learn(&turn, &lessons).unwrap();
    }
}

#[test]
fn returns_losses_and_the_update_are_pytorchs() {
    let cases: Vec<Golden> = serde_json::from_str(include_str!("golden.json")).unwrap();
    for case in &cases {
        let settings = ReinforceSettings {
            hidden: case.hidden.clone(),
            learning_rate: case.learning_rate,
            episodes: case.lengths.len() as u64,
            discount: case.discount,
            value_coefficient: case.value_coefficient,
            entropy_coefficient: case.entropy_coefficient,
            gradient_norm: case.limit,
            adam_epsilon: case.adam_epsilon,
            ..ReinforceSettings::default()
        };
        let inputs = case.inputs.len() / case.rewards.len();
        let new = Reinforce::new(shape(inputs, &case.heads), settings, 1, Device::Cpu);
        let mut agent = new.unwrap();
        let mut networks = agent.networks.state();
        (networks.actor.weights, networks.critic.weights) =
            (case.actor.clone(), case.critic.clone());
        agent.networks.restore(&networks).unwrap();
        meet(&mut agent, case);
        let name = &case.name;
        assert_eq!((agent.updates, agent.rollout.len()), (1, 0), "{name}");
        let found = agent.figures.unwrap();
        for (found, wanted) in [
            (found.policy, case.wanted.policy_loss),
            (found.value, case.wanted.value_loss),
            (found.entropy, case.wanted.entropy),
            (found.gain, case.wanted.mean_return),
            (found.norm, case.wanted.gradient_norm),
        ] {
            assert!(
                (found - wanted).abs() < 1e-6 * (1.0 + wanted.abs()),
                "{name}: {found} {wanted}"
            );
        }
        for (network, wanted) in [
            (&agent.networks.actor, &case.wanted.actor),
            (&agent.networks.critic, &case.wanted.critic),
        ] {
            for (found, wanted) in network.network().weights().iter().zip(wanted) {
                assert!((found - wanted).abs() < 1e-5, "{name}: {found} instead of {wanted}");
            }
        }
    }
}

fn small(episodes: u64) -> ReinforceSettings {
    ReinforceSettings { hidden: vec![16, 16], episodes, ..ReinforceSettings::default() }
}

#[test]
fn an_agent_that_was_put_to_rest_goes_on_bit_for_bit() {
    let run = |rest_at: Option<usize>| {
        let mut drive = Drive::new((0..3).map(|_| cart_pole()).collect(), 7);
        let mut agent = Reinforce::new(shape(4, &[2]), small(4), 1, Device::Cpu).unwrap();
        for step in 0..400 {
            if rest_at == Some(step) {
                let text = serde_json::to_string(&agent.state()).unwrap();
                agent = Reinforce::new(shape(4, &[2]), small(4), 99, Device::Cpu).unwrap();
                agent.restore(&serde_json::from_str(&text).unwrap()).unwrap();
            }
            drive.step(&mut agent).unwrap();
        }
        assert!(agent.updates > 5);
        agent.state()
    };
    let uninterrupted = run(None);
    assert_eq!(run(None), uninterrupted);
    assert_eq!(run(Some(37)), uninterrupted);
    assert_eq!(run(Some(250)), uninterrupted);
}

#[test]
fn a_reward_that_is_no_number_is_named_and_changes_nothing() {
    let mut agent = Reinforce::new(shape(1, &[2]), small(1), 1, Device::Cpu).unwrap();
    let turn = Turn {
        ids: vec![RowId { world: 2, row: 4 }],
        inputs: vec![0.5],
        allowed: vec![true, true],
    };
    let mut lessons = Lessons {
        rows: vec![0],
        choices: vec![1],
        scores: vec![f64::INFINITY],
        after: vec![0.5],
        allowed_after: vec![true; 2],
        endings: vec![Ending::Terminated],
    };
    let before = agent.state();
    let error = agent.learn(&turn, &lessons).unwrap_err();
    assert!(error.to_string().contains("`reward` of world 2, row 4 is inf"), "{error}");
    assert_eq!(agent.state(), before);
    // Finite, but too much for single precision.
    lessons.scores = vec![1e300];
    let error = agent.learn(&turn, &lessons).unwrap_err();
    assert!(matches!(error, LearnError::Diverged { update: 0, .. }), "{error}");
    let AgentState::Reinforce(after) = agent.state() else { unreachable!() };
    let AgentState::Reinforce(before) = before else { unreachable!() };
    assert_eq!(after.networks.actor, before.networks.actor);
}

#[test]
fn an_endless_episode_is_cut_and_bootstrapped() {
    let settings = ReinforceSettings { most_transitions: 50, ..small(1_000) };
    let mut agent = Reinforce::new(shape(1, &[2]), settings, 1, Device::Cpu).unwrap();
    let turn =
        Turn { ids: vec![RowId { world: 0, row: 0 }], inputs: vec![0.5], allowed: vec![true; 2] };
    let mut choices = Vec::new();
    for _ in 0..120 {
        agent.act(&turn, &mut choices);
        let lessons = Lessons {
            rows: vec![0],
            choices: choices.clone(),
            scores: vec![1.0],
            after: vec![0.5],
            allowed_after: vec![true; 2],
            endings: vec![Ending::Running],
        };
        agent.learn(&turn, &lessons).unwrap();
    }
    assert_eq!((agent.updates, agent.rollout.len()), (2, 20));
}

#[test]
fn each_probe_is_solved() {
    for which in Probe::ALL {
        let settings = ReinforceSettings { learning_rate: 1e-2, discount: 0.5, ..small(32) };
        let mut drive = Drive::new((0..4).map(|_| which.world()).collect(), 3);
        let mut agent = Reinforce::new(drive.shape().clone(), settings, 3, Device::Cpu).unwrap();
        (0..4_000).for_each(|_| drive.step(&mut agent).unwrap());
        let inputs = [-1.0, 0.0, 1.0];
        let values = agent.networks.critic.answer(&inputs, 3);
        let close = |place: usize, wanted: f32| {
            assert!((values[place] - wanted).abs() < 0.1, "{which:?}: {values:?}");
        };
        let mut choices = Vec::new();
        agent.greedy(&inputs, &vec![true; 3 * agent.shape.options()], &mut choices);
        match which {
            Probe::Constant => close(1, 1.0),
            Probe::Seen => [(0, -1.0), (2, 1.0)].into_iter().for_each(|(at, to)| close(at, to)),
            Probe::Later => [(1, 0.5), (2, 1.0)].into_iter().for_each(|(at, to)| close(at, to)),
            Probe::Chosen => assert_eq!(choices[1], 1),
            Probe::Both => assert_eq!((choices[0], choices[2]), (0, 1)),
        }
    }
}
