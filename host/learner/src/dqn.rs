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
//! option, and the loss is the mean over heads (Tavakoli, Pardo and Kormushev 2018, equation 4 for the
//! targets and equation 7 for the loss without its branches' mean target). A joint agent has one head.

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
use tch::{Device, Kind, Reduction, Tensor, no_grad_guard};

use self::duelling::Duelling;
use crate::by_hand::ByHand;
use crate::gradient::{clip, norm};
use crate::memory::{Batch, Memory, Row};
use crate::raw::floats;
use crate::{
    Activation, Adam, AdamState, Agent, AgentState, Chance, Initialisation, LearnError, Lessons,
    Mlp, MlpShape, Normaliser, Purpose, Shape, Turn, mask,
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
    is_by_hand: bool,
    batch: Batch,
    room: RefCell<Room>,
}

/// Numbers that are written anew each time, kept so that nothing is allocated.
#[derive(Default)]
struct Room {
    hand: ByHand,
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
    /// Experiences that the memory had taken in.
    pub position: u64,
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

impl Dqn {
    /// A learner whose weights are drawn from the seed, with an empty memory of the right kind.
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
        let room = Room { hand: ByHand::new(&network_shape), ..Room::default() };
        let network = Mlp::new(network_shape, Initialisation::Uniform, &mut chance, device);
        let optimiser =
            Adam::new(network.parameters(), settings.learning_rate, settings.adam_epsilon);
        Ok(Self {
            target_network: network.copy(),
            duelling: settings.duelling.then(|| Duelling::new(&shape.heads, device)),
            optimiser,
            normaliser: settings.normalise.map(|clip| Normaliser::new(shape.inputs, clip)),
            memory,
            exploration: Chance::new(seed, Purpose::Exploration),
            sampling: Chance::new(seed, Purpose::Sampling),
            turns: 0,
            updates: 0,
            tally: Tally::default(),
            is_by_hand: device == Device::Cpu && settings.gradients == Gradients::Auto,
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

    /// What it samples from.
    pub fn memory(&self) -> &dyn Memory {
        &*self.memory
    }

    /// Samples and takes one step, as if that were due.
    pub fn update(&mut self) -> Result<(), LearnError> {
        let beta = self.settings.prioritised.map_or(1.0, |one| one.beta(self.updates));
        self.memory.sample(self.settings.batch, beta, &mut self.sampling, &mut self.batch);
        if let Some(normaliser) = &self.normaliser {
            normaliser.apply(&mut self.batch.before);
            normaliser.apply(&mut self.batch.after);
        }
        if self.is_by_hand {
            let outcome = self.differentiate_by_hand();
            // Taken out for the moment, because the step changes the rest of the learner.
            let mut room = self.room.take();
            let taken = self.descend(&outcome, room.hand.gradients_mut(), &room.errors);
            self.room.replace(room);
            taken
        } else {
            let (outcome, mut gradients, errors) = self.differentiate();
            self.descend(&outcome, &mut gradients, &errors)
        }
    }

    /// Gradients of the loss by θ, by libtorch's graph; and |δ| of each experience.
    fn differentiate(&self) -> (Outcome, Vec<Tensor>, Vec<f32>) {
        let (batch, device) = (&self.batch, self.network.device());
        let rows = batch.len() as i64;
        let tensor =
            |numbers: &[f32]| Tensor::from_slice(numbers).view([rows, -1]).to_device(device);
        let later = {
            let _guard = no_grad_guard();
            let forbidden: Vec<bool> = batch.allowed_after.iter().map(|allowed| !allowed).collect();
            let forbidden = Tensor::from_slice(&forbidden).view([rows, -1]).to_device(device);
            let after = tensor(&batch.after);
            let judge = self.values(&self.target_network, &after); // [batch, options]
            let chooser = self.settings.double.then(|| self.values(&self.network, &after));
            let best = self.heads.iter().map(|head| {
                let (start, count) = (head.start as i64, head.len() as i64);
                let part = |values: &Tensor| values.narrow(1, start, count);
                let open = |values: &Tensor| {
                    part(values).masked_fill(&part(&forbidden), f64::NEG_INFINITY)
                };
                match &chooser {
                    // Q(s′, argmax_a′ Q(s′, a′; θ); θ⁻)
                    Some(chooser) => part(&judge).gather(1, &open(chooser).argmax(1, true), false),
                    // max_a′ Q(s′, a′; θ⁻)
                    None => open(&judge).amax(1, true),
                }
            });
            Tensor::cat(&best.collect::<Vec<_>>(), 1) // [batch, heads]
        };
        // y = R + γᵏ (1 − terminated) Q(s_k, ·)
        let factors = tensor(&batch.discounts) * tensor(&batch.not_terminated);
        let targets = tensor(&batch.rewards) + factors * later; // [batch, heads]
        let starts = self.heads.iter().map(|head| head.start as i64).cycle();
        let places =
            batch.choices.iter().zip(starts).map(|(&choice, start)| start + i64::from(choice));
        let places = Tensor::from_slice(&places.collect::<Vec<_>>()).view([rows, -1]);
        let values = self.values(&self.network, &tensor(&batch.before));
        let chosen = values.gather(1, &places.to_device(device), false); // [batch, heads]
        let costs = match self.settings.loss {
            Loss::Huber => chosen.huber_loss(&targets, Reduction::None, 1.0),
            Loss::Mse => chosen.mse_loss(&targets, Reduction::None),
        };
        // Schaul et al. 2016, algorithm 1, line 12: w δ ∇Q.
        let loss = (costs * tensor(&batch.weights)).mean(Kind::Float);
        let gradients = Tensor::run_backward(&[&loss], self.network.parameters(), false, false);
        let errors = (chosen.detach() - &targets).abs().mean_dim(1, false, Kind::Float);
        let outcome = Outcome {
            loss: loss.double_value(&[]),
            value: chosen.detach().mean(Kind::Float).double_value(&[]),
        };
        let errors = errors.to_device(Device::Cpu).contiguous();
        (outcome, gradients, floats(&errors).to_vec())
    }

    fn values(&self, network: &Mlp, inputs: &Tensor) -> Tensor {
        let outputs = network.forward(inputs);
        self.duelling.as_ref().map_or_else(|| outputs.shallow_clone(), |one| one.values(&outputs))
    }

    /// The same without a graph; the gradients and |δ| are in the room afterwards.
    fn differentiate_by_hand(&mut self) -> Outcome {
        let (batch, room) = (&self.batch, self.room.get_mut());
        let (rows, duelling) = (batch.len(), self.duelling.as_ref());
        let hand = &mut room.hand;
        values_by_hand(hand, &self.target_network, duelling, (&batch.after, rows), &mut room.later);
        if self.settings.double {
            values_by_hand(hand, &self.network, duelling, (&batch.after, rows), &mut room.chooser);
        }
        values_by_hand(hand, &self.network, duelling, (&batch.before, rows), &mut room.values);
        let options = self.shape.options();
        let count = self.heads.len();
        room.blame.clear();
        room.blame.resize(rows * options, 0.0);
        room.errors.clear();
        let (mut loss, mut value) = (0.0, 0.0);
        for row in 0..rows {
            let row_of = |numbers: &[f32]| -> Range<usize> {
                let width = numbers.len() / rows;
                row * width..(row + 1) * width
            };
            let later = &room.later[row_of(&room.later)];
            let chooser = if self.settings.double { &room.chooser } else { &room.later };
            let chooser = &chooser[row_of(chooser)];
            let allowed = &batch.allowed_after[row * options..][..options];
            let factor = batch.discounts[row] * batch.not_terminated[row];
            let mut error = 0.0;
            for (head, choice) in self.heads.iter().zip(&batch.choices[row * count..]) {
                // a′ = argmax Q(s′, ·; θ⁻), or of θ where learning is double.
                let next = mask::best(&chooser[head.clone()], &allowed[head.clone()]);
                // y = R + γᵏ (1 − terminated) Q(s_k, a′; θ⁻)
                let target = batch.rewards[row] + factor * later[head.start + next];
                let place = row * options + head.start + usize::from(*choice);
                let chosen = room.values[place];
                let delta = chosen - target;
                let (cost, slope) = match self.settings.loss {
                    Loss::Huber if delta.abs() > 1.0 => (delta.abs() - 0.5, delta.signum()),
                    Loss::Huber => (0.5 * delta * delta, delta),
                    Loss::Mse => (delta * delta, 2.0 * delta),
                };
                // Schaul et al. 2016, algorithm 1, line 12: w δ ∇Q.
                let weight = batch.weights[row];
                room.blame[place] = weight * slope / (rows * count) as f32;
                loss += f64::from(weight * cost);
                value += f64::from(chosen);
                error += delta.abs();
            }
            room.errors.push(error / count as f32);
        }
        if let Some(duelling) = duelling {
            duelling.blame(&room.blame, rows, &mut room.output_blame);
            std::mem::swap(&mut room.blame, &mut room.output_blame);
        }
        room.hand.backward(&self.network, &batch.before, rows, &room.blame);
        let share = 1.0 / (rows * count) as f64;
        Outcome { loss: loss * share, value: value * share }
    }

    /// θ ← Adam(θ, ∇), θ⁻ ← τ θ + (1 − τ) θ⁻, and new priorities; nothing of it if a number is not finite.
    fn descend(
        &mut self,
        outcome: &Outcome,
        gradients: &mut [Tensor],
        errors: &[f32],
    ) -> Result<(), LearnError> {
        let gradient_norm = norm(gradients);
        for (component, value) in [("value loss", outcome.loss), ("gradient", gradient_norm)] {
            if !value.is_finite() {
                return Err(LearnError::Diverged { component, update: self.updates, value });
            }
        }
        if let Some(largest) = self.settings.gradient_clip {
            clip(gradients, gradient_norm, largest);
        }
        self.optimiser.step(self.network.parameters_mut(), gradients);
        if let Target::Soft { tau } = self.settings.target {
            self.target_network.blend(&self.network, tau);
        }
        if self.settings.prioritised.is_some() {
            self.memory.update_priorities(&self.batch.indices, errors);
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
        if self.is_by_hand {
            let duelling = self.duelling.as_ref();
            let Room { hand, inputs, values, .. } = room;
            values_by_hand(hand, &self.network, duelling, (inputs, rows), values);
        } else {
            let _guard = no_grad_guard();
            let tensor = Tensor::from_slice(&room.inputs).view([rows as i64, -1]);
            let values = self.values(&self.network, &tensor.to_device(self.network.device()));
            room.values.clear();
            room.values.extend_from_slice(floats(&values.to_device(Device::Cpu).contiguous()));
        }
    }

    /// argmax_a Q(s, a; θ) of each head over what is allowed.
    fn best(&self, values: &[f32], allowed: &[bool], choices: &mut Vec<u16>) {
        let best =
            |head: &Range<usize>| mask::best(&values[head.clone()], &allowed[head.clone()]) as u16;
        choices.extend(self.heads.iter().map(best));
    }

    fn remember(&mut self, turn: &Turn, lessons: &Lessons) {
        let (inputs, heads, options) =
            (self.shape.inputs, self.shape.heads.len(), self.shape.options());
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
                reward: lessons.scores[lesson * self.shape.scores.len()],
                after: &lessons.after[lesson * inputs..][..inputs],
                allowed_after,
                ending,
            });
        }
        self.memory.end_turn(self.turns);
    }
}

/// Values of options `[rows, options]` of inputs `[rows, inputs]`.
fn values_by_hand(
    hand: &mut ByHand,
    network: &Mlp,
    duelling: Option<&Duelling>,
    (inputs, rows): (&[f32], usize),
    values: &mut Vec<f32>,
) {
    let outputs = hand.forward(network, inputs, rows);
    match duelling {
        Some(duelling) => duelling.values_by_hand(outputs, rows, values),
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
        LearnError::check(&self.shape, turn, lessons)?;
        if let Some(normaliser) = &mut self.normaliser {
            normaliser.update(&turn.inputs);
        }
        self.remember(turn, lessons);
        let now = self.turns;
        self.turns += 1;
        if now < self.settings.learning_starts || self.memory.len() < self.settings.batch {
            return Ok(());
        }
        if now % self.settings.train_every == 0 {
            for _ in 0..self.settings.gradient_steps {
                self.update()?;
            }
        }
        match self.settings.target {
            Target::Hard { every } if now % every == 0 => {
                self.target_network.blend(&self.network, 1.0)
            }
            _ => {}
        }
        Ok(())
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
            position: self.memory.position(),
            tally: self.tally.clone(),
        }))
    }

    fn restore(&mut self, state: &AgentState) -> Result<(), LearnError> {
        // One algorithm so far; the pattern cannot fail.
        let AgentState::Dqn(state) = state;
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
        let (found, wanted) = (self.memory.position(), state.position);
        if found != wanted {
            return Err(LearnError::Position { found, wanted });
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
