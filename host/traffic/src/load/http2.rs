//! HTTP/2 without TLS: connections that carry many gRPC calls at a time.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::Response;
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::sync::Mutex;

use super::Failure;
use super::greeting::judge;
use super::tally::Outcome;
use super::target::{Target, failure};

/// The largest answer that gRPC takes unless told otherwise.
const LARGEST_ANSWER_BYTES: usize = 4 << 20;

/// A connection that is opened when it is first needed, and again when the server has closed it.
#[derive(Debug)]
pub(crate) struct Http2 {
    target: Arc<Target>,
    open: Mutex<Option<SendRequest<Full<Bytes>>>>,
}

impl Http2 {
    /// Not open yet.
    pub(crate) fn new(target: Arc<Target>) -> Self {
        Self { target, open: Mutex::new(None) }
    }

    /// Makes one call. Dropped before the end, it resets its own stream only.
    pub(crate) async fn call(&self) -> Outcome {
        let mut sender = self.sender().await?;
        let sent = match sender.try_send_request(self.target.request()).await {
            Ok(response) => Ok(response),
            // The connection had ended before a byte was written: the call goes out for the first
            // time on a new one.
            Err(mut refused) => match refused.take_message() {
                Some(unsent) => self.sender().await?.send_request(unsent).await,
                None => return Err(failure(refused.error())),
            },
        };
        finish(sent.map_err(|error| failure(&error))?).await
    }

    /// The connection's sender. Who finds it closed opens another while the others wait.
    async fn sender(&self) -> Result<SendRequest<Full<Bytes>>, Failure> {
        let mut open = self.open.lock().await;
        if let Some(sender) = open.as_ref().filter(|sender| !sender.is_closed()) {
            return Ok(sender.clone());
        }
        let stream = TokioIo::new(self.target.connect().await?);
        let (sender, connection) =
            handshake(TokioExecutor::new(), stream).await.map_err(|error| failure(&error))?;
        // Its errors reach the requests that they concern.
        tokio::spawn(connection);
        *open = Some(sender.clone());
        Ok(sender)
    }
}

/// Reads the answer with its trailers.
async fn finish(response: Response<Incoming>) -> Outcome {
    if let Some(failure) = Failure::from_http(response.status().as_u16()) {
        return Err(failure);
    }
    let (head, mut body) = response.into_parts();
    let mut bytes = BytesMut::new();
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        match frame.map_err(|error| failure(&error))?.into_data() {
            Ok(data) if bytes.len() + data.len() > LARGEST_ANSWER_BYTES => {
                return Err(Failure::Protocol);
            }
            Ok(data) => bytes.extend_from_slice(&data),
            Err(frame) => trailers = frame.into_trailers().ok().or(trailers),
        }
    }
    judge(&bytes, trailers.as_ref().unwrap_or(&head.headers))
}
