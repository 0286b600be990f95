//! gRPC: vSwarm's `helloworld.Greeter/SayHello`, whose name is the input and whose message the answer.
//! The framing is that of gRPC's "gRPC over HTTP2": five bytes before a message, the status in trailers.

use std::future::ready;

use bytes::{BufMut as _, Bytes, BytesMut};
use http_body_util::{BodyExt as _, Empty, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Version};
use prost::Message;

use super::call::{CallError, call};
use super::{Body, Service, http};

const SAY_HELLO: &str = "/helloworld.Greeter/SayHello";

const STATUS: HeaderName = HeaderName::from_static("grpc-status");

const STATUS_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// Before each message: one byte that says whether it is compressed, four of length.
const PREFIX_BYTES: usize = 5;

/// The longest message, gRPC's usual limit.
const MOST_MESSAGE_BYTES: usize = 4 << 20;

#[derive(Clone, PartialEq, Message)]
struct HelloRequest {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct HelloReply {
    #[prost(string, tag = "1")]
    message: String,
}

/// A status other than OK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Cancelled = 1,
    InvalidArgument = 3,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
}

/// A failure, as gRPC tells it.
#[derive(Debug, PartialEq, Eq)]
struct Failure {
    code: Code,
    words: String,
}

impl Failure {
    fn new(code: Code, words: impl Into<String>) -> Self {
        Self { code, words: words.into() }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let code = match error {
            CallError::NotReady => Code::Unavailable,
            CallError::Busy { .. } => Code::ResourceExhausted,
            CallError::Input(_) => Code::InvalidArgument,
            CallError::Broken => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

/// Answers a request whose content is gRPC's.
pub(super) async fn respond(service: &Service, request: Request<Incoming>) -> Response<Body> {
    if request.version() != Version::HTTP_2 {
        let words = "gRPC needs HTTP/2; speak it from the first byte\n";
        return http::text(StatusCode::HTTP_VERSION_NOT_SUPPORTED, words.to_owned());
    }
    let mut response = match say_hello(service, request).await {
        Ok(reply) => {
            let trailers = HeaderMap::from_iter([(STATUS, HeaderValue::from_static("0"))]);
            let body = Full::new(framed(&reply)).with_trailers(ready(Some(Ok(trailers))));
            Response::new(body.boxed_unsync())
        }
        Err(failure) => failed(&failure),
    };
    let kind = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

async fn say_hello(service: &Service, request: Request<Incoming>) -> Result<HelloReply, Failure> {
    if request.uri().path() != SAY_HELLO || request.method() != Method::POST {
        let words = format!("there is one method, {SAY_HELLO}");
        return Err(Failure::new(Code::Unimplemented, words));
    }
    let limit = MOST_MESSAGE_BYTES + PREFIX_BYTES;
    let body = Limited::new(request.into_body(), limit).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            too_long()
        } else {
            Failure::new(Code::Cancelled, "the message broke off")
        }
    })?;
    let request = message(&body.to_bytes())?;
    let message = call(service, request.name.trim()).await?;
    Ok(HelloReply { message })
}

/// The one message of a body.
fn message(body: &[u8]) -> Result<HelloRequest, Failure> {
    let Some((&[compressed, a, b, c, d], message)) = body.split_first_chunk() else {
        return Err(Failure::new(Code::Internal, "the request holds no message"));
    };
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if length > MOST_MESSAGE_BYTES {
        return Err(too_long());
    }
    if compressed != 0 {
        return Err(Failure::new(Code::Unimplemented, "messages must not be compressed"));
    }
    if length != message.len() {
        return Err(Failure::new(Code::Internal, "the request is not exactly one message"));
    }
    HelloRequest::decode(message)
        .map_err(|_| Failure::new(Code::Internal, "the message is no HelloRequest"))
}

fn too_long() -> Failure {
    let words = format!("the message is longer than {MOST_MESSAGE_BYTES} bytes");
    Failure::new(Code::ResourceExhausted, words)
}

fn framed(reply: &HelloReply) -> Bytes {
    let length = reply.encoded_len();
    let mut frame = BytesMut::with_capacity(PREFIX_BYTES + length);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(length).expect("no function's answer is near 4 GiB"));
    reply.encode(&mut frame).expect("the buffer grows");
    frame.freeze()
}

/// A response of headers alone.
fn failed(failure: &Failure) -> Response<Body> {
    let mut response = Response::new(Empty::new().boxed_unsync());
    let headers = response.headers_mut();
    headers.insert(STATUS, HeaderValue::from(failure.code as u16));
    let words = HeaderValue::try_from(percent_encoded(&failure.words));
    headers.insert(STATUS_MESSAGE, words.expect("what is left is printable ASCII"));
    response
}

/// As gRPC wants its messages: what is not printable ASCII, and the percent sign, by bytes.
fn percent_encoded(words: &str) -> String {
    let mut encoded = String::with_capacity(words.len());
    for byte in words.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_exactly_one_message() {
        let hello = b"\0\0\0\0\x04\x0a\x0242";
        assert_eq!(message(hello).unwrap().name, "42");
        assert_eq!(message(b"\0\0\0\0\0").unwrap().name, "");
        for (body, code) in [
            (&b""[..], Code::Internal),
            (b"\0\0\0\0", Code::Internal),
            (b"\x01\0\0\0\x04\x0a\x0242", Code::Unimplemented),
            (b"\0\0\0\0\x05\x0a\x0242", Code::Internal),
            (b"\0\0\0\0\x04\x0a\x0242\0\0\0\0\0", Code::Internal),
            (b"\0\0\0\0\x02\xff\xff", Code::Internal),
            (b"\0\0\x40\0\x01", Code::ResourceExhausted),
        ] {
            assert_eq!(message(body).unwrap_err().code, code, "{body:?}");
        }
    }

    #[test]
    fn writes_a_message_behind_its_length() {
        let frame = framed(&HelloReply { message: "hi".to_owned() });
        assert_eq!(frame[..], *b"\0\0\0\0\x04\x0a\x02hi");
    }

    #[test]
    fn tells_what_is_no_ascii_by_bytes() {
        assert_eq!(percent_encoded("5 % of `é`\n"), "5 %25 of `%C3%A9`%0A");
    }
}
