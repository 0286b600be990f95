//! Drive: an agent in several worlds, stepped together, without a trainer's comforts.

use crate::{Agent, Chance, LearnError, Lessons, Purpose, Turn, World};

/// An agent's worlds and where they are.
#[derive(Debug, Clone)]
pub struct Drive<W> {
    worlds: Vec<W>,
    seeds: Chance,
    turn: Turn,
    lessons: Lessons,
    choices: Vec<u16>,
    /// Return of each world's episode so far.
    running: Vec<f64>,
    /// Returns of the episodes that are over.
    pub returns: Vec<f64>,
}

impl<W: World> Drive<W> {
    /// Worlds at the start of their first episodes.
    pub fn new(mut worlds: Vec<W>, seed: u64) -> Self {
        let mut seeds = Chance::new(seed, Purpose::Episodes);
        for world in &mut worlds {
            begin(world, &mut seeds);
        }
        Self {
            running: vec![0.0; worlds.len()],
            returns: Vec::new(),
            turn: Turn::default(),
            lessons: Lessons::default(),
            choices: Vec::new(),
            worlds,
            seeds,
        }
    }

    /// What the rows of its worlds are like.
    pub fn shape(&self) -> &crate::Shape {
        self.worlds[0].shape()
    }

    /// One turn of all worlds, in which the agent acts and learns.
    pub fn step(&mut self, agent: &mut dyn Agent) -> Result<(), LearnError> {
        self.turn.ids.clear();
        self.turn.inputs.clear();
        self.turn.allowed.clear();
        for (number, world) in self.worlds.iter().enumerate() {
            let turn = world.turn();
            let id = |id: &crate::RowId| crate::RowId { world: number as u32, row: id.row };
            self.turn.ids.extend(turn.ids.iter().map(id));
            self.turn.inputs.extend_from_slice(&turn.inputs);
            self.turn.allowed.extend_from_slice(&turn.allowed);
        }
        agent.act(&self.turn, &mut self.choices);
        self.lessons.clear();
        let (heads, scores) = (agent.shape().heads.len(), agent.shape().scores.len());
        let mut first = 0;
        for (number, world) in self.worlds.iter_mut().enumerate() {
            let rows = world.turn().rows();
            let choices = &self.choices[first * heads..(first + rows) * heads];
            let goes_on = world.step(choices).expect("worlds of tests do not fail");
            let lessons = world.lessons();
            self.lessons.rows.extend(lessons.rows.iter().map(|row| first + row));
            self.lessons.choices.extend_from_slice(&lessons.choices);
            self.lessons.scores.extend_from_slice(&lessons.scores);
            self.lessons.after.extend_from_slice(&lessons.after);
            self.lessons.allowed_after.extend_from_slice(&lessons.allowed_after);
            self.lessons.endings.extend_from_slice(&lessons.endings);
            self.running[number] += lessons.scores.iter().step_by(scores).sum::<f64>();
            first += rows;
            if !goes_on {
                self.returns.push(std::mem::take(&mut self.running[number]));
                begin(world, &mut self.seeds);
            }
        }
        agent.learn(&self.turn, &self.lessons)
    }
}

fn begin(world: &mut impl World, seeds: &mut Chance) {
    world.reset(seeds.bits()).expect("worlds of tests do not fail");
}

/// Returns of whole episodes with the best choices.
///
/// # Panics
/// Never: classic worlds do not fail.
pub fn greedy_returns(
    world: &mut impl World,
    agent: &dyn Agent,
    seeds: std::ops::Range<u64>,
) -> Vec<f64> {
    let mut choices = Vec::new();
    let episode = |seed| {
        world.reset(seed).expect("classic worlds do not fail");
        let mut sum = 0.0;
        loop {
            agent.greedy(&world.turn().inputs, &world.turn().allowed, &mut choices);
            let goes_on = world.step(&choices).expect("classic worlds do not fail");
            sum += world.lessons().scores.iter().step_by(agent.shape().scores.len()).sum::<f64>();
            if !goes_on {
                return sum;
            }
        }
    };
    seeds.map(episode).collect()
}
