//! An exchange: one request, from its caller to a replica and back.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, Response, StatusCode, Version};

use super::body::{Live, Relayed};
use super::caller::Asking;
use super::front::Front;
use super::headers;
use super::meter::Outcome;
use super::refusal::{GRPC_STATUS, Refusal, plain, refuse};
use super::seats::Seat;
use super::upstream::{Failure, Sent};
use super::visit::Visit;

/// What a caller speaks on top of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Nothing: a status tells how it went.
    Http,
    /// gRPC: a trailer tells it.
    Grpc,
}

impl Dialect {
    fn of(headers: &HeaderMap) -> Self {
        let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes());
        match kind {
            Some(kind) if kind.starts_with(b"application/grpc") => Self::Grpc,
            _ => Self::Http,
        }
    }

    /// How an answer with this head ends if all of it arrives: a 5xx is a failing function, a 4xx is
    /// the caller's own fault.
    fn outcome_of_head(self, response: &Response<Incoming>) -> Outcome {
        let failed = response.status().is_server_error();
        let told = response.headers().contains_key(GRPC_STATUS);
        match self {
            Self::Grpc if told && !failed => self.outcome_of_trailers(response.headers()),
            // A call that never says how it went did not go well; trailers may still say it.
            Self::Grpc => Outcome::Failed,
            Self::Http if failed => Outcome::Failed,
            Self::Http => Outcome::Completed,
        }
    }

    /// How a gRPC call went, in the sense of the HTTP status that stands for it: UNKNOWN,
    /// DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE and DATA_LOSS are 5xx
    /// (google/rpc/code.proto).
    pub(super) fn outcome_of_trailers(self, trailers: &HeaderMap) -> Outcome {
        match trailers.get(GRPC_STATUS).map(|status| status.as_bytes()) {
            None | Some(b"2" | b"4" | b"12" | b"13" | b"14" | b"15") => Outcome::Failed,
            Some(_) => Outcome::Completed,
        }
    }
}

/// Serves one request.
pub(super) async fn exchange(
    front: Rc<Front>,
    mut request: Request<Incoming>,
    asking: Asking,
) -> Result<Response<Relayed>, Infallible> {
    if request.method() == Method::CONNECT {
        return Ok(plain(StatusCode::NOT_IMPLEMENTED, "there are no tunnels here"));
    }
    let dialect = Dialect::of(request.headers());
    let Some(visit) = Visit::begin(&front) else {
        return Ok(refuse(Refusal::Full, dialect));
    };
    let version = request.version();
    headers::strip(request.headers_mut(), version);
    let answered = {
        let mut relayed = pin!(relay(&visit, request));
        poll_fn(|context| {
            if visit.poll_over(context).is_ready() {
                return Poll::Ready(Err(Refusal::TimedOut));
            }
            relayed.as_mut().poll(context)
        })
        .await
    };
    Ok(match answered {
        Ok((seat, sent)) => answer((visit, seat), sent, version, (dialect, asking)),
        Err(refusal) => {
            visit.end(refusal.outcome());
            refuse(refusal, dialect)
        }
    })
}

/// Sends it to the replica where it has a seat, once it has one. Only if nothing of it was sent is
/// there another try.
async fn relay(visit: &Visit, mut request: Request<Incoming>) -> Result<(Seat, Sent), Refusal> {
    loop {
        let seat = poll_fn(|_| visit.poll_seat()).await;
        let Some(upstream) = visit.front.upstream(seat) else {
            // Its replica went in the moment between.
            if !visit.come_back() {
                return Err(Refusal::Lost);
            }
            continue;
        };
        headers::address(&mut request, upstream.address);
        let sending = upstream.send(request, visit.front.now());
        match visit.front.patience.wait(|| visit.front.now(), sending).await {
            Ok(sent) => return Ok((seat, sent)),
            Err(Failure { broke, unsent }) => {
                if broke {
                    visit.broke(seat);
                }
                match unsent {
                    Some(unsent) if broke && visit.come_back() => request = *unsent,
                    _ => return Err(Refusal::Lost),
                }
            }
        }
    }
}

fn answer(
    (visit, seat): (Visit, Seat),
    sent: Sent,
    version: Version,
    (dialect, asking): (Dialect, Asking),
) -> Response<Relayed> {
    let outcome = dialect.outcome_of_head(&sent.response);
    let (mut head, body) = sent.response.into_parts();
    headers::strip(&mut head.headers, version);
    if version != Version::HTTP_2 {
        head.version = Version::HTTP_11;
    }
    let live = Live::new((visit, seat), body, sent.connection, outcome, (dialect, asking));
    Response::from_parts(head, Relayed::Live(live))
}
