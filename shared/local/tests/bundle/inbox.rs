//! What others ask for by messages: carried out like a request, and told of by an event.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use tracing_subscriber::{Layer, layer::SubscriberExt, util::SubscriberInitExt};
use wattbook_domain::Name;
use wattbook_local::Options;

use crate::{
    events::samples,
    never_logged::Captured,
    onboarding::requests::{VIN, car},
    support::{Running, body, with},
};

const PROVISIONING: &str = "customer.provisioning.requested";
const ACCOUNT: &str = "account.upsert.requested";
const DEVICE: &str = "device.onboarding.requested";

/// An organisation that is not there, or not yet.
const NOBODY: &str = "5c1d6b1e-2f4b-4c7a-9b7e-2d7e8f1a0c33";

impl Running {
    /// A message as a rule makes it for the demo organisation.
    pub(crate) fn message(&self, kind: &str, correlation_id: &str, body: &Value) -> Value {
        let detail = json!({"correlation_id": correlation_id, "body": body});
        json!({"organisation_id": self.bundle.demo().organisation_id, "type": kind, "detail": detail})
    }

    /// Hands messages over at once, and says which failed, by their positions.
    pub(crate) async fn hand_over(&self, messages: &[Value]) -> Vec<usize> {
        let sample = samples().into_iter().find(|(name, _)| name == "take-message").unwrap().1;
        let record = |(at, message): (usize, &Value)| {
            let record = with(sample["Records"][0].clone(), "/body", message.to_string());
            with(record, "/messageId", at.to_string())
        };
        let records: Vec<_> = messages.iter().enumerate().map(record).collect();
        let answer = self.bundle.invoke("take-message", &json!({"Records": records})).await.unwrap();
        let failed = answer["batchItemFailures"].as_array().unwrap().iter();
        failed.map(|it| it["itemIdentifier"].as_str().unwrap().parse().unwrap()).collect()
    }

    /// What was told of messages, in the order in which it was.
    fn told(&self) -> Vec<(String, Value)> {
        let of_messages = self.bundle.published().into_iter().filter(|it| !it["detail"]["correlation_id"].is_null());
        of_messages.map(|it| (it["detail-type"].as_str().unwrap().to_owned(), it["detail"].clone())).collect()
    }

