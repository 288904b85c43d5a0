//! What can be onboarded: types of entities, and for each the manufacturers, or the ways to a metering point, with what
//! they ask for. All of it is data; these are its shape and its rules.

pub mod attributes;
mod link;
mod name;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Flaw, Identifier, IdentifierKind, words::words};
use attributes::{Attribute, AttributeName, AttributeValue, Attributes};
pub use link::HttpsLink;
pub use name::{ManufacturerName, matched};

words! {
    /// A type of entity (seed `onboarding-entities-realto`).
    EntityType {
        /// An electric or hybrid vehicle.
        Ev = "EV",
        /// A solar installation, by its inverter.
        Pv = "PV",
        /// A smart meter of electricity or gas.
        SmartMeter = "SmartMeter",
        /// A gas meter with a device on it that reads it.
        RetrofitMeter = "RetrofitMeter",
        /// A battery in a building.
        Battery = "Battery",
        /// An electric boiler.
        Boiler = "Boiler",
        /// A charge pole or wall box.
        ChargePole = "ChargePole",
        /// A heat pump.
        HeatPump = "HeatPump",
    }
}

words! {
    /// How a device is proved to be its owner's, and reached.
    Connector {
        /// The owner signs in at the manufacturer (OAuth 2.0).
        Oauth2 = "oauth2",
        /// The owner types a code that only he can see.
        PairingCode = "pairing-code",
        /// The number of the metering point and the owner's consent are enough.
        MeteringPoint = "metering-point",
        /// Nothing is connected: for trying out.
        Sandbox = "sandbox",
    }
}

impl Connector {
    /// Whether it proves that a device is its owner's, as a take-over asks for. A sign-in does if the manufacturer lists
    /// the devices of whoever signs in, which `lists_devices` says; that somebody knows the number of a metering point
    /// proves nothing.
    #[must_use]
    pub const fn proves_device(self, lists_devices: bool) -> bool {
        match self {
            Self::PairingCode | Self::Sandbox => true,
            Self::MeteringPoint => false,
            Self::Oauth2 => lists_devices,
        }
    }
}

words! {
    /// Where the owner consents.
    Consent {
        /// On our page.
        Page = "Page",
        /// On our page, and then at the manufacturer's sign-in.
        PageAndSignIn = "PageAndSignIn",
    }
}

words! {
    /// A step on the way from a request to an entity.
    Step {
        /// The owner agrees on our page, and states what is missing there.
        Consent = "Consent",
        /// He signs in at the manufacturer.
        SignIn = "SignIn",
        /// He types the device's code.
        PairingCode = "PairingCode",
        /// The metering point is verified, which its number and the owner's consent are enough for.
        Verification = "Verification",
        /// The device is connected.
        Connection = "Connection",
    }
}

/// A manufacturer, or another way to a device, and what it asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manufacturer {
    /// The type of its devices. One that makes several types is listed with each.
    pub entity_type: EntityType,
    /// Its name.
    pub name: ManufacturerName,
    /// How its devices are reached.
    pub connector: Connector,
    /// Where the owner consents.
    pub consent: Consent,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// What names a device.
    pub identifier: IdentifyingAttribute,
    /// What is asked for.
    pub attributes: Attributes,
    /// What people can read about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<HttpsLink>,
    /// Values that are taken.
    pub example: BTreeMap<AttributeName, AttributeValue>,
}

/// The attribute that names a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentifyingAttribute {
    /// Which one.
    pub attribute: AttributeName,
    /// What kind of identifier it is.
    pub kind: IdentifierKind,
}

/// Where a manufacturer's definition, or values for it, are wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// In its steps.
    Steps,
    /// In where the owner consents.
    Consent,
    /// In which attribute names the device.
    IdentifyingAttribute,
    /// In the value of this attribute.
    Value(AttributeName),
}

impl IdentifyingAttribute {
    /// Every flaw of values for these attributes, of which this one may be one.
    #[must_use]
    pub fn check(
        &self,
        attributes: &Attributes,
        values: &BTreeMap<AttributeName, AttributeValue>,
    ) -> Vec<(AttributeName, Flaw)> {
        let mut found = attributes.check(values);
        if let Some(AttributeValue::Text(raw)) = values.get(&self.attribute)
            && let Err(flaw) = Identifier::parse(self.kind, raw)
        {
            // It says more than that the text is too long.
            found.retain(|(name, _)| *name != self.attribute);
            found.push((self.attribute.clone(), flaw));
        }
        found
    }
}

impl Manufacturer {
    /// Every rule that the definition breaks. Those of its example are the last.
    #[must_use]
    pub fn check(&self) -> Vec<(Part, Flaw)> {
        let mut broken = Vec::new();
        self.check_steps(&mut broken);
        let by_sign_in = self.consent == Consent::PageAndSignIn;
        if by_sign_in != (self.connector == Connector::Oauth2) {
            let rule = "must be PageAndSignIn with the connector oauth2, and Page with any other";
            broken.push((Part::Consent, Flaw::Inconsistent { rule }));
        }
        let identifying = self.attributes.get(&self.identifier.attribute);
        if !identifying.is_some_and(Attribute::is_required_text) {
            let rule = "must be one of the attributes: a required one, and text";
            broken.push((Part::IdentifyingAttribute, Flaw::Inconsistent { rule }));
        }
        broken.extend(self.check_values(&self.example));
        broken
    }

    /// Every flaw of values that somebody states of a device.
    #[must_use]
    pub fn check_values(&self, values: &BTreeMap<AttributeName, AttributeValue>) -> Vec<(Part, Flaw)> {
        let found = self.identifier.check(&self.attributes, values);
        found.into_iter().map(|(name, flaw)| (Part::Value(name), flaw)).collect()
    }

    fn check_steps(&self, broken: &mut Vec<(Part, Flaw)>) {
        let has = |step| self.steps.contains(&step);
        let repeated = self.steps.iter().enumerate().any(|(i, step)| self.steps.iter().take(i).any(|it| it == step));
        let rule = if self.steps.first() != Some(&Step::Consent) || self.steps.last() != Some(&Step::Connection) {
            "must begin with Consent and end with Connection"
        } else if repeated {
            "must have each step once"
        } else if has(Step::SignIn) != (self.connector == Connector::Oauth2) {
            "must have SignIn with the connector oauth2, and with no other"
        } else if has(Step::PairingCode) != (self.connector == Connector::PairingCode) {
            "must have PairingCode with the connector pairing-code, and with no other"
        } else if has(Step::Verification) != (self.connector == Connector::MeteringPoint) {
            "must have Verification with the connector metering-point, and with no other"
        } else {
            return;
        };
        broken.push((Part::Steps, Flaw::Inconsistent { rule }));
    }
}

#[cfg(test)]
mod tests;
