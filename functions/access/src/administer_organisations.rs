//! The operator's function: organisations, label partners, credentials. It has no route; who may
//! invoke it is a matter of IAM alone. The event is a JSON object with an `action`:
//!
//! | `action` | members | answers |
//! |---|---|---|
//! | `create-organisation` | `name` | the organisation |
//! | `get-organisation` | `organisation_id` | the organisation and its credentials, without keys |
//! | `put-label-partner` | `organisation_id`, `code`, `name`, `default_service_type` | the organisation; it may have 100 |
//! | `set-return-origins` | `organisation_id`, `origins` (up to 50, such as `https://app.example.com`) | the organisation: where owners of devices may be sent when they are done |
//! | `issue-credential` | `organisation_id`, `access` (`admin` or `labelpartner`), `label_partner` | `app_id` and `app_key`, the key this once |
//! | `revoke-credential` | `app_id` | the `app_id` |

use deserr::Deserr;
use jiff::Timestamp;
use serde_json::{Value, json, value::RawValue};
use wattbook_api::{
    Entry, Failure, Faults, Function, Resource, Services,
    contract::Declaration,
    direct,
    fault::{Pointer, Reason},
    secret,
};
use wattbook_domain::{
    AccessLevel, LabelPartner, LabelPartnerCode, Name, Organisation, OrganisationId, ServiceType, onboarding::Origin,
};
use wattbook_store::{Credential, PartnerPut};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "administer-organisations",
    entry: Entry::Direct(|services, event| Box::pin(administer(services, event))),
    uses: &[Resource::Table, Resource::HashKeys],
    contract: Declaration::NONE,
};

/// What an operator asks for.
#[derive(Deserr)]
#[deserr(error = Faults, tag = "action", deny_unknown_fields)]
enum Action {
    #[deserr(rename = "create-organisation")]
    CreateOrganisation { name: Name },
    #[deserr(rename = "get-organisation")]
    GetOrganisation { organisation_id: OrganisationId },
    #[deserr(rename = "put-label-partner")]
    PutLabelPartner {
        organisation_id: OrganisationId,
        code: LabelPartnerCode,
        name: Name,
        default_service_type: ServiceType,
    },
    #[deserr(rename = "set-return-origins")]
    SetReturnOrigins { organisation_id: OrganisationId, origins: Vec<Origin> },
    #[deserr(rename = "issue-credential")]
    IssueCredential {
        organisation_id: OrganisationId,
        access: Level,
        #[deserr(default)]
        label_partner: Option<LabelPartnerCode>,
    },
    #[deserr(rename = "revoke-credential")]
    RevokeCredential {
        #[deserr(try_from(String) = AppId::parse -> Reason)]
        app_id: AppId,
    },
}

/// The words for `action`.
const ACTIONS: &[&str] = &[
    "create-organisation",
    "get-organisation",
    "put-label-partner",
    "set-return-origins",
    "issue-credential",
    "revoke-credential",
];

/// The words for `access`.
#[derive(Deserr)]
#[deserr(error = Faults, rename_all = lowercase)]
enum Level {
    Admin,
    LabelPartner,
}

/// An app id, which says whose it is.
struct AppId(String, OrganisationId);

impl AppId {
    fn parse(raw: String) -> Result<Self, Reason> {
        let invalid = || Reason::new("invalid_app_id", "is not an app id");
        let organisation = secret::organisation_of(&raw).ok_or_else(invalid)?;
        Ok(Self(raw, organisation))
    }
}

async fn administer(services: &Services, event: &RawValue) -> Result<Value, Failure> {
    let store = services.store()?;
    match direct::action(event, ACTIONS)? {
        Action::CreateOrganisation { name } => {
            let id = OrganisationId::new_random();
            store.create_organisation(id, name.clone()).await?;
            Ok(json!({"organisation_id": id, "name": name, "label_partners": []}))
        }
        Action::GetOrganisation { organisation_id } => {
            let found = store.organisation(organisation_id).await?.ok_or(Failure::NotFound)?;
            let credentials = store.credentials(organisation_id).await?;
            let mut view = json!(found);
            if let Some(members) = view.as_object_mut() {
                members.insert("credentials".into(), json!(credentials));
            }
            Ok(view)
        }
        Action::PutLabelPartner { organisation_id, code, name, default_service_type } => {
            let partner = LabelPartner { code, name, default_service_type };
            match store.put_label_partner(organisation_id, &partner).await? {
                PartnerPut::Done(changed) => Ok(json!(changed)),
                PartnerPut::Missing => Err(Failure::NotFound),
                PartnerPut::Full => Err(too_many_partners()),
            }
        }
        Action::SetReturnOrigins { organisation_id, origins } => {
            let most = Organisation::MAX_RETURN_ORIGINS;
            if origins.len() > most {
                let reason = Reason::new("too_many", format!("must have at most {most} elements"));
                let mut faults = Faults::default();
                faults.body(&Pointer::root().child("origins"), reason);
                return Err(Failure::Faults(faults));
            }
            let origins = origins.into_iter().collect();
            let changed = store.set_return_origins(organisation_id, &origins).await?;
            changed.map(|changed| json!(changed)).ok_or(Failure::NotFound)
        }
        Action::IssueCredential { organisation_id, access, label_partner } => {
            issue(services, organisation_id, reach(&access, label_partner)?).await
        }
        Action::RevokeCredential { app_id: AppId(app_id, organisation) } => {
            let revoked = store.revoke_credential(organisation, &app_id, Timestamp::now()).await?;
            if revoked { Ok(json!({"app_id": app_id})) } else { Err(Failure::NotFound) }
        }
    }
}

fn too_many_partners() -> Failure {
    let most = Organisation::MAX_LABEL_PARTNERS;
    let message = format!("would be label partner {} of the organisation, which may have {most}", most + 1);
    let mut faults = Faults::default();
    faults.body(&Pointer::root().child("code"), Reason::new("too_many_label_partners", message));
    Failure::Faults(faults)
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

/// What a credential reaches: a brand has to be named exactly where it is one brand.
fn reach(level: &Level, label_partner: Option<LabelPartnerCode>) -> Result<AccessLevel, Failure> {
    match (level, label_partner) {
        (Level::Admin, None) => Ok(AccessLevel::Admin),
        (Level::LabelPartner, Some(label_partner)) => Ok(AccessLevel::LabelPartner { label_partner }),
        (level, _) => {
            let mut faults = Faults::default();
            let reason = match level {
                Level::Admin => Reason::new("not_allowed", "must be absent: an admin credential reaches every brand"),
                Level::LabelPartner => Reason::required(),
            };
            faults.body(&Pointer::root().child("label_partner"), reason);
            Err(Failure::Faults(faults))
        }
    }
}
