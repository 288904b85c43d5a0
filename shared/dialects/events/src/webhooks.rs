//! Webhooks: what they are made of, and how they are shown.

use std::collections::HashSet;

use deserr::Deserr;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wattbook_api::{
    Answer, Failure, Faults, Principal, Services, clock,
    fault::{Pointer, Reason},
    http::ETag,
    own::{known, seen},
    posted::Posted,
    schema_types::{DisabledByWord, EventTypeWord, LabelPartner, Line255, ReceiverAddress},
    secret::KeyRing,
    signature,
};
use wattbook_domain::{
    AnswerKey, Flaw, LabelPartnerCode, OrganisationId, Text,
    entity::Setting,
    webhook::{Disabled, DisabledBy, EventType, ReceiverUrl, Receivers, SealedSecret, Webhook, WebhookId},
};

/// A webhook to create.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateWebhook)]
pub struct WebhookBody {
    /// Where events are sent.
    #[schema(value_type = ReceiverAddress)]
    pub url: String,
    /// What it is told of: types of events, or `*` for all.
    #[deserr(try_from(Vec<EventType>) = distinct -> Reason)]
    #[schema(value_type = Vec<EventTypeWord>, min_items = 1)]
    pub event_types: Vec<EventType>,
    /// What people say of it.
    #[deserr(default)]
    #[schema(value_type = Option<Line255>)]
    pub description: Option<Text<255>>,
    /// The brand whose events it is told of. Without it that of a credential that reaches one brand alone; else it is told
    /// of all of the organisation.
    #[deserr(default)]
    #[schema(value_type = Option<LabelPartner>)]
    pub label_partner: Option<LabelPartnerCode>,
}

