//! The fields of an account that have a name in this dialect, and can be set and taken out one by
//! one (seed `account-api-genability`, "Add or Update an Account Property").

use serde_json::Value;
use wattbook_domain::{
    CountryCode, Degrees, Email, ExternalId, Flaw, Name, Text, TimeZone,
    merge::{AccountChange, Removable},
};

use wattbook_api::{
    Faults,
    fault::{Pointer, Reason},
    reader::text,
};

/// Sets the field `name` of a change. `None` if no field has this name; otherwise whether the value
/// is one of that field.
pub fn set(change: &mut AccountChange, name: &str, value: &Value) -> Option<Result<(), Reason>> {
    let address = &mut change.address;
    Some(match name {
        "providerAccountId" => put(&mut change.external_id, text(ExternalId::parse)(value)),
        "accountName" => put(&mut change.name, text(Text::parse)(value)),
        "customerOrgId" => put(&mut change.customer_org_id, text(Text::parse)(value)),
        "customerOrgName" => put(&mut change.customer_org_name, text(Text::parse)(value)),
        "owner" => put(&mut change.owner, text(Text::parse)(value)),
        "status" => put(&mut change.status, text(str::parse)(value)),
        "type" => put(&mut change.account_type, text(str::parse)(value)),
        "timeZone" => put(&mut change.time_zone, text(TimeZone::parse)(value)),
        "email" => put(&mut change.email, text(Email::parse)(value)),
        "firstName" => put(&mut change.first_name, text(Name::parse)(value)),
        "lastName" => put(&mut change.last_name, text(Name::parse)(value)),
        "addressString" => put(&mut address.free_text, text(Text::parse)(value)),
        "addressName" => put(&mut address.name, text(Text::parse)(value)),
        "address1" => put(&mut address.line1, text(Text::parse)(value)),
        "address2" => put(&mut address.line2, text(Text::parse)(value)),
        "city" => put(&mut address.city, text(Text::parse)(value)),
        "state" => put(&mut address.state, text(Text::parse)(value)),
        "zip" => put(&mut address.postal_code, text(Text::parse)(value)),
        "country" => put(&mut address.country, text(CountryCode::parse)(value)),
        "lon" => put(&mut address.longitude, number(Degrees::longitude)(value)),
        "lat" => put(&mut address.latitude, number(Degrees::latitude)(value)),
        _ => return None,
    })
}

/// The fields of the header, as they stand in an account.
pub const HEADER: [&str; 11] = [
    "providerAccountId",
    "accountName",
    "customerOrgId",
    "customerOrgName",
    "owner",
    "status",
    "type",
    "timeZone",
    "email",
    "firstName",
    "lastName",
];

/// The fields of `address`.
pub const ADDRESS: [&str; 10] =
    ["addressString", "addressName", "address1", "address2", "city", "state", "zip", "country", "lon", "lat"];

/// The name under which the electricity tariff is set and taken out.
pub const TARIFF: &str = "masterTariffId";

/// What other members of an account are called, which can therefore be the key of no property.
const RESERVED: [&str; 9] = [
    "accountId",
    "labelPartner",
    TARIFF,
    "address",
    "properties",
    "tariffs",
    "installations",
    "formattedAddress",
    "projects",
];

/// Whether something else than a property has this name.
#[must_use]
pub fn is_taken(name: &str) -> bool {
    HEADER.contains(&name) || ADDRESS.contains(&name) || RESERVED.contains(&name)
}

/// What can be taken out under a name. `None` if no field has it.
///
/// # Errors
/// The field stays as long as the account does.
#[must_use]
pub fn removable(name: &str) -> Option<Result<Removable, Flaw>> {
    Some(Ok(match name {
        "accountName" => Removable::Name,
        "customerOrgId" => Removable::CustomerOrgId,
        "customerOrgName" => Removable::CustomerOrgName,
        "owner" => Removable::Owner,
        "type" => Removable::AccountType,
        "timeZone" => Removable::TimeZone,
        "addressString" => Removable::FreeText,
        "addressName" => Removable::AddressName,
        "address1" => Removable::Line1,
        "address2" => Removable::Line2,
        "city" => Removable::City,
        "state" => Removable::State,
        "zip" => Removable::PostalCode,
        "country" => Removable::Country,
        "lon" => Removable::Longitude,
        "lat" => Removable::Latitude,
        _ if is_taken(name) && name != TARIFF => return Some(Err(Flaw::Permanent)),
        _ => return None,
    }))
}

/// Reads the fields of `names` that `object` has, and notes what is wrong with them.
pub fn read(change: &mut AccountChange, path: &Pointer, object: &Value, names: &[&str], faults: &mut Faults) {
    for name in names {
        let value = object.get(name).filter(|value| !value.is_null());
        if let Some(Err(reason)) = value.and_then(|value| set(change, name, value)) {
            faults.body(&path.child(name), reason);
        }
    }
}

/// Reads a number, which may be in quotes, and from it a value of the domain.
pub fn number<T>(parse: impl FnOnce(f64) -> Result<T, Flaw>) -> impl FnOnce(&Value) -> Result<T, Reason> {
    |value| match value.as_f64().or_else(|| value.as_str()?.parse().ok()) {
        Some(number) => parse(number).map_err(Reason::from),
        None => Err(Reason::wrong_type("a number", value)),
    }
}

fn put<T>(place: &mut Option<T>, read: Result<T, Reason>) -> Result<(), Reason> {
    *place = Some(read?);
    Ok(())
}
