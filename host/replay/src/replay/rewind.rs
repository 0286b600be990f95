//! Rewind: back to what was, so that a run that was interrupted goes on as if it had not been.

use std::ops::ControlFlow;

use thiserror::Error;

use super::{Mark, Replay, Sequence};
use crate::log::{
    Entry, LogError, Scan, Writer, begin_rows, end_rows, read, row_bytes, seal, told,
};
use crate::ring::Ring;

/// A rewind that was not done; the replay is as it was.
#[derive(Debug, Error)]
pub enum RewindError {
    /// Nothing to read it from.
    #[error("cannot rewind to {to}: the replay keeps no log")]
    NoLog {
        /// Asked for.
        to: Sequence,
    },
    /// It has not happened yet.
    #[error("cannot rewind to {to}: the replay is at {here}")]
    Ahead {
        /// Asked for.
        to: Sequence,
        /// Where it is.
        here: Sequence,
    },
    /// Rows that were there then are not in the log any more.
    #[error(
        "cannot rewind to {to}: {expected} rows were there from {oldest} on, and the log has {found} \
         of them; keep the marks of checkpoints that are to be resumed"
    )]
    Gone {
        /// Asked for.
        to: Sequence,
        /// The oldest row then.
        oldest: Sequence,
        /// Rows then.
        expected: usize,
        /// Rows of these that are left.
        found: usize,
    },
    /// The log cannot be read or written.
    #[error("cannot rewind")]
    Log(#[from] LogError),
}

/// Where a log has to be cut.
#[derive(Default)]
struct Cut {
    /// The first frame with something later: its segment's position, and its offset.
    at: Option<(usize, u64)>,
    /// A frame of what it has that is not later.
    kept: Vec<u8>,
}

impl Replay {
    /// Goes back to a mark: the same rows in the same slots, so that the same generator draws the same
    /// samples. What was appended since is forgotten, on the disk too. Priorities are those of new rows
    /// until [`Self::restore_priorities`]. Needs memory for two rings while it runs.
    pub fn rewind(&mut self, mark: &Mark) -> Result<(), RewindError> {
        let to = mark.sequence;
        if self.log.is_none() {
            return Err(RewindError::NoLog { to });
        }
        if to > self.last() {
            return Err(RewindError::Ahead { to, here: self.last() });
        }
        self.commit()?;
        let header = self.header();
        let Some(log) = &mut self.log else { return Err(RewindError::NoLog { to }) };

        let mut ring = Ring::new(self.layout, self.ring.limits().clone());
        let mut cut = Cut::default();
        read(&log.settings.folder, Some(&self.schema), |scan| cut.take(scan, to.0, &mut ring))?;
        let oldest = Sequence(ring.partitions.oldest_sequence().unwrap_or(to.0));
        if ring.rows() != mark.rows || oldest != mark.oldest {
            let (expected, found) = (mark.rows, ring.rows().min(mark.rows));
            return Err(RewindError::Gone { to, oldest: mark.oldest, expected, found });
        }

        let Some(mut appender) = log.writer.stop() else {
            let cause = "the writer's thread is gone".to_owned();
            return Err(LogError::NotDurable { durable: self.durable(), cause }.into());
        };
        appender.header = header;
        let rewound = appender.rewind(to.0, cut.at, &cut.kept);
        log.writer = Writer::start(appender, log.settings.backlog);
        if let Err(error) = rewound {
            // The ring is as it was, and the log may have lost its end: it is written again on recovery.
            log.writer.fail(&told(&error));
            return Err(error.into());
        }
        self.ring = ring;
        self.last = to.0;
        if let Some(priorities) = &mut self.priorities {
            priorities.reset();
        }
        self.renew_priorities();
        Ok(())
    }
}

impl Cut {
    /// Does again what is not later than `to`, and finds the first frame that has more.
    fn take(&mut self, scan: &Scan<'_>, to: u64, ring: &mut Ring) {
        let mut later = false;
        let _ = scan.entries(|entry| {
            if entry.sequence() > to {
                later = true;
            } else {
                ring.apply(entry);
            }
            ControlFlow::<()>::Continue(())
        });
        if later && self.at.is_none() {
            self.at = Some((scan.segment, scan.offset));
            let mut rows = 0;
            let _ = scan.entries(|entry| {
                if let Entry::Put { slot, identity, words } = entry
                    && identity.sequence <= to
                {
                    if rows == 0 {
                        begin_rows(&mut self.kept, identity.sequence);
                        self.kept.reserve(row_bytes(scan.layout.words));
                    }
                    let words: Vec<u32> = words
                        .as_chunks::<4>()
                        .0
                        .iter()
                        .map(|&four| u32::from_le_bytes(four))
                        .collect();
                    crate::log::encode_row(&mut self.kept, slot, &identity, &words);
                    rows += 1;
                }
                ControlFlow::<()>::Continue(())
            });
            if rows > 0 {
                end_rows(&mut self.kept, rows);
                seal(&mut self.kept);
            }
        }
    }
}
