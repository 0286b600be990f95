//! Upstream: the connections to one replica, used again and again.

use std::cell::{Cell, RefCell};
use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::{Request, Response, Version};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::connection::Local;
use super::wire::{Counted, Wire};

/// Idle HTTP/1 connections that are kept for one replica.
const IDLE_CONNECTIONS: usize = 256;
/// Bytes of one HTTP/2 stream that its caller need not have taken yet.
pub(super) const STREAM_WINDOW_BYTES: u32 = 256 * 1024;
/// The same for a connection: 64 callers may stall without stalling the others.
pub(super) const CONNECTION_WINDOW_BYTES: u32 = 64 * STREAM_WINDOW_BYTES;
/// Bytes that are read from a replica ahead of its caller.
const BUFFER_BYTES: usize = 64 * 1024;

type One = http1::SendRequest<Incoming>;
type Many = http2::SendRequest<Incoming>;

/// One replica's connections.
#[derive(Debug)]
pub(super) struct Upstream {
    pub(super) address: SocketAddr,
    reuse_nanoseconds: u64,
    wire: Rc<Wire>,
    /// Idle since then, the last used last: those that nobody needs grow old at the front.
    idle: RefCell<Vec<(One, u64)>>,
    /// The HTTP/2 connection; held while it is being made, so that it is made once.
    shared: Mutex<Option<Many>>,
    tasks: RefCell<JoinSet<()>>,
    closed: Cell<bool>,
}

/// An answer's head and body.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) response: Response<Incoming>,
    /// To be given back after the body's last frame.
    pub(super) connection: Option<Returned>,
}

/// No answer.
#[derive(Debug)]
pub(super) struct Failure {
    /// The replica cannot be reached, or its connection broke.
    pub(super) broke: bool,
    /// The request, if nothing of it was sent.
    pub(super) unsent: Option<Box<Request<Incoming>>>,
}

/// A connection that may be used again.
#[derive(Debug)]
pub(super) struct Returned {
    upstream: Rc<Upstream>,
    sender: One,
}

impl Returned {
    pub(super) fn give_back(self, now: u64) {
        let Self { upstream, mut sender } = self;
        if sender.is_ready() {
            upstream.keep(sender, now);
        } else if !sender.is_closed() {
            // Its task has the last word of the exchange still to say; it takes no time.
            let again = async move {
                if sender.ready().await.is_ok() {
                    upstream.keep(sender, now);
                }
            };
            tokio::task::spawn_local(async move {
                let _ = tokio::time::timeout(Duration::from_secs(1), again).await;
            });
        }
    }
}

impl Upstream {
    pub(super) fn new(address: SocketAddr, reuse: Duration, wire: Rc<Wire>) -> Rc<Self> {
        Rc::new(Self {
            address,
            reuse_nanoseconds: reuse.as_nanos() as u64,
            wire,
            idle: RefCell::default(),
            shared: Mutex::default(),
            tasks: RefCell::default(),
            closed: Cell::new(false),
        })
    }

    /// Closes every connection; what is under way on them fails.
    pub(super) fn close(&self) {
        self.closed.set(true);
        self.idle.borrow_mut().clear();
        self.tasks.borrow_mut().abort_all();
    }

    /// Sends a request in the protocol in which it came.
    pub(super) async fn send(
        self: &Rc<Self>,
        request: Request<Incoming>,
        now: u64,
    ) -> Result<Sent, Failure> {
        match request.version() {
            Version::HTTP_2 => self.send_shared(request).await,
            _ => self.send_alone(request, now).await,
        }
    }

    async fn send_alone(
        self: &Rc<Self>,
        mut request: Request<Incoming>,
        now: u64,
    ) -> Result<Sent, Failure> {
        loop {
            let (mut sender, reused) = match self.take(now) {
                Some(sender) => (sender, true),
                None => match self.connect_one().await {
                    Ok(sender) => (sender, false),
                    Err(error) => return Err(unreachable(&error, request)),
                },
            };
            let mut refused = match sender.try_send_request(request).await {
                Ok(response) => {
                    let connection = Returned { upstream: Rc::clone(self), sender };
                    return Ok(Sent { response, connection: Some(connection) });
                }
                Err(refused) => refused,
            };
            match refused.take_message() {
                // It was closed as it was taken. Each such try uses up an idle connection.
                Some(unsent) if reused => request = unsent,
                unsent => {
                    // A replica may close an idle connection whenever it likes, and that it closed
                    // this one just as the request was on its way says nothing else about it.
                    let idly = reused && refused.error().is_incomplete_message();
                    let broke = broke(refused.error()) && !idly;
                    return Err(Failure { broke, unsent: unsent.map(Box::new) });
                }
            }
        }
    }

