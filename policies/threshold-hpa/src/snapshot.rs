//! Snapshots: history as documented JSON, so that it can be carried elsewhere or written by hand.

use std::collections::BTreeSet;

use sdk::serde::{Deserialize, Serialize};

use crate::behaviour::SECOND;
use crate::history::{History, Pending, Proposed, ScaleEvent};

/// The version of the format. A newer one reads this one, too.
const VERSION: u32 = 1;

/// The history of some workloads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(crate = "sdk::serde", deny_unknown_fields)]
pub struct Snapshot {
    version: u32,
    workloads: Vec<Entry>,
}

/// The history of one workload. Ages are seconds before `now_nanoseconds`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(crate = "sdk::serde", deny_unknown_fields)]
struct Entry {
    workload: u64,
    /// The clock's time that ages count back from; absent: that of the next turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    now_nanoseconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recommendations: Option<Vec<Recommendation>>,
    #[serde(default)]
    scale_up_events: Vec<Event>,
    #[serde(default)]
    scale_down_events: Vec<Event>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scaled_to_zero: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<Change>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(crate = "sdk::serde", deny_unknown_fields)]
struct Recommendation {
    replicas: i32,
    age_seconds: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(crate = "sdk::serde", deny_unknown_fields)]
struct Event {
    change: i32,
    age_seconds: f64,
}

/// A change that was asked for and not yet seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(crate = "sdk::serde", deny_unknown_fields)]
struct Change {
    from: i32,
    to: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event_index: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced_event: Option<Event>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scaled_to_zero_before: Option<bool>,
}

impl Snapshot {
    /// Takes the histories of these workloads.
    pub fn of<'a>(histories: impl Iterator<Item = (u64, &'a History)>) -> Self {
        let workloads = histories.map(|(workload, history)| Entry::of(workload, history)).collect();
        Self { version: VERSION, workloads }
    }

    /// As JSON text.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a snapshot is plain data")
    }

    /// Reads JSON text into histories by workload, or says what is wrong with it and where.
    pub fn read(json: &[u8]) -> Result<Vec<(u64, History)>, String> {
        let text = str::from_utf8(json).map_err(|error| format!("snapshot: {error}"))?;
        let snapshot: Self = settings::parse(text)
            .map_err(|error| format!("snapshot at `{}`: {}", error.path, error.message))?;
        if snapshot.version != VERSION {
            let version = snapshot.version;
            return Err(format!(
                "snapshot at `/version`: {version} is unknown, this policy reads {VERSION}"
            ));
        }
        let mut seen = BTreeSet::new();
        for (position, entry) in snapshot.workloads.iter().enumerate() {
            let twice = !seen.insert(entry.workload);
            let again = twice.then(|| ("workload", "is listed twice: keep one".to_owned()));
            if let Some((field, complaint)) = again.or_else(|| entry.complaint()) {
                return Err(format!("snapshot at `/workloads/{position}/{field}`: {complaint}"));
            }
        }
        Ok(snapshot.workloads.into_iter().map(Entry::history).collect())
    }
}

fn age(now: i64, at: i64) -> f64 {
    now.saturating_sub(at) as f64 / SECOND as f64
}

fn instant(now: i64, age_seconds: f64) -> i64 {
    now.saturating_sub((age_seconds * SECOND as f64).round() as i64)
}

impl Event {
    fn of(event: ScaleEvent, now: i64) -> Self {
        Self { change: event.change, age_seconds: age(now, event.at) }
    }

    fn event(self, now: i64) -> ScaleEvent {
        ScaleEvent { change: self.change, at: instant(now, self.age_seconds) }
    }
}

impl Entry {
    fn of(workload: u64, history: &History) -> Self {
        let now = history.seen.unwrap_or(0);
        let event = |&event: &ScaleEvent| Event::of(event, now);
        Self {
            workload,
            now_nanoseconds: history.seen,
            recommendations: history.proposals.as_ref().map(|proposals| {
                let age_of = |one: &Proposed| Recommendation {
                    replicas: one.replicas,
                    age_seconds: age(now, one.at),
                };
                proposals.iter().map(age_of).collect()
            }),
            scale_up_events: history.ups.iter().map(event).collect(),
            scale_down_events: history.downs.iter().map(event).collect(),
            scaled_to_zero: history.scaled_to_zero,
            pending: history.pending.map(|pending| Change {
                from: pending.from,
                to: pending.to,
                event_index: pending.event.map(|(index, _)| index),
                replaced_event: pending
                    .event
                    .and_then(|(_, replaced)| replaced.as_ref().map(event)),
                scaled_to_zero_before: pending.scaled_to_zero,
            }),
        }
    }

    /// What the form alone does not show to be wrong.
    fn complaint(&self) -> Option<(&'static str, String)> {
        let lists = [
            ("scale_up_events", &self.scale_up_events),
            ("scale_down_events", &self.scale_down_events),
        ];
        for (field, events) in lists {
            if let Some(event) = events.iter().find(|event| event.change < 0) {
                let change = event.change;
                return Some((field, format!("a change of {change} must not be negative")));
            }
        }
        let pending = self.pending?;
        let events = lists[usize::from(pending.to < pending.from)].1.len();
        let index = pending.event_index.filter(|&index| index >= events)?;
        Some(("pending", format!("event_index is {index} and there are {events} such events")))
    }

    fn history(self) -> (u64, History) {
        let now = self.now_nanoseconds.unwrap_or(0);
        let event = |event: Event| event.event(now);
        let history = History {
            proposals: self.recommendations.map(|recommendations| {
                let at = |one: Recommendation| Proposed {
                    replicas: one.replicas,
                    at: instant(now, one.age_seconds),
                };
                recommendations.into_iter().map(at).collect()
            }),
            ups: self.scale_up_events.into_iter().map(event).collect(),
            downs: self.scale_down_events.into_iter().map(event).collect(),
            scaled_to_zero: self.scaled_to_zero,
            pending: self.pending.map(|change| Pending {
                from: change.from,
                to: change.to,
                event: change.event_index.map(|index| (index, change.replaced_event.map(event))),
                scaled_to_zero: change.scaled_to_zero_before,
            }),
            seen: self.now_nanoseconds,
        };
        (self.workload, history)
    }
}
