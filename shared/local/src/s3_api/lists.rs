//! Lists of objects.

use axum::{body::Body, http::Response};
use base64::{Engine, prelude::BASE64_URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use wattbook_api::bucket::LARGEST_PAGE;

use super::{Refusal, Subject, answers, iso};
use crate::object_store::{Asked, Stored};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const NAMES: &[&str] = &[
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "list-type",
    "max-keys",
    "prefix",
    "start-after",
];
/// As S3 encodes keys in a list.
const IN_LIST: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b'/');

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'a str,
    name: &'a str,
    prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding_type: Option<&'a str>,
    max_keys: usize,
    key_count: usize,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_continuation_token: Option<String>,
    contents: Vec<Contents>,
    common_prefixes: Vec<CommonPrefix>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Contents {
    key: String,
    last_modified: String,
    #[serde(rename = "ETag")]
    etag: String,
    size: u64,
    storage_class: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CommonPrefix {
    prefix: String,
}

/// `ListObjectsV2`; what came before it is not served.
pub(super) async fn list(subject: &Subject<'_>) -> Result<Response<Body>, Refusal> {
    subject.asks_only(NAMES)?;
    if subject.parameter("list-type") != Some("2") {
        return Err(Refusal::unsupported());
    }
    let asked = asked(subject)?;
    let encoding_type = subject.parameter("encoding-type").filter(|kind| *kind == "url");
    let written = |text: &str| match encoding_type {
        Some(_) => utf8_percent_encode(text, IN_LIST).to_string(),
        None => text.to_owned(),
    };
    let (prefix, max_keys) = (written(&asked.prefix), asked.most);
    let delimiter = Some(written(&asked.delimiter)).filter(|delimiter| !delimiter.is_empty());
    let listed = subject.with_objects(move |store, bucket, _| store.list(bucket, &asked)).await?;
    let contents = |stored: &Stored| Contents {
        key: written(&stored.key),
        last_modified: iso(stored),
        etag: format!("\"{}\"", stored.etag),
        size: stored.size,
        storage_class: "STANDARD",
    };
    let list = List {
        namespace: NAMESPACE,
        name: &subject.bucket.name,
        prefix,
        delimiter,
        encoding_type,
        max_keys,
        key_count: listed.objects.len() + listed.prefixes.len(),
        is_truncated: listed.next.is_some(),
        next_continuation_token: listed.next.map(|next| BASE64_URL_SAFE.encode(next)),
        contents: listed.objects.iter().map(contents).collect(),
        common_prefixes: listed.prefixes.iter().map(|prefix| CommonPrefix { prefix: written(prefix) }).collect(),
    };
    answers::xml("ListBucketResult", &list)
}

fn asked(subject: &Subject<'_>) -> Result<Asked, Refusal> {
    let text = |name| subject.parameter(name).unwrap_or_default().to_owned();
    let after = match subject.parameter("continuation-token") {
        Some(token) => {
            let key = BASE64_URL_SAFE.decode(token).ok().and_then(|key| String::from_utf8(key).ok());
            key.ok_or_else(|| Refusal::invalid("the continuation token is none of this bucket's"))?
        }
        None => text("start-after"),
    };
    let most = subject.parameter("max-keys").map_or(Ok(LARGEST_PAGE), str::parse::<u32>);
    let most = most.map_err(|_| Refusal::invalid("max-keys is a number"))?.min(LARGEST_PAGE);
    let most = usize::try_from(most).unwrap_or_default();
    Ok(Asked { prefix: text("prefix"), delimiter: text("delimiter"), after, most })
}
