use std::time::Duration;

use super::scene::{Replica, Scene, WORKLOAD, proxy_settings, settings, until};
use crate::WorkloadSettings;

const TIMEOUT: Duration = Duration::from_millis(400);

fn impatient(limit: u32, queue_length: usize) -> Scene {
    let workload = WorkloadSettings {
        timeout: Some(TIMEOUT),
        slo: Some(Duration::from_secs(20)),
        ..settings(limit, queue_length)
    };
    Scene::with(proxy_settings(), workload)
}

#[tokio::test]
async fn every_way_to_end_is_answered_and_counted() {
    let (scene, a) = (impatient(1, 1), Replica::start("a").await);
    scene.ready(1, a.address);
    assert_eq!(scene.get("/").await.status, 200);
    assert_eq!(scene.get("/fail").await.status, 500);
    // One is held and one waits, both too long; the third finds the queue full.
    let held = scene.send("/hold");
    until("one is held", || a.holding() == 1).await;
    let waiting = scene.send("/");
    until("one waits", || scene.proxy.totals(WORKLOAD).unwrap().unfinished == 2).await;
    assert_eq!(scene.get("/").await.status, 429);
    assert_eq!(held.await.unwrap().status, 504);
    // When the first gave up, the other's time may not have been over yet.
    let status = waiting.await.unwrap().status.as_u16();
    assert!(status == 504 || status == 200, "{status}");
    let late = u64::from(status == 504);
    until("the replica was let go", || a.holding() == 0).await;
    let window = scene.proxy.window(WORKLOAD).unwrap();
    assert_eq!((window.arrivals, window.ended()), (5, 5));
    assert_eq!((window.completed, window.timed_out), (2 - late, 1 + late));
    assert_eq!((window.rejected, window.failed), (1, 1));
    assert_eq!((window.in_system, window.queue_length), (0, 0));
    let latency = window.latency_seconds([0.0, 0.6, 1.0]).unwrap();
    assert!(latency[0] > 0.0 && latency[0] < TIMEOUT.as_secs_f64(), "{latency:?}");
    assert!(latency[1] >= TIMEOUT.as_secs_f64() * 0.99, "{latency:?}");
    assert_eq!(latency[2].round(), 600.0);
    // Each was in the system for as long as it took.
    let sum = window.in_system_nanoseconds as f64 / 1e9;
    assert!(sum >= TIMEOUT.as_secs_f64(), "{sum}");
    assert!(window.queued_nanoseconds > 0);
    let totals = scene.proxy.totals(WORKLOAD).unwrap();
    assert_eq!((totals.arrivals, totals.completed), (5, 2 - late));
    assert_eq!((totals.timed_out, totals.rejected, totals.failed), (1 + late, 1, 1));
    assert_eq!((totals.unfinished, totals.slo_violations), (0, 3 + late));
    assert_eq!(totals.latency_seconds.iter().map(|bound| bound.1).sum::<u64>(), 5);
    assert_eq!(totals.latency_seconds.last(), Some(&(f64::INFINITY, 2)));
}

#[tokio::test]
async fn the_bytes_of_replicas_are_counted_with_their_heads() {
    let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    scene.get("/").await;
    let first = scene.proxy.window(WORKLOAD).unwrap();
    // `GET / HTTP/1.1`, `host: x` and an empty line.
    assert_eq!(first.received_bytes, 16 + 9 + 2);
    assert!(first.sent_bytes > 50, "{first:?}");
    let second = scene.proxy.window(WORKLOAD).unwrap();
    assert_eq!((second.received_bytes, second.sent_bytes, second.arrivals), (0, 0, 0));
}

#[tokio::test]
async fn totals_begin_at_the_mark() {
    let (scene, a) = (Scene::new(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    scene.get("/").await;
    let before = scene.send("/hold");
    until("one is held", || a.holding() == 1).await;
    scene.proxy.mark(WORKLOAD).unwrap();
    scene.get("/").await;
    a.release(1);
    before.await.unwrap();
    let totals = scene.proxy.totals(WORKLOAD).unwrap();
    assert_eq!((totals.arrivals, totals.completed, totals.unfinished), (1, 1, 0));
    let window = scene.proxy.window(WORKLOAD).unwrap();
    assert_eq!((window.arrivals, window.completed), (3, 3));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_cut_off_even_if_its_caller_reads_no_more() {
    let (scene, a) = (impatient(0, 0), Replica::start("a").await);
    scene.ready(1, a.address);
    let cut_off = scene.get("/half").await;
    assert_eq!((cut_off.status.as_u16(), cut_off.body), (200, None));
    // The second caller never takes what the replica sends without end.
    let request = hyper::Request::get("/endless").header("host", "x");
    let request = request.body(http_body_util::Empty::<bytes::Bytes>::new()).unwrap();
    let response = super::scene::ask(scene.address, request).await;
    until("both were cut off", || scene.proxy.totals(WORKLOAD).unwrap().timed_out == 2).await;
    until("the replica was let go", || a.holding() == 0).await;
    assert_eq!(scene.in_flight(1), Some(0));
    drop(response);
}
