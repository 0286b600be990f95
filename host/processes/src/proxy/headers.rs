//! Headers: what is between two neighbours only stays between them, and a request is addressed as
//! its next neighbour expects it.

use std::net::SocketAddr;

use hyper::header::{
    CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::{Request, Uri, Version};

/// Removes the headers that are between two neighbours only (RFC 9110, section 7.6.1). Of `te`, only
/// that trailers are welcome stays in HTTP/2, where gRPC wants it and where it is no such header.
pub(super) fn strip(headers: &mut HeaderMap, version: Version) {
    const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
    const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
    if headers.contains_key(CONNECTION) {
        let named: Vec<HeaderName> = headers
            .get_all(CONNECTION)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|name| HeaderName::try_from(name.trim()).ok())
            .collect();
        for name in named {
            // They frame and address the message, so nobody can ask to have them removed.
            if name != HOST && name != hyper::header::CONTENT_LENGTH {
                headers.remove(name);
            }
        }
        headers.remove(CONNECTION);
    }
    for name in [KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
    if let Some(te) = headers.remove(TE)
        && version == Version::HTTP_2
        && te.as_bytes().eq_ignore_ascii_case(b"trailers")
    {
        headers.insert(TE, te);
    }
}

/// Addresses a request to a replica: by path and `host` in HTTP/1, by a whole URI in HTTP/2.
pub(super) fn address<B>(request: &mut Request<B>, replica: SocketAddr) {
    if request.version() == Version::HTTP_2 {
        if request.uri().authority().is_none() || request.uri().scheme().is_none() {
            let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
            let authority = host.and_then(|host| host.parse::<Authority>().ok());
            let authority = authority.unwrap_or_else(|| local(replica));
            let mut parts = std::mem::take(request.uri_mut()).into_parts();
            parts.scheme = Some(Scheme::HTTP);
            parts.authority = Some(authority);
            parts.path_and_query.get_or_insert_with(|| PathAndQuery::from_static("/"));
            *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
        }
        return;
    }
    *request.version_mut() = Version::HTTP_11;
    if let Some(authority) = request.uri().authority() {
        // What an absolute URI says goes before the header (RFC 9112, section 3.2.2).
        if let Ok(host) = HeaderValue::from_str(authority.as_str()) {
            request.headers_mut().insert(HOST, host);
        }
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    }
    if !request.headers().contains_key(HOST)
        && let Ok(host) = HeaderValue::from_str(local(replica).as_str())
    {
        request.headers_mut().insert(HOST, host);
    }
}

fn local(replica: SocketAddr) -> Authority {
    let written = replica.to_string();
    Authority::try_from(written).unwrap_or_else(|_| Authority::from_static("localhost"))
}

#[cfg(test)]
mod tests;
