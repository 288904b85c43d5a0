//! What a test runs against: a bundle of its own, or, when the variable `WATTBOOK_DEPLOYED` names the file that
//! `.ci/deploy.py` writes, a stack that all tests share, where each has organisations of its own.

use std::{collections::BTreeMap, net::SocketAddr};

use reqwest::{Client, ClientBuilder, redirect::Policy};
use serde::Deserialize;
use serde_json::{Value, json};
use wattbook_api::InvocationError;
use wattbook_local::{
    Bundle, InvokeError, Options, StoreAccess,
    demo::{Credential, Demo, OPERATOR},
};
use wattbook_store::Usage;

use crate::schemas;

/// A bundle, or what stands for it.
pub(crate) enum Stack {
    Local(Box<Bundle>),
    Deployed(Box<Deployed>),
}

/// A stack in an AWS emulator.
pub(crate) struct Deployed {
    file: File,
    store: StoreAccess,
    demo: Demo,
    client: Client,
}

#[derive(Deserialize)]
struct File {
    endpoint: String,
    region: String,
    /// By output of the template.
    urls: BTreeMap<String, String>,
    table: String,
    bucket: String,
    /// What the functions are called there, by operation.
    functions: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
}

impl File {
    /// Each API answers under a host name of its own, all at the emulator's address.
    fn resolved(&self, builder: ClientBuilder) -> ClientBuilder {
        let address: SocketAddr = self.endpoint.strip_prefix("http://").unwrap().parse().unwrap();
        let hosts = self.urls.values().map(|url| url.strip_prefix("http://").unwrap().split_once(':').unwrap().0);
        hosts.fold(builder, |builder, host| builder.resolve(host, address))
    }
}

impl Stack {
    pub(crate) async fn start() -> (Self, Client) {
        let Ok(file) = std::env::var("WATTBOOK_DEPLOYED") else {
            return (Self::bundle(Options::default()).await, Client::new());
        };
        let deployed = Deployed::reach(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).await;
        let client = deployed.client.clone();
        (Self::Deployed(Box::new(deployed)), client)
    }

    /// A bundle, whatever is deployed.
    pub(crate) async fn bundle(options: Options) -> Self {
        assert!(std::env::var_os("WATTBOOK_DEPLOYED").is_none(), "{LOCAL_ONLY}");
        Self::Local(Box::new(Bundle::start(options).await.unwrap()))
    }

    /// A client that follows no redirect.
    pub(crate) fn unfollowing(&self) -> Client {
        let builder = Client::builder().redirect(Policy::none());
        match self {
            Self::Local(_) => builder,
            Self::Deployed(deployed) => deployed.file.resolved(builder),
        }
        .build()
        .unwrap()
    }

    pub(crate) fn is_deployed(&self) -> bool {
        matches!(self, Self::Deployed(_))
    }

    fn local(&self) -> &Bundle {
        match self {
            Self::Local(bundle) => bundle,
            Self::Deployed(_) => panic!("{LOCAL_ONLY}"),
        }
    }

    pub(crate) fn url(&self) -> String {
        self.local().url()
    }

    /// Where requests of this path go.
    pub(crate) fn url_of(&self, path: &str) -> String {
        match self {
            Self::Local(bundle) => format!("{}{path}", bundle.url()),
            Self::Deployed(deployed) => format!("{}{path}", deployed.api(path)),
        }
    }

    pub(crate) fn store(&self) -> &StoreAccess {
        match self {
            Self::Local(bundle) => bundle.store(),
            Self::Deployed(deployed) => &deployed.store,
        }
    }

    pub(crate) fn store_endpoint(&self) -> &str {
        self.local().store_endpoint()
    }

    pub(crate) fn table(&self) -> &str {
        match self {
            Self::Local(bundle) => bundle.table(),
            Self::Deployed(deployed) => &deployed.file.table,
        }
    }

    pub(crate) fn secret(&self, logical_id: &str) -> Option<&str> {
        match self {
            Self::Local(bundle) => bundle.secret(logical_id),
            Self::Deployed(deployed) => deployed.file.secrets.get(logical_id).map(String::as_str),
        }
    }

    pub(crate) fn demo(&self) -> &Demo {
        match self {
            Self::Local(bundle) => bundle.demo(),
            Self::Deployed(deployed) => &deployed.demo,
        }
    }

    pub(crate) async fn invoke(&self, name: &str, event: &Value) -> Result<Value, InvokeError> {
        match self {
            Self::Local(bundle) => bundle.invoke(name, event).await,
            Self::Deployed(deployed) => invoke(&deployed.client, &deployed.file, name, event).await,
        }
    }

    pub(crate) fn published(&self) -> Vec<Value> {
        schemas::checked(self.local().published())
    }

