//! Server: one function behind one port, from its initialisation to its draining.
//!
//! One thread does all I/O. Calls run on threads of their own, so that the endpoints of health answer
//! while every call computes.

mod call;
mod drain;
mod fault;
mod grpc;
mod health;
mod http;
mod workers;

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::function::{Function, InputError};
use crate::settings::{FailMode, Settings};
use drain::{Signals, drain};
use fault::{Fault, FaultyStream};
use workers::Workers;

/// Connections at once; more wait in the system's queue.
const MOST_CONNECTIONS: usize = 1024;

/// Streams of one HTTP/2 connection at once; more wait at the client.
const MOST_STREAMS: u32 = 1024;

/// How long to wait before accepting again when it failed, mostly for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Why a server ended otherwise than by a signal.
#[derive(Debug, Error)]
pub enum ServerError {
    /// No runtime or no signals.
    #[error("cannot start the server's I/O")]
    Start {
        /// The system's reason.
        source: io::Error,
    },
    /// No socket.
    #[error("cannot listen at {address}; is the port taken, or the address another machine's?")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// No function.
    #[error("the initialisation of {name} broke")]
    Initialise {
        /// The function.
        name: String,
    },
    /// A default that the function cannot read.
    #[error("the default input given as --input is none for {name}")]
    DefaultInput {
        /// The function.
        name: String,
        /// What is wrong.
        source: InputError,
    },
    /// Calls that did not end.
    #[error("{connections} connections still had calls {limit:?} after SIGTERM, and were cut")]
    Drain {
        /// How many.
        connections: usize,
        /// How long they were given.
        limit: Duration,
    },
    /// A fault that was asked for.
    #[error("exits at once, as --fail says")]
    Fault,
}

/// What all connections share.
#[derive(Debug)]
struct Service {
    function: OnceLock<Loaded>,
    workers: Workers,
    /// Places for connections.
    connections: Arc<Semaphore>,
    draining: AtomicBool,
    fault: Arc<Fault>,
}

/// A function that is ready.
struct Loaded {
    function: Arc<dyn Function>,
    /// Of calls that bring none.
    input: String,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").field("input", &self.input).finish_non_exhaustive()
    }
}

/// Serves until SIGTERM or SIGINT and then drains.
pub fn run(settings: &Settings) -> Result<(), ServerError> {
    if settings.fail == Some(FailMode::ExitAtOnce) {
        return Err(ServerError::Fault);
    }
    let runtime = Builder::new_current_thread()
        .enable_all()
        // One more for the initialisation.
        .max_blocking_threads(usize::from(settings.concurrency) + 1)
        .build()
        .map_err(|source| ServerError::Start { source })?;
    let ended = runtime.block_on(serve(settings));
    // What still computes then is asked for by nobody.
    runtime.shutdown_background();
    ended
}

async fn serve(settings: &Settings) -> Result<(), ServerError> {
    let mut signals = Signals::new().map_err(|source| ServerError::Start { source })?;
    let address = settings.address();
    let listen = |source| ServerError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    // Nobody may be reading, which is no reason not to serve.
    let _ = writeln!(io::stdout(), "{address}");

    let service = Arc::new(Service {
        function: OnceLock::new(),
        workers: Workers::new(settings.concurrency.into(), settings.queue.into()),
        connections: Arc::new(Semaphore::new(MOST_CONNECTIONS)),
        draining: AtomicBool::new(false),
        fault: Arc::new(Fault::new(settings.fail, settings.fail_after)),
    });
    let open = GracefulShutdown::new();
    tokio::select! {
        () = signals.stop() => {}
        error = initialise(&service, settings) => return Err(error),
        never = accept(&listener, &service, &open) => match never {},
    }
    drop(listener);
    service.draining.store(true, Ordering::Relaxed);
    let limit = settings.drain_limit();
    if drain(open, limit).await {
        return Ok(());
    }
    let connections = MOST_CONNECTIONS - service.connections.available_permits();
    Err(ServerError::Drain { connections, limit })
}

/// Makes the function ready; returns only when that fails.
async fn initialise(service: &Service, settings: &Settings) -> ServerError {
    if settings.fail == Some(FailMode::NeverReady) {
        return std::future::pending().await;
    }
    let (name, seed, input) = (settings.name, settings.seed, settings.input.clone());
    let loading = tokio::task::spawn_blocking(move || {
        let function = name.initialise(seed);
        let input = input.unwrap_or_else(|| function.default_input().to_owned());
        // The first call is the slowest and tells whether the input is one.
        function.call(&input).map(|_| Loaded { function: Arc::from(function), input })
    });
    let name = format!("{name:?}");
    match loading.await {
        Ok(Ok(loaded)) => {
            let _ = service.function.set(loaded);
            std::future::pending().await
        }
        Ok(Err(source)) => ServerError::DefaultInput { name, source },
        Err(_) => ServerError::Initialise { name },
    }
}

async fn accept(
    listener: &TcpListener,
    service: &Arc<Service>,
    open: &GracefulShutdown,
) -> Infallible {
    loop {
        let place = Arc::clone(&service.connections).acquire_owned().await;
        let place = place.expect("nobody closes this semaphore");
        match listener.accept().await {
            Ok((stream, _)) => connect(stream, service, open.watcher(), place),
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Serves one connection in a task of its own.
fn connect(
    stream: TcpStream,
    service: &Arc<Service>,
    watcher: Watcher,
    place: OwnedSemaphorePermit,
) {
    // Answers are small, and to wait for more of them is to be late.
    let _ = stream.set_nodelay(true);
    let service = Arc::clone(service);
    tokio::spawn(async move {
        let stream = TokioIo::new(FaultyStream::new(stream, Arc::clone(&service.fault)));
        let respond = service_fn(move |request| {
            let service = Arc::clone(&service);
            async move { Ok::<_, Infallible>(respond(&service, request).await) }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http2().max_concurrent_streams(MOST_STREAMS);
        let connection = builder.serve_connection(stream, respond);
        // A client that went away or spoke nonsense has been told, as far as it listens.
        let _ = watcher.watch(connection).await;
        drop(place);
    });
}

async fn respond(service: &Service, request: Request<Incoming>) -> Response<Body> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
        return grpc::respond(service, request).await;
    }
    match request.uri().path() {
        "/ready" => health::ready(service),
        "/live" => health::live(),
        _ => http::respond(service, request).await,
    }
}
