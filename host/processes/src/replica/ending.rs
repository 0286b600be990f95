//! Ending: how a replica's process ended, and what is left of it.

use std::fmt;

use nix::libc;
use nix::sys::signal::Signal;

use crate::cgroup::{GroupError, Usage};

/// What a shell answers for a command that was killed with SIGKILL.
const SHELL_KILLED: i32 = 128 + libc::SIGKILL;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// By itself.
    Exited {
        /// Its exit status, 0 to 255.
        status: i32,
    },
    /// By a signal.
    Killed {
        /// The signal's number.
        signal: i32,
    },
    /// The kernel would not say.
    Unknown,
}

/// What is known of a replica that has ended.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub ending: Ending,
    /// What it used in all, its memory at the very end; none if the kernel had let go of it before
    /// it was read.
    pub usage: Option<Usage>,
    /// The last lines that it wrote, oldest first.
    pub last_lines: Vec<String>,
    /// Its group could not be removed.
    pub group_left: Option<GroupError>,
}

impl Ended {
    /// Whether it ended because its memory limit was reached: it, or the child that a shell ran, was
    /// killed and the group counts such a kill. A replica that lives on without a child that was
    /// killed so has not ended.
    pub fn is_out_of_memory(&self) -> bool {
        let killed = matches!(
            self.ending,
            Ending::Killed { signal: libc::SIGKILL } | Ending::Exited { status: SHELL_KILLED }
        );
        killed && self.usage.is_some_and(|usage| usage.oom_kills > 0)
    }

    pub(super) fn unknown() -> Self {
        Self { ending: Ending::Unknown, usage: None, last_lines: Vec::new(), group_left: None }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Exited { status } => write!(formatter, "exited with status {status}"),
            Self::Killed { signal } => match Signal::try_from(signal) {
                Ok(name) => write!(formatter, "was killed by {name}"),
                Err(_) => write!(formatter, "was killed by signal {signal}"),
            },
            Self::Unknown => write!(formatter, "ended in an unknown way"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_kill_that_the_group_counts_is_out_of_memory() {
        let check = |ending: Ending, oom_kills: Option<u64>, expected: bool| {
            let usage = oom_kills.map(|oom_kills| Usage { oom_kills, ..Usage::default() });
            let ended = Ended { ending, usage, ..Ended::unknown() };
            assert_eq!(ended.is_out_of_memory(), expected, "{ended:?}");
        };
        check(Ending::Killed { signal: 9 }, Some(1), true);
        check(Ending::Exited { status: 137 }, Some(2), true);
        check(Ending::Killed { signal: 9 }, Some(0), false);
        check(Ending::Killed { signal: 9 }, None, false);
        check(Ending::Killed { signal: 11 }, Some(1), false);
        check(Ending::Exited { status: 1 }, Some(1), false);
    }

    #[test]
    fn endings_are_told_in_words() {
        let check = |ending: Ending, words: &str| assert_eq!(ending.to_string(), words);
        check(Ending::Exited { status: 3 }, "exited with status 3");
        check(Ending::Killed { signal: 11 }, "was killed by SIGSEGV");
        check(Ending::Killed { signal: 40 }, "was killed by signal 40");
    }
}
