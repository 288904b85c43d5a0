//! The connection to DynamoDB.

use std::sync::Arc;

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};

use crate::{
    StoreError, Usage, connection,
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
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(settings.region))
            .credentials_provider(credentials)
            .http_client(connection::https()?)
            .timeout_config(connection::timeouts())
            .retry_config(connection::retries())
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
