//! Model: what a policy is worth by state and action, fitted to what another one did.
//!
//! Fitted Q evaluation (Le, Voloshin and Yue 2019, algorithm 3): Q̂ goes towards r + γ Q̂⁻(s′, π(s′)). It is
//! not the agent's own network, which learns the value of the best choice and takes errors in its favour for
//! values: both policies that are compared get a model of the same kind, fitted to the same experience, so
//! that what is wrong with one is wrong with the other. A model begins at what the mean reward is worth for
//! ever, hence before it has converged both policies look alike and nobody takes over.
//!
//! With several heads the value of a choice is the mean over its heads of what each says.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use tch::Device;

use super::log::Step;
use crate::gradient::{clip, norm};
use crate::passes::Passes;
use crate::{
    Activation, Adam, AdamState, Chance, Initialisation, LearnError, Mlp, MlpShape, Normaliser,
    Shape,
};

/// Neurons of each hidden layer. It is fitted to some thousand steps.
const HIDDEN: [usize; 2] = [64, 64];
const BATCH: usize = 64;
const LEARNING_RATE: f64 = 1e-3;
/// Share by which the targets follow after each update.
const TAU: f64 = 0.01;
/// Rewards are scaled to a deviation of one, so that this norm is rare.
const LARGEST_NORM: f64 = 10.0;

/// A policy's model.
pub(super) struct Model {
    heads: Vec<Range<usize>>,
    network: Mlp,
    target_network: Mlp,
    optimiser: Adam,
    passes: Passes,
    /// What a reward is divided by; none before the first fit.
    scale: Option<f64>,
    /// The least and the most that anything can be worth, by the rewards that were seen.
    bounds: (f64, f64),
}

/// A model at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelState {
    network: Vec<f32>,
    target_network: Vec<f32>,
    optimiser: AdamState,
    scale: Option<f64>,
    bounds: (f64, f64),
}

/// What a model is fitted to.
pub(super) struct Sample<'a> {
    pub(super) steps: &'a [&'a Step],
    /// `[steps, heads]`: what the policy would choose in the state after each.
    pub(super) next: &'a [u16],
    pub(super) normaliser: &'a Normaliser,
    pub(super) gamma: f64,
}

