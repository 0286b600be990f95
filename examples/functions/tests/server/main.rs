//! The program as its drivers meet it: a process, its port, its signals.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod faults;
mod process;

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use nix::sys::signal::Signal;
use tonic::Code;

use process::{Process, grpc, patiently};

const FIBONACCI_10: &str = "{\"iterations\":10,\"value\":55}";

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap().block_on(future)
}

#[test]
fn answers_http_by_query_and_by_body() {
    let process = Process::ready(&["fibonacci", "--input", "10"]);
    for (request, status, body) in [
        ("GET /?input=10", 200, FIBONACCI_10),
        ("GET /?input=45&other=1", 200, "{\"iterations\":45,\"value\":134903163}"),
        ("GET /", 200, FIBONACCI_10),
        ("GET /?input=", 200, FIBONACCI_10),
        ("GET /live", 200, "live\n"),
        ("GET /ready", 200, "ready\n"),
        (
            "GET /?input=ten",
            400,
            "cannot read `ten`; give the number of iterations, such as `3000000`\n",
        ),
        ("GET /?input=2000000001", 400, "iterations 2000000001 is outside 0 to 2000000000\n"),
        ("GET /nowhere", 404, "no such path; there are /, /ready and /live, and gRPC\n"),
        ("DELETE /", 405, "GET or POST\n"),
    ] {
        assert_eq!(process.asked(request, b""), (status, body.to_owned()), "{request}");
    }
    assert_eq!(process.asked("POST /", b" 10\n"), (200, FIBONACCI_10.to_owned()));
    assert_eq!(process.asked("POST /", b""), (200, FIBONACCI_10.to_owned()));
    assert_eq!(process.asked("POST /", b"\xff\xfe"), (400, "the body is not UTF-8\n".to_owned()));
    let (status, words) = process.asked("POST /", &vec![b'1'; (1 << 20) + 1]);
    assert_eq!((status, &words[..]), (413, "the body is longer than 1048576 bytes\n"));
}

#[test]
fn answers_each_function_on_its_default() {
    for name in
        ["hotel-geo", "hotel-profile", "aes", "image-resize", "knn", "email", "sleep", "fibonacci"]
    {
        let process = Process::ready(&[name]);
        let (status, body) = process.asked("GET /", b"");
        assert_eq!(status, 200, "{name}: {body}");
        assert!(serde_json::from_str::<serde_json::Value>(&body).unwrap().is_object(), "{name}");
        let message = block_on(async { grpc(&process, "").await.unwrap() });
        assert_eq!(message, body, "{name} over gRPC");
    }
}

#[test]
fn answers_many_h2c_requests_of_one_connection() {
    let process = Process::ready(&["fibonacci"]);
    block_on(async {
        let stream = tokio::net::TcpStream::connect(process.address).await.unwrap();
        let handshake =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        let requests = (0..100).map(|_| {
            let mut sender = sender.clone();
            async move {
                let uri = "http://function/?input=10";
                let request = hyper::Request::get(uri).body(Full::<bytes::Bytes>::default());
                let response = sender.send_request(request.unwrap()).await.unwrap();
                assert_eq!(response.version(), hyper::Version::HTTP_2);
                response.into_body().collect().await.unwrap().to_bytes()
            }
        });
        let requests: Vec<_> = requests.map(tokio::spawn).collect();
        for request in requests {
            assert_eq!(request.await.unwrap(), FIBONACCI_10);
        }
    });
}

#[test]
fn answers_grpc_with_the_status_that_fits() {
    let process = Process::ready(&["fibonacci", "--input", "10"]);
    block_on(async {
        assert_eq!(grpc(&process, "10").await.unwrap(), FIBONACCI_10);
        assert_eq!(grpc(&process, "").await.unwrap(), FIBONACCI_10);
        let nonsense = grpc(&process, "zehn €").await.unwrap_err();
        assert_eq!(nonsense.code(), Code::InvalidArgument);
        assert!(nonsense.message().starts_with("cannot read `zehn €`"), "{nonsense}");
        let unknown = process::grpc_at(&process, "/helloworld.Greeter/SayBye", "10").await;
        assert_eq!(unknown.unwrap_err().code(), Code::Unimplemented);
        let long = grpc(&process, &"1".repeat((4 << 20) - 5)).await.unwrap_err();
        assert_eq!(long.code(), Code::InvalidArgument, "as long as may be");
        let longer = grpc(&process, &"1".repeat(4 << 20)).await.unwrap_err();
        assert_eq!(longer.code(), Code::ResourceExhausted);
    });
    let (status, _) = process.exchange(
        "POST /helloworld.Greeter/SayHello HTTP/1.1\r\nhost: f\r\ncontent-type: application/grpc\r\n\
         content-length: 0\r\nconnection: close\r\n\r\n",
        b"",
    );
    assert_eq!(status, 505);
}

#[test]
fn lives_and_is_not_ready_before_it_is_initialised() {
    let process = Process::started(&["fibonacci", "--fail", "never-ready"]);
    for (request, status, body) in [
        ("GET /live", 200, "live\n"),
        ("GET /ready", 503, "starting\n"),
        ("GET /?input=10", 503, "the function is still being initialised\n"),
    ] {
        assert_eq!(process.asked(request, b""), (status, body.to_owned()), "{request}");
    }
    let early = block_on(grpc(&process, "10")).unwrap_err();
    assert_eq!(early.code(), Code::Unavailable);
    process.signal(Signal::SIGTERM);
    assert_eq!(process.ended().0, Some(0), "nothing to drain");
}

