//! Phase: who drives, and when that changes. Nothing here acts.

use serde::{Deserialize, Serialize};

use super::BootstrapSettings;
use crate::Comparison;

/// Who drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The rule, and the agent learns from it.
    Rule,
    /// The agent.
    Agent,
    /// The rule, because the agent missed too many objectives.
    FallenBack,
}

/// What is known when it is decided who drives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Signals<'a> {
    /// Turns since the phase began.
    pub(super) turns: u64,
    /// Rows that the rule decided since it was given the drive.
    pub(super) steps: u64,
    /// The agent's value and the rule's, if a check was made just now.
    pub(super) check: Option<&'a Comparison>,
    /// Share of the agent's last turns that missed their objective, in `[0, 1]`. Turns of the window that
    /// are yet to come count as kept.
    pub(super) missed: f64,
    /// Share of the rule's turns that did.
    pub(super) missed_by_rule: f64,
}

/// Who drives from now on.
///
/// The agent takes over when enough was seen and the lower end of the interval of its value less the rule's
/// passes the margin. It gives back when its share of missed objectives is above the budget and above what
/// the rule had. Then it waits out a time, and has to show itself on fresh experience: the one that spoke
/// for it was wrong, or is no longer how things are.
pub(super) fn decide(settings: &BootstrapSettings, phase: Phase, signals: &Signals<'_>) -> Phase {
    match phase {
        Phase::Rule => {
            let passes = signals.check.is_some_and(|found| {
                found.interval.low > settings.margin
                    && found.first.effective_episodes >= settings.minimum_effective_episodes
            });
            if passes && signals.steps >= settings.minimum_steps { Phase::Agent } else { phase }
        }
        Phase::Agent => {
            let burn = &settings.burn;
            let burns = signals.missed > burn.budget
                && signals.missed > burn.times_the_rule * signals.missed_by_rule;
            if burns { Phase::FallenBack } else { phase }
        }
        Phase::FallenBack if signals.turns >= settings.cooldown_turns => Phase::Rule,
        Phase::FallenBack => phase,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BurnSettings, Estimate, Interval};

    fn settings() -> BootstrapSettings {
        BootstrapSettings {
            minimum_steps: 100,
            margin: 0.5,
            minimum_effective_episodes: 10.0,
            burn: BurnSettings { window_turns: 20, budget: 0.1, times_the_rule: 2.0 },
            cooldown_turns: 30,
            ..BootstrapSettings::default()
        }
    }

    fn check(low: f64, effective_episodes: f64) -> Comparison {
        let interval = Interval { low, high: low + 1.0 };
        let estimate = Estimate { value: 3.0, interval, effective_episodes };
        Comparison {
            first: estimate,
            second: estimate,
            difference: low + 0.5,
            interval,
            episodes: 99,
        }
    }

    #[test]
    fn the_agent_takes_over_when_it_is_surely_better_and_enough_was_seen() {
        for (steps, found, wanted) in [
            (100, Some(check(0.6, 10.0)), Phase::Agent),
            (99, Some(check(0.6, 10.0)), Phase::Rule),
            (100, Some(check(0.5, 10.0)), Phase::Rule),
            (100, Some(check(0.6, 9.0)), Phase::Rule),
            (100, None, Phase::Rule),
        ] {
            let check = found.as_ref();
            let signals = Signals { turns: 500, steps, check, missed: 1.0, missed_by_rule: 0.0 };
            assert_eq!(decide(&settings(), Phase::Rule, &signals), wanted, "{steps} {found:?}");
        }
    }

    #[test]
    fn it_gives_back_when_it_misses_more_than_the_budget_and_than_the_rule_did() {
        for (missed, missed_by_rule, wanted) in [
            (0.1, 0.0, Phase::Agent),
            (0.11, 0.0, Phase::FallenBack),
            (0.11, 0.05, Phase::FallenBack),
            (0.2, 0.1, Phase::Agent),
            (0.3, 0.1, Phase::FallenBack),
        ] {
            let signals = Signals { turns: 3, steps: 0, check: None, missed, missed_by_rule };
            assert_eq!(
                decide(&settings(), Phase::Agent, &signals),
                wanted,
                "{missed} {missed_by_rule}"
            );
        }
    }

    #[test]
    fn after_a_fall_back_nothing_counts_until_the_time_is_out() {
        let good = check(9.0, 99.0);
        for (turns, wanted) in [(29, Phase::FallenBack), (30, Phase::Rule)] {
            let check = Some(&good);
            let signals = Signals { turns, steps: 900, check, missed: 0.0, missed_by_rule: 0.0 };
            assert_eq!(decide(&settings(), Phase::FallenBack, &signals), wanted);
        }
    }
}
