//! Endpoint: a line of the workload file of vSwarm's invoker, a JSON list of objects with a
//! `hostname`. That invoker has one rate and one port for all of them; here each flow has its own.

use serde::{Deserialize, Serialize};

use super::plan::{DEFAULT_CONNECTIONS, DEFAULT_QUEUE, DEFAULT_STREAMS, DEFAULT_TIMEOUT_SECONDS};
use super::spec::{CallSpec, FlowSpec};
use crate::ArrivalSpec;

/// One function of such a list. Fields besides these concern the cluster that serves it and are
/// passed over, as the invoker passes over what it does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Where it is served.
    pub hostname: String,
    /// Its port, where it is not the one that all share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

impl Endpoint {
    /// Greetings to this function, named by its hostname; `port` is for those that name none, and
    /// `input` is the field `name` of each request.
    pub fn flow(&self, port: u16, input: &str, arrivals: ArrivalSpec) -> FlowSpec {
        FlowSpec {
            name: self.hostname.clone(),
            url: format!("http://{}:{}/", self.hostname, self.port.unwrap_or(port)),
            call: CallSpec::Grpc { name: input.into(), streams_per_connection: DEFAULT_STREAMS },
            arrivals,
            timeout_seconds: DEFAULT_TIMEOUT_SECONDS,
            connections: DEFAULT_CONNECTIONS,
            queue: DEFAULT_QUEUE,
        }
    }
}
