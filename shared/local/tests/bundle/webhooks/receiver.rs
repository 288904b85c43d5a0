//! A receiver that listens on a port of its own, keeps what it is told, and answers as it is set to.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::Value;
use wattbook_api::signature;

/// What it was told, once.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) signatures: Vec<String>,
    pub(crate) text: String,
    /// What it answered.
    pub(crate) status: u16,
}

impl Told {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Whether the signature at that place is made with this secret.
    pub(crate) fn is_signed(&self, place: usize, secret: &str) -> bool {
        let at = Timestamp::from_second(self.timestamp).unwrap();
        self.signatures.get(place) == signature::of(secret, &self.id, at, &self.text).as_ref()
    }
}

/// A receiver.
#[derive(Clone)]
pub(crate) struct Receiver {
    base: String,
    told: Arc<Mutex<Vec<Told>>>,
    status: Arc<Mutex<u16>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let (told, status): (Arc<Mutex<Vec<Told>>>, _) = (Arc::default(), Arc::new(Mutex::new(204)));
        let (noted, answered) = (Arc::clone(&told), Arc::clone(&status));
        let router = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
            let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
            let status = *answered.lock().unwrap();
            noted.lock().unwrap().push(Told {
                id: header("webhook-id"),
                timestamp: header("webhook-timestamp").parse().unwrap(),
                signatures: header("webhook-signature").split(' ').map(str::to_owned).collect(),
                text: String::from_utf8(body.to_vec()).unwrap(),
                status,
            });
            // Where a redirect would lead it is noted, too.
            (StatusCode::from_u16(status).unwrap(), [("location", "/elsewhere")], "what nobody is shown")
        });
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, told, status }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/hook", self.base)
    }

    /// Answers so from now on.
    pub(crate) fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    pub(crate) fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    /// What it was told and has taken, in the order in which it came.
    pub(crate) fn taken(&self) -> Vec<Told> {
        self.told().into_iter().filter(|told| told.status < 300).collect()
    }

    /// All that it was told, once it is as it should be.
    pub(crate) async fn seen(&self, is_seen: impl Fn(&[Told]) -> bool) -> Vec<Told> {
        let started = Instant::now();
        loop {
            let told = self.told();
            if is_seen(&told) {
                return told;
            }
            assert!(started.elapsed() < super::PATIENCE, "it was told {told:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[test]
fn a_signature_is_held_against_all_that_it_is_over() {
    let secret = format!("whsec_{}", STANDARD.encode([7; 32]));
    let (at, text) = (Timestamp::from_second(1_800_000_000).unwrap(), "{}");
    let signatures = vec![signature::of(&secret, "1", at, text).unwrap()];
    let told = Told { id: "1".into(), timestamp: at.as_second(), signatures, text: text.into(), status: 204 };
    assert!(told.is_signed(0, &secret) && !told.is_signed(1, &secret));
    let other = format!("whsec_{}", STANDARD.encode([8; 32]));
    assert!(!told.is_signed(0, &other));
    for changed in [
        Told { id: "2".into(), ..told.clone() },
        Told { timestamp: told.timestamp + 1, ..told.clone() },
        Told { text: "{ }".into(), ..told },
    ] {
        assert!(!changed.is_signed(0, &secret), "{changed:?}");
    }
}
