//! Decides as the network of a trained agent says, greedily. `regatta export` puts the agent inside.

mod explanation;
mod inside;
mod slot;

use agent::{Agent, Card, Chooser};
use schemars::JsonSchema;
use sdk::{
    Advice, Batch, Explanation, Needs, Policy, Recommendation, Scope, SettingError, recommendation,
};
use serde::Deserialize;

/// How the agent is used.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Time between two decisions in milliseconds, in place of the one that it was trained with; 0 for
    /// every tick.
    pub period_milliseconds: Option<u64>,
}

/// The policy.
#[derive(Debug)]
pub struct Network {
    card: Card,
    chooser: Chooser,
    period_milliseconds: u64,
}

/// In this order: the change of the largest value; the best that bounds and steps allow, because that
/// one is not; nothing, because the network answered with no number.
const REASONS: [&str; 3] = ["greedy", "bounded", "no-value"];

const GREEDY: u32 = 0;
const BOUNDED: u32 = 1;
const NO_VALUE: u32 = 2;

impl Policy for Network {
    type Settings = Settings;

    const NAME: &'static str = "network";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const REASONS: &'static [&'static str] = &REASONS;

    fn name() -> String {
        inside::card(|card| card.name.clone()).unwrap_or_else(|_| Self::NAME.to_owned())
    }

    fn version() -> String {
        inside::card(|card| card.version.clone()).unwrap_or_else(|_| Self::VERSION.to_owned())
    }

    fn scope() -> Scope {
        let group = inside::card(Card::is_group);
        if group == Ok(true) { Scope::Group } else { Scope::Workload }
    }

    fn check(_settings: &Settings) -> Vec<SettingError> {
        let missing = inside::card(|_| ()).err();
        missing.map(|why| SettingError::new("", why)).into_iter().collect()
    }

    fn new(settings: Settings, _seed: u64) -> Self {
        Self::of(inside::take().expect("`check` has seen it"), &settings)
    }

    fn needs(&self) -> Needs {
        Needs {
            period_milliseconds: self.period_milliseconds,
            columns: self.chooser.view().columns().to_vec(),
            details: Vec::new(),
        }
    }

    fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
        let (rows, together) = (batch.rows(), self.chooser.workloads());
        if self.card.is_group() && rows != together {
            return Err(format!(
                "this network was trained for groups of {together} workloads, and this one has {rows}"
            ));
        }
        let mut advice =
            Advice { recommendations: Vec::with_capacity(rows), explanations: Vec::new() };
        for first in (0..rows).step_by(together) {
            self.decide_together(batch, first, &mut advice);
        }
        Ok(advice)
    }
}

impl Network {
    /// The policy of this agent.
    pub fn of(agent: Agent, settings: &Settings) -> Self {
        let card = agent.card().clone();
        let period_milliseconds = settings.period_milliseconds.unwrap_or(card.period_milliseconds);
        Self { chooser: Chooser::new(agent), card, period_milliseconds }
    }

    /// Decides the rows from `first` on that are decided together.
    fn decide_together(&mut self, batch: &Batch, first: usize, advice: &mut Advice) {
        let rows = batch.rows();
        let value = |row: usize, column: usize| batch.values[column * rows + row];
        let chosen = self.chooser.choose(first, value);
        let together = self.chooser.workloads();
        if !chosen {
            advice.recommendations.extend((0..together).map(|_| recommendation(None, NO_VALUE)));
            return;
        }
        let pairs = self.chooser.choices().iter().zip(self.chooser.wishes());
        for (row, (&choice, &wish)) in pairs.enumerate() {
            let reason = if choice == wish { GREEDY } else { BOUNDED };
            let targets = self.chooser.view().targets(choice, |column| value(first + row, column));
            advice.recommendations.push(Recommendation {
                cpu_millicores: targets.cpu_millicores,
                memory_bytes: targets.memory_bytes,
                ..recommendation(targets.replicas, reason)
            });
            if batch.explain {
                let json = explanation::explain(&self.card, &self.chooser, row);
                advice.explanations.push(Explanation { row: (first + row) as u32, json });
            }
        }
    }
}

sdk::export!(Network);

#[cfg(test)]
mod tests;
