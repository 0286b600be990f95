//! Actor and critic: two networks on the same inputs, of which one chooses and one says what to expect.

use serde::{Deserialize, Serialize};
use tch::Device;

use crate::gradient::{clip, norm};
use crate::heads::Heads;
use crate::rollout::Seen;
use crate::trainable::{Trainable, TrainableState};
use crate::{
    Activation, Chance, Initialisation, LearnError, Lessons, Mlp, MlpShape, Normaliser, Purpose,
    Rollout, RowId, Shape, Turn,
};

/// What two networks are like.
#[derive(Debug, Clone)]
pub(crate) struct Build<'a> {
    pub(crate) hidden: &'a [usize],
    pub(crate) activation: Activation,
    pub(crate) adam_epsilon: f64,
    pub(crate) normalise_clip: Option<f32>,
    pub(crate) autograd: bool,
}

/// Two networks, the normaliser of their inputs, and what they said of the turn at hand.
#[derive(Debug)]
pub(crate) struct ActorCritic {
    pub(crate) heads: Heads,
    pub(crate) actor: Trainable,
    pub(crate) critic: Trainable,
    normaliser: Option<Normaliser>,
    exploration: Chance,
    look: Look,
}

/// What the networks say of a turn.
#[derive(Debug, Default)]
struct Look {
    ids: Vec<RowId>,
    raw: Vec<f32>,
    /// `[rows, inputs]`, normalised.
    inputs: Vec<f32>,
    /// `[rows, options]`, −∞ where forbidden.
    log_probabilities: Vec<f32>,
    /// `[rows]`.
    values: Vec<f32>,
}

/// Two networks, normaliser and exploration at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorCriticState {
    /// The network that chooses.
    pub actor: TrainableState,
    /// The network that says what to expect.
    pub critic: TrainableState,
    /// Of the inputs, if they are normalised.
    pub normaliser: Option<Normaliser>,
    /// What choices are drawn from.
    pub exploration: Chance,
}

impl ActorCritic {
    /// Networks with weights drawn from the seed: orthogonal at √2, the last layer at 0.01 of the actor
    /// and at 1 of the critic (Huang et al. 2022, details 2 and 13).
    pub(crate) fn new(shape: &Shape, build: &Build<'_>, seed: u64, device: Device) -> Self {
        let mut chance = Chance::new(seed, Purpose::Initialisation);
        let mut network = |outputs, gain| {
            let Build { hidden, activation, .. } = *build;
            let sizes =
                MlpShape { inputs: shape.inputs, hidden: hidden.to_vec(), outputs, activation };
            let weights =
                Initialisation::Orthogonal { hidden: std::f64::consts::SQRT_2, output: gain };
            let network = Mlp::new(sizes, weights, &mut chance, device);
            Trainable::new(network, build.adam_epsilon, build.autograd)
        };
        Self {
            heads: Heads::new(&shape.heads),
            actor: network(shape.options(), 0.01),
            critic: network(1, 1.0),
            normaliser: build.normalise_clip.map(|clip| Normaliser::new(shape.inputs, clip)),
            exploration: Chance::new(seed, Purpose::Exploration),
            look: Look::default(),
        }
    }

    /// What the networks say of a turn: reckoned once, until [`ActorCritic::forget`].
    pub(crate) fn look(&mut self, turn: &Turn) {
        let Self { heads, actor, critic, normaliser, look, .. } = self;
        if look.ids == turn.ids && look.raw == turn.inputs && !look.values.is_empty() {
            return;
        }
        let rows = turn.rows();
        look.ids.clone_from(&turn.ids);
        look.raw.clone_from(&turn.inputs);
        look.inputs.clone_from(&turn.inputs);
        if let Some(normaliser) = normaliser {
            normaliser.update(&turn.inputs);
            normaliser.apply(&mut look.inputs);
        }
        look.log_probabilities.clear();
        look.log_probabilities.extend_from_slice(actor.forward(&look.inputs, rows));
        let options = heads.options();
        let logits = look.log_probabilities.chunks_exact_mut(options);
        for (logits, allowed) in logits.zip(turn.allowed.chunks_exact(options)) {
            heads.normalise(allowed, logits);
        }
        look.values.clear();
        look.values.extend_from_slice(critic.forward(&look.inputs, rows));
    }

    /// What was said of the last turn is no longer needed, or no longer true.
    pub(crate) fn forget(&mut self) {
        self.look.values.clear();
    }

    /// Draws choices `[rows, heads]` by the actor's probabilities.
    pub(crate) fn act(&mut self, turn: &Turn, choices: &mut Vec<u16>) {
        self.look(turn);
        choices.clear();
        for logs in self.look.log_probabilities.chunks_exact(self.heads.options()) {
            self.heads.draw(logs, &mut self.exploration, choices);
        }
    }

