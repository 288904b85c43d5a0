//! Events and rules from end to end.

use aws_sdk_sqs::config::Credentials;
use uuid::Uuid;
use wattbook_api::bus::{Bus, BusSettings, Event};

use super::*;

fn event(kind: &'static str, detail: &Value) -> Event {
    let detail = detail.as_object().unwrap().clone();
    Event { id: Uuid::nil(), kind, occurred_at: Timestamp::from_second(1_800_000_000).unwrap(), detail }
}

/// The bus as functions reach it.
fn bus(machine: &Machine, name: &str) -> Bus {
    let credentials = Credentials::new("id", "secret", None, None, "test");
    let endpoint = Some(format!("http://127.0.0.1:{}", machine.gateway.port));
    Bus::event_bridge(BusSettings { name: name.into(), region: "eu-central-1".into(), credentials, endpoint }).unwrap()
}

#[tokio::test]
async fn what_a_rule_matches_waits_in_its_queues_when_it_is_published() {
    let folder = TempDir::new().unwrap();
    let mut machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let of = |wanted: bool| json!({"test": "rules", "wanted": wanted});
    let events = [
        event("work.done", &of(true)),
        event("work.done", &of(false)),
        event("other", &of(true)),
        event("work.begun", &of(true)),
    ];
    bus(&machine, "events").publish(&events).await.unwrap();
    bus(&machine, "default").publish(&events).await.unwrap();
    let waiting = machine.client().receive_message().queue_url(machine.url("AsItIs")).max_number_of_messages(10);
    let messages = waiting.send().await.unwrap().messages.unwrap();
    let whole: Vec<Value> =
        messages.iter().map(|it| serde_json::from_str(it.body.as_deref().unwrap()).unwrap()).collect();
    assert_eq!(whole.len(), 2);
    let first = &whole[0];
    let expected = json!({
        "version": "0", "id": first["id"], "detail-type": "work.done", "source": "wattbook",
        "account": "000000000000", "time": "2027-01-15T08:00:00Z", "region": "eu-central-1", "resources": [],
        "detail": {
            "event_id": "00000000-0000-0000-0000-000000000000", "occurred_at": "2027-01-15T08:00:00Z",
            "test": "rules", "wanted": true,
        },
    });
    assert_eq!(*first, expected);
    let kinds: Vec<_> = machine.gateway.bus.published().iter().map(|event| event["detail-type"].clone()).collect();
    assert_eq!(kinds, ["work.done", "work.done", "other", "work.begun"]);
    machine.deliver();
    let told = wait("rules", 2).await;
    let mut names: Vec<_> = told.iter().map(|(what, _)| what[0].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["work.begun", "work.done"]);
    machine.stop().await;
}

#[tokio::test]
async fn the_api_of_events_refuses_as_eventbridge_does() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let unknown = bus(&machine, "unknown").publish(&[event("a", &json!({}))]).await.unwrap_err().to_string();
    assert_eq!(unknown, "the bus refused 1 events, the first with ResourceNotFoundException");
    let http = reqwest::Client::new();
    let call = async |operation: &str, body: Value| {
        let post = http.post(format!("http://127.0.0.1:{}/", machine.gateway.port));
        let answer = post.header("x-amz-target", format!("AWSEvents.{operation}")).body(body.to_string());
        let answer = answer.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let entry = |source: &str, detail: &str| json!({"Source": source, "DetailType": "a", "Detail": detail});
    let entries = json!([entry("a", "{}"), entry("aws.s3", "{}"), entry("a", "[]")]);
    let (status, answer) = call("PutEvents", json!({"Entries": entries})).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let codes: Vec<_> = answer["Entries"].as_array().unwrap().iter().map(|it| it["ErrorCode"].as_str()).collect();
    assert_eq!((status, &answer["FailedEntryCount"]), (200, &json!(2)));
    assert_eq!(codes, [None, Some("NotAuthorizedForSourceException"), Some("MalformedDetail")]);
    for (operation, body, code) in [
        ("PutEvents", json!({"Entries": vec![entry("a", "{}"); 11]}), "ValidationException"),
        ("PutRule", json!({}), "UnsupportedOperation"),
    ] {
        let (status, answer) = call(operation, body).await;
        assert!(status == 400 && answer.contains(code), "{answer}");
    }
    machine.stop().await;
}
