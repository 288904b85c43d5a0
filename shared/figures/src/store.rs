//! The store that the measured functions work on, and the environment they get.

/// Where the table is.
#[derive(Debug)]
pub(crate) struct Store {
    endpoint: String,
    table: String,
}

/// Why there is no store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// None was given.
    #[error("the functions need a table: give --store-endpoint and --table")]
    NotGiven,
}

impl Store {
    /// The table `given` by endpoint and name.
    ///
    /// # Errors
    /// There is none.
    #[allow(clippy::unused_async, reason = "starting an embedded store takes time")]
    pub(crate) async fn open(given: Option<(String, String)>) -> Result<Self, StoreError> {
        let (endpoint, table) = given.ok_or(StoreError::NotGiven)?;
        Ok(Self { endpoint, table })
    }

    /// The whole environment of the function `name`, but for the address of the Runtime API.
    pub(crate) fn environment(&self, name: &str) -> Vec<(String, String)> {
        let mut environment = lambda_environment(name);
        environment.extend(pairs([
            ("TABLE_NAME", &self.table),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.endpoint),
            ("UNIQUENESS_SCOPE", "platform"),
            ("SIGNING_KEYS", KEYS),
            ("HASH_KEYS", KEYS),
            ("LOG_LEVEL", "info"),
        ]));
        environment
    }
}

/// Keys as the template generates them. They guard nothing: what is measured is thrown away.
const KEYS: &str = r#"{"current":"k1","k1":"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01"}"#;

/// What Lambda itself puts into the environment of the function `name`.
pub(crate) fn lambda_environment(name: &str) -> Vec<(String, String)> {
    pairs([
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "measured"),
        ("AWS_SECRET_ACCESS_KEY", "measured"),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ])
    .collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> impl Iterator<Item = (String, String)> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter()
}
