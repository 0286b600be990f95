//! gRPC with one unary method, as the external scalers of KEDA are asked for metrics, on one connection
//! that is kept: tonic's protocol over hyper's HTTP/2.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use hyper::body::Incoming;
use hyper::client::conn::http2::SendRequest;
use hyper::http::uri::PathAndQuery;
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tonic::Status;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::server::UnaryService;
use tonic_prost::ProstCodec;

use crate::question::{Answer, Decider, Question};
use crate::remote;

/// The asking side.
pub(crate) struct Client(tonic::client::Grpc<Connection>);

impl remote::Client for Client {
    const PROTOCOL: &'static str = "grpc";

    async fn connect(stream: TcpStream) -> Self {
        let io = TokioIo::new(stream);
        let (sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        let origin = Uri::from_static("http://localhost");
        Self(tonic::client::Grpc::with_origin(Connection(sender), origin))
    }

    async fn ask(&mut self, question: Question) -> Option<f64> {
        let method = PathAndQuery::from_static("/regatta.Policy/Decide");
        self.0.ready().await.unwrap();
        let request = tonic::Request::new(question);
        let codec = ProstCodec::<Question, Answer>::new();
        let answer = self.0.unary(request, method, codec).await.unwrap().into_inner();
        answer.recommendations[0].replicas
    }
}

/// hyper's connection as tonic wants it.
struct Connection(SendRequest<Body>);

impl GrpcService<Body> for Connection {
    type ResponseBody = Incoming;
    type Error = hyper::Error;
    type Future = Pin<Box<dyn Future<Output = hyper::Result<Response<Incoming>>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.0.send_request(request))
    }
}

/// The method.
#[derive(Clone)]
struct Decide(Arc<Mutex<Decider>>);

impl UnaryService<Question> for Decide {
    type Response = Answer;
    type Future = Ready<Result<tonic::Response<Answer>, Status>>;

    fn call(&mut self, request: tonic::Request<Question>) -> Self::Future {
        let advice = self.0.lock().unwrap().decide(request.into_inner());
        ready(Ok(tonic::Response::new(Answer::from(advice))))
    }
}

/// The answering side.
pub(crate) async fn serve(stream: TcpStream) {
    let decide = Decide(Arc::new(Mutex::new(Decider::default())));
    let answer = move |request: Request<Incoming>| {
        let decide = decide.clone();
        async move {
            let codec = ProstCodec::<Answer, Question>::new();
            Ok::<_, hyper::Error>(tonic::server::Grpc::new(codec).unary(decide, request).await)
        }
    };
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service_fn(answer));
    connection.await.unwrap();
}
