//! Objects that arrive in parts.

use axum::{
    body::Body,
    http::{Response, StatusCode},
};
use serde::{Deserialize, Serialize};

use super::{Refusal, Subject, answers};
use crate::{object_store::Part, objects::now, request_body};

/// The most parts of an object.
const MOST_PARTS: u32 = 10_000;
/// For a list of as many parts, in bytes.
const LARGEST_LIST: usize = 4 * 1024 * 1024;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Begun<'a> {
    bucket: &'a str,
    key: &'a str,
    upload_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Completed<'a> {
    bucket: &'a str,
    key: &'a str,
    #[serde(rename = "ETag")]
    etag: String,
}

#[derive(Deserialize)]
struct Parts {
    #[serde(default, rename = "Part")]
    parts: Vec<NamedPart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedPart {
    part_number: u32,
    #[serde(rename = "ETag")]
    etag: String,
}

pub(super) async fn begin(subject: &Subject<'_>) -> Result<Response<Body>, Refusal> {
    subject.asks_only(&["uploads"])?;
    let content_type = subject.content_type();
    let begun = subject.with_objects(move |store, bucket, key| store.begin(bucket, key, &content_type)).await?;
    let (bucket, key) = (subject.bucket.name.as_str(), subject.key.as_str());
    answers::xml("InitiateMultipartUploadResult", &Begun { bucket, key, upload_id: &begun })
}

pub(super) async fn put_part(subject: &Subject<'_>, body: Body) -> Result<Response<Body>, Refusal> {
    subject.asks_only(&["uploadId", "partNumber"])?;
    let (upload, _) = upload(subject).await?;
    let number = subject.parameter("partNumber").and_then(|number| number.parse::<u32>().ok());
    let number = number.filter(|number| (1..=MOST_PARTS).contains(number));
    let number = number.ok_or_else(|| Refusal::invalid("partNumber is 1 to 10000"))?;
    let content = subject.receive(body).await?;
    let etag = content.etag.clone();
    subject.with_objects(move |store, _, _| store.put_part(&upload, number, content)).await?;
    answers::stored(&etag)
}

pub(super) async fn complete(subject: &Subject<'_>, body: Body) -> Result<Response<Body>, Refusal> {
    subject.asks_only(&["uploadId"])?;
    let (upload, content_type) = upload(subject).await?;
    let malformed = || Refusal::new(StatusCode::BAD_REQUEST, "MalformedXML", "the list of parts cannot be read");
    let body = request_body::collect(body, LARGEST_LIST).await.map_err(|_| malformed())?;
    let Parts { parts } = quick_xml::de::from_reader(body.as_ref()).map_err(|_| malformed())?;
    if parts.is_empty() {
        return Err(malformed());
    }
    let part =
        |NamedPart { part_number: number, etag }: NamedPart| Part { number, etag: etag.trim_matches('"').into() };
    let parts: Vec<_> = parts.into_iter().map(part).collect();
    let joined = subject.with_objects(move |store, bucket, key| {
        let Some(content) = store.joined(&upload, &parts)? else { return Ok(None) };
        let (size, etag) = (content.size, content.etag.clone());
        store.put(bucket, key, content, &content_type, now())?;
        store.end(&upload)?;
        Ok(Some((size, etag)))
    });
    let unknown = || Refusal::new(StatusCode::BAD_REQUEST, "InvalidPart", "a part is not there, or is another one");
    let (size, etag) = joined.await?.ok_or_else(unknown)?;
    subject.tell_created(size, &etag, "CompleteMultipartUpload").await?;
    let (bucket, key) = (subject.bucket.name.as_str(), subject.key.as_str());
    answers::xml("CompleteMultipartUploadResult", &Completed { bucket, key, etag: format!("\"{etag}\"") })
}

pub(super) async fn abort(subject: &Subject<'_>) -> Result<Response<Body>, Refusal> {
    subject.asks_only(&["uploadId"])?;
    let (upload, _) = upload(subject).await?;
    subject.with_objects(move |store, _, _| store.end(&upload)).await?;
    Ok(answers::empty(StatusCode::NO_CONTENT))
}

/// The id of the upload that a request names, and the content type of what it becomes.
async fn upload(subject: &Subject<'_>) -> Result<(String, String), Refusal> {
    let id = subject.parameter("uploadId").unwrap_or_default().to_owned();
    let named = id.clone();
    let found = subject.with_objects(move |store, bucket, key| store.upload(&named, bucket, key)).await?;
    let unknown = || Refusal::new(StatusCode::NOT_FOUND, "NoSuchUpload", "there is no such upload");
    Ok((id, found.ok_or_else(unknown)?))
}
