//! What the proxy adds to a request, at 2,000 requests a second.
//!
//! One caller sends a request every 500 µs over a kept connection, in turns of half a second straight
//! to a replica that answers at once and through the proxy, so that whatever else the machine does
//! meets both alike. A turn's order is that of the turn before, reversed. Latency is measured from when
//! the request was really sent; what could not be sent in its slot is told. Where other programs use all
//! cores, it is their time slices that are told.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::sync_channel;
use std::thread::sleep;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hdrhistogram::Histogram;
use http_body_util::Full;
use hyper::Response;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use processes::{Proxy, ProxySettings, ReplicaId, WorkloadSettings};
use scaling::WorkloadId;

const RATE_PER_SECOND: u32 = 2000;
const REQUESTS_A_TURN: u32 = 1000;
const TURNS: usize = 40;
const WORKLOAD: WorkloadId = WorkloadId(1);
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: bench\r\n\r\n";
const BODY: &str = "as short an answer as that";

/// A replica that answers at once, on a thread of its own.
fn replica() -> SocketAddr {
    let (tell, told) = sync_channel(1);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("its address")).expect("somebody asks");
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("a socket");
                let answer = |_| async {
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(
                        BODY.as_bytes(),
                    ))))
                };
                let builder = hyper::server::conn::http1::Builder::new();
                let serving = builder.serve_connection(TokioIo::new(stream), service_fn(answer));
                tokio::spawn(async move {
                    let _ = serving.await;
                });
            }
        });
    });
    told.recv().expect("a replica")
}

/// A caller with a connection of its own.
struct Caller {
    stream: TcpStream,
    all: Histogram<u64>,
    /// By turn, in nanoseconds.
    medians: Vec<u64>,
    late: u64,
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(100, 60_000_000_000, 3).expect("sound bounds")
}

impl Caller {
    fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, all: histogram(), medians: Vec::new(), late: 0 }
    }

    fn ask(&mut self) -> u64 {
        let mut buffer = [0; 1024];
        let mut filled = 0;
        let start = Instant::now();
        self.stream.write_all(REQUEST).expect("somebody listens");
        while !buffer[..filled].ends_with(BODY.as_bytes()) {
            let read = self.stream.read(&mut buffer[filled..]).expect("an answer");
            assert!(read > 0, "the connection was closed");
            filled += read;
        }
        start.elapsed().as_nanos() as u64
    }

    fn turn(&mut self, counted: bool) {
        let slot = Duration::from_secs(1) / RATE_PER_SECOND;
        let mut latencies = histogram();
        let mut due = Instant::now();
        for _ in 0..REQUESTS_A_TURN {
            due += slot;
            match due.checked_duration_since(Instant::now()) {
                Some(rest) => sleep(rest),
                None => {
                    self.late += u64::from(counted);
                    due = Instant::now();
                }
            }
            latencies.saturating_record(self.ask());
        }
        if counted {
            self.medians.push(latencies.value_at_quantile(0.5));
            self.all.add(latencies).expect("the same bounds");
        }
    }

    fn tell(&self, name: &str) {
        let micros = |quantile| self.all.value_at_quantile(quantile) as f64 / 1e3;
        println!(
            "{name:<8} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {:>8}",
            micros(0.5),
            micros(0.9),
            micros(0.99),
            micros(0.999),
            self.late
        );
    }
}

fn main() {
    let address = replica();
    let proxy = Proxy::start(ProxySettings::new(Instant::now())).expect("a proxy");
    let workload = WorkloadSettings {
        workload: WORKLOAD,
        port: 0,
        concurrency_limit: std::num::NonZeroU32::new(16),
        queue_length: 100,
        timeout: Some(Duration::from_secs(10)),
        slo: Some(Duration::from_millis(100)),
    };
    let front = proxy.add_workload(workload).expect("a port");
    proxy.ready(WORKLOAD, ReplicaId(1), address).expect("a workload");
    let mut callers = [Caller::new(address), Caller::new(front)];
    for turn in 0..TURNS + 2 {
        // The first turns warm up; then the two take turns in being first.
        let counted = turn >= 2;
        let order = if turn % 2 == 0 { [0, 1] } else { [1, 0] };
        order.into_iter().for_each(|at| callers[at].turn(counted));
    }
    let [direct, proxied] = &callers;
    println!("the proxy goes before others: {}", proxy.is_prioritised());
    println!("µs             p50       p90       p99     p99.9     late");
    direct.tell("direct");
    proxied.tell("proxied");
    let at = |caller: &Caller, quantile| caller.all.value_at_quantile(quantile) as f64 / 1e3;
    let pairs = proxied.medians.iter().zip(&direct.medians);
    let mut added: Vec<f64> = pairs.map(|(&p, &d)| (p as f64 - d as f64) / 1e3).collect();
    added.sort_unstable_by(f64::total_cmp);
    println!(
        "added at the median: {:.1} µs (turn by turn: {:.1} in the middle, {:.1} to {:.1}); aim ≤ 80",
        at(proxied, 0.5) - at(direct, 0.5),
        added[added.len() / 2],
        added[0],
        added[added.len() - 1]
    );
    println!("p99, proxied / direct: {:.2}; aim ≤ 2", at(proxied, 0.99) / at(direct, 0.99));
    let window = proxy.window(WORKLOAD).expect("a workload");
    let seen = window.latency_seconds([0.5, 0.99]).expect("it served");
    println!("as the proxy measured: p50 {:.1} µs, p99 {:.1} µs", seen[0] * 1e6, seen[1] * 1e6);
}
