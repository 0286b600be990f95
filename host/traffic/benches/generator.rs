//! What the load generator can do: the rate that it reaches against a server that does nothing, the
//! processor time that a request costs it, and what it adds to the latency of a bare round trip at the
//! same pace, which is measured in turns with it. All of it sends from one thread; the server has
//! another. The ratios travel between machines better than the figures do.
#![expect(clippy::disallowed_methods, reason = "a bench measures with the wall clock")]
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]
#![expect(clippy::unwrap_used, reason = "a bench may break")]

use std::convert::Infallible;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use traffic::load::{Call, Flow, Plan, Progress, Report, run};
use traffic::{ArrivalSpec, ProcessSpec, Purpose, Stream, Traces};

/// Rates to ask for, the last of which is beyond most machines.
const RATES: [f64; 5] = [1_000.0, 5_000.0, 20_000.0, 40_000.0, 80_000.0];
/// How often a rate is tried before the machine is taken to be too busy for it.
const TRIES: usize = 3;
/// Requests per second of the two who take turns. The bare client waits as long between its requests,
/// because a machine that never falls asleep answers faster.
const PACE: f64 = 500.0;
/// Round trips of the bare client in each turn.
const ROUND_TRIPS: usize = 1_000;
/// Turns of the bare client and the generator.
const TURNS: usize = 5;
/// The clock of `/proc` ticks in hundredths of a second.
const TICK_SECONDS: f64 = 0.01;

fn main() {
    let url = serve();
    println!(
        "asked/s    sent/s     done/s    p50 µs   p99 µs  lag p99 µs  processor µs/request  valid"
    );
    let mut best = 0.0_f64;
    let mut cheapest = f64::INFINITY;
    for rate in RATES {
        let mut tries = (0..TRIES).map(|_| measure(&url, rate, 3.0));
        let valid = tries.by_ref().take(TRIES - 1).find(|(report, _)| report.valid);
        let (report, processor_seconds) = valid.or_else(|| tries.next()).unwrap();
        let flow = &report.flows[0];
        let cost = processor_seconds / flow.sent as f64 * 1e6;
        cheapest = cheapest.min(cost);
        if report.valid {
            best = best.max(flow.reached_per_second);
        }
        println!(
            "{:>7.0} {:>9.0} {:>10.0} {:>9} {:>8} {:>11} {:>21.1}  {}",
            flow.asked_per_second,
            flow.reached_per_second,
            flow.done as f64 / report.measured_seconds,
            flow.latency.p50_microseconds.unwrap_or(0),
            flow.latency.p99_microseconds.unwrap_or(0),
            flow.lag.p99_microseconds.unwrap_or(0),
            cost,
            report.valid,
        );
    }
    println!(
        "highest valid rate: {best:.0}/s; a processor of its own would do {:.0}/s",
        1e6 / cheapest
    );
    let mut ratios = Vec::new();
    for _ in 0..TURNS {
        let bare = round_trip_microseconds(&url);
        let (report, _) = measure(&url, PACE, 2.0);
        let generated = report.flows[0].latency.p50_microseconds.unwrap_or(0) as f64;
        let lag = report.flows[0].lag.p50_microseconds.unwrap_or(0);
        println!(
            "median: bare {bare:.0} µs, from the intended instant {generated:.0} µs, {lag} µs of \
             which the generator was late"
        );
        ratios.push(generated / bare);
    }
    ratios.sort_by(f64::total_cmp);
    println!("latency against a bare round trip: {:.2}", ratios[TURNS / 2]);
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server that does nothing, on a thread of its own.
fn serve() -> String {
    let runtime = runtime();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        runtime.block_on(async {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                let nothing = service_fn(|_: Request<Incoming>| async {
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"ok"))))
                });
                let builder = hyper::server::conn::http1::Builder::new();
                tokio::spawn(builder.serve_connection(TokioIo::new(stream), nothing));
            }
        });
    });
    format!("http://{address}/")
}

/// A report, and the processor time that the sending thread took, in seconds.
fn measure(url: &str, rate_per_second: f64, seconds: f64) -> (Report, f64) {
    let arrivals = ArrivalSpec::new(ProcessSpec::Poisson { rate_per_second });
    let arrivals = arrivals.plan(&Traces::default()).unwrap();
    let chance = Stream::new(1, 0, Purpose::Arrivals);
    let plan = Plan {
        flows: vec![Flow::new("bench", arrivals, chance, url.parse().unwrap(), Call::get())],
        warm_up: Duration::ZERO,
        duration: Duration::from_secs_f64(seconds),
        drain: Duration::from_secs(5),
    };
    let taken = Arc::new(Mutex::new(0.0));
    let sink = Arc::clone(&taken);
    let look = move |_: &Progress| {
        if let Some(seconds) = processor_seconds() {
            *sink.lock().unwrap() = seconds;
        }
    };
    let report = run(&plan, look).unwrap();
    let seconds = *taken.lock().unwrap();
    (report, seconds)
}

/// What the thread named `load` has taken so far.
fn processor_seconds() -> Option<f64> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    for task in tasks.flatten() {
        let stat = fs::read_to_string(task.path().join("stat")).ok()?;
        let (before, after) = stat.rsplit_once(')')?;
        if before.ends_with("(load") {
            let mut fields = after.split_whitespace().skip(11);
            let mut ticks = || fields.next()?.parse::<f64>().ok();
            return Some((ticks()? + ticks()?) * TICK_SECONDS);
        }
    }
    None
}

/// Median of a client that does nothing else, over one connection.
fn round_trip_microseconds(url: &str) -> f64 {
    let authority = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    runtime().block_on(async {
        let stream = TcpStream::connect(&authority).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let io = TokioIo::new(stream);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        let mut taken = Vec::with_capacity(ROUND_TRIPS);
        for _ in 0..ROUND_TRIPS {
            let request = Request::get("/").header("host", &authority);
            let request = request.body(Empty::<Bytes>::new()).unwrap();
            sender.ready().await.unwrap();
            tokio::time::sleep(Duration::from_secs_f64(1.0 / PACE)).await;
            let start = Instant::now();
            let response = sender.send_request(request).await.unwrap();
            response.into_body().collect().await.unwrap();
            taken.push(start.elapsed());
        }
        taken.sort_unstable();
        taken[ROUND_TRIPS / 2].as_secs_f64() * 1e6
    })
}
