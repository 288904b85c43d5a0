//! `GET /account/{account_id}`.

use crate::support::{Running, body, send, with};

#[tokio::test]
async fn gives_the_account_as_it_was_provisioned_by_either_id() {
    let running = Running::start().await;
    let request = wattbook_provisioning::bodies::example();
    let id = running.provisioned(running.admin(), &request).await;
    let by_ours = running.get(running.admin(), &format!("/account/{id}")).await;
    let by_theirs = running.get(running.admin(), "/account/9999999999338?id_type=external").await;
    assert_eq!((by_ours.status, &by_ours.text), (200, &by_theirs.text));
    assert_eq!(running.get(running.admin(), &format!("/account/{id}?id_type=internal")).await.text, by_ours.text);
    let mut account = by_ours.json();
    // What the answer adds is ours; the rest is the request.
    let members = account.as_object_mut().unwrap();
    assert_eq!(members.remove("account_id").unwrap(), id);
    assert_eq!(members.remove("created_at"), members.remove("updated_at"));
    assert_eq!(members.remove("status").unwrap(), "provisioned");
    let customer = account["customer_info"].as_object_mut().unwrap();
    assert_eq!(customer.remove("email_verified").unwrap(), false);
    assert!(customer.remove("customer_number").unwrap().as_u64().is_some());
    let installation = account["installation_info"][0].as_object_mut().unwrap();
    assert_eq!(installation.remove("primary").unwrap(), true);
    assert!(installation.remove("installation_id").is_some());
    assert!(installation["meters"][0].as_object_mut().unwrap().remove("meter_id").is_some());
    let mut expected = request;
    expected.as_object_mut().unwrap().remove("create_verified_user");
    expected["installation_info"][0].as_object_mut().unwrap().remove("create_verified_user");
    assert_eq!(account, expected);
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_external_id_may_have_any_characters_that_a_path_can_have() {
    let running = Running::start().await;
    let odd = "a b c+d#e&f=g;h:i@é🔌";
    running.provisioned(running.admin(), &with(body(1), "/customer_info/external_account_id", odd)).await;
    let path = "/account/a%20b%20c%2Bd%23e%26f%3Dg%3Bh%3Ai%40%C3%A9%F0%9F%94%8C?id_type=external";
    let answer = running.get(running.admin(), path).await;
    assert_eq!(answer.json()["customer_info"]["external_account_id"], odd);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_version_that_the_caller_has_is_not_sent_again() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let path = format!("/account/{id}");
    let etag = running.get(running.admin(), &path).await.header("etag").unwrap().to_owned();
    let admin = running.admin();
    for (tags, status) in [
        (etag.clone(), 304),
        (format!("W/{etag}"), 304),
        (format!("\"0\", {etag}"), 304),
        ("*".into(), 304),
        ("\"0\"".into(), 200),
        ("nonsense".into(), 200),
    ] {
        let request = running.request(reqwest::Method::GET, &path).basic_auth(&admin.app_id, Some(&admin.app_key));
        let answer = send(request.header("if-none-match", &tags)).await;
        assert_eq!((answer.status, answer.header("etag")), (status, Some(etag.as_str())), "{tags}");
        assert_eq!(answer.text.is_empty(), status == 304);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_parameter_that_is_not_understood_is_named() {
    let running = Running::start().await;
    let answer = running.get(running.admin(), "/account/x?id_type=both&verbose=1").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.faults(), ["not_allowed ?id_type", "unknown_parameter ?verbose"]);
    running.bundle.stop().await;
}
