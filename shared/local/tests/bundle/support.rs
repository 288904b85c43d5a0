//! What the tests share: a running bundle, requests to it, and a look into its table.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};
use wattbook_domain::{Account, Actor};
use wattbook_local::{Options, demo::Credential};
use wattbook_store::{Store, StoreSettings, UniquenessScope, keys};

use crate::stack::Stack;

/// An item of the table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Who writes what a test writes into the table itself.
pub(crate) const BY: &Actor = &Actor::Schedule;

/// When what follows from a write has followed at the latest, however much a machine has to do.
const LATEST: Duration = Duration::from_mins(1);

/// A bundle, or what stands for it, with a client.
pub(crate) struct Running {
    pub(crate) bundle: Stack,
    pub(crate) client: reqwest::Client,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Code and path (or parameter) of every listed fault, in whichever form the dialect lists them.
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let text = |entry: &Value, name: &str| entry[name].as_str().map(str::to_owned);
        let entry = |entry: &Value| {
            let place = text(entry, "path").or_else(|| text(entry, "parameter").map(|name| format!("?{name}")));
            (text(entry, "code").unwrap(), place.or_else(|| text(entry, "propertyName")).unwrap_or_default())
        };
        let answer = self.json();
        let list = if answer["type"] == "Error" { &answer["results"] } else { &answer["errors"] };
        list.as_array().map(|errors| errors.iter().map(entry).collect()).unwrap_or_default()
    }

    /// The listed faults as text, for comparing.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.errors().into_iter().map(|(code, place)| format!("{code} {place}")).collect()
    }
}

impl Running {
    pub(crate) async fn start() -> Self {
        let (bundle, client) = Stack::start().await;
        Self { bundle, client }
    }

    pub(crate) async fn start_with(options: Options) -> Self {
        let bundle = Stack::bundle(options).await;
        Self { bundle, client: reqwest::Client::new() }
    }

    pub(crate) fn admin(&self) -> &Credential {
        &self.bundle.demo().admin
    }

    pub(crate) fn brand(&self) -> &Credential {
        &self.bundle.demo().brand
    }

