//! A process of the program under test, and clients that share none of its code.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tonic::Status;
use tonic::transport::Endpoint;
use tonic_prost::ProstCodec;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_regatta-function");

/// For how long something may fail to happen on a busy machine, in steps of 10 ms.
const PATIENCE: usize = 6_000;

/// A running function, killed when it is dropped.
pub(crate) struct Process {
    child: Mutex<Child>,
    pub(crate) address: SocketAddr,
}

/// A request whose answer is waited for by a thread.
pub(crate) struct Begun(JoinHandle<(u16, String)>);

#[derive(Clone, PartialEq, prost::Message)]
struct Hello {
    #[prost(string, tag = "1")]
    text: String,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).env_clear().env("PORT", "0");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Process {
    pub(crate) fn started(arguments: &[&str]) -> Self {
        Self::with_environment(arguments, &[])
    }

    pub(crate) fn with_environment(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = command(arguments).envs(environment.iter().copied()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().parse().unwrap_or_else(|_| panic!("no address: {line:?}"));
        Self { child: Mutex::new(child), address }
    }

    pub(crate) fn ready(arguments: &[&str]) -> Self {
        let process = Self::started(arguments);
        process.wait_ready();
        process
    }

    pub(crate) fn wait_ready(&self) {
        patiently("it is ready", || self.asked("GET /ready", b"").0 == 200);
    }

    /// Exit code and stderr of one that does not serve.
    pub(crate) fn run(arguments: &[&str]) -> (Option<i32>, String) {
        let output = command(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    /// Status and body of a request on a connection of its own.
    pub(crate) fn asked(&self, request: &str, body: &[u8]) -> (u16, String) {
        self.exchange(&head(request, body), body)
    }

    /// The same with every byte of the head given.
    pub(crate) fn exchange(&self, head: &str, body: &[u8]) -> (u16, String) {
        parsed(&self.bytes(head, body))
    }

    /// All that comes back until the connection is closed.
    pub(crate) fn bytes(&self, head: &str, body: &[u8]) -> Vec<u8> {
        received(sent(self.address, head, body))
    }

    /// Sends a request and comes back when the program has read it.
    pub(crate) fn begun(&self, request: &str) -> Begun {
        let stream = sent(self.address, &head(request, b""), b"");
        let begun = Begun(std::thread::spawn(move || parsed(&received(stream))));
        // One thread reads all connections in turn, so that what was sent before is read before.
        assert_eq!(self.asked("GET /live", b"").0, 200);
        begun
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = self.child.lock().unwrap().id();
        kill(Pid::from_raw(id.try_into().unwrap()), signal).unwrap();
    }

    /// Exit code and stderr once it has ended.
    pub(crate) fn ended(&self) -> (Option<i32>, String) {
        let mut child = self.child.lock().unwrap();
        patiently("it ends", || child.try_wait().unwrap().is_some());
        let mut words = String::new();
        child.stderr.take().unwrap().read_to_string(&mut words).unwrap();
        (child.wait().unwrap().code(), words)
    }

    /// What it holds of memory, in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let id = self.child.lock().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(child) = self.child.get_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Begun {
    pub(crate) fn ended(&self) -> bool {
        self.0.is_finished()
    }

    pub(crate) fn answer(self) -> (u16, String) {
        self.0.join().unwrap()
    }
}

fn head(request: &str, body: &[u8]) -> String {
    let length = body.len();
    format!(
        "{request} HTTP/1.1\r\nhost: f\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    )
}

fn sent(address: SocketAddr, head: &str, body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    // Who is refused by the head may have hung up.
    let _ = stream.write_all(body);
    stream
}

fn received(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset after the answer leaves the answer.
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

fn parsed(bytes: &[u8]) -> (u16, String) {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap();
    (status, body.to_owned())
}

/// The message of `SayHello`.
pub(crate) async fn grpc(process: &Process, name: &str) -> Result<String, Status> {
    grpc_at(process, "/helloworld.Greeter/SayHello", name).await
}

/// The same for another path.
pub(crate) async fn grpc_at(
    process: &Process,
    path: &'static str,
    name: &str,
) -> Result<String, Status> {
    let endpoint = Endpoint::from_shared(format!("http://{}", process.address)).unwrap();
    let mut client = tonic::client::Grpc::new(endpoint.connect().await.unwrap());
    client.ready().await.unwrap();
    let request = tonic::Request::new(Hello { text: name.to_owned() });
    let codec = ProstCodec::<Hello, Hello>::default();
    let path = path.parse().unwrap();
    client.unary(request, path, codec).await.map(|reply| reply.into_inner().text)
}

/// Waits until it is so.
pub(crate) fn patiently(what: &str, mut so: impl FnMut() -> bool) {
    for _ in 0..PATIENCE {
        if so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("waited in vain until {what}");
}
