//! `PUT /account/{account_id}/customer-info`.

use std::sync::Arc;

use reqwest::Method;
use serde_json::json;

use crate::support::{Running, body, with};

#[tokio::test]
async fn sets_what_is_given_and_leaves_the_rest() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &with(body(1), "/create_verified_user", true)).await;
    let path = format!("/account/{id}/customer-info");
    let put = async |body| running.change(Method::PUT, running.admin(), &path, Some(body)).await;
    let named = put(json!({"contact_info": {"firstname": "Jane"}, "email": null})).await;
    assert_eq!((named.status, named.header("etag")), (200, Some("\"2\"")));
    let customer = named.json()["customer_info"].clone();
    assert_eq!(customer["contact_info"], json!({"firstname": "Jane", "lastname": "Doe"}));
    assert_eq!(
        (customer["email"].as_str(), customer["email_verified"].as_bool()),
        (Some("jo-1@example.com"), Some(true))
    );
    // Another address has to be verified; its old value is free at once, its new one taken.
    let moved = put(json!({"email": "New@Example.com", "external_account_id": "account-1"})).await.json();
    assert_eq!(moved["customer_info"]["email_verified"], false);
    let free = with(body(2), "/customer_info/email", "jo-1@example.com");
    assert_eq!(running.provision(running.admin(), &free).await.status, 201);
    let taken = with(body(3), "/customer_info/email", "new@EXAMPLE.com");
    assert_eq!(running.provision(running.admin(), &taken).await.faults(), ["taken /customer_info/email"]);
    // What changes nothing makes no version.
    let same = put(json!({"contact_info": {"firstname": "Jane"}})).await;
    assert_eq!((same.status, same.header("etag")), (200, Some("\"3\"")));
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn refuses_what_cannot_be() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let other = running.provisioned(running.admin(), &body(2)).await;
    let path = format!("/account/{id}/customer-info");
    for (body, status, faults) in [
        (json!({"external_account_id": "x"}), 409, vec!["immutable /external_account_id"]),
        (json!({"email": "JO-2@example.com"}), 409, vec!["taken /email"]),
        (json!({"email": "x", "phone": "1"}), 400, vec!["invalid_email /email", "unknown_member /phone"]),
        (json!([]), 400, vec!["wrong_type "]),
    ] {
        let answer = running.change(Method::PUT, running.admin(), &path, Some(body)).await;
        assert_eq!((answer.status, answer.faults()), (status, faults.iter().map(|f| (*f).to_owned()).collect()));
        if faults == ["taken /email"] {
            assert_eq!(answer.json()["errors"][0]["account_id"], json!(other));
        }
    }
    assert_eq!(running.consistent_accounts().await.len(), 2);
    running.bundle.stop().await;
}

/// Accounts that want each other's e-mail, and one that both want: claims and accounts agree after
/// every round.
#[tokio::test]
async fn parallel_swaps_never_lose_or_double_an_email() {
    let running = Arc::new(Running::start().await);
    let a = running.provisioned(running.admin(), &body("a")).await;
    let b = running.provisioned(running.admin(), &body("b")).await;
    for round in 0..25 {
        let (for_a, for_b) = match round % 3 {
            0 => ("x@example.com".to_owned(), "x@example.com".to_owned()),
            1 => ("jo-b@example.com".to_owned(), "jo-a@example.com".to_owned()),
            _ => ("jo-a@example.com".to_owned(), "jo-b@example.com".to_owned()),
        };
        let tasks: Vec<_> = [(&a, &for_a), (&b, &for_b), (&a, &for_b), (&b, &for_a)]
            .map(|(id, email)| {
                let (running, path, body) =
                    (Arc::clone(&running), format!("/account/{id}/customer-info"), json!({"email": email}));
                tokio::spawn(async move { running.change(Method::PUT, running.admin(), &path, Some(body)).await })
            })
            .into();
        for task in tasks {
            let answer = task.await.unwrap();
            assert!([200, 409].contains(&answer.status), "{answer:?}");
        }
        assert_eq!(running.consistent_accounts().await.len(), 2);
    }
}
