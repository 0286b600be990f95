//! Greeting: the messages of gRPC's `helloworld.Greeter/SayHello`, framed as they go over a stream.

use bytes::{BufMut as _, Bytes, BytesMut};
use hyper::HeaderMap;
use prost::Message;

use super::Failure;
use super::tally::Outcome;

/// Where the call goes.
pub(crate) const PATH: &str = "/helloworld.Greeter/SayHello";
/// gRPC with messages of protocol buffers.
pub(crate) const CONTENT_TYPE: &str = "application/grpc";
/// Bytes before each message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// What is asked.
#[derive(Clone, PartialEq, Message)]
struct HelloRequest {
    #[prost(string, tag = "1")]
    name: String,
}

/// What is answered.
#[derive(Clone, PartialEq, Message)]
struct HelloReply {
    #[prost(string, tag = "1")]
    message: String,
}

/// The whole body of a request.
pub(crate) fn request(name: &str) -> Bytes {
    let message = HelloRequest { name: name.into() };
    let mut body = BytesMut::with_capacity(PREFIX + message.encoded_len());
    body.put_u8(0);
    body.put_u32(u32::try_from(message.encoded_len()).unwrap_or(u32::MAX));
    body.put_slice(&message.encode_to_vec());
    body.freeze()
}

/// Judges a whole answer by its body and by the headers that hold its status: the trailers, or the
/// first ones where nothing else came.
pub(crate) fn judge(body: &[u8], last: &HeaderMap) -> Outcome {
    let status = last.get("grpc-status").and_then(|value| value.to_str().ok());
    let status = status.and_then(|text| text.parse().ok()).ok_or(Failure::Protocol)?;
    if let Some(failure) = Failure::from_grpc(status) {
        return Err(failure);
    }
    let (prefix, message) = body.split_at_checked(PREFIX).ok_or(Failure::Protocol)?;
    let length = prefix[1..].iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    // Compression was not offered, so nobody may use it.
    if prefix[0] != 0 || length != message.len() {
        return Err(Failure::Protocol);
    }
    HelloReply::decode(message).map(|_| ()).map_err(|_| Failure::Protocol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_frame_with_the_name_as_its_first_field() {
        assert_eq!(&request("ab")[..], [0, 0, 0, 0, 4, 0x0a, 2, b'a', b'b']);
    }

    #[test]
    fn answers_are_judged_by_status_first_and_frame_then() {
        let check = |status: Option<&'static str>, body: &[u8], expected| {
            let mut last = HeaderMap::new();
            if let Some(status) = status {
                last.insert("grpc-status", status.parse().expect("a header value"));
            }
            assert_eq!(judge(body, &last), expected, "{status:?} {body:?}");
        };
        let good = request("hello");
        check(Some("0"), &good, Ok(()));
        check(Some("14"), &good, Err(Failure::Grpc(14)));
        check(Some("99"), &[], Err(Failure::Grpc(2)));
        check(None, &good, Err(Failure::Protocol));
        check(Some("fine"), &good, Err(Failure::Protocol));
        check(Some("0"), &good[..7], Err(Failure::Protocol));
        check(Some("0"), &[], Err(Failure::Protocol));
        check(Some("0"), &[1, 0, 0, 0, 0], Err(Failure::Protocol));
        check(Some("0"), &[0, 0, 0, 0, 1, 0xff], Err(Failure::Protocol));
    }
}
