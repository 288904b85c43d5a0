//! Object storage: what is too large for an item or a message, as objects in one bucket.
//!
//! The requests are few and plain, so they are made here and signed with the crate that the AWS SDK signs its own with.
//! Turned down: the SDK's crate for S3 (several times the code of all this, in every function that uses it), and
//! `rusty-s3` (a second implementation of the signature, in the address, where it is written to logs).

mod call;
mod reading;
mod xml;

use aws_sdk_eventbridge::config::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use bytes::Bytes;
use lambda_http::http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use wattbook_store::{StoreError, connection};

use self::call::Call;
pub use self::reading::Reading;

/// The environment variable with the bucket's name.
pub const BUCKET: &str = "BUCKET";

/// The most objects on a page of a list: what S3 gives.
pub const LARGEST_PAGE: u32 = 1000;

/// How a bucket is reached.
pub struct BucketSettings {
    /// Its name.
    pub name: String,
    /// The AWS region.
    pub region: String,
    /// AWS credentials.
    pub credentials: Credentials,
    /// Another endpoint than the region's own: then the bucket is the first part of the path.
    pub endpoint: Option<String>,
}

/// A bucket. What is asked of it is tried up to four times in all, unless it is refused for what it is.
#[derive(Debug, Clone)]
pub struct Bucket {
    connector: SharedHttpConnector,
    /// The address of its objects, with a slash at the end.
    address: String,
    region: String,
    credentials: Credentials,
}

/// What is known of an object without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its size in bytes.
    pub size: u64,
    /// What differs when its content does, without quotes.
    pub etag: String,
}

/// An object as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// The rest.
    pub object: Object,
}

/// A page of a list, in the order of the keys' bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The objects.
    pub objects: Vec<Listed>,
    /// With what the next page is asked for; none if this is the last.
    pub next: Option<String>,
}

/// Why a bucket did not do what was asked. Never with a key or a content.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// There is no object of that key. Without `s3:ListBucket` S3 does not tell that from one that may not be had, and
    /// the error is `Refused` with `AccessDenied`.
    #[error("there is no such object")]
    Missing,
    /// The object is another one than when its reading began.
    #[error("the object was replaced while it was read")]
    Replaced,
    /// It has more bytes than the caller takes.
    #[error("the object is larger than {most} bytes")]
    TooLarge {
        /// How many bytes the caller takes.
        most: usize,
    },
    /// S3 refuses.
    #[error("{operation} failed: {code} (AWS request {request})")]
    Refused {
        /// What was asked of it.
        operation: &'static str,
        /// Its code, or the status if it gave none.
        code: String,
        /// Its id of the request.
        request: String,
    },
    /// There was no answer in time, or it broke off, or cannot be understood. It may have been done all the same.
    #[error("{operation} failed: {what}")]
    Unanswered {
        /// What was asked of it.
        operation: &'static str,
        /// What happened instead.
        what: &'static str,
    },
}

/// Why a bucket cannot be reached with its settings.
#[derive(Debug, thiserror::Error)]
pub enum BucketSettingsError {
    /// The endpoint is no address of HTTP.
    #[error("the endpoint of the bucket is not of the form http://host:port or https://host")]
    Endpoint,
    /// The TLS settings are refused.
    #[error("a connection cannot be set up")]
    Connection(#[from] StoreError),
}

/// What stands in an address for itself: as S3 signs a key.
const IN_KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// The same for a value of a query.
const IN_QUERY: &AsciiSet = &IN_KEY.add(b'/');

impl Bucket {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// The endpoint is no address, or the TLS settings are refused.
    pub fn connect(settings: BucketSettings) -> Result<Self, BucketSettingsError> {
        let BucketSettings { name, region, credentials, endpoint } = settings;
        let address = match endpoint {
            Some(endpoint) => format!("{}/{name}/", endpoint.trim_end_matches('/')),
            None => format!("https://{name}.s3.{region}.amazonaws.com/"),
        };
        // What signs a request counts on a host in its address.
        let is_address = |uri: Uri| uri.scheme().is_some() && uri.host().is_some_and(|host| !host.is_empty());
        if !address.parse().is_ok_and(is_address) {
            return Err(BucketSettingsError::Endpoint);
        }
        let connector = SharedHttpConnector::new(connection::connector()?);
        Ok(Self { connector, address, region, credentials })
    }

    /// Stores an object in place of what has its key, and gives its etag.
    ///
    /// # Errors
    /// It may not be stored.
    pub async fn put(
        &self,
        key: &str,
        content: impl Into<Bytes>,
        content_type: &'static str,
    ) -> Result<String, BucketError> {
        let call = Call::new("PutObject", "PUT", object(key)).with("content-type", content_type);
        let answer = self.call(&call.sending(content.into())).await?;
        answer.etag().ok_or_else(|| call::unintelligible("PutObject"))
    }

    /// An object's whole content, if it has no more than `most` bytes.
    ///
    /// # Errors
    /// There is none, it is larger, or it cannot be read.
    pub async fn get(&self, key: &str, most: usize) -> Result<Bytes, BucketError> {
        let mut reading = self.read(key, 0, None).await?;
        if usize::try_from(reading.object().size).unwrap_or(usize::MAX) > most {
            return Err(BucketError::TooLarge { most });
        }
        let mut content = Vec::new();
        while let Some(chunk) = reading.chunk().await? {
            content.extend_from_slice(&chunk);
        }
        Ok(content.into())
    }

    /// Begins to read an object from the byte `offset` on, with `etag` only if it is still that one.
    ///
    /// # Errors
    /// There is none, it is another one, or it cannot be read.
    pub async fn read(&self, key: &str, offset: u64, etag: Option<&str>) -> Result<Reading<'_>, BucketError> {
        Reading::begin(self, key, offset, etag).await
    }

    /// What is known of an object.
    ///
    /// # Errors
    /// There is none, or it cannot be asked for.
    pub async fn head(&self, key: &str) -> Result<Object, BucketError> {
        let answer = self.call(&Call::new("HeadObject", "HEAD", object(key))).await?;
        answer.whole().ok_or_else(|| call::unintelligible("HeadObject"))
    }

    /// Removes an object. That there is none is no error.
    ///
    /// # Errors
    /// It may be there still.
    pub async fn delete(&self, key: &str) -> Result<(), BucketError> {
        self.call(&Call::new("DeleteObject", "DELETE", object(key))).await?;
        Ok(())
    }

    /// A page of the objects whose keys begin with `prefix`: at most `most`, and no more than [`LARGEST_PAGE`]. `page`
    /// is the `next` of the page before, none for the first.
    ///
    /// # Errors
    /// They cannot be listed.
    pub async fn list(&self, prefix: &str, page: Option<&str>, most: u32) -> Result<Page, BucketError> {
        const OPERATION: &str = "ListObjectsV2";
        let query = |value| utf8_percent_encode(value, IN_QUERY);
        let page = page.map(|page| format!("&continuation-token={}", query(page))).unwrap_or_default();
        let path = format!("?encoding-type=url&list-type=2&max-keys={most}&prefix={}{page}", query(prefix));
        let answer = self.call(&Call::new(OPERATION, "GET", path)).await?;
        xml::page(&answer.text(OPERATION).await?).ok_or_else(|| call::unintelligible(OPERATION))
    }
}

/// The part of an address that is an object's.
fn object(key: &str) -> String {
    utf8_percent_encode(key, IN_KEY).to_string()
}

#[cfg(test)]
mod tests;
