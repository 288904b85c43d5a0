//! The columns of each dialect: what a cell under a name is in the body.
//!
//! A row is one body: a customer with one installation of up to four meters, an account, a device, a record. What a row has
//! no room for comes as NDJSON.
//!
//! A column is called as the member of the body is that it fills, or by the whole path to it
//! (`installation_info.0.meters.1.external_meter_id`). Capitals, blanks and signs make no difference. What an organisation
//! names itself comes in columns `properties.<name>`.

use crate::Dialect;

/// How many meters a row of the provisioning dialect has room for.
pub const METERS: usize = 4;

/// What the names of columns begin with that fill members which the body does not name.
pub const OPEN: &str = "properties.";

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, as it stands.
    Text,
    /// A number, with a decimal point or a decimal comma.
    Number,
    /// Yes or no, as spreadsheets write that.
    Flag,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the template.
    pub name: String,
    /// The path to the member, with dots.
    pub path: String,
    /// What its cells hold.
    pub kind: Kind,
}

/// The columns of a dialect, in the order of the template.
#[must_use]
pub fn all(dialect: Dialect) -> Vec<Column> {
    match dialect {
        Dialect::Provisioning => provisioning(),
        Dialect::Accounts => beside(ACCOUNTS).chain(within("address", ADDRESS)).collect(),
        Dialect::Onboarding => beside(ONBOARDING).collect(),
        Dialect::Records => beside(RECORDS).collect(),
    }
}

/// Whether a dialect has columns `properties.<name>`.
#[must_use]
pub const fn has_open(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Accounts | Dialect::Onboarding)
}

/// What a name is recognised by: its letters and digits.
#[must_use]
pub fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

const ACCOUNTS: &[(&str, Kind)] = &[
    ("providerAccountId", Kind::Text),
    ("accountId", Kind::Text),
    ("accountName", Kind::Text),
    ("customerOrgId", Kind::Text),
    ("customerOrgName", Kind::Text),
    ("timeZone", Kind::Text),
    ("owner", Kind::Text),
    ("status", Kind::Text),
    ("customerClass", Kind::Text),
    ("type", Kind::Text),
    ("labelPartner", Kind::Text),
    ("email", Kind::Text),
    ("firstName", Kind::Text),
    ("lastName", Kind::Text),
];

const ADDRESS: &[(&str, Kind)] = &[
    ("addressString", Kind::Text),
    ("addressName", Kind::Text),
    ("address1", Kind::Text),
    ("address2", Kind::Text),
    ("city", Kind::Text),
    ("state", Kind::Text),
    ("zip", Kind::Text),
    ("country", Kind::Text),
    ("lon", Kind::Number),
    ("lat", Kind::Number),
];

const ONBOARDING: &[(&str, Kind)] = &[
    ("type", Kind::Text),
    ("manufacturer", Kind::Text),
    ("vin", Kind::Text),
    ("ean", Kind::Text),
    ("code", Kind::Text),
    ("email", Kind::Text),
    ("model", Kind::Text),
    ("reference", Kind::Text),
    ("owner", Kind::Text),
    ("labelPartner", Kind::Text),
    ("tenantId", Kind::Text),
    ("collectiveId", Kind::Text),
    ("accountId", Kind::Text),
    ("externalMeterId", Kind::Text),
    ("returnUrl", Kind::Text),
    ("takeOver", Kind::Flag),
];

const RECORDS: &[(&str, Kind)] = &[
    ("Kind", Kind::Text),
    ("Key", Kind::Text),
    ("CustomerId", Kind::Text),
    ("InvoiceDate", Kind::Text),
    ("DueDate", Kind::Text),
    ("InvoiceSum", Kind::Number),
    ("UnpaidSum", Kind::Number),
    ("Currency", Kind::Text),
    ("InvoiceType", Kind::Text),
    ("ContractNo", Kind::Number),
    ("LedgerNo", Kind::Number),
    ("Kid", Kind::Text),
    ("CreditStatus", Kind::Text),
    ("DunningIsSent", Kind::Flag),
    ("HasPaymentAgreement", Kind::Flag),
    ("Postponeable", Kind::Flag),
    ("SentToDebtCollection", Kind::Flag),
    ("SentToInvoicePartner", Kind::Flag),
    ("Subject", Kind::Text),
    ("Body", Kind::Text),
    ("Category", Kind::Number),
    ("Priority", Kind::Number),
    ("Channel", Kind::Number),
    ("SentDateTime", Kind::Text),
    ("MeterId", Kind::Text),
    ("RelationshipType", Kind::Text),
    ("Name", Kind::Text),
    ("Version", Kind::Text),
    ("Url", Kind::Text),
    ("DeliveryPointId", Kind::Number),
    ("ReadingDate", Kind::Text),
    ("Value", Kind::Number),
];

/// Members of the body itself.
fn beside(columns: &'static [(&'static str, Kind)]) -> impl Iterator<Item = Column> {
    columns.iter().map(|(name, kind)| column(name, name, *kind))
}

/// Members of a member of it.
fn within(member: &'static str, columns: &'static [(&'static str, Kind)]) -> impl Iterator<Item = Column> {
    columns.iter().map(move |(name, kind)| column(name, &format!("{member}.{name}"), *kind))
}

fn column(name: &str, path: &str, kind: Kind) -> Column {
    Column { name: name.to_owned(), path: path.to_owned(), kind }
}

fn provisioning() -> Vec<Column> {
    let text = |name: &str, path: &str| column(name, path, Kind::Text);
    let mut columns = vec![
        text("labelpartner", "labelpartner"),
        text("external_account_id", "customer_info.external_account_id"),
        text("email", "customer_info.email"),
        text("firstname", "customer_info.contact_info.firstname"),
        text("lastname", "customer_info.contact_info.lastname"),
        text("external_authentication_provider_id", "customer_info.external_authentication_provider_id"),
        column("create_verified_user", "create_verified_user", Kind::Flag),
    ];
    let of_installation = |name: &str, path: &str| text(name, &format!("installation_info.0.{path}"));
    columns.push(of_installation("external_installation_id", "external_installation_id"));
    columns.push(of_installation("installation_labelpartner", "labelpartner"));
    for name in ["street_no", "house_no", "suffix", "postal_code", "country_code"] {
        columns.push(of_installation(name, &format!("address_info.{name}")));
    }
    columns.push(of_installation("service_type", "service_information.service_type"));
    for meter in 0..METERS {
        for name in ["external_meter_id", "meter_input_method", "meter_energy_type", "meter_serial_number"] {
            let called = if meter == 0 { name.to_owned() } else { format!("{name}_{}", meter + 1) };
            columns.push(of_installation(&called, &format!("meters.{meter}.{name}")));
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn no_name_means_two_columns() {
        for dialect in [Dialect::Provisioning, Dialect::Accounts, Dialect::Onboarding, Dialect::Records] {
            let mut known = HashMap::new();
            for column in all(dialect) {
                for name in [&column.name, &column.path] {
                    let before = known.insert(folded(name), column.path.clone());
                    assert!(before.is_none_or(|path| path == column.path), "{dialect:?}: {name}");
                }
            }
        }
    }
}
