//! Gang: several worlds stepped together, their turns put into one, ended episodes begun again.

use super::Classic;
use super::Problem;
use crate::{Agent, LearnError, Lessons, Shape, Turn, World};

/// Worlds of one problem, stepped together.
pub struct Gang<P> {
    worlds: Vec<Classic<P>>,
    shape: Shape,
    /// Episodes begun so far, from which their seeds follow.
    begun: u64,
    seed: u64,
    turn: Turn,
    lessons: Lessons,
    choices: Vec<u16>,
    /// Return of the episode under way in each world, and of all that have ended.
    running: Vec<f64>,
    returns: Vec<f64>,
}

impl<P: Problem> Gang<P> {
    /// Worlds at the beginning of their first episodes.
    ///
    /// # Panics
    /// If there is none.
    pub fn new(mut worlds: Vec<Classic<P>>, seed: u64) -> Self {
        for (place, world) in worlds.iter_mut().enumerate() {
            let reset = world.reset(episode_seed(seed, place as u64));
            reset.expect("a classic world can always be reset");
        }
        let count = worlds.len();
        let mut gang = Self {
            shape: worlds[0].shape().clone(),
            worlds,
            begun: count as u64,
            seed,
            turn: Turn::default(),
            lessons: Lessons::default(),
            choices: Vec::new(),
            running: vec![0.0; count],
            returns: Vec::new(),
        };
        gang.look();
        gang
    }

    /// What its rows are like.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Returns of the episodes that have ended.
    pub fn returns(&self) -> &[f64] {
        &self.returns
    }

    fn look(&mut self) {
        self.turn.ids.clear();
        self.turn.inputs.clear();
        self.turn.allowed.clear();
        for (place, world) in self.worlds.iter().enumerate() {
            let turn = world.turn();
            self.turn
                .ids
                .extend(turn.ids.iter().map(|id| crate::RowId { world: place as u32, ..*id }));
            self.turn.inputs.extend_from_slice(&turn.inputs);
            self.turn.allowed.extend_from_slice(&turn.allowed);
        }
    }

    /// One turn of all worlds, in which the agent acts and learns.
    ///
    /// # Errors
    /// When the agent cannot learn.
    ///
    /// # Panics
    /// Never: classic worlds do not fail.
    pub fn step(&mut self, agent: &mut dyn Agent) -> Result<(), LearnError> {
        agent.act(&self.turn, &mut self.choices);
        self.lessons.clear();
        for (place, world) in self.worlds.iter_mut().enumerate() {
            let goes_on = world.step(&self.choices[place..=place]);
            let goes_on = goes_on.expect("a classic world does not fail");
            let lessons = world.lessons();
            self.lessons.rows.push(place);
            self.lessons.choices.extend_from_slice(&lessons.choices);
            self.lessons.scores.extend_from_slice(&lessons.scores);
            self.lessons.after.extend_from_slice(&lessons.after);
            self.lessons.allowed_after.extend_from_slice(&lessons.allowed_after);
            self.lessons.endings.extend_from_slice(&lessons.endings);
            self.running[place] += lessons.scores[0];
            if !goes_on {
                self.returns.push(std::mem::take(&mut self.running[place]));
                let reset = world.reset(episode_seed(self.seed, self.begun));
                reset.expect("a classic world can always be reset");
                self.begun += 1;
            }
        }
        agent.learn(&self.turn, &self.lessons)?;
        self.look();
        Ok(())
    }
}

fn episode_seed(seed: u64, episode: u64) -> u64 {
    (seed << 32) + episode
}

/// Returns of whole episodes with the best choices.
///
/// # Panics
/// Never: classic worlds do not fail.
pub fn greedy_returns<P: Problem>(
    world: &mut Classic<P>,
    agent: &dyn Agent,
    seeds: std::ops::Range<u64>,
) -> Vec<f64> {
    let mut choices = Vec::new();
    let episode = |seed| {
        world.reset(seed).expect("a classic world can always be reset");
        let mut sum = 0.0;
        loop {
            agent.greedy(&world.turn().inputs, &world.turn().allowed, &mut choices);
            let goes_on = world.step(&choices).expect("a classic world does not fail");
            sum += world.lessons().scores[0];
            if !goes_on {
                return sum;
            }
        }
    };
    seeds.map(episode).collect()
}