/// What is to be set of a webhook.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookChange)]
pub struct WebhookChangeBody {
    /// Where events are sent from then on, those included that wait.
    #[deserr(default)]
    #[schema(value_type = Option<ReceiverAddress>)]
    pub url: Option<String>,
    /// What it is told of from then on.
    #[deserr(default, try_from(Option<Vec<EventType>>) = given_and_distinct -> Reason)]
    #[schema(value_type = Option<Vec<EventTypeWord>>, min_items = 1)]
    pub event_types: Option<Vec<EventType>>,
    /// What people say of it; `null` takes it out.
    #[deserr(default)]
    #[schema(value_type = Option<Line255>)]
    pub description: Setting<Text<255>>,
    /// Whether it is told of events. `true` is how one that was disabled is told again.
    #[deserr(default)]
    #[schema(value_type = Option<bool>)]
    pub enabled: Option<bool>,
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView {
    /// Our id; absent in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    id: Option<String>,
    /// Where events are sent, as browsers write it.
    #[schema(format = "uri")]
    url: String,
    /// What it is told of.
    #[schema(value_type = Vec<EventTypeWord>)]
    event_types: Vec<EventType>,
    /// What people say of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    description: Option<String>,
    /// The brand whose events it is told of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    label_partner: Option<String>,
    /// Whether it is told of events.
    enabled: bool,
    /// Why it is not, and since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    disabled: Option<DisabledView>,
    /// Until when what is sent is signed with the secret from before, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    previous_secret_until: Option<String>,
    /// When it was created.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it was last changed.
    #[schema(format = "date-time")]
    updated_at: String,
    /// What proves who sends, `whsec_` and 44 characters: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

/// Why a webhook is told of nothing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDisabled)]
pub struct DisabledView {
    /// Why.
    #[schema(value_type = DisabledByWord)]
    by: DisabledBy,
    /// Since when.
    #[schema(format = "date-time")]
    at: String,
}

impl WebhookView {
    /// Of one that is stored.
    #[must_use]
    pub fn of(webhook: &Webhook) -> Self {
        Self { id: Some(webhook.id.to_string()), ..Self::rehearsed(webhook) }
    }

    /// Of one that is not: without its id.
    #[must_use]
    pub fn rehearsed(webhook: &Webhook) -> Self {
        let until =
            webhook.previous_secret.as_ref().map(|previous| previous.until).filter(|until| *until > clock::now());
        Self {
            id: None,
            url: webhook.url.as_str().to_owned(),
            event_types: webhook.event_types.clone(),
            description: webhook.description.as_ref().map(ToString::to_string),
            label_partner: webhook.label_partner.as_ref().map(ToString::to_string),
            enabled: webhook.disabled.is_none(),
            disabled: webhook.disabled.map(|Disabled { by, at }| DisabledView { by, at: at.to_string() }),
            previous_secret_until: until.map(|until| until.to_string()),
            created_at: webhook.created_at.to_string(),
            updated_at: webhook.updated_at.to_string(),
            secret: None,
        }
    }

    /// With its secret.
    #[must_use]
    pub fn showing(self, secret: &str) -> Self {
        Self { secret: Some(secret.to_owned()), ..self }
    }

    /// Answers with it, in its version.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn answer(&self, status: u16, version: u64) -> Result<Answer, Failure> {
        Ok(Answer::json(status, self)?.header("etag", ETag(version)))
    }
}

/// The webhook of that id.
///
/// # Errors
/// There is none that the caller can see, or the store failed.
pub async fn webhook(services: &Services, caller: &Principal, id: &str) -> Result<Webhook, Failure> {
    let id: WebhookId = known(id)?;
    let found = services.store()?.webhook(caller.reach.organisation, id).await?;
    seen(caller, found, |it| it.label_partner.as_ref())
}

/// What `POST /webhooks` makes, with its secret.
///
/// # Errors
/// There are faults, or the operating system gives no random bytes.
pub fn created(
    posted: &mut Posted,
    receivers: Receivers,
    connector_keys: &KeyRing,
) -> Result<(Webhook, String), Failure> {
    let Posted { caller, faults, document, .. } = posted;
    // What a deployment and an organisation allow is looked at first, so that it is told with all else.
    let url = receiver(document, receivers, faults);
    let brand = document.get("label_partner").and_then(Value::as_str).and_then(|it| LabelPartnerCode::parse(it).ok());
    if brand.is_some_and(|it| caller.default_service_type(&it).is_none()) {
        faults.body(&Pointer::root().child("label_partner"), Flaw::UnknownLabelPartner);
    }
    let read: WebhookBody = posted.body()?;
    let Posted { caller, faults, .. } = posted;
    let Some(url) = url.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(std::mem::take(faults))) };
    let (id, organisation, now) = (WebhookId::new_random(), caller.reach.organisation, clock::now());
    let (secret, sealed) = new_secret(connector_keys, organisation, id)?;
    let webhook = Webhook {
        id,
        organisation,
        label_partner: read.label_partner.or_else(|| caller.brand().cloned()),
        url,
        event_types: read.event_types,
        description: read.description,
        secret: sealed,
        previous_secret: None,
        disabled: None,
        answer_key: AnswerKey::new_random(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    Ok((webhook, secret))
}

/// A secret for a webhook, and how it is kept.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn new_secret(
    connector_keys: &KeyRing,
    organisation: OrganisationId,
    id: WebhookId,
) -> Result<(String, SealedSecret), Failure> {
    let internal = |error: getrandom::Error| Failure::Internal(error.into());
    let secret = signature::new_secret().map_err(internal)?;
    let sealed = connector_keys.seal(&signature::place(organisation, id), &secret).map_err(internal)?;
    Ok((secret, SealedSecret(sealed)))
}

/// Reads the address of a body, if it states one in a text: else whatever reads the body tells.
pub fn receiver(document: &Value, receivers: Receivers, faults: &mut Faults) -> Option<ReceiverUrl> {
    let read = ReceiverUrl::parse(document.get("url")?.as_str()?, receivers);
    read.map_err(|flaw| faults.body(&Pointer::root().child("url"), flaw)).ok()
}

fn distinct(given: Vec<EventType>) -> Result<Vec<EventType>, Reason> {
    if given.is_empty() {
        return Err(Reason::new("too_few", "must name at least one type of events, or be [\"*\"] for all"));
    }
    let mut seen = HashSet::new();
    match given.iter().find(|it| !seen.insert(**it)) {
        Some(twice) => Err(Reason::new("repeated_value", format!("has {} twice", twice.word()))),
        None => Ok(given),
    }
}

fn given_and_distinct(given: Option<Vec<EventType>>) -> Result<Option<Vec<EventType>>, Reason> {
    given.map(distinct).transpose()
}
