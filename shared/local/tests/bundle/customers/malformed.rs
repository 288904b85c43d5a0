//! Requests that no honest client sends: each gets a 4xx in this dialect, none a 5xx; and what is sent once more.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Customer, invoice, message, refusal, refused};
use crate::{
    registration::PASSWORD,
    support::{Answered, Running, send},
};

/// What takes a body, with one that is taken.
fn writes(customer: &Customer) -> Vec<(Method, String, Value)> {
    let building = json!({
        "Name": "a", "BuildingYear": 1980, "HeatingArea": 1, "Residents": 1,
        "Customer": {"PhoneNumber": "1", "Email": "a@b.example"},
    });
    let settings = "/contracts/1001/meters/serial-1/settings";
    let reading = json!({"CustomerId": customer.number, "DeliveryPointId": 1, "ReadingDate": "2026-01-01", "Value": 1});
    let terms = json!({"AcceptGeneralTerms": true, "AcceptAdditionalTerms": true});
    vec![
        (
            Method::PATCH,
            customer.path(""),
            json!({"PhoneNumber": "1", "MobileNumber": "1", "Email": "jo-1@example.com"}),
        ),
        (Method::POST, customer.path("/deliverypoints/1/readings"), reading),
        (Method::POST, customer.path(settings), building.clone()),
        (Method::POST, customer.path(&format!("{settings}/building")), building),
        (Method::POST, customer.path("/apps/smartliv/terms"), terms),
        (Method::POST, customer.path("/messages/state"), json!({"MessageIds": [5], "State": 1})),
        (Method::PATCH, customer.path("/messages/5"), json!({"State": 1})),
        (Method::POST, "/api/Authenticate".to_owned(), json!({"UserName": "nobody", "Password": "x", "Area": 1})),
    ]
}

/// What an operator brings, as the same.
fn records(customer: &Customer) -> Vec<(Method, String, Value)> {
    let record = |path: &str, body: Value| (Method::PUT, format!("/api/records/{path}"), body);
    vec![
        record("app/smartliv", json!({"Name": "a"})),
        record("terms/smartliv.general", json!({"Version": "1", "Url": "https://example.com"})),
        record("message/5", message(customer.number, "2026-01-01")),
        record("invoice/900", invoice(customer.number)),
        record("associate/1", json!({"CustomerId": customer.number, "RelationshipType": "x"})),
    ]
}

