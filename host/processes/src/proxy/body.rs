//! The body of an answer: passed on frame by frame as the caller takes it, never collected.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use thiserror::Error;

use super::caller::Asking;
use super::exchange::Dialect;
use super::meter::Outcome;
use super::refusal::{Refusal, grpc_trailers};
use super::seats::Seat;
use super::upstream::{Returned, broke};
use super::visit::Visit;

/// What a replica sends; empty once it was stopped.
#[derive(Debug)]
pub(super) struct Flow(RefCell<Option<Incoming>>);

impl Flow {
    /// Nothing more is taken from the replica.
    pub(super) fn stop(&self) {
        // Taken out first, so that nothing is borrowed while it is dropped.
        let incoming = self.0.borrow_mut().take();
        drop(incoming);
    }
}

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Relayed {
    /// The proxy's own words.
    Words(Option<Bytes>),
    /// A replica's.
    Live(Live),
}

/// An answer that was cut off, which its caller sees as a broken connection or a reset stream.
#[derive(Debug, Error)]
#[error("the answer ended before its end: {0}")]
pub(super) struct CutOff(Refusal);

/// What a replica sends, on its way to the caller.
#[derive(Debug)]
pub(super) struct Live {
    flow: Rc<Flow>,
    visit: Visit,
    seat: Seat,
    /// The connection, to be used again after the last frame.
    connection: Option<Returned>,
    /// How it ends if nothing happens.
    outcome: Outcome,
    dialect: Dialect,
    over: bool,
    /// Its caller still asks, as long as it is answered.
    _asking: Asking,
}

impl Live {
    pub(super) fn new(
        (visit, seat): (Visit, Seat),
        body: Incoming,
        connection: Option<Returned>,
        outcome: Outcome,
        (dialect, asking): (Dialect, Asking),
    ) -> Self {
        let flow = Rc::new(Flow(RefCell::new(Some(body))));
        let mut live =
            Self { flow, visit, seat, connection, outcome, dialect, over: false, _asking: asking };
        if live.ended() {
            live.finish(live.outcome);
        } else {
            live.visit.carry(&live.flow);
        }
        live
    }

    /// Whether the replica has sent everything.
    fn ended(&self) -> bool {
        self.flow.0.borrow().as_ref().is_some_and(Body::is_end_stream)
    }

    fn finish(&mut self, outcome: Outcome) {
        self.over = true;
        // Before the seat, so that whoever gets that finds the connection.
        if let (Some(connection), Outcome::Completed | Outcome::Failed) =
            (self.connection.take(), outcome)
        {
            connection.give_back(self.visit.front.now());
        }
        self.visit.end(outcome);
    }

    /// It ends before its end. A caller that speaks gRPC is told so by trailers.
    fn cut_off(&mut self, refusal: Refusal) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        self.over = true;
        self.connection = None;
        self.visit.end(refusal.outcome());
        Poll::Ready(Some(match self.dialect {
            Dialect::Grpc => Ok(Frame::trailers(grpc_trailers(refusal))),
            Dialect::Http => Err(CutOff(refusal)),
        }))
    }

    fn poll_frame(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let mut incoming = self.flow.0.borrow_mut();
        let polled = incoming.as_mut().map(|incoming| Pin::new(incoming).poll_frame(context));
        drop(incoming);
        let Some(polled) = polled else { return self.cut_off(Refusal::TimedOut) };
        match polled {
            Poll::Pending => {
                if self.visit.poll_over(context).is_ready() {
                    return self.cut_off(Refusal::TimedOut);
                }
                Poll::Pending
            }
            Poll::Ready(Some(Ok(frame))) => {
                if let (Dialect::Grpc, Some(trailers)) = (self.dialect, frame.trailers_ref()) {
                    self.outcome = self.dialect.outcome_of_trailers(trailers);
                }
                if frame.is_trailers() || self.ended() {
                    self.finish(self.outcome);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(None) => {
                self.finish(self.outcome);
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => {
                if broke(&error) {
                    self.visit.broke(self.seat);
                }
                self.cut_off(Refusal::Lost)
            }
        }
    }
}

impl Body for Relayed {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        match self.get_mut() {
            Self::Words(words) => Poll::Ready(words.take().map(|words| Ok(Frame::data(words)))),
            Self::Live(live) => live.poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Words(words) => words.is_none(),
            Self::Live(live) => live.over,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Words(words) => SizeHint::with_exact(words.as_ref().map_or(0, Bytes::len) as u64),
            Self::Live(live) => match live.flow.0.borrow().as_ref() {
                Some(incoming) => incoming.size_hint(),
                None => SizeHint::default(),
            },
        }
    }
}
