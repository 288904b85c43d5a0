//! An object that is read from its beginning, or from somewhere in it, to its end.

use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt;

use super::{
    Bucket, BucketError, Object,
    call::{self, ATTEMPTS, Answer, Call},
    object,
};

const OPERATION: &str = "GetObject";
/// For the next bytes.
const PATIENCE: Duration = Duration::from_secs(4);
/// The code of S3 where no byte of what is asked for is there.
const NOTHING_THERE: &str = "InvalidRange";

/// An object that is being read. S3 ends what is read slowly: then the rest is asked for, as long as it is the same
/// object.
#[derive(Debug)]
pub struct Reading<'a> {
    bucket: &'a Bucket,
    path: String,
    object: Object,
    position: u64,
    body: Option<SdkBody>,
}

impl<'a> Reading<'a> {
    pub(super) async fn begin(
        bucket: &'a Bucket,
        key: &str,
        offset: u64,
        etag: Option<&str>,
    ) -> Result<Self, BucketError> {
        let path = object(key);
        let (object, body) = match open(bucket, &path, offset, etag).await {
            Ok(answer) => {
                let object = answer.whole().ok_or_else(|| call::unintelligible(OPERATION))?;
                (object, Some(answer.into_body()))
            }
            Err(BucketError::Refused { code, .. }) if code == NOTHING_THERE => {
                let object = bucket.head(key).await?;
                if etag.is_some_and(|etag| etag != object.etag) {
                    return Err(BucketError::Replaced);
                }
                (object, None)
            }
            Err(error) => return Err(error),
        };
        Ok(Self { bucket, path, object, position: offset, body })
    }

    /// What is known of the object, all of it.
    #[must_use]
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// The object is gone or replaced, or nothing more comes though it was asked for several times.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, BucketError> {
        let mut attempt = 1;
        while self.position < self.object.size {
            if let Some(chunk) = self.next().await? {
                self.position = self.position.saturating_add(chunk.len() as u64);
                return Ok(Some(chunk));
            }
            if attempt == ATTEMPTS {
                return Err(BucketError::Unanswered { operation: OPERATION, what: "the object breaks off" });
            }
            call::wait(attempt).await;
            attempt += 1;
        }
        Ok(None)
    }

    /// The next bytes; none if they do not come, and then they can be asked for anew.
    async fn next(&mut self) -> Result<Option<Bytes>, BucketError> {
        let mut body = match self.body.take() {
            Some(body) => body,
            None => open(self.bucket, &self.path, self.position, Some(&self.object.etag)).await?.into_body(),
        };
        while let Ok(Some(Ok(frame))) = tokio::time::timeout(PATIENCE, body.frame()).await {
            // What is no data are trailers, which say nothing that is wanted.
            if let Ok(chunk) = frame.into_data()
                && !chunk.is_empty()
            {
                self.body = Some(body);
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }
}

async fn open(bucket: &Bucket, path: &str, offset: u64, etag: Option<&str>) -> Result<Answer, BucketError> {
    let mut call = Call::new(OPERATION, "GET", path.to_owned());
    if offset > 0 {
        call = call.with("range", format!("bytes={offset}-"));
    }
    if let Some(etag) = etag {
        call = call.with("if-match", format!("\"{etag}\""));
    }
    bucket.call(&call).await
}
