//! Question: what each request says, made ready once, and whether an answer is one.

use std::net::SocketAddr;

use bytes::{BufMut as _, Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue, TE};
use hyper::{HeaderMap, Method, Request, Response, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::net::TcpStream;
use traffic::load::Call;

use crate::FleetLoad;

/// Bytes of a refusal that are told.
const TOLD_BYTES: usize = 120;

/// What is asked, and of whom.
#[derive(Debug)]
pub(super) struct Question {
    address: SocketAddr,
    /// Without a body.
    head: Request<()>,
    body: Bytes,
    is_grpc: bool,
}

/// A connection that carries one question at a time.
#[derive(Debug)]
pub(super) enum Line {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

/// The message of gRPC's `helloworld.Greeter/SayHello`.
#[derive(Clone, PartialEq, Message)]
struct HelloRequest {
    #[prost(string, tag = "1")]
    name: String,
}

impl Question {
    /// None if the path is none.
    pub(super) fn new(load: &FleetLoad, address: SocketAddr) -> Option<Self> {
        let path = load.path.as_str();
        if !path.starts_with('/') {
            return None;
        }
        let mut head = Request::new(());
        let (uri, body) = match &load.call {
            Call::Http { method, headers, body } => {
                *head.method_mut() = method.clone();
                *head.headers_mut() = headers.clone();
                let host = HeaderValue::from_str(&address.to_string()).ok()?;
                head.headers_mut().entry(HOST).or_insert(host);
                (path.parse::<Uri>().ok()?, body.clone())
            }
            Call::SayHello { name, .. } => {
                *head.method_mut() = Method::POST;
                let grpc = HeaderValue::from_static("application/grpc");
                head.headers_mut().insert(CONTENT_TYPE, grpc);
                head.headers_mut().insert(TE, HeaderValue::from_static("trailers"));
                let uri = format!("http://{address}/helloworld.Greeter/SayHello");
                (uri.parse().ok()?, greeting(name))
            }
        };
        *head.uri_mut() = uri;
        let is_grpc = matches!(load.call, Call::SayHello { .. });
        Some(Self { address, head, body, is_grpc })
    }

    /// Asks once, on the line if it is still open, and reads the answer to its end. An error says in
    /// words what was wrong with it; the line is kept unless it broke.
    pub(super) async fn ask(&self, line: &mut Option<Line>) -> Result<(), String> {
        let request = self.head.clone().map(|()| Full::new(self.body.clone()));
        let mut open = match line.take() {
            Some(open) => open,
            None => self.connect().await?,
        };
        // The proxy may have closed it meanwhile.
        if !open.is_ready().await {
            open = self.connect().await?;
        }
        let response = open.send(request).await.map_err(lost)?;
        let answered = self.judge(response).await?;
        *line = Some(open);
        answered
    }

    async fn connect(&self) -> Result<Line, String> {
        let refused = |error| format!("a connection that was refused ({error})");
        let stream = TcpStream::connect(self.address).await.map_err(refused)?;
        stream.set_nodelay(true).map_err(refused)?;
        let stream = TokioIo::new(stream);
        // Errors of a connection reach the request that they concern.
        if self.is_grpc {
            let (line, connection) =
                http2::handshake(TokioExecutor::new(), stream).await.map_err(lost)?;
            tokio::spawn(connection);
            return Ok(Line::Http2(line));
        }
        let (line, connection) = http1::handshake(stream).await.map_err(lost)?;
        tokio::spawn(connection);
        Ok(Line::Http1(line))
    }

    /// The outer error means that the line broke.
    async fn judge(&self, response: Response<Incoming>) -> Result<Result<(), String>, String> {
        let (head, mut body) = response.into_parts();
        let mut said = BytesMut::new();
        let mut trailers = None;
        while let Some(frame) = body.frame().await {
            match frame.map_err(lost)?.into_data() {
                Ok(data) => {
                    let room = TOLD_BYTES - said.len();
                    said.extend_from_slice(&data[..data.len().min(room)]);
                }
                Err(frame) => trailers = frame.into_trailers().ok(),
            }
        }
        if !head.status.is_success() {
            let said = String::from_utf8_lossy(&said);
            return Ok(Err(format!("status {}: {}", head.status.as_u16(), said.trim())));
        }
        let trailers = trailers.as_ref().unwrap_or(&head.headers);
        Ok(if self.is_grpc { greeted(trailers) } else { Ok(()) })
    }
}

impl Line {
    /// False once it is closed.
    async fn is_ready(&mut self) -> bool {
        match self {
            Self::Http1(line) => line.ready().await.is_ok(),
            Self::Http2(line) => line.ready().await.is_ok(),
        }
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::Http1(line) => line.send_request(request).await,
            Self::Http2(line) => line.send_request(request).await,
        }
    }
}

/// A message as it goes over a stream: not compressed, its length, itself.
fn greeting(name: &str) -> Bytes {
    let message = HelloRequest { name: name.to_owned() }.encode_to_vec();
    let mut body = BytesMut::new();
    body.put_u8(0);
    body.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    body.put_slice(&message);
    body.freeze()
}

/// Whether a gRPC call says that it went well.
fn greeted(trailers: &HeaderMap) -> Result<(), String> {
    let text = |name| trailers.get(name).and_then(|value| value.to_str().ok());
    match text("grpc-status") {
        Some("0") => Ok(()),
        Some(code) => {
            Err(format!("gRPC status {code}: {}", text("grpc-message").unwrap_or_default()))
        }
        None => Err("an answer without a gRPC status".to_owned()),
    }
}

fn lost(error: hyper::Error) -> String {
    format!("a connection that broke ({error})")
}
