//! What webhooks are told: each event at least once, in the order of its account, signed; and what becomes of those that a
//! receiver does not take.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Receiver, receiver::Told};
use crate::support::{Running, body, send, with};

fn kinds(told: &[Told]) -> Vec<String> {
    told.iter().map(Told::kind).collect()
}

#[tokio::test]
async fn an_event_is_signed_and_says_what_the_bus_is_told() {
    let running = Running::start_for_webhooks(&[]).await;
    let receiver = Receiver::start().await;
    let webhook = running.webhook(&receiver, &["account.created", "email.verification_requested"]).await;
    let account = running.provisioned(running.admin(), &body(1)).await;
    running.renamed(running.admin(), &account, "Jane").await;
    let told = receiver.seen(|told| told.len() == 2).await;
    assert_eq!(kinds(&told), ["account.created", "email.verification_requested"]);
    let event = told[0].json();
    assert_eq!(event["data"]["account_id"], account.as_str());
    assert_eq!(event["data"]["external_account_id"], "account-1");
    assert_eq!(event.as_object().unwrap().keys().collect::<Vec<_>>(), ["type", "timestamp", "data"]);
    assert!(told.iter().all(|told| told.is_signed(0, &webhook.secret) && told.signatures.len() == 1));
    let seen = running.seen_deliveries(&webhook, |all| all.iter().all(|it| it["status"] == "delivered")).await;
    assert_eq!(seen.len(), 2);
    let first = seen.iter().find(|it| it["event_type"] == "account.created").unwrap();
    assert_eq!(
        (&first["event_id"], &first["tries"], &first["response_status"]),
        (&json!(told[0].id), &json!(1), &json!(204))
    );
    assert_eq!(first["occurred_at"], event["timestamp"]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_receiver_that_fails_for_a_while_is_told_all_in_the_order_of_each_account() {
    let running = Running::start_for_webhooks(&[]).await;
    let receiver = Receiver::start().await;
    let webhook = running.webhook(&receiver, &["account.created", "account.updated"]).await;
    receiver.answers(500);
    let mut accounts = Vec::new();
    for seed in ["a", "b", "c"] {
        accounts.push(running.provisioned(running.admin(), &body(seed)).await);
    }
    for name in ["One", "Two", "Three"] {
        for account in &accounts {
            running.renamed(running.admin(), account, name).await;
        }
    }
    // Of each account only the first is tried, again and again.
    let tried = receiver.seen(|told| told.len() >= 6).await;
    assert!(kinds(&tried).iter().all(|kind| kind == "account.created"), "{tried:?}");
    let waiting = running.seen_deliveries(&webhook, |all| all.len() == 12).await;
    assert!(waiting.iter().all(|it| it["status"] == "pending"), "{waiting:?}");
    let failed = waiting.iter().find(|it| it["tries"] != 0).unwrap();
    assert_eq!((&failed["failure"], &failed["response_status"]), (&json!("refused"), &json!(500)));
    assert!(failed["next_try_at"].is_string() && !failed.to_string().contains("nobody is shown"));
    receiver.answers(204);
    running.seen_deliveries(&webhook, |all| all.iter().all(|it| it["status"] == "delivered")).await;
    let taken = receiver.taken();
    for account in &accounts {
        let versions: Vec<_> = taken
            .iter()
            .map(Told::json)
            .filter(|event| event["data"]["account_id"] == account.as_str())
            .map(|event| event["data"]["version"].as_u64().unwrap())
            .collect();
        assert_eq!(versions, [1, 2, 3, 4], "{account}");
    }
    // Each try has the same id and a signature of its own.
    let of_one: Vec<_> = receiver.told().into_iter().filter(|told| told.id == taken[0].id).collect();
    assert!(of_one.len() > 1 && of_one.iter().all(|told| told.is_signed(0, &webhook.secret)));
    assert!(of_one.iter().any(|told| told.timestamp != of_one[0].timestamp && told.signatures != of_one[0].signatures));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_an_answer_is_not_shown() {
    let running = Running::start_for_webhooks(&[("WebhookGiveUpAfter", "1")]).await;
    let receiver = Receiver::start().await;
    let webhook = running.webhook(&receiver, &["*"]).await;
    receiver.answers(307);
    let tested = send(running.post(running.admin(), &webhook.below("test"), &json!({}))).await;
    assert_eq!((tested.status, &tested.json()["status"]), (202, &json!("pending")));
    let seen = running.seen_deliveries(&webhook, |all| all[0]["status"] == "failed").await;
    assert_eq!((&seen[0]["response_status"], &seen[0]["failure"]), (&json!(307), &json!("refused")));
    assert!(receiver.told().iter().all(|told| told.kind() == "webhook.test"));
    assert_eq!(seen[0]["tries"], receiver.told().len());
    running.bundle.stop().await;
}

#[tokio::test]
async fn while_a_secret_is_changed_there_are_two_signatures() {
    let running = Running::start_for_webhooks(&[]).await;
    let receiver = Receiver::start().await;
    let webhook = running.webhook(&receiver, &["*"]).await;
    let rotated = send(running.post(running.admin(), &webhook.below("secret"), &json!({}))).await.json();
    let secret = rotated["secret"].as_str().unwrap();
    assert_eq!(send(running.post(running.admin(), &webhook.below("test"), &json!({}))).await.status, 202);
    let told = receiver.seen(|told| told.len() == 1).await.remove(0);
    assert_eq!(told.signatures.len(), 2);
    assert!(told.is_signed(0, secret) && told.is_signed(1, &webhook.secret));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_webhook_is_disabled_after_the_last_try_and_can_be_enabled_and_sent_to_again() {
    let running = Running::start_for_webhooks(&[("WebhookGiveUpAfter", "2")]).await;
    let (receiver, watching) = (Receiver::start().await, Receiver::start().await);
    let webhook = running.webhook(&receiver, &["account.created", "account.updated"]).await;
    running.webhook(&watching, &["webhook.disabled", "account.updated"]).await;
    receiver.answers(503);
    let account = running.provisioned(running.admin(), &body(1)).await;
    running.renamed(running.admin(), &account, "Jane").await;
    let view = running.seen_webhook(&webhook, |webhook| webhook["enabled"] == false).await;
    assert_eq!(view["disabled"]["by"], "failures");
    // What waited behind it is not sent; what happens now is not noted at all.
    let seen =
        running.seen_deliveries(&webhook, |all| all.len() == 2 && all.iter().all(|it| it["status"] == "failed")).await;
    assert_eq!((&seen[0]["failure"], &seen[0]["tries"]), (&json!("disabled"), &json!(0)));
    assert_eq!(seen[1]["failure"], "refused");
    running.renamed(running.admin(), &account, "Jim").await;
    let told = watching.seen(|told| told.len() == 3).await;
    let disabled: Vec<_> = told.iter().filter(|told| told.kind() == "webhook.disabled").collect();
    assert_eq!((disabled.len(), &disabled[0].json()["data"]["webhook_id"]), (1, &json!(webhook.id)));
    assert!(running.bundle.published().iter().any(|event| event["detail-type"] == "webhook.disabled"));
    // Nothing is sent to it until it is enabled.
    let again = |delivery: &Value| webhook.below(&format!("deliveries/{}/resend", delivery["id"].as_str().unwrap()));
    for path in [webhook.below("test"), again(&seen[0])] {
        let refused = send(running.post(running.admin(), &path, &json!({}))).await;
        assert_eq!((refused.status, refused.faults()), (409, vec!["disabled ".to_owned()]), "{path}");
    }
    receiver.answers(200);
    let enabled = running.change(Method::PUT, running.admin(), &webhook.path(), Some(json!({"enabled": true}))).await;
    assert_eq!((enabled.status, &enabled.json()["enabled"]), (200, &json!(true)));
    let before = receiver.told().len();
    for delivery in [&seen[1], &seen[0]] {
        let sent = send(
            running
                .post(running.admin(), &again(delivery), &json!({}))
                .header("idempotency-key", delivery["id"].as_str().unwrap()),
        );
        let sent = sent.await;
        assert_eq!((sent.status, &sent.json()["status"]), (202, &json!("pending")), "{sent:?}");
    }
    let seen = running.seen_deliveries(&webhook, |all| all.iter().all(|it| it["status"] == "delivered")).await;
    assert_eq!(seen.len(), 2);
    let told = receiver.told().split_off(before);
    assert_eq!(kinds(&told), ["account.created", "account.updated"]);
    assert_eq!(
        told.iter().map(|told| told.id.as_str()).collect::<Vec<_>>(),
        [seen[1]["event_id"].as_str().unwrap(), seen[0]["event_id"].as_str().unwrap()]
    );
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_told_nothing_more() {
    let running = Running::start_for_webhooks(&[]).await;
    let receiver = Receiver::start().await;
    let webhook = running.webhook(&receiver, &["*"]).await;
    receiver.answers(410);
    running.provisioned(running.admin(), &body(1)).await;
    let view = running.seen_webhook(&webhook, |webhook| webhook["enabled"] == false).await;
    assert_eq!(view["disabled"]["by"], "receiver");
    assert_eq!(receiver.told().len(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_webhook_that_is_deleted_while_deliveries_wait_is_told_nothing_more() {
    let running = Running::start_for_webhooks(&[]).await;
    let receiver = Receiver::start().await;
    let webhook = running.webhook(&receiver, &["*"]).await;
    receiver.answers(500);
    let account = running.provisioned(running.admin(), &body(1)).await;
    running.renamed(running.admin(), &account, "Jane").await;
    receiver.seen(|told| told.len() == 1).await;
    assert_eq!(running.change(Method::DELETE, running.admin(), &webhook.path(), None).await.status, 204);
    receiver.answers(200);
    // Whoever is told after it shows that its messages have been passed over.
    let other = Receiver::start().await;
    let after = running.webhook(&other, &["*"]).await;
    assert_eq!(send(running.post(running.admin(), &after.below("test"), &json!({}))).await.status, 202);
    other.seen(|told| told.len() == 1).await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert!(receiver.taken().is_empty(), "{:?}", receiver.taken());
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_brands_webhook_is_told_of_that_brand_alone() {
    let running = Running::start_for_webhooks(&[]).await;
    let (of_all, of_brand, foreign) = (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    running.webhook(&of_all, &["account.created"]).await;
    running.webhook_of(running.brand(), &of_brand, &["account.created"]).await;
    running.webhook_of(running.other(), &foreign, &["account.created"]).await;
    running.provisioned(running.admin(), &with(body("south"), "/labelpartner", "SOUTH")).await;
    let north = running.provisioned(running.admin(), &body("north")).await;
    assert_eq!(of_all.seen(|told| told.len() == 2).await.len(), 2);
    let told = of_brand.seen(|told| !told.is_empty()).await;
    assert_eq!((told.len(), &told[0].json()["data"]["account_id"]), (1, &json!(north)));
    assert!(foreign.told().is_empty());
    running.bundle.stop().await;
}

/// What is erased is gone where it waits, too; that it is erased is told all the same.
#[tokio::test]
async fn of_an_erased_account_nothing_is_sent_but_that_it_is() {
    let running = Running::start_for_webhooks(&[]).await;
    let receiver = Receiver::start().await;
    let webhook = running.webhook(&receiver, &["account.created", "account.updated", "account.deleted"]).await;
    let account = running.provisioned(running.admin(), &body(1)).await;
    let first = running.seen_deliveries(&webhook, |all| all.len() == 1 && all[0]["status"] == "delivered").await;
    let again = webhook.below(&format!("deliveries/{}/resend", first[0]["id"].as_str().unwrap()));
    let again = async || send(running.post(running.admin(), &again, &json!({})).header("idempotency-key", "k")).await;
    let answered = again().await;
    assert_eq!(answered.status, 202);
    receiver.seen(|told| told.len() == 2).await;
    running.seen_deliveries(&webhook, |all| all[0]["status"] == "delivered").await;
    receiver.answers(500);
    running.renamed(running.admin(), &account, "Jane").await;
    receiver.seen(|told| told.len() == 3).await;
    let erased = running.change(Method::DELETE, running.admin(), &format!("/account/{account}"), None).await;
    assert_eq!(erased.status, 204);
    receiver.answers(200);
    let seen =
        running.seen_deliveries(&webhook, |all| all.len() == 3 && all.iter().all(|it| it["status"] != "pending")).await;
    assert_eq!(kinds(&receiver.taken()), ["account.created", "account.created", "account.deleted"]);
    // Whoever asked before that, and asks again, is told what he was told.
    let repeated = again().await;
    assert_eq!((repeated.status, repeated.text), (202, answered.text));
    let updated = seen.iter().find(|it| it["event_type"] == "account.updated").unwrap();
    assert_eq!((&updated["status"], &updated["failure"]), (&json!("failed"), &json!("erased")));
    for (kind, status) in [("account.created", 409), ("account.updated", 409), ("account.deleted", 202)] {
        let delivery = seen.iter().find(|it| it["event_type"] == kind).unwrap();
        let path = webhook.below(&format!("deliveries/{}/resend", delivery["id"].as_str().unwrap()));
        let answer = send(running.post(running.admin(), &path, &json!({}))).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(status == 202 || answer.faults() == ["erased "]);
    }
    running.bundle.stop().await;
}

/// A stream hands its records over at least once.
#[tokio::test]
async fn a_change_that_is_noticed_again_is_told_of_once() {
    let running = Running::start_for_webhooks(&[]).await;
    let receiver = Receiver::start().await;
    let webhook = running.webhook(&receiver, &["*"]).await;
    let (_, sample) = crate::events::samples().into_iter().find(|(name, _)| name == "publish-changes").unwrap();
    let text = sample.to_string();
    let organisation =
        sample["Records"][0]["dynamodb"]["NewImage"]["account"]["M"]["organisation"]["S"].as_str().unwrap();
    let event: Value =
        serde_json::from_str(&text.replace(organisation, &running.bundle.demo().organisation_id)).unwrap();
    let noticed = async || {
        let answer = running.bundle.invoke("follow-changes", &event).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}));
    };
    noticed().await;
    // The account is not there: what was to be told of it is taken as erased.
    let first = running.seen_deliveries(&webhook, |all| all.iter().all(|it| it["status"] != "pending")).await;
    assert!(!first.is_empty());
    noticed().await;
    tokio::join!(noticed(), noticed());
    assert_eq!(send(running.post(running.admin(), &webhook.below("test"), &json!({}))).await.status, 202);
    receiver.seen(|told| told.iter().any(|told| told.kind() == "webhook.test")).await;
    let again = running.deliveries(&webhook).await;
    let of_sample: Vec<_> = again.into_iter().filter(|it| it["event_type"] != "webhook.test").collect();
    assert_eq!(of_sample, first);
    running.bundle.stop().await;
}
