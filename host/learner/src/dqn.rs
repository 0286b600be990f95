//! DQN: deep Q-learning (Mnih et al. 2015) as SCARLET has it, with the usual variations as switches.
//!
//! A network gives the value Q(s, a; θ) of each option of each head. An update samples transitions
//! (s, a, r, s′), sets a target for the value of what was applied from the values of what may be chosen
//! next, and takes one step of Adam down the loss of the difference:
//!
//! - one step: y = r + γ max_a′ Q(s′, a′; θ⁻) (Mnih et al. 2015, algorithm 1), without the second term
//!   where s′ is a true ending; a′ runs over what is allowed in s′;
//! - n steps: y = Σ_{i<k} γⁱ r_i + γᵏ max_a′ Q(s_k, a′; θ⁻) (Sutton 1988; Hessel et al. 2018, §Multi-step);
//! - double: y = r + γ Q(s′, argmax_a′ Q(s′, a′; θ); θ⁻) (van Hasselt, Guez and Silver 2016, equation 4).
//!
//! With several heads each is a learner with the same reward whose target bootstraps from its own best
//! option, and the loss is the mean over heads (Tavakoli, Pardo and Kormushev 2018: of their targets the
//! first, one for each branch). A joint agent has one head.

mod duelling;
mod exploration;
mod settings;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::ops::Range;

pub use exploration::Exploration;
use serde::{Deserialize, Serialize};
pub use settings::{DqnSettings, Gradients, Loss, Prioritised, Target};
use tch::Device;

use self::duelling::Duelling;
use crate::gradient::{clip, norm};
use crate::memory::{Memory, MemoryState, Row};
use crate::passes::Passes;
use crate::{
    Activation, Adam, AdamState, Agent, AgentState, Batch, Chance, Initialisation, LearnError,
    Lessons, Mlp, MlpShape, Normaliser, Purpose, Shape, Turn, mask,
};

/// A deep Q-learner.
pub struct Dqn {
    settings: DqnSettings,
    shape: Shape,
    /// Options of each head among all options.
    heads: Vec<Range<usize>>,
    /// θ.
    network: Mlp,
    /// θ⁻.
    target_network: Mlp,
    duelling: Option<Duelling>,
    optimiser: Adam,
    normaliser: Option<Normaliser>,
    memory: Box<dyn Memory>,
    exploration: Chance,
    sampling: Chance,
    turns: u64,
    updates: u64,
    tally: Tally,
    batch: Batch,
    room: RefCell<Room>,
}

/// Numbers that are written anew each time, kept so that nothing is allocated.
struct Room {
    passes: Passes,
    inputs: Vec<f32>,
    /// `[rows, options]`: Q(s, ·; θ).
    values: Vec<f32>,
    /// `[batch, options]`: Q(s′, ·; θ⁻).
    later: Vec<f32>,
    /// `[batch, options]`: Q(s′, ·; θ), of double learning.
    chooser: Vec<f32>,
    /// `[batch, options]`: ∂loss/∂Q(s, ·; θ).
    blame: Vec<f32>,
    /// `[batch, outputs]`: the same by the outputs of a duelling network.
    output_blame: Vec<f32>,
    /// `[batch]`: |δ|, the mean over heads.
    errors: Vec<f32>,
}

/// A deep Q-learner at rest. Its memory is kept elsewhere; `position` says what that held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DqnState {
    /// Weights of the network, as [`Mlp::weights`] gives them.
    pub network: Vec<f32>,
    /// Weights of the target network.
    pub target_network: Vec<f32>,
    /// The optimiser.
    pub optimiser: AdamState,
    /// The normaliser, if inputs are normalised.
    pub normaliser: Option<Normaliser>,
    /// What draws what is tried.
    pub exploration: Chance,
    /// What draws batches.
    pub sampling: Chance,
    /// Turns so far, by which ε falls.
    pub turns: u64,
    /// Updates so far.
    pub updates: u64,
    /// Figures since they were last asked for.
    pub tally: Tally,
}

/// Sums over updates since they were last asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    updates: u64,
    loss: f64,
    value: f64,
    error: f64,
    gradient_norm: f64,
}

