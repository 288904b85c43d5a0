//! What the clients of all AWS services have in common: TLS, patience, retries.

use std::{fmt::Write, time::Duration};

use aws_sdk_dynamodb::config::{SharedHttpClient, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use base64::{Engine, engine::general_purpose::STANDARD};

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

/// A client that trusts the roots under which AWS endpoints stand (Amazon Trust Services and the
/// Starfield root it was bootstrapped from) and reads no file to know them: the trust store of the
/// operating system is up to half of a cold start.
///
/// # Errors
/// The TLS settings are refused.
pub fn https() -> Result<SharedHttpClient, StoreError> {
    let mut roots = TrustStore::empty();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let mentions = |name: &[u8]| certificate.windows(name.len()).any(|window| window == name);
        if mentions(b"Amazon Root CA") || mentions(b"Starfield Services Root") {
            roots = roots.with_pem_certificate(pem(certificate));
        }
    }
    let tls =
        TlsContext::builder().with_trust_store(roots).build().map_err(|error| StoreError::Setup(error.to_string()))?;
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_https())
}

fn pem(der: &[u8]) -> Vec<u8> {
    let encoded = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in encoded.as_bytes().chunks(64) {
        let _ = writeln!(pem, "{}", String::from_utf8_lossy(line));
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem.into_bytes()
}
