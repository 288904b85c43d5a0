//! A manufacturer with a sign-in (OAuth 2.0), as far as functions ask him: his token end point and his list of devices. Each
//! test has one of its own, whose answers it decides and whose requests it counts.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    owner::{Owner, onward},
    requests::VIN,
};
use crate::support::{Answered, Running, with};

/// What nobody but the functions and the manufacturer may know of.
pub(crate) const CLIENT_SECRET: &str = "s3cret-of-the-client";

/// A form, by its fields.
pub(crate) type Form = BTreeMap<String, String>;

/// How the token end point answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    /// With new tokens, which end after so many seconds.
    Tokens(u32),
    /// It refuses with this word.
    Refusal(&'static str),
    /// With status 500.
    Dead,
}

#[derive(Default)]
struct State {
    /// What is answered next; afterwards tokens for an hour.
    replies: VecDeque<Reply>,
    /// Before each answer.
    pause: Duration,
    /// What the token end point was asked.
    asked: Vec<Form>,
    /// The devices of whoever has signed in.
    devices: Vec<String>,
    /// With which status the list of devices is answered before it is answered well.
    devices_fail: VecDeque<u16>,
}

/// The manufacturer.
pub(crate) struct Manufacturer {
    name: String,
    base: String,
    state: Arc<Mutex<State>>,
}

/// The address at the manufacturer's that an owner is led to, taken apart.
pub(crate) struct Led {
    pub(crate) address: String,
    pub(crate) query: Form,
}

impl Manufacturer {
    /// One of the deployment's own, with a sign-in and one car.
    pub(crate) async fn of(running: &Running, name: &str) -> Self {
        let state = Arc::new(Mutex::new(State { devices: vec![VIN.to_owned()], ..State::default() }));
        let (of_tokens, of_devices) = (Arc::clone(&state), Arc::clone(&state));
        let router = Router::new()
            .route("/token", post(async move |body: Bytes| token(&of_tokens, &body).await))
            .route("/devices", get(async move |headers: HeaderMap| devices(&of_devices, &headers)));
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let manufacturer = Self { name: name.to_owned(), base, state };
        let definition = json!({
            "type": "EV", "manufacturer": name, "connector": "oauth2", "consent": "PageAndSignIn",
            "steps": ["Consent", "SignIn", "Connection"],
            "identifier": {"attribute": "vin", "kind": "vin"},
            "attributes": {
                "type": "object", "required": ["vin"],
                "properties": {"vin": {"type": "string", "title": "VIN", "minLength": 17, "maxLength": 64}},
            },
            "exampleAttributes": {"vin": "WAUZZZGEZNA012345"},
        });
        let put = json!({"action": "put-manufacturer", "definition": definition});
        running.bundle.invoke("administer-catalogue", &put).await.unwrap();
        manufacturer.has_sign_in(running, manufacturer.settings()).await;
        manufacturer
    }

    pub(crate) fn settings(&self) -> Value {
        let base = &self.base;
        json!({
            "authorizeUrl": format!("{base}/authorize"), "tokenUrl": format!("{base}/token"), "clientId": "wattbook",
            "clientSecret": CLIENT_SECRET, "scopes": ["vehicles"], "devicesUrl": format!("{base}/devices"),
            "clientAuthentication": "body",
        })
    }

    pub(crate) async fn has_sign_in(&self, running: &Running, settings: Value) {
        let put = json!({"action": "put-sign-in", "type": "EV", "manufacturer": self.name, "signIn": settings});
        running.bundle.invoke("administer-catalogue", &put).await.unwrap();
    }

    pub(crate) async fn has_no_sign_in(&self, running: &Running) {
        let remove = json!({"action": "remove-sign-in", "type": "EV", "manufacturer": self.name});
        running.bundle.invoke("administer-catalogue", &remove).await.unwrap();
    }

    /// What asks for a car of his.
    pub(crate) fn car(&self) -> Value {
        json!({"type": "EV", "manufacturer": self.name, "vin": VIN})
    }

    pub(crate) fn replies(&self, replies: &[Reply]) {
        self.state.lock().unwrap().replies = replies.iter().copied().collect();
    }

    pub(crate) fn is_slow(&self, pause: Duration) {
        self.state.lock().unwrap().pause = pause;
    }

