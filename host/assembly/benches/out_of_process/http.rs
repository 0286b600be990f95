//! HTTP/1.1 with JSON, as webhooks are asked, on one connection that is kept.

use std::cell::RefCell;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::question::{Answer, Decider, Question};
use crate::remote;

const JSON: &str = "application/json";

/// The asking side.
pub(crate) struct Client(SendRequest<Full<Bytes>>);

impl remote::Client for Client {
    const PROTOCOL: &'static str = "http";

    async fn connect(stream: TcpStream) -> Self {
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    async fn ask(&mut self, question: Question) -> Option<f64> {
        let request = Request::post("/decide")
            .header(HOST, "localhost")
            .header(CONTENT_TYPE, JSON)
            .body(Full::from(serde_json::to_vec(&question).unwrap()))
            .unwrap();
        self.0.ready().await.unwrap();
        let response = self.0.send_request(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let answer: Answer = serde_json::from_slice(&body).unwrap();
        answer.recommendations[0].replicas
    }
}

/// The answering side.
pub(crate) async fn serve(stream: TcpStream) {
    let decider = RefCell::new(Decider::default());
    let answer = async |request: Request<Incoming>| {
        let body = request.into_body().collect().await?.to_bytes();
        let question: Question = serde_json::from_slice(&body).unwrap();
        let answer = Answer::from(decider.borrow_mut().decide(question));
        let body = Full::<Bytes>::from(serde_json::to_vec(&answer).unwrap());
        Ok::<_, hyper::Error>(Response::builder().header(CONTENT_TYPE, JSON).body(body).unwrap())
    };
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service_fn(answer));
    connection.await.unwrap();
}
