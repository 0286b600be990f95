//! Trains policy gradients on a classic problem with published results, seed by seed, and prints the returns
//! beside them: `cargo run --release -p learner --example classic_ppo -- --agent ppo --world cartpole`.
#![expect(clippy::print_stdout, reason = "an example reports to the terminal")]

use clap::{Parser, ValueEnum};
use learner::classic::{Classic, Drive, Probe, Problem, acrobot, cart_pole, greedy_returns};
use learner::ppo::{Ppo, PpoSettings};
use learner::reinforce::{Reinforce, ReinforceSettings};
use learner::{Activation, Agent, LearnError, Shape};
use tch::Device;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Algorithm {
    Ppo,
    Reinforce,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Place {
    Cartpole,
    Acrobot,
    Probe,
}

/// What to train where.
#[derive(Debug, Parser)]
struct Options {
    /// The algorithm.
    #[arg(long, default_value = "ppo")]
    agent: Algorithm,
    /// The world.
    #[arg(long, default_value = "cartpole")]
    world: Place,
    /// How many seeds, from 1 on.
    #[arg(long, default_value_t = 5)]
    seeds: u64,
    /// Transitions of each.
    #[arg(long, default_value_t = 500_000)]
    steps: u64,
}

/// CleanRL's hyperparameters of `ppo.py`.
fn agent(options: &Options, shape: Shape, seed: u64) -> Result<Box<dyn Agent>, LearnError> {
    Ok(match options.agent {
        Algorithm::Ppo => {
            let settings = PpoSettings {
                activation: Activation::Tanh,
                anneal_transitions: Some(options.steps),
                fold_truncation: true,
                ..PpoSettings::default()
            };
            Box::new(Ppo::new(shape, settings, seed, Device::Cpu)?)
        }
        Algorithm::Reinforce => {
            Box::new(Reinforce::new(shape, ReinforceSettings::default(), seed, Device::Cpu)?)
        }
    })
}

/// Mean of the last hundred episodes of training, and of twenty greedy ones.
fn train<P: Problem>(
    options: &Options,
    world: fn() -> Classic<P>,
    seed: u64,
) -> Result<(f64, f64), LearnError> {
    const WORLDS: usize = 4;
    let mut drive = Drive::new((0..WORLDS).map(|_| world()).collect(), seed);
    let mut agent = agent(options, drive.shape().clone(), seed)?;
    for _ in 0..options.steps / WORLDS as u64 {
        drive.step(agent.as_mut())?;
    }
    let mean = |returns: &[f64]| returns.iter().sum::<f64>() / returns.len() as f64;
    let all = drive.returns;
    let greedy = greedy_returns(&mut world(), agent.as_ref(), 1 << 50..(1 << 50) + 20);
    Ok((mean(&all[all.len().saturating_sub(100)..]), mean(&greedy)))
}

/// Mean of the middle half, whose ends count in part.
fn interquartile_mean(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (start, end) = (values.len() as f64 / 4.0, values.len() as f64 * 3.0 / 4.0);
    let part = |place: usize| ((place + 1) as f64).min(end) - (place as f64).max(start);
    let weighted = values.iter().enumerate().map(|(place, value)| part(place).max(0.0) * value);
    weighted.sum::<f64>() / (end - start)
}

fn report<P: Problem>(
    options: &Options,
    world: fn() -> Classic<P>,
    published: &str,
) -> Result<(), LearnError> {
    let mut pairs = Vec::new();
    for seed in 1..=options.seeds {
        let (last, greedy) = train(options, world, seed)?;
        println!(
            "seed {seed}: {last:8.2} over the last 100 episodes, {greedy:8.2} over 20 greedy ones"
        );
        pairs.push((last, greedy));
    }
    let (last, greedy) = pairs.into_iter().unzip();
    let (last, greedy) = (interquartile_mean(last), interquartile_mean(greedy));
    println!("IQM:    {last:8.2}                            {greedy:8.2}    {published}");
    Ok(())
}

fn main() -> Result<(), LearnError> {
    tch::set_num_threads(1);
    let options = Options::parse();
    match options.world {
        Place::Cartpole => report(&options, cart_pole, "CleanRL's PPO: 490.0 ± 6"),
        Place::Acrobot => report(&options, acrobot, "CleanRL's PPO: -86.4 ± 1.3"),
        Place::Probe => report(&options, || Probe::Both.world(), "the best is 1"),
    }
}
