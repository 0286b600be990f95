//! Trains on a classic problem with published results, seed by seed, at CleanRL's settings, and prints the
//! returns beside them: `cargo run -p learner --example classic -- --agent dqn --world cartpole`.
#![expect(clippy::print_stdout, reason = "an example reports to the terminal")]

use clap::{Parser, ValueEnum};
use learner::classic::{Classic, Drive, Problem, acrobot, cart_pole, greedy_returns};
use learner::dqn::{Exploration, Loss, Target};
use learner::ppo::{Ppo, PpoSettings};
use learner::reinforce::{Reinforce, ReinforceSettings};
use learner::{Activation, Agent, Dqn, DqnSettings, LearnError, Shape};
use tch::Device;

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Algorithm {
    Dqn,
    Ppo,
    Reinforce,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Place {
    Cartpole,
    Acrobot,
}

/// What to train where.
#[derive(Debug, Parser)]
struct Options {
    /// The algorithm.
    #[arg(long, value_enum)]
    agent: Algorithm,
    /// The world.
    #[arg(long, value_enum)]
    world: Place,
    /// How many seeds.
    #[arg(long, default_value_t = 5)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// Transitions of each.
    #[arg(long, default_value_t = 500_000)]
    steps: u64,
}

/// Seeds of greedy episodes, which no training draws.
const GREEDY: std::ops::Range<u64> = 1 << 50..(1 << 50) + 20;

impl Options {
    /// Mean return of CleanRL's `dqn.py` and `ppo.py` after 500,000 steps, with how far it may be off.
    fn published(&self) -> Option<(f64, f64)> {
        match (self.agent, self.world) {
            (Algorithm::Dqn, Place::Cartpole) => Some((488.7, 16.0)),
            (Algorithm::Dqn, Place::Acrobot) => Some((-91.5, 7.0)),
            (Algorithm::Ppo, Place::Cartpole) => Some((490.0, 6.0)),
            (Algorithm::Ppo, Place::Acrobot) => Some((-86.4, 1.3)),
            (Algorithm::Reinforce, _) => None,
        }
    }

    /// CleanRL trains its DQN in one world and its PPO in four.
    fn worlds(&self) -> usize {
        if self.agent == Algorithm::Dqn { 1 } else { 4 }
    }

    /// The agent at CleanRL's settings.
    fn agent(&self, shape: Shape, seed: u64) -> Result<Box<dyn Agent>, LearnError> {
        Ok(match self.agent {
            Algorithm::Dqn => {
                let settings = DqnSettings {
                    hidden: vec![120, 84],
                    learning_rate: 2.5e-4,
                    loss: Loss::Mse,
                    target: Target::Hard { every: 500 },
                    exploration: Exploration::Linear {
                        start: 1.0,
                        end: 0.05,
                        turns: self.steps / 2,
                    },
                    buffer: 10_000,
                    learning_starts: 10_000.min(self.steps / 5),
                    train_every: 10,
                    ..DqnSettings::default()
                };
                let memory = Box::new(settings.memory(&shape)?);
                Box::new(Dqn::new(settings, shape, seed, Device::Cpu, memory)?)
            }
            Algorithm::Ppo => {
                let settings = PpoSettings {
                    activation: Activation::Tanh,
                    anneal_transitions: Some(self.steps),
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

    /// Mean return of the last hundred episodes of training, and of twenty greedy ones.
    fn train<P: Problem>(
        &self,
        world: fn() -> Classic<P>,
        seed: u64,
    ) -> Result<(f64, f64), LearnError> {
        let worlds = self.worlds();
        let mut drive = Drive::new((0..worlds).map(|_| world()).collect(), seed);
        let mut agent = self.agent(drive.shape().clone(), seed)?;
        for _ in 0..self.steps / worlds as u64 {
            drive.step(agent.as_mut())?;
        }
        let mean = |returns: &[f64]| returns.iter().sum::<f64>() / returns.len() as f64;
        let all = drive.returns;
        let greedy = greedy_returns(&mut world(), agent.as_ref(), GREEDY);
        Ok((mean(&all[all.len().saturating_sub(100)..]), mean(&greedy)))
    }

    fn report<P: Problem>(&self, world: fn() -> Classic<P>) -> Result<(), LearnError> {
        let mut pairs = Vec::new();
        for seed in (self.first_seed..).take(self.seeds as usize) {
            let (last, greedy) = self.train(world, seed)?;
            println!(
                "seed {seed}: {last:8.2} in the last 100 episodes, {greedy:8.2} in 20 greedy ones"
            );
            pairs.push((last, greedy));
        }
        let (last, greedy) = pairs.into_iter().unzip();
        let (last, greedy) = (interquartile_mean(last), interquartile_mean(greedy));
        println!(
            "interquartile mean: {last:.2} in the last 100 episodes, {greedy:.2} in greedy ones"
        );
        if let Some((mean, margin)) = self.published() {
            println!("CleanRL after 500,000 steps: {mean} ± {margin}");
        }
        Ok(())
    }
}

/// Mean of the middle half, whose ends count in part.
fn interquartile_mean(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (start, end) = (values.len() as f64 / 4.0, values.len() as f64 * 3.0 / 4.0);
    let part = |place: usize| ((place + 1) as f64).min(end) - (place as f64).max(start);
    let weighted = values.iter().enumerate().map(|(place, value)| part(place).max(0.0) * value);
    weighted.sum::<f64>() / (end - start)
}

fn main() -> Result<(), LearnError> {
    tch::set_num_threads(1);
    let options = Options::parse();
    match options.world {
        Place::Cartpole => options.report(cart_pole),
        Place::Acrobot => options.report(acrobot),
    }
}
