//! The connection to DynamoDB.

use std::{fmt::Write, sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig},
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    StoreError, Usage,
    retry::PassingCancellation,
    usage::{CountTransmissions, Counter},
};

/// Among whom a claimed value is unique. A parameter of the deployment; it is part of the claims'
/// keys, so it cannot be changed once there is data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniquenessScope {
    /// Across all organisations of the deployment.
    Platform,
    /// Within each organisation.
    Organisation,
}

/// How to reach the table. Everything is explicit: no profile, no metadata service, no default.
#[derive(Clone)]
pub struct StoreSettings {
    /// The table's name.
    pub table: String,
    /// Among whom values are unique.
    pub scope: UniquenessScope,
    /// The AWS region.
    pub region: String,
    /// AWS credentials.
    pub access_key_id: String,
    /// AWS credentials.
    pub secret_access_key: String,
    /// Of temporary credentials, such as a function's role.
    pub session_token: Option<String>,
    /// Another endpoint than the region's own.
    pub endpoint: Option<String>,
}

/// The store.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) table: String,
    pub(crate) scope: UniquenessScope,
    pub(crate) counter: Arc<Counter>,
}

/// Tries per call, the first included.
const ATTEMPTS: u32 = 5;
/// To connect. A healthy endpoint of the same region takes a few milliseconds.
const CONNECT: Duration = Duration::from_secs(1);
/// For one try; a hundred-item transaction takes well under a second.
const ATTEMPT: Duration = Duration::from_secs(2);
/// For the call with all its tries: below the function's own time-out, so that the caller still
/// gets an answer that says something.
const OPERATION: Duration = Duration::from_secs(8);

impl Store {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// The TLS settings are refused.
    pub fn connect(settings: StoreSettings) -> Result<Self, StoreError> {
        let counter = Arc::new(Counter::default());
        let credentials = Credentials::new(
            settings.access_key_id,
            settings.secret_access_key,
            settings.session_token,
            None,
            "function environment",
        );
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(Duration::from_millis(50))
            .with_max_backoff(Duration::from_secs(1));
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(settings.region))
            .credentials_provider(credentials)
            .http_client(http_client()?)
            .timeout_config(timeouts)
            .retry_config(retries)
            .retry_classifier(PassingCancellation)
            .interceptor(CountTransmissions(Arc::clone(&counter)));
        if let Some(endpoint) = settings.endpoint {
            config = config.endpoint_url(endpoint);
        }
        let client = Client::from_conf(config.build());
        Ok(Self { client, table: settings.table, scope: settings.scope, counter })
    }

    /// What this store has used so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.counter.read()
    }
}

/// A client that trusts the roots under which AWS endpoints stand (Amazon Trust Services and the
/// Starfield root it was bootstrapped from) and reads no file to know them: the trust store of the
/// operating system is up to half of a cold start.
fn http_client() -> Result<aws_sdk_dynamodb::config::SharedHttpClient, StoreError> {
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
