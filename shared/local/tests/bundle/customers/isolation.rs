//! What is somebody else's answers like what is missing, to persons, to brands and to other organisations.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use wattbook_local::demo::Credential;

use super::{Customer, invoice, message, refusal, refused, supplied, walk::operations};
use crate::{
    registration::PASSWORD,
    support::{Answered, Running, send, with, without},
};

/// A number that nobody is drawn: there are two thousand million.
const MISSING: &str = "100000007";

async fn south(running: &Running) -> Credential {
    let request = json!({
        "action": "issue-credential", "organisation_id": running.bundle.demo().organisation_id,
        "access": "labelpartner", "label_partner": "SOUTH",
    });
    serde_json::from_value(running.operate(request).await).unwrap()
}

/// Status, headers and body, but for what tells requests apart.
fn told(answer: &Answered) -> (u16, Vec<(String, String)>, String) {
    let aside = ["x-request-id", "apigw-requestid", "date"];
    let headers = answer.headers.iter().filter(|(name, _)| !aside.contains(&name.as_str()));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    (answer.status, headers, answer.text.clone())
}

/// Sends every operation on a customer, as it is, with a body that is none, and with a query that is wrong: under each
/// of the customer's ids it is answered like under one that is missing.
async fn is_missing(running: &Running, customer: &Customer, signed: impl Fn(RequestBuilder) -> RequestBuilder) {
    let (number, mut compared) = (customer.number.to_string(), 0);
    let of_customers = operations(customer).into_iter().filter(|(_, path, _)| path.contains(&number));
    for (method, path, body) in of_customers {
        let (path, _) = path.split_once('?').unwrap_or((&path, ""));
        for (query, body) in [("", body.clone()), ("", Some(json!([1]))), ("?nonsense=1", body)] {
            // Of a PDF the address is read first, as it may have a ticket.
            if !query.is_empty() && path.ends_with("/pdf") {
                continue;
            }
            let ask = |id: &str| {
                let path = path.replacen(&number, id, 1) + query;
                let request = signed(running.request(method.clone(), &path));
                send(body.iter().fold(request, RequestBuilder::json))
            };
            let missing = ask(MISSING).await;
            assert_eq!(refusal(&missing), refused(404, "NotFound", &[]), "{method} {path}{query}");
            for id in [number.as_str(), &customer.id, "account-1"] {
                assert_eq!(told(&ask(id).await), told(&missing), "{method} {path}{query} as {id}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 28 * 3 * 3 - 3);
}

#[tokio::test]
async fn a_second_customer_is_told_nothing() {
    let running = Running::start().await;
    let (customer, second) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &second).await;
    let before = running.uncounted().await;
    is_missing(&running, &customer, |request| request.basic_auth(&second.name, Some(PASSWORD))).await;
    // Nor of what the first has, under the own number.
    for rest in ["/contracts/44", "/messages/5", "/invoices/900", "/invoices/900/pdf", "/deliverypoints/9/readings"] {
        let method = if rest == "/messages/5" { Method::PATCH } else { Method::GET };
        let body = (method == Method::PATCH).then(|| json!({"State": 2}));
        let answer = running.as_customer(&second, method, &second.path(rest), body).await;
        assert_eq!(refusal(&answer), refused(404, "NotFound", &[]), "{rest}");
    }
    let missing =
        running.as_customer(&second, Method::GET, "/api/users/11111111-2222-4333-8444-555555555555", None).await;
    let user = running.as_customer(&second, Method::GET, &format!("/api/users/{}", customer.id), None).await;
    assert_eq!(told(&user), told(&missing));
    assert_eq!(running.uncounted().await, before);
    running.bundle.stop().await;
}

#[tokio::test]
async fn another_brand_and_another_organisation_are_told_nothing() {
    let running = Running::start().await;
    let (customer, second) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &second).await;
    let before = running.uncounted().await;
    for foreign in [running.other(), &south(&running).await] {
        is_missing(&running, &customer, |request| request.basic_auth(&foreign.app_id, Some(&foreign.app_key))).await;
        let put = |number: &str| {
            let document = with(message(1, "2026-03-01"), "/CustomerId", number);
            running.change(Method::PUT, foreign, "/api/records/message/6", Some(document))
        };
        let missing = put(MISSING).await;
        assert_eq!(refusal(&missing), refused(400, "InvalidRequest", &["Unknown CustomerId"]));
        assert_eq!(told(&put(&customer.number.to_string()).await), told(&missing));
        for id in [MISSING, &customer.number.to_string()] {
            let path = format!("/api/records/message/5?customerId={id}");
            let deleted = running.change(Method::DELETE, foreign, &path, None).await;
            assert_eq!(refusal(&deleted), refused(404, "NotFound", &[]));
        }
        let user = running.get(foreign, &format!("/api/users/{}", customer.id)).await;
        assert_eq!(refusal(&user), refused(404, "NotFound", &[]));
    }
    assert_eq!(running.uncounted().await, before + 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_brand_sees_its_own_installations_and_the_customer_all() {
    let running = Running::start().await;
    let customer =
        running.customer_of(running.admin(), &with(supplied(1), "/installation_info/1/labelpartner", "SOUTH")).await;
    let north = |rest: &str| {
        let path = customer.path(rest);
        let running = &running;
        async move { running.get(running.brand(), &path).await }
    };
    let count = |list: &Value| list.as_array().unwrap().len();
    for rest in ["/contracts", "/deliverypoints", "/contractdeliverypoints"] {
        let (brand, own) = (north(rest).await, running.seen_by(&customer, rest).await);
        assert_eq!((count(&brand.json()), count(&own)), (1, 2), "{rest}");
    }
    assert_eq!(north("/contracts/1001").await.status, 200);
    for rest in ["/contracts/2", "/contracts/2/invoices/2026", "/deliverypoints/2/readings"] {
        assert_eq!(refusal(&north(rest).await), refused(404, "NotFound", &[]), "{rest}");
    }
    // Invoices of its own contract, and those of none in particular.
    running.brought("invoice", 1, invoice(customer.number)).await;
    running.brought("invoice", 2, with(invoice(customer.number), "/ContractNo", 2)).await;
    running.brought("invoice", 3, without(invoice(customer.number), "/ContractNo")).await;
    for (rest, of_brand, of_customer) in
        [("/invoices", 2, 3), ("/invoices/2026/invoicepdfs", 2, 3), ("/contracts/1001/invoices/2026", 1, 1)]
    {
        let (brand, own) = (north(rest).await, running.seen_by(&customer, rest).await);
        assert_eq!((count(&brand.json()), count(&own)), (of_brand, of_customer), "{rest}");
        assert_eq!(brand.header("x-total-count"), Some(&*of_brand.to_string()), "{rest}");
    }
    for (number, status) in [(1, 200), (2, 404), (3, 200)] {
        assert_eq!(north(&format!("/invoices/{number}")).await.status, status, "{number}");
    }
    assert_eq!(refusal(&north("/invoices/2/pdf").await), refused(404, "NotFound", &[]));
    running.bundle.stop().await;
}

/// What only the person may do, nobody does for him; and what organisations do, no person does.
#[tokio::test]
async fn persons_and_organisations_do_not_act_for_each_other() {
    let running = Running::start().await;
    let (customer, second) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &second).await;
    for (method, rest, body) in [
        (Method::POST, "/apps/smartliv/eula", None),
        (Method::POST, "/apps/smartliv/terms", Some(json!({"AcceptGeneralTerms": true}))),
        (Method::POST, "/messages/state", Some(json!({"State": 2}))),
        (Method::PATCH, "/messages/5", Some(json!({"State": 2}))),
    ] {
        let answer = running.change(method, running.admin(), &customer.path(rest), body).await;
        assert_eq!(refusal(&answer), refused(403, "Forbidden", &[]), "{rest}");
    }
    let staff = running.staff("sam@example.com", "SuperUser", None).await;
    let password = staff["password"].as_str().unwrap();
    for (name, password) in [(&customer.name, PASSWORD), (&running.name("sam@example.com"), password)] {
        for method in [Method::PUT, Method::DELETE] {
            let path = format!("/api/records/message/5?customerId={}", customer.number);
            let request =
                running.person_request((name, password), method, &path).json(&message(customer.number, "2026-03-01"));
            assert_eq!(refusal(&send(request).await), refused(403, "Forbidden", &[]), "{name}");
        }
    }
    // A person is nobody to the other APIs.
    for path in ["/account/account-1?id_type=external", "/rest/v1/accounts", "/entities", "/webhooks"] {
        let answer = send(running.person_request((&customer.name, PASSWORD), Method::GET, path)).await;
        assert_eq!(answer.status, 401, "{path}: {answer:?}");
    }
    running.bundle.stop().await;
}
