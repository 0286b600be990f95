//! Refusals: what callers are told when no replica answers them.

use std::fmt;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::body::Relayed;
use super::exchange::Dialect;
use super::meter::Outcome;

/// The header or trailer that tells how a gRPC call ended.
pub(super) const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// Why no replica answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The queue is full.
    Full,
    /// The request's time is over.
    TimedOut,
    /// Its replica broke, or did not speak HTTP.
    Lost,
}

impl Refusal {
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Full => Outcome::Rejected,
            Self::TimedOut => Outcome::TimedOut,
            Self::Lost => Outcome::Failed,
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Full => StatusCode::TOO_MANY_REQUESTS,
            Self::TimedOut => StatusCode::GATEWAY_TIMEOUT,
            Self::Lost => StatusCode::BAD_GATEWAY,
        }
    }

    /// RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED and UNAVAILABLE.
    fn grpc_status(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Full => "8",
            Self::TimedOut => "4",
            Self::Lost => "14",
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::Full => "the workload's queue is full",
            Self::TimedOut => "the request's time is over",
            Self::Lost => "the replica broke off",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.words())
    }
}

/// The refusal in the caller's dialect. In gRPC the call fails and not the HTTP request.
pub(super) fn refuse(refusal: Refusal, dialect: Dialect) -> Response<Relayed> {
    let mut response = Response::new(Relayed::Words(None));
    match dialect {
        Dialect::Grpc => {
            *response.headers_mut() = grpc_trailers(refusal);
            let grpc = HeaderValue::from_static("application/grpc");
            response.headers_mut().insert(CONTENT_TYPE, grpc);
        }
        Dialect::Http => return plain(refusal.status(), refusal.words()),
    }
    response
}

/// A status with a line of text.
pub(super) fn plain(status: StatusCode, words: &'static str) -> Response<Relayed> {
    let mut response = Response::new(Relayed::Words(Some(Bytes::from_static(words.as_bytes()))));
    *response.status_mut() = status;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}

/// The end of a gRPC call that was refused or cut off.
pub(super) fn grpc_trailers(refusal: Refusal) -> HeaderMap {
    let message = HeaderValue::from_static(refusal.words());
    HeaderMap::from_iter([(GRPC_STATUS, refusal.grpc_status()), (GRPC_MESSAGE, message)])
}
