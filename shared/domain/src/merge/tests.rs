mod any;

use any::{change, key, property};
use proptest::prelude::*;

use super::*;
use crate::{CountryCode, DateOrTime, Degrees, OrganisationId, property::PropertyDetails, tariff::TariffChange};

fn blank() -> Account {
    Account::blank(OrganisationId::new_random(), None, Timestamp::UNIX_EPOCH)
}

fn merged(changes: impl IntoIterator<Item = AccountChange>) -> Account {
    let mut account = blank();
    for change in changes {
        account.merge(change, Timestamp::UNIX_EPOCH).unwrap();
    }
    account
}

/// What is stated, or what was.
fn or<T: Clone>(stated: Option<&T>, was: Option<&T>) -> Option<T> {
    stated.or(was).cloned()
}

/// The account as a change should leave it, said field by field.
fn expected(was: &Account, change: &AccountChange) -> Account {
    let mut account = was.clone();
    let (profile, stated) = (&mut account.profile, &mut account.site.stated);
    profile.name = or(change.name.as_ref(), was.profile.name.as_ref());
    profile.customer_org_id = or(change.customer_org_id.as_ref(), was.profile.customer_org_id.as_ref());
    profile.customer_org_name = or(change.customer_org_name.as_ref(), was.profile.customer_org_name.as_ref());
    profile.owner = or(change.owner.as_ref(), was.profile.owner.as_ref());
    profile.status = change.status.unwrap_or(was.profile.status);
    profile.account_type = or(change.account_type.as_ref(), was.profile.account_type.as_ref());
    profile.time_zone = or(change.time_zone.as_ref(), was.profile.time_zone.as_ref());
    let (new, old) = (&change.address, &was.site.stated);
    stated.free_text = or(new.free_text.as_ref(), old.free_text.as_ref());
    stated.name = or(new.name.as_ref(), old.name.as_ref());
    stated.line1 = or(new.line1.as_ref(), old.line1.as_ref());
    stated.line2 = or(new.line2.as_ref(), old.line2.as_ref());
    stated.city = or(new.city.as_ref(), old.city.as_ref());
    stated.state = or(new.state.as_ref(), old.state.as_ref());
    stated.postal_code = or(new.postal_code.as_ref(), old.postal_code.as_ref());
    stated.country = or(new.country.as_ref(), old.country.as_ref());
    stated.longitude = or(new.longitude.as_ref(), old.longitude.as_ref());
    stated.latitude = or(new.latitude.as_ref(), old.latitude.as_ref());
    let customer = &mut account.customer;
    if change.email.is_some() {
        customer.email.clone_from(&change.email);
        customer.token_requested_at = Some(Timestamp::UNIX_EPOCH);
    }
    customer.contact.first_name = or(change.first_name.as_ref(), was.customer.contact.first_name.as_ref());
    customer.contact.last_name = or(change.last_name.as_ref(), was.customer.contact.last_name.as_ref());
    for (key, stated) in &change.properties {
        let old = was.properties.get(key);
        let property = Property {
            value: stated.value.clone().unwrap(),
            from: or(stated.from.as_ref(), old.and_then(|old| old.from.as_ref())),
            to: or(stated.to.as_ref(), old.and_then(|old| old.to.as_ref())),
            accuracy: stated.accuracy.or(old.and_then(|old| old.accuracy)),
            data_type: stated.data_type.or(old.and_then(|old| old.data_type)),
            details: PropertyDetails {
                unit: or(stated.details.unit.as_ref(), old.and_then(|old| old.details.unit.as_ref())),
                ..PropertyDetails::default()
            },
        };
        account.properties.insert(key.clone(), property);
    }
    for stated in &change.tariffs {
        let blank = merged([AccountChange {
            tariffs: vec![TariffChange { master_tariff_id: Some(1), ..TariffChange::default() }],
            ..AccountChange::default()
        }]);
        let mut tariff = was.tariffs.first().or(blank.tariffs.first()).unwrap().clone();
        tariff.facts.name = or(stated.name.as_ref(), tariff.facts.name.as_ref());
        tariff.facts.currency = or(stated.currency.as_ref(), tariff.facts.currency.as_ref());
        account.tariffs = vec![tariff];
    }
    account
}

