//! The settings of a measurement, as a file gives them.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Uri};
use serde::{Deserialize, Serialize};

use super::plan::{DEFAULT_CONNECTIONS, DEFAULT_QUEUE, DEFAULT_STREAMS, DEFAULT_TIMEOUT_SECONDS};
use super::{Call, Flow, LoadError, Plan};
use crate::{ArrivalSpec, Purpose, Stream, Traces};

/// A measurement: `invoke.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadSpec {
    /// For how long requests count, in seconds, > 0.
    pub duration_seconds: f64,
    /// Requests before that are sent and do not count, in seconds, ≥ 0.
    #[serde(default)]
    pub warm_up_seconds: f64,
    /// How long the last answers are waited for, in seconds, ≥ 0; as long as the longest time-out
    /// unless given, so that no request is left unfinished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drain_seconds: Option<f64>,
    /// The chance of all arrivals.
    #[serde(default)]
    pub seed: u64,
    /// What goes on side by side, at least one.
    pub flows: Vec<FlowSpec>,
}

/// The requests of one workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowSpec {
    /// Its name, which no other flow has.
    pub name: String,
    /// Where requests go: `http://` with a host, and a port and a path where needed.
    pub url: String,
    /// What they are; a GET unless given.
    #[serde(default)]
    pub call: CallSpec,
    /// When they fall due.
    pub arrivals: ArrivalSpec,
    /// How long after it fell due a request is given up, in seconds, > 0; 10 unless given.
    #[serde(default = "timeout")]
    pub timeout_seconds: f64,
    /// Most connections at a time, > 0; 256 unless given.
    #[serde(default = "connections")]
    pub connections: usize,
    /// Most requests that wait for a connection; 10,000 unless given.
    #[serde(default = "queue")]
    pub queue: usize,
}

/// What a request says: `protocol` is `http` (HTTP/1.1) or `grpc` (`helloworld.Greeter/SayHello`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "protocol", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CallSpec {
    /// HTTP/1.1.
    Http {
        /// GET unless given.
        #[serde(default = "get")]
        method: String,
        /// Headers besides `host` and `content-length`.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// Empty unless given.
        #[serde(default)]
        body: String,
    },
    /// gRPC over HTTP/2 without TLS.
    Grpc {
        /// The field `name` of the request: a function's input.
        #[serde(default)]
        name: String,
        /// Most requests at a time on a connection, > 0; 100 unless given.
        #[serde(default = "streams")]
        streams_per_connection: usize,
    },
}

impl Default for CallSpec {
    fn default() -> Self {
        Self::Http { method: get(), headers: BTreeMap::new(), body: String::new() }
    }
}

impl LoadSpec {
    /// Judges every setting, once. Each flow draws from a stream of chance of its own.
    ///
    /// # Errors
    /// [`LoadError`] names the first setting that makes no sense by its path, such as
    /// `flows[1].url`.
    pub fn plan(&self, traces: &Traces) -> Result<Plan, LoadError> {
        let flows = self.flows.iter().enumerate();
        let flows = flows.map(|(index, flow)| flow.plan(index, self.seed, traces));
        let flows = flows.collect::<Result<Vec<_>, _>>()?;
        let longest = flows.iter().map(|flow| flow.timeout).max().unwrap_or_default();
        let drain = match self.drain_seconds {
            Some(drain) => seconds("drain_seconds".into(), drain)?,
            None => longest,
        };
        let warm_up = seconds("warm_up_seconds".into(), self.warm_up_seconds)?;
        let duration = seconds("duration_seconds".into(), self.duration_seconds)?;
        let plan = Plan { flows, warm_up, duration, drain };
        plan.check()?;
        Ok(plan)
    }
}

impl FlowSpec {
    fn plan(&self, index: usize, seed: u64, traces: &Traces) -> Result<Flow, LoadError> {
        let field = |name: &str| format!("flows[{index}].{name}");
        let refused = || LoadError::Url { field: field("url"), url: self.url.clone() };
        let url: Uri = self.url.parse().map_err(|_| refused())?;
        if url.scheme_str() != Some("http") || url.host().is_none_or(str::is_empty) {
            return Err(refused());
        }
        let arrivals = self.arrivals.plan(traces);
        let arrivals =
            arrivals.map_err(|source| LoadError::Arrivals { field: field("arrivals"), source })?;
        let chance = Stream::new(seed, index as u64, Purpose::Arrivals);
        Ok(Flow {
            timeout: seconds(field("timeout_seconds"), self.timeout_seconds)?,
            connections: self.connections,
            queue: self.queue,
            ..Flow::new(&self.name, arrivals, chance, url, self.call.plan(index)?)
        })
    }
}

impl CallSpec {
    fn plan(&self, index: usize) -> Result<Call, LoadError> {
        let unusable = |name: &str, problem| LoadError::Unusable {
            field: format!("flows[{index}].call.{name}"),
            problem,
        };
        match self {
            Self::Grpc { name, streams_per_connection } => {
                let streams_per_connection = *streams_per_connection;
                if streams_per_connection == 0 {
                    return Err(unusable("streams_per_connection", "is 0, but must be above 0"));
                }
                Ok(Call::SayHello { name: name.clone(), streams_per_connection })
            }
            Self::Http { method, headers, body } => {
                let method = Method::from_bytes(method.as_bytes())
                    .map_err(|_| unusable("method", "is no HTTP method, such as GET or POST"))?;
                let mut map = HeaderMap::new();
                for (name, value) in headers {
                    let path = format!("headers.{name}");
                    let name = HeaderName::from_bytes(name.as_bytes())
                        .map_err(|_| unusable(&path, "is no name of a header"))?;
                    let value = HeaderValue::from_str(value)
                        .map_err(|_| unusable(&path, "holds what a header cannot"))?;
                    map.insert(name, value);
                }
                Ok(Call::Http { method, headers: map, body: Bytes::from(body.clone()) })
            }
        }
    }
}

/// A duration from a finite number of at least 0.
fn seconds(field: String, value: f64) -> Result<Duration, LoadError> {
    let problem = "must be a finite number of at least 0, and at most 2592000, which is 30 days";
    Duration::try_from_secs_f64(value).map_err(|_| LoadError::Unusable { field, problem })
}

fn timeout() -> f64 {
    DEFAULT_TIMEOUT_SECONDS
}

fn connections() -> usize {
    DEFAULT_CONNECTIONS
}

fn queue() -> usize {
    DEFAULT_QUEUE
}

fn streams() -> usize {
    DEFAULT_STREAMS
}

fn get() -> String {
    Method::GET.to_string()
}
