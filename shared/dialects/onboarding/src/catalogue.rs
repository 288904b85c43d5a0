//! What can be onboarded: what is built in, with what the deployment has added to it or changed in it.
//!
//! What is built in stands in `catalogue.json`. There a manufacturer has what is its own; the rest it has of its `way`, and
//! of the `defaults` of its type. The same reader takes it that takes an operator's definitions.

use std::sync::LazyLock;

use deserr::Deserr;
use serde_json::{Map, Value};
use wattbook_api::{Failure, Faults, Services, body, fault::Pointer};
use wattbook_domain::{
    Text,
    catalogue::{Connector, EntityType, Manufacturer, ManufacturerName},
};
use wattbook_store::OwnCatalogue;

use crate::definition::Definition;

const FILE: &str = include_str!("../catalogue.json");

/// A type with its manufacturers, by their names.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeOfEntity {
    /// The type.
    pub entity_type: EntityType,
    /// What it is.
    pub description: Text<200>,
    /// Who makes them.
    pub manufacturers: Vec<Manufacturer>,
}

/// A type with its manufacturers, by their names, as a deployment has them.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferedType {
    /// The type.
    pub entity_type: EntityType,
    /// What it is.
    pub description: Text<200>,
    /// Who makes them.
    pub offers: Vec<Offer>,
}

/// A manufacturer, as a deployment has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The manufacturer.
    pub manufacturer: Manufacturer,
    /// Whether onboarding requests for its devices can be created: where the owner has to sign in, there has to be a
    /// sign-in.
    pub available: bool,
    /// Whether a device is proved to be its owner's, so that it can be taken over.
    pub proves_device: bool,
}

impl Offer {
    /// With what the deployment has of its own.
    #[must_use]
    pub fn of(manufacturer: Manufacturer, own: &OwnCatalogue) -> Self {
        let sign_in = own.sign_in_of(manufacturer.entity_type, &manufacturer.name);
        Self {
            available: manufacturer.connector != Connector::Oauth2 || sign_in.is_some(),
            proves_device: manufacturer.connector.proves_device(sign_in.unwrap_or(false)),
            manufacturer,
        }
    }
}

/// Why the file cannot be used. A test reads it, so that no function that was built finds this out.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the catalogue that is built in cannot be read: {0}")]
pub struct Unusable(String);

/// What is built in: every type once, in the order of the file.
///
/// # Errors
/// The file cannot be used.
pub fn built_in() -> Result<&'static [TypeOfEntity], Unusable> {
    static READ: LazyLock<Result<Vec<TypeOfEntity>, Unusable>> = LazyLock::new(|| read(FILE));
    READ.as_deref().map_err(Clone::clone)
}

/// Everything that can be onboarded here. One round trip.
///
/// # Errors
/// The store failed.
pub async fn all(services: &Services) -> Result<Vec<OfferedType>, Failure> {
    let own = services.store()?.own_catalogue(None).await?;
    let types = built_in().map_err(internal)?;
    Ok(types.iter().map(|built_in| merged(built_in, &own)).collect())
}

/// What can be onboarded of one type. One round trip.
///
/// # Errors
/// There is no such type, or the store failed.
pub async fn of_type(services: &Services, word: &str) -> Result<OfferedType, Failure> {
    let built_in = built_in_type(word)?;
    let own = services.store()?.own_catalogue(Some(built_in.entity_type)).await?;
    Ok(merged(built_in, &own))
}

/// One manufacturer. One round trip.
///
/// # Errors
/// There is no such type, or no such manufacturer in it, or the store failed.
pub async fn one(services: &Services, word: &str, name: &str) -> Result<Offer, Failure> {
    let built_in = built_in_type(word)?;
    let name = ManufacturerName::parse(name).map_err(|_| Failure::NotFound)?;
    let own = services.store()?.own_manufacturer(built_in.entity_type, &name).await?;
    let found = match own.manufacturers.first() {
        Some(own) => own.manufacturer.as_ref(),
        None => find(&built_in.manufacturers, &name),
    };
    found.map(|found| Offer::of(found.clone(), &own)).ok_or(Failure::NotFound)
}

/// Whether a manufacturer is built in.
///
/// # Errors
/// The file cannot be used.
pub fn is_built_in(entity_type: EntityType, name: &ManufacturerName) -> Result<bool, Failure> {
    let types = built_in().map_err(internal)?;
    Ok(types.iter().any(|known| known.entity_type == entity_type && find(&known.manufacturers, name).is_some()))
}

