//! Fake: a module in the test's own memory, with one fault. It counts the turns of each workload and
//! answers with the count.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use sandbox::{Limits, LoadError, SettingComplaint, SettingsError, TrapKind};
use scaling::{Column, WorkloadId};

use crate::conformance::scenario::Frame;
use crate::conformance::subject::{Asked, Said, Subject, Turn, Used};

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    Stateless,
    OtherName,
    WantsBySeed,
    NoSchema,
    SchemaTooStrict,
    InitTakesMore,
    ValidateTraps,
    NeedsSettings,
    Slow,
    Nonsense,
    NeverAnswers,
    OddExplanations,
    ExplainsUnasked,
    Traps,
    TrapsAlways,
    TrapsTogether,
    LearningTraps,
    Floods,
    Hungry,
    Bloated,
    ByInstance,
    BySeed,
    BySeedExploring,
    ByRow,
    ByCompany,
    ByCompanyAsGroup,
    RemembersInSecret,
    EmptySnapshot,
    RefusesItsOwn,
    SnapshotChangesIt,
    SnapshotsTheFirst,
    ForgetsAll,
    ForgettingTraps,
    TakesGarbage,
    GarbageTraps,
    HalfRestores,
}

pub(super) struct Fake {
    fault: Fault,
    limits: Limits,
    made: Cell<u64>,
}

pub(super) struct FakeAsked {
    fault: Fault,
    seed: u64,
    instance: u64,
    turns: BTreeMap<u64, u64>,
    used: Used,
}

/// What a snapshot begins with.
const MARK: &[u8] = b"fake1";

impl Fake {
    pub(super) fn new(fault: Fault) -> Self {
        Self { fault, limits: Limits::default(), made: Cell::new(0) }
    }

    fn accepts(&self, settings: &str) -> Result<(), LoadError> {
        let good = match self.fault {
            Fault::NeedsSettings => settings.contains("replicas"),
            _ => settings == "{}",
        };
        let path = "/replicas".to_owned();
        let complaints = vec![SettingComplaint { path, message: "is missing".to_owned() }];
        let error = SettingsError { component: "fake".to_owned(), complaints };
        if good { Ok(()) } else { Err(error.into()) }
    }
}

impl Subject for Fake {
    type Asked = FakeAsked;

    fn stateful(&self) -> bool {
        !matches!(self.fault, Fault::Stateless | Fault::RemembersInSecret)
    }

    fn by_row(&self) -> bool {
        self.fault != Fault::ByCompanyAsGroup
    }

    fn has_chance(&self) -> bool {
        true
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn schema(&self) -> &str {
        match self.fault {
            Fault::NoSchema => "settings: replicas",
            Fault::SchemaTooStrict => r#"{"required": ["replicas"]}"#,
            Fault::NeedsSettings => {
                r#"{"required": ["replicas"],
                    "properties": {"replicas": {"type": "integer", "minimum": 3}}}"#
            }
            _ => r#"{"type": "object"}"#,
        }
    }

    fn described(&self) -> Vec<(&'static str, String)> {
        let name = if self.fault == Fault::OtherName { "faker" } else { "fake" };
        vec![("version", "1.0.0".to_owned()), ("name", name.to_owned())]
    }

    fn validate(&self, settings: &str) -> Result<(), LoadError> {
        if self.fault == Fault::ValidateTraps && settings == "[]" {
            let (kind, detail) = (TrapKind::Aborted, "panicked".to_owned());
            return Err(LoadError::Trapped { attempted: "validate settings", kind, detail });
        }
        self.accepts(settings)
    }

    fn make_with(&self, settings: &str, seed: u64) -> Result<FakeAsked, LoadError> {
        if self.fault != Fault::InitTakesMore {
            self.accepts(settings)?;
        }
        self.made.set(self.made.get() + 1);
        let share = if self.fault == Fault::Bloated { 0.999 } else { 0.01 };
        let memory_bytes_peak = (self.limits.memory_bytes as f64 * share) as usize;
        let used = Used { fuel: 1000, memory_bytes_peak, traps: 0, dropped_log_lines: 0 };
        let (fault, instance) = (self.fault, self.made.get());
        Ok(FakeAsked { fault, seed, instance, turns: BTreeMap::new(), used })
    }

    fn is_out_of_time(&self) -> bool {
        self.fault == Fault::Slow && self.made.get() > 2
    }

    fn settings(&self) -> &str {
        "{}"
    }
}

