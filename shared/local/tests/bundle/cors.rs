//! Web pages of other origins: what the templates let the gateway tell a browser.

use reqwest::{Method, RequestBuilder};
use wattbook_local::Options;

use crate::support::{Answered, Running, body, send};

const SHOP: &str = "https://shop.example";

async fn start(origins: &str) -> Running {
    let parameters = [("AllowedOrigins".to_owned(), origins.to_owned())].into();
    Running::start_with(Options { parameters, ..Options::default() }).await
}

fn asked(running: &Running, path: &str, origin: &str, method: &str) -> RequestBuilder {
    running
        .request(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "authorization,content-type")
}

fn about_pages(answer: &Answered) -> Vec<&str> {
    answer.headers.keys().map(reqwest::header::HeaderName::as_str).filter(|it| it.starts_with("access-")).collect()
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_call_every_part() {
    let running = start("https://other.example,https://shop.example").await;
    // Asked without a credential, which is what browsers do.
    for (path, method) in [
        ("/account", "POST"),
        ("/account/x/customer-info", "PUT"),
        ("/rest/v1/accounts", "GET"),
        ("/v1/token", "POST"),
        ("/openapi/accounts.json", "GET"),
        ("/onboarding/entities/types", "GET"),
        ("/webhooks", "POST"),
        ("/nowhere", "GET"),
    ] {
        let answer = send(asked(&running, path, SHOP, method)).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP), "{path}");
        let methods = answer.header("access-control-allow-methods").unwrap();
        assert!(methods.split(',').any(|allowed| allowed == method), "{path}: {methods}");
        let headers = answer.header("access-control-allow-headers").unwrap();
        for needed in ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"] {
            assert!(headers.split(',').any(|allowed| allowed == needed), "{path}: {headers}");
        }
        assert_eq!(answer.header("access-control-max-age"), Some("3600"));
    }
    let made = send(running.post(running.admin(), "/account", &body(1)).header("origin", SHOP)).await;
    let refused = send(running.request(Method::GET, "/rest/v1/accounts/x").header("origin", SHOP)).await;
    for (answer, status) in [(made, 201), (refused, 401)] {
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, Some(SHOP)));
        let seen = answer.header("access-control-expose-headers").unwrap();
        for needed in ["ETag", "Location", "X-Request-Id", "Retry-After", "Idempotent-Replayed"] {
            assert!(seen.split(',').any(|name| name == needed), "{seen}");
        }
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_page_of_another_origin_is_told_nothing() {
    let running = start(SHOP).await;
    for origin in ["https://shop.example.evil.example", "http://shop.example", "null"] {
        let answer = send(asked(&running, "/account", origin, "POST")).await;
        assert_eq!((answer.status, about_pages(&answer)), (204, vec![]), "{origin}");
        let answer = running.request(Method::GET, "/openapi/provisioning.json").header("origin", origin);
        assert_eq!(about_pages(&send(answer).await), Vec::<&str>::new(), "{origin}");
    }
    // Who is no page is answered as ever.
    let answer = running.provision(running.admin(), &body(1)).await;
    assert_eq!((answer.status, about_pages(&answer)), (201, vec![]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn without_allowed_origins_no_page_may_call() {
    let running = Running::start().await;
    let answer = send(asked(&running, "/account", SHOP, "POST")).await;
    assert_eq!((answer.status, answer.header("allow"), about_pages(&answer)), (405, Some("GET, POST"), vec![]));
    running.bundle.stop().await;
}