/// A type, however it is spelt: with or without capitals, blanks and dashes.
#[must_use]
pub fn entity_type(word: &str) -> Option<EntityType> {
    let matched = wattbook_domain::catalogue::matched(word);
    EntityType::WORDS.iter().find(|word| word.to_lowercase() == matched)?.parse().ok()
}

/// The manufacturer of that name, however it is spelt.
#[must_use]
pub fn find<'m>(manufacturers: &'m [Manufacturer], name: &ManufacturerName) -> Option<&'m Manufacturer> {
    let matched = name.matched();
    manufacturers.iter().find(|manufacturer| manufacturer.name.matched() == matched)
}

fn built_in_type(word: &str) -> Result<&'static TypeOfEntity, Failure> {
    let entity_type = entity_type(word).ok_or(Failure::NotFound)?;
    let types = built_in().map_err(internal)?;
    types.iter().find(|known| known.entity_type == entity_type).ok_or(Failure::NotFound)
}

fn internal(error: Unusable) -> Failure {
    Failure::Internal(error.into())
}

/// A type with what the deployment has of it in the place of what is built in under the same name.
fn merged(built_in: &TypeOfEntity, own: &OwnCatalogue) -> OfferedType {
    let of_type: Vec<_> = own.manufacturers.iter().filter(|own| own.entity_type == built_in.entity_type).collect();
    let replaced = |manufacturer: &&Manufacturer| {
        let matched = manufacturer.name.matched();
        !of_type.iter().any(|own| own.matched == matched)
    };
    let kept = built_in.manufacturers.iter().filter(replaced);
    let manufacturers = kept.chain(of_type.iter().filter_map(|own| own.manufacturer.as_ref()));
    let mut offers: Vec<_> = manufacturers.map(|manufacturer| Offer::of(manufacturer.clone(), own)).collect();
    offers.sort_by_cached_key(|offer| offer.manufacturer.name.matched());
    OfferedType { entity_type: built_in.entity_type, description: built_in.description.clone(), offers }
}

/// The file, before what manufacturers have in common is filled in.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
struct FileBody {
    ways: Value,
    types: Vec<TypeBody>,
}

#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
struct TypeBody {
    #[deserr(rename = "type")]
    entity_type: EntityType,
    description: Text<200>,
    defaults: Value,
    manufacturers: Vec<Value>,
}

fn read(file: &str) -> Result<Vec<TypeOfEntity>, Unusable> {
    let document = serde_json::from_str(file).map_err(|error| Unusable(error.to_string()))?;
    let mut faults = Faults::default();
    let mut types = Vec::new();
    if let Some(FileBody { ways, types: bodies }) = body::read::<FileBody>(&document, &mut faults) {
        for (position, kind) in bodies.into_iter().enumerate() {
            let at = Pointer::root().child("types").child(position).child("manufacturers");
            types.push(read_type(kind, &ways, &at, &mut faults));
        }
    }
    if faults.is_empty() { Ok(types) } else { Err(Unusable(format!("{:?}", faults.list()))) }
}

fn read_type(kind: TypeBody, ways: &Value, at: &Pointer, faults: &mut Faults) -> TypeOfEntity {
    let TypeBody { entity_type, description, defaults, manufacturers } = kind;
    let mut read = Vec::new();
    for (position, manufacturer) in manufacturers.into_iter().enumerate() {
        let at = at.child(position);
        let whole = filled_in(&manufacturer, ways, &defaults, entity_type);
        let mut found = Faults::default();
        let definition = body::read::<Definition>(&whole, &mut found);
        for fault in found.list() {
            if let wattbook_api::fault::Location::Body(below) = &fault.location {
                faults.body(&at.joined(below), fault.reason.clone());
            }
        }
        read.extend(definition.and_then(|definition| definition.manufacturer(&at, faults)));
    }
    read.sort_by_cached_key(|manufacturer| manufacturer.name.matched());
    TypeOfEntity { entity_type, description, manufacturers: read }
}

/// A manufacturer with what it has of its way and of its type.
fn filled_in(manufacturer: &Value, ways: &Value, defaults: &Value, entity_type: EntityType) -> Value {
    let mut whole = Map::new();
    whole.insert("type".into(), entity_type.word().into());
    let way = manufacturer.get("way").and_then(Value::as_str).and_then(|way| ways.get(way));
    for members in [Some(defaults), way, Some(manufacturer)] {
        whole.extend(members.and_then(Value::as_object).cloned().unwrap_or_default());
    }
    whole.remove("way");
    whole.into()
}

#[cfg(test)]
mod tests;
