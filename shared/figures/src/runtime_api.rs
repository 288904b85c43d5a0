//! The part of the Lambda Runtime API that a function talks to, over plain HTTP.
//!
//! One stub serves one process and hands out one event at a time, as Lambda does. It notes when an
//! event left and when its answer was complete, so that the times hold nothing but the function
//! and the connection.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderName, StatusCode},
    routing::{get, post},
    serve::ListenerExt,
};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};

/// How long a function may take for an answer; the template gives it as long.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How an invocation ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The function answered.
    Answered(Bytes),
    /// The function reported that the invocation failed.
    Failed(Bytes),
    /// The function reported that it cannot start.
    NotStarted(Bytes),
}

/// The end of an invocation.
#[derive(Debug)]
pub(crate) struct Ending {
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// When that was known here.
    pub(crate) at: Instant,
    /// How long the function had the event.
    pub(crate) took: Duration,
}

/// A running stub. It stops when dropped.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    events: UnboundedSender<String>,
    endings: UnboundedReceiver<Ending>,
    _server: JoinSet<io::Result<()>>,
}

impl RuntimeApi {
    /// Listens on a free port of this machine.
    ///
    /// # Errors
    /// No port can be had.
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, waiting) = unbounded_channel();
        let (ended, endings) = unbounded_channel();
        let stub = Arc::new(Stub {
            waiting: tokio::sync::Mutex::new(waiting),
            ended,
            in_flight: Mutex::new(InFlight { serial: 0, since: None }),
        });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .route("/2018-06-01/runtime/init/error", post(not_started))
            .with_state(stub);
        // Without this a small answer can wait for the acknowledgement of the one before it.
        let listener = listener.tap_io(|connection| {
            let _ = connection.set_nodelay(true);
        });
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, events, endings, _server: server })
    }

    /// Where it listens: the value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts `event` in line for the function.
    pub(crate) fn offer(&self, event: String) {
        // Fails only when the server is gone, and then no ending comes either.
        let _ = self.events.send(event);
    }

    /// Waits until an invocation has ended; `None` if the stub has stopped.
    pub(crate) async fn ending(&mut self) -> Option<Ending> {
        self.endings.recv().await
    }
}

struct Stub {
    waiting: tokio::sync::Mutex<UnboundedReceiver<String>>,
    ended: UnboundedSender<Ending>,
    in_flight: Mutex<InFlight>,
}

/// The invocation that the function has now.
struct InFlight {
    serial: u64,
    since: Option<Instant>,
}

impl Stub {
    /// Notes that an event leaves, and gives the id of its invocation.
    fn hand_out(&self) -> String {
        let mut in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        in_flight.serial += 1;
        in_flight.since = Some(Instant::now());
        request_id(in_flight.serial)
    }

    /// Ends the invocation `id`, unless that is not the one in flight.
    fn end(&self, id: &str, outcome: Outcome) -> StatusCode {
        let at = Instant::now();
        let mut in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        if id != request_id(in_flight.serial) {
            return StatusCode::BAD_REQUEST;
        }
        let Some(since) = in_flight.since.take() else {
            return StatusCode::BAD_REQUEST;
        };
        self.send(outcome, at, at - since)
    }

    fn send(&self, outcome: Outcome, at: Instant, took: Duration) -> StatusCode {
        match self.ended.send(Ending { outcome, at, took }) {
            Ok(()) => StatusCode::ACCEPTED,
            Err(_) => StatusCode::GONE,
        }
    }
}

/// A request id is a UUID in Lambda, and a function may count on its form.
fn request_id(serial: u64) -> String {
    format!("00000000-0000-4000-8000-{serial:012}")
}

async fn next(State(stub): State<Arc<Stub>>) -> Result<([(HeaderName, String); 4], String), StatusCode> {
    let event = stub.waiting.lock().await.recv().await.ok_or(StatusCode::GONE)?;
    let deadline = SystemTime::now() + TIME_LIMIT;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let header = HeaderName::from_static;
    let function = "arn:aws:lambda:eu-central-1:123456789012:function:measured";
    let id = stub.hand_out();
    let headers = [
        (header("content-type"), "application/json".to_owned()),
        (header("lambda-runtime-aws-request-id"), id),
        (header("lambda-runtime-deadline-ms"), deadline.to_string()),
        (header("lambda-runtime-invoked-function-arn"), function.to_owned()),
    ];
    Ok((headers, event))
}

async fn answered(State(stub): State<Arc<Stub>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    stub.end(&id, Outcome::Answered(body))
}

async fn failed(State(stub): State<Arc<Stub>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    stub.end(&id, Outcome::Failed(body))
}

async fn not_started(State(stub): State<Arc<Stub>>, body: Bytes) -> StatusCode {
    stub.send(Outcome::NotStarted(body), Instant::now(), Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    use super::*;

    /// Sends one request, as a function would, and gives the whole answer.
    async fn send(to: SocketAddr, method: &'static str, path: String, body: &'static str) -> String {
        let request = move || {
            let mut connection = TcpStream::connect(to)?;
            let length = body.len();
            write!(
                connection,
                "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                 content-length: {length}\r\n\r\n{body}"
            )?;
            let mut answer = String::new();
            connection.read_to_string(&mut answer)?;
            io::Result::Ok(answer)
        };
        tokio::task::spawn_blocking(request).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn invocations_end_once_and_as_the_function_says() {
        let mut api = RuntimeApi::start().await.unwrap();
        let to = api.address();
        for (serial, ending) in [(1, "response"), (2, "error")] {
            api.offer(r#"{"n":1}"#.to_owned());
            let event = send(to, "GET", "invocation/next".to_owned(), "").await;
            let id = request_id(serial);
            assert!(event.contains(&format!("lambda-runtime-aws-request-id: {id}\r\n")), "{event}");
            assert!(event.ends_with("\r\n\r\n{\"n\":1}"), "{event}");
            let path = |id: &str| format!("invocation/{id}/{ending}");
            let foreign = send(to, "POST", path("another"), "x").await;
            assert!(foreign.starts_with("HTTP/1.1 400 "), "{foreign}");
            let accepted = send(to, "POST", path(&id), "done").await;
            assert!(accepted.starts_with("HTTP/1.1 202 "), "{accepted}");
            let again = send(to, "POST", path(&id), "done").await;
            assert!(again.starts_with("HTTP/1.1 400 "), "{again}");
            match api.ending().await.unwrap().outcome {
                Outcome::Answered(answer) if serial == 1 => assert_eq!(answer, "done"),
                Outcome::Failed(report) if serial == 2 => assert_eq!(report, "done"),
                other => panic!("{other:?}"),
            }
        }
        send(to, "POST", "init/error".to_owned(), "why").await;
        assert!(matches!(api.ending().await.unwrap().outcome, Outcome::NotStarted(why) if why == "why"));
    }
}
