//! Slot: a task that carries one request at a time from its lane to the target.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::time::timeout_at;

use super::Failure;
use super::clock::Clock;
use super::http1::Http1;
use super::http2::Http2;
use super::tally::Outcome;
use super::track::Track;

/// What a slot sends over.
#[derive(Debug)]
pub(crate) enum Connection {
    /// A connection of its own.
    Http1(Box<Http1>),
    /// One that it shares with other slots.
    Http2(Arc<Http2>),
}

impl Connection {
    async fn call(&mut self) -> Outcome {
        match self {
            Self::Http1(own) => own.call().await,
            Self::Http2(shared) => shared.call().await,
        }
    }

    /// The call was dropped before its end.
    fn give_up(&mut self) {
        match self {
            Self::Http1(own) => own.close(),
            // Only the stream was reset, which dropping the call has done.
            Self::Http2(_) => {}
        }
    }
}

/// Sends what the lane hands to this slot, for as long as the generator runs. Nothing is sent twice.
pub(crate) async fn serve(
    slot: usize,
    tracks: Arc<[(String, Track)]>,
    flow: usize,
    clock: Clock,
    mut connection: Connection,
    wake: Arc<Notify>,
) {
    let track = &tracks[flow].1;
    loop {
        while let Some(job) = track.begin(slot, clock.now()) {
            let deadline = clock.instant(track.deadline(job.intended));
            let outcome = match timeout_at(deadline, connection.call()).await {
                Ok(outcome) => outcome,
                Err(_) => {
                    connection.give_up();
                    Err(Failure::TimedOut)
                }
            };
            track.end(slot, outcome, clock.now());
        }
        wake.notified().await;
    }
}
