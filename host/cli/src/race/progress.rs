//! Progress: a bar on a terminal, plain lines elsewhere.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arena::{Progress, Step};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use crate::output::note;

/// Parts of the whole after which a plain line is due.
const PARTS: u64 = 10;
/// From here on a plain line is due for every cell.
const SLOW: Duration = Duration::from_secs(10);

/// How far a race has got, told from several threads.
pub(crate) struct Bar {
    /// None where there is no terminal.
    bar: Option<ProgressBar>,
    /// Parts that were told in plain lines.
    told: AtomicU64,
}

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let template = "{bar:30} {pos}/{len} {elapsed}{prefix} {wide_msg}";
            let style = ProgressStyle::with_template(template);
            let bar = ProgressBar::no_length();
            bar.with_style(style.expect("the template is right"))
        });
        Self { bar, told: AtomicU64::new(0) }
    }

    /// Tells of a step.
    pub(crate) fn tell(&self, progress: &Progress<'_>) {
        let step = told(&progress.step);
        let left = told_left(progress.wall_left);
        if let Some(bar) = &self.bar {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
            if let Step::Failed { .. } = progress.step {
                bar.suspend(|| note(&step));
            }
            bar.set_prefix(left);
            bar.set_message(step);
            return;
        }
        let part = progress.done * PARTS / progress.total.max(1);
        // Relaxed: each part is told by whoever gets there first.
        let mut due = self.told.fetch_max(part, Ordering::Relaxed) < part;
        // Where time is real, few steps take nearly all of it.
        let real = progress.wall_left.is_some_and(|left| left >= SLOW);
        due |= real && matches!(progress.step, Step::Raced { .. });
        if due || matches!(progress.step, Step::Failed { .. }) {
            note(format_args!("{}/{} {step}{left}", progress.done, progress.total));
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// How long it still takes, if that can be told yet.
fn told_left(wall_left: Option<Duration>) -> String {
    match wall_left {
        Some(left) if left >= Duration::from_secs(1) => {
            format!(", about {} left", HumanDuration(left))
        }
        _ => String::new(),
    }
}

fn told(step: &Step<'_>) -> String {
    let again = |resumed: &bool| if *resumed { " (found in the results)" } else { "" };
    match step {
        Step::Trained { entrant, episode, episodes, .. } => {
            format!("`{entrant}` trained, episode {episode} of {episodes}")
        }
        Step::Tried { entrant, candidate } => format!("`{entrant}` tried with {candidate}"),
        Step::Ready { entrant, resumed } => format!("`{entrant}` is ready{}", again(resumed)),
        Step::Raced { cell, resumed } => format!("{cell}{}", again(resumed)),
        Step::Failed { cell, message } => format!("{cell} failed: {message}"),
    }
}
