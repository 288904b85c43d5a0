//! What functions share with the world outside: settings, the store, the keys.

use std::collections::HashMap;

use aws_sdk_eventbridge::config::Credentials;
use wattbook_domain::webhook::Receivers;
use wattbook_store::{Store, StoreSettings, UniquenessScope, Usage};

use crate::{
    bucket::{BUCKET, Bucket, BucketSettings, BucketSettingsError},
    bus::{Bus, BusSettings},
    delivery::Patience,
    queue::{CONNECT_QUEUE, DELIVERIES, IMPORT_LINES, IMPORT_QUEUE, Queue, QueueSettings},
    secret::{KeyRing, KeyRingError},
};

/// Settings by name. In Lambda the process environment; in the local bundle what the template
/// gives the function.
#[derive(Debug, Clone, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars().collect()
    }

    /// The value of `name`; an empty one counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// It is absent.
    pub fn required(&self, name: &'static str) -> Result<&str, StartError> {
        self.get(name).ok_or(StartError::Missing(name))
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(settings: I) -> Self {
        Self(settings.into_iter().collect())
    }
}

/// Something outside that a function needs.
#[derive(Debug, Clone, Copy)]
pub enum Resource {
    /// The DynamoDB table.
    Table,
    /// The keys that sign bearer tokens.
    SigningKeys,
    /// The keys under which app keys are hashed.
    HashKeys,
    /// Where the APIs are reached, if that is not at their own addresses.
    PublicUrl,
    /// The keys that seal what opens the other side of a connection: the settings of sign-ins, codes, tokens.
    ConnectorKeys,
    /// Which receivers webhooks may have.
    Receivers,
    /// How often a delivery is tried.
    Patience,
    /// The name of the API whose part the function is deployed in, for one that several parts have.
    Api,
    /// The event bus, with what connects to it: only a function that names it here carries the
    /// client's code. See [`Resource::EVENT_BUS`].
    EventBus(fn(&Environment) -> Result<Bus, StartError>),
    /// A queue to send to, by the environment variable with its URL, with what connects to it. See
    /// [`Resource::CONNECT_QUEUE`].
    Queue(&'static str, fn(&'static str, &Environment) -> Result<Queue, StartError>),
    /// The bucket, with what connects to it. See [`Resource::BUCKET`].
    Bucket(fn(&Environment) -> Result<Bucket, StartError>),
}

impl Resource {
    /// The event bus.
    pub const EVENT_BUS: Self = Self::EventBus(bus);
    /// The bucket.
    pub const BUCKET: Self = Self::Bucket(bucket);
    /// The queue of what is to be connected.
    pub const CONNECT_QUEUE: Self = Self::Queue(CONNECT_QUEUE, queue);
    /// The queue of the import jobs that are to be split.
    pub const IMPORT_QUEUE: Self = Self::Queue(IMPORT_QUEUE, queue);
    /// The FIFO queue of the lines that are to be imported.
    pub const IMPORT_LINES: Self = Self::Queue(IMPORT_LINES, queue);
    /// The FIFO queue of what is to be delivered to webhooks.
    pub const DELIVERIES: Self = Self::Queue(DELIVERIES, queue);
}

