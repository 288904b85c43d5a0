use std::time::Duration;

use tokio::task::JoinHandle;

use super::*;
use crate::stub;

fn events(count: usize) -> Vec<Event> {
    let event = |number: usize| Event {
        id: Uuid::from_u128(number as u128),
        kind: "account.created",
        occurred_at: Timestamp::from_second(1_800_000_000).unwrap(),
        detail: Map::from_iter([("version".to_owned(), number.into())]),
    };
    (0..count).map(event).collect()
}

/// A bus that gives these answers, one per request, and then the bodies of the requests.
async fn stub(answers: Vec<(u16, Value)>) -> (Bus, JoinHandle<Vec<Value>>) {
    let (endpoint, served) = stub::service("AWSEvents.PutEvents", answers).await;
    let credentials = Credentials::new("id", "secret", None, None, "test");
    let settings =
        BusSettings { name: "the-bus".into(), region: "eu-west-1".into(), credentials, endpoint: Some(endpoint) };
    (Bus::event_bridge(settings).unwrap(), served)
}

#[tokio::test]
async fn events_leave_in_tens_with_all_that_is_said_of_them() {
    let taken = json!({"FailedEntryCount": 0, "Entries": []});
    let (bus, served) = stub(vec![(200, taken.clone()), (200, taken)]).await;
    bus.publish(&events(12)).await.unwrap();
    let bodies = served.await.unwrap();
    let entries = |body: &Value| body["Entries"].as_array().unwrap().clone();
    assert_eq!(bodies.iter().map(|body| entries(body).len()).collect::<Vec<_>>(), [10, 2]);
    let last = entries(&bodies[1]).remove(1);
    assert_eq!((&last["Source"], &last["DetailType"]), (&json!("wattbook"), &json!("account.created")));
    assert_eq!((&last["EventBusName"], &last["Time"]), (&json!("the-bus"), &json!(1_800_000_000)));
    let detail: Value = serde_json::from_str(last["Detail"].as_str().unwrap()).unwrap();
    assert_eq!(detail["event_id"], "00000000-0000-0000-0000-00000000000b");
    assert_eq!((&detail["version"], &detail["occurred_at"]), (&json!(11), &json!("2027-01-15T08:00:00Z")));
}

#[tokio::test]
async fn an_event_that_the_bus_refuses_is_a_failure_though_the_call_succeeds() {
    let entries = json!([{"EventId": "1"}, {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}]);
    let (bus, _served) = stub(vec![(200, json!({"FailedEntryCount": 1, "Entries": entries}))]).await;
    let refused = bus.publish(&events(2)).await.unwrap_err();
    assert!(matches!(&refused, BusError::Refused { count: 1, code } if code == "ThrottlingException"), "{refused}");
}

#[tokio::test]
async fn what_the_bus_says_of_a_request_is_not_repeated() {
    let said = json!({"__type": "AccessDeniedException", "message": "may not publish jo@example.com"});
    let (bus, _served) = stub(vec![(400, said)]).await;
    let error = tokio::time::timeout(Duration::from_secs(5), bus.publish(&events(1))).await.unwrap().unwrap_err();
    let expected = format!("PutEvents failed: AccessDeniedException (AWS request {})", stub::REQUEST);
    assert_eq!(error.to_string(), expected);
}
