//! Webhooks: how they are made and changed, what they are told, and who is told nothing.

mod deliveries;
pub(crate) mod made;
mod manage;
mod readme;
mod receiver;
mod reserved;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use wattbook_local::{Options, demo::Credential};

use crate::support::{Running, send};
pub(crate) use receiver::Receiver;

/// A webhook of a test.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) secret: String,
    credential: (String, String),
}

impl Webhook {
    pub(crate) fn path(&self) -> String {
        format!("/webhooks/{}", self.id)
    }

    pub(crate) fn below(&self, rest: &str) -> String {
        format!("{}/{rest}", self.path())
    }

    fn credential(&self) -> Credential {
        Credential { app_id: self.credential.0.clone(), app_key: self.credential.1.clone() }
    }
}

impl Running {
    /// A bundle whose webhooks may lead to this machine and are tried every second; with further parameters. The deployed
    /// stack has those of its own.
    pub(crate) async fn start_for_webhooks(further: &[(&str, &str)]) -> Self {
        if std::env::var_os("WATTBOOK_DEPLOYED").is_some() && further.is_empty() {
            return Self::start().await;
        }
        let own = [("WebhookReceivers", "any"), ("WebhookPauses", "1")];
        let parameters = own.iter().chain(further).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self::start_with(Options { parameters: parameters.collect(), ..Options::default() }).await
    }

    /// Creates a webhook that must be taken.
    pub(crate) async fn webhook(&self, receiver: &Receiver, event_types: &[&str]) -> Webhook {
        self.webhook_of(self.admin(), receiver, event_types).await
    }

    async fn webhook_of(&self, credential: &Credential, receiver: &Receiver, event_types: &[&str]) -> Webhook {
        let body = json!({"url": receiver.url(), "event_types": event_types});
        let answer = send(self.post(credential, "/webhooks", &body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
        let credential = (credential.app_id.clone(), credential.app_key.clone());
        Webhook { id: text("id"), secret: text("secret"), credential }
    }

    /// The webhook, once it is as it should be.
    pub(crate) async fn seen_webhook(&self, webhook: &Webhook, is_seen: impl Fn(&Value) -> bool) -> Value {
        let path = webhook.path();
        eventually(async || self.get(&webhook.credential(), &path).await.json(), is_seen).await
    }

    /// What it is told, the newest first.
    pub(crate) async fn deliveries(&self, webhook: &Webhook) -> Vec<Value> {
        let (mut all, mut next) = (Vec::new(), Some(webhook.below("deliveries?page_size=3")));
        while let Some(path) = next {
            let page = self.get(&webhook.credential(), &path).await.json();
            all.extend(page["data"].as_array().unwrap().iter().cloned());
            next = page["links"]["next"].as_str().map(str::to_owned);
        }
        all
    }

    /// The same, once all of it is as it should be.
    pub(crate) async fn seen_deliveries(&self, webhook: &Webhook, are_seen: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let all = async || Value::from(self.deliveries(webhook).await);
        let seen = eventually(all, |all| are_seen(all.as_array().unwrap())).await;
        seen.as_array().unwrap().clone()
    }

    /// Renames an account's customer, which is an event of it.
    async fn renamed(&self, credential: &Credential, account: &str, name: &str) {
        let path = format!("/account/{account}/customer-info");
        let body = json!({"contact_info": {"firstname": name}});
        let answer = self.change(Method::PUT, credential, &path, Some(body)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// How long anything takes that is waited for.
const PATIENCE: Duration = Duration::from_secs(40);

/// What is there, once it is as it should be.
async fn eventually(look: impl AsyncFn() -> Value, is_seen: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        let seen = look().await;
        if is_seen(&seen) {
            return seen;
        }
        assert!(started.elapsed() < PATIENCE, "it stays so: {seen:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
