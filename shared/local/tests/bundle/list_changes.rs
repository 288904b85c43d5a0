//! What the APIs tell of changes: who, when, and from what to what; and to whom.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use wattbook_local::demo::Credential;

use crate::{
    onboarding::made::{VIN, entity},
    registration::PASSWORD,
    support::{Answered, Running, body, with},
};

impl Running {
    /// The changes that a path tells of, once there are so many.
    async fn changes_told(&self, credential: &Credential, path: &str, most: usize) -> Vec<Value> {
        let mut last = Vec::new();
        for _ in 0..400 {
            let answer = self.get(credential, path).await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            last = entries(&answer);
            if last.len() >= most {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{path} tells of {last:?}");
    }

    async fn must(&self, method: Method, path: &str, body: Option<Value>) {
        let answer = self.change(method, self.admin(), path, body).await;
        assert!(answer.status < 300, "{path}: {answer:?}");
    }
}

/// The changes in an answer, whatever its dialect.
fn entries(answer: &Answered) -> Vec<Value> {
    let answer = answer.json();
    let lists = [&answer["results"], &answer["data"]];
    lists.into_iter().find_map(Value::as_array).unwrap_or_else(|| panic!("{answer}")).clone()
}

fn versions(changes: &[Value]) -> Vec<u64> {
    changes.iter().map(|it| it["version"].as_u64().unwrap()).collect()
}

/// Path, value before and value since of each field.
fn fields(change: &Value) -> Vec<(String, Value, Value)> {
    let field = |it: &Value| (it["path"].as_str().unwrap().to_owned(), it["from"].clone(), it["to"].clone());
    change["fields"].as_array().unwrap().iter().map(field).collect()
}

#[tokio::test]
async fn each_api_tells_who_changed_what_from_what_to_what() {
    let running = Running::start().await;
    let admin = running.admin();
    let id = running.provisioned(admin, &body(1)).await;
    let path = format!("/account/{id}");
    let person = json!({"contact_info": {"firstname": "Jane"}, "email": "jane@example.com"});
    running.must(Method::PUT, &format!("{path}/customer-info"), Some(person)).await;
    let token = running.verification_token(&id).await;
    assert_eq!(running.register(&token, PASSWORD).await.status, 200);
    running.must(Method::PUT, &format!("/rest/v1/accounts/{id}"), Some(json!({"accountName": "Home"}))).await;
    // What changes nothing leaves no trace.
    running.must(Method::PUT, &format!("/rest/v1/accounts/{id}"), Some(json!({"accountName": "Home"}))).await;

    let told = running.changes_told(admin, &format!("{path}/changes"), 4).await;
    assert_eq!(versions(&told), [4, 3, 2, 1]);
    let by_us = json!({"type": "credential", "id": admin.app_id});
    let by_customer = json!({"type": "registration", "id": null});
    assert_eq!(
        told.iter().map(|it| it["actor"].clone()).collect::<Vec<_>>(),
        [&by_us, &by_customer, &by_us, &by_us].map(Clone::clone)
    );
    assert_eq!(
        told.iter().map(|it| it["kind"].clone()).collect::<Vec<_>>(),
        ["updated", "updated", "updated", "created"]
    );
    assert_eq!(fields(&told[0]), [("profile.name".to_owned(), Value::Null, json!("Home"))]);
    let of_person = fields(&told[2]);
    assert!(of_person.contains(&("customer.email".into(), json!("jo-1@example.com"), json!("jane@example.com"))));
    assert!(of_person.contains(&("customer.contact.first_name".into(), json!("John"), json!("Jane"))));
    // The hash of the password, and what a token follows from, are named and not told.
    let secret = |path: &str| (path.to_owned(), Value::Null, Value::Null);
    assert!(fields(&told[1]).contains(&secret("customer.registration")));
    assert!(fields(&told[1]).contains(&secret("customer.token_requested_at")));
    assert!(!format!("{told:?}").contains("argon2"));
    assert!(told.iter().all(|it| it["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok()));

    // In the other API, and by the caller's own id, they are the same.
    for path in [
        "/account/account-1/changes?id_type=external".to_owned(),
        format!("/rest/v1/accounts/{id}/changes"),
        "/rest/v1/accounts/pid/account-1/changes?appId=x&fields=ext".to_owned(),
        format!("/rest/v1/account/{id}/changes?pageStart=0"),
    ] {
        assert_eq!(entries(&running.get(admin, &path).await), told, "{path}");
    }
    let page = running.get(admin, &format!("/rest/v1/accounts/{id}/changes")).await.json();
    assert_eq!((&page["status"], &page["count"], &page["type"]), (&json!("success"), &json!(4), &json!("Change")));
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_entity_has_a_log_of_its_own() {
    let running = Running::start().await;
    let (store, organisation) = (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    let car = entity(&store, organisation, VIN, Some("NORTH")).await;
    let path = format!("/entities/{}", car.id);
    let named = json!({"name": "Car", "properties": {"model": "Q4"}});
    running.must(Method::PUT, &path, Some(named)).await;
    running.must(Method::POST, "/offboarding/entities", Some(json!({"entityId": car.id}))).await;
    let told = running.changes_told(running.admin(), &format!("{path}/changes"), 3).await;
    assert_eq!(versions(&told), [3, 2, 1]);
    assert_eq!(told[2]["actor"], json!({"type": "connector", "id": null}));
    assert_eq!(told[1]["actor"], json!({"type": "credential", "id": running.admin().app_id}));
    let expected = [("name", json!("Car")), ("attributes.model", json!("Q4"))];
    assert_eq!(fields(&told[1]), expected.map(|(path, to)| (path.to_owned(), Value::Null, to)));
    assert!(fields(&told[0]).contains(&("disconnected.reason".into(), Value::Null, json!("Offboarded"))));

    let first = running.get(running.brand(), &format!("{path}/changes?pageSize=2")).await.json();
    assert_eq!(versions(first["data"].as_array().unwrap()), [3, 2]);
    let second = running.get(running.brand(), first["links"]["next"].as_str().unwrap()).await.json();
    assert_eq!(versions(second["data"].as_array().unwrap()), [1]);
    assert_eq!((&second["links"]["next"], &second["meta"]["continuationToken"]), (&Value::Null, &Value::Null));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_log_is_paged_and_filtered() {
    let running = Running::start().await;
    let admin = running.admin();
    let account = running.added(json!({"providerAccountId": "p"})).await;
    let id = account["accountId"].as_str().unwrap();
    for n in 2..=12 {
        let change = if n % 3 == 0 { json!({"owner": n.to_string()}) } else { json!({"accountName": n.to_string()}) };
        running.must(Method::PUT, &format!("/rest/v1/accounts/{id}"), Some(change)).await;
    }
    let all = running.changes_told(admin, &format!("/account/{id}/changes"), 12).await;
    // Page by page in both APIs, to the end.
    let (mut seen, mut path) = (Vec::new(), "/account/p/changes?id_type=external&page_size=5".to_owned());
    loop {
        let page = running.get(admin, &path).await.json();
        seen.extend(page["data"].as_array().unwrap().clone());
        let Some(next) = page["links"]["next"].as_str() else { break };
        let token = page["meta"]["continuation_token"].as_str().unwrap();
        assert!(next.contains(token) && next.contains("id_type=external") && next.contains("page_size=5"), "{next}");
        path = next.to_owned();
    }
    assert_eq!(seen, all);
    let (mut seen, mut path) = (Vec::new(), format!("/rest/v1/accounts/{id}/changes?pageCount=4"));
    loop {
        let page = running.get(admin, &path).await.json();
        assert_eq!(page["pageStart"], seen.len());
        seen.extend(page["results"].as_array().unwrap().clone());
        assert_eq!((&page["count"], page["countIsExact"] == false), (&json!(seen.len()), seen.len() < 12));
        let Some(token) = page["nextPageToken"].as_str() else { break };
        path = format!("/rest/v1/accounts/{id}/changes?pageCount=4&pageToken={token}");
    }
    assert_eq!(seen, all);
    let of =
        async |query: &str| versions(&entries(&running.get(admin, &format!("/account/{id}/changes?{query}")).await));
    assert_eq!(of("field=profile.owner").await, [12, 9, 6, 3]);
    assert_eq!(of("field=profile&page_size=2").await, [12, 11]);
    assert_eq!(of("field=prof").await, [0; 0]);
    let at = |version: usize| all[12 - version]["at"].as_str().unwrap();
    assert_eq!(of(&format!("from={}&to={}", at(5), at(9))).await, [8, 7, 6, 5]);
    assert_eq!(of(&format!("from={}", at(11))).await, [12, 11]);
    assert_eq!(of("to=2020-01-01").await, [0; 0]);

    // What is wrong with a query is said all at once.
    let faults = running.get(admin, &format!("/account/{id}/changes?from=x&page_size=0&field=&page=1")).await;
    assert_eq!(
        (faults.status, faults.faults()),
        (
            400,
            ["invalid_time ?from", "empty ?field", "out_of_range ?page_size", "unknown_parameter ?page"]
                .map(str::to_owned)
                .into()
        )
    );
    let backwards = running.get(admin, &format!("/entities/{}/changes?from=2026-02-01&to=2026-01-01", uuid())).await;
    assert_eq!(backwards.status, 400);
    let token = running.get(admin, &format!("/account/{id}/changes?page_size=1")).await.json();
    let token = token["meta"]["continuation_token"].as_str().unwrap();
    for path in [
        format!("/account/{id}/changes?field=profile&continuation_token={token}"),
        format!("/account/p/changes?id_type=external&continuation_token={token}"),
        format!("/rest/v1/accounts/{id}/changes?pageToken={token}"),
        format!("/rest/v1/accounts/{id}/changes?pageStart=5"),
    ] {
        assert_eq!(running.get(admin, &path).await.status, 400, "{path}");
    }
    running.bundle.stop().await;
}

fn uuid() -> wattbook_domain::AccountId {
    wattbook_domain::AccountId::new_random()
}

#[tokio::test]
async fn a_brand_is_told_of_its_own_alone_and_a_stranger_of_nothing() {
    let running = Running::start().await;
    let (store, organisation) = (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    // An account of NORTH with an installation of SOUTH.
    let id = running.provisioned(running.admin(), &with(body(1), "/installation_info/0/labelpartner", "SOUTH")).await;
    let path = format!("/account/{id}");
    let meter = json!({"meter_serial_number": "only-of-south"});
    let shown = running.get(running.admin(), &path).await.json();
    let installation = &shown["installation_info"][0];
    let at = format!(
        "{path}/installation/{}/meter/{}",
        installation["installation_id"].as_str().unwrap(),
        installation["meters"][0]["meter_id"].as_str().unwrap()
    );
    running.must(Method::PUT, &at, Some(meter)).await;
    running
        .must(Method::PUT, &format!("{path}/customer-info"), Some(json!({"contact_info": {"firstname": "Jane"}})))
        .await;
    assert_eq!(versions(&running.changes_told(running.admin(), &format!("{path}/changes"), 3).await), [3, 2, 1]);
    for path in [format!("{path}/changes"), format!("/rest/v1/accounts/{id}/changes")] {
        let seen = running.get(running.brand(), &path).await;
        assert_eq!(versions(&entries(&seen)), [3, 1], "{path}");
        assert!(!seen.text.contains("only-of-south"));
    }
    // Of nobody's account and entity, and of another brand's, it is told as little as of none.
    let brandless = running.added(json!({"providerAccountId": "r"})).await;
    let brandless = brandless["accountId"].as_str().unwrap();
    let car = entity(&store, organisation, VIN, Some("SOUTH")).await;
    for (missing, foreign) in [
        (format!("/account/{}/changes", uuid()), vec![format!("/account/{brandless}/changes")]),
        (
            format!("/rest/v1/accounts/{}/changes", uuid()),
            vec![format!("/rest/v1/accounts/{brandless}/changes"), "/rest/v1/accounts/pid/r/changes".into()],
        ),
        (format!("/entities/{}/changes", uuid()), vec![format!("/entities/{}/changes", car.id)]),
    ] {
        for path in &foreign {
            for credential in [running.brand(), running.other()] {
                let (answer, as_missing) =
                    (running.get(credential, path).await, running.get(credential, &missing).await);
                assert_eq!((answer.status, &answer.text), (404, &as_missing.text), "{path}");
            }
        }
    }
    for path in [format!("/account/{id}/changes"), format!("/rest/v1/accounts/{id}/changes")] {
        assert_eq!(running.get(running.other(), &path).await.status, 404);
    }
    // When it becomes the brand's, its past does not.
    let was = running.stored(&id).await;
    let mut other = was.clone();
    other.version += 1;
    other.label_partner = wattbook_domain::LabelPartnerCode::parse("SOUTH").ok();
    other.profile.name = wattbook_domain::Text::parse("Home").ok();
    store.replace_account(&was, &other, crate::support::BY, None).await.unwrap();
    running.changes_told(running.admin(), &format!("{path}/changes"), 4).await;
    let south = running
        .operate(json!({
            "action": "issue-credential", "organisation_id": running.bundle.demo().organisation_id,
            "access": "labelpartner", "label_partner": "SOUTH",
        }))
        .await;
    let text = |name: &str| south[name].as_str().unwrap().to_owned();
    let south = Credential { app_id: text("app_id"), app_key: text("app_key") };
    assert_eq!(entries(&running.get(&south, &format!("{path}/changes")).await), [Value::Null; 0]);
    assert_eq!(running.get(running.brand(), &format!("{path}/changes")).await.status, 404);
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_erased_account_is_told_of_no_more() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let path = format!("/account/{id}");
    for name in ["Erasmus", "Desiderius"] {
        let person = json!({"contact_info": {"firstname": name}});
        running.must(Method::PUT, &format!("{path}/customer-info"), Some(person)).await;
    }
    running.changes_told(running.admin(), &format!("{path}/changes"), 3).await;
    running.must(Method::DELETE, &path, None).await;
    for word in ["Erasmus", "Desiderius"] {
        running.forgotten(word).await;
    }
    assert_eq!(running.get(running.admin(), &format!("{path}/changes")).await.status, 404);
    running.bundle.stop().await;
}
