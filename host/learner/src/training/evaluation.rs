//! Evaluation: the deterministic policy in a world of its own.

use worlds::{World, WorldError};

use crate::Agent;

/// What an episode gave under the deterministic policy.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeMeasures {
    /// Its seed.
    pub seed: u64,
    /// Mean reward of a lesson; NaN if there was none.
    pub reward: f64,
    /// Sum of rewards over all rows and turns.
    pub total: f64,
    /// Rows that were decided.
    pub steps: u64,
    /// What the world counted, by name.
    pub measures: Vec<(&'static str, f64)>,
}

/// Runs the deterministic policy through an episode of each seed.
pub fn evaluate(
    agent: &dyn Agent,
    world: &mut dyn World,
    seeds: &[u64],
) -> Result<Vec<EpisodeMeasures>, WorldError> {
    let mut choices = Vec::new();
    let scores = world.shape().scores.len();
    let mut episodes = Vec::with_capacity(seeds.len());
    for &seed in seeds {
        world.reset(seed)?;
        let (mut total, mut lessons, mut steps) = (0.0, 0, 0);
        loop {
            let turn = world.turn();
            agent.greedy(&turn.inputs, &turn.allowed, &mut choices);
            steps += turn.rows() as u64;
            let goes_on = world.step(&choices)?;
            let told = world.lessons();
            total += told.scores.iter().step_by(scores).sum::<f64>();
            lessons += told.len();
            if !goes_on {
                break;
            }
        }
        let (reward, measures) = (total / lessons as f64, world.measures());
        episodes.push(EpisodeMeasures { seed, reward, total, steps, measures });
    }
    Ok(episodes)
}
