//! Servers for the tests: each listens on a port of its own, and says what it was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Uri},
    response::IntoResponse,
};
use url::form_urlencoded;

use crate::http::Http;

pub(crate) type Form = Vec<(String, String)>;

/// What a server was asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// With the query.
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) form: Form,
}

/// All that a server was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Arc<Mutex<Vec<Question>>>);

impl Asked {
    pub(crate) fn all(&self) -> Vec<Question> {
        self.0.lock().unwrap().clone()
    }
}

/// A server that answers everything the same.
pub(crate) async fn server(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> (String, Asked) {
    let asked = Asked::default();
    let noted = asked.clone();
    let router = Router::new().fallback(async move |uri: Uri, headers: HeaderMap, body: Bytes| {
        let form = form_urlencoded::parse(&body).into_owned().collect();
        let authorization = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        noted.0.lock().unwrap().push(Question { path: uri.to_string(), authorization, form });
        answer
    });
    (listen(router).await, asked)
}

async fn listen(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

/// What a server answers with that says it is JSON.
pub(crate) fn json_text(text: &str) -> impl IntoResponse + Clone + use<> {
    ([("content-type", "application/json;charset=UTF-8")], text.to_owned())
}

/// A patient client.
pub(crate) fn http() -> Http {
    Http::new(Duration::from_secs(5), Duration::from_secs(5))
}
