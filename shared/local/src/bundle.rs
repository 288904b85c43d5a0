//! The bundle: gateway, functions and store, from start to stop.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use serde_json::Value;
use wattbook_store::Usage;

use crate::{
    authorizer::Authorizers,
    cors::Cors,
    data::{Data, DataDir},
    delivery::Deliveries,
    demo::{self, Demo},
    embedded::EmbeddedStore,
    error::{InvokeError, LocalError},
    event_bus::EventBus,
    functions::{FUNCTIONS, Functions},
    gateway::Gateway,
    objects::Objects,
    queues::Queues,
    routes::Routes,
    sample,
    schedules::Schedules,
    secrets,
    serving::{self, Serving},
    store_access::StoreAccess,
    streams::{self, Source, Streams},
    template::{self, Surroundings, Template},
};

/// How the bundle is to run. The default is what a test wants: a free port, and nothing left.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Where data is kept.
    pub data: DataDir,
    /// The store to use in place of the embedded one.
    pub store: Option<StoreAccess>,
    /// The address of this machine that the embedded store listens on; one that containers reach, if they are to use
    /// it.
    pub store_host: IpAddr,
    /// What the table is called.
    pub table: String,
    /// Values for the template's parameters, in place of their defaults.
    pub parameters: BTreeMap<String, String>,
    /// For how long the authorizer's results are kept, in place of what the template says.
    pub reauthorize_every: Option<Duration>,
    /// Whether published events are written to standard output, too, as lines of JSON.
    pub print_events: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            data: DataDir::InMemory,
            store: None,
            store_host: Ipv4Addr::LOCALHOST.into(),
            table: "wattbook".into(),
            parameters: BTreeMap::new(),
            reauthorize_every: None,
            print_events: false,
        }
    }
}

/// The whole bundle, running on this machine. If it is dropped instead of stopped it ends all the
/// same, but nobody waits for running requests.
pub struct Bundle {
    // In this order, so that dropping ends the callers before what they call.
    streams: Option<Streams>,
    schedules: Schedules,
    deliveries: Deliveries,
    serving: Serving,
    gateway: Arc<Gateway>,
    embedded: Option<EmbeddedStore>,
    data: Data,
    store: StoreAccess,
    table: String,
    secrets: BTreeMap<String, String>,
    uniqueness_scope: String,
    demo: Demo,
    port: u16,
}

impl Bundle {
    /// Starts everything. Requests are served once this returns.
    ///
    /// # Errors
    /// The port or the data directory is taken, the template cannot be honoured, the functions and
    /// the template do not match, or the store does not work.
    pub async fn start(options: Options) -> Result<Self, LocalError> {
        // First what most often fails, before anything is made.
        let (listener, port) = serving::listen(options.port).await?;
        let data = Data::open(&options.data)?;
        let (store, embedded) = store(&options, &data).await?;
        let surroundings = Surroundings {
            region: store.region.clone(),
            table_name: options.table.clone(),
            address: format!("http://127.0.0.1:{port}"),
            event_bus: EVENT_BUS.into(),
            parameters: options.parameters,
        };
        let template = Template::read(template::SOURCES, &surroundings)?;
        let routes = Routes::new(&template.functions)?;
        let secrets = secrets::load_or_generate(&template.secrets, &data.file("secrets.json"))?;
        let functions = Functions::start(&FUNCTIONS, &template, &secrets, &store, &surroundings.address)?;
        store.ensure_table(&template.table).await?;
        if embedded.is_some() {
            store.ensure_stream(&template.table.name).await?;
        }
        let (own, demo_file) = (store.connect(&options.table)?, data.file("demo.json"));
        let demo = demo::find_or_make(&functions, &demo_file);
        let (demo, ()) = tokio::try_join!(demo, sample::load_if_absent(&functions, &own))?;
        let cors = Cors::new(&template.parts);
        let authorizers = Authorizers::new(&template.authorizers, options.reauthorize_every, &store.region);
        let queues = Queues::open(template.queues.clone(), data.file(QUEUES_FILE), !data.is_temporary()).await?;
        let objects = Objects::open(template.buckets.clone(), data.file(OBJECTS_FOLDER), !data.is_temporary()).await?;
        let rules = template.rules.clone();
        let bus = EventBus::new(surroundings.event_bus.clone(), store.region.clone(), rules, options.print_events);
        let gateway = Arc::new(Gateway { functions, routes, authorizers, cors, queues, bus, objects, port });
        // First what they call.
        let serving = Serving::start(Arc::clone(&gateway), listener);
        let streams = streams(&template, embedded.is_some(), &data, &store, &gateway).await?;
        let schedules = Schedules::start(&template, data.file(SCHEDULES_FILE), &store.region, &gateway)?;
        let deliveries = Deliveries::start(&template, &store.region, &gateway);
        let table = options.table;
        let uniqueness_scope = template.functions.iter().find_map(|it| it.environment.get("UNIQUENESS_SCOPE")).cloned();
        let uniqueness_scope = uniqueness_scope.unwrap_or_default();
        Ok(Self {
            streams,
            schedules,
            deliveries,
            serving,
            gateway,
            embedded,
            data,
            store,
            table,
            secrets,
            uniqueness_scope,
            demo,
            port,
        })
    }