    /// Takes the lessons of a turn into a rollout; how many had to be left out, because what was applied
    /// has probability 0 under this policy. No ratio can be formed with that, so the trajectory is cut.
    pub(crate) fn remember(
        &mut self,
        rollout: &mut Rollout,
        turn: &Turn,
        lessons: &Lessons,
        fold: bool,
    ) -> u64 {
        self.look(turn);
        let Self { heads, look, .. } = self;
        let (options, inputs) = (heads.options(), look.inputs.len() / turn.rows().max(1));
        let first = rollout.after.len();
        let mut impossible = 0;
        rollout.begin();
        for (lesson, &row) in lessons.rows.iter().enumerate() {
            let logs = &look.log_probabilities[row * options..][..options];
            let choice = &lessons.choices[lesson * heads.count()..][..heads.count()];
            // The policy that acted is asked about what was applied, which may not be what it chose.
            let log_probability = heads.log_probability(logs, choice);
            if log_probability == f32::NEG_INFINITY {
                impossible += 1;
                continue;
            }
            let inputs = &look.inputs[row * inputs..][..inputs];
            let seen = Seen { inputs, log_probability, value: look.values[row] };
            rollout.append(turn, (lessons, lesson), seen, fold);
        }
        if let Some(normaliser) = &self.normaliser {
            normaliser.apply(&mut rollout.after[first..]);
        }
        rollout.end(lessons.len());
        self.forget();
        impossible
    }

    /// The critic's values after the [`Rollout::unknown`] transitions; `inputs` is room for their inputs.
    pub(crate) fn later(&mut self, rollout: &Rollout, inputs: &mut Vec<f32>) -> &[f32] {
        let width = self.actor.network().shape().inputs;
        inputs.clear();
        for place in rollout.unknown() {
            inputs.extend_from_slice(&rollout.after[place * width..][..width]);
        }
        match inputs.len() / width.max(1) {
            0 => &[],
            rows => self.critic.forward(inputs, rows),
        }
    }

    /// The most likely choices `[rows, heads]`.
    pub(crate) fn greedy(&self, inputs: &[f32], allowed: &[bool], choices: &mut Vec<u16>) {
        let options = self.heads.options();
        let mut normal = inputs.to_vec();
        if let Some(normaliser) = &self.normaliser {
            normaliser.apply(&mut normal);
        }
        choices.clear();
        let logits = self.actor.answer(&normal, allowed.len() / options);
        for (logits, allowed) in logits.chunks_exact(options).zip(allowed.chunks_exact(options)) {
            self.heads.best(logits, allowed, choices);
        }
    }

    /// ‖g‖ over the parameters of both networks.
    pub(crate) fn gradient_norm(&self) -> f64 {
        norm(self.actor.gradients().iter().chain(self.critic.gradients()))
    }

    /// Steps both networks along their gradients, whose global norm this is, shortened to the limit
    /// (Huang et al. 2022, detail 11).
    pub(crate) fn step(&mut self, norm: f64, limit: Option<f64>, learning_rate: f64) {
        for network in [&mut self.actor, &mut self.critic] {
            if let Some(limit) = limit {
                clip(network.gradients_mut(), norm, limit);
            }
            network.step(learning_rate);
        }
    }

    /// The network that chooses, and what its inputs are normalised with.
    pub(crate) fn policy(&self) -> (Mlp, Option<&Normaliser>) {
        (self.actor.network().copy(), self.normaliser.as_ref())
    }

    /// Everything at rest.
    pub(crate) fn state(&self) -> ActorCriticState {
        ActorCriticState {
            actor: self.actor.state(),
            critic: self.critic.state(),
            normaliser: self.normaliser.clone(),
            exploration: self.exploration.clone(),
        }
    }

    /// Takes over a state, or is left as it was.
    pub(crate) fn restore(&mut self, state: &ActorCriticState) -> Result<(), LearnError> {
        self.actor.check(&state.actor)?;
        self.critic.check(&state.critic)?;
        let inputs = |one: &Option<Normaliser>| one.as_ref().map_or(0, Normaliser::inputs);
        let (found, wanted) = (inputs(&state.normaliser), inputs(&self.normaliser));
        if found != wanted {
            let list = "the means of a state's normaliser";
            return Err(LearnError::Length { list, found, wanted });
        }
        self.actor.restore(&state.actor);
        self.critic.restore(&state.critic);
        self.normaliser.clone_from(&state.normaliser);
        self.exploration = state.exploration.clone();
        self.forget();
        Ok(())
    }
}
