//! The operator's function.

use serde_json::{Value, json};

use crate::support::{Running, body, text, with};

async fn refused(running: &Running, event: Value) -> (String, String) {
    let error = running.bundle.invoke("administer-organisations", &event).await.unwrap_err();
    (error.code().to_owned(), error.to_string())
}

#[tokio::test]
async fn an_organisation_grows_from_nothing_to_a_provisioned_account() {
    let running = Running::start().await;
    let created = running.operate(json!({"action": "create-organisation", "name": "New Energy"})).await;
    let organisation = &created["organisation_id"];
    let partner = json!({
        "action": "put-label-partner", "organisation_id": organisation, "code": "NORTH", "name": "North",
        "default_service_type": "RT-HR-NILM-HW",
    });
    running.operate(partner.clone()).await;
    let changed = running.operate(with(partner, "/default_service_type", "RT-LR-NILM-HW")).await;
    assert_eq!(changed["label_partners"].as_array().unwrap().len(), 1);
    assert_eq!(changed["label_partners"][0]["default_service_type"], "RT-LR-NILM-HW");
    let issue = json!({"action": "issue-credential", "organisation_id": organisation, "access": "admin"});
    let issued = running.operate(issue).await;
    let credential = wattbook_local::demo::Credential {
        app_id: issued["app_id"].as_str().unwrap().to_owned(),
        app_key: issued["app_key"].as_str().unwrap().to_owned(),
    };
    running.provisioned(&credential, &body(1)).await;
    let shown = running.operate(json!({"action": "get-organisation", "organisation_id": organisation})).await;
    assert_eq!(shown["credentials"][0]["app_id"], credential.app_id);
    assert!(shown["credentials"][0].get("revoked_at").is_none());
    running.operate(json!({"action": "revoke-credential", "app_id": credential.app_id})).await;
    let first = running.operate(json!({"action": "get-organisation", "organisation_id": organisation})).await;
    running.operate(json!({"action": "revoke-credential", "app_id": credential.app_id})).await;
    let again = running.operate(json!({"action": "get-organisation", "organisation_id": organisation})).await;
    assert!(first["credentials"][0]["revoked_at"].is_string());
    assert_eq!(first, again);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_key_is_shown_once_and_stored_as_a_hash() {
    let running = Running::start().await;
    let demo = running.bundle.demo();
    let table = format!("{:?}", running.scan().await);
    for credential in [&demo.admin, &demo.brand, &demo.other] {
        assert!(table.contains(&credential.app_id) && !table.contains(&credential.app_key));
    }
    let shown = running.operate(json!({"action": "get-organisation", "organisation_id": demo.organisation_id})).await;
    assert!(!shown.to_string().contains("key"));
    let credentials = running.scan().await.into_iter().filter(|item| text(item, "sk").starts_with("CREDENTIAL#"));
    assert!(credentials.map(|item| text(&item, "key_hash")).all(|hash| hash.starts_with("k1:") && hash.len() == 46));
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_organisation_has_a_hundred_label_partners_and_its_callers_are_known_all_the_same() {
    let running = Running::start().await;
    let organisation =
        running.operate(json!({"action": "create-organisation", "name": "Many"})).await["organisation_id"].clone();
    let partner = |n: usize| {
        json!({
            "action": "put-label-partner", "organisation_id": organisation, "code": format!("P{n:031}"), "name": "P",
            "default_service_type": "BR-LR-no-NILM-noHW",
        })
    };
    for n in 0..100 {
        running.operate(partner(n)).await;
    }
    let (code, message) = refused(&running, partner(100)).await;
    assert_eq!(code, "invalid_request");
    assert!(message.contains("/code would be label partner 101 of the organisation, which may have 100"), "{message}");
    // One that is there may still be changed.
    let changed = running.operate(with(partner(7), "/name", "Other")).await;
    assert_eq!(changed["label_partners"].as_array().unwrap().len(), 100);
    let issued = running
        .operate(json!({"action": "issue-credential", "organisation_id": organisation, "access": "admin"}))
        .await;
    let credential = wattbook_local::demo::Credential {
        app_id: issued["app_id"].as_str().unwrap().to_owned(),
        app_key: issued["app_key"].as_str().unwrap().to_owned(),
    };
    running.provisioned(&credential, &with(body(1), "/labelpartner", format!("P{:031}", 99))).await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn says_what_is_wrong_with_an_event() {
    let running = Running::start().await;
    let organisation = running.bundle.demo().organisation_id.clone();
    let missing = "0b5c1c0e-6a53-4d0c-9d5e-1f6f6b7f9c11";
    for (event, code, part) in [
        (json!([]), "invalid_request", "must be an object"),
        (json!({}), "invalid_request", "/action is required"),
        (json!({"action": "drop"}), "invalid_request", "create-organisation, get-organisation"),
        (json!({"action": "create-organisation", "name": ""}), "invalid_request", "/name must not be empty"),
        (json!({"action": "create-organisation", "name": "X", "id": 1}), "invalid_request", "/id is not known"),
        (json!({"action": "get-organisation", "organisation_id": "x"}), "invalid_request", "a UUID"),
        (json!({"action": "get-organisation", "organisation_id": missing}), "not_found", ""),
        (
            json!({"action": "put-label-partner", "organisation_id": missing}),
            "invalid_request",
            "/default_service_type",
        ),
        (
            json!({"action": "put-label-partner", "organisation_id": missing, "code": "A", "name": "A",
                "default_service_type": "RT-HR-NILM-HW"}),
            "not_found",
            "",
        ),
        (json!({"action": "issue-credential", "organisation_id": missing, "access": "admin"}), "not_found", ""),
        (
            json!({"action": "issue-credential", "organisation_id": organisation, "access": "root"}),
            "invalid_request",
            "admin, labelpartner",
        ),
        (
            json!({"action": "issue-credential", "organisation_id": organisation, "access": "labelpartner"}),
            "invalid_request",
            "/label_partner is required",
        ),
        (
            json!({"action": "issue-credential", "organisation_id": organisation, "access": "labelpartner", "label_partner": "NOWHERE"}),
            "not_found",
            "",
        ),
        (json!({"action": "revoke-credential", "app_id": "x"}), "invalid_request", "/app_id is not an app id"),
        (
            json!({"action": "revoke-credential", "app_id": format!("{}.AAAAAAAAAAAA", missing.replace('-', ""))}),
            "not_found",
            "",
        ),
    ] {
        let (found, message) = refused(&running, event.clone()).await;
        assert_eq!(found, code, "{event}: {message}");
        assert!(message.contains(part), "{event}: {message}");
    }
    running.bundle.stop().await;
}
