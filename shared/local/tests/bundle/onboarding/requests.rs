//! Creating, reading, listing and canceling onboarding requests.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Running, body as account_body, send, with, without};

/// Where requests are.
pub(crate) const REQUESTS: &str = "/onboarding/entities";

pub(crate) const VIN: &str = "WAUZZZGE1NB012345";

/// What asks for a car of the sandbox.
pub(crate) fn car(vin: &str) -> Value {
    json!({"type": "EV", "manufacturer": "Sandbox", "vin": vin})
}

impl Running {
    /// Asks for a device, and gives the request.
    pub(crate) async fn onboarding(&self, body: &Value) -> Value {
        let answer = send(self.post(self.admin(), REQUESTS, body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }
}

pub(crate) fn path(request: &Value) -> String {
    format!("{REQUESTS}/{}", request["id"].as_str().unwrap())
}

#[tokio::test]
async fn three_parameters_make_a_request_with_a_link() {
    let running = Running::start().await;
    let answer = send(running.post(running.admin(), REQUESTS, &car("wauzzz-ge1nb 012345"))).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let request = answer.json();
    assert_eq!(answer.header("location"), Some(path(&request).as_str()));
    assert_eq!(answer.header("etag"), Some("\"1\""));
    assert_eq!((&request["requestType"], &request["status"]), (&json!("Entity"), &json!("Pending")));
    let link = request["action"]["redirectLink"].as_str().unwrap();
    assert!(link.contains("/onboarding/consent/"), "{link}");
    assert_eq!(request["data"]["entity"]["identifier"], json!({"attribute": "vin", "kind": "vin", "value": VIN}));
    assert_eq!(request["data"]["tenant"]["id"], json!(running.bundle.demo().organisation_id));
    let states: Vec<_> = request["steps"].as_array().unwrap().iter().map(|it| (&it["step"], &it["state"])).collect();
    assert_eq!(states, [(&json!("Consent"), &json!("Current")), (&json!("Connection"), &json!("Waiting"))]);
    // Asked for again, the link is the same; only its hash is stored.
    let again = running.get(running.admin(), &path(&request)).await;
    assert_eq!(again.json(), request);
    let token = link.rsplit_once('/').unwrap().1;
    for item in running.scan().await {
        assert!(!format!("{item:?}").contains(token), "{item:?}");
    }
    let known = running.request(Method::GET, &path(&request)).header("if-none-match", "\"1\"");
    let admin = running.admin();
    assert_eq!(send(known.basic_auth(&admin.app_id, Some(&admin.app_key))).await.status, 304);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_fault_is_told_at_once() {
    let running = Running::start().await;
    let ask = async |body: Value| send(running.post(running.admin(), REQUESTS, &body)).await;
    for (body, faults) in [
        (json!({}), vec!["required /type", "required /manufacturer"]),
        (
            json!({"type": "Car", "manufacturer": "", "colour": 1, "tenantId": "me", "returnUrl": "http://a.nl", "owner": ""}),
            vec![
                "not_allowed /type",
                "empty /manufacturer",
                "unknown_member /colour",
                "invalid_organisation_id /tenantId",
                "invalid_url /returnUrl",
                "empty /owner",
            ],
        ),
        (json!({"type": "EV", "manufacturer": "Fjord"}), vec!["unknown_manufacturer /manufacturer"]),
        (json!({"type": "EV", "manufacturer": "Audi", "vin": VIN}), vec!["not_available /manufacturer"]),
        (json!({"type": "EV", "manufacturer": "Sandbox"}), vec!["required /vin"]),
        (
            json!({"type": "EV", "manufacturer": "Sandbox", "vin": "WAUZZZGE1NB01234O", "code": "1", "labelPartner": "NONE",
                   "properties": {"model": "a\nb", "wheels": 4}, "returnUrl": "https://evil.example/"}),
            vec![
                "identifier_character /vin",
                "unknown_member /code",
                "unknown_label_partner /labelPartner",
                "control_character /properties/model",
                "unknown_member /properties/wheels",
                "url_not_allowed /returnUrl",
            ],
        ),
        (
            json!({"type": "EV", "manufacturer": "Sandbox", "vin": VIN, "properties": {"vin": VIN}}),
            vec!["contradiction /properties/vin"],
        ),
        (
            json!({"type": "smart meter", "manufacturer": "belgium", "ean": "541448860000000012", "takeOver": true}),
            vec!["check_digit /ean", "not_proved /takeOver"],
        ),
    ] {
        let answer = ask(body.clone()).await;
        assert_eq!(
            (answer.status, answer.faults()),
            (400, faults.iter().map(|it| (*it).to_owned()).collect()),
            "{body}"
        );
    }
    assert_eq!(running.consistent_devices().await.requests.len(), 0);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_device_is_one_requests_until_that_is_canceled() {
    let running = Running::start().await;
    let first = running.onboarding(&car(VIN)).await;
    // Of one's own organisation one is told which request it is; a stranger is not.
    let own = send(running.post(running.admin(), REQUESTS, &car("wauzzzge1nb012345"))).await;
    assert_eq!((own.status, own.faults()), (409, vec!["taken /vin".to_owned()]));
    assert_eq!(own.json()["errors"][0]["onboarding_id"], first["id"]);
    if !running.bundle.is_deployed() {
        let stranger = send(running.post(running.other(), REQUESTS, &car(VIN))).await;
        assert_eq!((stranger.status, stranger.faults()), (409, vec!["taken /vin".to_owned()]));
        assert_eq!(stranger.json()["errors"][0].get("onboarding_id"), None);
    }
    let reason = format!("{}?reason=Sold", path(&first));
    let canceled = running.change(Method::DELETE, running.admin(), &reason, None).await;
    assert_eq!((canceled.status, &canceled.json()["status"]), (200, &json!("Canceled")));
    assert_eq!(canceled.json()["cancellation"], json!({"by": "Organisation", "reason": "Sold"}));
    assert_eq!(canceled.json().get("action"), None);
    // Again, it changes nothing.
    let again = running.change(Method::DELETE, running.admin(), &path(&first), None).await;
    assert_eq!((again.status, again.json()), (200, canceled.json()));
    let second = running.onboarding(&car(VIN)).await;
    assert_ne!(second["id"], first["id"]);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_change_can_be_for_one_version() {
    let running = Running::start().await;
    let request = running.onboarding(&car(VIN)).await;
    let delete = |version: &'static str| {
        let admin = running.admin();
        let change = running.request(Method::DELETE, &path(&request)).header("if-match", version);
        send(change.basic_auth(&admin.app_id, Some(&admin.app_key)))
    };
    assert_eq!(delete("\"2\"").await.status, 412);
    assert_eq!(delete("\"1\"").await.header("etag"), Some("\"2\""));
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_foreign_is_as_if_it_were_not_there() {
    let running = Running::start().await;
    let own = running.onboarding(&car(VIN)).await;
    let missing = format!("{REQUESTS}/5f0f3c3a-7d0e-4c37-9d5e-6a3b7f1c2d90");
    let unlike = |answer: &Answered| without(without(answer.json(), "/type"), "/title");
    for method in [Method::GET, Method::DELETE] {
        let there = running.change(method.clone(), running.other(), &path(&own), None).await;
        let nowhere = running.change(method.clone(), running.other(), &missing, None).await;
        assert_eq!((there.status, unlike(&there)), (404, unlike(&nowhere)), "{method}");
        // A brand sees its own alone, and not what has none.
        assert_eq!(running.change(method, running.brand(), &path(&own), None).await.status, 404);
    }
    assert_eq!(running.get(running.admin(), &format!("{REQUESTS}/none")).await.status, 404);
    let account = running.provisioned(running.admin(), &account_body(1)).await;
    let foreign = running.bundle.demo().other_organisation_id.clone();
    for (member, value) in [
        ("tenantId", foreign.as_str()),
        ("accountId", "5f0f3c3a-7d0e-4c37-9d5e-6a3b7f1c2d90"),
        ("collectiveId", "5f0f3c3a-7d0e-4c37-9d5e-6a3b7f1c2d90"),
        ("externalMeterId", "meter-2"),
    ] {
        let asked = with(car("WAUZZZGE1NB012346"), &format!("/{member}"), value);
        let answer = send(running.post(running.admin(), REQUESTS, &asked)).await;
        assert_eq!((answer.status, answer.faults()), (404, vec![format!("unknown /{member}")]));
    }
    let others = with(car("WAUZZZGE1NB012346"), "/accountId", account.as_str());
    assert_eq!(send(running.post(running.other(), REQUESTS, &others)).await.status, 404);
    assert_eq!(running.consistent_devices().await.requests.len(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_account_or_a_meter_ties_it() {
    let running = Running::start().await;
    let account = running.provisioned(running.admin(), &account_body(1)).await;
    let by_meter = running.onboarding(&with(car(VIN), "/externalMeterId", "meter-1")).await;
    let device = &by_meter["data"]["entity"];
    assert_eq!((&device["accountId"], &device["labelPartner"]), (&json!(account), &json!("NORTH")));
    assert_eq!(running.get(running.brand(), &path(&by_meter)).await.status, 200);
    let other = with(car("WAUZZZGE1NB012346"), "/accountId", account.as_str());
    let contradicting = with(other.clone(), "/labelPartner", "SOUTH");
    let answer = send(running.post(running.admin(), REQUESTS, &contradicting)).await;
    assert_eq!((answer.status, answer.faults()), (409, vec!["contradiction /labelPartner".to_owned()]));
    running.onboarding(&other).await;
    assert_eq!(running.consistent_devices().await.requests.len(), 2);
    let gone = running.change(Method::DELETE, running.admin(), &format!("/rest/v1/accounts/{account}"), None).await;
    assert_eq!(gone.status, 200);
    let late = with(car("WAUZZZGE1NB012347"), "/accountId", account.as_str());
    let answer = send(running.post(running.admin(), REQUESTS, &late)).await;
    assert_eq!((answer.status, answer.faults()), (409, vec!["account_deleted /accountId".to_owned()]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_rehearsal_stores_nothing_and_tells_of_a_taken_device() {
    let running = Running::start().await;
    let rehearse =
        async |body: &Value| send(running.post(running.admin(), &format!("{REQUESTS}?dryRun=true"), body)).await;
    let answer = rehearse(&car(VIN)).await;
    assert_eq!(answer.status, 200);
    let shown = answer.json();
    assert_eq!((shown.get("id"), shown.get("action"), &shown["status"]), (None, None, &json!("Pending")));
    assert_eq!(running.consistent_devices().await.requests.len(), 0);
    running.onboarding(&car(VIN)).await;
    assert_eq!(rehearse(&car(VIN)).await.status, 409);
    let take_over = with(car(VIN), "/takeOver", true);
    assert_eq!(rehearse(&take_over).await.status, 200);
    let taker = running.onboarding(&take_over).await;
    let second = rehearse(&take_over).await;
    assert_eq!((second.status, second.faults()), (409, vec!["taken /vin".to_owned()]));
    assert_eq!(second.json()["errors"][0]["onboarding_id"], taker["id"]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_same_request_under_a_key_is_carried_out_once() {
    let running = Arc::new(Running::start().await);
    let ask = |running: Arc<Running>, body: Value| async move {
        send(running.post(running.admin(), REQUESTS, &body).header("idempotency-key", "k")).await
    };
    let tasks: Vec<_> = (0..20).map(|_| tokio::spawn(ask(Arc::clone(&running), car(VIN)))).collect();
    let mut created = std::collections::BTreeSet::new();
    for task in tasks {
        let answer = task.await.unwrap();
        // One that came while the first was being carried out is told to ask again.
        assert!(answer.status == 201 || answer.json()["code"] == "request_in_progress", "{answer:?}");
        if answer.status == 201 {
            created.insert(answer.json()["id"].to_string());
        }
    }
    assert_eq!(created.len(), 1);
    let repeated = ask(Arc::clone(&running), car(VIN)).await;
    assert_eq!((repeated.status, repeated.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(ask(Arc::clone(&running), car("WAUZZZGE1NB012346")).await.status, 422);
    assert_eq!(running.consistent_devices().await.requests.len(), 1);
}

/// A hundred spellings of one device at once.
async fn one_lives(spellings: Vec<Value>) {
    let running = Arc::new(Running::start().await);
    let round = async || {
        let tasks: Vec<_> = spellings
            .iter()
            .cycle()
            .take(100)
            .cloned()
            .map(|body| {
                let running = Arc::clone(&running);
                tokio::spawn(async move { send(running.post(running.admin(), REQUESTS, &body)).await })
            })
            .collect();
        let mut won = Vec::new();
        for task in tasks {
            let answer = task.await.unwrap();
            match answer.status {
                201 => won.push(answer.json()),
                status => assert_eq!(status, 409, "{answer:?}"),
            }
        }
        assert_eq!(won.len(), 1);
        assert_eq!(running.consistent_devices().await.live().count(), 1);
        won.remove(0)
    };
    for _ in 0..2 {
        let winner = round().await;
        assert_eq!(running.change(Method::DELETE, running.admin(), &path(&winner), None).await.status, 200);
    }
    let left = running.consistent_devices().await;
    assert_eq!((left.requests.len(), left.live().count(), left.entities.len()), (2, 0, 0));
}

#[tokio::test]
async fn of_a_hundred_for_one_vin_one_lives() {
    let spelt = [
        "WAUZZZGE1NB012345",
        "wauzzzge1nb012345",
        "WAU ZZZ GE1 NB0 123 45",
        "wau-zzz-ge1-nb0-12345",
        "ＷＡＵＺＺＺＧＥ１ＮＢ０１２３４５",
    ];
    one_lives(spelt.iter().map(|vin| car(vin)).collect()).await;
}

#[tokio::test]
async fn of_a_hundred_for_one_metering_point_one_lives() {
    let spelt = ["541448860000000011", "5414 4886 0000 0000 11", "54-14488600-00000011"];
    one_lives(spelt.iter().map(|ean| json!({"type": "SmartMeter", "manufacturer": "Belgium", "ean": ean})).collect())
        .await;
}

#[tokio::test]
async fn of_a_hundred_for_one_code_one_lives() {
    let dongle = |code: &str| json!({"type": "SmartMeter", "manufacturer": "re.alto P1-Dongle", "code": code});
    one_lives(["7K3M9QX2", "7k3m-9qx2", "7K3M 9QX2"].iter().map(|code| dongle(code)).collect()).await;
}

#[tokio::test]
async fn lists_are_paged_and_filtered() {
    let running = Running::start().await;
    let mut made = Vec::new();
    for number in 0..5 {
        let body = with(car(&format!("WAUZZZGE1NB01234{number}")), "/reference", format!("r{number}"));
        made.insert(0, running.onboarding(&body).await["id"].clone());
    }
    let meter =
        json!({"type": "SmartMeter", "manufacturer": "Belgium", "ean": "541448860000000011", "labelPartner": "NORTH"});
    made.insert(0, running.onboarding(&meter).await["id"].clone());
    let (mut seen, mut next) = (Vec::new(), format!("{REQUESTS}?pageSize=4"));
    loop {
        let page = running.get(running.admin(), &next).await.json();
        seen.extend(page["data"].as_array().unwrap().iter().map(|it| it["id"].clone()));
        match page["links"]["next"].as_str() {
            Some(link) => next = link.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, made);
    let count = async |credential, query: &str| {
        let answer = running.get(credential, &format!("{REQUESTS}?{query}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["data"].as_array().unwrap().len()
    };
    for (query, expected) in [
        ("", 6),
        ("type=EV", 5),
        ("type=smart-meter", 1),
        ("manufacturer=BELGIUM", 1),
        ("status=Pending&reference=r3", 1),
        ("status=Failed", 0),
    ] {
        assert_eq!(count(running.admin(), query).await, expected, "{query}");
    }
    assert_eq!(count(running.brand(), "").await, 1);
    assert_eq!(count(running.other(), "").await, 0);
    // A token is of its list alone.
    let page = running.get(running.admin(), &format!("{REQUESTS}?pageSize=2")).await.json();
    let token = page["meta"]["continuationToken"].as_str().unwrap();
    for (credential, query) in [(running.brand(), ""), (running.admin(), "&type=EV")] {
        let path = format!("{REQUESTS}?pageSize=2&continuationToken={token}{query}");
        assert_eq!(running.get(credential, &path).await.faults(), ["invalid_token ?continuationToken"]);
    }
    for wrong in ["pageSize=0", "pageSize=101", "status=pending", "type=Car", "accountId=1", "page=1"] {
        assert_eq!(running.get(running.admin(), &format!("{REQUESTS}?{wrong}")).await.status, 400, "{wrong}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_owner_is_sent_where_his_organisation_allows() {
    let running = Running::start().await;
    let organisation = running.bundle.demo().organisation_id.clone();
    let set =
        |origins: Value| json!({"action": "set-return-origins", "organisation_id": organisation, "origins": origins});
    let changed = running.operate(set(json!(["https://App.Example.com:443", "http://localhost:3001"]))).await;
    assert_eq!(changed["return_origins"], json!(["http://localhost:3001", "https://app.example.com"]));
    let to = |url: &str| with(car(VIN), "/returnUrl", url);
    let answer = send(running.post(running.admin(), REQUESTS, &to("https://app.example.com.evil.example/"))).await;
    assert_eq!(answer.faults(), ["url_not_allowed /returnUrl"]);
    let request = running.onboarding(&to("https://app.example.com/done?x=1")).await;
    assert_eq!(request["returnUrl"], "https://app.example.com/done?x=1");
    for wrong in [json!(["https://a.nl/path"]), json!(["ftp://a.nl"]), json!(["*"]), json!(vec!["https://a.nl"; 51])] {
        assert!(running.bundle.invoke("administer-organisations", &set(wrong)).await.is_err());
    }
    running.bundle.stop().await;
}
