//! The operator's function: organisations, label partners, credentials. It has no route; who may
//! invoke it is a matter of IAM alone. The event is a JSON object with an `action`:
//!
//! | `action` | members | answers |
//! |---|---|---|
//! | `create-organisation` | `name` | the organisation |
//! | `get-organisation` | `organisation_id` | the organisation and its credentials, without keys |
//! | `put-label-partner` | `organisation_id`, `code`, `name`, `default_service_type` | the organisation |
//! | `issue-credential` | `organisation_id`, `access` (`admin` or `labelpartner`), `label_partner` | `app_id` and `app_key`, the key this once |
//! | `revoke-credential` | `app_id` | the `app_id` |

use jiff::Timestamp;
use serde_json::{Value, json, value::RawValue};
use wattbook_api::{
    Entry, Failure, Faults, Function, Resource, Services,
    contract::Declaration,
    fault::{Pointer, Reason},
    json,
    reader::{Members, text},
    secret,
};
use wattbook_domain::{AccessLevel, Flaw, LabelPartner, LabelPartnerCode, Name, OrganisationId};
use wattbook_store::Credential;

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "administer-organisations",
    entry: Entry::Direct(|services, event| Box::pin(administer(services, event))),
    uses: &[Resource::Table, Resource::HashKeys],
    contract: Declaration::NONE,
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

/// What an operator asks for.
enum Action {
    CreateOrganisation { name: Name },
    GetOrganisation { organisation: OrganisationId },
    PutLabelPartner { organisation: OrganisationId, partner: LabelPartner },
    IssueCredential { organisation: OrganisationId, access: AccessLevel },
    RevokeCredential { organisation: OrganisationId, app_id: String },
}

async fn administer(services: &Services, event: &RawValue) -> Result<Value, Failure> {
    let store = services.store()?;
    match read(event)? {
        Action::CreateOrganisation { name } => {
            let id = OrganisationId::new_random();
            store.create_organisation(id, name.clone()).await?;
            Ok(json!({"organisation_id": id, "name": name, "label_partners": []}))
        }
        Action::GetOrganisation { organisation } => {
            let found = store.organisation(organisation).await?.ok_or(Failure::NotFound)?;
            let credentials = store.credentials(organisation).await?;
            let mut view = json!(found);
            if let Some(members) = view.as_object_mut() {
                members.insert("credentials".into(), json!(credentials));
            }
            Ok(view)
        }
        Action::PutLabelPartner { organisation, partner } => {
            let changed = store.put_label_partner(organisation, &partner).await?.ok_or(Failure::NotFound)?;
            Ok(json!(changed))
        }
        Action::IssueCredential { organisation, access } => issue(services, organisation, access).await,
        Action::RevokeCredential { organisation, app_id } => {
            let revoked = store.revoke_credential(organisation, &app_id, Timestamp::now()).await?;
            if revoked { Ok(json!({"app_id": app_id})) } else { Err(Failure::NotFound) }
        }
    }
}

/// The key leaves here and is known to nobody afterwards: the store has its hash.
async fn issue(services: &Services, organisation: OrganisationId, access: AccessLevel) -> Result<Value, Failure> {
    let (app_id, app_key) = secret::new_credential(organisation).map_err(|error| Failure::Internal(error.into()))?;
    let credential = Credential {
        app_id: app_id.clone(),
        access,
        key_hash: services.hash_keys()?.hash(&app_key),
        created_at: Timestamp::now(),
        revoked_at: None,
    };
    if !services.store()?.create_credential(organisation, &credential).await? {
        return Err(Failure::NotFound);
    }
    let mut answer = json!(credential.access);
    if let Some(members) = answer.as_object_mut() {
        members.insert("app_id".into(), app_id.into());
        members.insert("app_key".into(), app_key.into());
    }
    Ok(answer)
}

fn read(event: &RawValue) -> Result<Action, Failure> {
    let document = json::parse(event.get().as_bytes()).map_err(Failure::Unreadable)?;
    let mut faults = Faults::default();
    let mut members = Members::of(Pointer::root(), &document.value, &mut faults);
    let action = read_action(&mut members, &mut faults);
    members.close(&mut faults);
    match action {
        Some(action) if faults.is_empty() => Ok(action),
        _ => Err(Failure::Faults(faults)),
    }
}

/// The words for `action`.
const ACTIONS: &[&str] =
    &["create-organisation", "get-organisation", "put-label-partner", "issue-credential", "revoke-credential"];

fn read_action(members: &mut Members<'_>, faults: &mut Faults) -> Option<Action> {
    let known =
        |word: &str| ACTIONS.iter().find(|action| **action == word).copied().ok_or(Flaw::NotOneOf { allowed: ACTIONS });
    let action = members.required("action", text(known), faults)?;
    if action == "create-organisation" {
        return Some(Action::CreateOrganisation { name: members.required("name", text(Name::parse), faults)? });
    }
    if action == "revoke-credential" {
        let app_id = members.required("app_id", text(|id| Ok(id.to_owned())), faults)?;
        let Some(organisation) = secret::organisation_of(&app_id) else {
            faults.body(&Pointer::root().child("app_id"), Reason::new("invalid_app_id", "is not an app id"));
            return None;
        };
        return Some(Action::RevokeCredential { organisation, app_id });
    }
    let organisation = members.required("organisation_id", organisation_id, faults);
    match action {
        "get-organisation" => Some(Action::GetOrganisation { organisation: organisation? }),
        "put-label-partner" => {
            let code = members.required("code", text(LabelPartnerCode::parse), faults);
            let name = members.required("name", text(Name::parse), faults);
            let default_service_type = members.required("default_service_type", text(str::parse), faults);
            let partner = LabelPartner { code: code?, name: name?, default_service_type: default_service_type? };
            Some(Action::PutLabelPartner { organisation: organisation?, partner })
        }
        _ => {
            let access = read_access(members, faults);
            Some(Action::IssueCredential { organisation: organisation?, access: access? })
        }
    }
}

fn organisation_id(value: &Value) -> Result<OrganisationId, Reason> {
    let invalid = || Reason::new("invalid_id", "must be the id of an organisation, a UUID");
    value.as_str().and_then(|id| id.parse().ok()).ok_or_else(invalid)
}

fn read_access(members: &mut Members<'_>, faults: &mut Faults) -> Option<AccessLevel> {
    const LEVELS: &[&str] = &["admin", "labelpartner"];
    let known =
        |word: &str| if LEVELS.contains(&word) { Ok(word == "admin") } else { Err(Flaw::NotOneOf { allowed: LEVELS }) };
    if members.required("access", text(known), faults)? {
        return Some(AccessLevel::Admin);
    }
    let label_partner = members.required("label_partner", text(LabelPartnerCode::parse), faults)?;
    Some(AccessLevel::LabelPartner { label_partner })
}
