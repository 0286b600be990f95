use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

const PATIENT: Duration = Duration::from_secs(20);

/// Asks a server that reads the question, answers with these bytes and closes.
async fn answered(bytes: &'static [u8]) -> Result<(), ProbeError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut question = [0; 1024];
        let length = stream.read(&mut question).await.unwrap();
        let _ = stream.write_all(bytes).await;
        String::from_utf8_lossy(&question[..length]).into_owned()
    });
    let answer = Probe { timeout: PATIENT, ..Probe::default() }.ask(address).await;
    assert!(server.await.unwrap().starts_with("GET /ready HTTP/1.1\r\n"));
    answer
}

#[tokio::test]
async fn success_says_yes() {
    answered(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    answered(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_read() {
    answered(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nx").await.unwrap();
}

#[tokio::test]
async fn another_status_says_no() {
    let error = answered(b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n").await.unwrap_err();
    assert!(matches!(error, ProbeError::Status { status, .. } if status == 503), "{error}");
    assert!(error.to_string().ends_with("answered 503 Service Unavailable"), "{error}");
}

#[tokio::test]
async fn garbage_is_no_answer() {
    static LONG: [u8; 100_000] = [b'x'; 100_000];
    for garbage in [&b"SSH-2.0-OpenSSH\r\n\r\n"[..], b"", b"HTTP/1.1 2", &LONG] {
        let error = answered(garbage).await.unwrap_err();
        assert!(matches!(error, ProbeError::Answer { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_closed_port_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = Probe { timeout: PATIENT, ..Probe::default() }.ask(address).await.unwrap_err();
    assert!(matches!(error, ProbeError::Connect { .. }), "{error:?}");
}

#[tokio::test]
async fn silence_has_an_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let probe = Probe { timeout: Duration::from_millis(50), ..Probe::default() };
    let error = probe.ask(listener.local_addr().unwrap()).await.unwrap_err();
    assert!(matches!(error, ProbeError::Late { .. }), "{error:?}");
}

#[tokio::test]
async fn a_path_that_is_none_is_told() {
    let probe = Probe { path: "a b".into(), timeout: PATIENT };
    let error = probe.ask("127.0.0.1:1".parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, ProbeError::Path { .. }), "{error:?}");
}
