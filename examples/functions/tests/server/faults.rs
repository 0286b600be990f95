//! The faults that `--fail` gives to the tests of drivers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::process::{Process, patiently};

fn failing(mode: &str, after: &str) -> Process {
    Process::started(&["fibonacci", "--input", "10", "--fail", mode, "--fail-after", after])
}

#[test]
fn crashes_in_the_first_call_that_is_too_many() {
    let process = failing("crash", "2");
    process.wait_ready();
    for _ in 0..2 {
        assert_eq!(process.asked("GET /", b"").0, 200);
    }
    assert_eq!(process.bytes("GET / HTTP/1.1\r\nhost: f\r\n\r\n", b""), b"");
    assert_eq!(process.ended().0, Some(70));
}

#[test]
fn eats_memory_after_as_many_calls_and_goes_on_answering() {
    let process = failing("eat-memory", "1");
    process.wait_ready();
    assert_eq!(process.asked("GET /", b"").0, 200);
    let before = process.resident_bytes();
    assert!(before < 64 << 20, "{before} bytes");
    assert_eq!(process.asked("GET /", b"").0, 200);
    patiently("it has 128 MiB", || process.resident_bytes() > 128 << 20);
    assert_eq!(process.asked("GET /", b"").0, 200);
}

#[test]
fn stops_reading_after_as_many_calls() {
    let process = failing("stop-reading", "1");
    process.wait_ready();
    assert_eq!(process.asked("GET /", b"").0, 200);
    let mut stream = TcpStream::connect(process.address).unwrap();
    stream.write_all(b"GET /live HTTP/1.1\r\nhost: f\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let silence = stream.read(&mut [0]).unwrap_err().kind();
    assert!(matches!(silence, std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut));
}

#[test]
fn never_reads_when_it_may_not_even_once() {
    let process = failing("stop-reading", "0");
    let mut stream = TcpStream::connect(process.address).unwrap();
    stream.write_all(b"GET /live HTTP/1.1\r\nhost: f\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    stream.read(&mut [0]).unwrap_err();
}

#[test]
fn replies_garbage_after_as_many_calls() {
    let request = "GET / HTTP/1.1\r\nhost: f\r\nconnection: close\r\n\r\n";
    let process = failing("garbage", "1");
    process.wait_ready();
    assert_eq!(process.asked("GET /", b"").0, 200);
    for process in [process, failing("garbage", "0")] {
        let garbage = process.bytes(request, b"");
        assert!(!garbage.is_empty());
        assert!(!garbage.starts_with(b"HTTP"), "{garbage:?}");
    }
}