#[test]
fn stays_ready_while_every_slot_computes() {
    let process = Process::ready(&["fibonacci", "--concurrency", "1"]);
    let call = process.begun("GET /?input=2000000000");
    for _ in 0..20 {
        assert_eq!(process.asked("GET /ready", b""), (200, "ready\n".to_owned()));
        assert_eq!(process.asked("GET /live", b""), (200, "live\n".to_owned()));
    }
    assert!(!call.ended(), "the endpoints answered only after the call");
    assert_eq!(call.answer().0, 200);
}

#[test]
fn refuses_whoever_finds_no_place_in_the_queue() {
    let process =
        Process::ready(&["sleep", "--input", "2000", "--concurrency", "1", "--queue", "1"]);
    let calls = [process.begun("GET /"), process.begun("GET /")];
    let words = "all 2 places, of those that run and those that wait, are taken";
    assert_eq!(process.asked("GET /", b""), (429, format!("{words}\n")));
    let refused = block_on(grpc(&process, "")).unwrap_err();
    assert_eq!((refused.code(), refused.message()), (Code::ResourceExhausted, words));
    for call in calls {
        assert_eq!(call.answer(), (200, "{\"milliseconds\":2000}".to_owned()));
    }
    assert_eq!(process.asked("GET /?input=1", b"").0, 200, "the places are free again");
}

#[test]
fn ends_what_runs_and_refuses_what_is_new_after_sigterm() {
    let process = Process::ready(&["sleep", "--input", "3000"]);
    let call = process.begun("GET /");
    process.signal(Signal::SIGTERM);
    patiently("new connections are refused", || {
        std::net::TcpStream::connect(process.address)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
    });
    assert!(!call.ended(), "it was refused only after the call");
    assert_eq!(call.answer(), (200, "{\"milliseconds\":3000}".to_owned()));
    assert_eq!(process.ended(), (Some(0), String::new()));
}

#[test]
fn ends_a_grpc_call_and_its_connection_after_sigterm() {
    let process = Process::ready(&["sleep"]);
    block_on(async {
        let call = grpc(&process, "2000");
        let mut call = std::pin::pin!(call);
        tokio::select! {
            biased;
            answer = &mut call => panic!("it did not sleep: {answer:?}"),
            () = tokio::time::sleep(Duration::from_millis(500)) => process.signal(Signal::SIGTERM),
        }
        assert_eq!(call.await.unwrap(), "{\"milliseconds\":2000}");
    });
    assert_eq!(process.ended(), (Some(0), String::new()));
}

#[test]
fn cuts_what_runs_past_the_limit_of_draining_and_says_so() {
    let process = Process::ready(&["sleep", "--input", "60000", "--drain-seconds", "1"]);
    let call = process.begun("GET /");
    process.signal(Signal::SIGTERM);
    let (code, words) = process.ended();
    assert_eq!(code, Some(1));
    assert_eq!(
        words,
        "regatta-function: 1 connections still had calls 1s after SIGTERM, and were cut\n"
    );
    drop(call);
}

#[test]
fn says_in_one_line_why_it_cannot_start() {
    let other = Process::started(&["sleep"]);
    let port = other.address.port().to_string();
    let taken = format!("regatta-function: cannot listen at {}; is the port taken", other.address);
    for (arguments, code, words) in [
        (&["sleep", "--port", &port][..], 1, taken.as_str()),
        (&["sleep", "--host", "192.0.2.1"], 1, "regatta-function: cannot listen at 192.0.2.1:0"),
        (
            &["aes", "--input", "much"],
            1,
            "regatta-function: the default input given as --input is none for Aes: cannot read `much`",
        ),
        (
            &["sleep", "--fail", "exit-at-once"],
            1,
            "regatta-function: exits at once, as --fail says",
        ),
        (&["slumber"], 2, "error: invalid value 'slumber' for '<NAME>'"),
        (&["sleep", "--concurrency", "0"], 2, "error: invalid value '0' for '--concurrency"),
    ] {
        let (found, said) = Process::run(arguments);
        assert_eq!(found, Some(code), "{arguments:?}: {said}");
        assert!(said.starts_with(words), "{arguments:?}: {said}");
        assert!(code == 2 || said.lines().count() == 1, "{said}");
    }
}

#[test]
fn takes_its_settings_from_the_environment_too() {
    let process = Process::with_environment(
        &[],
        &[("REGATTA_FUNCTION", "fibonacci"), ("REGATTA_INPUT", "10"), ("PORT", "0")],
    );
    process.wait_ready();
    assert_eq!(process.asked("GET /", b""), (200, FIBONACCI_10.to_owned()));
}

#[test]
fn is_static() {
    let program = std::fs::read(process::PROGRAM).unwrap();
    // The name of the dynamic loader stands in every program that needs one.
    let loader = b"/ld-linux";
    assert!(!program.windows(loader.len()).any(|window| window == loader));
}
