//! How a manufacturer is defined: in the file of those that are built in, and by an operator for his deployment.

use std::collections::BTreeMap;

use deserr::Deserr;
use wattbook_api::{Faults, fault::Pointer};
use wattbook_domain::{
    IdentifierKind,
    catalogue::{
        Connector, Consent, EntityType, HttpsLink, IdentifyingAttribute, Manufacturer, ManufacturerName, Part, Step,
        attributes::AttributeName,
    },
};

use crate::schema::{Members, SchemaBody, ValueBody};

/// A definition, as it is read. Its members are those of the answer that tells of the manufacturer.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields, rename_all = camelCase)]
pub struct Definition {
    #[deserr(rename = "type")]
    entity_type: EntityType,
    manufacturer: ManufacturerName,
    connector: Connector,
    consent: Consent,
    steps: Vec<Step>,
    identifier: IdentifierBody,
    attributes: SchemaBody,
    #[deserr(default)]
    documentation_link: Option<HttpsLink>,
    example_attributes: Members<ValueBody>,
}

#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
struct IdentifierBody {
    attribute: AttributeName,
    kind: IdentifierKind,
}

impl Definition {
    /// The manufacturer, if the definition goes together; what is wrong is noted below `at`.
    pub fn manufacturer(self, at: &Pointer, faults: &mut Faults) -> Option<Manufacturer> {
        let mut own = Faults::default();
        let attributes = self.attributes.attributes(&at.child("attributes"), &mut own);
        let manufacturer = Manufacturer {
            entity_type: self.entity_type,
            name: self.manufacturer,
            connector: self.connector,
            consent: self.consent,
            steps: self.steps,
            identifier: IdentifyingAttribute { attribute: self.identifier.attribute, kind: self.identifier.kind },
            attributes,
            documentation: self.documentation_link,
            example: self
                .example_attributes
                .0
                .into_iter()
                .map(|(name, ValueBody(value))| (name, value))
                .collect::<BTreeMap<_, _>>(),
        };
        for (part, flaw) in manufacturer.check() {
            own.body(&place(at, &part), flaw);
        }
        let sound = own.is_empty();
        faults.extend(own);
        sound.then_some(manufacturer)
    }
}

fn place(at: &Pointer, part: &Part) -> Pointer {
    match part {
        Part::Steps => at.child("steps"),
        Part::Consent => at.child("consent"),
        Part::IdentifyingAttribute => at.child("identifier").child("attribute"),
        Part::Value(name) => at.child("exampleAttributes").child(name),
    }
}
