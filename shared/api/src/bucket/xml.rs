//! What S3 writes as XML.

use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::{Listed, Object, Page};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    #[serde(default)]
    contents: Vec<Contents>,
    next_continuation_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contents {
    key: String,
    size: u64,
    #[serde(rename = "ETag")]
    etag: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal {
    code: String,
}

/// A page of a list whose keys are percent-encoded; none if the text is something else.
pub(super) fn page(text: &str) -> Option<Page> {
    let List { contents, next_continuation_token: next } = quick_xml::de::from_str(text).ok()?;
    let listed = |Contents { key, size, etag }: Contents| {
        let key = percent_decode_str(&key.replace('+', " ")).decode_utf8().ok()?.into_owned();
        Some(Listed { key, object: Object { size, etag: etag.trim_matches('"').to_owned() } })
    };
    Some(Page { objects: contents.into_iter().map(listed).collect::<Option<_>>()?, next })
}

/// The code of a refusal.
pub(super) fn code(text: &str) -> Option<String> {
    quick_xml::de::from_str(text).ok().map(|Refusal { code }| code)
}
