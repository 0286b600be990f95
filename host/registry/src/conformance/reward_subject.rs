//! A reward function as the items see it.

use std::time::Duration;

use sandbox::{ComponentReward, Limits, LoadError, RewardComponent};
use scaling::{
    DetailSet, Ending, Observations, Reward, RewardError, Transition, Transitions, WorkloadId,
};

use super::plausible::action;
use super::scenario::Frame;
use super::subject::{Asked, Said, Subject, Turn, Used};
use super::verdict::{listed, quoted};

/// A reward function with settings.
pub(super) struct RewardSubject<'a> {
    pub(super) component: &'a RewardComponent,
    pub(super) settings: &'a str,
    pub(super) out_of_time: &'a dyn Fn() -> bool,
}

impl Subject for RewardSubject<'_> {
    type Asked = ComponentReward;

    fn stateful(&self) -> bool {
        self.component.description().stateful
    }

    /// It scores one group, whose workloads come in a fixed order.
    fn by_row(&self) -> bool {
        false
    }

    fn has_chance(&self) -> bool {
        false
    }

    fn limits(&self) -> &Limits {
        self.component.limits()
    }

    fn schema(&self) -> &str {
        &self.component.description().settings_schema
    }

    fn described(&self) -> Vec<(&'static str, String)> {
        let said = self.component.description();
        vec![
            ("name", said.name.clone()),
            ("version", said.version.clone()),
            ("stateful", said.stateful.to_string()),
            ("settings-schema", said.settings_schema.clone()),
        ]
    }

    fn validate(&self, settings: &str) -> Result<(), LoadError> {
        self.component.validate_settings(settings)
    }

    fn make_with(&self, settings: &str, _seed: u64) -> Result<ComponentReward, LoadError> {
        self.component.instantiate(settings)
    }

    fn is_out_of_time(&self) -> bool {
        (self.out_of_time)()
    }

    fn settings(&self) -> &str {
        self.settings
    }
}

impl Asked for ComponentReward {
    fn wants(&self) -> String {
        let terms = self.terms();
        let columns = listed("columns", terms.columns.iter().map(|column| column.name()));
        let (minimum, maximum) = (terms.minimum, terms.maximum);
        format!("{columns}; rewards from {minimum:?} to {maximum:?}")
    }

    fn period(&self) -> Duration {
        Duration::ZERO
    }

    fn ask(&mut self, frame: &Frame, _explore: bool) -> Turn {
        let before = frame.before.observations(DetailSet::NONE);
        let after = frame.now.observations(DetailSet::NONE);
        let rows: Vec<Transition> = (0..frame.rows()).map(|row| transition(&before, row)).collect();
        let scored = self.score(&Transitions { before: &before, after: &after, rows: &rows });
        // Each turn is judged by itself, whatever came before.
        self.release();
        let log_lines = self.take_log().len();
        let said = match scored {
            Ok(rewards) => {
                rewards.into_iter().map(|reward| Said::Answer(format!("{reward:?}"))).collect()
            }
            Err(error) => vec![refused(error); rows.len()],
        };
        let said = frame.now.ids().into_iter().zip(said).collect();
        Turn { said, odd_explanation: None, log_lines }
    }

    fn learn(&mut self, _frame: Option<&Frame>) -> Option<Said> {
        None
    }

    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), String> {
        Reward::forget(self, workloads).map_err(|error| error.to_string())
    }

    fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, String> {
        Reward::snapshot(self, workloads).map_err(|error| error.to_string())
    }

    fn restore(&mut self, snapshot: &[u8]) -> Said {
        match Reward::restore(self, snapshot) {
            Ok(()) => Said::Answer(String::new()),
            Err(error) => refused(error),
        }
    }

    fn used(&self) -> Used {
        self.usage().into()
    }
}

fn refused(error: RewardError) -> Said {
    match error {
        RewardError::Declined { message } => Said::Declined(quoted(&message)),
        RewardError::Failed { cause } => Said::Broken(quoted(&cause)),
        implausible => Said::Implausible(quoted(&implausible.to_string())),
    }
}

fn transition(before: &Observations, row: usize) -> Transition {
    Transition {
        workload: before.workloads()[row],
        before_row: row,
        after_row: row,
        action: action(before, row),
        ending: Ending::Running,
        learnable: true,
    }
}