    pub(crate) fn other(&self) -> &Credential {
        &self.bundle.demo().other
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.bundle.url_of(path))
    }

    pub(crate) async fn get(&self, credential: &Credential, path: &str) -> Answered {
        send(self.request(Method::GET, path).basic_auth(&credential.app_id, Some(&credential.app_key))).await
    }

    pub(crate) fn post(&self, credential: &Credential, path: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path).basic_auth(&credential.app_id, Some(&credential.app_key)).json(body)
    }

    pub(crate) async fn provision(&self, credential: &Credential, body: &Value) -> Answered {
        send(self.post(credential, "/account", body)).await
    }

    /// Sends a change of an account, with a body if there is one.
    pub(crate) async fn change(
        &self,
        method: Method,
        credential: &Credential,
        path: &str,
        body: Option<Value>,
    ) -> Answered {
        let request = self.request(method, path).basic_auth(&credential.app_id, Some(&credential.app_key));
        send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// Provisions a body that must be taken, and gives the account's id.
    pub(crate) async fn provisioned(&self, credential: &Credential, body: &Value) -> String {
        let answer = self.provision(credential, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["account_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn operate(&self, event: Value) -> Value {
        self.bundle.invoke("administer-organisations", &event).await.unwrap()
    }

    /// A client of the table, past the functions.
    pub(crate) fn table_client(&self) -> aws_sdk_dynamodb::Client {
        let access = self.bundle.store();
        let credentials = aws_sdk_dynamodb::config::Credentials::new("test", "test", None, None, "test");
        let tls = aws_smithy_http_client::tls::Provider::Rustls(
            aws_smithy_http_client::tls::rustls_provider::CryptoMode::Ring,
        );
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::v2026_01_12())
            .region(aws_sdk_dynamodb::config::Region::new(access.region.clone()))
            .credentials_provider(credentials)
            .http_client(aws_smithy_http_client::Builder::new().tls_provider(tls).build_https())
            .endpoint_url(&access.endpoint)
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }

    /// The store as the functions have it, past the functions.
    pub(crate) fn store(&self) -> Store {
        let access = self.bundle.store().clone();
        let settings = StoreSettings {
            table: self.bundle.table().to_owned(),
            scope: self.scope(),
            region: access.region,
            access_key_id: access.access_key_id,
            secret_access_key: access.secret_access_key,
            session_token: access.session_token,
            endpoint: Some(access.endpoint),
        };
        Store::connect(settings).unwrap()
    }

    /// Within what values are unique.
    pub(crate) fn scope(&self) -> UniquenessScope {
        if self.bundle.is_deployed() { UniquenessScope::Organisation } else { UniquenessScope::Platform }
    }

    /// Every item of the table; where others use it, too, those of this test's organisations.
    pub(crate) async fn scan(&self) -> Vec<Item> {
        let (client, demo) = (self.table_client(), self.bundle.demo());
        let mut scan = client.scan().table_name(self.bundle.table());
        if self.bundle.is_deployed() {
            scan = scan
                .filter_expression("contains(pk, :own) OR contains(pk, :other)")
                .expression_attribute_values(":own", AttributeValue::S(demo.organisation_id.clone()))
                .expression_attribute_values(":other", AttributeValue::S(demo.other_organisation_id.clone()));
        }
        let mut pages = scan.into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            items.push(item.unwrap());
        }
        items
    }

    /// How many items the table has, without what follows from them a moment later, and stays when they are gone: the
    /// counters, what is told of changes, and the marks of what is erased.
    pub(crate) async fn uncounted(&self) -> usize {
        self.scan().await.iter().filter(|item| !follows(item)).count()
    }

    /// Waits until no item has this in it, in any case: what tells of somebody in the change log goes within moments.
    pub(crate) async fn forgotten(&self, word: &str) {
        let begun = Instant::now();
        while begun.elapsed() < LATEST {
            if !format!("{:?}", self.scan().await).to_lowercase().contains(&word.to_lowercase()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{word} is still told of");
    }

    /// The accounts in the table, after checking that the claims are exactly the values they hold, and that
    /// the counters have counted them.
    pub(crate) async fn consistent_accounts(&self) -> Vec<Account> {
        self.consistent_accounts_in(self.scope()).await
    }

    pub(crate) async fn consistent_accounts_in(&self, scope: UniquenessScope) -> Vec<Account> {
        // They are counted within moments.
        let begun = Instant::now();
        while begun.elapsed() < LATEST {
            let (accounts, counted, there) = self.counted_accounts(scope).await;
            if counted == there {
                return accounts;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let (accounts, counted, there) = self.counted_accounts(scope).await;
        assert_eq!(counted, there, "counters and accounts disagree");
        accounts
    }

    /// The accounts, what the counters say, and what they should say.
    async fn counted_accounts(&self, scope: UniquenessScope) -> (Vec<Account>, Counts, Counts) {
        let (mut accounts, mut held, mut claimed) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let (mut counted, mut there) = (Counts::new(), Counts::new());
        for item in self.scan().await {
            if text(&item, "sk").starts_with("COUNT#") {
                let numbers = item.iter().filter(|(list, _)| *list != "changes");
                for (list, number) in numbers.filter_map(|(list, number)| Some((list, number.as_n().ok()?))) {
                    *counted.entry((text(&item, "pk"), list.clone())).or_default() += number.parse::<i64>().unwrap();
                }
            } else if text(&item, "sk") == "CLAIM" && !item.contains_key("onboarding_id") {
                claimed.insert((text(&item, "pk"), text(&item, "account_id")));
            } else if let Some(account) = item.get("account") {
                let account: Account = serde_dynamo::from_attribute_value(account.clone()).unwrap();
                for claim in account.claims() {
                    let key = keys::claim(scope, account.organisation, &claim);
                    assert!(held.insert((key.pk, account.id.to_string())), "{claim:?} is held twice");
                }
                for brand in [None, account.label_partner.as_ref()]
                    .into_iter()
                    .take(1 + usize::from(account.label_partner.is_some()))
                {
                    let list = keys::list_name(account.is_deleted(), brand);
                    *there.entry((keys::counters(account.organisation), list)).or_default() += 1;
                }
                accounts.push(account);
            }
        }
        assert_eq!(claimed, held, "claims and accounts disagree");
        counted.retain(|_, number| *number != 0);
        (accounts, counted, there)
    }
}

/// Numbers of accounts, by counter and list.
type Counts = BTreeMap<(String, String), i64>;

/// Whether an item is there because the stream has told of another one.
pub(crate) fn follows(item: &Item) -> bool {
    let sk = text(item, "sk");
    sk.starts_with("COUNT#") || sk.starts_with("CHANGE#") || sk == "ERASED"
}

pub(crate) fn text(item: &Item, name: &str) -> String {
    item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}

pub(crate) async fn send(request: RequestBuilder) -> Answered {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let answered = Answered { status, headers, text: response.text().await.unwrap() };
    codes_are_in_the_contract(&answered);
    answered
}

/// Sends all of them before any is answered.
pub(crate) async fn at_once(requests: impl IntoIterator<Item = RequestBuilder>) -> Vec<Answered> {
    let sent: Vec<_> = requests.into_iter().map(|request| tokio::spawn(send(request))).collect();
    let mut answers = Vec::new();
    for answer in sent {
        answers.push(answer.await.unwrap());
    }
    answers
}

/// Every failure that any test is answered with is one that the contracts tell of.
fn codes_are_in_the_contract(answered: &Answered) {
    static KNOWN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let documents = [
            wattbook_accounts::contract::CHECKED_IN,
            wattbook_customers::contract::CHECKED_IN,
            wattbook_onboarding::contract::CHECKED_IN,
            wattbook_events::contract::CHECKED_IN,
            wattbook_provisioning::contract::CHECKED_IN,
        ];
        let documents = documents.map(|text| serde_json::from_str::<Value>(text).unwrap());
        let codes = |document: &Value, name: &str| {
            let codes = document["components"]["schemas"][name]["anyOf"][0]["enum"].as_array().cloned();
            codes.unwrap_or_default().into_iter().map(|code| code.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let names = ["ProblemCode", "FaultCode", "ErrorCode", "ResponseCode", "ResponseErrorCode"];
        documents.iter().flat_map(|document| names.iter().flat_map(|name| codes(document, name))).collect()
    });
    let Ok(body) = serde_json::from_str::<Value>(&answered.text) else { return };
    if answered.status >= 400 {
        let status = &body["ResponseStatus"];
        let lists = [&body["errors"], &body["results"], &status["Errors"]];
        let entries = lists.into_iter().filter_map(Value::as_array).flatten().chain([&body, status]);
        for code in entries.filter_map(|it| it["code"].as_str().or(it["ErrorCode"].as_str()).map(str::to_owned)) {
            assert!(KNOWN.contains(&code), "the contract does not know the code {code}: {answered:?}");
        }
    }
}

/// The day that many days from today: the same for a whole run, also at midnight.
pub(crate) fn day(days: i64) -> String {
    static TODAY: LazyLock<jiff::civil::Date> =
        LazyLock::new(|| jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date());
    TODAY.saturating_add(jiff::ToSpan::days(days)).to_string()
}

/// A body whose four unique values are made of `seed`.
pub(crate) fn body(seed: impl std::fmt::Display) -> Value {
    json!({
        "labelpartner": "NORTH",
        "customer_info": {
            "external_account_id": format!("account-{seed}"),
            "email": format!("jo-{seed}@example.com"),
            "contact_info": {"firstname": "John", "lastname": "Doe"},
        },
        "installation_info": [{
            "external_installation_id": format!("installation-{seed}"),
            "service_information": {"service_type": "BR-LR-NILM-noHW"},
            "meters": [{
                "external_meter_id": format!("meter-{seed}"),
                "meter_input_method": "IMPORT",
                "meter_energy_type": "GAS",
            }],
        }],
    })
}

/// The paths of the four unique values of [`body`].
pub(crate) const UNIQUE: [&str; 4] = [
    "/customer_info/email",
    "/customer_info/external_account_id",
    "/installation_info/0/external_installation_id",
    "/installation_info/0/meters/0/external_meter_id",
];

/// The path of the unique value that a body may have besides.
pub(crate) const PROVIDER_ID: &str = "/customer_info/external_authentication_provider_id";

/// The body with another value at `path`, which may end in a new member.
pub(crate) fn with(mut body: Value, path: &str, value: impl Into<Value>) -> Value {
    let (parent, name) = path.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Object(members) => {
            members.insert(name.to_owned(), value.into());
        }
        Value::Array(elements) => elements[name.parse::<usize>().unwrap()] = value.into(),
        other => panic!("no container at {parent}: {other}"),
    }
    body
}

/// The body without what is at `path`.
pub(crate) fn without(mut body: Value, path: &str) -> Value {
    let (parent, name) = path.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    body
}
