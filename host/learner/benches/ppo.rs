//! Proximal policy optimisation: steps of a second on CartPole with eight worlds, everything included, by
//! hand and through libtorch's autograd in the same run. The ratio travels between machines better than the
//! rates do.
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]

use std::time::Instant;

use learner::classic::{Gang, cart_pole};
use learner::ppo::{Ppo, PpoSettings};
use learner::{Activation, Agent, Turn};
use tch::Device;

/// Stable-Baselines3's defaults, but for the steps and the batch.
fn settings(autograd: bool) -> PpoSettings {
    PpoSettings {
        activation: Activation::Tanh,
        learning_rate: 3e-4,
        turns: 128,
        minibatch: 256,
        epochs: 4,
        clip_values: false,
        // Half the squared error counts as half of theirs.
        value_coefficient: 1.0,
        entropy_coefficient: 0.0,
        autograd,
        ..PpoSettings::default()
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures")]
fn seconds(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Steps of a second over some rollouts, the best of five rounds.
fn rate(autograd: bool, updates: u64) -> f64 {
    let mut gang = Gang::new((0..8).map(|_| cart_pole()).collect(), 1);
    let agent = Ppo::new(gang.shape().clone(), settings(autograd), 1, Device::Cpu);
    let mut agent = agent.expect("the settings are sound");
    let mut round = || {
        for _ in 0..updates * 128 {
            gang.step(&mut agent).expect("CartPole can be learned");
        }
    };
    round();
    let best = (0..5).map(|_| seconds(&mut round)).fold(f64::INFINITY, f64::min);
    (updates * 128 * 8) as f64 / best
}

/// Seconds of acting on this many rows.
fn acting(rows: usize) -> f64 {
    let gang = Gang::new(vec![cart_pole()], 1);
    let agent = Ppo::new(gang.shape().clone(), settings(false), 1, Device::Cpu);
    let mut agent = agent.expect("the settings are sound");
    let ids = (0..rows as u64).map(|row| learner::RowId { world: 0, row }).collect();
    let mut turn = Turn { ids, inputs: vec![0.1; 4 * rows], allowed: vec![true; 2 * rows] };
    let mut choices = Vec::new();
    let count = 20_000;
    let all = seconds(|| {
        for step in 0..count {
            turn.inputs[0] = step as f32 * 1e-6;
            agent.act(&turn, &mut choices);
        }
    });
    all / f64::from(count)
}

fn greedy() -> f64 {
    let gang = Gang::new(vec![cart_pole()], 1);
    let agent = Ppo::new(gang.shape().clone(), settings(false), 1, Device::Cpu);
    let agent = agent.expect("the settings are sound");
    let mut choices = Vec::new();
    let count = 20_000;
    let all = seconds(|| {
        for step in 0..count {
            agent.greedy(&[step as f32 * 1e-6, 0.1, 0.1, 0.1], &[true; 2], &mut choices);
        }
    });
    all / f64::from(count)
}

fn main() {
    tch::set_num_threads(1);
    // `cargo test --benches` runs this too, and only wants to see it run.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let updates = if is_bench { 40 } else { 1 };
    let (hand, graph) = (rate(false, updates), rate(true, updates));
    println!("ppo, 8 worlds, 128 turns, batch 256, 4 epochs, 64-64 tanh, one thread:");
    println!("by hand   {hand:>9.0} steps/s, {:.2} µs a step", 1e6 / hand);
    println!("autograd  {graph:>9.0} steps/s, {:.2} µs a step", 1e6 / graph);
    println!("by hand / autograd: {:.2}", hand / graph);
    for rows in [1, 8, 64] {
        let seconds = acting(rows);
        println!(
            "acting on {rows:>2} rows: {:.2} µs, {:.3} a row",
            seconds * 1e6,
            seconds * 1e6 / rows as f64
        );
    }
    println!("the best choice of one row: {:.2} µs", greedy() * 1e6);
}
