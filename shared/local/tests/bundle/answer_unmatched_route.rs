//! Requests that match no route.

use reqwest::Method;

use crate::support::{Running, send};

#[tokio::test]
async fn tells_an_unknown_path_from_an_unknown_method() {
    let running = Running::start().await;
    for (method, path, status, allow) in [
        (Method::GET, "/nowhere", 404, None),
        (Method::GET, "/", 404, None),
        (Method::POST, "/account/x/y", 404, None),
        (Method::PUT, "/account", 405, Some("GET, POST")),
        (Method::DELETE, "/account", 405, Some("GET, POST")),
        (Method::PUT, "/account/x", 405, Some("DELETE, GET")),
        (Method::GET, "/account/x/installation/y", 405, Some("DELETE, PUT")),
        (Method::POST, "/openapi.json", 405, Some("GET")),
        (Method::GET, "/v1/token", 405, Some("POST")),
        (Method::OPTIONS, "/account", 405, Some("GET, POST")),
        (Method::GET, "/registration", 405, Some("POST")),
    ] {
        let answer = send(running.request(method.clone(), path)).await;
        assert_eq!((answer.status, answer.header("allow")), (status, allow), "{method} {path}");
        let code = if status == 404 { "unknown_path" } else { "method_not_allowed" };
        assert_eq!(answer.json()["code"], code);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    running.bundle.stop().await;
}