proptest! {
    #[test]
    fn what_is_stated_is_set_and_the_rest_stays(first in change(), second in change()) {
        let was = merged([first]);
        let mut account = was.clone();
        account.merge(second.clone(), Timestamp::UNIX_EPOCH).unwrap();
        prop_assert_eq!(&account, &expected(&was, &second));
        // Said again, it changes nothing.
        let mut again = account.clone();
        again.merge(second, Timestamp::MAX).unwrap();
        prop_assert_eq!(again, account);
    }

    #[test]
    fn a_property_and_a_change_that_does_not_name_its_key_commute(
        first in change(),
        mut second in change(),
        key in key(),
        set in prop::option::of(property()),
    ) {
        second.properties.retain(|(other, _)| *other != key);
        let own = |account: &mut Account| match set.clone() {
            Some(set) => {
                let change = AccountChange { properties: vec![(key.clone(), set)], ..AccountChange::default() };
                account.merge(change, Timestamp::UNIX_EPOCH).unwrap();
            }
            None => {
                account.properties.remove(&key);
            }
        };
        let mut before = merged([first]);
        let mut after = before.clone();
        own(&mut before);
        before.merge(second.clone(), Timestamp::UNIX_EPOCH).unwrap();
        after.merge(second, Timestamp::UNIX_EPOCH).unwrap();
        own(&mut after);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn ids_never_change(given in "[ab]", stated in "[ab]", change in change()) {
        let own = |id: &str| ExternalId::parse(id).ok();
        let mut account = merged([AccountChange { external_id: own(&given), ..AccountChange::default() }]);
        let (id, organisation) = (account.id, account.organisation);
        let outcome = account.merge(AccountChange { external_id: own(&stated), ..change }, Timestamp::UNIX_EPOCH);
        let refused = Err(Refused::Parts(vec![(Part::ExternalId, Flaw::Immutable)]));
        prop_assert_eq!(outcome, if given == stated { Ok(()) } else { refused });
        prop_assert_eq!((account.id, account.organisation, account.customer.external_id), (id, organisation, own(&given)));
    }
}

fn key_named(name: &str) -> KeyName {
    KeyName::parse(name).unwrap()
}

#[test]
fn a_new_property_needs_a_value_and_a_period_that_ends_after_it_begins() {
    let moment = |day: &str| DateOrTime::parse(day).ok().map(DateOrTime::moment);
    let value = Text::parse("1").ok();
    for (change, flaw) in [
        (PropertyChange { value: None, ..PropertyChange::default() }, Flaw::Required),
        (
            PropertyChange {
                value: value.clone(),
                from: moment("2026-01-02"),
                to: moment("2026-01-01"),
                ..PropertyChange::default()
            },
            Flaw::EndsBeforeStart,
        ),
    ] {
        let change = AccountChange {
            properties: vec![
                (key_named("fine"), PropertyChange { value: value.clone(), ..PropertyChange::default() }),
                (key_named("a"), change),
            ],
            ..AccountChange::default()
        };
        let outcome = blank().merge(change, Timestamp::UNIX_EPOCH);
        assert_eq!(outcome, Err(Refused::Parts(vec![(Part::Property(1), flaw)])));
    }
}

/// Clients turn times into their own zone: the same point in time is no change.
#[test]
fn the_same_point_in_time_with_another_offset_changes_nothing() {
    let until = |raw: &str| AccountChange {
        properties: vec![(
            key_named("a"),
            PropertyChange {
                value: Text::parse("1").ok(),
                to: DateOrTime::parse(raw).ok().map(DateOrTime::moment),
                ..PropertyChange::default()
            },
        )],
        ..AccountChange::default()
    };
    let mut account = merged([until("2026-12-01T00:00:00+01:00")]);
    let before = account.clone();
    account.merge(until("2026-11-30T23:00:00Z"), Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(account, before);
    account.merge(until("2026-11-30T23:00:01Z"), Timestamp::UNIX_EPOCH).unwrap();
    assert_ne!(account, before);
}

/// The zone of an account may follow from the address that is stated with its tariffs.
#[test]
fn an_address_comes_first_if_a_day_depends_on_it() {
    let change = |date: &str| AccountChange {
        address: SiteAddress { country: CountryCode::parse("NL").ok(), ..SiteAddress::default() },
        tariffs: vec![TariffChange { effective_date: DateOrTime::parse(date).ok(), ..TariffChange::default() }],
        ..AccountChange::default()
    };
    let mut account = blank();
    assert!(!account.set_address_first(&change("2026-12-01")));
    let stated = AccountChange { time_zone: TimeZone::parse("UTC").ok(), ..change("2026-12-01T00:00:00Z") };
    assert!(!account.set_address_first(&stated));
    assert_eq!(account.site.stated, SiteAddress::default());
    assert!(account.set_address_first(&change("2026-12-01T00:00:00Z")));
    assert!(account.site.stated.country.is_some());
    // It is there already.
    assert!(!account.set_address_first(&change("2026-12-01T00:00:00Z")));
}

#[test]
fn another_email_owes_a_verification_and_another_spelling_does_not() {
    let to = |email: &str| AccountChange { email: Email::parse(email).ok(), ..AccountChange::default() };
    let mut account = merged([to("jo@x.nl")]);
    account.register("hash".into(), Timestamp::UNIX_EPOCH);
    account.merge(to("JO@X.nl"), Timestamp::MAX).unwrap();
    assert!(account.customer.email_verified);
    account.merge(to("roe@x.nl"), Timestamp::MAX).unwrap();
    assert_eq!((account.customer.email_verified, account.customer.token_requested_at), (false, Some(Timestamp::MAX)));
}

/// What the default tariff follows from changes with place and class, and with whether a tariff is stated.
#[test]
fn the_basis_of_the_default_tariff_is_place_class_and_what_is_stated() {
    let class = |value: &str| AccountChange {
        properties: vec![(
            key_named(CUSTOMER_CLASS),
            PropertyChange { value: Text::parse(value).ok(), ..PropertyChange::default() },
        )],
        ..AccountChange::default()
    };
    let place = AccountChange {
        address: SiteAddress {
            postal_code: Text::parse("94105").ok(),
            country: CountryCode::parse("US").ok(),
            ..SiteAddress::default()
        },
        ..AccountChange::default()
    };
    let stated = AccountChange {
        tariffs: vec![TariffChange { master_tariff_id: Some(1), ..TariffChange::default() }],
        ..AccountChange::default()
    };
    let sought = |changes: Vec<AccountChange>| merged(changes).tariff_basis();
    assert_eq!(sought(vec![place.clone()]).sought, None);
    assert_eq!(sought(vec![class("1")]).sought, None);
    assert_eq!(sought(vec![place.clone(), class("1")]), sought(vec![place.clone(), class("RESIDENTIAL")]));
    assert_ne!(sought(vec![place.clone(), class("1")]), sought(vec![place.clone(), class("GENERAL")]));
    assert_ne!(sought(vec![place.clone(), class("1")]), sought(vec![place, class("1"), stated]));
}

/// Every part that can be taken out is gone then, and nothing else is.
#[test]
fn a_part_that_is_taken_out_is_gone() {
    let parts = [
        Removable::Name,
        Removable::CustomerOrgId,
        Removable::CustomerOrgName,
        Removable::Owner,
        Removable::AccountType,
        Removable::TimeZone,
        Removable::FreeText,
        Removable::AddressName,
        Removable::Line1,
        Removable::Line2,
        Removable::City,
        Removable::State,
        Removable::PostalCode,
        Removable::Country,
        Removable::Longitude,
        Removable::Latitude,
    ];
    let full = AccountChange {
        name: Text::parse("n").ok(),
        customer_org_id: ExternalId::parse("n").ok(),
        customer_org_name: Text::parse("n").ok(),
        owner: Text::parse("n").ok(),
        account_type: Some(AccountType::Target),
        time_zone: TimeZone::parse("UTC").ok(),
        address: SiteAddress {
            free_text: Text::parse("n").ok(),
            name: Text::parse("n").ok(),
            line1: Text::parse("n").ok(),
            line2: Text::parse("n").ok(),
            city: Text::parse("n").ok(),
            state: Text::parse("n").ok(),
            postal_code: Text::parse("n").ok(),
            country: CountryCode::parse("NL").ok(),
            longitude: Some(Degrees::of_e7(1)),
            latitude: Some(Degrees::of_e7(1)),
        },
        ..AccountChange::default()
    };
    let whole = merged([full.clone()]);
    for part in parts {
        let mut account = whole.clone();
        account.remove_part(part);
        assert_ne!(account, whole, "{part:?}");
        account.merge(full.clone(), Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(account, whole, "{part:?}");
    }
    let mut bare = whole;
    for part in parts {
        bare.remove_part(part);
    }
    assert_eq!((bare.profile, bare.site), (crate::Profile::default(), crate::Site::default()));
}

/// Nobody sees it in a list, so that whoever changes it has to say that he knows.
#[test]
fn a_deleted_account_is_changed_only_with_its_status() {
    let named = |status| AccountChange { name: Text::parse("n").ok(), status, ..AccountChange::default() };
    let deleted = merged([named(Some(AccountStatus::Deleted))]);
    for silent in [named(None), AccountChange::default()] {
        let refused = deleted.clone().merge(silent, Timestamp::UNIX_EPOCH);
        assert_eq!(refused, Err(Refused::Parts(vec![(Part::Whole, Flaw::Deleted)])));
    }
    for status in [AccountStatus::Active, AccountStatus::Inactive, AccountStatus::Deleted] {
        let mut account = deleted.clone();
        account.merge(named(Some(status)), Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(account.profile.status, status);
    }
}
