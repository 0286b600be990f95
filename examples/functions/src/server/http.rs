//! HTTP: `GET /?input=…`, or the input as the body of `POST /`.

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use super::call::{CallError, call};
use super::{Body, Service};

/// The longest body that is read.
const MOST_BODY_BYTES: usize = 1 << 20;

/// Answers a request that is neither gRPC nor about health.
pub(super) async fn respond(service: &Service, request: Request<Incoming>) -> Response<Body> {
    if request.uri().path() != "/" {
        let words = "no such path; there are /, /ready and /live, and gRPC\n";
        return text(StatusCode::NOT_FOUND, words.to_owned());
    }
    let input = match *request.method() {
        Method::GET => query(request.uri().query().unwrap_or_default()),
        Method::POST => match body(request).await {
            Ok(input) => input,
            Err(refusal) => return refusal,
        },
        _ => {
            let mut refusal = text(StatusCode::METHOD_NOT_ALLOWED, "GET or POST\n".to_owned());
            refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, POST"));
            return refusal;
        }
    };
    match call(service, input.trim()).await {
        Ok(answer) => reply(StatusCode::OK, "application/json", answer),
        Err(error) => text(status(&error), format!("{error}\n")),
    }
}

/// A reply in plain text.
pub(super) fn text(status: StatusCode, words: String) -> Response<Body> {
    reply(status, "text/plain; charset=utf-8", words)
}

fn reply(status: StatusCode, kind: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Full::from(body).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn status(error: &CallError) -> StatusCode {
    match error {
        CallError::NotReady => StatusCode::SERVICE_UNAVAILABLE,
        CallError::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
        CallError::Input(_) => StatusCode::BAD_REQUEST,
        CallError::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The input in a query, empty where there is none.
fn query(query: &str) -> String {
    let mut fields = form_urlencoded::parse(query.as_bytes());
    fields
        .find(|(field, _)| field == "input")
        .map_or_else(String::new, |(_, input)| input.into_owned())
}

async fn body(request: Request<Incoming>) -> Result<String, Response<Body>> {
    let body = Limited::new(request.into_body(), MOST_BODY_BYTES).collect().await;
    let bytes = match body {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            let words = format!("the body is longer than {MOST_BODY_BYTES} bytes\n");
            return Err(text(StatusCode::PAYLOAD_TOO_LARGE, words));
        }
        Err(_) => return Err(text(StatusCode::BAD_REQUEST, "the body broke off\n".to_owned())),
    };
    String::from_utf8(bytes.into())
        .map_err(|_| text(StatusCode::BAD_REQUEST, "the body is not UTF-8\n".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn reads_the_input_of_a_query() {
        for (given, input) in [
            ("", ""),
            ("input=", ""),
            ("input=7", "7"),
            ("a=1&input=37.7%2C-122.4&input=2", "37.7,-122.4"),
            ("inputs=3", ""),
            ("input=%ff", "\u{fffd}"),
        ] {
            assert_eq!(query(given), input, "{given}");
        }
    }
}
