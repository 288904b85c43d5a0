//! The requests that an import of a file makes.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Method, Request};
use serde_json::Value;
use uuid::Uuid;
use wattbook_domain::{
    import::{FileFormat, ImportDialect},
    webhook::Receivers,
};
use wattbook_outbound::{CallError, Client};

use super::pieces::Piece;
use crate::demo::Credential;

/// How often a request is made that has no answer, or one that says to ask again.
const TRIES: u32 = 6;
/// The most bytes of an answer that are read.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// Why a request was not answered as it should be.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// There was no answer.
    #[error("{0} cannot be reached")]
    Unreachable(String, #[source] CallError),
    /// The request was refused.
    #[error("the answer is {status}: {detail}")]
    Refused {
        /// The status.
        status: u16,
        /// What the answer says to do.
        detail: String,
    },
    /// The address is none.
    #[error("{0} is no address of an API")]
    Address(String),
}

/// The API at an address, for whoever has a credential of it.
pub(super) struct Api {
    client: Client,
    url: String,
    authorization: String,
}

impl Api {
    pub(super) fn new(url: &str, credential: &Credential) -> Self {
        let pair = format!("{}:{}", credential.app_id, credential.app_key);
        Self {
            client: Client::new(Receivers::Any, Duration::from_secs(10), Duration::from_mins(1)),
            url: url.trim_end_matches('/').to_owned(),
            authorization: format!("Basic {}", STANDARD.encode(pair)),
        }
    }

    /// Orders the import of a piece.
    pub(super) async fn order(
        &self,
        piece: Piece,
        dialect: ImportDialect,
        format: FileFormat,
    ) -> Result<Value, ApiError> {
        let media_type = match format {
            FileFormat::Ndjson => "application/x-ndjson",
            FileFormat::Csv => "text/csv",
        };
        let headers = [("content-type", media_type), ("content-encoding", "gzip")];
        self.call(&Method::POST, &format!("/imports?dialect={}", dialect.word()), &headers, &piece.body).await
    }

    /// What is at a path.
    pub(super) async fn get(&self, path: &str) -> Result<Value, ApiError> {
        self.call(&Method::GET, path, &[], &[]).await
    }

    async fn call(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Value, ApiError> {
        // So that what is sent again is not carried out again.
        let key = Uuid::new_v4().to_string();
        let (mut wait, mut attempt) = (Duration::from_millis(250), 0);
        loop {
            attempt += 1;
            let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
            request = request.header("authorization", &self.authorization);
            if *method == Method::POST {
                request = request.header("idempotency-key", &key);
            }
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(body.to_vec()).map_err(|_| ApiError::Address(self.url.clone()))?;
            match self.client.send(request, LARGEST_ANSWER).await {
                Ok(answer) if answer.status().is_success() => {
                    return Ok(serde_json::from_slice(answer.body()).unwrap_or_default());
                }
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    if attempt == TRIES || !matches!(status, 429 | 500..) {
                        let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
                        let detail = said.get("detail").and_then(Value::as_str).unwrap_or_default().to_owned();
                        return Err(ApiError::Refused { status, detail });
                    }
                }
                Err(error) if attempt == TRIES => return Err(ApiError::Unreachable(self.url.clone(), error)),
                Err(_) => {}
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }
}
