//! What an event of an account says.

use serde_json::{Map, Value, json};
use wattbook_domain::{
    Email, ExternalId, LabelPartnerCode, Text,
    events::account::{AccountEvent, Happening},
};

use crate::{bus::Event, secret::KeyRing, verification};

pub(super) fn event(event: &AccountEvent<'_>, keys: &KeyRing) -> Event {
    Event { id: event.id(), kind: event.kind(), occurred_at: event.occurred_at, detail: detail(event, keys) }
}

/// Enough to find the account, and what only this event can say. Whoever wants
/// to know more asks the API, which knows what the asker may see.
fn detail(event: &AccountEvent<'_>, keys: &KeyRing) -> Map<String, Value> {
    let account = event.account;
    let mut detail = Map::new();
    detail.insert("organisation_id".into(), account.organisation.to_string().into());
    detail.insert("account_id".into(), account.id.to_string().into());
    let mut insert_known = |name: &str, value: Option<&str>| {
        detail.extend(value.map(|value| (name.to_owned(), Value::from(value))));
    };
    insert_known("external_account_id", account.customer.external_id.as_ref().map(ExternalId::as_str));
    insert_known("label_partner", account.label_partner.as_ref().map(LabelPartnerCode::as_str));
    if let Happening::TokenRequested(_) = event.happening {
        let contact = &account.customer.contact;
        insert_known("email", account.customer.email.as_ref().map(Email::as_str));
        insert_known("first_name", contact.first_name.as_ref().map(Text::as_str));
        insert_known("last_name", contact.last_name.as_ref().map(Text::as_str));
    }
    detail.insert("version".into(), account.version.into());
    match &event.happening {
        Happening::Created | Happening::Deleted => {}
        Happening::Updated(changed) => {
            detail.insert("changed".into(), json!(changed));
        }
        Happening::InstallationAdded(id) => {
            detail.insert("installation_id".into(), id.to_string().into());
            let added = account.installations.iter().find(|it| it.id == *id);
            let external_id = added.map(|it| ("external_installation_id".into(), it.external_id.as_str().into()));
            detail.extend(external_id);
        }
        Happening::TokenRequested(_) => {
            let expires_at = verification::expires_at(account, event.occurred_at);
            detail.insert("token".into(), verification::token(keys, account).into());
            detail.insert("expires_at".into(), expires_at.to_string().into());
        }
    }
    detail
}
