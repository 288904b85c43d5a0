//! The device that a request is for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Flaw, Identifier, IdentifierKind, Text,
    catalogue::{
        Connector, EntityType, IdentifyingAttribute, Manufacturer, ManufacturerName, Part,
        attributes::{AttributeName, AttributeValue, Attributes},
    },
};

/// The most that the attributes of a device may take, in bytes.
pub const MAX_ATTRIBUTE_BYTES: usize = 8 * 1024;

/// A device, as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// What it is.
    pub entity_type: EntityType,
    /// Who made it, or another way to it.
    pub manufacturer: ManufacturerName,
    /// How it is reached.
    pub connector: Connector,
    /// What names it.
    pub identifying: IdentifyingAttribute,
    /// Its identifier, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Identifier>,
    /// What else was stated of it, and its identifier as it was written.
    pub attributes: BTreeMap<AttributeName, AttributeValue>,
    /// What its owner is still asked for.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub missing: Attributes,
}

fn is_empty(attributes: &Attributes) -> bool {
    attributes.0.is_empty()
}

/// What makes sure that a device belongs to one: two requests with the same claim are for the same device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeviceClaim(String);

impl DeviceClaim {
    /// The claim that was stored as this text.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The claim, as text that may stand in a key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Device {
    /// A device of `manufacturer` of which `attributes` are stated. What is required and not stated is asked of the owner,
    /// except for what names the device: that has to be there, unless only the owner can see it.
    ///
    /// # Errors
    /// Every flaw of what is stated.
    pub fn stated(
        manufacturer: &Manufacturer,
        attributes: BTreeMap<AttributeName, AttributeValue>,
    ) -> Result<Self, Vec<(AttributeName, Flaw)>> {
        let identifying = &manufacturer.identifier;
        let can_wait =
            |name: &AttributeName| *name != identifying.attribute || manufacturer.connector == Connector::PairingCode;
        let mut flaws = Vec::new();
        let mut missing = Vec::new();
        for (part, flaw) in manufacturer.check_values(&attributes) {
            let Part::Value(name) = part else { continue };
            match (manufacturer.attributes.get(&name), flaw) {
                (Some(attribute), Flaw::Required) if can_wait(&name) => missing.push(attribute.clone()),
                (_, flaw) => flaws.push((name, flaw)),
            }
        }
        flaws.extend(not_a_line(&attributes, &identifying.attribute));
        flaws.extend(too_large(&attributes, &identifying.attribute));
        let identifier = identifier(identifying, &attributes);
        if !flaws.is_empty() {
            return Err(flaws);
        }
        Ok(Self {
            entity_type: manufacturer.entity_type,
            manufacturer: manufacturer.name.clone(),
            connector: manufacturer.connector,
            identifying: identifying.clone(),
            identifier,
            attributes,
            missing: Attributes(missing),
        })
    }

    /// The device with what its owner stated of what is missing.
    ///
    /// # Errors
    /// Every flaw of what he stated, and what is still missing.
    pub fn completed(
        &self,
        stated: &BTreeMap<AttributeName, AttributeValue>,
    ) -> Result<Self, Vec<(AttributeName, Flaw)>> {
        let mut flaws = self.identifying.check(&self.missing, stated);
        let attribute = &self.identifying.attribute;
        flaws.extend(not_a_line(stated, attribute));
        let mut attributes = self.attributes.clone();
        attributes.extend(stated.iter().map(|(name, value)| (name.clone(), value.clone())));
        flaws.extend(too_large(&attributes, attribute));
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let identifier = self.identifier.clone().or_else(|| identifier(&self.identifying, &attributes));
        Ok(Self { identifier, attributes, missing: Attributes::default(), ..self.clone() })
    }

    /// The claim on it, once it is known which device it is.
    ///
    /// Numbers of one issuer are one space: what is a Belgian or a Dutch EAN is a GSRN as well. Serial numbers and codes
    /// are a manufacturer's own, and one box may be two devices, such as an inverter and its battery. What is tried out
    /// never stands in the way of what is real.
    #[must_use]
    pub fn claim(&self) -> Option<DeviceClaim> {
        let identifier = self.identifier.as_ref()?;
        let space = match (self.connector, identifier.kind()) {
            (Connector::Sandbox, kind) => format!("sandbox#{}#{}", self.entity_type.word(), kind.word()),
            (_, IdentifierKind::Gsrn | IdentifierKind::EanBe | IdentifierKind::EanNl) => "gsrn".to_owned(),
            (_, kind @ (IdentifierKind::Serial | IdentifierKind::P1Code)) => {
                format!("{}#{}#{}", kind.word(), self.entity_type.word(), self.manufacturer.matched())
            }
            (_, kind) => kind.word().to_owned(),
        };
        Some(DeviceClaim(format!("{space}#{identifier}")))
    }
}

/// The identifier among what is stated, if it is one.
fn identifier(of: &IdentifyingAttribute, stated: &BTreeMap<AttributeName, AttributeValue>) -> Option<Identifier> {
    match stated.get(&of.attribute)? {
        AttributeValue::Text(raw) => Identifier::parse(of.kind, raw).ok(),
        _ => None,
    }
}

/// What is no line of text as all others are. How an identifier is written is settled, whatever stands between its signs.
pub(crate) fn not_a_line<'a>(
    stated: &'a BTreeMap<AttributeName, AttributeValue>,
    identifying: &'a AttributeName,
) -> impl Iterator<Item = (AttributeName, Flaw)> + 'a {
    stated.iter().filter(move |(name, _)| *name != identifying).filter_map(|(name, value)| match value {
        AttributeValue::Text(text) => Text::<1000>::parse(text).err().map(|flaw| (name.clone(), flaw)),
        _ => None,
    })
}

/// How many bytes attributes take in the store, about.
#[must_use]
pub fn attribute_bytes(attributes: &BTreeMap<AttributeName, AttributeValue>) -> usize {
    let value = |value: &AttributeValue| match value {
        AttributeValue::Text(text) => text.len(),
        _ => 16,
    };
    attributes.iter().map(|(name, it)| name.as_str().len() + value(it)).sum()
}

/// That attributes take more than they may, told of the longest.
pub(crate) fn too_large(
    attributes: &BTreeMap<AttributeName, AttributeValue>,
    at: &AttributeName,
) -> Option<(AttributeName, Flaw)> {
    let largest = attributes.iter().filter_map(|(name, value)| match value {
        AttributeValue::Text(text) => Some((text.len(), name)),
        _ => None,
    });
    let name = largest.max().map_or(at, |(_, name)| name);
    (attribute_bytes(attributes) > MAX_ATTRIBUTE_BYTES)
        .then(|| (name.clone(), Flaw::TooMuch { what: "the attributes of a device", max: MAX_ATTRIBUTE_BYTES }))
}
