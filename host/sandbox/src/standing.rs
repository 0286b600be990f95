//! Standing: whether a policy may be asked, given how its last turns ended. Pure: time is passed in.

use std::fmt;
use std::sync::Arc;

use scaling::Timestamp;

use crate::limits::Discipline;

/// Whether a policy may be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    #[default]
    Good,
    /// It failed several turns running and is given a pause.
    Paused {
        /// When it is asked again.
        until: Timestamp,
        /// How its last turn failed.
        cause: Arc<str>,
    },
    /// It failed too often in a row and is not asked again until somebody releases it.
    Quarantined {
        /// Failures in a row.
        failures: u32,
        /// How the last turn failed.
        cause: Arc<str>,
    },
}

impl fmt::Display for Standing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Standing::Good => formatter.write_str("in good standing"),
            Standing::Paused { until, cause } => {
                write!(formatter, "it is paused until {} s, because {cause}", until.seconds())
            }
            Standing::Quarantined { failures, cause } => write!(
                formatter,
                "it is quarantined after {failures} failures in a row, the last one because {cause}; \
                 release it by hand, or by a new version"
            ),
        }
    }
}

/// How the turns of a policy end, one after another.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    failures: u32,
    standing: Standing,
}

impl Record {
    /// Its standing now; a pause that is over is none.
    pub(crate) fn standing(&self, now: Timestamp) -> &Standing {
        match &self.standing {
            Standing::Paused { until, .. } if *until <= now => &Standing::Good,
            standing => standing,
        }
    }

    /// A turn ended well.
    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// A turn failed.
    pub(crate) fn failed(
        &mut self,
        now: Timestamp,
        cause: Arc<str>,
        discipline: Option<&Discipline>,
    ) {
        let Some(discipline) = discipline else { return };
        self.failures = self.failures.saturating_add(1);
        self.standing = if self.failures >= discipline.failures_to_quarantine {
            Standing::Quarantined { failures: self.failures, cause }
        } else if self.failures == 1 {
            Standing::Good
        } else {
            // 2^31 seconds are longer than any longest pause.
            let doubled = 1_u32 << (self.failures - 2).min(31);
            let pause =
                discipline.pause_first.saturating_mul(doubled).min(discipline.pause_longest);
            Standing::Paused { until: now + pause, cause }
        };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn pauses_double_and_end_in_quarantine() {
        let discipline = Discipline {
            pause_first: Duration::from_secs(1),
            pause_longest: Duration::from_secs(5),
            failures_to_quarantine: 6,
        };
        let mut record = Record::default();
        let now = Timestamp::from_nanoseconds(7_000_000_000);
        let mut pauses = Vec::new();
        for _ in 0..5 {
            record.failed(now, "of a trap".into(), Some(&discipline));
            pauses.push(match record.standing(now) {
                Standing::Good => 0,
                Standing::Paused { until, .. } => until.since(now).as_secs(),
                Standing::Quarantined { .. } => 99,
            });
        }
        assert_eq!(pauses, [0, 1, 2, 4, 5]);
        assert_eq!(record.standing(now + Duration::from_secs(5)), &Standing::Good);
        record.failed(now, "of the last straw".into(), Some(&discipline));
        let later = now + Duration::from_secs(1_000_000);
        let words = record.standing(later).to_string();
        assert!(words.contains("6 failures") && words.contains("the last straw"), "{words}");
    }

    #[test]
    fn one_success_forgives_all_failures() {
        let mut record = Record::default();
        for _ in 0..3 {
            for _ in 0..9 {
                record.failed(Timestamp::ZERO, "it failed".into(), Some(&Discipline::default()));
            }
            assert_ne!(record.standing(Timestamp::ZERO), &Standing::Good);
            record.succeeded();
            assert_eq!(record.standing(Timestamp::ZERO), &Standing::Good);
        }
    }
}
