//! Probe: asks a replica whether it is ready.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Bytes of an answer's head that are read: more is not the answer of a probe.
const HEAD_BYTES: usize = 8 * 1024;

/// A question over HTTP/1.1 on a connection of its own. Every status from 200 to 299 says yes; the
/// body is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The path that is asked for, beginning with `/`.
    pub path: String,
    /// How long everything may take.
    pub timeout: Duration,
}

impl Default for Probe {
    /// `/ready`, within a second.
    fn default() -> Self {
        Self { path: "/ready".into(), timeout: Duration::from_secs(1) }
    }
}

/// Why a replica is not ready.
#[derive(Debug, Error)]
pub enum ProbeError {
    /// Nobody listens.
    #[error("cannot connect to {address}")]
    Connect {
        /// Who was asked.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// No question.
    #[error("cannot ask {address} for `{path}`")]
    Path {
        /// Who was to be asked.
        address: SocketAddr,
        /// For what.
        path: String,
        /// What is wrong with it.
        source: hyper::http::Error,
    },
    /// No HTTP, or a connection that broke.
    #[error("{address} did not answer in HTTP/1.1")]
    Answer {
        /// Who was asked.
        address: SocketAddr,
        /// What was wrong.
        source: hyper::Error,
    },
    /// A no.
    #[error("{address} answered {status}")]
    Status {
        /// Who was asked.
        address: SocketAddr,
        /// The answer.
        status: StatusCode,
    },
    /// Silence.
    #[error("{address} did not answer within {limit:?}")]
    Late {
        /// Who was asked.
        address: SocketAddr,
        /// How long it had.
        limit: Duration,
    },
}

impl Probe {
    /// Asks once.
    pub async fn ask(&self, address: SocketAddr) -> Result<(), ProbeError> {
        let limit = self.timeout;
        match timeout(limit, self.ask_patiently(address)).await {
            Ok(answer) => answer,
            Err(_) => Err(ProbeError::Late { address, limit }),
        }
    }

    async fn ask_patiently(&self, address: SocketAddr) -> Result<(), ProbeError> {
        let request = Request::get(self.path.as_str())
            .header(hyper::header::HOST, address.to_string())
            .header(hyper::header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .map_err(|source| ProbeError::Path { address, path: self.path.clone(), source })?;
        let stream = TcpStream::connect(address)
            .await
            .map_err(|source| ProbeError::Connect { address, source })?;
        let error = |source| ProbeError::Answer { address, source };
        let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
            .max_buf_size(HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(error)?;
        let mut connection = std::pin::pin!(connection);
        let mut answer = std::pin::pin!(sender.send_request(request));
        // No task of its own: when the answer's head is there, or nobody waits any more, the
        // connection is dropped.
        let response = std::future::poll_fn(|context| {
            let driven = connection.as_mut().poll(context);
            match (answer.as_mut().poll(context), driven) {
                (std::task::Poll::Pending, std::task::Poll::Ready(Err(source))) => {
                    std::task::Poll::Ready(Err(source))
                }
                (answered, _) => answered,
            }
        });
        let status = response.await.map_err(error)?.status();
        if status.is_success() { Ok(()) } else { Err(ProbeError::Status { address, status }) }
    }
}

#[cfg(test)]
mod tests;
