use std::sync::Arc;

use super::*;
use crate::routes::Route;

fn incoming(method: &str, uri: &str, headers: &[(&str, &str)], body: &[u8]) -> Incoming {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append::<axum::http::HeaderName>(name, value);
    }
    Incoming {
        method: method.parse().unwrap(),
        uri: uri.parse().unwrap(),
        protocol: Version::HTTP_11,
        headers: map,
        body: Bytes::copy_from_slice(body),
        peer: "127.0.0.1:50000".parse().unwrap(),
        port: 3000,
        id: "LV7fzho-PHcEJPw=".into(),
        received: "2020-03-12T19:03:58.390Z".parse().unwrap(),
    }
}

fn matched(key: &str, parameters: &[(&str, &str)]) -> Matched {
    Matched {
        route: Arc::new(Route { key: key.into(), part: String::new(), function: "f".into(), authorizer: None }),
        parameters: parameters.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
    }
}

#[test]
fn a_request_becomes_the_event_that_api_gateway_sends() {
    let incoming = incoming(
        "POST",
        "/my/a%20path?parameter1=value1&parameter1=value+2&p%32=value",
        &[
            ("Host", "api.example.com:3000"),
            ("Content-Type", "application/json; charset=utf-8"),
            ("Header1", "value1"),
            ("header1", "value2"),
            ("Cookie", "cookie1=a; cookie2=b"),
            ("Transfer-Encoding", "chunked"),
            ("User-Agent", "agent"),
        ],
        b"{\"a\": 1}",
    );
    let event = request(&incoming, &matched("POST /my/{name}", &[("name", "a path")]), Some(&json!({"key": "value"})));
    let expected = json!({
        "version": "2.0",
        "routeKey": "POST /my/{name}",
        "rawPath": "/my/a path",
        "rawQueryString": "parameter1=value1&parameter1=value+2&p%32=value",
        "cookies": ["cookie1=a", "cookie2=b"],
        "headers": {
            "host": "api.example.com:3000",
            "content-type": "application/json; charset=utf-8",
            "header1": "value1,value2",
            "user-agent": "agent",
            "content-length": "8",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "3000",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": {"parameter1": "value1,value 2", "p2": "value"},
        "pathParameters": {"name": "a path"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "authorizer": {"lambda": {"key": "value"}},
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": "POST",
                "path": "/my/a path",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "agent",
            },
            "requestId": "LV7fzho-PHcEJPw=",
            "routeKey": "POST /my/{name}",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1_584_039_838_390_i64,
        },
        "body": "{\"a\": 1}",
        "isBase64Encoded": false,
    });
    assert_eq!(event, expected);
}

#[test]
fn what_is_empty_is_left_out() {
    let event = request(&incoming("GET", "/", &[], b""), &matched("$default", &[]), None);
    for member in ["cookies", "queryStringParameters", "pathParameters", "body"] {
        assert!(event.get(member).is_none(), "{member}");
    }
    assert!(event["requestContext"].get("authorizer").is_none());
    assert_eq!(event["rawQueryString"], "");
    assert_eq!(event["isBase64Encoded"], false);
}

#[test]
fn a_body_that_is_not_text_is_base64() {
    let cases: [(&str, &[u8], &str, bool); 5] = [
        ("application/x-www-form-urlencoded", b"a=b", "YT1i", true),
        ("application/json", b"\xff", "/w==", true),
        ("", b"{}", "e30=", true),
        ("application/vnd.api+JSON", b"{}", "{}", false),
        ("text/csv", "é".as_bytes(), "é", false),
    ];
    for (kind, body, expected, encoded) in cases {
        let event = request(&incoming("POST", "/", &[("content-type", kind)], body), &matched("$default", &[]), None);
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(expected), &json!(encoded)), "{kind}");
    }
}

#[test]
fn a_body_that_is_compressed_is_base64() {
    for (coding, expected, encoded) in
        [("gzip", "e30=", true), ("br", "e30=", true), ("identity", "{}", false), ("Identity", "{}", false)]
    {
        let headers = [("content-type", "application/json"), ("content-encoding", coding)];
        let event = request(&incoming("POST", "/", &headers, b"{}"), &matched("$default", &[]), None);
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(expected), &json!(encoded)), "{coding}");
    }
}

#[test]
fn an_authorizer_is_asked_without_the_body() {
    let incoming = incoming("POST", "/account?a=b", &[("authorization", "Basic x")], b"{}");
    let event = authorization(&incoming, &matched("POST /account", &[]), &["Basic x".into()], "eu-central-1");
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["type"], "REQUEST");
    assert_eq!(event["routeArn"], "arn:aws:execute-api:eu-central-1:000000000000:local/$default/POST/account");
    assert_eq!(event["identitySource"], json!(["Basic x"]));
    assert_eq!(event["headers"]["authorization"], "Basic x");
    assert_eq!(event["requestContext"]["routeKey"], "POST /account");
    assert!(event.get("body").is_none() && event.get("isBase64Encoded").is_none());
}
