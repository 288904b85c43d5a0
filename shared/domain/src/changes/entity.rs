//! Which fields of an entity a change is in.

use super::fields::{Differences, common};
use crate::entity::Entity;

/// In what two states of an entity differ. It is taken apart whole, so that a new field is not forgotten here, nor a new
/// secret told.
pub(super) fn differences(before: &Entity, after: &Entity) -> Differences {
    let Entity {
        id: _,
        organisation: _,
        label_partner,
        account,
        external_meter_id,
        onboarding: _,
        entity_type: _,
        manufacturer,
        connector,
        identifying: _,
        identifier,
        claim: _,
        name,
        reference,
        owner,
        attributes,
        collectives,
        disconnected,
        offboarding,
        version: _,
        created_at: _,
        updated_at: _,
    } = before;
    let mut found = Differences::of(common([label_partner.as_ref(), after.label_partner.as_ref()]));
    found.compare("label_partner", label_partner, &after.label_partner);
    found.compare("account", account, &after.account);
    found.compare("external_meter_id", external_meter_id, &after.external_meter_id);
    found.compare("manufacturer", manufacturer, &after.manufacturer);
    found.compare("connector", connector, &after.connector);
    found.compare("identifier", identifier, &after.identifier);
    found.compare("name", name, &after.name);
    found.compare("reference", reference, &after.reference);
    found.compare("owner", owner, &after.owner);
    found.compare("attributes", attributes, &after.attributes);
    found.compare("collectives", collectives, &after.collectives);
    found.compare("disconnected", disconnected, &after.disconnected);
    found.compare("offboarding", offboarding, &after.offboarding);
    found
}
