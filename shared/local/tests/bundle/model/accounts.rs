//! The operations of the accounts dialect: as requests, and as what they do to the model.

use std::collections::BTreeMap;

use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use super::reference::{Account, Model};

#[derive(Debug, Clone)]
pub(super) enum Step {
    Add { account: u8, email: Option<u8>, brand: bool },
    Upsert { account: u8, email: Option<u8>, owner: Option<u8>, property: Option<(u8, u8)> },
    SetStatus { account: u8, active: bool },
    Delete { account: u8 },
    Erase { account: u8 },
    SetProperty { account: u8, key: u8, value: u8 },
    DeleteProperty { account: u8, key: u8 },
    SetTariff { account: u8, tariff: Tariff },
    DeleteTariff { account: u8, id: u8 },
}

/// A tariff from the beginning of a month until that of another; a month of 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tariff {
    id: u8,
    from: u8,
    until: u8,
}

/// What can be seen of an account here: e-mail, status, owner, properties, tariffs and installations.
pub(super) type Seen = (Option<String>, String, Option<String>, BTreeMap<String, String>, Vec<String>, usize);

fn day(month: u8) -> Option<String> {
    (month > 0).then(|| format!("2026-0{month}-01"))
}

impl Tariff {
    fn ends_before_it_begins(self) -> bool {
        self.from > 0 && self.until > 0 && self.until <= self.from
    }

    fn overlaps(self, other: Self) -> bool {
        let begins_in_time = |one: Self, two: Self| two.until == 0 || one.from < two.until;
        begins_in_time(self, other) && begins_in_time(other, self)
    }
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let (account, email, key) = (0u8..4, prop::option::of(0u8..6), 0u8..3);
    let property = prop::option::of((key.clone(), 0u8..3));
    let tariff = (0u8..3, 0u8..4, 0u8..5).prop_map(|(id, from, until)| Tariff { id, from, until });
    prop_oneof![
        2 => (account.clone(), email.clone(), any::<bool>()).prop_map(|(account, email, brand)| Step::Add { account, email, brand }),
        3 => (account.clone(), email, prop::option::of(0u8..3), property)
            .prop_map(|(account, email, owner, property)| Step::Upsert { account, email, owner, property }),
        2 => (account.clone(), any::<bool>()).prop_map(|(account, active)| Step::SetStatus { account, active }),
        1 => account.clone().prop_map(|account| Step::Delete { account }),
        1 => account.clone().prop_map(|account| Step::Erase { account }),
        2 => (account.clone(), key.clone(), 0u8..3).prop_map(|(account, key, value)| Step::SetProperty { account, key, value }),
        1 => (account.clone(), key).prop_map(|(account, key)| Step::DeleteProperty { account, key }),
        3 => (account.clone(), tariff).prop_map(|(account, tariff)| Step::SetTariff { account, tariff }),
        1 => (account, 0u8..3).prop_map(|(account, id)| Step::DeleteTariff { account, id }),
    ]
}

/// The request that a step is.
pub(super) fn request(step: &Step) -> (Method, String, Option<Value>) {
    let at = |account: &u8, rest: &str| format!("/rest/v1/accounts/pid/a{account}{rest}");
    let letter = |email: &Option<u8>| email.map(|email| format!("e{email}@example.com"));
    match step {
        Step::Add { account, email, brand } => {
            let brand = brand.then_some("NORTH");
            let body =
                json!({"providerAccountId": format!("a{account}"), "email": letter(email), "labelPartner": brand});
            (Method::POST, "/rest/v1/accounts".into(), Some(body))
        }
        Step::Upsert { account, email, owner, property } => {
            let properties: Vec<_> =
                property.iter().map(|(key, value)| json!({"keyName": format!("k{key}"), "dataValue": value})).collect();
            let body = json!({"email": letter(email), "owner": owner.map(|owner| owner.to_string()), "properties": properties});
            (Method::PUT, at(account, ""), Some(body))
        }
        Step::SetStatus { account, active } => {
            let body = json!({"keyName": "status", "dataValue": if *active { "ACTIVE" } else { "INACTIVE" }});
            (Method::POST, at(account, "/properties"), Some(body))
        }
        Step::Delete { account } => (Method::DELETE, at(account, ""), None),
        Step::Erase { account } => (Method::DELETE, at(account, "?hardDelete=true"), None),
        Step::SetProperty { account, key, value } => {
            let body = json!({"keyName": format!("k{key}"), "dataValue": value});
            (Method::PUT, at(account, "/properties"), Some(body))
        }
        Step::DeleteProperty { account, key } => (Method::DELETE, at(account, &format!("/properties/k{key}")), None),
        Step::SetTariff { account, tariff: Tariff { id, from, until } } => {
            let body = json!({"masterTariffId": id, "effectiveDate": day(*from), "endDate": day(*until)});
            (Method::PUT, at(account, "/tariffs"), Some(body))
        }
        Step::DeleteTariff { account, id } => (Method::DELETE, at(account, &format!("/tariffs/{id}")), None),
    }
}

