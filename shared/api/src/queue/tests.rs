use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::*;
use crate::stub;

/// A queue that gives this answer to one request, and then the request's body.
async fn stub(status: u16, answer: Value) -> (Queue, JoinHandle<Vec<Value>>) {
    let (endpoint, served) = stub::service("AmazonSQS.SendMessage", vec![(status, answer)]).await;
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
