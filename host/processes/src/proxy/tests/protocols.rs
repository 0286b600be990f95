use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use super::scene::{Replica, Scene, WORKLOAD, answer, ask, proxy_settings, settings, until};
use crate::WorkloadSettings;

type Sender = hyper::client::conn::http2::SendRequest<Full<Bytes>>;

async fn http2(scene: &Scene) -> Sender {
    let socket = TokioIo::new(TcpStream::connect(scene.address).await.unwrap());
    let builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    let (sender, connection) = builder.handshake(socket).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn grpc(path: &str) -> Request<Full<Bytes>> {
    Request::post(format!("http://greeter{path}"))
        .header("content-type", "application/grpc+proto")
        .header("te", "trailers")
        .body(Full::new(Bytes::from_static(b"\0\0\0\0\x02hi")))
        .unwrap()
}

async fn call(sender: &Sender, path: &str) -> (Response<()>, Option<HeaderMap>, Bytes) {
    let response = sender.clone().send_request(grpc(path)).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap();
    let trailers = body.trailers().cloned();
    (Response::from_parts(head, ()), trailers, body.to_bytes())
}

fn status(headers: &HeaderMap) -> &str {
    headers["grpc-status"].to_str().unwrap()
}

#[tokio::test]
async fn a_grpc_call_passes_with_its_trailers_and_counts_as_they_say() {
    let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    let sender = http2(&scene).await;
    for code in ["0", "5", "13"] {
        let (head, trailers, body) = call(&sender, &format!("/grpc/{code}")).await;
        assert_eq!((head.status().as_u16(), &body[..]), (200, &b"\0\0\0\0\x02hi"[..]));
        assert_eq!(status(&trailers.unwrap()), code);
    }
    // NOT_FOUND is the caller's own fault, INTERNAL the function's; and who never tells failed.
    let (_, trailers, _) = call(&sender, "/").await;
    assert_eq!(trailers, None);
    let totals = scene.proxy.totals(WORKLOAD).unwrap();
    assert_eq!((totals.completed, totals.failed), (2, 2));
    // All calls shared a connection.
    assert_eq!(a.seen.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn both_protocols_are_spoken_on_one_port_and_passed_on_as_they_came() {
    let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    let sender = http2(&scene).await;
    let (_, _, second) = call(&sender, "/headers").await;
    assert!(String::from_utf8_lossy(&second).contains(r#""te": "trailers""#), "{second:?}");
    let first = scene.get("/headers").await.body.unwrap();
    assert!(first.contains(r#""host": "x""#), "{first}");
    assert_eq!(a.seen.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_grpc_caller_is_refused_in_grpc() {
    let workload = WorkloadSettings { timeout: Some(Duration::from_millis(300)), ..settings(1, 1) };
    let (scene, a) = (Scene::with(proxy_settings(), workload), Replica::start("a").await);
    let sender = http2(&scene).await;
    let waits = tokio::spawn({
        let sender = sender.clone();
        async move { call(&sender, "/grpc/0").await }
    });
    until("one waits", || scene.proxy.totals(WORKLOAD).unwrap().unfinished == 1).await;
    let (full, trailers, body) = call(&sender, "/grpc/0").await;
    assert_eq!((full.status().as_u16(), status(full.headers())), (200, "8"));
    assert_eq!(full.headers()["content-type"], "application/grpc");
    assert!(trailers.is_none() && body.is_empty());
    assert_eq!(status(waits.await.unwrap().0.headers()), "4");
    // Told in the middle of an answer, by trailers.
    scene.ready(1, a.address);
    let (head, trailers, body) = call(&sender, "/half").await;
    assert_eq!((head.status().as_u16(), &body[..]), (200, &b"half"[..]));
    assert_eq!(status(&trailers.unwrap()), "4");
    // Lost with its replica.
    let lost = tokio::spawn({
        let sender = sender.clone();
        async move { call(&sender, "/hold").await }
    });
    until("it is held", || a.holding() == 1).await;
    a.die();
    assert_eq!(status(lost.await.unwrap().0.headers()), "14");
    let totals = scene.proxy.totals(WORKLOAD).unwrap();
    assert_eq!((totals.rejected, totals.timed_out, totals.failed), (1, 2, 1));
}

#[tokio::test]
async fn a_stream_that_its_caller_gives_up_frees_the_seat() {
    let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    let sender = http2(&scene).await;
    let given_up = tokio::spawn({
        let sender = sender.clone();
        async move { call(&sender, "/hold").await }
    });
    until("it is held", || a.holding() == 1).await;
    given_up.abort();
    until("nothing is held", || a.holding() == 0 && scene.in_flight(1) == Some(0)).await;
    // The connections go on.
    assert_eq!(call(&sender, "/grpc/0").await.0.status(), 200);
    assert_eq!(a.seen.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_body_streams_through_without_being_collected() {
    const READ_BYTES: u64 = 8 << 20;
    // What the proxy and the kernel may hold of it in their buffers.
    const AHEAD_BYTES: u64 = 24 << 20;
    let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    let request = Request::get("/endless").header("host", "x");
    let request = request.body(Full::new(Bytes::new())).unwrap();
    let mut body: Incoming = ask(scene.address, request).await.into_body();
    let mut read = 0;
    while read < READ_BYTES {
        read += body.frame().await.unwrap().unwrap().into_data().unwrap().len() as u64;
    }
    // It stops sending because nobody reads.
    let sent = || a.seen.sent_bytes.load(Ordering::SeqCst);
    let mut before = 0;
    while before != sent() {
        before = sent();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(before < READ_BYTES + AHEAD_BYTES, "{before}");
    drop(body);
    until("the seat is free", || scene.in_flight(1) == Some(0)).await;
}

#[tokio::test]
async fn a_large_body_comes_back_whole_in_both_directions() {
    let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    let large: Vec<u8> = (0..12_000_000_u32).map(|at| (at % 251) as u8).collect();
    let request = Request::post("/echo").header("host", "x");
    let request = request.body(Full::new(Bytes::from(large.clone()))).unwrap();
    let body = ask(scene.address, request).await.into_body().collect().await.unwrap();
    assert!(body.to_bytes() == large, "the body came back otherwise");
    let sender = http2(&scene).await;
    let request = Request::post("http://x/echo").body(Full::new(Bytes::from(large.clone())));
    let response = sender.clone().send_request(request.unwrap()).await.unwrap();
    let body = response.into_body().collect().await.unwrap();
    assert!(body.to_bytes() == large, "the body came back otherwise");
    until("both count", || scene.proxy.totals(WORKLOAD).unwrap().completed == 2).await;
}

#[tokio::test]
async fn headers_between_two_neighbours_stay_there() {
    let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    let request = Request::get("/headers")
        .header("host", "x")
        .header("connection", "keep-alive, x-mine")
        .header("keep-alive", "timeout=5")
        .header("x-mine", "1")
        .header("x-yours", "2")
        .body(Full::new(Bytes::new()))
        .unwrap();
    let told = answer(ask(scene.address, request).await).await.body.unwrap();
    assert!(told.contains("x-yours") && !told.contains("x-mine"), "{told}");
    assert!(!told.contains("keep-alive"), "{told}");
}
