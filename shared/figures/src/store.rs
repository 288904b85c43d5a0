//! The store that the measured functions work on, and the environment they get.

use std::{io, time::Duration};

use wattbook_local::{Bundle, LocalError, Options, StoreAccess};

use crate::relay::Relay;

/// Where the table is. The bundle has made it, and keeps the embedded store running.
pub(crate) struct Store {
    bundle: Bundle,
    relay: Relay,
}

/// Why there is no store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The bundle does not start.
    #[error("the local bundle, which has the store, does not start")]
    Bundle(#[from] LocalError),
    /// The address is not one that can be stood in front of.
    #[error("the store's address {0} is not of the form http://host:port")]
    Address(String),
    /// Nothing can be put in front of the store.
    #[error("the store's time cannot be measured")]
    Relay(#[from] io::Error),
}

impl Store {
    /// The table `given` by endpoint and name; else one of an embedded store, which is gone with
    /// this.
    ///
    /// # Errors
    /// It cannot be had.
    pub(crate) async fn open(given: Option<(String, String)>) -> Result<Self, StoreError> {
        let mut options = Options::default();
        if let Some((endpoint, table)) = given {
            options.store = Some(StoreAccess::unsigned(endpoint));
            options.table = table;
        }
        let bundle = Bundle::start(options).await?;
        let endpoint = bundle.store_endpoint();
        let authority = endpoint.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let authority = authority.ok_or_else(|| StoreError::Address(endpoint.to_owned()))?;
        let relay = Relay::start(authority.to_owned()).await?;
        Ok(Self { bundle, relay })
    }

    /// The bundle that has the store.
    pub(crate) fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// How long the functions have waited for the store since this was last asked.
    pub(crate) fn take_time(&self) -> Duration {
        self.relay.take()
    }

    /// Stops the store, and removes what an embedded one has kept.
    pub(crate) async fn close(self) {
        drop(self.relay);
        self.bundle.stop().await;
    }

    /// The whole environment of the function `name`, but for the address of the Runtime API.
    pub(crate) fn environment(&self, name: &str) -> Vec<(String, String)> {
        let endpoint = format!("http://{}", self.relay.address());
        let variables = [
            // What Lambda itself sets.
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "measured"),
            ("AWS_SECRET_ACCESS_KEY", "measured"),
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("_HANDLER", name),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            // What the template gives.
            ("API", "provisioning"),
            ("TABLE_NAME", self.bundle.table()),
            ("AWS_ENDPOINT_URL_DYNAMODB", &endpoint),
            ("UNIQUENESS_SCOPE", "platform"),
            ("SIGNING_KEYS", KEYS),
            ("HASH_KEYS", KEYS),
            ("CONNECTOR_KEYS", KEYS),
            // Not a bus in AWS: what is measured is the function.
            ("EVENT_BUS", "console"),
            ("LOG_LEVEL", "info"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }
}

/// Keys as the template generates them. They guard nothing: what is measured is thrown away.
const KEYS: &str = r#"{"current":"k1","k1":"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01"}"#;
