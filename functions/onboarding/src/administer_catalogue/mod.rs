//! The operator's function for the catalogue of what can be onboarded. It has no route; who may invoke it is a matter
//! of IAM alone. The event is a JSON object with an `action`:
//!
//! | `action` | members | answers |
//! |---|---|---|
//! | `put-manufacturer` | `definition` | the manufacturer, added, or in the place of what there was of that name |
//! | `hide-manufacturer` | `type`, `manufacturer` | what is hidden: it is built in, and not shown from now on |
//! | `remove-manufacturer` | `type`, `manufacturer` | what is taken back; what is built in under the name is shown again |
//! | `list-manufacturers` | | what the deployment has of its own, hidden ones included |
//! | `put-sign-in` | `type`, `manufacturer`, `signIn` ([its members](sign_ins)) | the sign-in of that manufacturer, set, or in the place of what there was |
//! | `remove-sign-in` | `type`, `manufacturer` | whose sign-in is forgotten |
//! | `list-sign-ins` | | the sign-ins, by type and manufacturer, without their secrets |
//!
//! A `definition` has the members of what `GET /onboarding/entities/types/{type}/{manufacturer}` answers, without
//! `available` and `identifier.description`. Whoever asks the API sees a change at once. A sign-in is one of a
//! manufacturer with the connector `oauth2`, which without one is not `available`; it stays when the manufacturer is
//! changed, hidden or taken back. Its secret is kept sealed and never told again; one that is not `readable` was
//! sealed with a key that is gone, and has to be put anew.

mod sign_ins;

use deserr::Deserr;
use serde_json::{Value, json, value::RawValue};
use wattbook_api::{
    Entry, Failure, Faults, Function, Resource, Services,
    contract::Declaration,
    direct,
    fault::{Pointer, Reason},
};
use wattbook_domain::catalogue::{EntityType, ManufacturerName};
use wattbook_onboarding::{
    answer::ManufacturerView,
    catalogue::{self, Offer},
    definition::Definition,
};
use wattbook_store::{MAX_DEFINITION_BYTES, Store};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "administer-catalogue",
    entry: Entry::Direct(|services, event| Box::pin(administer(services, event))),
    uses: &[Resource::Table, Resource::ConnectorKeys],
    contract: Declaration::NONE,
};

/// What an operator asks for.
#[derive(Deserr)]
#[deserr(error = Faults, tag = "action", deny_unknown_fields)]
enum Action {
    #[deserr(rename = "put-manufacturer")]
    Put { definition: Definition },
    #[deserr(rename = "hide-manufacturer")]
    Hide {
        #[deserr(rename = "type")]
        entity_type: EntityType,
        manufacturer: ManufacturerName,
    },
    #[deserr(rename = "remove-manufacturer")]
    Remove {
        #[deserr(rename = "type")]
        entity_type: EntityType,
        manufacturer: ManufacturerName,
    },
    #[deserr(rename = "list-manufacturers")]
    List {},
    #[deserr(rename = "put-sign-in")]
    PutSignIn {
        #[deserr(rename = "type")]
        entity_type: EntityType,
        manufacturer: ManufacturerName,
        #[deserr(rename = "signIn")]
        sign_in: Value,
    },
    #[deserr(rename = "remove-sign-in")]
    RemoveSignIn {
        #[deserr(rename = "type")]
        entity_type: EntityType,
        manufacturer: ManufacturerName,
    },
    #[deserr(rename = "list-sign-ins")]
    ListSignIns {},
}

/// The words for `action`.
const ACTIONS: &[&str] = &[
    "put-manufacturer",
    "hide-manufacturer",
    "remove-manufacturer",
    "list-manufacturers",
    "put-sign-in",
    "remove-sign-in",
    "list-sign-ins",
];

async fn administer(services: &Services, event: &RawValue) -> Result<Value, Failure> {
    let store = services.store()?;
    match direct::action(event, ACTIONS)? {
        Action::Put { definition } => put(store, definition).await,
        Action::Hide { entity_type, manufacturer } => {
            // A slip of the pen would hide nothing, and nobody would know.
            if !catalogue::is_built_in(entity_type, &manufacturer)? {
                return Err(Failure::NotFound);
            }
            store.put_manufacturer(entity_type, &manufacturer, None).await?;
            Ok(json!({"type": entity_type, "manufacturer": manufacturer, "hidden": true}))
        }
        Action::Remove { entity_type, manufacturer } => {
            if store.remove_manufacturer(entity_type, &manufacturer).await? {
                Ok(json!({"type": entity_type, "manufacturer": manufacturer}))
            } else {
                Err(Failure::NotFound)
            }
        }
        Action::List {} => {
            let catalogue = store.own_catalogue(None).await?;
            let own = catalogue.manufacturers.iter().map(|own| match &own.manufacturer {
                Some(manufacturer) => json!(ManufacturerView::of(&Offer::of(manufacturer.clone(), &catalogue))),
                None => json!({"type": own.entity_type, "manufacturer": own.matched, "hidden": true}),
            });
            Ok(json!({"manufacturers": own.collect::<Vec<_>>()}))
        }
        Action::PutSignIn { entity_type, manufacturer, sign_in } => {
            sign_ins::put(services, entity_type, &manufacturer, &sign_in).await
        }
        Action::RemoveSignIn { entity_type, manufacturer } => {
            sign_ins::remove(services, entity_type, &manufacturer).await
        }
        Action::ListSignIns {} => sign_ins::list(services).await,
    }
}

async fn put(store: &Store, definition: Definition) -> Result<Value, Failure> {
    let at = Pointer::root().child("definition");
    let mut faults = Faults::default();
    let Some(manufacturer) = definition.manufacturer(&at, &mut faults) else { return Err(Failure::Faults(faults)) };
    let (entity_type, name) = (manufacturer.entity_type, manufacturer.name.clone());
    let own = store.own_manufacturer(entity_type, &name).await?;
    let view = json!(ManufacturerView::of(&Offer::of(manufacturer.clone(), &own)));
    if !store.put_manufacturer(entity_type, &name, Some(manufacturer)).await? {
        let message = format!("would take more than {MAX_DEFINITION_BYTES} bytes; shorten its texts");
        faults.body(&at, Reason::new("too_long", message));
        return Err(Failure::Faults(faults));
    }
    Ok(view)
}
