//! Imports of files: what comes of each of their records, whatever happens on the way.

mod dropped;
mod killed;
mod readers;
mod records;
mod requests;
mod whole;
mod workers;

use std::{collections::BTreeMap, io::Write, time::Duration};

use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use wattbook_domain::{
    AccessLevel, AnswerKey, OrganisationId,
    import::{
        FileFormat, ImportCounts, ImportDialect, ImportJob, ImportOutcome, ImportSource, ImportStatus, Splitting,
    },
};
use wattbook_local::demo::Credential;
use wattbook_store::Store;

use crate::support::{Answered, Running, send};

const NDJSON: &str = "application/x-ndjson";
const CSV: &str = "text/csv";

/// A job that has begun, of a file that is not there.
pub(crate) fn job(organisation: OrganisationId, id: &str) -> ImportJob {
    ImportJob {
        id: id.parse().unwrap(),
        organisation,
        access: AccessLevel::Admin,
        app_id: Some("sample-app".into()),
        dialect: ImportDialect::Provisioning,
        format: FileFormat::Csv,
        source: ImportSource { key: format!("sources/{organisation}/{id}"), etag: "none".into(), bytes: 312 },
        status: ImportStatus::Running,
        splitting: Splitting::default(),
        counts: None,
        failure: None,
        answer_key: AnswerKey::new_random(),
        version: 1,
        created_at: Timestamp::now(),
        started_at: Some(Timestamp::now()),
        ended_at: None,
    }
}

/// The imports that the sample events are about: one that has ended, and one that runs.
pub(crate) async fn for_samples(store: &Store, organisation: OrganisationId) {
    let counts = ImportCounts { created: 1, invalid: 1, ..ImportCounts::default() };
    let mut ended = job(organisation, "3c7e1b94-5f20-4d8a-9e63-b1a0c4d7f285");
    (ended.dialect, ended.status, ended.counts) = (ImportDialect::Accounts, ImportStatus::Completed, Some(counts));
    ended.splitting = Splitting { is_done: true, records: 2, ..Splitting::default() };
    ended.ended_at = Some(Timestamp::now());
    store.create_import(&ended, None).await.unwrap();
    let mut running = job(organisation, "8a4f6d12-9b3e-4c57-a0d1-72e5f8c3b690");
    let sent = [2, 0, 0, 0, 0, 0, 0, 0];
    running.splitting = Splitting { is_done: true, records: 4, windows: 1, sent, ..Splitting::default() };
    store.create_import(&running, None).await.unwrap();
}

/// How many records came to what, in the order of the words.
type Counts = [u64; 5];

const WORDS: &[&str] = ImportOutcome::WORDS;

/// The counts that an import tells.
fn counts(import: &Value) -> Counts {
    [0, 1, 2, 3, 4].map(|at: usize| import["counts"][WORDS[at]].as_u64().unwrap_or_else(|| panic!("{import:#}")))
}

pub(crate) fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

impl Running {
    fn file(&self, credential: &Credential, query: &str, media_type: &str, file: impl Into<Vec<u8>>) -> RequestBuilder {
        let request = self.request(Method::POST, &format!("/imports?{query}"));
        let request = request.basic_auth(&credential.app_id, Some(&credential.app_key));
        request.header("content-type", media_type).body(file.into())
    }

    /// Orders an import that must be taken, and gives its id.
    async fn order(&self, dialect: &str, media_type: &str, file: impl Into<Vec<u8>>) -> String {
        let request = self.file(self.admin(), &format!("dialect={dialect}"), media_type, file);
        ordered(&send(request).await)
    }