/// What an update came to before the step was taken.
struct Outcome {
    loss: f64,
    /// Mean Q(s, a; θ) of what was applied.
    value: f64,
}

impl Room {
    fn new(passes: Passes) -> Self {
        let empty = Vec::new;
        Self {
            passes,
            inputs: empty(),
            values: empty(),
            later: empty(),
            chooser: empty(),
            blame: empty(),
            output_blame: empty(),
            errors: empty(),
        }
    }
}

impl Dqn {
    /// A learner whose weights are drawn from the seed. The memory sums up the settings' `n_step` at their
    /// `gamma`, as [`DqnSettings::ring`] does; it may hold experience already.
    pub fn new(
        settings: DqnSettings,
        shape: Shape,
        seed: u64,
        device: Device,
        memory: Box<dyn Memory>,
    ) -> Result<Self, LearnError> {
        settings.check()?;
        if settings.prioritised.is_some() != memory.is_prioritised() {
            return Err(LearnError::Setting {
                field: "prioritised",
                found: format!("{:?}", settings.prioritised),
                wanted: "what the memory does: set for one that samples by priority, else left out",
            });
        }
        let ends = shape.heads.iter().scan(0, |end, count| {
            *end += count;
            Some(*end - count..*end)
        });
        let heads: Vec<_> = ends.collect();
        let values = if settings.duelling { heads.len() } else { 0 };
        let network_shape = MlpShape {
            inputs: shape.inputs,
            hidden: settings.hidden.clone(),
            outputs: shape.options() + values,
            activation: Activation::Relu,
        };
        let mut chance = Chance::new(seed, Purpose::Initialisation);
        let is_by_hand = device == Device::Cpu && settings.gradients == Gradients::Auto;
        let room = Room::new(Passes::new(&network_shape, is_by_hand));
        let network = Mlp::new(network_shape, Initialisation::Uniform, &mut chance, device);
        let optimiser =
            Adam::new(network.parameters(), settings.learning_rate, settings.adam_epsilon);
        Ok(Self {
            target_network: network.copy(),
            duelling: settings.duelling.then(|| Duelling::new(&shape.heads)),
            optimiser,
            normaliser: settings.normalise.map(|clip| Normaliser::new(shape.inputs, clip)),
            memory,
            exploration: Chance::new(seed, Purpose::Exploration),
            sampling: Chance::new(seed, Purpose::Sampling),
            turns: 0,
            updates: 0,
            tally: Tally::default(),
            batch: Batch::default(),
            room: RefCell::new(room),
            network,
            heads,
            shape,
            settings,
        })
    }

    /// A network whose outputs are the values of options, a duelling one's folded into one layer: what is
    /// exported. Its inputs are normalised ones where there is a [`Dqn::normaliser`].
    pub fn policy_network(&self) -> Mlp {
        match &self.duelling {
            Some(duelling) => duelling.fold(&self.network),
            None => self.network.copy(),
        }
    }

    /// What inputs are normalised with, if they are.
    pub fn normaliser(&self) -> Option<&Normaliser> {
        self.normaliser.as_ref()
    }

    /// Probability that the next turn's choices are tried at random.
    pub fn epsilon(&self) -> f64 {
        self.settings.exploration.at(self.turns)
    }

    /// Updates so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// How it is trained.
    pub fn settings(&self) -> &DqnSettings {
        &self.settings
    }

    /// What it samples from.
    pub fn memory(&self) -> &dyn Memory {
        &*self.memory
    }

    /// Samples and takes one step, as if that were due.
    pub fn update(&mut self) -> Result<(), LearnError> {
        let beta = self.settings.prioritised.map_or(1.0, |one| one.beta(self.updates));
        self.memory.sample(self.settings.batch, beta, &mut self.sampling, &mut self.batch)?;
        if let Some(normaliser) = &self.normaliser {
            normaliser.apply(&mut self.batch.before);
            normaliser.apply(&mut self.batch.after);
        }
        let outcome = self.compare();
        self.descend(&outcome)
    }

