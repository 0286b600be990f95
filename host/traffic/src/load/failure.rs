//! Failure: why a request brought no good answer.

use serde::{Serialize, Serializer};

/// Codes of gRPC, from 0 (which is no failure) to 16.
const GRPC_CODES: usize = 17;
/// What an unknown code of gRPC counts as, by its own rules.
const GRPC_UNKNOWN: u8 = 2;

/// Why a request brought no good answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The target took no connection: refused, unreachable, reset while connecting.
    Connect,
    /// This machine had no socket left: no file descriptor or no port. It says nothing about the
    /// target, so the measurement is invalid.
    NoSocket,
    /// An answer with a status from 300 to 399: redirections are not followed.
    Status3xx,
    /// An answer with a status from 400 to 499.
    Status4xx,
    /// An answer with a status from 500 to 599.
    Status5xx,
    /// A gRPC answer with this status, from 1 to 16.
    Grpc(u8),
    /// The connection ended before the answer was whole.
    Closed,
    /// The answer was no HTTP or no gRPC, or the server reset the stream.
    Protocol,
    /// No whole answer within the time-out, which runs from the intended instant.
    TimedOut,
    /// Still waiting when the drain ended.
    Unfinished,
    /// No connection was free and the queue was full, so it was never sent.
    Overflow,
}

impl Failure {
    /// Labels of all kinds, in the order of columns; those of gRPC are one kind.
    pub const LABELS: [&str; 11] = [
        "connect",
        "no_socket",
        "status_3xx",
        "status_4xx",
        "status_5xx",
        "grpc_status",
        "closed",
        "protocol",
        "timed_out",
        "unfinished",
        "overflow",
    ];

    /// The kind's name in files.
    pub fn label(self) -> &'static str {
        Self::LABELS[self.index()]
    }

    /// The failure that a gRPC status stands for, none for 0.
    pub(crate) fn from_grpc(status: u32) -> Option<Self> {
        match u8::try_from(status) {
            Ok(0) => None,
            Ok(code) if usize::from(code) < GRPC_CODES => Some(Self::Grpc(code)),
            _ => Some(Self::Grpc(GRPC_UNKNOWN)),
        }
    }

    /// The failure that an HTTP status stands for, none for 200 to 299.
    pub(crate) fn from_http(status: u16) -> Option<Self> {
        match status {
            200..=299 => None,
            300..=399 => Some(Self::Status3xx),
            400..=499 => Some(Self::Status4xx),
            500..=599 => Some(Self::Status5xx),
            _ => Some(Self::Protocol),
        }
    }

    /// Whether the request was waited for to the end, so that its latency is the time waited. The
    /// others were never answered and count as the largest latency there is.
    pub(crate) fn was_waited_for(self) -> bool {
        matches!(self, Self::TimedOut | Self::Unfinished)
    }

    fn index(self) -> usize {
        match self {
            Self::Connect => 0,
            Self::NoSocket => 1,
            Self::Status3xx => 2,
            Self::Status4xx => 3,
            Self::Status5xx => 4,
            Self::Grpc(_) => 5,
            Self::Closed => 6,
            Self::Protocol => 7,
            Self::TimedOut => 8,
            Self::Unfinished => 9,
            Self::Overflow => 10,
        }
    }
}

/// How many requests failed, by kind. In a file: a map from label to number, in fixed order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failures {
    kinds: [u64; Failure::LABELS.len()],
    grpc: [u64; GRPC_CODES],
}

impl Failures {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.kinds.iter().sum()
    }

    /// How many were of the failure's kind; for gRPC those with the same code.
    pub fn of(&self, failure: Failure) -> u64 {
        match failure {
            Failure::Grpc(code) => self.grpc.get(usize::from(code)).copied().unwrap_or(0),
            _ => self.kinds[failure.index()],
        }
    }

    /// Label and number of every kind, in the order of [`Failure::LABELS`].
    pub fn by_label(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Failure::LABELS.into_iter().zip(self.kinds)
    }

    pub(crate) fn count(&mut self, failure: Failure) {
        self.kinds[failure.index()] += 1;
        if let Failure::Grpc(code) = failure
            && let Some(count) = self.grpc.get_mut(usize::from(code))
        {
            *count += 1;
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.kinds.iter_mut().zip(other.kinds) {
            *mine += theirs;
        }
        for (mine, theirs) in self.grpc.iter_mut().zip(other.grpc) {
            *mine += theirs;
        }
    }
}

impl Serialize for Failures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.by_label())
    }
}
