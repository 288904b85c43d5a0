//! Any change, with values of small pools, so that they meet often.

use proptest::prelude::*;

use crate::{
    AccountStatus, AccountType, CountryCode, DateOrTime, Degrees, Email, ExternalId, Share, SiteAddress, Text,
    TimeZone,
    merge::AccountChange,
    property::{DataType, KeyName, PropertyChange, PropertyDetails},
    tariff::TariffChange,
};

fn text<const MAX: usize>() -> impl Strategy<Value = Option<Text<MAX>>> {
    prop::option::of("[a-c]{1,2}".prop_map(|text| Text::parse(&text).unwrap()))
}

fn id() -> impl Strategy<Value = Option<ExternalId>> {
    prop::option::of("[a-c]{1,2}".prop_map(|id| ExternalId::parse(&id).unwrap()))
}

fn degrees() -> impl Strategy<Value = Option<Degrees>> {
    prop::option::of((-3i32..3).prop_map(Degrees::of_e7))
}

pub(super) fn key() -> impl Strategy<Value = KeyName> {
    "[a-d]".prop_map(|key| KeyName::parse(&key).unwrap())
}

pub(super) fn property() -> impl Strategy<Value = PropertyChange> {
    let moment = |days: std::ops::Range<u8>| {
        prop::option::of(days.prop_map(|day| DateOrTime::parse(&format!("2026-01-0{day}")).unwrap().moment()))
    };
    let share = prop::option::of((0u8..100).prop_map(|percent| Share::of_percent(percent.into()).unwrap()));
    let data_type = prop::option::of(prop::sample::select(vec![DataType::String, DataType::Demand]));
    ("[a-c]{1,2}", moment(1..4), moment(4..7), share, data_type, text()).prop_map(
        |(value, from, to, accuracy, data_type, unit)| PropertyChange {
            value: Text::parse(&value).ok(),
            from,
            to,
            accuracy,
            data_type,
            details: PropertyDetails { unit, ..PropertyDetails::default() },
        },
    )
}

fn address() -> impl Strategy<Value = SiteAddress> {
    let country =
        prop::option::of(prop::sample::select(vec!["NL", "US"]).prop_map(|code| CountryCode::parse(code).unwrap()));
    let parts = (text(), text(), text(), text(), text(), text(), text());
    (parts, country, degrees(), degrees()).prop_map(|(parts, country, longitude, latitude)| {
        let (free_text, name, line1, line2, city, state, postal_code) = parts;
        SiteAddress { free_text, name, line1, line2, city, state, postal_code, country, longitude, latitude }
    })
}

/// A change of everything but the external id; its one tariff is always for the same service and date.
pub(super) fn change() -> impl Strategy<Value = AccountChange> {
    let status = prop::option::of(prop::sample::select(vec![AccountStatus::Active, AccountStatus::Inactive]));
    let kind = prop::option::of(prop::sample::select(vec![AccountType::Customer, AccountType::Target]));
    let zone = prop::option::of(
        prop::sample::select(vec!["UTC", "Europe/Amsterdam"]).prop_map(|zone| TimeZone::parse(zone).unwrap()),
    );
    let email = prop::option::of("[a-c]@x\\.nl".prop_map(|email| Email::parse(&email).unwrap()));
    let properties = prop::collection::btree_map(key(), property(), 0..4);
    let tariff = prop::option::of((text(), text()).prop_map(|(name, currency)| TariffChange {
        master_tariff_id: Some(1),
        name,
        currency,
        ..TariffChange::default()
    }));
    let header = (text(), id(), text(), text(), status, kind, zone);
    (header, (email, text(), text()), address(), properties, tariff).prop_map(
        |(header, person, address, properties, tariff)| {
            let (name, customer_org_id, customer_org_name, owner, status, account_type, time_zone) = header;
            let (email, first_name, last_name) = person;
            AccountChange {
                external_id: None,
                name,
                customer_org_id,
                customer_org_name,
                owner,
                status,
                account_type,
                time_zone,
                email,
                first_name,
                last_name,
                address,
                properties: properties.into_iter().collect(),
                tariffs: tariff.into_iter().collect(),
            }
        },
    )
}