impl Model {
    /// Takes a step, and tells the status that answers it.
    pub(super) fn take_here(&mut self, step: &Step) -> u16 {
        match step {
            Step::Add { account, email, brand } => {
                self.add(Account { id: *account, email: *email, brandless: !brand, ..Account::default() })
            }
            Step::Upsert { account, email, owner, property } => {
                let edit = |found: &mut Account| {
                    if let Some(email) = email {
                        found.write_to(*email, false);
                    }
                    found.owner = owner.or(found.owner);
                    found.properties.extend(*property);
                };
                if self.has(*account) {
                    return self.edit(*account, edit);
                }
                let mut new = Account { id: *account, brandless: true, ..Account::default() };
                edit(&mut new);
                self.add(new)
            }
            Step::SetStatus { account, active } => self.restate(*account, if *active { "ACTIVE" } else { "INACTIVE" }),
            Step::Delete { account } => self.restate(*account, "DELETED"),
            Step::Erase { account } => {
                if self.erase(*account) {
                    200
                } else {
                    404
                }
            }
            Step::SetProperty { account, key, value } => self.edit(*account, |found| {
                found.properties.insert(*key, *value);
            }),
            Step::DeleteProperty { account, key } => self.edit(*account, |found| {
                found.properties.remove(key);
            }),
            Step::SetTariff { account, tariff } => self.set_tariff(*account, *tariff),
            Step::DeleteTariff { account, id } => {
                self.edit(*account, |found| found.tariffs.retain(|tariff| tariff.id != *id))
            }
        }
    }

    fn add(&mut self, new: Account) -> u16 {
        if self.clashes(&new) {
            return 409;
        }
        self.push(new);
        200
    }

    fn edit(&mut self, id: u8, edit: impl FnOnce(&mut Account)) -> u16 {
        self.change(id, 200, |account| {
            edit(account);
            Some(())
        })
    }

    /// The one thing that is done to a deleted account, too.
    fn restate(&mut self, id: u8, status: &'static str) -> u16 {
        self.status(id, status).map_or(404, |()| 200)
    }

    fn set_tariff(&mut self, id: u8, mut tariff: Tariff) -> u16 {
        let Some(found) = self.find(id) else { return 404 };
        let (same, others): (Vec<Tariff>, Vec<_>) = found.tariffs.iter().partition(|other| other.from == tariff.from);
        if let [old] = same[..]
            && old.id == tariff.id
            && tariff.until == 0
        {
            tariff.until = old.until;
        }
        if tariff.ends_before_it_begins() || others.iter().any(|other| other.overlaps(tariff)) {
            return 409;
        }
        self.edit(id, |found| {
            found.tariffs.retain(|other| other.from != tariff.from);
            found.tariffs.push(tariff);
            found.tariffs.sort_by_key(|tariff| tariff.from);
        })
    }

    /// The account as it is seen in this dialect.
    pub(super) fn here(&self, id: u8) -> Option<Seen> {
        let account = self.find(id)?;
        let text = |Tariff { id, from, until }: &Tariff| json!([id, day(*from), day(*until)]).to_string();
        Some((
            account.letter(),
            account.status.to_owned(),
            account.owner.map(|owner| owner.to_string()),
            account.properties.iter().map(|(key, value)| (format!("k{key}"), value.to_string())).collect(),
            account.tariffs.iter().map(text).collect(),
            account.installations.len(),
        ))
    }
}

/// The same of an answer.
pub(super) fn seen(envelope: &Value) -> Seen {
    let account = &envelope["results"][0];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let tariff =
        |tariff: &Value| json!([tariff["masterTariffId"], tariff["effectiveDate"], tariff["endDate"]]).to_string();
    let properties = account["properties"].as_object().unwrap().iter();
    (
        text(&account["email"]),
        text(&account["status"]).unwrap(),
        text(&account["owner"]),
        properties.map(|(key, value)| (key.clone(), text(&value["dataValue"]).unwrap())).collect(),
        account["tariffs"].as_array().unwrap().iter().map(tariff).collect(),
        account["installations"].as_array().unwrap().len(),
    )
}
