//! As much of S3's own API as functions use, and whoever drops files into a bucket: objects, whole, in part and in
//! parts, and lists. So `aws s3 cp` and `aws s3 ls --endpoint-url` work with the bundle.
//!
//! A bucket is the first part of the path. As with the other APIs of AWS, whoever can reach the port may use it, and
//! web pages may not.

mod answers;
mod lists;
mod uploads;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use self::answers::{Range, Refusal};
use crate::{
    event_bus::Told,
    gateway::{Gateway, request_id},
    object_store::{Content, Stored},
    objects::{ContentFault, now},
    template::{ACCOUNT_ID, BucketDefinition, DEFAULT_BUS},
};

/// What a request is about.
struct Subject<'a> {
    gateway: &'a Gateway,
    bucket: &'a BucketDefinition,
    key: String,
    id: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
}

/// Answers a request whose path begins with the name of a bucket.
pub(crate) async fn handle(State(gateway): State<Arc<Gateway>>, request: Request) -> Response<Body> {
    let id = request_id();
    let method = request.method().clone();
    let mut response = answer(&gateway, &id, request).await.unwrap_or_else(|refusal| refusal.response(&id));
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-amz-request-id", id);
    }
    // Never the key, which may be somebody's.
    tracing::info!(method = method.as_str(), status = response.status().as_u16(), request_id = id, "bucket request");
    response
}

async fn answer(gateway: &Gateway, id: &str, request: Request) -> Result<Response<Body>, Refusal> {
    let (head, body) = request.into_parts();
    if head.headers.contains_key(header::ORIGIN) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "AccessDenied", "web pages may not use buckets"));
    }
    let path = percent_decode_str(head.uri.path()).decode_utf8();
    let path = path.map_err(|_| Refusal::invalid("a key is text in UTF-8"))?;
    let (name, key) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    let bucket = gateway.objects.bucket(name);
    let bucket =
        bucket.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "NoSuchBucket", "there is no such bucket"))?;
    let query = serde_urlencoded::from_str(head.uri.query().unwrap_or_default());
    let query = query.map_err(|_| Refusal::invalid("the query cannot be read"))?;
    let (key, id, headers) = (key.to_owned(), id.to_owned(), head.headers);
    let subject = Subject { gateway, bucket, key, id, query, headers };
    match (head.method.as_str(), subject.key.is_empty()) {
        ("HEAD", true) => Ok(Response::new(Body::empty())),
        ("GET", true) => lists::list(&subject).await,
        ("GET" | "HEAD", false) => subject.get().await,
        ("PUT", false) if subject.asks("uploadId") => uploads::put_part(&subject, body).await,
        ("PUT", false) => subject.put(body).await,
        ("POST", false) if subject.asks("uploads") => uploads::begin(&subject).await,
        ("POST", false) if subject.asks("uploadId") => uploads::complete(&subject, body).await,
        ("DELETE", false) if subject.asks("uploadId") => uploads::abort(&subject).await,
        ("DELETE", false) => subject.delete().await,
        _ => Err(Refusal::unsupported()),
    }
}

