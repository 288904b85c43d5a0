//! Requests to manufacturers: few, small, and to hosts that an operator has named.

use std::{pin::Pin, sync::LazyLock, time::Duration};

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
use http_body_util::{BodyExt, Limited};
use oauth2::{
    AsyncHttpClient, HttpRequest as OauthRequest, HttpResponse,
    http::{Request, Response},
};

use crate::SignInError;

/// To connect, the TLS handshake included.
const CONNECT: Duration = Duration::from_secs(3);
/// For everything, from the look-up of the name to the last byte: so that a function of 20 seconds can ask twice.
const WHOLE: Duration = Duration::from_secs(8);
/// The most that is read of an answer, in bytes.
pub const MAX_ANSWER: usize = 64 * 1024;

/// A client that trusts Mozilla's roots, follows no redirect, keeps no connection, uses no proxy and is impatient. It
/// is the AWS SDK's own, so that a function has one of everything; its connections end with the request, for what a
/// frozen function keeps open is dead when it thaws.
#[derive(Debug)]
pub struct Http {
    connector: Connector,
    whole: Duration,
}

impl Http {
    /// The one of this process. It is made at its first use, which takes milliseconds: the roots are read.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Http> = LazyLock::new(|| Http::new(CONNECT, WHOLE));
        &SHARED
    }

    /// One with other limits: `connect` for the connection, `whole` for everything.
    #[must_use]
    pub fn new(connect: Duration, whole: Duration) -> Self {
        let roots = TrustStore::empty().with_pem_certificate(roots());
        let settings = HttpConnectorSettings::builder().connect_timeout(connect).build();
        let builder = Connector::builder()
            .connector_settings(settings)
            .pool_max_idle_per_host(0)
            .tls_provider(Provider::Rustls(CryptoMode::Ring));
        // Made of nothing but the store, it is never refused; without it, nothing would be trusted that should not be.
        let context = TlsContext::builder().with_trust_store(roots).build().unwrap_or_default();
        Self { connector: builder.tls_context(context).build(), whole }
    }

    /// Sends a request and reads the answer. One that says "not now" (408, 429, 5xx) counts as none.
    ///
    /// # Errors
    /// There is no answer in time, or it is a redirect, or larger than [`MAX_ANSWER`].
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<HttpResponse, SignInError> {
        let answered = tokio::time::timeout(self.whole, self.exchange(request));
        answered.await.unwrap_or(Err(SignInError::Unreachable { what: "no answer in time" }))
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<HttpResponse, SignInError> {
        let request = HttpRequest::try_from(request.map(SdkBody::from));
        let request = request.map_err(|_| SignInError::Unintelligible { what: "a header that is no text" })?;
        let answer = self.connector.call(request).await.map_err(|error| SignInError::Unreachable {
            what: if error.is_timeout() { "no connection in time" } else { "no connection" },
        })?;
        let status = answer.status();
        if status.is_server_error() || [408, 429].contains(&status.as_u16()) {
            return Err(SignInError::Unreachable { what: "it says so itself" });
        }
        if status.as_u16() / 100 == 3 {
            return Err(SignInError::Unintelligible { what: "a redirect" });
        }
        let answer = answer.try_into_http1x().map_err(|_| SignInError::Unintelligible { what: "no answer of HTTP" })?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                SignInError::Unintelligible { what: "a huge answer" }
            } else {
                SignInError::Unreachable { what: "the answer breaks off" }
            }
        })?;
        Ok(Response::from_parts(head, body.to_bytes().into()))
    }
}

/// A type of its own and no closure: of a closure's future the compiler cannot tell that it may be sent to another thread.
impl<'c> AsyncHttpClient<'c> for Http {
    type Error = SignInError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, SignInError>> + Send + 'c>>;

    fn call(&'c self, request: OauthRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Mozilla's roots, as the client takes them.
fn roots() -> String {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let pem = |root| format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(root));
    roots.map(pem).collect()
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::{CertificateDer, pem::PemObject};

    use super::*;

    /// As the client reads them: what it does not find in a text, it does not miss.
    #[test]
    fn every_root_is_trusted() {
        let pem = roots();
        let read: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect();
        assert!(read.len() > 100, "{}", read.len());
        assert!(read.iter().eq(webpki_root_certs::TLS_SERVER_ROOT_CERTS));
        // It panics at one that it cannot use.
        let _ = Http::shared();
    }
}