const S3_ENDPOINT: &str = "AWS_ENDPOINT_URL_S3";

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is absent.
    #[error("the environment variable {0} is not set; template.yaml lists what each function needs")]
    Missing(&'static str),
    /// A setting has a value that is not understood.
    #[error("the environment variable {name} is not understood: {reason}")]
    Unusable {
        /// Its name.
        name: &'static str,
        /// What is wrong with it. Never its value.
        reason: String,
    },
    /// Keys are not usable.
    #[error("the environment variable {name} holds no usable keys")]
    Keys {
        /// Its name.
        name: &'static str,
        /// What is wrong with them.
        #[source]
        source: KeyRingError,
    },
    /// The connection to the store, the bus, a queue or the bucket cannot be set up.
    #[error("a connection cannot be set up")]
    Connection(#[from] wattbook_store::StoreError),
}

/// What a running function has at hand: what it declared in `uses`, and nothing else.
#[derive(Debug, Default)]
pub struct Services {
    store: Option<Store>,
    signing_keys: Option<KeyRing>,
    hash_keys: Option<KeyRing>,
    connector_keys: Option<KeyRing>,
    api: Option<String>,
    public_url: Option<String>,
    receivers: Option<Receivers>,
    patience: Option<Patience>,
    bus: Option<Bus>,
    queues: Vec<(&'static str, Queue)>,
    bucket: Option<Bucket>,
}

/// A handler reached for something that its function does not declare.
#[derive(Debug, thiserror::Error)]
#[error("the function does not declare that it uses {0}")]
pub struct Undeclared(&'static str);

impl Services {
    /// Prepares `uses` from `environment`.
    ///
    /// # Errors
    /// A setting is missing or unusable.
    pub fn start(uses: &[Resource], environment: &Environment) -> Result<Self, StartError> {
        let mut services = Self::default();
        for resource in uses {
            match resource {
                Resource::Table => services.store = Some(store(environment)?),
                Resource::SigningKeys => services.signing_keys = Some(keys("SIGNING_KEYS", environment)?),
                Resource::PublicUrl => services.public_url = environment.get("PUBLIC_URL").map(str::to_owned),
                Resource::Api => services.api = Some(environment.required("API")?.to_owned()),
                Resource::Receivers => services.receivers = Some(receivers(environment)?),
                Resource::Patience => services.patience = Some(patience(environment)?),
                Resource::HashKeys => services.hash_keys = Some(keys("HASH_KEYS", environment)?),
                Resource::ConnectorKeys => services.connector_keys = Some(keys("CONNECTOR_KEYS", environment)?),
                Resource::EventBus(connect) => services.bus = Some(connect(environment)?),
                Resource::Queue(name, connect) => services.queues.push((name, connect(name, environment)?)),
                Resource::Bucket(connect) => services.bucket = Some(connect(environment)?),
            }
        }
        Ok(services)
    }

    /// The store.
    ///
    /// # Errors
    /// The function does not declare [`Resource::Table`].
    pub fn store(&self) -> Result<&Store, Undeclared> {
        self.store.as_ref().ok_or(Undeclared("Table"))
    }

    /// What the store has been used for so far; nothing if the function declares none.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.store.as_ref().map(Store::usage).unwrap_or_default()
    }

    /// The keys that sign bearer tokens.
    ///
    /// # Errors
    /// The function does not declare [`Resource::SigningKeys`].
    pub fn signing_keys(&self) -> Result<&KeyRing, Undeclared> {
        self.signing_keys.as_ref().ok_or(Undeclared("SigningKeys"))
    }

    /// The keys under which app keys are hashed.
    ///
    /// # Errors
    /// The function does not declare [`Resource::HashKeys`].
    pub fn hash_keys(&self) -> Result<&KeyRing, Undeclared> {
        self.hash_keys.as_ref().ok_or(Undeclared("HashKeys"))
    }

    /// Where the APIs are reached, if that was set.
    #[must_use]
    pub fn public_url(&self) -> Option<&str> {
        self.public_url.as_deref()
    }

    /// The keys that seal what opens the other side of a connection.
    ///
    /// # Errors
    /// The function does not declare [`Resource::ConnectorKeys`].
    pub fn connector_keys(&self) -> Result<&KeyRing, Undeclared> {
        self.connector_keys.as_ref().ok_or(Undeclared("ConnectorKeys"))
    }

    /// Which receivers webhooks may have.
    ///
    /// # Errors
    /// The function does not declare [`Resource::Receivers`].
    pub fn receivers(&self) -> Result<Receivers, Undeclared> {
        self.receivers.ok_or(Undeclared("Receivers"))
    }

    /// How often a delivery is tried.
    ///
    /// # Errors
    /// The function does not declare [`Resource::Patience`].
    pub fn patience(&self) -> Result<&Patience, Undeclared> {
        self.patience.as_ref().ok_or(Undeclared("Patience"))
    }

    /// The name of the API whose part this is, such as `accounts`.
    ///
    /// # Errors
    /// The function does not declare [`Resource::Api`].
    pub fn api(&self) -> Result<&str, Undeclared> {
        self.api.as_deref().ok_or(Undeclared("Api"))
    }

    /// The event bus.
    ///
    /// # Errors
    /// The function does not declare [`Resource::EVENT_BUS`].
    pub fn bus(&self) -> Result<&Bus, Undeclared> {
        self.bus.as_ref().ok_or(Undeclared("EVENT_BUS"))
    }

    /// The bucket.
    ///
    /// # Errors
    /// The function does not declare [`Resource::BUCKET`].
    pub fn bucket(&self) -> Result<&Bucket, Undeclared> {
        self.bucket.as_ref().ok_or(Undeclared("BUCKET"))
    }

    /// The queue whose URL is in the environment variable `name`, such as [`CONNECT_QUEUE`].
    ///
    /// # Errors
    /// The function does not declare that queue.
    pub fn queue(&self, name: &'static str) -> Result<&Queue, Undeclared> {
        let found = self.queues.iter().find(|(declared, _)| *declared == name);
        found.map(|(_, queue)| queue).ok_or(Undeclared(name))
    }
}

fn keys(name: &'static str, environment: &Environment) -> Result<KeyRing, StartError> {
    KeyRing::parse(environment.required(name)?).map_err(|source| StartError::Keys { name, source })
}

fn receivers(environment: &Environment) -> Result<Receivers, StartError> {
    let name = "WEBHOOK_RECEIVERS";
    match environment.required(name)? {
        "public" => Ok(Receivers::Public),
        "any" => Ok(Receivers::Any),
        _ => Err(StartError::Unusable { name, reason: "it is neither `public` nor `any`".into() }),
    }
}

fn patience(environment: &Environment) -> Result<Patience, StartError> {
    let reason = |of: &str| format!("it is no {of} from 1 on");
    let unusable = |name, of| StartError::Unusable { name, reason: reason(of) };
    let (pauses, give_up) = ("WEBHOOK_PAUSES", "WEBHOOK_GIVE_UP_AFTER");
    let read = |raw: &str| raw.trim().parse().ok().filter(|seconds| *seconds > 0);
    let list: Option<Vec<u32>> = environment.required(pauses)?.split(',').map(read).collect();
    Ok(Patience {
        pauses: list.ok_or_else(|| unusable(pauses, "list of seconds"))?,
        give_up_after: read(environment.required(give_up)?).ok_or_else(|| unusable(give_up, "number of seconds"))?,
    })
}

/// The store is built from explicit settings alone: no profile, no instance metadata, no default
/// region. A function without them stops here instead of reaching an account by accident.
fn store(environment: &Environment) -> Result<Store, StartError> {
    let scope = match environment.get("UNIQUENESS_SCOPE") {
        None | Some("platform") => UniquenessScope::Platform,
        Some("organisation") => UniquenessScope::Organisation,
        Some(_) => {
            return Err(StartError::Unusable {
                name: "UNIQUENESS_SCOPE",
                reason: "it is neither `platform` nor `organisation`".into(),
            });
        }
    };
    Ok(Store::connect(StoreSettings {
        table: environment.required("TABLE_NAME")?.to_owned(),
        scope,
        region: environment.required("AWS_REGION")?.to_owned(),
        access_key_id: environment.required("AWS_ACCESS_KEY_ID")?.to_owned(),
        secret_access_key: environment.required("AWS_SECRET_ACCESS_KEY")?.to_owned(),
        session_token: environment.get("AWS_SESSION_TOKEN").map(str::to_owned),
        endpoint: environment.get("AWS_ENDPOINT_URL_DYNAMODB").map(str::to_owned),
    })?)
}

/// The bus that `EVENT_BUS` names; `console` stands for standard output. An absent one stops the start, so that no event
/// is lost to a forgotten setting.
fn bus(environment: &Environment) -> Result<Bus, StartError> {
    Ok(match environment.required("EVENT_BUS")? {
        "console" => Bus::Console,
        name => Bus::event_bridge(BusSettings {
            name: name.to_owned(),
            region: environment.required("AWS_REGION")?.to_owned(),
            credentials: credentials(environment)?,
            endpoint: environment.get("AWS_ENDPOINT_URL_EVENTBRIDGE").map(str::to_owned),
        })?,
    })
}

fn queue(name: &'static str, environment: &Environment) -> Result<Queue, StartError> {
    Ok(Queue::connect(QueueSettings {
        url: environment.required(name)?.to_owned(),
        region: environment.required("AWS_REGION")?.to_owned(),
        credentials: credentials(environment)?,
        endpoint: environment.get("AWS_ENDPOINT_URL_SQS").map(str::to_owned),
    })?)
}

fn bucket(environment: &Environment) -> Result<Bucket, StartError> {
    let connected = Bucket::connect(BucketSettings {
        name: environment.required(BUCKET)?.to_owned(),
        region: environment.required("AWS_REGION")?.to_owned(),
        credentials: credentials(environment)?,
        endpoint: environment.get(S3_ENDPOINT).map(str::to_owned),
    });
    connected.map_err(|error| match error {
        BucketSettingsError::Endpoint => StartError::Unusable { name: S3_ENDPOINT, reason: error.to_string() },
        BucketSettingsError::Connection(error) => error.into(),
    })
}

fn credentials(environment: &Environment) -> Result<Credentials, StartError> {
    Ok(Credentials::new(
        environment.required("AWS_ACCESS_KEY_ID")?,
        environment.required("AWS_SECRET_ACCESS_KEY")?,
        environment.get("AWS_SESSION_TOKEN").map(str::to_owned),
        None,
        "function environment",
    ))
}
