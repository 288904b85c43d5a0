//! Webhooks that are put into the table, for the samples.

use crate::support::Running;
use jiff::Timestamp;
use serde_json::Map;
use wattbook_api::{
    bus::Event,
    delivery::{self, Keeper},
    secret::KeyRing,
    signature,
};
use wattbook_domain::{
    AnswerKey, OrganisationId, Text,
    webhook::{EventType, ReceiverUrl, Receivers, SealedSecret, Subject, Webhook, WebhookId},
};

/// The webhook of the samples, and what it was told. Its secret cannot be opened, so that nothing is sent.
pub(crate) async fn for_samples(running: &Running, organisation: OrganisationId) {
    let now = Timestamp::from_second(1_700_000_000).unwrap();
    let id = "7d1f0a52-3c9e-4b68-9a04-e5b2c6d7f813".parse().unwrap();
    let webhook = Webhook { id, ..webhook(organisation, now) };
    let store = running.store();
    store.create_webhook(&webhook, None).await.unwrap();
    let event = Event {
        id: "5b1e9d20-47f3-4c8a-a6d1-0f2b3c4d5e6f".parse().unwrap(),
        kind: "account.created",
        occurred_at: now,
        detail: Map::new(),
    };
    let keeper = Keeper { subject: Subject::Webhook, key: &webhook.answer_key };
    let told = delivery::new(&event, &webhook, "1".into(), keeper, &connector_keys(running)).unwrap();
    assert_eq!(told.id.to_string(), "018bcfe5-6800-897a-816f-dadb064fd73a");
    store.create_delivery(&told).await.unwrap();
}

fn connector_keys(running: &Running) -> KeyRing {
    KeyRing::parse(running.bundle.secret("ConnectorKeys").unwrap()).unwrap()
}

fn webhook(organisation: OrganisationId, now: Timestamp) -> Webhook {
    Webhook {
        id: WebhookId::new_random(),
        organisation,
        label_partner: None,
        url: ReceiverUrl::parse("https://hooks.example.com/wattbook", Receivers::Public).unwrap(),
        event_types: vec![EventType::AccountCreated, EventType::AccountUpdated],
        description: Some(Text::parse("Billing").unwrap()),
        secret: SealedSecret("k0:lost".into()),
        previous_secret: None,
        disabled: None,
        answer_key: AnswerKey::new_random(),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

impl Running {
    /// A webhook that is put into the table as it is, whatever the deployment would say of its address.
    pub(crate) async fn stored_webhook(&self, url: &str) -> super::Webhook {
        let keys = connector_keys(self);
        let organisation = self.bundle.demo().organisation_id.parse().unwrap();
        let (id, secret) = (WebhookId::new_random(), signature::new_secret().unwrap());
        let webhook = Webhook {
            id,
            url: ReceiverUrl::parse(url, Receivers::Any).unwrap(),
            secret: SealedSecret(keys.seal(&signature::place(organisation, id), &secret).unwrap()),
            ..webhook(organisation, Timestamp::now())
        };
        self.store().create_webhook(&webhook, None).await.unwrap();
        let credential = (self.admin().app_id.clone(), self.admin().app_key.clone());
        super::Webhook { id: id.to_string(), secret, credential }
    }
}
