//! What the clients of all AWS services have in common: TLS, patience, retries.

use std::{error::Error, fmt, time::Duration};

use aws_sdk_dynamodb::{
    config::{SharedHttpClient, retry::RetryConfig, timeout::TimeoutConfig},
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    operation::RequestId,
};
use aws_smithy_http_client::{
    Builder, Connector,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::HttpConnectorSettings;

use crate::StoreError;

/// Tries per call, the first included.
const ATTEMPTS: u32 = 5;
/// To connect. A healthy endpoint of the same region takes a few milliseconds.
const CONNECT: Duration = Duration::from_secs(1);
/// For one try; a hundred-item transaction takes well under a second.
const ATTEMPT: Duration = Duration::from_secs(2);
/// For the call with all its tries: below the function's own time-out, so that the caller still
/// gets an answer that says something.
const OPERATION: Duration = Duration::from_secs(8);

/// How long a call may take.
#[must_use]
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

/// How often a call is tried.
#[must_use]
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_secs(1))
}

/// The roots under which AWS endpoints stand: Amazon Trust Services and the Starfield root it was
/// bootstrapped from. A file of their own, because each function carries what it trusts: all of
/// Mozilla's roots take 130 KB, and finding these five among them was a seventh of a cold start.
const ROOTS: &str = include_str!("roots.pem");

/// A client that trusts the roots of AWS and reads no file of the operating system: its trust store is up
/// to half of a cold start.
///
/// # Errors
/// The TLS settings are refused.
pub fn https() -> Result<SharedHttpClient, StoreError> {
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls()?).build_https())
}

/// The same for a service whose requests are not made by the SDK.
///
/// # Errors
/// The TLS settings are refused.
pub fn connector() -> Result<Connector, StoreError> {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT).build();
    let builder = Connector::builder().connector_settings(settings);
    Ok(builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls()?).build())
}

fn tls() -> Result<TlsContext, StoreError> {
    let trusted = TrustStore::empty().with_pem_certificate(ROOTS);
    TlsContext::builder().with_trust_store(trusted).build().map_err(|error| StoreError::Setup(error.to_string()))
}

/// What can be logged of a call that failed: what a service says of a request may quote the data in it, so of a refusal
/// only the code and the service's request id are kept.
pub fn cause<E, R>(error: &SdkError<E, R>) -> String
where
    E: Error + ProvideErrorMetadata + RequestId + 'static,
    R: fmt::Debug,
{
    match error {
        SdkError::ServiceError(refusal) => {
            let refusal = refusal.err();
            let (code, request) = (refusal.code().unwrap_or("no code"), refusal.request_id().unwrap_or("unknown"));
            format!("{code} (AWS request {request})")
        }
        SdkError::ResponseError(_) => "the answer cannot be read".to_owned(),
        _ => DisplayErrorContext(error).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::ROOTS;

    /// The certificates of a PEM text, in order of their bytes.
    fn certificates(pem: &str) -> Vec<Vec<u8>> {
        let bodies = pem.split("-----BEGIN CERTIFICATE-----\n").skip(1);
        let mut certificates: Vec<_> = bodies
            .map(|body| body.split("-----END").next().unwrap().split_whitespace().collect::<String>())
            .map(|body| STANDARD.decode(body).unwrap())
            .collect();
        certificates.sort();
        certificates
    }

    #[test]
    fn the_roots_are_those_that_mozilla_trusts_today() {
        let is_aws = |certificate: &[u8]| {
            let mentions = |name: &[u8]| certificate.windows(name.len()).any(|window| window == name);
            mentions(b"Amazon Root CA") || mentions(b"Starfield Services Root")
        };
        let all = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|certificate| certificate.to_vec());
        let mut expected: Vec<_> = all.filter(|certificate| is_aws(certificate)).collect();
        expected.sort();
        assert_eq!(expected.len(), 5);
        assert_eq!(certificates(ROOTS), expected);
    }
}
