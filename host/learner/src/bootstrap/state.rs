//! State: a bootstrapping at rest, but for what every training has.

use serde::{Deserialize, Serialize};

use super::burn::Burn;
use super::judge::JudgeState;
use super::log::Log;
use super::standing::StandingState;
use super::{Bootstrap, BootstrapError, BootstrapReport, BootstrapSettings, Phase};
use crate::{Chance, TrainingError};

/// A bootstrapping at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootstrapState {
    pub(super) settings: BootstrapSettings,
    /// The rule's snapshot.
    pub(super) rule: Vec<u8>,
    standing: StandingState,
    wishes: Vec<u16>,
    deviation: Chance,
    judge: JudgeState,
    log: Log,
    burn: Burn,
    phase: Phase,
    of_rule: (u64, u64),
    /// What came of it so far.
    pub report: BootstrapReport,
}

impl Bootstrap {
    pub(super) fn state(&mut self) -> Result<BootstrapState, BootstrapError> {
        let workloads = self.workloads();
        Ok(BootstrapState {
            settings: self.settings.clone(),
            rule: self.rule.snapshot(&workloads).map_err(BootstrapError::Rule)?,
            standing: self.standing.state(),
            wishes: self.wishes.clone(),
            deviation: self.deviation.clone(),
            judge: self.judge.state(),
            log: self.log.clone(),
            burn: self.burn.clone(),
            phase: self.phase,
            of_rule: self.of_rule,
            report: self.report.clone(),
        })
    }

    /// Goes on from there, but for the world and the rule.
    pub(super) fn take_over(&mut self, state: &BootstrapState) -> Result<(), TrainingError> {
        self.judge.restore(&state.judge)?;
        self.standing.restore(&state.standing);
        self.wishes.clone_from(&state.wishes);
        self.deviation = state.deviation.clone();
        self.log = state.log.clone();
        self.burn = state.burn.clone();
        self.phase = state.phase;
        self.of_rule = state.of_rule;
        self.report = state.report.clone();
        Ok(())
    }
}
