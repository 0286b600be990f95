use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::scene::{LONG, Replica, Scene, WORKLOAD, answer, ask, proxy_settings, settings, until};
use crate::{Proxy, ProxyError, ProxySettings, ReplicaId, ReplicaState};

fn state(scene: &Scene, id: u64) -> ReplicaState {
    let replicas = scene.proxy.replicas(WORKLOAD).unwrap();
    replicas.iter().find(|load| load.replica == ReplicaId(id)).unwrap().state
}

/// An address at which nobody listens.
async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// A server that answers whatever it reads with these bytes, and then closes the connection.
async fn answering(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 1024];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(bytes).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn a_replica_that_dies_fails_its_requests_and_is_not_chosen_until_it_is_ready_anew() {
    let (scene, a) = (Scene::new(0, 5), Replica::start("a").await);
    scene.ready(1, a.address);
    let request = Request::get("/half").header("host", "x").body(Empty::<Bytes>::new()).unwrap();
    let begun = ask(scene.address, request).await;
    let held = scene.send("/hold");
    until("the other is held", || a.holding() == 2).await;
    a.die();
    assert_eq!(held.await.unwrap().status, 502);
    assert_eq!(answer(begun).await.body, None);
    // The next one finds nobody and waits, whether the connections or the port told of the death.
    let b = Replica::start("b").await;
    let waits = scene.send("/");
    let unfinished = || scene.proxy.totals(WORKLOAD).unwrap().unfinished;
    until("it waits", || state(&scene, 1) == ReplicaState::Broken && unfinished() == 1).await;
    scene.ready(1, b.address);
    let answered = waits.await.unwrap();
    assert_eq!((answered.status.as_u16(), answered.replica()), (200, "b"));
    assert_eq!(scene.proxy.totals(WORKLOAD).unwrap().failed, 2);
}

#[tokio::test]
async fn nothing_was_sent_to_a_replica_that_cannot_be_reached_so_another_one_gets_it() {
    let (scene, b) = (Scene::new(1, 5), Replica::start("b").await);
    scene.ready(1, nobody().await);
    scene.ready(2, b.address);
    for _ in 0..3 {
        assert_eq!(scene.get("/").await.replica(), "b");
    }
    assert_eq!(state(&scene, 1), ReplicaState::Broken);
    assert_eq!(scene.proxy.totals(WORKLOAD).unwrap().failed, 0);
}

#[tokio::test]
async fn a_replica_that_is_gone_takes_its_requests_with_it() {
    let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    let held = scene.send("/hold");
    until("one is held", || a.holding() == 1).await;
    scene.proxy.gone(WORKLOAD, ReplicaId(1)).unwrap();
    assert_eq!(held.await.unwrap().status, 502);
    until("the replica was let go", || a.holding() == 0).await;
    assert_eq!(scene.get("/").await.status, 429);
}

#[tokio::test]
async fn garbage_from_a_replica_is_a_bad_gateway() {
    for garbage in [
        &b"SSH-2.0-OpenSSH\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 5, 6\r\n\r\nhello",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"\0\0\0\0\0\0\0\0\0\0\0\0",
        b"",
    ] {
        let scene = Scene::new(0, 0);
        scene.ready(1, answering(garbage).await);
        assert_eq!(scene.get("/").await.status, 502, "{garbage:?}");
        assert_eq!(scene.proxy.totals(WORKLOAD).unwrap().failed, 1, "{garbage:?}");
        // What is said badly on a connection does not mean that it broke.
        let broke = state(&scene, 1) == ReplicaState::Broken;
        assert_eq!(broke, garbage.is_empty(), "{garbage:?}");
    }
}