    /// Compares what the network says of what was applied with what came of it: fills the room's errors and
    /// blame, the loss by each value.
    fn compare(&mut self) -> Outcome {
        let (batch, room, settings) = (&self.batch, self.room.get_mut(), &self.settings);
        let Room { passes, later, chooser, values, blame, errors, .. } = room;
        let (rows, options, heads) = (batch.reward.len(), self.shape.options(), self.heads.len());
        let duelling = self.duelling.as_ref();
        let after = passes.outputs(&self.target_network, &batch.after, rows);
        option_values(duelling, after, rows, later);
        if settings.double {
            let after = passes.outputs(&self.network, &batch.after, rows);
            option_values(duelling, after, rows, chooser);
        }
        let before = passes.learn(&self.network, &batch.before, rows);
        option_values(duelling, before, rows, values);
        blame.clear();
        blame.resize(rows * options, 0.0);
        errors.clear();
        let (mut loss, mut value) = (0.0, 0.0);
        for row in 0..rows {
            let first = row * options;
            let mut error = 0.0;
            for (head, choice) in self.heads.iter().zip(&batch.choices[row * heads..]) {
                let places = first + head.start..first + head.end;
                // a′ = argmax Q(s′, ·; θ⁻) over what is allowed, or of θ where learning is double.
                let judge = &later[places.clone()];
                let chooser = if settings.double { &chooser[places.clone()] } else { judge };
                let next = mask::best(chooser, &batch.allowed_after[places.clone()]);
                // y = R + (1 − terminated) γᵏ Q(s_k, a′; θ⁻); the discount is 0 after a true ending.
                let td_target = batch.reward[row] + batch.discount[row] * judge[next];
                let place = places.start + *choice as usize;
                let delta = values[place] - td_target;
                let (cost, slope) = match settings.loss {
                    // Huber 1964, with its bend at 1.
                    Loss::Huber if delta.abs() > 1.0 => (delta.abs() - 0.5, delta.signum()),
                    Loss::Huber => (0.5 * delta * delta, delta),
                    Loss::Mse => (delta * delta, 2.0 * delta),
                };
                // L = Σ w cost / (batch · heads): weights of Schaul et al. 2016, algorithm 1; mean over
                // heads of Tavakoli et al. 2018.
                let weight = batch.weights[row];
                blame[place] = weight * slope / (rows * heads) as f32;
                loss += f64::from(weight * cost);
                value += f64::from(values[place]);
                error += delta.abs();
            }
            errors.push(error / heads as f32);
        }
        let share = 1.0 / (rows * heads) as f64;
        Outcome { loss: loss * share, value: value * share }
    }

    /// New priorities, θ ← Adam(θ, ∇) and θ⁻ ← τ θ + (1 − τ) θ⁻; nothing of it if a number is not finite.
    fn descend(&mut self, outcome: &Outcome) -> Result<(), LearnError> {
        let rows = self.batch.reward.len();
        let Room { passes, blame, output_blame, errors, .. } = self.room.get_mut();
        let blame = match &self.duelling {
            Some(duelling) => {
                duelling.blame(blame, rows, output_blame);
                output_blame
            }
            None => blame,
        };
        let gradients = passes.gradients(&self.network, &self.batch.before, rows, blame);
        let gradient_norm = norm(&*gradients);
        for (component, value) in [("value loss", outcome.loss), ("gradient", gradient_norm)] {
            if !value.is_finite() {
                return Err(LearnError::Diverged { component, update: self.updates, value });
            }
        }
        if self.settings.prioritised.is_some() {
            self.memory.update_priorities(&self.batch.ids, errors)?;
        }
        if let Some(largest) = self.settings.gradient_clip {
            clip(gradients, gradient_norm, largest);
        }
        self.optimiser.step(self.network.parameters_mut(), gradients);
        if let Target::Soft { tau } = self.settings.target {
            self.target_network.blend(&self.network, tau);
        }
        self.updates += 1;
        self.tally.updates += 1;
        self.tally.loss += outcome.loss;
        self.tally.value += outcome.value;
        self.tally.error +=
            errors.iter().map(|&error| f64::from(error)).sum::<f64>() / errors.len() as f64;
        self.tally.gradient_norm += gradient_norm;
        Ok(())
    }

