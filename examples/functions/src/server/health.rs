//! Health: whether the function lives, and whether it takes calls.

use std::sync::atomic::Ordering;

use hyper::{Response, StatusCode};

use super::{Body, Service, http};

/// 200 from the end of the initialisation to the beginning of the draining, 503 before and after.
pub(super) fn ready(service: &Service) -> Response<Body> {
    let (status, word) = if service.draining.load(Ordering::Relaxed) {
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    } else if service.function.get().is_some() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "starting\n")
    };
    http::text(status, word.to_owned())
}

/// 200: whoever answers lives.
pub(super) fn live() -> Response<Body> {
    http::text(StatusCode::OK, "live\n".to_owned())
}
