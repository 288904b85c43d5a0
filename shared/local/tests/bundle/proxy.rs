//! A proxy in front of the store that misbehaves as told.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What the proxy does with a request.
pub(crate) enum Conduct {
    /// Passes request and answer on.
    Pass,
    /// Passes the request on and hangs up instead of answering.
    LoseAnswer,
    /// Answers by itself: a status and a JSON body.
    Answer(u16, String),
    /// Passes another body on.
    Replace(String),
}

/// Decides on a request: how many of its operation came before, and its body.
pub(crate) type Script = dyn Fn(usize, &str) -> Conduct + Send + Sync;

/// A running proxy.
pub(crate) struct Proxy {
    pub(crate) endpoint: String,
    /// Requests of the operation seen so far.
    pub(crate) seen: Arc<AtomicUsize>,
}

impl Proxy {
    /// Starts a proxy that follows `script` for the requests of `operation` and passes the others on.
    pub(crate) async fn start(upstream: &str, operation: &'static str, script: Arc<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let upstream = upstream.strip_prefix("http://").unwrap().to_owned();
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (upstream, script, counter) = (upstream.clone(), Arc::clone(&script), Arc::clone(&counter));
                tokio::spawn(async move { serve(client, &upstream, operation, &*script, &counter).await });
            }
        });
        Self { endpoint, seen }
    }
}

/// Serves one connection, until one side is through with it.
async fn serve(
    mut client: TcpStream,
    upstream: &str,
    operation: &str,
    script: &Script,
    counter: &AtomicUsize,
) -> Option<()> {
    loop {
        let (head, body) = read_message(&mut client).await?;
        let ours = head.to_lowercase().contains(&format!("x-amz-target: dynamodb_20120810.{operation}").to_lowercase());
        let conduct = if ours { script(counter.fetch_add(1, Ordering::SeqCst), &body) } else { Conduct::Pass };
        match conduct {
            Conduct::Pass => client.write_all(&ask(upstream, &head, &body).await?).await.ok()?,
            Conduct::Replace(other) => client.write_all(&ask(upstream, &head, &other).await?).await.ok()?,
            Conduct::LoseAnswer => {
                ask(upstream, &head, &body).await?;
                return None;
            }
            Conduct::Answer(status, json) => {
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n{json}",
                    json.len()
                );
                client.write_all(answer.as_bytes()).await.ok()?;
            }
        }
    }
}

async fn ask(upstream: &str, head: &str, body: &str) -> Option<Vec<u8>> {
    let mut upstream = TcpStream::connect(upstream).await.ok()?;
    upstream.write_all(head.as_bytes()).await.ok()?;
    upstream.write_all(body.as_bytes()).await.ok()?;
    let (head, body) = read_message(&mut upstream).await?;
    Some([head.into_bytes(), body.into_bytes()].concat())
}

/// Reads a head and as much body as its `content-length` says.
async fn read_message(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.trim().parse().unwrap());
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, String::from_utf8(bytes[end..].to_vec()).unwrap()))
}
