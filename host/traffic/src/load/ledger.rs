//! Ledger: what was counted, by second, by window and in all. It takes over what the tracks have
//! counted, so that the generator's thread writes to one histogram and never waits for a sum.

use super::row::{Phase, Row};
use super::tally::Tally;
use super::track::Track;

/// Rows that are kept: a hundred flows for some three hours. Later ones are only shown.
const MOST_ROWS: usize = 1_000_000;

/// What was counted, by second, by window and in all.
#[derive(Debug)]
pub(crate) struct Ledger {
    accounts: Vec<Account>,
    /// Empty between exchanges.
    spare: Tally,
    rows: Vec<Row>,
    second_start: u64,
    window_start: u64,
}

#[derive(Debug, Default)]
struct Account {
    /// Of the requests that count.
    total: Tally,
    second: Tally,
    window: Tally,
}

impl Ledger {
    /// An empty one.
    pub(crate) fn new(flows: usize) -> Self {
        Self {
            accounts: (0..flows).map(|_| Account::default()).collect(),
            spare: Tally::default(),
            rows: Vec::new(),
            second_start: 0,
            window_start: 0,
        }
    }

    /// Ends the second: one row for each flow.
    pub(crate) fn second(
        &mut self,
        now: u64,
        phase: impl Fn(u64) -> Phase,
        tracks: &[(String, Track)],
    ) -> Vec<Row> {
        self.absorb(tracks);
        let span = (std::mem::replace(&mut self.second_start, now), now);
        let rows: Vec<_> = tracks
            .iter()
            .zip(&mut self.accounts)
            .map(|((name, track), account)| {
                let row = Row::new(span, name, phase(span.0), &account.second, track.gauge());
                account.second.clear();
                row
            })
            .collect();
        if self.rows.len() + rows.len() <= MOST_ROWS {
            self.rows.extend_from_slice(&rows);
        }
        rows
    }

    /// Ends the window: its length in nanoseconds and the tally of each flow.
    pub(crate) fn window(&mut self, now: u64, tracks: &[(String, Track)]) -> (u64, Vec<Tally>) {
        self.absorb(tracks);
        let start = std::mem::replace(&mut self.window_start, now);
        let tallies = self.accounts.iter_mut().map(|account| std::mem::take(&mut account.window));
        (now.saturating_sub(start), tallies.collect())
    }

    /// All rows, and the totals of each flow.
    pub(crate) fn close(&mut self, tracks: &[(String, Track)]) -> (Vec<Row>, Vec<Tally>) {
        self.absorb(tracks);
        let totals = self.accounts.iter_mut().map(|account| std::mem::take(&mut account.total));
        (std::mem::take(&mut self.rows), totals.collect())
    }

    fn absorb(&mut self, tracks: &[(String, Track)]) {
        for ((_, track), account) in tracks.iter().zip(&mut self.accounts) {
            for measured in [false, true] {
                track.exchange(measured, &mut self.spare);
                if self.spare.is_empty() {
                    continue;
                }
                account.second.add(&self.spare);
                account.window.add(&self.spare);
                if measured {
                    account.total.add(&self.spare);
                }
                self.spare.clear();
            }
        }
    }
}
