//! Requests to servers of others: few, and small.
//!
//! The client is the AWS SDK's own, so that a function has one of everything. It trusts Mozilla's roots, follows no
//! redirect, uses no proxy and is impatient; its connections end with the request, for what a frozen function keeps open is
//! dead when it thaws.
//!
//! Whoever sends to addresses that callers have stated asks for [`Receivers::Public`]: then the addresses that a name leads
//! to are looked at as numbers, and the connection is made to those that were looked at, with no second look-up between.

mod resolver;

use std::{error::Error, net::IpAddr, time::Duration};

use aws_smithy_http_client::{
    Connector,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorSettings},
    orchestrator::HttpRequest,
};
use aws_smithy_types::body::SdkBody;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Request, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use wattbook_domain::webhook::{Receivers, is_public};

use resolver::{NotPublic, PublicOnly};

/// Why there is no answer. Nothing that the other side said is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The request cannot be written.
    #[error("a header that is no text")]
    Unwritable,
    /// The name leads to an address that nobody may be reached at from here.
    #[error("an address that is not on the internet")]
    NotPublic,
    /// No such name, nobody there, or no certificate that is trusted.
    #[error("no connection")]
    NoConnection,
    /// It took too long to connect.
    #[error("no connection in time")]
    ConnectTimeOut,
    /// It took too long.
    #[error("no answer in time")]
    TimeOut,
    /// What came is not HTTP.
    #[error("no answer of HTTP")]
    NotHttp,
    /// The answer is larger than what is read of one.
    #[error("a huge answer")]
    Huge,
    /// The connection ended within the answer.
    #[error("the answer breaks off")]
    BrokenOff,
}

/// A client.
#[derive(Debug)]
pub struct Client {
    connector: Connector,
    receivers: Receivers,
    whole: Duration,
}

impl Client {
    /// One that sends to these receivers, and waits up to `connect` for the connection, the TLS handshake included, and up
    /// to `whole` for everything, from the look-up of the name on. It takes milliseconds: the roots are read.
    #[must_use]
    pub fn new(receivers: Receivers, connect: Duration, whole: Duration) -> Self {
        let roots = TrustStore::empty().with_pem_certificate(roots());
        let settings = HttpConnectorSettings::builder().connect_timeout(connect).build();
        let builder = Connector::builder()
            .connector_settings(settings)
            .pool_max_idle_per_host(0)
            .tls_provider(Provider::Rustls(CryptoMode::Ring));
        // Made of nothing but the store, it is never refused; without it, nothing would be trusted that should not be.
        let context = TlsContext::builder().with_trust_store(roots).build().unwrap_or_default();
        let builder = builder.tls_context(context);
        let connector = match receivers {
            Receivers::Public => builder.build_with_resolver(PublicOnly),
            Receivers::Any => builder.build(),
        };
        Self { connector, receivers, whole }
    }

    /// Sends a request and reads the answer, whatever it says, if it has at most so many bytes.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn send(&self, request: Request<Vec<u8>>, most: usize) -> Result<Response<Vec<u8>>, CallError> {
        let whole = async {
            let (head, body) = self.head(request).await?.into_parts();
            let body = Limited::new(body, most)
                .collect()
                .await
                .map_err(|error| if error.is::<LengthLimitError>() { CallError::Huge } else { CallError::BrokenOff })?;
            Ok(Response::from_parts(head, body.to_bytes().into()))
        };
        tokio::time::timeout(self.whole, whole).await.unwrap_or(Err(CallError::TimeOut))
    }

    /// Sends a request and reads no more of the answer than its status.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn status(&self, request: Request<Vec<u8>>) -> Result<u16, CallError> {
        let answered = tokio::time::timeout(self.whole, self.head(request)).await;
        answered.unwrap_or(Err(CallError::TimeOut)).map(|answer| answer.status().as_u16())
    }

    async fn head(&self, request: Request<Vec<u8>>) -> Result<Response<SdkBody>, CallError> {
        // A number is not looked up.
        if self.receivers == Receivers::Public && number(&request).is_some_and(|number| !is_public(number)) {
            return Err(CallError::NotPublic);
        }
        let request = HttpRequest::try_from(request.map(SdkBody::from)).map_err(|_| CallError::Unwritable)?;
        let answer = self.connector.call(request).await.map_err(|error| {
            if is_caused_by_not_public(&error) {
                CallError::NotPublic
            } else if error.is_timeout() {
                CallError::ConnectTimeOut
            } else {
                CallError::NoConnection
            }
        })?;
        answer.try_into_http1x().map_err(|_| CallError::NotHttp)
    }
}

/// The host of a request, if that is a number.
fn number(request: &Request<Vec<u8>>) -> Option<IpAddr> {
    let host = request.uri().host()?;
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
}

fn is_caused_by_not_public(error: &(dyn Error + 'static)) -> bool {
    error.is::<NotPublic>() || error.source().is_some_and(is_caused_by_not_public)
}

/// Mozilla's roots, as the client takes them.
fn roots() -> String {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let pem = |root| format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(root));
    roots.map(pem).collect()
}

#[cfg(test)]
mod tests;
