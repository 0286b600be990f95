use super::*;

fn stripped(pairs: &[(&'static str, &'static str)], version: Version) -> Vec<String> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_static(value));
    }
    strip(&mut headers, version);
    let told = headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    let mut told: Vec<String> = told.collect();
    told.sort_unstable();
    told
}

#[test]
fn what_is_between_two_neighbours_is_not_passed_on() {
    for (pairs, version, left) in [
        (vec![("accept", "*/*"), ("x-a", "1")], Version::HTTP_11, vec!["accept: */*", "x-a: 1"]),
        (
            vec![("connection", "x-a, close"), ("connection", "X-B"), ("x-a", "1"), ("x-b", "2")],
            Version::HTTP_11,
            vec![],
        ),
        (
            vec![("keep-alive", "5"), ("proxy-connection", "x"), ("transfer-encoding", "chunked")],
            Version::HTTP_11,
            vec![],
        ),
        (vec![("upgrade", "websocket"), ("connection", "upgrade")], Version::HTTP_11, vec![]),
        (vec![("te", "trailers")], Version::HTTP_11, vec![]),
        (vec![("te", "trailers")], Version::HTTP_2, vec!["te: trailers"]),
        (vec![("te", "gzip")], Version::HTTP_2, vec![]),
        (
            vec![("connection", "host, content-length"), ("host", "a"), ("content-length", "3")],
            Version::HTTP_11,
            vec!["content-length: 3", "host: a"],
        ),
    ] {
        assert_eq!(stripped(&pairs, version), left, "{pairs:?}");
    }
}

#[test]
fn a_request_is_addressed_as_its_replica_expects_it() {
    let replica: SocketAddr = "127.0.0.1:81".parse().unwrap();
    for (uri, host, version, expected, expected_host) in [
        ("/a?b=c", Some("x"), Version::HTTP_11, "/a?b=c", Some("x")),
        ("/a", None, Version::HTTP_10, "/a", Some("127.0.0.1:81")),
        ("http://y/a?b", Some("x"), Version::HTTP_11, "/a?b", Some("y")),
        ("http://y", None, Version::HTTP_11, "/", Some("y")),
        ("http://y/a", None, Version::HTTP_2, "http://y/a", None),
        ("/a", Some("x"), Version::HTTP_2, "http://x/a", Some("x")),
        ("/a", None, Version::HTTP_2, "http://127.0.0.1:81/a", None),
    ] {
        let mut request = Request::new(());
        *request.uri_mut() = uri.parse().unwrap();
        *request.version_mut() = version;
        if let Some(host) = host {
            request.headers_mut().insert(HOST, HeaderValue::from_static(host));
        }
        address(&mut request, replica);
        let told = request.headers().get(HOST).map(|host| host.to_str().unwrap().to_owned());
        assert_eq!(
            (request.uri().to_string().as_str(), told.as_deref()),
            (expected, expected_host)
        );
        assert_ne!(request.version(), Version::HTTP_10);
    }
}
