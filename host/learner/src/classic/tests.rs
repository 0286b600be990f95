//! The proof on classic control, shortened: each agent learns its problem within seconds.

use tch::Device;

use super::{Classic, Drive, Problem, acrobot, cart_pole, greedy_returns};
use crate::dqn::{Exploration, Loss, Target};
use crate::{Agent, Dqn, DqnSettings, Ppo, PpoSettings, Shape, World, use_one_thread};

/// CleanRL's, but for how long something is tried at random.
fn dqn(shape: &Shape) -> Box<dyn Agent> {
    let settings = DqnSettings {
        hidden: vec![120, 84],
        learning_rate: 2.5e-4,
        loss: Loss::Mse,
        target: Target::Hard { every: 500 },
        exploration: Exploration::Linear { start: 1.0, end: 0.05, turns: 60_000 },
        buffer: 10_000,
        learning_starts: 10_000,
        train_every: 10,
        ..DqnSettings::default()
    };
    let memory = Box::new(settings.memory(shape).unwrap());
    Box::new(Dqn::new(settings, shape.clone(), 1, Device::Cpu, memory).unwrap())
}

fn ppo(shape: &Shape) -> Box<dyn Agent> {
    let settings = PpoSettings {
        activation: crate::Activation::Tanh,
        learning_rate: 1e-3,
        anneal_transitions: Some(150_000),
        ..PpoSettings::default()
    };
    Box::new(Ppo::new(shape.clone(), settings, 1, Device::Cpu).unwrap())
}

/// Mean return of twenty greedy episodes after so many turns in so many worlds.
fn learned<P: Problem>(
    world: fn() -> Classic<P>,
    agent: fn(&Shape) -> Box<dyn Agent>,
    (worlds, turns): (usize, u64),
) -> f64 {
    use_one_thread();
    let mut agent = agent(world().shape());
    let mut drive = Drive::new((0..worlds).map(|_| world()).collect(), 1);
    (0..turns).for_each(|_| drive.step(agent.as_mut()).unwrap());
    let returns = greedy_returns(&mut world(), agent.as_ref(), 1 << 50..(1 << 50) + 20);
    returns.iter().sum::<f64>() / returns.len() as f64
}

/// Chance balances the pole for some 20 turns and never swings the arm up within its 500.
#[test]
fn each_agent_learns_to_balance_and_to_swing_up() {
    for (name, found, wanted) in [
        ("DQN, CartPole", learned(cart_pole, dqn, (1, 120_000)), 150.0),
        ("PPO, CartPole", learned(cart_pole, ppo, (4, 40_000)), 400.0),
        ("DQN, Acrobot", learned(acrobot, dqn, (1, 120_000)), -200.0),
        ("PPO, Acrobot", learned(acrobot, ppo, (4, 40_000)), -150.0),
    ] {
        assert!(found >= wanted, "{name}: {found}");
    }
}
