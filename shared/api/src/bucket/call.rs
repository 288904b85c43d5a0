//! One request to S3: signed, sent, and sent again while it makes sense.

use std::time::{Duration, SystemTime};

use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use aws_smithy_runtime_api::{
    client::{
        http::HttpConnector,
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use wattbook_store::random_part;

use super::{Bucket, BucketError, Object, xml};

/// Tries of a request, the first included.
pub(super) const ATTEMPTS: u32 = 4;
/// For one try until the answer begins, with what is sent.
const ATTEMPT: Duration = Duration::from_secs(4);
/// The longest wait after the first try, which doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The largest answer that is no object, in bytes: a page of a thousand keys of the largest size, percent-encoded.
const LARGEST_TEXT: usize = 4 * 1024 * 1024;
/// For such an answer.
const TEXT: Duration = Duration::from_secs(4);

/// A request.
pub(super) struct Call {
    operation: &'static str,
    method: &'static str,
    /// What stands in the address behind the bucket's own.
    path: String,
    headers: Vec<(&'static str, String)>,
    content: Bytes,
}

impl Call {
    pub(super) fn new(operation: &'static str, method: &'static str, path: String) -> Self {
        Self { operation, method, path, headers: Vec::new(), content: Bytes::new() }
    }

    pub(super) fn with(mut self, header: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((header, value.into()));
        self
    }

    pub(super) fn sending(self, content: Bytes) -> Self {
        Self { content, ..self }
    }
}

/// The beginning of an answer to a request that was done.
pub(super) struct Answer(HttpResponse);

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name)
    }

    pub(super) fn etag(&self) -> Option<String> {
        self.header("etag").map(|etag| etag.trim_matches('"').to_owned())
    }

    /// Of an answer that has the object, or its beginning, or is about all of it.
    pub(super) fn whole(&self) -> Option<Object> {
        let size = match self.header("content-range") {
            Some(range) => range.rsplit_once('/')?.1,
            None => self.header("content-length")?,
        };
        Some(Object { size: size.parse().ok()?, etag: self.etag()? })
    }

    pub(super) fn into_body(self) -> SdkBody {
        self.0.into_body()
    }

    pub(super) async fn text(self, operation: &'static str) -> Result<String, BucketError> {
        let read = tokio::time::timeout(TEXT, Limited::new(self.into_body(), LARGEST_TEXT).collect()).await;
        let broken = BucketError::Unanswered { operation, what: "the answer breaks off" };
        let Ok(Ok(text)) = read else { return Err(broken) };
        String::from_utf8(text.to_bytes().into()).map_err(|_| unintelligible(operation))
    }
}

pub(super) fn unintelligible(operation: &'static str) -> BucketError {
    BucketError::Unanswered { operation, what: "the answer is not one of S3" }
}

impl Bucket {
    /// Sends a request until it is done or refused for what it is, [`ATTEMPTS`] times at most.
    pub(super) async fn call(&self, call: &Call) -> Result<Answer, BucketError> {
        let mut attempt = 1;
        loop {
            let (error, again) = match tokio::time::timeout(ATTEMPT, self.send(call)).await {
                Ok(Ok(answer)) if answer.status().is_success() => return Ok(Answer(answer)),
                Ok(Ok(answer)) => {
                    let status = answer.status();
                    (refusal(call, answer).await, status.is_server_error() || [408, 429].contains(&status.as_u16()))
                }
                Ok(Err(error)) => (error, true),
                Err(_) => (BucketError::Unanswered { operation: call.operation, what: "no answer in time" }, true),
            };
            if !again || attempt == ATTEMPTS {
                return Err(error);
            }
            wait(attempt).await;
            attempt += 1;
        }
    }

    async fn send(&self, call: &Call) -> Result<HttpResponse, BucketError> {
        let unanswered = |what| BucketError::Unanswered { operation: call.operation, what };
        let request =
            self.request(call, SystemTime::now()).ok_or_else(|| unanswered("the request cannot be signed"))?;
        let answer = self.connector.call(request).await;
        answer.map_err(|error| unanswered(if error.is_timeout() { "no connection in time" } else { "no connection" }))
    }

    /// The request with its signature over the address, the headers and the content; none if that cannot be made.
    pub(super) fn request(&self, call: &Call, now: SystemTime) -> Option<HttpRequest> {
        let uri = format!("{}{}", self.address, call.path);
        let mut settings = SigningSettings::default();
        // S3 takes a key as it stands, and wants the digest of the content among the headers.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder().identity(&identity).region(&self.region).name("s3");
        let parameters = parameters.time(now).settings(settings).build().ok()?.into();
        let headers = call.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let signable = SignableRequest::new(call.method, &uri, headers, SignableBody::Bytes(&call.content)).ok()?;
        let (signature, _) = sign(signable, &parameters).ok()?.into_parts();

        let mut request = HttpRequest::new(SdkBody::from(call.content.clone()));
        request.set_method(call.method).ok()?;
        request.set_uri(uri).ok()?;
        let signed = signature.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        for (name, value) in call.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).chain(signed)
        {
            request.headers_mut().try_insert(name, value).ok()?;
        }
        Some(request)
    }
}

/// Somewhere up to the longest wait after this try: who failed together is not to come again together.
pub(super) async fn wait(attempt: u32) {
    tokio::time::sleep(random_part(FIRST_WAIT * 2_u32.pow(attempt - 1))).await;
}

async fn refusal(call: &Call, answer: HttpResponse) -> BucketError {
    let status: StatusCode = answer.status();
    let request = answer.headers().get("x-amz-request-id").unwrap_or("unknown").to_owned();
    let code = Answer(answer).text(call.operation).await.ok().and_then(|text| xml::code(&text));
    match (status.as_u16(), code.as_deref()) {
        (404, None | Some("NoSuchKey")) => BucketError::Missing,
        (412, _) => BucketError::Replaced,
        (status, code) => {
            let code = code.map_or_else(|| status.to_string(), str::to_owned);
            BucketError::Refused { operation: call.operation, code, request }
        }
    }
}