    async fn send_shared(&self, mut request: Request<Incoming>) -> Result<Sent, Failure> {
        loop {
            let (mut sender, reused) = match self.shared_sender().await {
                Ok(sender) => sender,
                Err(error) => return Err(unreachable(&error, request)),
            };
            let mut refused = match sender.try_send_request(request).await {
                Ok(response) => return Ok(Sent { response, connection: None }),
                Err(refused) => refused,
            };
            match refused.take_message() {
                Some(unsent) if reused => request = unsent,
                unsent => {
                    let broke = broke(refused.error());
                    return Err(Failure { broke, unsent: unsent.map(Box::new) });
                }
            }
        }
    }

    /// An idle connection that is still good.
    fn take(&self, now: u64) -> Option<One> {
        let mut idle = self.idle.borrow_mut();
        let old = |since: u64| now.saturating_sub(since) > self.reuse_nanoseconds;
        if idle.first().is_some_and(|&(_, since)| old(since)) {
            idle.retain(|&(_, since)| !old(since));
        }
        while let Some((sender, _)) = idle.pop() {
            if sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    fn keep(&self, sender: One, now: u64) {
        let mut idle = self.idle.borrow_mut();
        if !self.closed.get() && idle.len() < IDLE_CONNECTIONS {
            idle.push((sender, now));
        }
    }

    async fn connect(&self) -> io::Result<TokioIo<Counted>> {
        if self.closed.get() {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let stream = TcpStream::connect(self.address).await?;
        Ok(TokioIo::new(Counted::new(stream, Rc::clone(&self.wire))?))
    }

    async fn connect_one(&self) -> io::Result<One> {
        let socket = self.connect().await?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(BUFFER_BYTES);
        let (sender, connection) = builder.handshake(socket).await.map_err(io::Error::other)?;
        self.tend(connection);
        Ok(sender)
    }

    /// The HTTP/2 connection, and whether it was there before.
    async fn shared_sender(&self) -> io::Result<(Many, bool)> {
        let mut shared = self.shared.lock().await;
        if let Some(sender) = shared.as_ref().filter(|sender| !sender.is_closed()) {
            return Ok((sender.clone(), true));
        }
        let socket = self.connect().await?;
        let mut builder = http2::Builder::new(Local);
        builder
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES);
        let (sender, connection) = builder.handshake(socket).await.map_err(io::Error::other)?;
        self.tend(connection);
        *shared = Some(sender.clone());
        Ok((sender, false))
    }

    /// Keeps a connection going, until it ends or the replica is gone.
    fn tend(&self, connection: impl Future<Output = hyper::Result<()>> + 'static) {
        let mut tasks = self.tasks.borrow_mut();
        while tasks.try_join_next().is_some() {}
        tasks.spawn_local(async move {
            // What went wrong is told to whoever was using it.
            let _ = connection.await;
        });
        if self.closed.get() {
            tasks.abort_all();
        }
    }
}

/// Whether the connection broke, rather than what was said on it being wrong.
pub(super) fn broke(error: &hyper::Error) -> bool {
    match error.source().and_then(|source| source.downcast_ref::<h2::Error>()) {
        Some(error) => error.is_io(),
        None => !error.is_parse() && !error.is_user() && !error.is_timeout(),
    }
}

/// No connection, so nothing was sent. That this machine has no more sockets to give is not the
/// replica's fault.
fn unreachable(error: &io::Error, request: Request<Incoming>) -> Failure {
    use io::ErrorKind as Kind;
    let broke = matches!(
        error.kind(),
        Kind::ConnectionRefused | Kind::ConnectionReset | Kind::ConnectionAborted | Kind::TimedOut
    );
    Failure { broke, unsent: Some(Box::new(request)) }
}
