//! What S3 answers: objects, and refusals in XML.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use http_body::Frame;
use serde::Serialize;

use crate::object_store::Stored;

/// How much of a file is read at once.
const PIECE: usize = 64 * 1024;
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Why a request is refused: a status, a code of S3, and a message.
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    /// The object's size, where a part of it was asked for that is not there.
    size: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Error<'a> {
    code: &'a str,
    message: &'a str,
    request_id: &'a str,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, size: None }
    }

    pub(super) fn invalid(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidArgument", message)
    }

    pub(super) fn unsupported() -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", "this is not served on one machine")
    }

    /// A file of the bundle does not do what it should, which is our fault.
    pub(super) fn internal(error: &str) -> Self {
        tracing::error!(error, "the objects' files cannot be used");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "internal error")
    }

    pub(super) fn response(&self, request_id: &str) -> Response<Body> {
        let error = Error { code: self.code, message: self.message, request_id };
        let mut response = xml("Error", &error).unwrap_or_else(|_| empty(self.status));
        *response.status_mut() = self.status;
        let range = self.size.and_then(|size| HeaderValue::from_str(&format!("bytes */{size}")).ok());
        response.headers_mut().extend(range.map(|range| (header::CONTENT_RANGE, range)));
        response
    }
}

pub(super) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

pub(super) fn xml(root: &str, content: &impl Serialize) -> Result<Response<Body>, Refusal> {
    let text = quick_xml::se::to_string_with_root(root, content);
    let text = text.map_err(|error| Refusal::internal(&error.to_string()))?;
    let mut response = Response::new(Body::from(format!("{DECLARATION}{text}")));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    Ok(response)
}

/// To whoever stored an object, or a part of one.
pub(super) fn stored(etag: &str) -> Result<Response<Body>, Refusal> {
    let mut response = empty(StatusCode::OK);
    insert(&mut response, header::ETAG, &format!("\"{etag}\""))?;
    Ok(response)
}

/// An object, or the part of it that is asked for.
pub(super) fn object(stored: &Stored, mut file: File, range: Option<Range>) -> Result<Response<Body>, Refusal> {
    let (first, behind) = match range {
        Some(range) => range.of(stored.size).ok_or_else(|| unsatisfiable(stored.size))?,
        None => (0, stored.size),
    };
    file.seek(SeekFrom::Start(first)).map_err(|error| Refusal::internal(&error.to_string()))?;
    let mut response = Response::new(Body::new(Content { file, left: behind - first }));
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let part = format!("bytes {first}-{}/{}", behind - 1, stored.size);
        insert(&mut response, header::CONTENT_RANGE, &part)?;
    }
    let time = jiff::Timestamp::from_millisecond(stored.since).unwrap_or_default();
    for (name, value) in [
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CONTENT_LENGTH, (behind - first).to_string()),
        (header::CONTENT_TYPE, stored.content_type.clone()),
        (header::ETAG, format!("\"{}\"", stored.etag)),
        (header::LAST_MODIFIED, time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
    ] {
        insert(&mut response, name, &value)?;
    }
    Ok(response)
}

fn unsatisfiable(size: u64) -> Refusal {
    let refusal = Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", "the object has no such part");
    Refusal { size: Some(size), ..refusal }
}

fn insert(response: &mut Response<Body>, name: HeaderName, value: &str) -> Result<(), Refusal> {
    let value = HeaderValue::from_str(value).map_err(|error| Refusal::internal(&error.to_string()))?;
    response.headers_mut().insert(name, value);
    Ok(())
}

/// A part of an object, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    /// From the first on, to the second if there is one.
    From(u64, Option<u64>),
    /// As many at the end.
    Last(u64),
}

impl Range {
    /// Of the header; none if it is no range of bytes, or several, which S3 passes over.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
        match (first, last) {
            ("", last) => Some(Self::Last(last.parse().ok()?)),
            (first, "") => Some(Self::From(first.parse().ok()?, None)),
            (first, last) => {
                let (first, last) = (first.parse().ok()?, last.parse().ok()?);
                (first <= last).then_some(Self::From(first, Some(last)))
            }
        }
    }

    /// The first byte and the one behind the last, of an object of that size; none if there is no byte of it.
    fn of(self, size: u64) -> Option<(u64, u64)> {
        let (first, behind) = match self {
            Self::From(first, last) => (first, last.map_or(size, |last| last.saturating_add(1).min(size))),
            Self::Last(count) => (size.saturating_sub(count), size),
        };
        (first < behind).then_some((first, behind))
    }
}

/// A part of a file, as it is read.
struct Content {
    file: File,
    left: u64,
}

impl http_body::Body for Content {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let content = self.get_mut();
        if content.left == 0 {
            return Poll::Ready(None);
        }
        let mut piece = vec![0; usize::try_from(content.left).unwrap_or(PIECE).min(PIECE)];
        let read = content.file.read_exact(&mut piece);
        content.left -= piece.len() as u64;
        Poll::Ready(Some(read.map(|()| Frame::data(piece.into()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_of_the_bytes_that_are_there() {
        for (header, size, expected) in [
            ("bytes=0-", 5, Some((0, 5))),
            ("bytes=2-3", 5, Some((2, 4))),
            ("bytes=4-9", 5, Some((4, 5))),
            ("bytes=5-", 5, None),
            ("bytes=0-", 0, None),
            ("bytes=-2", 5, Some((3, 5))),
            ("bytes=-9", 5, Some((0, 5))),
            ("bytes=-0", 5, None),
            ("bytes=0-18446744073709551615", 5, Some((0, 5))),
        ] {
            assert_eq!(Range::parse(header).unwrap().of(size), expected, "{header} of {size}");
        }
        for header in ["", "bytes=", "bytes=a-", "bytes=3-2", "bytes=0-1,3-4", "items=0-1"] {
            assert_eq!(Range::parse(header), None, "{header}");
        }
    }
}
