use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

/// A queue that gives this answer to one request, and then the request's body.
async fn stub(status: u16, answer: Value) -> (Queue, tokio::task::JoinHandle<Value>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let body = request(&mut stream).await;
        let answer = answer.to_string();
        let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", answer.len());
        stream.write_all(format!("{head}{answer}").as_bytes()).await.unwrap();
        body
    });
    let credentials = Credentials::new("id", "secret", None, None, "test");
    let settings =
        QueueSettings { url: "the-queue".into(), region: "eu-west-1".into(), credentials, endpoint: Some(endpoint) };
    (Queue::connect(settings).unwrap(), served)
}

async fn request(stream: &mut tokio::net::TcpStream) -> Value {
    let mut read = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && let Ok(body) = serde_json::from_str(body)
        {
            assert!(head.to_lowercase().contains("x-amz-target: amazonsqs.sendmessage\r"), "{head}");
            return body;
        }
    }
}

#[tokio::test]
async fn a_message_leaves_with_its_delay() {
    let (queue, served) = stub(200, json!({"MessageId": "m", "MD5OfMessageBody": "x"})).await;
    queue.send(r#"{"a":1}"#, 900).await.unwrap();
    let expected = json!({"QueueUrl": "the-queue", "MessageBody": r#"{"a":1}"#, "DelaySeconds": 900});
    assert_eq!(served.await.unwrap(), expected);
}

#[tokio::test]
async fn what_the_queue_says_of_a_request_is_not_repeated() {
    let said = json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no queue for secret"});
    let (queue, _served) = stub(400, said).await;
    assert_eq!(queue.send("secret", 0).await.unwrap_err().to_string(), "SendMessage failed: QueueDoesNotExist");
}

#[tokio::test]
async fn a_longer_delay_than_sqs_has_is_not_sent() {
    let (queue, _served) = stub(200, json!({})).await;
    assert!(matches!(queue.send("{}", 901).await, Err(QueueError::Delay(901))));
}
