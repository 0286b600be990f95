//! Remote: this program once more, as the process that is asked.

use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

use crate::question::Question;
use crate::{grpc, http};

/// Says which protocol this process serves, where it is the other one.
const PROTOCOL: &str = "REGATTA_BENCH_PROTOCOL";

/// A protocol's end on the asking side.
pub(crate) trait Client: Sized {
    /// Name of the protocol.
    const PROTOCOL: &'static str;

    /// Shakes hands over a fresh connection.
    async fn connect(stream: TcpStream) -> Self;

    /// Asks for the replicas of the first row.
    async fn ask(&mut self, question: Question) -> Option<f64>;
}

/// The other process and the connection to it.
pub(crate) struct Remote<C> {
    client: C,
    runtime: Runtime,
    child: Child,
}

impl<C: Client> Remote<C> {
    /// Asks for the replicas of the first row.
    pub(crate) fn ask(&mut self, question: Question) -> Option<f64> {
        self.runtime.block_on(self.client.ask(question))
    }
}

impl<C> Drop for Remote<C> {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Starts the other process and connects to it.
pub(crate) fn connect<C: Client>() -> Remote<C> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(PROTOCOL, C::PROTOCOL)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port: u16 = line.trim().parse().unwrap();
    let runtime = runtime();
    let client = runtime.block_on(async {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        C::connect(stream).await
    });
    Remote { client, runtime, child }
}

/// Answers on one connection until it is closed, where this is the other process; else says so.
pub(crate) fn serve() -> bool {
    let Ok(protocol) = std::env::var(PROTOCOL) else { return false };
    runtime().block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        println!("{}", listener.local_addr().unwrap().port());
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        match protocol.as_str() {
            http::Client::PROTOCOL => http::serve(stream).await,
            grpc::Client::PROTOCOL => grpc::serve(stream).await,
            other => panic!("there is no protocol `{other}`"),
        }
    });
    true
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_io().build().unwrap()
}