    pub(crate) fn has_devices(&self, devices: &[&str], fail: &[u16]) {
        let mut state = self.state.lock().unwrap();
        state.devices = devices.iter().map(|&it| it.to_owned()).collect();
        state.devices_fail = fail.iter().copied().collect();
    }

    /// What the token end point was asked.
    pub(crate) fn asked(&self) -> Vec<Form> {
        self.state.lock().unwrap().asked.clone()
    }

    /// An owner who has agreed to connect his car, and is led to the sign-in.
    pub(crate) async fn signing_in(&self, running: &Running) -> (Owner, Value, Led) {
        let (mut owner, request) = running.asked(&self.car()).await;
        let posted = owner.agrees().await;
        let page = owner.follows(&posted).await;
        (owner, request, self.led(&page))
    }

    /// Where a page leads: to his sign-in.
    pub(crate) fn led(&self, page: &Answered) -> Led {
        let address = onward(page);
        let (path, query) = address.split_once('?').unwrap();
        assert_eq!((page.status, path), (200, format!("{}/authorize", self.base).as_str()));
        Led { query: serde_urlencoded::from_str(query).unwrap(), address: address.clone() }
    }

    /// An owner who has signed in, and the request that has succeeded.
    pub(crate) async fn connected(&self, running: &Running, seconds: u32) -> (Owner, Value) {
        self.replies(&[Reply::Tokens(seconds)]);
        let (mut owner, request, led) = self.signing_in(running).await;
        let answer = owner.opens(&led.back("the-code")).await;
        owner.follows(&answer).await;
        running.seen_as(&request, "Succeeded").await;
        (owner, request)
    }
}

impl Led {
    /// The path by which the owner comes back with a code.
    pub(crate) fn back(&self, code: &str) -> String {
        self.back_with(&[("code", code), ("iss", "https://id.example.com")])
    }

    /// The path by which he comes back with these, and with the state.
    pub(crate) fn back_with(&self, more: &[(&str, &str)]) -> String {
        let mut query = vec![("state", self.query["state"].as_str())];
        query.extend(more);
        format!("/onboarding/callback?{}", serde_urlencoded::to_string(query).unwrap())
    }

    /// Whether a verifier is that of the challenge.
    pub(crate) fn is_verified_by(&self, verifier: &str) -> bool {
        self.query["code_challenge_method"] == "S256"
            && self.query["code_challenge"] == BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
    }
}

async fn token(state: &Mutex<State>, body: &[u8]) -> Response {
    let (number, reply, pause) = {
        let mut state = state.lock().unwrap();
        state.asked.push(serde_urlencoded::from_bytes(body).unwrap());
        (state.asked.len(), state.replies.pop_front().unwrap_or(Reply::Tokens(3600)), state.pause)
    };
    tokio::time::sleep(pause).await;
    let (status, answer) = match reply {
        Reply::Dead => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Reply::Refusal(word) => {
            (StatusCode::BAD_REQUEST, json!({ "error": word, "error_description": "refusal-text" }))
        }
        Reply::Tokens(seconds) => (
            StatusCode::OK,
            json!({
                "token_type": "Bearer", "expires_in": seconds,
                "access_token": format!("access-token-{number}"), "refresh_token": format!("refresh-token-{number}"),
            }),
        ),
    };
    (status, [("content-type", "application/json")], answer.to_string()).into_response()
}

fn devices(state: &Mutex<State>, headers: &HeaderMap) -> Response {
    let mut state = state.lock().unwrap();
    if let Some(status) = state.devices_fail.pop_front() {
        return StatusCode::from_u16(status).unwrap().into_response();
    }
    let shown = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(shown.starts_with("Bearer access-token-"), "{shown}");
    let cars: Vec<_> = state.devices.iter().map(|vin| json!({ "vin": vin })).collect();
    ([("content-type", "application/json")], json!({ "vehicles": cars }).to_string()).into_response()
}

/// Everything in the table, for looking for what must not be there.
pub(crate) async fn table(running: &Running) -> String {
    format!("{:?}", running.scan().await)
}

/// The body with a wish to take the device over.
pub(crate) fn taking_over(body: Value) -> Value {
    with(body, "/takeOver", true)
}
