//! A scene: a proxy, replicas that do as the path says, and callers.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use scaling::WorkloadId;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::{Proxy, ProxySettings, ReplicaId, WorkloadSettings};

pub(super) const WORKLOAD: WorkloadId = WorkloadId(7);
/// Far longer than anything takes, however busy the machine is.
pub(super) const LONG: Duration = Duration::from_secs(30);

pub(super) type AnyBody = UnsyncBoxBody<Bytes, io::Error>;
type FrameResult = Result<Frame<Bytes>, io::Error>;

pub(super) struct Scene {
    pub(super) proxy: Proxy,
    pub(super) address: SocketAddr,
}

pub(super) fn settings(limit: u32, queue_length: usize) -> WorkloadSettings {
    WorkloadSettings {
        workload: WORKLOAD,
        port: 0,
        concurrency_limit: NonZeroU32::new(limit),
        queue_length,
        timeout: Some(LONG),
        slo: None,
    }
}

#[expect(clippy::disallowed_methods, reason = "a proxy measures from here")]
pub(super) fn proxy_settings() -> ProxySettings {
    ProxySettings::new(Instant::now())
}

impl Scene {
    pub(super) fn new(limit: u32, queue_length: usize) -> Self {
        Self::with(proxy_settings(), settings(limit, queue_length))
    }

    pub(super) fn with(proxy: ProxySettings, workload: WorkloadSettings) -> Self {
        let proxy = Proxy::start(proxy).unwrap();
        let address = proxy.add_workload(workload).unwrap();
        Self { proxy, address }
    }

    pub(super) fn ready(&self, id: u64, address: SocketAddr) {
        self.proxy.ready(WORKLOAD, ReplicaId(id), address).unwrap();
    }

    pub(super) fn in_flight(&self, id: u64) -> Option<u32> {
        self.proxy.in_flight(WORKLOAD, ReplicaId(id)).unwrap()
    }

    /// A request on a connection of its own, on its way.
    pub(super) fn send(&self, path: &str) -> tokio::task::JoinHandle<Answer> {
        tokio::spawn(get(self.address, path.to_owned()))
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        get(self.address, path.to_owned()).await
    }
}

/// What a caller got.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// None if it was cut off.
    pub(super) body: Option<String>,
}

impl Answer {
    pub(super) fn replica(&self) -> &str {
        self.headers["replica"].to_str().unwrap()
    }
}

pub(super) async fn get(address: SocketAddr, path: String) -> Answer {
    let request = Request::get(path).header("host", "x").body(Empty::<Bytes>::new()).unwrap();
    answer(ask(address, request).await).await
}

pub(super) async fn ask<B>(address: SocketAddr, request: Request<B>) -> Response<Incoming>
where
    B: Body<Data = Bytes, Error: std::error::Error + Send + Sync> + Send + 'static,
{
    let socket = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(socket).await.unwrap();
    // The sender must outlive the answer's body, or the connection would be closed.
    tokio::spawn(connection);
    sender.send_request(request).await.unwrap()
}

pub(super) async fn answer(response: Response<Incoming>) -> Answer {
    let (head, body) = response.into_parts();
    let body = body.collect().await.ok();
    let body = body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned());
    Answer { status: head.status, headers: head.headers, body }
}

/// Waits until something holds.
pub(super) async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("in vain: {what}");
}

/// A replica: a server that does as the path says.
pub(super) struct Replica {
    pub(super) address: SocketAddr,
    pub(super) seen: Arc<Seen>,
    accepting: tokio::task::JoinHandle<()>,
}

/// What a replica saw.
pub(super) struct Seen {
    name: &'static str,
    pub(super) holding: AtomicUsize,
    pub(super) most: AtomicUsize,
    pub(super) connections: AtomicUsize,
    pub(super) sent_bytes: AtomicU64,
    pub(super) paths: Mutex<Vec<String>>,
    /// One permit lets one held request go.
    pub(super) release: Semaphore,
}

struct Holding(Arc<Seen>);