    /// Where requests go, as in `http://127.0.0.1:3000`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How the store is reached.
    #[must_use]
    pub fn store(&self) -> &StoreAccess {
        &self.store
    }

    /// The address of the store.
    #[must_use]
    pub fn store_endpoint(&self) -> &str {
        &self.store.endpoint
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// A secret of the template by its logical id, as Secrets Manager would answer it: with the signing
    /// keys one makes the token that a customer would find in an e-mail.
    #[must_use]
    pub fn secret(&self, logical_id: &str) -> Option<&str> {
        self.secrets.get(logical_id).map(String::as_str)
    }

    /// The URL of a queue by its logical id, in a part after the part's name and a dash.
    #[must_use]
    pub fn queue(&self, name: &str) -> Option<&str> {
        self.gateway.queues.by_url(name).map(|queue| queue.url.as_str())
    }

    /// The name of a bucket by its logical id.
    #[must_use]
    pub fn bucket(&self, logical_id: &str) -> Option<&str> {
        let name = template::bucket_name(logical_id);
        self.gateway.objects.bucket(&name).map(|bucket| bucket.name.as_str())
    }

    /// Within what values are unique, as functions find it in their environment.
    #[must_use]
    pub fn uniqueness_scope(&self) -> &str {
        &self.uniqueness_scope
    }

    /// The demo organisations and their credentials.
    #[must_use]
    pub fn demo(&self) -> &Demo {
        &self.demo
    }

    /// Invokes a function directly, by name or logical id, as `lambda:InvokeFunction` would.
    ///
    /// # Errors
    /// There is no such function, or it answered with an error.
    pub async fn invoke(&self, name: &str, event: &Value) -> Result<Value, InvokeError> {
        demo::invoke(&self.gateway.functions, name, event).await
    }

    /// The last events that the functions published, oldest first, as EventBridge would deliver them.
    #[must_use]
    pub fn published(&self) -> Vec<Value> {
        self.gateway.bus.published()
    }

    /// What a function has used of the store so far: round trips, capacity units, operations.
    #[must_use]
    pub fn usage(&self, name: &str) -> Usage {
        self.gateway.functions.usage(name)
    }

    /// Calls no more functions for what happened, takes no more requests, lets the running ones end, closes the store,
    /// and removes what was not to last.
    pub async fn stop(self) {
        // What the stream, the clock and the queues call may send to a queue, for which the gateway must be there.
        if let Some(streams) = self.streams {
            streams.stop().await;
        }
        tokio::join!(self.schedules.stop(), self.deliveries.stop());
        self.serving.stop().await;
        // The functions' connections to the store end with them.
        drop(self.gateway);
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
        self.data.close();
    }
}

/// What the event bus is called.
const EVENT_BUS: &str = "wattbook-events";
/// The file of the embedded store, in the data directory.
const STORE_FILE: &str = "store.sqlite";
/// The file of the queues, likewise.
const QUEUES_FILE: &str = "queues.sqlite";
/// The folder of the buckets' objects, likewise.
const OBJECTS_FOLDER: &str = "objects";
/// When schedules last called, likewise.
const SCHEDULES_FILE: &str = "schedules.json";

async fn store(options: &Options, data: &Data) -> Result<(StoreAccess, Option<EmbeddedStore>), LocalError> {
    if let Some(store) = &options.store {
        return Ok((store.clone(), None));
    }
    let embedded = EmbeddedStore::start(data.file(STORE_FILE), !data.is_temporary(), options.store_host).await?;
    Ok((StoreAccess::unsigned(embedded.endpoint()), Some(embedded)))
}

async fn streams(
    template: &Template,
    embedded: bool,
    data: &Data,
    store: &StoreAccess,
    gateway: &Arc<Gateway>,
) -> Result<Option<Streams>, LocalError> {
    if !embedded {
        let functions = streams::listening(template).join(", ");
        tracing::warn!(functions, "the stream of a store of its own is not read: these functions are not called");
        return Ok(None);
    }
    let source = Source {
        file: data.file(STORE_FILE),
        lasting: !data.is_temporary(),
        table: template.table.name.clone(),
        region: store.region.clone(),
    };
    Streams::start(template, source, gateway).await.map(Some)
}
