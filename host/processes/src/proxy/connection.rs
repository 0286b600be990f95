//! A caller's connection: HTTP/1.1 or HTTP/2 by its first bytes.

use std::rc::Rc;
use std::time::Duration;

use hyper::rt::Executor;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at};

use super::ProxySettings;
use super::caller::Caller;
use super::exchange::exchange;
use super::front::Front;
use super::upstream::{CONNECTION_WINDOW_BYTES, STREAM_WINDOW_BYTES};
use super::wire::{Counted, Wire};

/// The smallest buffer of a connection that hyper allows; a head of HTTP/1 has to fit in.
const LEAST_BUFFER_BYTES: usize = 8192;
/// Requests at a time on one HTTP/2 connection.
const STREAMS: u32 = 4096;

/// Runs what HTTP/2 has to do on the proxy's own thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Local;

impl<F: Future<Output: 'static> + 'static> Executor<F> for Local {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}

/// How callers are spoken to.
pub(super) fn builder(settings: &ProxySettings) -> Builder<Local> {
    let mut builder = Builder::new(Local);
    let buffer = (settings.head_bytes as usize).max(LEAST_BUFFER_BYTES);
    // Heads that take too long are this proxy's own business: hyper's limit takes a timer for each
    // request and closes connections that merely rest.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(buffer);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(settings.head_bytes)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES);
    builder
}

/// Serves a connection until its caller or the proxy ends it.
pub(super) async fn serve(
    front: Rc<Front>,
    builder: Rc<Builder<Local>>,
    stream: TcpStream,
    head_timeout: Duration,
    mut ending: watch::Receiver<bool>,
) {
    let wire = Rc::new(Wire::default());
    // A connection that is gone already has nobody to tell.
    let Ok(socket) = Counted::new(stream, Rc::clone(&wire)) else { return };
    let caller = Rc::new(Caller::new(wire));
    let service = {
        let caller = Rc::clone(&caller);
        service_fn(move |request| {
            let asking = caller.ask(request.version());
            exchange(Rc::clone(&front), request, asking)
        })
    };
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(socket), service));
    let mut looks = interval_at(Instant::now() + head_timeout, head_timeout);
    let mut serving = true;
    loop {
        tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            _ = looks.tick() => if caller.is_stuck() {
                return;
            },
            _ = ending.wait_for(|&ending| ending), if serving => {
                serving = false;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