    /// An import once it has ended.
    async fn ended(&self, credential: &Credential, id: &str) -> Value {
        for _ in 0..2400 {
            let import = self.get(credential, &format!("/imports/{id}")).await;
            assert_eq!(import.status, 200, "{import:?}");
            if !import.json()["ended_at"].is_null() {
                return import.json();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the import does not end: {}", self.get(credential, &format!("/imports/{id}")).await.text)
    }

    /// The whole report of an import, page by page.
    async fn report(&self, credential: &Credential, id: &str, filter: &str) -> Vec<Value> {
        let (mut lines, mut next) = (Vec::new(), Some(format!("/imports/{id}/report?page_size=100{filter}")));
        while let Some(path) = next {
            let page = self.get(credential, &path).await;
            assert_eq!(page.status, 200, "{page:?}");
            let page = page.json();
            lines.extend(page["data"].as_array().unwrap().iter().cloned());
            next = page["links"]["next"].as_str().map(str::to_owned);
        }
        lines
    }

    /// Imports a file, and gives how it ended and its report.
    async fn imported(&self, dialect: &str, media_type: &str, file: impl Into<Vec<u8>>) -> (Value, Vec<Value>) {
        let id = self.order(dialect, media_type, file).await;
        let ended = self.ended(self.admin(), &id).await;
        (ended, self.report(self.admin(), &id, "").await)
    }

    /// Imports what is new, what changes and what clashes, of each dialect, and sends an order twice.
    pub(crate) async fn use_imports(&self) {
        let customers =
            "labelpartner,external_account_id,email,firstname,lastname,external_installation_id,external_meter_id\n";
        let row = |id: &str, email: &str| format!("NORTH,{id},{email},Kai,Berg,installation of {id},meter of {id}\n");
        let rows = [("p-1", "p-1@example.com"), ("p-1", "p-1-new@example.com"), ("p-2", "jo-4@example.com")];
        let customers = rows.iter().fold(customers.to_owned(), |file, (id, email)| file + &row(id, email));
        let accounts = "providerAccountId,addressString\np-3,\"221 Main Street, San Francisco, CA 94105\"\n";
        let devices = "type,manufacturer,vin,accountId\nEV,Sandbox,WAUZZZGE1NB012377,ACCOUNT\n";
        let records = "Kind,Key,CustomerId,InvoiceDate,InvoiceSum,Currency,Subject,Body,DeliveryPointId,ReadingDate,Value\n\
            invoice,77,p-1,2026-01-01,1,EUR,,,,,\nmessage,77,p-1,,,,Hello,All is well.,,,\n\
            reading,,p-1,,,,,,1,2026-01-01,7\n";
        for (dialect, file) in [
            ("provisioning", customers.as_str()),
            ("accounts", accounts),
            ("onboarding", devices),
            ("records", records),
        ] {
            let accounts = self.get(self.admin(), "/rest/v1/accounts/pid/p-1").await.json();
            let account = accounts["results"][0]["accountId"].as_str().unwrap_or_default().to_owned();
            let order = || {
                let file = file.replace("ACCOUNT", &account);
                self.file(self.admin(), &format!("dialect={dialect}"), CSV, file).header("idempotency-key", dialect)
            };
            let id = ordered(&send(order()).await);
            assert_eq!(ordered(&send(order()).await), id);
            let ended = self.ended(self.admin(), &id).await;
            assert_eq!((&ended["status"], &ended["counts"]["invalid"]), (&json!("completed"), &json!(0)), "{ended:#}");
        }
    }

    /// What is stored of accounts, by their own ids: which version, and when it was last changed.
    async fn versions(&self) -> BTreeMap<String, String> {
        let accounts = self.consistent_accounts().await;
        let of = |account: &wattbook_domain::Account| {
            let id = account.customer.external_id.as_ref().map(ToString::to_string).unwrap_or_default();
            (id, format!("{} {}", account.version, account.updated_at))
        };
        accounts.iter().map(of).collect()
    }
}

/// The id of an import that was ordered.
fn ordered(answer: &Answered) -> String {
    assert_eq!(answer.status, 202, "{answer:?}");
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), Some(format!("/imports/{id}").as_str()));
    id
}

/// The row of a line of a report, what came of it, and the codes of its faults with their places.
fn told(line: &Value) -> (u64, String, Vec<String>) {
    let place = |fault: &Value| fault["column"].as_str().or(fault["path"].as_str()).unwrap_or_default().to_owned();
    let faults = line["faults"].as_array().into_iter().flatten();
    let faults =
        faults.map(|fault| format!("{} {}", fault["code"].as_str().unwrap(), place(fault)).trim_end().to_owned());
    (line["row"].as_u64().unwrap(), line["outcome"].as_str().unwrap().to_owned(), faults.collect())
}

/// A customer as a line.
fn customer(n: impl std::fmt::Display, email: &str) -> Value {
    json!({
        "labelpartner": "NORTH",
        "customer_info": {
            "external_account_id": format!("import-{n}"), "email": email,
            "contact_info": {"firstname": "Kai", "lastname": "Berg"},
        },
        "installation_info": [{"external_installation_id": format!("import-installation-{n}")}],
    })
}

/// A file of so many lines.
fn lines_of(lines: u64, line: impl Fn(u64) -> Value) -> String {
    (0..lines).map(|n| line(n).to_string() + "\n").collect()
}