impl Subject<'_> {
    fn asks(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// Refuses what is asked for beside these: whoever asks for it would be told otherwise than it is.
    fn asks_only(&self, names: &[&str]) -> Result<(), Refusal> {
        // With `x-id` the SDKs name their operation.
        let unknown = self.query.iter().any(|(name, _)| name != "x-id" && !names.contains(&name.as_str()));
        if unknown { Err(Refusal::unsupported()) } else { Ok(()) }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn content_type(&self) -> String {
        self.header("content-type").unwrap_or("binary/octet-stream").to_owned()
    }

    async fn with_objects<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut crate::object_store::ObjectStore, &str, &str) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (bucket, key) = (self.bucket.name.clone(), self.key.clone());
        let done = self.gateway.objects.with_store(move |store| work(store, &bucket, &key)).await;
        done.map_err(|error| Refusal::internal(&error))
    }

    async fn get(&self) -> Result<Response<Body>, Refusal> {
        self.asks_only(&[])?;
        let found = self.with_objects(|store, bucket, key| store.get(bucket, key)).await?;
        let missing = || Refusal::new(StatusCode::NOT_FOUND, "NoSuchKey", "there is no such object");
        let (stored, file) = found.ok_or_else(missing)?;
        if self.header("if-match").is_some_and(|etag| etag.trim_matches('"') != stored.etag && etag != "*") {
            let message = "the object is another one";
            return Err(Refusal::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", message));
        }
        answers::object(&stored, file, self.header("range").and_then(Range::parse))
    }

    async fn put(&self, body: Body) -> Result<Response<Body>, Refusal> {
        self.asks_only(&[])?;
        let content = self.receive(body).await?;
        let (etag, size, content_type) = (content.etag.clone(), content.size, self.content_type());
        self.with_objects(move |store, bucket, key| store.put(bucket, key, content, &content_type, now())).await?;
        self.tell_created(size, &etag, "PutObject").await?;
        answers::stored(&etag)
    }

    /// Takes in what is sent, as it is.
    async fn receive(&self, body: Body) -> Result<Content, Refusal> {
        let conditions = ["if-match", "if-none-match", "x-amz-copy-source"];
        let is_signed_in_chunks = self.header("x-amz-content-sha256").is_some_and(|it| it.starts_with("STREAMING-"));
        if is_signed_in_chunks || conditions.iter().any(|name| self.headers.contains_key(*name)) {
            return Err(Refusal::unsupported());
        }
        self.gateway.objects.receive(body).await.map_err(|fault| match fault {
            ContentFault::Broken => Refusal::new(StatusCode::BAD_REQUEST, "IncompleteBody", "the content broke off"),
            ContentFault::File(error) => Refusal::internal(&error),
        })
    }

    async fn delete(&self) -> Result<Response<Body>, Refusal> {
        self.asks_only(&[])?;
        if self.with_objects(|store, bucket, key| store.delete(bucket, key)).await? {
            let (object, more) = (json!({ "key": self.key }), ("deletion-type", "Permanently Deleted"));
            self.tell("Object Deleted", object, "DeleteObject", Some(more)).await?;
        }
        Ok(answers::empty(StatusCode::NO_CONTENT))
    }

    async fn tell_created(&self, size: u64, etag: &str, reason: &str) -> Result<(), Refusal> {
        let object = json!({ "key": self.key, "size": size, "etag": etag });
        self.tell("Object Created", object, reason, None).await
    }

    /// Tells EventBridge what happened, if it is to be told. Once this returns it waits in the queues of its rules.
    async fn tell(
        &self,
        kind: &str,
        mut object: Value,
        reason: &str,
        more: Option<(&str, &str)>,
    ) -> Result<(), Refusal> {
        if !self.bucket.tells {
            return Ok(());
        }
        if let Some(object) = object.as_object_mut() {
            object.insert("sequencer".into(), format!("{:018X}", Timestamp::now().as_nanosecond()).into());
        }
        let detail = json!({
            "version": "0",
            "bucket": { "name": self.bucket.name },
            "object": object,
            "request-id": self.id,
            "requester": ACCOUNT_ID,
            "source-ip-address": "127.0.0.1",
            "reason": reason,
        });
        let mut detail: Map<String, Value> = detail.as_object().cloned().unwrap_or_default();
        detail.extend(more.map(|(name, value)| (name.to_owned(), value.into())));
        let resources = vec![format!("arn:aws:s3:::{}", self.bucket.name)];
        let told = Told { source: "aws.s3".into(), kind: kind.into(), resources, detail };
        let bus = &self.gateway.bus;
        let event = bus.event(&uuid::Uuid::new_v4().to_string(), Timestamp::now(), &told);
        bus.put(&self.gateway.queues, DEFAULT_BUS, event).await.map_err(|error| Refusal::internal(&error))
    }
}

/// An object as S3 writes when it was stored, in a list.
fn iso(stored: &Stored) -> String {
    let time = Timestamp::from_millisecond(stored.since).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}
