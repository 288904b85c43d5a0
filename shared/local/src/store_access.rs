//! Where the store is, and the table in it.

use std::{error::Error, fmt, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::SdkError,
    types::{
        StreamSpecification, StreamViewType, TableDescription, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
    },
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use wattbook_store::{Store, StoreError, StoreSettings, UniquenessScope};

use crate::{error::LocalError, table_input, template::TableDefinition};

/// How the store is reached: an address, and what signs the requests to it.
#[derive(Clone)]
pub struct StoreAccess {
    /// Its address, as in `http://127.0.0.1:8000`.
    pub endpoint: String,
    /// The AWS region that requests are signed for.
    pub region: String,
    /// The access key's id.
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: String,
    /// The session's token, for temporary keys.
    pub session_token: Option<String>,
}

impl fmt::Debug for StoreAccess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoreAccess")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl StoreAccess {
    /// The store at `endpoint`, for a server that checks no signatures.
    #[must_use]
    pub fn unsigned(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            region: "eu-central-1".into(),
            access_key_id: "wattbook".into(),
            secret_access_key: "wattbook".into(),
            session_token: None,
        }
    }

    /// What the process environment names, in AWS's own variables; nothing unless
    /// `AWS_ENDPOINT_URL_DYNAMODB` is set. A region or key that is absent there is made up.
    #[must_use]
    pub fn of_process() -> Option<Self> {
        let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let mut access = Self::unsigned(variable("AWS_ENDPOINT_URL_DYNAMODB")?);
        if let Some(region) = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")) {
            access.region = region;
        }
        if let (Some(id), Some(secret)) = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
            access.access_key_id = id;
            access.secret_access_key = secret;
            access.session_token = variable("AWS_SESSION_TOKEN");
        }
        Some(access)
    }

    /// What a function finds in its environment in order to reach the store.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (String, String)> {
        [
            ("AWS_ENDPOINT_URL_DYNAMODB", Some(&self.endpoint)),
            ("AWS_REGION", Some(&self.region)),
            ("AWS_ACCESS_KEY_ID", Some(&self.access_key_id)),
            ("AWS_SECRET_ACCESS_KEY", Some(&self.secret_access_key)),
            ("AWS_SESSION_TOKEN", self.session_token.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.clone())))
    }

    /// A store of one's own, beside those of the functions.
    ///
    /// # Errors
    /// The connection is refused its settings; nothing is sent yet.
    pub fn connect(&self, table: &str) -> Result<Store, StoreError> {
        Store::connect(StoreSettings {
            table: table.to_owned(),
            scope: UniquenessScope::Platform,
            region: self.region.clone(),
            access_key_id: self.access_key_id.clone(),
            secret_access_key: self.secret_access_key.clone(),
            session_token: self.session_token.clone(),
            endpoint: Some(self.endpoint.clone()),
        })
    }

    fn client(&self) -> Client {
        let http = if self.endpoint.starts_with("https:") {
            Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
        } else {
            Builder::new().build_http()
        };
        let credentials = Credentials::new(
            &self.access_key_id,
            &self.secret_access_key,
            self.session_token.clone(),
            None,
            "wattbook-local",
        );
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .endpoint_url(&self.endpoint)
            .credentials_provider(credentials)
            .http_client(http)
            .build();
        Client::from_conf(config)
    }

    /// Makes the table if it is not there, and waits until it takes requests.
    ///
    /// # Errors
    /// The store cannot be reached or refuses, or has another table of that name.
    pub(crate) async fn ensure_table(&self, table: &TableDefinition) -> Result<(), LocalError> {
        let client = self.client();
        if self.describe(&client, &table.name).await?.is_none() {
            self.create(&client, table).await?;
        }
        let description = self.wait_until_active(&client, &table.name).await?;
        if let Some(difference) = table_input::difference(table, &description) {
            return Err(LocalError::OtherTable { table: table.name.clone(), difference });
        }
        // Asked for at each start: the start that made the table may have ended right after that.
        match &table.expires_by {
            Some(attribute) => self.expire_by(&client, &table.name, attribute).await,
            None => Ok(()),
        }
    }

    /// Switches the table's stream on, unless it is.
    ///
    /// # Errors
    /// The store cannot be reached or refuses.
    pub(crate) async fn ensure_stream(&self, table: &str) -> Result<(), LocalError> {
        let client = self.client();
        let description = self.describe(&client, table).await?;
        let stream = description.and_then(|description| description.stream_specification);
        if stream.is_some_and(|stream| stream.stream_enabled) {
            return Ok(());
        }
        let specification = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::NewAndOldImages)
            .build()
            .map_err(|error| self.refused("switch the stream on", error))?;
        let request = client.update_table().table_name(table).stream_specification(specification);
        request.send().await.map_err(|error| self.refused("switch the stream on", error))?;
        Ok(())
    }

    async fn describe(&self, client: &Client, table: &str) -> Result<Option<TableDescription>, LocalError> {
        match client.describe_table().table_name(table).send().await {
            Ok(output) => Ok(output.table),
            Err(SdkError::ServiceError(refusal)) if refusal.err().is_resource_not_found_exception() => Ok(None),
            Err(error) => Err(self.refused("describe its table", error)),
        }
    }

    async fn create(&self, client: &Client, table: &TableDefinition) -> Result<(), LocalError> {
        let input = table_input::create_table(table).map_err(|error| self.refused("create the table", error))?;
        match input.send_with(client).await {
            Ok(_) => Ok(()),
            // Somebody else made it in the meantime.
            Err(SdkError::ServiceError(refusal)) if refusal.err().is_resource_in_use_exception() => Ok(()),
            Err(error) => Err(self.refused("create the table", error)),
        }
    }

    async fn wait_until_active(&self, client: &Client, table: &str) -> Result<TableDescription, LocalError> {
        for _ in 0..120 {
            match self.describe(client, table).await? {
                Some(description) if description.table_status == Some(TableStatus::Active) => return Ok(description),
                _ => tokio::time::sleep(Duration::from_millis(500)).await,
            }
        }
        Err(self.refused("have the table ready within a minute", "it is still being made"))
    }

    async fn expire_by(&self, client: &Client, table: &str, attribute: &str) -> Result<(), LocalError> {
        let now = client.describe_time_to_live().table_name(table).send().await;
        let status = now
            .map_err(|error| self.refused("tell how items expire", error))?
            .time_to_live_description
            .and_then(|description| description.time_to_live_status);
        // Asking again for what is so already is an error.
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            return Ok(());
        }
        let specification = TimeToLiveSpecification::builder()
            .attribute_name(attribute)
            .enabled(true)
            .build()
            .map_err(|error| self.refused("expire items", error))?;
        client
            .update_time_to_live()
            .table_name(table)
            .time_to_live_specification(specification)
            .send()
            .await
            .map_err(|error| self.refused("expire items", error))?;
        Ok(())
    }

    fn refused(&self, action: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> LocalError {
        LocalError::Store { endpoint: self.endpoint.clone(), action, source: source.into() }
    }
}
