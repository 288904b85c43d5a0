use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::*;
use crate::stub;

const SEND: &str = "AmazonSQS.SendMessage";

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