impl Holding {
    fn new(seen: &Arc<Seen>) -> Self {
        let holding = seen.holding.fetch_add(1, Ordering::SeqCst) + 1;
        seen.most.fetch_max(holding, Ordering::SeqCst);
        Self(Arc::clone(seen))
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.0.holding.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Replica {
    pub(super) async fn start(name: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen {
            name,
            holding: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            sent_bytes: AtomicU64::new(0),
            paths: Mutex::default(),
            release: Semaphore::new(0),
        });
        let served = Arc::clone(&seen);
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                served.connections.fetch_add(1, Ordering::SeqCst);
                stream.set_nodelay(true).unwrap();
                let seen = Arc::clone(&served);
                let service = service_fn(move |request| serve(request, Arc::clone(&seen)));
                connections.spawn(async move {
                    let builder = Builder::new(TokioExecutor::new());
                    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, seen, accepting }
    }

    pub(super) fn release(&self, requests: usize) {
        self.seen.release.add_permits(requests);
    }

    pub(super) fn holding(&self) -> usize {
        self.seen.holding.load(Ordering::SeqCst)
    }

    /// Its port and all its connections close at once.
    pub(super) fn die(&self) {
        self.accepting.abort();
    }
}

async fn serve(
    request: Request<Incoming>,
    seen: Arc<Seen>,
) -> Result<Response<AnyBody>, Infallible> {
    let _holding = Holding::new(&seen);
    let path = request.uri().path().to_owned();
    seen.paths.lock().unwrap().push(path.clone());
    let text = |text: String| Full::new(Bytes::from(text)).map_err(|never| match never {});
    let mut response = match path.trim_start_matches('/').split('/').next().unwrap_or_default() {
        "hold" => {
            seen.release.acquire().await.unwrap().forget();
            Response::new(text("held".into()).boxed_unsync())
        }
        "pause" => {
            tokio::time::sleep(Duration::from_millis(3)).await;
            Response::new(text("rested".into()).boxed_unsync())
        }
        "fail" => {
            let mut response = Response::new(text("oh".into()).boxed_unsync());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
        "headers" => Response::new(text(format!("{:?}", request.headers())).boxed_unsync()),
        "echo" => Response::new(request.into_body().map_err(io::Error::other).boxed_unsync()),
        "endless" => Response::new(endless(Arc::clone(&seen))),
        "half" => Response::new(half(Arc::clone(&seen))),
        "grpc" => {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let trailers = HeaderMap::from_iter([(
                hyper::header::HeaderName::from_static("grpc-status"),
                path.rsplit('/').next().unwrap().parse().unwrap(),
            )]);
            let frames = [Ok(Frame::data(body)), Ok(Frame::trailers(trailers))];
            Response::new(Frames(frames.into_iter()).boxed_unsync())
        }
        _ => Response::new(text("ok".into()).boxed_unsync()),
    };
    response.headers_mut().insert("replica", seen.name.parse().unwrap());
    Ok(response)
}

/// Frames that are there at once.
struct Frames<I>(I);

impl<I: Iterator<Item = FrameResult> + Unpin> Body for Frames<I> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<FrameResult>> {
        Poll::Ready(self.0.next())
    }
}

/// Sends for as long as somebody takes it.
fn endless(seen: Arc<Seen>) -> AnyBody {
    let chunk = Bytes::from(vec![b'x'; 64 * 1024]);
    let holding = Holding::new(&seen);
    let frames = std::iter::repeat_with(move || {
        let seen = &holding.0;
        seen.sent_bytes.fetch_add(chunk.len() as u64, Ordering::SeqCst);
        Ok(Frame::data(chunk.clone()))
    });
    Frames(frames).boxed_unsync()
}

/// Sends some and then nothing more.
fn half(seen: Arc<Seen>) -> AnyBody {
    struct Half(bool, #[expect(dead_code, reason = "counts as long as it lives")] Holding);
    impl Body for Half {
        type Data = Bytes;
        type Error = io::Error;
        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<FrameResult>> {
            if std::mem::replace(&mut self.0, true) {
                return Poll::Pending;
            }
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"half")))))
        }
    }
    Half(false, Holding::new(&seen)).boxed_unsync()
}