    /// The address of a queue.
    pub(crate) fn queue(&self, name: &str) -> String {
        self.local().queue(name).unwrap().to_owned()
    }

    /// The name of the bucket, and where it is reached.
    pub(crate) fn bucket(&self) -> (String, String) {
        match self {
            Self::Local(bundle) => (bundle.bucket("Bucket").unwrap().to_owned(), bundle.url()),
            Self::Deployed(deployed) => (deployed.file.bucket.clone(), deployed.file.endpoint.clone()),
        }
    }

    pub(crate) fn usage(&self, name: &str) -> Usage {
        self.local().usage(name)
    }

    pub(crate) async fn stop(self) {
        if let Self::Local(bundle) = self {
            bundle.stop().await;
        }
    }
}

const LOCAL_ONLY: &str = "this takes a bundle of its own: name the test in local-only.txt";

impl Deployed {
    async fn reach(file: File) -> Self {
        let client = file.resolved(Client::builder()).build().unwrap();
        let mut store = StoreAccess::unsigned(&file.endpoint);
        (store.access_key_id, store.secret_access_key) = ("test".into(), "test".into());
        store.region.clone_from(&file.region);
        let demo = demo(&client, &file).await;
        Self { file, store, demo, client }
    }

    /// The address of the API that a path is of.
    fn api(&self, path: &str) -> &str {
        let starts: [(&str, &[&str]); 4] = [
            ("AccountsUrl", &["/rest/", "/openapi/accounts"]),
            ("OnboardingUrl", &["/onboarding/", "/entities", "/collectives", "/offboarding/", "/openapi/onboarding"]),
            ("EventsUrl", &["/webhooks", "/imports", "/openapi/events"]),
            ("CustomersUrl", &["/api/", "/openapi/customers"]),
        ];
        // What is a folder is reached without its last stroke, too.
        let begins = |start: &&str| path.starts_with(*start) || path == start.trim_end_matches('/');
        let of = |starts: &[&str]| starts.iter().any(begins);
        let output = starts.into_iter().find(|(_, starts)| of(starts)).map_or("ProvisioningUrl", |(output, _)| output);
        self.file.urls.get(output).or_else(|| self.file.urls.get("ApiUrl")).unwrap()
    }
}

/// Organisations like those that the bundle starts with.
async fn demo(client: &Client, file: &File) -> Demo {
    let operate = async |event: Value| invoke(client, file, OPERATOR, &event).await.unwrap();
    let organisation = async |name: &str, partners: &[(&str, &str)]| {
        let created = operate(json!({"action": "create-organisation", "name": name})).await;
        let id = created["organisation_id"].as_str().unwrap().to_owned();
        for (code, service_type) in partners {
            operate(json!({
                "action": "put-label-partner", "organisation_id": id,
                "code": code, "name": code, "default_service_type": service_type,
            }))
            .await;
        }
        id
    };
    let credential = async |id: &str, access: Value| {
        let mut event = json!({"action": "issue-credential", "organisation_id": id});
        event.as_object_mut().unwrap().extend(access.as_object().unwrap().clone());
        serde_json::from_value::<Credential>(operate(event).await).unwrap()
    };
    let organisation_id =
        organisation("Demo Energy", &[("NORTH", "RT-HR-NILM-HW"), ("SOUTH", "BR-LR-NILM-noHW")]).await;
    let other_organisation_id = organisation("Other Energy", &[("EAST", "RT-HR-NILM-HW")]).await;
    Demo {
        admin: credential(&organisation_id, json!({"access": "admin"})).await,
        brand: credential(&organisation_id, json!({"access": "labelpartner", "label_partner": "NORTH"})).await,
        other: credential(&other_organisation_id, json!({"access": "admin"})).await,
        organisation_id,
        other_organisation_id,
    }
}

/// Lambda's own API, as the emulator's root user, whose signature it does not check.
async fn invoke(client: &Client, file: &File, name: &str, event: &Value) -> Result<Value, InvokeError> {
    let function = file.functions.get(name).ok_or_else(|| InvokeError::Unknown(name.to_owned()))?;
    let scope = format!("test/20260101/{}/lambda/aws4_request", file.region);
    let response = client
        .post(format!("{}/2015-03-31/functions/{function}/invocations", file.endpoint))
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"))
        .json(event)
        .send()
        .await
        .unwrap();
    assert!(response.status().is_success(), "{response:?}");
    let failed = response.headers().contains_key("x-amz-function-error");
    let answer: Value = response.json().await.unwrap();
    if failed {
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        return Err(InvocationError { code: text("errorType"), message: text("errorMessage") }.into());
    }
    Ok(answer)
}
