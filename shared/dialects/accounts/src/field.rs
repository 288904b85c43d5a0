//! The fields of an account that have a name in this dialect, and can be set and taken out one by
//! one (seed `account-api-genability`, "Add or Update an Account Property").

use serde_json::json;
use wattbook_domain::{
    Flaw,
    merge::{AccountChange, Removable},
};

use crate::bodies::AccountBody;
use wattbook_api::{Faults, body, fault::Reason};

/// A change that sets the field `name` to a value. `None` if no field has this name.
///
/// # Errors
/// The value is none of that field.
#[must_use]
pub fn set(name: &str, value: &str) -> Option<Result<AccountChange, Reason>> {
    // As it would stand in an account: so each field is read in one way only.
    let body = match (HEADER.contains(&name), ADDRESS.contains(&name)) {
        (true, _) => json!({ name: value }),
        (_, true) => json!({ "address": { name: value } }),
        _ => return None,
    };
    let mut faults = Faults::default();
    let read = body::read::<AccountBody>(&body, &mut faults);
    let fault = faults.list().first().map(|fault| fault.reason.clone());
    Some(read.map(AccountChange::from).ok_or_else(|| fault.unwrap_or_else(Reason::required)))
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
