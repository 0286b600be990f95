//! A chooser: an agent that decides, with room for its intermediate values.

use crate::{Agent, Arrangement, Network, Normaliser, Scratch, View, best, joint_allowed, parts};

/// An agent that decides greedily: for each head the allowed option of the largest value.
#[derive(Debug, Clone)]
pub struct Chooser {
    view: View,
    normaliser: Option<Normaliser>,
    network: Network,
    arrangement: Arrangement,
    workloads: usize,
    inputs: Vec<f32>,
    /// `[workloads, changes]`
    allowed: Vec<bool>,
    /// The mask of a joint head.
    joint: Vec<bool>,
    values: Scratch,
    outputs: Vec<f32>,
    choices: Vec<usize>,
    wishes: Vec<usize>,
}

impl Chooser {
    /// A chooser that acts as this agent does.
    pub fn new(agent: Agent) -> Self {
        let card = agent.card();
        let workloads = card.workloads();
        let joint = match card.arrangement {
            Arrangement::Joint { .. } => card.outputs(),
            _ => 0,
        };
        let (view, changes) = (View::new(card), card.changes.len());
        let (inputs, arrangement) = (card.inputs(), card.arrangement);
        let (_, normaliser, network) = agent.into_parts();
        Self {
            view,
            normaliser,
            arrangement,
            workloads,
            inputs: vec![0.0; inputs],
            allowed: vec![false; workloads * changes],
            joint: vec![false; joint],
            values: Scratch::default(),
            outputs: vec![0.0; network.outputs()],
            choices: vec![0; workloads],
            wishes: vec![0; workloads],
            network,
        }
    }

    /// What it looks at.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// How many rows it decides together.
    pub fn workloads(&self) -> usize {
        self.workloads
    }

    /// Decides the rows from `first` on, as many as it decides together. `value` gives a row's value in
    /// a column, by the column's place in the view. False if no value of some head is a number, so that
    /// there is nothing to choose.
    pub fn choose(&mut self, first: usize, value: impl Fn(usize, usize) -> f64) -> bool {
        let (features, changes) = (self.view.features(), self.view.changes().len());
        let rows = self.inputs.chunks_exact_mut(features);
        for (row, (inputs, allowed)) in rows.zip(self.allowed.chunks_exact_mut(changes)).enumerate()
        {
            let value = |column| value(first + row, column);
            self.view.encode(value, inputs);
            self.view.allowed(value, allowed);
        }
        if let Some(normaliser) = &self.normaliser {
            normaliser.apply(&mut self.inputs);
        }
        self.outputs.copy_from_slice(self.network.evaluate(&self.inputs, &mut self.values));
        let chosen = match self.arrangement {
            Arrangement::Joint { .. } => self.choose_jointly(changes),
            _ => self.choose_by_head(changes),
        };
        chosen.is_some()
    }

    fn choose_jointly(&mut self, changes: usize) -> Option<()> {
        joint_allowed(&self.allowed, changes, &mut self.joint);
        parts(best(&self.outputs, |option| self.joint[option])?, changes, &mut self.choices);
        parts(best(&self.outputs, |_| true)?, changes, &mut self.wishes);
        Some(())
    }

    fn choose_by_head(&mut self, changes: usize) -> Option<()> {
        let heads = self.outputs.chunks_exact(changes).zip(self.allowed.chunks_exact(changes));
        let chosen = self.choices.iter_mut().zip(&mut self.wishes);
        for ((choice, wish), (values, allowed)) in chosen.zip(heads) {
            *choice = best(values, |option| allowed[option])?;
            *wish = best(values, |_| true)?;
        }
        Some(())
    }

    /// The number of the change that was chosen for each row of the last decision.
    pub fn choices(&self) -> &[usize] {
        &self.choices
    }

    /// The number of the change that would have been chosen if all were allowed.
    pub fn wishes(&self) -> &[usize] {
        &self.wishes
    }

    /// The inputs of the last decision, normalised: features of one row after the other.
    pub fn inputs(&self) -> &[f32] {
        &self.inputs
    }

    /// The network's outputs in the last decision.
    pub fn values(&self) -> &[f32] {
        &self.outputs
    }

    /// The changes that were allowed in the last decision, of one row after the other.
    pub fn allowed(&self) -> &[bool] {
        &self.allowed
    }
}

#[cfg(test)]
mod tests;