    /// Calls a service as the AWS CLI does.
    async fn call(&self, target: &str, request: Value) -> Value {
        let post = self.client.post(self.bundle.url()).header("x-amz-target", target);
        let post = post.header("content-type", "application/x-amz-json-1.1").body(request.to_string());
        serde_json::from_str(&post.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    async fn sqs(&self, action: &str, request: Value) -> Value {
        self.call(&format!("AmazonSQS.{action}"), request).await
    }

    /// Makes an organisation with a label partner.
    async fn organisation_with_west(&self) {
        let name = Name::parse("Late Energy").unwrap();
        self.store().create_organisation(NOBODY.parse().unwrap(), name).await.unwrap();
        let west = json!({"code": "WEST", "name": "West", "default_service_type": "RT-HR-NILM-HW"});
        let west = with(with(west, "/action", "put-label-partner"), "/organisation_id", NOBODY);
        self.operate(west).await;
    }

    async fn send_to_inbox(&self, body: &str) -> String {
        let url = self.bundle.queue("Inbox");
        let sent = self.sqs("SendMessage", json!({"QueueUrl": url, "MessageBody": body})).await;
        sent["MessageId"].as_str().unwrap().to_owned()
    }

    /// What is in the dead-letter queue, once it is as many messages: body by id.
    async fn untaken(&self, count: usize) -> BTreeMap<String, String> {
        let request = json!({"QueueUrl": self.bundle.queue("UntakenMessages"), "MaxNumberOfMessages": 10, "VisibilityTimeout": 0});
        for _ in 0..600 {
            let answer = self.sqs("ReceiveMessage", request.clone()).await;
            let found = answer["Messages"].as_array().cloned().unwrap_or_default();
            if found.len() == count {
                let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
                return found.iter().map(|it| (text(it, "MessageId"), text(it, "Body"))).collect();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{count} messages were expected");
    }
}

/// Two of ten cannot be handled: they come back, and are put aside with their reason in the log, while the others take
/// effect. One of them is good once its organisation is there, and is sent back then.
#[tokio::test]
async fn of_a_batch_the_good_take_effect_and_the_bad_are_put_aside() {
    let captured = Captured::default();
    let lines = tracing_subscriber::fmt::layer().json().with_writer(captured.clone());
    let filter = wattbook_api::log::filter(tracing::Level::INFO);
    let _guard = tracing_subscriber::registry().with(lines.with_filter(filter)).set_default();

    let running = Running::start().await;
    let mut messages: Vec<_> =
        (0..6).map(|n| running.message(PROVISIONING, &format!("c{n}"), &body(n)).to_string()).collect();
    messages.push(running.message(ACCOUNT, "c6", &json!({"providerAccountId": "home"})).to_string());
    messages.push(running.message(DEVICE, "c7", &car(VIN)).to_string());
    let foreign = running.message(PROVISIONING, "c8", &with(body(8), "/labelpartner", "WEST"));
    messages.insert(3, with(foreign, "/organisation_id", NOBODY).to_string());
    messages.insert(6, r#"{"organisation_id": "secret"}"#.into());
    let mut ids = Vec::new();
    for message in &messages {
        ids.push(running.send_to_inbox(message).await);
    }
    let untaken = running.untaken(2).await;
    let expected = [3, 6].map(|at: usize| (ids[at].clone(), messages[at].clone()));
    assert_eq!(untaken, BTreeMap::from(expected));
    assert_eq!(running.consistent_accounts().await.len(), 7);
    assert_eq!(running.consistent_devices().await.requests.len(), 1);
    let told = running.told();
    assert_eq!(told.len(), 8);
    assert!(told.iter().all(|(kind, detail)| kind.ends_with(".completed") && detail["outcome"] == "created"));

    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(!log.contains("secret"));
    for (id, reason) in [(&ids[3], "unknown_organisation"), (&ids[6], "unreadable_message")] {
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let tries: Vec<_> =
            lines.map(|line| line["fields"].clone()).filter(|line| line["message_id"] == **id).collect();
        let tries: Vec<_> = tries.iter().filter(|line| !line["code"].is_null()).collect();
        assert_eq!(tries.len(), 5, "{tries:?}");
        assert!(tries.iter().all(|line| line["code"] == reason && line["function"] == "take-message"));
    }

    // The cause is mended, and both are sent back.
    running.organisation_with_west().await;
    let arn = "arn:aws:sqs:eu-central-1:000000000000:UntakenMessages";
    running.sqs("StartMessageMoveTask", json!({"SourceArn": arn})).await;
    let untaken = running.untaken(1).await;
    assert_eq!(untaken.values().collect::<Vec<_>>(), [&messages[6]]);
    assert_eq!(running.consistent_accounts().await.len(), 8);
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_came_of_a_message_is_told_once_and_the_same_each_time() {
    let running = Running::start().await;
    let first = running.message(PROVISIONING, "c1", &body(1));
    assert_eq!(running.hand_over(&[first.clone(), first.clone()]).await, [0usize; 0]);
    let [(kind, once), (_, again)] = <[_; 2]>::try_from(running.told()).unwrap();
    assert_eq!(kind, "customer.provisioning.completed");
    let told = with(again, "/occurred_at", once["occurred_at"].clone());
    assert_eq!(told, once);
    assert_eq!((&once["correlation_id"], &once["outcome"]), (&json!("c1"), &json!("created")));
    assert_eq!(once["organisation_id"], running.bundle.demo().organisation_id);
    let account = &running.consistent_accounts().await[0];
    assert_eq!(
        (&once["account_id"], &once["external_account_id"]),
        (&json!(account.id.to_string()), &json!("account-1"))
    );
    assert_eq!(once["installations"][0]["external_installation_id"], "installation-1");

    // Another body under the same id, a value that is taken, and one with faults: refused, and nothing that comes again.
    let other = running.message(PROVISIONING, "c1", &body(2));
    let taken = running.message(PROVISIONING, "c2", &body(1));
    let wrong =
        running.message(PROVISIONING, "c3", &with(with(body(3), "/labelpartner", "EAST"), "/customer_info/email", 7));
    let device = running.message(DEVICE, "c4", &car("WAUZZZGE1NB01234"));
    assert_eq!(running.hand_over(&[other, taken, wrong, device]).await, [0usize; 0]);
    let told = running.told().split_off(2);
    let shown: Vec<_> = told
        .iter()
        .map(|(kind, detail)| {
            let faults = detail["faults"].as_array().unwrap().iter();
            let faults = faults.map(|it| format!("{} {}", it["code"].as_str().unwrap(), it["path"].as_str().unwrap()));
            (kind.as_str(), detail["outcome"].as_str().unwrap(), faults.collect::<Vec<_>>().join(", "))
        })
        .collect();
    let rejected = "customer.provisioning.rejected";
    assert_eq!(
        shown,
        [
            (rejected, "conflict", "idempotency_key_reused ".to_owned()),
            (
                rejected,
                "conflict",
                "taken /customer_info/external_account_id, taken /customer_info/email, \
                 taken /installation_info/0/external_installation_id, \
                 taken /installation_info/0/meters/0/external_meter_id"
                    .to_owned()
            ),
            (rejected, "invalid", "unknown_label_partner /labelpartner, wrong_type /customer_info/email".to_owned()),
            ("device.onboarding.rejected", "invalid", "identifier_length /vin".to_owned()),
        ]
    );
    assert!(told[1].1["faults"].as_array().unwrap().iter().all(|it| it["account_id"] == account.id.to_string()));
    assert_eq!(running.consistent_accounts().await.len(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_account_is_brought_up_to_what_a_message_states() {
    let running = Running::start().await;
    let home = |name: &str| json!({"providerAccountId": "home", "accountName": name});
    let messages = [("c1", "Home"), ("c2", "House"), ("c3", "House")]
        .map(|(correlation_id, name)| running.message(ACCOUNT, correlation_id, &home(name)));
    assert_eq!(running.hand_over(&messages).await, [0usize; 0]);
    let told = running.told();
    let outcomes: Vec<_> =
        told.iter().map(|(kind, detail)| (kind.as_str(), detail["outcome"].as_str().unwrap())).collect();
    let completed = "account.upsert.completed";
    assert_eq!(outcomes, [(completed, "created"), (completed, "updated"), (completed, "unchanged")]);
    assert_eq!(running.consistent_accounts().await[0].version, 2);
    running.bundle.stop().await;
}

/// The brand stands in the message as the organisation does.
#[tokio::test]
async fn a_rule_for_a_brand_reaches_that_brand_alone() {
    let running = Running::start().await;
    let of_north = |message: Value| with(message, "/label_partner", "NORTH");
    let south = of_north(running.message(PROVISIONING, "c1", &with(body(1), "/labelpartner", "SOUTH")));
    let north = of_north(running.message(PROVISIONING, "c2", &body(2)));
    assert_eq!(running.hand_over(&[south, north]).await, [0usize; 0]);
    let told = running.told();
    assert_eq!(
        (&told[0].1["faults"][0]["path"], &told[0].1["label_partner"]),
        (&json!("/labelpartner"), &json!("NORTH"))
    );
    assert_eq!(told[1].0, "customer.provisioning.completed");
    running.bundle.stop().await;
}

/// The rule of the template, driven by the bus: the organisation is its own word, whatever the sender says.
#[tokio::test]
async fn an_event_asks_in_the_name_of_the_organisation_of_the_rule() {
    let parameters = BTreeMap::from([("InboundOrganisation".to_owned(), NOBODY.to_owned())]);
    let running = Running::start_with(Options { parameters, ..Options::default() }).await;
    running.organisation_with_west().await;
    let entry = |event_type: &str, correlation_id: &str, body: &Value| {
        let organisation = &running.bundle.demo().organisation_id;
        let detail = json!({"organisation_id": organisation, "correlation_id": correlation_id, "body": body});
        json!({"EventBusName": "wattbook-events", "Source": "crm", "DetailType": event_type, "Detail": detail.to_string()})
    };
    let entries = [
        entry(PROVISIONING, "c1", &with(body(1), "/labelpartner", "WEST")),
        entry(PROVISIONING, "c2", &body(2)),
        entry(ACCOUNT, "c3", &json!({"providerAccountId": "home"})),
        entry(DEVICE, "c4", &car(VIN)),
        entry("customer.provisioning.completed", "c5", &body(5)),
    ];
    let answer = running.call("AWSEvents.PutEvents", json!({"Entries": entries})).await;
    assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
    let mut told = BTreeMap::new();
    for _ in 0..400 {
        let answers = running.told().into_iter().filter(|(_, detail)| !detail["outcome"].is_null());
        told = answers
            .map(|(kind, detail)| (detail["correlation_id"].as_str().unwrap().to_owned(), (kind, detail)))
            .collect();
        if told.len() == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let kinds: Vec<_> = told.values().map(|(kind, _)| kind.as_str()).collect();
    let [done, not] = ["customer.provisioning.completed", "customer.provisioning.rejected"];
    assert_eq!(kinds, [done, not, "account.upsert.completed", "device.onboarding.completed"]);
    assert!(told.values().all(|(_, detail)| detail["organisation_id"] == NOBODY));
    assert_eq!(told["c2"].1["faults"][0]["code"], "unknown_label_partner");
    assert!(running.consistent_accounts().await.iter().all(|it| it.organisation.to_string() == NOBODY));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_message_that_no_rule_would_make_fails() {
    let running = Running::start().await;
    let good = running.message(PROVISIONING, "c1", &body(1));
    let mut bad: Vec<_> = ["/organisation_id", "/type", "/detail", "/detail/correlation_id", "/detail/body"]
        .into_iter()
        .map(|member| crate::support::without(good.clone(), member))
        .collect();
    bad.extend([
        with(good.clone(), "/organisation_id", NOBODY),
        with(good.clone(), "/label_partner", "EAST"),
        with(good.clone(), "/type", "customer.deletion.requested"),
        with(good.clone(), "/detail/correlation_id", ""),
        with(good.clone(), "/detail/correlation_id", "with blank"),
        with(good.clone(), "/detail/correlation_id", "x".repeat(201)),
        // What the sender says of the organisation counts for nothing.
        with(crate::support::without(good.clone(), "/organisation_id"), "/detail/organisation_id", NOBODY),
    ]);
    let all: Vec<_> = (0..bad.len()).collect();
    assert_eq!(running.hand_over(&bad).await, all);
    assert!(running.told().is_empty() && running.consistent_accounts().await.is_empty());
    running.bundle.stop().await;
}