impl Model {
    /// A model that knows nothing yet.
    pub(super) fn new(shape: &Shape, chance: &mut Chance) -> Self {
        let network_shape = MlpShape {
            inputs: shape.inputs,
            hidden: HIDDEN.to_vec(),
            outputs: shape.options(),
            activation: Activation::Relu,
        };
        let passes = Passes::new(&network_shape, true);
        let network = Mlp::new(network_shape, Initialisation::Uniform, chance, Device::Cpu);
        let ends = shape.heads.iter().scan(0, |end, count| {
            *end += count;
            Some(*end - count..*end)
        });
        Self {
            heads: ends.collect(),
            target_network: network.copy(),
            optimiser: Adam::new(network.parameters(), LEARNING_RATE, 1e-8),
            network,
            passes,
            scale: None,
            bounds: (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// At rest.
    pub(super) fn state(&self) -> ModelState {
        ModelState {
            network: self.network.weights(),
            target_network: self.target_network.weights(),
            optimiser: self.optimiser.state(),
            scale: self.scale,
            bounds: self.bounds,
        }
    }

    /// Takes over a state.
    pub(super) fn restore(&mut self, state: &ModelState) -> Result<(), LearnError> {
        let wanted = self.network.weights().len();
        for (list, found) in [
            ("the weights of a model", state.network.len()),
            ("the weights of a model's targets", state.target_network.len()),
        ] {
            if found != wanted {
                return Err(LearnError::Length { list, found, wanted });
            }
        }
        let of = |weights| Mlp::from_weights(self.network.shape().clone(), weights, Device::Cpu);
        let (network, target_network) = (of(&state.network), of(&state.target_network));
        if !self.optimiser.restore(&state.optimiser) {
            let (list, found) = ("the moments of a model's optimiser", state.optimiser.first.len());
            return Err(LearnError::Length { list, found, wanted });
        }
        (self.network, self.target_network) = (network, target_network);
        (self.scale, self.bounds) = (state.scale, state.bounds);
        Ok(())
    }

    /// Takes so many steps towards what the policy is worth.
    pub(super) fn fit(&mut self, sample: &Sample<'_>, updates: u32, chance: &mut Chance) {
        let scale = match self.scale {
            Some(scale) => scale,
            None => self.begin(sample),
        };
        self.bounds = bounds(sample);
        let flat = |of: fn(&Step) -> &[f32]| {
            let mut flat: Vec<f32> =
                sample.steps.iter().flat_map(|step| of(step)).copied().collect();
            sample.normaliser.apply(&mut flat);
            flat
        };
        let (before, after) = (flat(|step| &step.before.inputs), flat(|step| &step.after.inputs));
        let (inputs, options) = (self.network.shape().inputs, self.network.shape().outputs);
        let heads = self.heads.len();
        let mut drawn = vec![0; BATCH];
        let (mut first, mut second) = (vec![0.0; BATCH * inputs], vec![0.0; BATCH * inputs]);
        let mut blame = vec![0.0; BATCH * options];
        let mut targets = [0.0; BATCH];
        for _ in 0..updates {
            for (place, drawn) in drawn.iter_mut().enumerate() {
                *drawn = chance.below(sample.steps.len() as u64) as usize;
                let (to, from) = (place * inputs, *drawn * inputs);
                first[to..to + inputs].copy_from_slice(&before[from..from + inputs]);
                second[to..to + inputs].copy_from_slice(&after[from..from + inputs]);
            }
            let later = self.passes.outputs(&self.target_network, &second, BATCH);
            for ((target, &drawn), values) in
                targets.iter_mut().zip(&drawn).zip(later.chunks_exact(options))
            {
                let step = sample.steps[drawn];
                let next = match step.ending {
                    scaling::Ending::Terminated => 0.0,
                    _ => choice_value(&self.heads, values, &sample.next[drawn * heads..][..heads]),
                };
                let (least, most) = self.bounds;
                let next = (scale * next).clamp(least, most);
                *target = (step.reward + sample.gamma * next) / scale;
            }
            let now = self.passes.learn(&self.network, &first, BATCH);
            blame.fill(0.0);
            let rows = now.chunks_exact(options).zip(blame.chunks_exact_mut(options));
            for (((values, blame), &drawn), target) in rows.zip(&drawn).zip(&targets) {
                let choices = &sample.steps[drawn].choices;
                let error = choice_value(&self.heads, values, choices) - target;
                // The mean square: anything else would not lead to a mean.
                for (head, &choice) in self.heads.iter().zip(choices) {
                    let share = 2.0 * error / (BATCH * heads) as f64;
                    blame[head.start + usize::from(choice)] = share as f32;
                }
            }
            let gradients = self.passes.gradients(&self.network, &first, BATCH, &blame);
            let length = norm(&*gradients);
            clip(gradients, length, LARGEST_NORM);
            self.optimiser.step(self.network.parameters_mut(), gradients);
            self.target_network.blend(&self.network, TAU);
        }
    }

    /// Sets out from the mean reward for ever.
    fn begin(&mut self, sample: &Sample<'_>) -> f64 {
        let count = sample.steps.len() as f64;
        let rewards = || sample.steps.iter().map(|step| step.reward);
        let mean = rewards().sum::<f64>() / count;
        let deviation = (rewards().map(|one| (one - mean).powi(2)).sum::<f64>() / count).sqrt();
        let scale = if deviation > 0.0 { deviation } else { 1.0 };
        let for_ever = if sample.gamma < 1.0 { mean / scale / (1.0 - sample.gamma) } else { 0.0 };
        let mut weights = self.network.weights();
        let biases = weights.len() - self.network.shape().outputs;
        weights[biases..].fill(for_ever as f32);
        self.network = Mlp::from_weights(self.network.shape().clone(), &weights, Device::Cpu);
        self.target_network = self.network.copy();
        self.scale = Some(scale);
        scale
    }

    /// Q̂ of a choice in each row: inputs `[rows, inputs]` as they were seen, choices `[rows, heads]`.
    pub(super) fn values(
        &mut self,
        inputs: &[f32],
        choices: &[u16],
        seen: &Normaliser,
    ) -> Vec<f64> {
        let rows = choices.len() / self.heads.len();
        if rows == 0 {
            return Vec::new();
        }
        let mut inputs = inputs.to_vec();
        seen.apply(&mut inputs);
        let outputs = self.passes.outputs(&self.network, &inputs, rows);
        let scale = self.scale.unwrap_or(1.0);
        let rows = outputs.chunks_exact(self.network.shape().outputs);
        let choices = choices.chunks_exact(self.heads.len());
        rows.zip(choices)
            .map(|(values, one)| scale * choice_value(&self.heads, values, one))
            .collect()
    }
}

/// What the least and the largest reward are worth for ever. Where a policy does what was hardly ever done
/// before, values would else feed on themselves without end.
fn bounds(sample: &Sample<'_>) -> (f64, f64) {
    if sample.gamma >= 1.0 {
        return (f64::NEG_INFINITY, f64::INFINITY);
    }
    // After a true ending nothing more comes.
    let ends = sample.steps.iter().any(|step| step.ending == scaling::Ending::Terminated);
    let start = if ends { (0.0, 0.0) } else { (f64::INFINITY, f64::NEG_INFINITY) };
    let (least, most) = sample.steps.iter().fold(start, |(least, most): (f64, f64), step| {
        (least.min(step.reward), most.max(step.reward))
    });
    (least / (1.0 - sample.gamma), most / (1.0 - sample.gamma))
}

fn choice_value(heads: &[Range<usize>], values: &[f32], choices: &[u16]) -> f64 {
    let values =
        heads.iter().zip(choices).map(|(head, &one)| values[head.start + usize::from(one)]);
    values.map(f64::from).sum::<f64>() / heads.len() as f64
}

#[cfg(test)]
mod tests {
    use scaling::Ending;

    use super::super::log::Seen;
    use super::*;
    use crate::Purpose;

    #[test]
    fn it_comes_to_the_value_of_the_policy_and_not_of_who_acted() {
        crate::use_one_thread();
        // Two states; option 0 leads to state 0 and option 1 to state 1; being in state 1 gives 1. Options
        // were drawn; the policy always takes 1, or always 0.
        let shape = Shape { inputs: 1, heads: vec![2], scores: vec!["reward".into()] };
        let mut chance = Chance::new(3, Purpose::Modelling);
        let mut state = 0;
        let steps: Vec<Step> = (0..2_000)
            .map(|_| {
                let seen = |state: u16| Seen {
                    inputs: vec![f32::from(state)],
                    allowed: vec![true; 2],
                    wish: vec![0],
                };
                let choice = chance.below(2) as u16;
                let step = Step {
                    before: seen(state),
                    choices: vec![choice],
                    probability: 0.5,
                    reward: f64::from(state),
                    after: seen(choice),
                    ending: Ending::Running,
                };
                state = choice;
                step
            })
            .collect();
        let steps: Vec<&Step> = steps.iter().collect();
        let mut normaliser = Normaliser::new(1, 5.0);
        steps.iter().for_each(|step| normaliser.update(&step.before.inputs));
        for policy in [0, 1_u16] {
            let mut model = Model::new(&shape, &mut chance);
            let next = vec![policy; steps.len()];
            let sample = Sample { steps: &steps, next: &next, normaliser: &normaliser, gamma: 0.8 };
            model.fit(&sample, 4_000, &mut chance);
            let found = model.values(&[0.0, 0.0, 1.0, 1.0], &[0, 1, 0, 1], &normaliser);
            // V = state + 0.8 V(policy), with V(1) = 5 under the one and V(0) = 0 under the other.
            let ever = if policy == 1 { [4.0, 5.0] } else { [0.0, 1.0] };
            let wanted = [0.8 * ever[0], 0.8 * ever[1], 1.0 + 0.8 * ever[0], 1.0 + 0.8 * ever[1]];
            for (found, wanted) in found.iter().zip(wanted) {
                assert!((found - wanted).abs() < 0.15, "{policy}: {found} and not {wanted}");
            }
        }
    }
}
