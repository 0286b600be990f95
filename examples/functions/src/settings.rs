//! Settings, as the command line and the environment give them.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::function::Name;

/// One small server with one function: HTTP/1.1, h2c and gRPC (`helloworld.Greeter/SayHello`) on one
/// port.
#[derive(Debug, Clone, Parser)]
#[command(name = "regatta-function", version)]
pub struct Settings {
    /// The function.
    #[arg(env = "REGATTA_FUNCTION")]
    pub name: Name,
    /// Address to listen at; an image wants 0.0.0.0.
    #[arg(long, env = "REGATTA_HOST", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Port to listen at; 0 takes a free one. The address is printed as one line on stdout.
    #[arg(long, env = "PORT", default_value_t = 8080)]
    pub port: u16,
    /// Input of the calls that bring none; the function's own default without it.
    #[arg(long, env = "REGATTA_INPUT")]
    pub input: Option<String>,
    /// How many calls run at once, each on a thread of its own.
    #[arg(long, env = "REGATTA_CONCURRENCY", default_value_t = 8,
        value_parser = clap::value_parser!(u16).range(1..=512))]
    pub concurrency: u16,
    /// How many calls may wait for one that runs; more are refused (429, RESOURCE_EXHAUSTED).
    #[arg(long, env = "REGATTA_QUEUE", default_value_t = 1024)]
    pub queue: u16,
    /// What the function's data is drawn from.
    #[arg(long, env = "REGATTA_SEED", default_value_t = 0)]
    pub seed: u64,
    /// How long calls that run may take to end after SIGTERM, in seconds.
    #[arg(long, env = "REGATTA_DRAIN_SECONDS", default_value_t = 10)]
    pub drain_seconds: u16,
    /// Misbehave, to test those who drive functions; never for anything else.
    #[arg(long, value_enum)]
    pub fail: Option<FailMode>,
    /// How many calls are answered as they should be before that.
    #[arg(long, default_value_t = 0, requires = "fail")]
    pub fail_after: u64,
}

/// A way to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailMode {
    /// Exits with code 1 before it listens. Knows no calls.
    ExitAtOnce,
    /// Listens, lives and never becomes ready. Knows no calls.
    NeverReady,
    /// Exits with code 70 in the middle of the first call that is too many.
    Crash,
    /// From the first call that is too many, takes 16 MiB more every 20 ms, up to 1 GiB, and goes on
    /// answering.
    EatMemory,
    /// Reads nothing more from any connection, and answers what it read before; after 0 calls it
    /// never reads, probes included.
    StopReading,
    /// Replies bytes that are no HTTP, to probes as well; after 0 calls from the beginning.
    Garbage,
}

impl Settings {
    /// Where to listen.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// How long calls that run may take to end after SIGTERM.
    pub fn drain_limit(&self) -> Duration {
        Duration::from_secs(self.drain_seconds.into())
    }
}
