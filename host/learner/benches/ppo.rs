//! Proximal policy optimisation: steps of a second on CartPole with eight worlds, everything included, by
//! hand and through libtorch's autograd in the same run. The ratio travels between machines better than the
//! rates do.
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]

use std::time::Duration;

use learner::classic::{CartPole, Classic, Drive, cart_pole};
use learner::ppo::{Ppo, PpoSettings};
use learner::{Activation, Agent, Turn};
use nix::time::{ClockId, clock_gettime};
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

/// Processor time of this thread, which what else runs on the machine does not add to.
fn now() -> f64 {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("Linux has this clock");
    Duration::from(time).as_secs_f64()
}

fn seconds(mut work: impl FnMut()) -> f64 {
    let start = now();
    work();
    now() - start
}

/// The fastest of several stretches: caches that others use only ever add to it.
fn fastest(stretches: usize, mut work: impl FnMut()) -> f64 {
    work();
    (0..stretches).map(|_| seconds(&mut work)).fold(f64::INFINITY, f64::min)
}

fn agent(autograd: bool) -> (Drive<Classic<CartPole>>, Ppo) {
    let drive = Drive::new((0..8).map(|_| cart_pole()).collect(), 1);
    let agent = Ppo::new(drive.shape().clone(), settings(autograd), 1, Device::Cpu);
    (drive, agent.expect("the settings are sound"))
}

/// Steps of a second, each stretch a rollout with its update.
fn rate(autograd: bool, stretches: usize) -> f64 {
    let (mut drive, mut agent) = agent(autograd);
    let rollout = || {
        for _ in 0..128 {
            drive.step(&mut agent).expect("CartPole can be learned");
        }
    };
    f64::from(8 * 128) / fastest(stretches, rollout)
}

/// Seconds of acting on this many rows.
fn acting(rows: usize, stretches: usize) -> f64 {
    let (_, mut agent) = agent(false);
    let ids = (0..rows as u64).map(|row| learner::RowId { world: 0, row }).collect();
    let mut turn = Turn { ids, inputs: vec![0.1; 4 * rows], allowed: vec![true; 2 * rows] };
    let mut choices = Vec::new();
    let mut stretch = || {
        for _ in 0..50 {
            // Other inputs each time, or it would know its answer.
            turn.inputs[0] += 1e-6;
            agent.act(&turn, &mut choices);
        }
    };
    fastest(stretches, &mut stretch) / 50.0
}

/// Seconds of the best choice of one row.
fn best_choice(stretches: usize) -> f64 {
    let (_, agent) = agent(false);
    let mut choices = Vec::new();
    let stretch = || {
        for _ in 0..50 {
            agent.greedy(&[0.1; 4], &[true; 2], &mut choices);
        }
    };
    fastest(stretches, stretch) / 50.0
}

fn main() {
    tch::set_num_threads(1);
    // `cargo test --benches` runs this too, and only wants to see it run.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let stretches = if is_bench { 400 } else { 1 };
    let (hand, graph) = (rate(false, stretches), rate(true, stretches / 4 + 1));
    println!("ppo, 8 worlds, 128 turns, batch 256, 4 epochs, 64-64 tanh, one thread:");
    println!("by hand   {hand:>9.0} steps/s, {:.2} µs a step", 1e6 / hand);
    println!("autograd  {graph:>9.0} steps/s, {:.2} µs a step", 1e6 / graph);
    println!("by hand / autograd: {:.2}", hand / graph);
    for rows in [1, 8, 64] {
        let micros = acting(rows, stretches) * 1e6;
        println!("acting on {rows:>2} rows: {micros:.2} µs, {:.3} a row", micros / rows as f64);
    }
    println!("the best choice of one row: {:.2} µs", best_choice(stretches) * 1e6);
}
