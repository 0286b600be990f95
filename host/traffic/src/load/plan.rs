//! Plan: what is sent where, how fast and for how long.

use std::time::Duration;

use bytes::Bytes;
use hyper::{HeaderMap, Method, Uri};

use super::LoadError;
use crate::{ArrivalPlan, Stream};

/// A measurement: the flows start together and go on for the warm-up and the duration.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What goes on side by side; each has connections, a queue and figures of its own.
    pub flows: Vec<Flow>,
    /// Requests of this time are sent and shown but do not count in the summary.
    pub warm_up: Duration,
    /// For how long requests count, after the warm-up.
    pub duration: Duration,
    /// How long the last requests are waited for once sending has ended.
    pub drain: Duration,
}

/// The requests of one workload.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Whose they are; no two flows of a plan have the same.
    pub name: String,
    /// When they fall due.
    pub arrivals: ArrivalPlan,
    /// The chance that the arrivals draw from.
    pub chance: Stream,
    /// Where they go.
    pub url: Uri,
    /// What they say.
    pub call: Call,
    /// How long after its intended instant a request is given up, > 0.
    pub timeout: Duration,
    /// Most connections at a time, > 0.
    pub connections: usize,
    /// Most requests that wait for a connection; beyond it they overflow.
    pub queue: usize,
}

/// What a request says.
#[derive(Debug, Clone)]
pub enum Call {
    /// HTTP/1.1, one request at a time on a connection.
    Http {
        /// Such as GET.
        method: Method,
        /// Besides `host` and `content-length`, which are added.
        headers: HeaderMap,
        /// May be empty.
        body: Bytes,
    },
    /// gRPC's `helloworld.Greeter/SayHello` over HTTP/2 without TLS, many at a time on a connection.
    /// The path of the URL is ignored.
    SayHello {
        /// The field `name` of the request.
        name: String,
        /// Most requests at a time on a connection, > 0.
        streams_per_connection: usize,
    },
}

impl Call {
    /// A GET without headers.
    pub fn get() -> Self {
        Self::Http { method: Method::GET, headers: HeaderMap::new(), body: Bytes::new() }
    }
}

impl Flow {
    /// A flow with the usual limits: 10 s, 256 connections and 10,000 requests that wait.
    pub fn new(name: &str, arrivals: ArrivalPlan, chance: Stream, url: Uri, call: Call) -> Self {
        Self {
            name: name.into(),
            arrivals,
            chance,
            url,
            call,
            timeout: Duration::from_secs(DEFAULT_TIMEOUT_SECONDS as u64),
            connections: DEFAULT_CONNECTIONS,
            queue: DEFAULT_QUEUE,
        }
    }

    /// Most requests that can be under way at a time, without those that wait.
    pub(crate) fn slots(&self) -> usize {
        match &self.call {
            Call::Http { .. } => self.connections,
            Call::SayHello { streams_per_connection, .. } => {
                self.connections.saturating_mul(*streams_per_connection)
            }
        }
    }
}

/// A caller's patience where nothing is said.
pub(crate) const DEFAULT_TIMEOUT_SECONDS: f64 = 10.0;
/// Leaves room for some flows below the 1,024 files that a process may usually open.
pub(crate) const DEFAULT_CONNECTIONS: usize = 256;
/// Ten seconds' worth at a thousand requests per second.
pub(crate) const DEFAULT_QUEUE: usize = 10_000;
/// What most servers allow on a connection.
pub(crate) const DEFAULT_STREAMS: usize = 100;
/// Each slot is a task with a buffer or two; beyond this a plan is a slip of the pen.
const MOST_SLOTS: usize = 1_000_000;
/// The longest measurement, in seconds: 30 days. Instants stay far below what a `u64` holds.
const LONGEST_SECONDS: u64 = 30 * 86_400;

impl Plan {
    /// Judges what the types leave open.
    ///
    /// # Errors
    /// [`LoadError::Unusable`] names the first setting that makes no sense.
    pub fn check(&self) -> Result<(), LoadError> {
        let unusable = |field: String, problem| Err(LoadError::Unusable { field, problem });
        if self.flows.is_empty() {
            return unusable("flows".into(), "is empty, but there must be at least one");
        }
        if self.duration.is_zero() {
            return unusable("duration_seconds".into(), "is 0, but must be above 0");
        }
        let longest = Duration::from_secs(LONGEST_SECONDS);
        for (field, length) in [
            ("duration_seconds", self.duration),
            ("warm_up_seconds", self.warm_up),
            ("drain_seconds", self.drain),
        ] {
            if length > longest {
                return unusable(field.into(), "is above 2592000, which is 30 days");
            }
        }
        for (index, flow) in self.flows.iter().enumerate() {
            let field = |name| format!("flows[{index}].{name}");
            if flow.name.is_empty() {
                return unusable(field("name"), "is empty");
            }
            if self.flows[..index].iter().any(|other| other.name == flow.name) {
                return unusable(field("name"), "is the name of an earlier flow too");
            }
            if flow.timeout.is_zero() {
                return unusable(field("timeout_seconds"), "is 0, but must be above 0");
            }
            if flow.timeout > longest {
                return unusable(field("timeout_seconds"), "is above 2592000, which is 30 days");
            }
            if flow.slots() == 0 {
                return unusable(field("connections"), "leaves room for no request");
            }
            if flow.slots() > MOST_SLOTS {
                return unusable(field("connections"), "leaves room for over 1000000 requests");
            }
        }
        Ok(())
    }
}
