//! What is foreign answers exactly like what is missing; a brand sees and adds its own alone.

use reqwest::Method;
use serde_json::{Value, json};
use wattbook_local::demo::Credential;

use super::{ACCOUNTS, aliases, refusal, refused, result};
use crate::support::{Running, body};

async fn south(running: &Running) -> Credential {
    let request = json!({
        "action": "issue-credential", "organisation_id": running.bundle.demo().organisation_id,
        "access": "labelpartner", "label_partner": "SOUTH",
    });
    let issued = running.operate(request).await;
    let text = |name: &str| issued[name].as_str().unwrap().to_owned();
    Credential { app_id: text("app_id"), app_key: text("app_key") }
}

/// Every operation on one account, as what follows its path.
fn operations() -> Vec<(Method, &'static str, Option<Value>)> {
    let property = json!({"keyName": "a", "dataValue": "1"});
    vec![
        (Method::GET, "", None),
        (Method::GET, "?fields=ext", None),
        (Method::PUT, "", Some(json!({"owner": "me"}))),
        (Method::DELETE, "", None),
        (Method::DELETE, "?hardDelete=true", None),
        (Method::GET, "/properties", None),
        (Method::POST, "/properties", Some(property.clone())),
        (Method::PUT, "/properties", Some(property)),
        (Method::DELETE, "/properties/a", None),
        (Method::GET, "/tariffs", None),
        (Method::GET, "/changes", None),
        (Method::PUT, "/tariffs", Some(json!({"masterTariffId": 1}))),
        (Method::DELETE, "/tariffs/1", None),
    ]
}

#[tokio::test]
async fn a_foreign_account_answers_like_a_missing_one() {
    let running = Running::start().await;
    let account = running.added(json!({"providerAccountId": "p", "labelPartner": "NORTH"})).await;
    let brandless = running.added(json!({"providerAccountId": "r"})).await;
    let id = |account: &Value| account["accountId"].as_str().unwrap().to_owned();
    let before = running.uncounted().await;
    for credential in [running.other(), &south(&running).await] {
        for (method, rest, body) in operations() {
            let missing = format!("{ACCOUNTS}/77f11344-62a9-4c2f-b8eb-e852e1c7f3ec{rest}");
            let missing = running.change(method.clone(), credential, &missing, body.clone()).await;
            assert_eq!(missing.status, 404, "{method} {rest}");
            let paths = [aliases(&id(&account), "p"), aliases(&id(&brandless), "r")].concat();
            // By an own id, PUT would add one; that is below.
            for path in
                paths.into_iter().filter(|path| !(method == Method::PUT && rest.is_empty() && path.contains("pid")))
            {
                let foreign = running.change(method.clone(), credential, &format!("{path}{rest}"), body.clone()).await;
                assert_eq!((foreign.status, &foreign.text), (404, &missing.text), "{method} {path}{rest}");
            }
        }
        for query in ["providerAccountId=p", &format!("accountId={}", id(&account))] {
            assert_eq!(running.get(credential, &format!("/rest/v1/account?{query}")).await.status, 404);
        }
        // The id is taken on the whole platform; whose it is nobody is told.
        let upsert = running.change(Method::PUT, credential, "/rest/v1/accounts/pid/p", Some(json!({}))).await;
        assert_eq!(refusal(&upsert), refused(409, &["NotUnique Account providerAccountId"]));
        assert!(!upsert.text.contains(&id(&account)));
    }
    assert_eq!(running.uncounted().await, before + 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_brand_adds_under_its_own_brand_and_no_other() {
    let running = Running::start().await;
    let brand = running.brand();
    for (method, path, body) in [
        (Method::POST, ACCOUNTS, json!({"providerAccountId": "a"})),
        (Method::PUT, ACCOUNTS, json!({"providerAccountId": "b"})),
        (Method::PUT, "/rest/v1/accounts/pid/c", json!({"labelPartner": "NORTH"})),
    ] {
        let added = running.change(method, brand, path, Some(body)).await;
        let path = format!("{ACCOUNTS}/{}?fields=ext", result(&added)["accountId"].as_str().unwrap());
        assert_eq!(result(&running.get(brand, &path).await)["labelPartner"], "NORTH");
        assert_eq!(running.get(&south(&running).await, &path).await.status, 404);
    }
    let messages = ["SOUTH", "NOWHERE"]
        .map(|code| running.change(Method::POST, brand, ACCOUNTS, Some(json!({"labelPartner": code}))));
    for message in messages {
        let answer = message.await;
        assert_eq!(
            (answer.status, answer.text.contains("is not a label partner that this credential can use")),
            (400, true)
        );
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_brand_neither_sees_nor_erases_installations_of_others() {
    let running = Running::start().await;
    let mut request = body(1);
    let mut second = request["installation_info"][0].clone();
    second["external_installation_id"] = json!("installation-2");
    second["meters"][0]["external_meter_id"] = json!("meter-2");
    second["labelpartner"] = json!("SOUTH");
    request["installation_info"].as_array_mut().unwrap().push(second);
    running.provisioned(running.admin(), &request).await;
    let path = "/rest/v1/accounts/pid/account-1";
    let installations = |account: &Value| account["installations"].as_array().unwrap().len();
    assert_eq!(installations(&running.by_pid("account-1").await), 2);
    let seen = running.get(running.brand(), &format!("{path}?fields=ext")).await;
    assert_eq!((installations(&result(&seen)), seen.text.contains("SOUTH")), (1, false));
    let refused_ = running.change(Method::DELETE, running.brand(), &format!("{path}?hardDelete=true"), None).await;
    assert_eq!(refusal(&refused_), refused(409, &["InvalidValue Account"]));
    assert_eq!(running.rest(Method::DELETE, &format!("{path}?hardDelete=true"), None).await.status, 200);
    running.bundle.stop().await;
}

#[tokio::test]
async fn nobody_known_gets_through() {
    let running = Running::start().await;
    let nobody = Credential { app_id: "nobody".into(), app_key: "nothing".into() };
    for (method, rest, body) in operations() {
        let answer = running.change(method, &nobody, &format!("{ACCOUNTS}/pid/p{rest}"), body).await;
        assert_eq!((answer.status, &answer.json()["results"][0]["code"]), (401, &json!("Unauthorized")), "{answer:?}");
    }
    running.bundle.stop().await;
}