    /// Fills the room's values for these inputs.
    fn evaluate(&self, inputs: &[f32], rows: usize, room: &mut Room) {
        room.inputs.clear();
        room.inputs.extend_from_slice(inputs);
        if let Some(normaliser) = &self.normaliser {
            normaliser.apply(&mut room.inputs);
        }
        let outputs = room.passes.outputs(&self.network, &room.inputs, rows);
        option_values(self.duelling.as_ref(), outputs, rows, &mut room.values);
    }

    /// argmax_a Q(s, a; θ) of each head over what is allowed.
    fn best(&self, values: &[f32], allowed: &[bool], choices: &mut Vec<u16>) {
        let best =
            |head: &Range<usize>| mask::best(&values[head.clone()], &allowed[head.clone()]) as u16;
        choices.extend(self.heads.iter().map(best));
    }

    /// Learns as [`Agent::learn`] does from what somebody else decided; `probabilities` `[lessons]` are
    /// those with which that one did what was applied, NaN where it is not known.
    pub fn learn_from(
        &mut self,
        turn: &Turn,
        lessons: &Lessons,
        probabilities: &[f32],
    ) -> Result<(), LearnError> {
        LearnError::check(&self.shape, turn, lessons)?;
        let (found, wanted) = (probabilities.len(), lessons.len());
        if found != wanted {
            let list = "the probabilities of lessons";
            return Err(LearnError::Length { list, found, wanted });
        }
        if let Some(normaliser) = &mut self.normaliser {
            for row in &lessons.rows {
                normaliser.update(&turn.inputs[row * self.shape.inputs..][..self.shape.inputs]);
            }
        }
        self.remember(turn, lessons, probabilities)?;
        let now = self.turns;
        self.turns += 1;
        if now < self.settings.learning_starts || self.memory.len() < self.settings.batch {
            return Ok(());
        }
        if now.is_multiple_of(self.settings.train_every) {
            for _ in 0..self.settings.gradient_steps {
                self.update()?;
            }
        }
        match self.settings.target {
            Target::Hard { every } if now.is_multiple_of(every) => {
                self.target_network.blend(&self.network, 1.0)
            }
            _ => {}
        }
        Ok(())
    }

    fn remember(
        &mut self,
        turn: &Turn,
        lessons: &Lessons,
        probabilities: &[f32],
    ) -> Result<(), LearnError> {
        let (inputs, heads, options) =
            (self.shape.inputs, self.shape.heads.len(), self.shape.options());
        let scores = self.shape.scores.len();
        // After a true ending nothing is chosen, whatever its mask says.
        let anything = vec![true; options];
        for (lesson, &row) in lessons.rows.iter().enumerate() {
            let ending = lessons.endings[lesson];
            let allowed_after = match ending {
                scaling::Ending::Terminated => &anything[..],
                _ => &lessons.allowed_after[lesson * options..][..options],
            };
            self.memory.append(&Row {
                id: turn.ids[row],
                turn: self.turns,
                before: &turn.inputs[row * inputs..][..inputs],
                choices: &lessons.choices[lesson * heads..][..heads],
                probability: probabilities[lesson],
                scores: &lessons.scores[lesson * scores..][..scores],
                after: &lessons.after[lesson * inputs..][..inputs],
                allowed_after,
                ending,
            })?;
        }
        Ok(())
    }
}

/// Values of options `[rows, options]` of a network's outputs.
fn option_values(duelling: Option<&Duelling>, outputs: &[f32], rows: usize, values: &mut Vec<f32>) {
    match duelling {
        Some(duelling) => duelling.values(outputs, rows, values),
        None => {
            values.clear();
            values.extend_from_slice(outputs);
        }
    }
}

impl Agent for Dqn {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn act(&mut self, turn: &Turn, choices: &mut Vec<u16>) {
        choices.clear();
        let epsilon = self.epsilon();
        let options = self.shape.options();
        let mut is_evaluated = false;
        for row in 0..turn.rows() {
            let allowed = &turn.allowed[row * options..][..options];
            // ε-greedy (Sutton and Barto 2018, §2.2): a random one of all joint choices with probability ε.
            if self.exploration.uniform() < epsilon {
                let chance = &mut self.exploration;
                let drawn =
                    self.heads.iter().map(|head| mask::draw(&allowed[head.clone()], chance) as u16);
                choices.extend(drawn);
                continue;
            }
            if !is_evaluated {
                self.evaluate(&turn.inputs, turn.rows(), &mut self.room.borrow_mut());
                is_evaluated = true;
            }
            let room = self.room.borrow();
            self.best(&room.values[row * options..][..options], allowed, choices);
        }
    }

