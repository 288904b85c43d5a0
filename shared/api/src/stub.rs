//! A service of AWS for the tests: it listens on a port of its own.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What it says is the id of each request.
pub(crate) const REQUEST: &str = "the-request";

/// A service that takes requests of this target alone, gives these answers, one per request, and then the bodies of the
/// requests. First comes its endpoint.
pub(crate) async fn service(target: &str, answers: Vec<(u16, Value)>) -> (String, JoinHandle<Vec<Value>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let target = format!("x-amz-target: {}\r", target.to_lowercase());
    let served = tokio::spawn(async move {
        let mut bodies = Vec::new();
        for (status, answer) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (head, body) = request(&mut stream).await;
            assert!(head.to_lowercase().contains(&target), "{head}");
            bodies.push(body);
            let (answer, close) = (answer.to_string(), "connection: close");
            let length = format!("content-length: {}\r\nx-amzn-requestid: {REQUEST}", answer.len());
            let answer = format!("HTTP/1.1 {status} x\r\n{close}\r\n{length}\r\n\r\n{answer}");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        bodies
    });
    (endpoint, served)
}

async fn request(stream: &mut TcpStream) -> (String, Value) {
    let mut read = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && let Ok(body) = serde_json::from_str(body)
        {
            return (head.to_owned() + "\r", body);
        }
    }
}
