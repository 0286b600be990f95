//! A policy as the items see it.

use std::sync::Arc;
use std::time::Duration;

use sandbox::{ComponentPolicy, Limits, LoadError, PolicyComponent};
use scaling::{
    Advice, Answer, Batch, Detail, DetailSet, Ending, Experiences, Policy, PolicyError, Refusal,
    Scope, WorkloadId,
};

use super::plausible::action;
use super::scenario::Frame;
use super::subject::{Asked, Said, Subject, Turn, Used};
use super::verdict::{listed, quoted};

/// A policy with settings.
pub(super) struct PolicySubject<'a> {
    pub(super) component: &'a PolicyComponent,
    pub(super) settings: &'a str,
    pub(super) out_of_time: &'a dyn Fn() -> bool,
}

impl Subject for PolicySubject<'_> {
    type Asked = ComponentPolicy;

    fn stateful(&self) -> bool {
        self.component.description().stateful
    }

    fn by_row(&self) -> bool {
        self.component.description().scope == Scope::Workload
    }

    fn has_chance(&self) -> bool {
        true
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
            ("scope", format!("{:?}", said.scope).to_lowercase()),
            ("stateful", said.stateful.to_string()),
            ("settings-schema", said.settings_schema.clone()),
            ("reasons", said.reasons.join(", ")),
        ]
    }

    fn validate(&self, settings: &str) -> Result<(), LoadError> {
        self.component.validate_settings(settings)
    }

    fn make_with(&self, settings: &str, seed: u64) -> Result<ComponentPolicy, LoadError> {
        self.component.instantiate(settings, seed)
    }

    fn is_out_of_time(&self) -> bool {
        (self.out_of_time)()
    }

    fn settings(&self) -> &str {
        self.settings
    }
}

impl Asked for ComponentPolicy {
    fn wants(&self) -> String {
        let needs = self.needs();
        let columns = listed("columns", needs.columns.iter().map(|column| column.name()));
        let details = Detail::ALL.iter().filter(|detail| needs.details.contains(**detail));
        let details = listed("details", details.map(|detail| detail.name()));
        let period = match needs.period {
            Duration::ZERO => "every tick".to_owned(),
            period => format!("every {period:?}"),
        };
        format!("{period}; {columns}; {details}")
    }

    fn period(&self) -> Duration {
        self.needs().period
    }

    fn ask(&mut self, frame: &Frame, explore: bool) -> Turn {
        let observations = frame.now.observations(self.needs().details);
        let rows: Vec<usize> = (0..frame.rows()).collect();
        let batch =
            Batch { observations: &observations, rows: &rows, explore, explain: frame.explain };
        let advice = self.recommend(&batch);
        // Each turn is judged by itself, whatever came before.
        self.release();
        let log_lines = self.take_log().len();
        let odd_explanation = odd_explanation(&advice, frame.explain);
        let ids = frame.now.ids();
        let said = ids.into_iter().zip(said(advice, self.reasons())).collect();
        Turn { said, odd_explanation, log_lines }
    }

    fn learn(&mut self, frame: Option<&Frame>) -> Option<Said> {
        let learned = Policy::learn(self, &experiences(self, frame));
        self.take_log();
        Some(judged(learned))
    }

    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), String> {
        Policy::forget(self, workloads).map_err(|error| error.to_string())
    }

    fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, String> {
        Policy::snapshot(self, workloads).map_err(|error| error.to_string())
    }

    fn restore(&mut self, snapshot: &[u8]) -> Said {
        judged(Policy::restore(self, snapshot))
    }

    fn used(&self) -> Used {
        self.usage().into()
    }
}

fn judged(result: Result<(), PolicyError>) -> Said {
    match result {
        Ok(()) => Said::Answer(String::new()),
        Err(PolicyError::Declined { message, .. }) => Said::Declined(quoted(&message)),
        Err(error @ PolicyError::Failed { .. }) => Said::Broken(quoted(&error.to_string())),
    }
}

/// What a turn of plausible recommendations came to.
fn experiences(policy: &ComponentPolicy, frame: Option<&Frame>) -> Experiences {
    let mut experiences = Experiences::new(&policy.needs().columns);
    let Some(frame) = frame else { return experiences };
    let before = frame.before.observations(DetailSet::NONE);
    let after = frame.now.observations(DetailSet::NONE);
    for row in 0..frame.rows() {
        let ending = match row % 5 {
            3 => Ending::Terminated,
            4 => Ending::Truncated,
            _ => Ending::Running,
        };
        let reward = (row % 11) as f64 / 10.0 - 0.5;
        experiences.push((&before, row), (&after, row), action(&before, row), reward, ending);
    }
    experiences
}

fn said(advice: Advice, reasons: &[Arc<str>]) -> Vec<Said> {
    let mut explanations: Vec<Vec<String>> = vec![Vec::new(); advice.answers.len()];
    for explanation in advice.explanations {
        if let Some(of_row) = explanations.get_mut(explanation.row as usize) {
            of_row.push(explanation.json);
        }
    }
    let judged = |(answer, explanations): (Answer, Vec<String>)| match answer {
        Ok(recommendation) => {
            let mut text = Vec::new();
            let mut target = |what: &str, value: Option<String>| {
                text.extend(value.map(|value| format!("{what} {value}")));
            };
            target("replicas", recommendation.replicas.map(|n| n.to_string()));
            target("cpu_millicores", recommendation.cpu_millicores.map(|n| n.to_string()));
            target("memory_bytes", recommendation.memory_bytes.map(|n| n.to_string()));
            // All of its digits, and the sign of a zero.
            target("buffer_requests", recommendation.buffer_requests.map(|n| format!("{n:?}")));
            let reason = recommendation.reason.and_then(|id| reasons.get(usize::from(id.0)));
            target("reason", reason.map(ToString::to_string));
            text.extend(explanations);
            Said::Answer(text.join(", "))
        }
        Err(Refusal::Declined { message }) => Said::Declined(quoted(&message)),
        Err(Refusal::Failed { cause }) => Said::Broken(quoted(&cause)),
        Err(refusal) => Said::Implausible(quoted(&refusal.to_string())),
    };
    advice.answers.into_iter().zip(explanations).map(judged).collect()
}

fn odd_explanation(advice: &Advice, asked: bool) -> Option<String> {
    let first = advice.explanations.first()?;
    if !asked {
        return Some(format!("it explained without being asked: {}", quoted(&first.json)));
    }
    let is_object = |json: &str| {
        serde_json::from_str::<serde_json::Value>(json).is_ok_and(|value| value.is_object())
    };
    let odd = advice.explanations.iter().find(|explanation| !is_object(&explanation.json))?;
    Some(format!("of row {} it said: {}", odd.row, quoted(&odd.json)))
}