impl FakeAsked {
    fn answer(&mut self, frame: &Frame, row: usize, explore: bool) -> Said {
        let card = &frame.now.cards[row];
        let turns = self.turns.entry(card.id.0).or_default();
        *turns += 1;
        let more = match self.fault {
            Fault::Stateless => return Said::Answer(card.value(Column::ReplicasMax).to_string()),
            Fault::NeverAnswers => return Said::Declined("not today".to_owned()),
            Fault::Nonsense if frame.name.starts_with("values missing") => {
                return Said::Implausible("replicas is not a number".to_owned());
            }
            Fault::Traps if frame.name.contains("zero") => {
                return Said::Broken("panicked".to_owned());
            }
            Fault::TrapsAlways => return Said::Broken("panicked".to_owned()),
            Fault::ByInstance => self.instance,
            Fault::BySeed => self.seed,
            Fault::BySeedExploring if explore => self.seed,
            Fault::ByRow => row as u64,
            Fault::ByCompany | Fault::ByCompanyAsGroup => frame.rows() as u64,
            _ => 0,
        };
        Said::Answer(format!("replicas {turns}, {more} more"))
    }
}

impl Asked for FakeAsked {
    fn wants(&self) -> String {
        let seed = if self.fault == Fault::WantsBySeed { self.seed } else { 0 };
        format!("a period of {seed}")
    }

    fn period(&self) -> Duration {
        Duration::ZERO
    }

    fn ask(&mut self, frame: &Frame, explore: bool) -> Turn {
        let said = (0..frame.rows())
            .map(|row| (frame.now.cards[row].id, self.answer(frame, row, explore)))
            .collect();
        let rows = frame.rows() as u64;
        let share = if self.fault == Fault::Hungry && rows == 1 { 0.95 } else { 0.01 };
        let limits = Limits::default();
        self.used.fuel += ((limits.call_fuel + rows * limits.row_fuel) as f64 * share) as u64;
        if self.fault == Fault::TrapsTogether && rows > 100 && frame.name.contains("hundred") {
            self.used.traps += 1;
        }
        if self.fault == Fault::Floods {
            self.used.dropped_log_lines += rows;
        }
        let odd_explanation = match self.fault {
            Fault::OddExplanations if frame.explain => Some("because".to_owned()),
            Fault::ExplainsUnasked if !frame.explain => {
                Some("it explained without being asked".to_owned())
            }
            _ => None,
        };
        Turn { said, odd_explanation, log_lines: 0 }
    }

    fn learn(&mut self, frame: Option<&Frame>) -> Option<Said> {
        Some(match (self.fault, frame) {
            (Fault::LearningTraps, None) => Said::Broken("panicked".to_owned()),
            _ => Said::Answer(String::new()),
        })
    }

    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), String> {
        match self.fault {
            Fault::ForgettingTraps => return Err("panicked".to_owned()),
            Fault::ForgetsAll => self.turns.clear(),
            _ => self.turns.retain(|id, _| !workloads.contains(&WorkloadId(*id))),
        }
        Ok(())
    }

    fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, String> {
        let mut kept: Vec<u64> = self.turns.keys().copied().collect();
        kept.retain(|id| workloads.contains(&WorkloadId(*id)));
        match self.fault {
            Fault::EmptySnapshot => kept.clear(),
            Fault::SnapshotsTheFirst if workloads.len() == 3 => kept.truncate(1),
            _ => {}
        }
        let mut snapshot = MARK.to_vec();
        snapshot.extend((kept.len() as u64).to_le_bytes());
        for id in kept {
            snapshot.extend(id.to_le_bytes());
            snapshot.extend(self.turns[&id].to_le_bytes());
        }
        if self.fault == Fault::SnapshotChangesIt {
            self.turns.values_mut().for_each(|turns| *turns += 1);
        }
        Ok(snapshot)
    }

    fn restore(&mut self, snapshot: &[u8]) -> Said {
        let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
        if self.fault == Fault::RefusesItsOwn {
            return Said::Declined("no".to_owned());
        }
        let records = snapshot.strip_prefix(MARK).and_then(|rest| rest.split_at_checked(8));
        let whole = records.filter(|(count, rest)| rest.len() as u64 == 16 * number(count));
        let Some((_, records)) = whole else {
            return match self.fault {
                Fault::TakesGarbage => Said::Answer(String::new()),
                Fault::GarbageTraps => Said::Broken("panicked".to_owned()),
                Fault::HalfRestores => {
                    self.turns.insert(1, 100);
                    Said::Declined("no".to_owned())
                }
                _ => Said::Declined("that is no snapshot of mine".to_owned()),
            };
        };
        for record in records.chunks(16) {
            self.turns.insert(number(&record[..8]), number(&record[8..]));
        }
        Said::Answer(String::new())
    }

    fn used(&self) -> Used {
        self.used
    }
}
