//! Target: where a flow goes and what each of its requests is, made ready once.

use std::error::Error as _;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue, TE};
use hyper::http::request;
use hyper::{Method, Request, Uri};
use nix::errno::Errno;
use tokio::net::TcpStream;

use super::{Call, Failure, Flow, LoadError, greeting};

/// The port of `http` where the URL names none.
const HTTP_PORT: u16 = 80;

/// Where a flow goes and what each of its requests is.
#[derive(Debug)]
pub(crate) struct Target {
    address: SocketAddr,
    head: request::Parts,
    body: Bytes,
}

impl Target {
    /// Looks up the host, once for all requests.
    pub(crate) fn new(index: usize, flow: &Flow) -> Result<Self, LoadError> {
        let refused =
            || LoadError::Url { field: format!("flows[{index}].url"), url: flow.url.to_string() };
        let authority = match (flow.url.scheme_str(), flow.url.authority()) {
            (Some("http"), Some(authority)) if !authority.host().is_empty() => authority,
            _ => return Err(refused()),
        };
        let port = authority.port_u16().unwrap_or(HTTP_PORT);
        // An IPv6 address stands in brackets in a URL and without them elsewhere.
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let named = || (flow.name.clone(), format!("{host}:{port}"));
        let mut addresses = (host, port).to_socket_addrs().map_err(|source| {
            let (flow, host) = named();
            LoadError::Resolve { flow, host, source }
        })?;
        let address = addresses.next().ok_or_else(|| {
            let (flow, host) = named();
            LoadError::NoAddress { flow, host }
        })?;
        let (head, body) = match &flow.call {
            Call::Http { method, headers, body } => {
                let path = flow.url.path_and_query().map_or("/", |path| path.as_str());
                let mut head = head(method.clone(), path.parse().map_err(|_| refused())?);
                head.headers = headers.clone();
                let host = HeaderValue::from_str(authority.as_str()).map_err(|_| refused())?;
                head.headers.entry(HOST).or_insert(host);
                if !body.is_empty() {
                    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
                }
                (head, body.clone())
            }
            Call::SayHello { name, .. } => {
                let url = format!("http://{authority}{}", greeting::PATH);
                let mut head = head(Method::POST, url.parse().map_err(|_| refused())?);
                let grpc = HeaderValue::from_static(greeting::CONTENT_TYPE);
                head.headers.insert(CONTENT_TYPE, grpc);
                head.headers.insert(TE, HeaderValue::from_static("trailers"));
                (head, greeting::request(name))
            }
        };
        Ok(Self { address, head, body })
    }

    /// The next request.
    pub(crate) fn request(&self) -> Request<Full<Bytes>> {
        Request::from_parts(self.head.clone(), Full::new(self.body.clone()))
    }

    /// A new connection.
    pub(crate) async fn connect(&self) -> Result<TcpStream, Failure> {
        let connected = TcpStream::connect(self.address).await.and_then(|stream| {
            // A small request must not wait for the acknowledgement of the one before.
            stream.set_nodelay(true)?;
            Ok(stream)
        });
        connected.map_err(|error| match error.raw_os_error() {
            Some(code) if is_exhausted(code) => Failure::NoSocket,
            _ => Failure::Connect,
        })
    }
}

/// Whether a call failed because this machine ran out of descriptors, buffers or ports.
fn is_exhausted(code: i32) -> bool {
    matches!(
        Errno::from_raw(code),
        Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM | Errno::EADDRNOTAVAIL
    )
}

fn head(method: Method, url: Uri) -> request::Parts {
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = method;
    head.uri = url;
    head
}

/// The failure that an error of a connection stands for: it was closed, or it spoke nonsense.
pub(crate) fn failure(error: &hyper::Error) -> Failure {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.downcast_ref::<io::Error>().is_some() {
            return Failure::Closed;
        }
        cause = inner.source();
    }
    let ended = error.is_incomplete_message() || error.is_closed() || error.is_canceled();
    if ended { Failure::Closed } else { Failure::Protocol }
}
