//! Proof on classic control: trains an agent at CleanRL's settings over several seeds, prints the returns of
//! 20 greedy episodes of each and their interquartile mean beside CleanRL's.
//!
//!     cargo run -p learner --example classic -- --agent dqn --world cartpole --seeds 5 --steps 500000
#![expect(clippy::print_stdout, reason = "a proof reports to the terminal")]

use std::collections::BTreeMap;
use std::process::ExitCode;

use learner::classic::{Drive, cart_pole, greedy_returns};
use learner::dqn::{Exploration, Loss, Target};
use learner::{Dqn, DqnSettings, World};
use tch::Device;

const USAGE: &str = "--agent dqn --world cartpole [--seeds 5] [--first-seed 1] [--steps 500000]";
const EPISODES: u64 = 20;
/// CleanRL's `dqn.py` on CartPole-v1 after 500,000 steps.
const CLEANRL: &str = "488.7 ± 16";

/// What CleanRL's `dqn.py` is run with.
fn cleanrl(steps: u64) -> DqnSettings {
    DqnSettings {
        hidden: vec![120, 84],
        learning_rate: 2.5e-4,
        loss: Loss::Mse,
        target: Target::Hard { every: 500 },
        exploration: Exploration::Linear { start: 1.0, end: 0.05, turns: steps / 2 },
        buffer: 10_000,
        learning_starts: 10_000.min(steps / 5),
        train_every: 10,
        ..DqnSettings::default()
    }
}

fn train(seed: u64, steps: u64) -> Result<Vec<f64>, learner::LearnError> {
    let settings = cleanrl(steps);
    let shape = cart_pole().shape().clone();
    let memory = Box::new(settings.memory(&shape)?);
    let mut agent = Dqn::new(settings, shape, seed, Device::Cpu, memory)?;
    let mut drive = Drive::new(vec![cart_pole()], seed);
    for _ in 0..steps {
        drive.step(&mut agent)?;
    }
    Ok(greedy_returns(&mut cart_pole(), &agent, 1 << 50..(1 << 50) + EPISODES))
}

/// The mean of the middle half.
fn interquartile_mean(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let cut = values.len() / 4;
    let middle = &values[cut..values.len() - cut];
    middle.iter().sum::<f64>() / middle.len() as f64
}

fn main() -> ExitCode {
    tch::set_num_threads(1);
    let words: Vec<String> = std::env::args().skip(1).collect();
    let flags: BTreeMap<_, _> = words
        .chunks(2)
        .filter_map(|pair| Some((pair.first()?.as_str(), pair.get(1)?.as_str())))
        .collect();
    let number =
        |flag: &str, default: u64| flags.get(flag).map_or(Ok(default), |text| text.parse());
    let known = ["--agent", "--world", "--seeds", "--first-seed", "--steps"];
    let named = flags.get("--agent") == Some(&"dqn") && flags.get("--world") == Some(&"cartpole");
    let (Ok(seeds), Ok(first), Ok(steps), true, true) = (
        number("--seeds", 5),
        number("--first-seed", 1),
        number("--steps", 500_000),
        named,
        flags.keys().all(|flag| known.contains(flag)),
    ) else {
        println!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let mut all = Vec::new();
    for seed in first..first + seeds {
        match train(seed, steps) {
            Ok(returns) => {
                let mean = returns.iter().sum::<f64>() / returns.len() as f64;
                println!("seed {seed}: mean {mean:.1}, returns {returns:?}");
                all.push(mean);
            }
            Err(error) => {
                println!("seed {seed}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    let mean = interquartile_mean(all);
    println!("dqn on cartpole, {steps} steps, {seeds} seeds: IQM {mean:.1}; CleanRL {CLEANRL}");
    ExitCode::SUCCESS
}
