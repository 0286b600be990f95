//! A replica becomes ready when it says so, or is given up. The server is this test program again.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use processes::{Cause, Event, Life, LifeRules, Limits, Order, Phase, Probe, Program, Replica};

use crate::{groups, shell, start};

/// Tells a copy of this program to serve.
const ROLE: &str = "REGATTA_TEST_SERVER";
/// How long the server takes before it listens, and then before it says that it is ready.
const INITIALISES: Duration = Duration::from_millis(150);

/// The part of a function that takes its time to start; nothing at all in an ordinary run.
#[test]
fn plays_a_server_when_told_to() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let port = std::env::var("PORT").unwrap().parse().unwrap();
    std::thread::sleep(INITIALISES);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    for answer in ["503 Service Unavailable"].into_iter().chain(std::iter::repeat("200 OK")) {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = write!(stream, "HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
    }
}

/// Probes until it is ready or over, as a driver does.
#[expect(clippy::disallowed_methods, reason = "a test of real time measures it")]
async fn live(replica: &Replica, rules: LifeRules, port: u16) -> Life {
    let started = Instant::now();
    let mut life = Life::new(rules, Duration::ZERO);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    while *life.phase() == Phase::Starting {
        let event = match Probe::default().ask(address).await {
            Ok(()) => Event::ProbeSucceeded,
            Err(_) => Event::ProbeFailed,
        };
        if life.on(&event, started.elapsed()) == Some(Order::Kill) {
            replica.kill();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    life
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn start_up_is_measured_from_the_start_to_the_first_yes() {
    let groups = groups();
    let port = free_port();
    let server = Program {
        path: std::env::current_exe().unwrap(),
        arguments: vec!["--exact".into(), "readiness::plays_a_server_when_told_to".into()],
        environment: vec![(ROLE.into(), "".into())],
        port,
    };
    let replica = start(&groups, server, Limits::default()).await;
    let rules = LifeRules { ready_within: crate::PATIENCE, ..LifeRules::default() };
    let life = live(&replica, rules, port).await;
    assert_eq!(life.phase(), &Phase::Ready, "{:?}", replica.last_lines());
    let took = life.ready_after().unwrap();
    assert!(took >= INITIALISES && took < crate::PATIENCE, "{took:?}");
}

#[tokio::test]
async fn who_never_becomes_ready_is_given_up_and_killed() {
    let groups = groups();
    let replica = start(&groups, shell("echo busy; sleep 982"), Limits::default()).await;
    let rules = LifeRules { ready_within: Duration::from_millis(300), ..LifeRules::default() };
    let mut life = live(&replica, rules, free_port()).await;
    assert_eq!(life.phase(), &Phase::Crashed(Cause::NeverReady));
    let ended = replica.ended().await;
    life.on(&Event::Ended(&ended), Duration::from_secs(1));
    assert!(life.is_over());
    assert_eq!(life.phase(), &Phase::Crashed(Cause::NeverReady));
    assert_eq!(ended.last_lines, ["busy"]);
}