    fn learn(&mut self, turn: &Turn, lessons: &Lessons) -> Result<(), LearnError> {
        // It does not count how likely its own choices were.
        self.learn_from(turn, lessons, &vec![f32::NAN; lessons.len()])
    }

    fn greedy(&self, inputs: &[f32], allowed: &[bool], choices: &mut Vec<u16>) {
        choices.clear();
        let options = self.shape.options();
        let rows = allowed.len() / options;
        let mut room = self.room.borrow_mut();
        self.evaluate(inputs, rows, &mut room);
        for (values, allowed) in
            room.values.chunks_exact(options).zip(allowed.chunks_exact(options))
        {
            self.best(values, allowed, choices);
        }
    }

    fn begin_episode(&mut self, world: u32, seed: u64) {
        self.memory.begin_episode(world, seed);
    }

    fn policy(&self) -> (Mlp, Option<&Normaliser>) {
        (self.policy_network(), self.normaliser())
    }

    fn memory_state(&mut self) -> Result<Option<MemoryState>, LearnError> {
        Ok(self.memory.state()?)
    }

    fn restore_memory(&mut self, state: &MemoryState) -> Result<(), LearnError> {
        Ok(self.memory.restore(state)?)
    }

    fn complaint(&self) -> Option<String> {
        self.memory.complaint()
    }

    fn statistics(&mut self) -> Vec<(&'static str, f64)> {
        let tally = std::mem::take(&mut self.tally);
        let mut figures = vec![
            ("epsilon", self.epsilon()),
            ("experiences", self.memory.len() as f64),
            ("updates", self.updates as f64),
        ];
        if tally.updates > 0 {
            let share = 1.0 / tally.updates as f64;
            figures.extend([
                ("loss", tally.loss * share),
                ("value", tally.value * share),
                ("error", tally.error * share),
                ("gradient_norm", tally.gradient_norm * share),
            ]);
        }
        figures
    }

    fn state(&self) -> AgentState {
        AgentState::Dqn(Box::new(DqnState {
            network: self.network.weights(),
            target_network: self.target_network.weights(),
            optimiser: self.optimiser.state(),
            normaliser: self.normaliser.clone(),
            exploration: self.exploration.clone(),
            sampling: self.sampling.clone(),
            turns: self.turns,
            updates: self.updates,
            tally: self.tally.clone(),
        }))
    }

    fn restore(&mut self, state: &AgentState) -> Result<(), LearnError> {
        let AgentState::Dqn(state) = state else {
            let (found, wanted) = (state.algorithm(), "dqn");
            return Err(LearnError::Algorithm { found, wanted });
        };
        let wanted = self.network.shape().parameters();
        let inputs =
            |normaliser: &Option<Normaliser>| normaliser.as_ref().map_or(0, Normaliser::inputs);
        for (list, found, wanted) in [
            ("the weights of a state", state.network.len(), wanted),
            ("the target weights of a state", state.target_network.len(), wanted),
            ("the first moments of a state", state.optimiser.first.len(), wanted),
            ("the second moments of a state", state.optimiser.second.len(), wanted),
            ("the normalisers of a state", inputs(&state.normaliser), inputs(&self.normaliser)),
        ] {
            if found != wanted {
                return Err(LearnError::Length { list, found, wanted });
            }
        }
        let (shape, device) = (self.network.shape().clone(), self.network.device());
        let optimiser = &state.optimiser;
        let is_taken = self.optimiser.restore(optimiser);
        debug_assert!(is_taken, "the lengths were compared above");
        self.network = Mlp::from_weights(shape.clone(), &state.network, device);
        self.target_network = Mlp::from_weights(shape, &state.target_network, device);
        self.normaliser.clone_from(&state.normaliser);
        self.exploration = state.exploration.clone();
        self.sampling = state.sampling.clone();
        (self.turns, self.updates) = (state.turns, state.updates);
        self.tally = state.tally.clone();
        Ok(())
    }
}
