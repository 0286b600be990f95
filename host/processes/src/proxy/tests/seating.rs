use std::sync::atomic::Ordering;
use std::time::Duration;

use super::scene::{Replica, Scene, WORKLOAD, until};
use crate::ReplicaId;

#[tokio::test]
async fn requests_go_to_the_replica_that_holds_the_fewest() {
    let (scene, a, b) = (Scene::new(0, 0), Replica::start("a").await, Replica::start("b").await);
    scene.ready(1, a.address);
    let held = scene.send("/hold");
    until("a holds one", || a.holding() == 1).await;
    scene.ready(2, b.address);
    for _ in 0..5 {
        assert_eq!(scene.get("/").await.replica(), "b");
    }
    a.release(1);
    assert_eq!(held.await.unwrap().replica(), "a");
    until("a is empty", || scene.in_flight(1) == Some(0)).await;
    let mut replicas = Vec::new();
    for _ in 0..4 {
        replicas.push(scene.get("/").await.replica().to_owned());
    }
    assert_eq!(replicas, ["a", "b", "a", "b"]);
}

#[tokio::test]
async fn a_replica_never_holds_more_than_its_limit() {
    let scene = Scene::new(3, 1000);
    let replicas = [Replica::start("a").await, Replica::start("b").await];
    scene.ready(1, replicas[0].address);
    scene.ready(2, replicas[1].address);
    let sent: Vec<_> = (0..120).map(|_| scene.send("/pause")).collect();
    for request in sent {
        assert_eq!(request.await.unwrap().body.as_deref(), Some("rested"));
    }
    for replica in &replicas {
        assert_eq!(replica.seen.most.load(Ordering::SeqCst), 3);
        // Connections are used again.
        assert!(replica.seen.connections.load(Ordering::SeqCst) <= 6);
    }
}

#[tokio::test]
async fn who_waits_is_served_in_the_order_of_arrival_and_a_full_queue_turns_away() {
    let (scene, a) = (Scene::new(1, 2), Replica::start("a").await);
    scene.ready(1, a.address);
    let mut sent = Vec::new();
    for n in 1..=3_u64 {
        sent.push(scene.send(&format!("/hold/{n}")));
        until("it arrived", || scene.proxy.totals(WORKLOAD).unwrap().arrivals == n).await;
    }
    let turned_away = scene.get("/").await;
    assert_eq!(turned_away.status, 429);
    a.release(3);
    for request in sent {
        assert_eq!(request.await.unwrap().status, 200);
    }
    assert_eq!(*a.seen.paths.lock().unwrap(), ["/hold/1", "/hold/2", "/hold/3"]);
}

#[tokio::test]
async fn from_zero_requests_are_held_until_a_replica_is_ready() {
    let (scene, a) = (Scene::new(1, 10), Replica::start("a").await);
    let sent = [scene.send("/"), scene.send("/")];
    until("both wait", || scene.proxy.totals(WORKLOAD).unwrap().unfinished == 2).await;
    scene.ready(1, a.address);
    for request in sent {
        assert_eq!(request.await.unwrap().status, 200);
    }
    let window = scene.proxy.window(WORKLOAD).unwrap();
    assert!(window.queued_nanoseconds > 0 && window.queue_length == 0, "{window:?}");
}

#[tokio::test]
async fn a_caller_that_goes_away_frees_its_seat_and_its_place_in_the_queue() {
    let (scene, a) = (Scene::new(1, 1), Replica::start("a").await);
    scene.ready(1, a.address);
    let seated = scene.send("/hold");
    until("one is held", || a.holding() == 1).await;
    let waiting = scene.send("/hold");
    let waits = || scene.proxy.totals(WORKLOAD).unwrap().unfinished == 2;
    until("one waits", waits).await;
    waiting.abort();
    until("nobody waits", || scene.proxy.totals(WORKLOAD).unwrap().timed_out == 1).await;
    let next = scene.send("/");
    until("another waits", waits).await;
    seated.abort();
    assert_eq!(next.await.unwrap().status, 200);
    until("the replica holds nothing", || a.holding() == 0).await;
    let totals = scene.proxy.totals(WORKLOAD).unwrap();
    assert_eq!((totals.arrivals, totals.timed_out, totals.completed), (3, 2, 1));
}

#[tokio::test]
async fn a_raised_limit_lets_in_those_who_wait() {
    let (scene, a) = (Scene::new(1, 1), Replica::start("a").await);
    scene.ready(1, a.address);
    let sent = [scene.send("/hold"), scene.send("/hold")];
    until("one is held", || a.holding() == 1).await;
    scene.proxy.set_concurrency_limit(WORKLOAD, None).unwrap();
    until("both are held", || a.holding() == 2).await;
    a.release(2);
    for request in sent {
        assert_eq!(request.await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn a_draining_replica_finishes_what_it_has_and_tells_when_it_is_empty() {
    let (scene, a, b) = (Scene::new(0, 0), Replica::start("a").await, Replica::start("b").await);
    scene.ready(1, a.address);
    let held = scene.send("/hold");
    until("a holds one", || a.holding() == 1).await;
    scene.ready(2, b.address);
    let empty = scene.proxy.drain(WORKLOAD, ReplicaId(1)).unwrap();
    for _ in 0..4 {
        assert_eq!(scene.get("/").await.replica(), "b");
    }
    assert!(empty.try_recv().is_err());
    a.release(1);
    assert_eq!(held.await.unwrap().replica(), "a");
    let told = tokio::task::spawn_blocking(move || empty.recv_timeout(Duration::from_secs(20)));
    assert_eq!(told.await.unwrap(), Ok(()));
    scene.proxy.gone(WORKLOAD, ReplicaId(1)).unwrap();
    assert_eq!(scene.in_flight(1), None);
    let unknown = scene.proxy.drain(WORKLOAD, ReplicaId(1)).unwrap();
    assert_eq!(unknown.try_recv(), Ok(()));
}