impl Running {
    /// Sends bytes as the customer or, of records, as the organisation.
    async fn raw(&self, customer: &Customer, method: &Method, path: &str, bytes: impl Into<reqwest::Body>) -> Answered {
        let request = if path.contains("/records/") {
            self.rest_request(method.clone(), path)
        } else {
            self.person_request((&customer.name, PASSWORD), method.clone(), path)
        };
        send(request.header("content-type", "application/json").body(bytes)).await
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let running = Running::start().await;
    let (customer, other) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &other).await;
    let before = running.uncounted().await;
    for (method, path, body) in writes(&customer).into_iter().chain(records(&customer)) {
        for (bytes, status, code) in [
            (b"{".to_vec(), 400, "MalformedJson"),
            (Vec::new(), 400, "MalformedJson"),
            (b"\xff\xfe{}".to_vec(), 400, "MalformedJson"),
            (br#"{"State":1,"State":2}"#.to_vec(), 400, "InvalidRequest"),
            (b"[1]".to_vec(), 400, "InvalidRequest"),
            (vec![b'['; 100_000], 400, "TooDeep"),
            (vec![b' '; 5 * 1024 * 1024], 413, "BodyTooLarge"),
        ] {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
            let (found, word, _) = refusal(&running.raw(&customer, &method, &path, bytes).await);
            assert_eq!((found, &*word), (status, code), "{method} {path} {shown}");
        }
        let text = running.person_request((&customer.name, PASSWORD), method.clone(), &path);
        let text = if path.contains("/records/") { running.rest_request(method.clone(), &path) } else { text };
        let text = send(text.header("content-type", "text/plain").body(body.to_string())).await;
        assert_eq!(refusal(&text), refused(415, "UnsupportedMediaType", &[]), "{method} {path}");
    }
    assert_eq!(running.uncounted().await, before);
    running.bundle.stop().await;
}

#[tokio::test]
async fn values_of_every_wrong_type_at_every_member() {
    let running = Running::start().await;
    let (customer, other) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &other).await;
    for (method, path, body) in writes(&customer).into_iter().chain(records(&customer)) {
        // Wrong passwords cost time.
        if path.ends_with("Authenticate") {
            continue;
        }
        for name in body.as_object().unwrap().keys() {
            for value in [
                "null",
                "true",
                "-7",
                "1e300",
                "0.5",
                "\"\"",
                "\"\\u0000\"",
                "[]",
                "[null]",
                "[{}]",
                "{}",
                "{\"a\":[]}",
            ] {
                let mut body = body.clone();
                body[name] = serde_json::from_str(value).unwrap();
                let answer = running.raw(&customer, &method, &path, body.to_string()).await;
                assert!(answer.status < 300 || refusal(&answer).0 < 500, "{method} {path} {name} {value}: {answer:?}");
            }
        }
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    for (method, path, expected) in [
        (Method::DELETE, customer.path(""), refused(405, "MethodNotAllowed", &[])),
        (Method::PUT, customer.path("/messages/5"), refused(405, "MethodNotAllowed", &[])),
        (Method::GET, "/api/customers".to_owned(), refused(404, "UnknownPath", &[])),
        (Method::GET, "/api".to_owned(), refused(404, "UnknownPath", &[])),
    ] {
        let answer = running.as_customer(&customer, method.clone(), &path, None).await;
        assert_eq!(refusal(&answer), expected, "{method} {path}");
    }
    for id in
        ["0", "-1", "99999999999", "1e9", "%20", "%00", "..%2f..", "00000000-0000-0000-0000-000000000000", "\u{1f50c}"]
    {
        for rest in ["", "/contracts", "/invoices/1/pdf"] {
            for who in [Some(()), None] {
                let path = format!("/api/customers/{id}{rest}");
                let answer = match who {
                    Some(()) => running.as_customer(&customer, Method::GET, &path, None).await,
                    None => running.get(running.admin(), &path).await,
                };
                assert!([400, 404].contains(&answer.status), "{path}: {answer:?}");
            }
        }
    }
    for rest in [
        "/contracts/x",
        "/contracts/-1",
        "/deliverypoints/0/readings",
        "/invoices/99999999999",
        "/contracts/1001/meters/x/settings",
    ] {
        let answer = running.as_customer(&customer, Method::GET, &customer.path(rest), None).await;
        assert_eq!(refusal(&answer), refused(404, "NotFound", &[]), "{rest}");
    }
    running.bundle.stop().await;
}

/// With a key, what was answered is answered again, and is not done again.
#[tokio::test]
async fn a_repeated_request_is_answered_the_same() {
    let running = Running::start().await;
    let (customer, other) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &other).await;
    let path = customer.path("/apps/smartliv/terms");
    let post = |body: Value| {
        let request = running.person_request((&customer.name, PASSWORD), Method::POST, &path);
        send(request.header("idempotency-key", "once").json(&body))
    };
    let first = post(json!({"AcceptGeneralTerms": true})).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None), "{first:?}");
    let reset = customer.path("/apps/smartliv/resetterms");
    assert_eq!(running.as_customer(&customer, Method::PATCH, &reset, None).await.status, 200);
    let again = post(json!({"AcceptGeneralTerms": true})).await;
    assert_eq!((again.status, again.header("idempotent-replayed"), &again.text), (200, Some("true"), &first.text));
    assert_eq!(running.seen_by(&customer, "/apps/smartliv/eula").await, false);
    let another = post(json!({"AcceptGeneralTerms": false})).await;
    assert_eq!(refusal(&another), refused(422, "IdempotencyKeyReused", &[]));
    running.bundle.stop().await;
}