#[tokio::test]
async fn an_answer_that_ends_too_early_is_cut_off_and_counts_as_failed() {
    let scene = Scene::new(0, 0);
    scene.ready(1, answering(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello").await);
    let answer = scene.get("/").await;
    assert_eq!((answer.status.as_u16(), answer.body), (200, None));
    assert_eq!(scene.proxy.totals(WORKLOAD).unwrap().failed, 1);
}

#[tokio::test]
async fn a_replica_that_closes_idle_connections_is_not_broken() {
    let (scene, address) =
        (Scene::new(0, 0), answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await);
    scene.ready(1, address);
    for _ in 0..20 {
        assert_eq!(scene.get("/").await.status, 200);
        // Time enough for the proxy to see that it was closed.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(state(&scene, 1), ReplicaState::Ready);
}

#[tokio::test]
async fn a_head_that_trickles_in_is_not_waited_for_and_a_resting_connection_is_kept() {
    let head_timeout = Duration::from_millis(200);
    let proxy = ProxySettings { head_timeout, ..proxy_settings() };
    let (scene, a) = (Scene::with(proxy, settings(0, 0)), Replica::start("a").await);
    scene.ready(1, a.address);
    let mut resting = TcpStream::connect(scene.address).await.unwrap();
    let whole = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    resting.write_all(whole).await.unwrap();
    let mut buffer = [0; 4096];
    assert!(resting.read(&mut buffer).await.unwrap() > 0);
    let mut slow = TcpStream::connect(scene.address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nhost").await.unwrap();
    // It is closed, by an end or a reset.
    let closed = tokio::time::timeout(LONG, slow.read(&mut buffer)).await.unwrap();
    assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
    tokio::time::sleep(3 * head_timeout).await;
    resting.write_all(whole).await.unwrap();
    assert!(resting.read(&mut buffer).await.unwrap() > 0);
    let totals = scene.proxy.totals(WORKLOAD).unwrap();
    assert_eq!((totals.arrivals, totals.completed), (2, 2));
}

#[tokio::test]
async fn a_giant_head_is_refused_and_never_reaches_a_replica() {
    let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    let mut stream = TcpStream::connect(scene.address).await.unwrap();
    let mut head = b"GET / HTTP/1.1\r\nhost: x\r\nx-a: ".to_vec();
    head.resize(300_000, b'a');
    let (mut reader, mut writer) = stream.split();
    let (_, mut said) = (writer.write_all(&head).await, Vec::new());
    let _ = reader.read_to_end(&mut said).await;
    // A reset may overtake the words, but the replica never hears of it.
    assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 431"), "{said:?}");
    assert!(a.seen.paths.lock().unwrap().is_empty());
    assert_eq!(scene.proxy.totals(WORKLOAD).unwrap().arrivals, 0);
    assert_eq!(scene.get("/").await.status, 200);
}

#[tokio::test]
async fn a_port_that_is_taken_is_one_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let proxy = Proxy::start(proxy_settings()).unwrap();
    let workload = crate::WorkloadSettings { port, ..settings(0, 0) };
    let refused = proxy.add_workload(workload.clone()).unwrap_err();
    assert!(matches!(refused, ProxyError::PortTaken { .. }), "{refused:?}");
    let expected = format!(
        "port {port} of 127.0.0.1, meant for workload 7, is taken by another program; choose \
         another port, or 0 for any"
    );
    assert_eq!(refused.to_string(), expected);
    drop(taken);
    proxy.add_workload(workload.clone()).unwrap();
    let twice = proxy.add_workload(crate::WorkloadSettings { port: 0, ..workload }).unwrap_err();
    assert!(matches!(twice, ProxyError::WorkloadTwice { .. }), "{twice:?}");
    let unknown = proxy.window(scaling::WorkloadId(8)).unwrap_err();
    assert!(matches!(unknown, ProxyError::NoWorkload { .. }), "{unknown:?}");
}

#[tokio::test]
async fn stopping_lets_requests_finish_for_a_while_and_cuts_off_the_rest() {
    for (release, grace) in [(true, LONG), (false, Duration::from_millis(100))] {
        let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
        scene.ready(1, a.address);
        let held = scene.send("/hold");
        until("one is held", || a.holding() == 1).await;
        let address = scene.address;
        let stopping = tokio::task::spawn_blocking(move || scene.proxy.stop(grace));
        let refused = async {
            while TcpStream::connect(address).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(LONG, refused).await.expect("its port closes");
        if release {
            a.release(1);
        }
        assert_eq!(stopping.await.unwrap(), release);
        assert_eq!(held.await.is_ok_and(|answer| answer.status == 200), release);
    }
}
