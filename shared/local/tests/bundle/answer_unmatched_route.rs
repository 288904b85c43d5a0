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
        (Method::POST, "/openapi/provisioning.json", 405, Some("GET")),
        // Decoded before it is routed, as by API Gateway: three segments.
        (Method::GET, "/account/A%2Fb", 404, None),
        // Another path than without the slash.
        (Method::GET, "/account/x/", 404, None),
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

/// API Gateway does not answer it for GET, either.
#[tokio::test]
async fn head_is_a_method_of_its_own() {
    let running = Running::start().await;
    for (path, allow) in [("/account/x", "DELETE, GET"), ("/rest/v1/accounts", "DELETE, GET, POST, PUT")] {
        let answer = send(running.request(Method::HEAD, path)).await;
        assert_eq!((answer.status, answer.header("allow"), answer.text.as_str()), (405, Some(allow), ""), "{path}");
    }
    running.bundle.stop().await;
}

/// Each part answers for its own paths, the first one for those that nobody has.
#[tokio::test]
async fn speaks_the_dialect_of_the_part_that_has_the_path() {
    let running = Running::start().await;
    for (method, path, status, media_type, code) in [
        (Method::GET, "/rest/v1/nothing", 404, "application/json", "/results/0/code"),
        (Method::DELETE, "/rest/v1/accounts/x/tariffs", 405, "application/json", "/results/0/code"),
        (Method::GET, "/rest", 404, "application/json", "/results/0/code"),
        (Method::PUT, "/openapi/accounts.json", 405, "application/json", "/results/0/code"),
        (Method::POST, "/onboarding/entities/types", 405, "application/problem+json", "/code"),
        (Method::PUT, "/onboarding/entities/types/EV", 405, "application/problem+json", "/code"),
        (Method::DELETE, "/onboarding/entities/types/EV/Audi", 405, "application/problem+json", "/code"),
        (Method::PUT, "/onboarding/entities", 405, "application/problem+json", "/code"),
        (Method::POST, "/onboarding/devices", 404, "application/problem+json", "/code"),
        (Method::PUT, "/openapi/onboarding.json", 405, "application/problem+json", "/code"),
        (Method::PATCH, "/webhooks", 405, "application/problem+json", "/code"),
        (Method::GET, "/webhook", 404, "application/problem+json", "/code"),
        (Method::GET, "/account/1/2/3", 404, "application/problem+json", "/code"),
        (Method::GET, "/restless", 404, "application/problem+json", "/code"),
    ] {
        let answer = send(running.request(method, path)).await;
        assert_eq!((answer.status, answer.header("content-type")), (status, Some(media_type)), "{path}");
        assert!(answer.json().pointer(code).is_some_and(serde_json::Value::is_string), "{path}: {answer:?}");
    }
    running.bundle.stop().await;
}
