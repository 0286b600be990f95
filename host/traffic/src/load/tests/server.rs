//! Servers on loopback, each on a thread of its own.
#![expect(clippy::disallowed_methods, reason = "a real server has real instants")]

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, server};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// What a server says to one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) delay: Duration,
    /// Holds up the whole server, as a garbage collection would.
    pub(crate) stall: Duration,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self { status, body: Bytes::from_static(b"answer"), ..Self::default() }
    }

    pub(crate) fn after(milliseconds: u64) -> Self {
        Self { delay: Duration::from_millis(milliseconds), ..Self::status(200) }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(name, value.parse().expect("a header's value"));
        self
    }
}

/// What the server does with a new connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Talk {
    Http1,
    Http2,
    /// Reads a little, writes these bytes and closes.
    Raw(&'static [u8]),
    /// Answers one request, and closes 20 ms later without having said so.
    CloseWhenIdle,
}

/// What one request met.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    /// From its receipt to its answer.
    pub(crate) served: Duration,
    pub(crate) path: String,
    pub(crate) body: Bytes,
}

#[derive(Debug, Default)]
struct Record {
    seen: Mutex<Vec<Seen>>,
    requests: AtomicU64,
    connections: AtomicU64,
}

/// A server that answers the n-th request, from 0, as the test says.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    record: Arc<Record>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

type Answers = Arc<dyn Fn(u64) -> Answer + Send + Sync>;

impl Server {
    pub(crate) fn start(
        talk: Talk,
        answer: impl Fn(u64) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("an event loop");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let record = Arc::<Record>::default();
        let (stop, stopped) = oneshot::channel();
        let answers: Answers = Arc::new(answer);
        let accepting = accept(listener, talk, Arc::clone(&record), answers);
        let thread = std::thread::spawn(move || {
            runtime.spawn(accepting);
            let _ = runtime.block_on(stopped);
        });
        Self { address, record, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/work?n=1", self.address)
    }

    pub(crate) fn connections(&self) -> u64 {
        self.record.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> u64 {
        self.record.requests.load(Ordering::SeqCst)
    }

    /// The requests that were answered, in the order of their answers.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.record.seen.lock().expect("no handler panics").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let joined = self.thread.take().map(JoinHandle::join);
        assert!(matches!(joined, Some(Ok(()))) || std::thread::panicking(), "the server broke");
    }
}

async fn accept(listener: TcpListener, talk: Talk, record: Arc<Record>, answers: Answers) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).expect("it is open");
        record.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(converse(stream, talk, Arc::clone(&record), Arc::clone(&answers)));
    }
}

async fn converse(mut stream: TcpStream, talk: Talk, record: Arc<Record>, answers: Answers) {
    let service =
        service_fn(move |request| handle(request, Arc::clone(&record), Arc::clone(&answers)));
    // Clients that leave early make errors here, which is their right.
    match talk {
        Talk::Http1 => {
            let io = TokioIo::new(stream);
            let _ = server::conn::http1::Builder::new().serve_connection(io, service).await;
        }
        Talk::Http2 => {
            let io = TokioIo::new(stream);
            let builder = server::conn::http2::Builder::new(TokioExecutor::new());
            let _ = builder.serve_connection(io, service).await;
        }
        Talk::Raw(words) => {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(words).await;
            let _ = stream.shutdown().await;
        }
        Talk::CloseWhenIdle => {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn handle(
    request: Request<Incoming>,
    record: Arc<Record>,
    answers: Answers,
) -> Result<Response<Reply>, Infallible> {
    let at = Instant::now();
    let answer = answers(record.requests.fetch_add(1, Ordering::SeqCst));
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    std::thread::sleep(answer.stall);
    if !answer.delay.is_zero() {
        tokio::time::sleep(answer.delay).await;
    }
    record.seen.lock().expect("no handler panics").push(Seen {
        at,
        served: at.elapsed(),
        path,
        body,
    });
    let frames = [Some(Frame::data(answer.body)), answer.trailers.map(Frame::trailers)];
    let mut response = Response::new(Reply(frames.into_iter().flatten().collect()));
    *response.status_mut() = answer.status.try_into().expect("a status from 100 to 999");
    *response.headers_mut() = answer.headers;
    Ok(response)
}

/// A body of given frames.
struct Reply(VecDeque<Frame<Bytes>>);

impl Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}
