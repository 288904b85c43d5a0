use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::*;
use crate::stub;

const SEND: &str = "AmazonSQS.SendMessage";
const SEND_BATCH: &str = "AmazonSQS.SendMessageBatch";

fn message(receipt: &str) -> Message {
    let text = str::to_owned;
    Message {
        body: text("{}"),
        id: text("id"),
        receive_count: 1,
        request_id: text("request"),
        receipt: text(receipt),
        group: None,
    }
}

const fn in_order<'a>(body: &'a str, group: &'a str, deduplication_id: &'a str) -> InOrder<'a> {
    InOrder { body, group, deduplication_id }
}

/// What a queue answers that takes the entries of these ids.
fn taken(ids: &[&str]) -> Value {
    let taken = ids.iter().map(|id| json!({"Id": id, "MessageId": "m", "MD5OfMessageBody": "x"}));
    json!({"Successful": taken.collect::<Vec<_>>(), "Failed": []})
}

fn ids(body: &Value) -> Vec<&str> {
    body["Entries"].as_array().unwrap().iter().map(|entry| entry["Id"].as_str().unwrap()).collect()
}

/// A queue that gives this answer to one request, and then the request's body.
async fn stub(status: u16, answer: Value) -> (Queue, JoinHandle<Vec<Value>>) {
    of(SEND, vec![(status, answer)]).await
}

/// A queue that is asked for this operation alone, gives these answers, and then the bodies of the requests.
async fn of(operation: &str, answers: Vec<(u16, Value)>) -> (Queue, JoinHandle<Vec<Value>>) {
    let (endpoint, served) = stub::service(operation, answers).await;
    let credentials = Credentials::new("id", "secret", None, None, "test");
    let settings =
        QueueSettings { url: "the-queue".into(), region: "eu-west-1".into(), credentials, endpoint: Some(endpoint) };
    (Queue::connect(settings).unwrap(), served)
}

#[tokio::test]
async fn a_message_leaves_with_its_delay() {
    let (queue, served) = stub(200, json!({"MessageId": "m", "MD5OfMessageBody": "x"})).await;
    queue.send(r#"{"a":1}"#, 900).await.unwrap();
    let expected = json!({"QueueUrl": "the-queue", "MessageBody": r#"{"a":1}"#, "DelaySeconds": 900});
    assert_eq!(served.await.unwrap(), [expected]);
}

#[tokio::test]
async fn what_the_queue_says_of_a_request_is_not_repeated() {
    let said = json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no queue for secret"});
    let (queue, _served) = stub(400, said).await;
    let error = queue.send("secret", 0).await.unwrap_err().to_string();
    assert_eq!(error, format!("SendMessage failed: QueueDoesNotExist (AWS request {})", stub::REQUEST));
}

#[tokio::test]
async fn a_longer_delay_than_sqs_has_is_not_sent() {
    let (queue, _served) = stub(200, json!({})).await;
    assert!(matches!(queue.send("{}", 901).await, Err(QueueError::Delay(901))));
}

#[tokio::test]
async fn a_message_of_a_group_leaves_with_it() {
    let (queue, served) = stub(200, json!({"MessageId": "m", "MD5OfMessageBody": "x"})).await;
    queue.send_in_order(in_order("{}", "group", "only once")).await.unwrap();
    let expected = json!({
        "QueueUrl": "the-queue", "MessageBody": "{}",
        "MessageGroupId": "group", "MessageDeduplicationId": "only once",
    });
    assert_eq!(served.await.unwrap(), [expected]);
}

#[test]
fn a_call_is_of_ten_messages_that_fit_each_of_another_group() {
    let groups: Vec<_> = (0..12).map(|number| number.to_string()).collect();
    let (half, all) = ("x".repeat(MOST_BYTES_AT_ONCE / 2), "x".repeat(MOST_BYTES_AT_ONCE));
    let of = |bodies: &[&str], groups: &[&str]| {
        let messages = bodies.iter().zip(groups).map(|(body, group)| in_order(body, group, "id"));
        fitting(&messages.collect::<Vec<_>>())
    };
    let groups: Vec<_> = groups.iter().map(String::as_str).collect();
    assert_eq!(of(&["a"; 12], &groups), 10);
    assert_eq!(of(&["a"; 3], &["a", "b", "a"]), 2);
    assert_eq!(of(&[&half, &half, "a"], &groups), 2);
    assert_eq!(of(&[&all, "a"], &groups), 1);
    assert_eq!(of(&[&format!("{all}x")], &groups), 1);
}

#[tokio::test]
async fn what_a_queue_did_not_take_is_sent_again_before_what_follows() {
    let refused = json!({"Id": "1", "Code": "InternalError", "SenderFault": false});
    let mut first = taken(&["0"]);
    first["Failed"] = json!([refused]);
    let answers = [first, taken(&["1"]), taken(&["0"])].map(|answer| (200, answer));
    let (queue, served) = of(SEND_BATCH, answers.to_vec()).await;
    let messages = [in_order("1", "a", "x"), in_order("2", "b", "y"), in_order("3", "b", "z")];
    queue.send_all_in_order(&messages).await.unwrap();
    let calls = served.await.unwrap();
    assert_eq!(calls.iter().map(ids).collect::<Vec<_>>(), [vec!["0", "1"], vec!["1"], vec!["0"]]);
    let expected = json!({"Id": "1", "MessageBody": "2", "MessageGroupId": "b", "MessageDeduplicationId": "y"});
    assert_eq!(calls[1]["Entries"][0], expected);
    assert_eq!(calls[2]["Entries"][0]["MessageBody"], "3");
}

#[tokio::test]
async fn what_a_queue_refuses_for_what_it_is_is_not_sent_again() {
    let refused = json!({"Id": "0", "Code": "InvalidParameterValue", "SenderFault": true, "Message": "secret"});
    let answer = json!({"Successful": [], "Failed": [refused]});
    let (queue, served) = of(SEND_BATCH, vec![(200, answer)]).await;
    let error = queue.send_all_in_order(&[in_order("1", "a", "x"), in_order("2", "a", "y")]).await.unwrap_err();
    assert!(!error.to_string().contains("secret"));
    assert!(matches!(error, QueueError::Refused { count: 1, code } if code == "InvalidParameterValue"));
    assert_eq!(served.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_message_is_put_off_for_half_a_day_at_most() {
    let (queue, served) = of("AmazonSQS.ChangeMessageVisibility", vec![(200, json!({}))]).await;
    queue.postpone(&message("the receipt"), 43_200).await.unwrap();
    let expected = json!({"QueueUrl": "the-queue", "ReceiptHandle": "the receipt", "VisibilityTimeout": 43_200});
    assert_eq!(served.await.unwrap(), [expected]);
    let (queue, _served) = of(SEND, vec![]).await;
    let refused = queue.postpone(&message("the receipt"), 43_201).await;
    assert!(matches!(refused, Err(QueueError::Postponement(43_201))));
}
