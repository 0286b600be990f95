//! HTTP/1.1: a connection that carries one request at a time and is reused.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Response;
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;

use super::Failure;
use super::tally::Outcome;
use super::target::{Target, failure};

/// A connection that is opened when it is first needed, and again when the server has closed it.
#[derive(Debug)]
pub(crate) struct Http1 {
    target: Arc<Target>,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Http1 {
    /// Not open yet.
    pub(crate) fn new(target: Arc<Target>) -> Self {
        Self { target, open: None }
    }

    /// Sends one request and reads its whole answer. Dropped before the end, it leaves the connection
    /// unusable: call [`Self::close`].
    pub(crate) async fn call(&mut self) -> Outcome {
        let response = self.exchange().await;
        // Whatever is left of a connection that failed is of no use.
        let outcome = match response {
            Ok(response) => finish(response).await,
            Err(failure) => Err(failure),
        };
        if matches!(outcome, Err(Failure::Closed | Failure::Protocol)) {
            self.close();
        }
        outcome
    }

    /// Forgets the connection, which closes it.
    pub(crate) fn close(&mut self) {
        self.open = None;
    }

    async fn exchange(&mut self) -> Result<Response<Incoming>, Failure> {
        let mut request = self.target.request();
        if let Some(mut sender) = self.open.take()
            && sender.ready().await.is_ok()
        {
            match sender.try_send_request(request).await {
                Ok(response) => {
                    self.open = Some(sender);
                    return Ok(response);
                }
                // The server had closed the connection while it was idle, and not a byte was
                // written: the request goes out for the first time on a new connection.
                Err(mut refused) => match refused.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(failure(refused.error())),
                },
            }
        }
        let stream = self.target.connect().await?;
        let (mut sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| failure(&error))?;
        // Its errors reach the request that they concern.
        tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(|error| failure(&error))?;
        self.open = Some(sender);
        Ok(response)
    }
}

/// Reads the answer to its end, so that the connection can be used again.
async fn finish(response: Response<Incoming>) -> Outcome {
    let status = response.status().as_u16();
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        frame.map_err(|error| failure(&error))?;
    }
    Failure::from_http(status).map_or(Ok(()), Err)
}
