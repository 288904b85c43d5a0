use std::collections::HashSet;

use super::*;
use crate::{
    Email, ExternalId, LabelPartnerCode, Name, OrganisationId, SerialNumber, Text,
    change::CustomerChange,
    draft::{AccountDraft, InstallationDraft, MeterDraft},
    entity::EntityId,
    onboarding::OnboardingId,
    property::{KeyName, Property},
};

fn account(email_verified: bool) -> Account {
    let installation = |external_id: &str| InstallationDraft {
        external_id: ExternalId::parse(external_id).ok(),
        service_type: "RT-HR-NILM-HW".parse().ok(),
        meters: vec![MeterDraft { external_id: ExternalId::parse(external_id).ok(), ..MeterDraft::default() }],
        ..InstallationDraft::default()
    };
    let draft = AccountDraft {
        label_partner: LabelPartnerCode::parse("NORTH").ok(),
        external_id: ExternalId::parse("a").ok(),
        email: Email::parse("jo@x.nl").ok(),
        email_verified,
        first_name: Name::parse("Jo").ok(),
        last_name: Name::parse("Doe").ok(),
        installations: vec![installation("i1"), installation("i2")],
        ..AccountDraft::default()
    };
    draft.complete(OrganisationId::new_random(), Timestamp::UNIX_EPOCH).unwrap()
}

fn kinds(before: Option<&Account>, after: Option<&Account>) -> Vec<&'static str> {
    follow(before, after, Timestamp::MAX).iter().map(AccountEvent::kind).collect()
}

fn paths(before: &Account, after: &Account) -> Vec<String> {
    match follow(Some(before), Some(after), Timestamp::MAX).swap_remove(0).happening {
        Happening::Updated(paths) => paths,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_kind_of_change_has_its_event() {
    let (verified, owing) = (account(true), account(false));
    assert_eq!(kinds(None, Some(&verified)), ["account.created"]);
    assert_eq!(kinds(None, Some(&owing)), ["account.created", "email.verification_requested"]);
    assert_eq!(kinds(Some(&owing), Some(&owing)), ["account.updated"]);
    assert_eq!(kinds(Some(&owing), None), ["account.deleted"]);
    assert_eq!(kinds(None, None), [""; 0]);
    let deleted = follow(Some(&owing), None, Timestamp::MAX).swap_remove(0);
    assert_eq!((deleted.account, deleted.occurred_at), (&owing, Timestamp::MAX));
}

#[test]
fn each_installation_that_is_added_has_an_event_of_its_own() {
    let after = account(true);
    let mut before = after.clone();
    before.installations.clear();
    assert_eq!(kinds(Some(&before), Some(&after)), ["account.updated", "installation.added", "installation.added"]);
    let events = follow(Some(&before), Some(&after), Timestamp::MAX);
    let added: Vec<_> = after.installations.iter().map(|it| Happening::InstallationAdded(it.id)).collect();
    assert_eq!(events.iter().skip(1).map(|event| event.happening.clone()).collect::<Vec<_>>(), added);
    assert_eq!(events.iter().map(AccountEvent::id).collect::<HashSet<_>>().len(), 3);
    assert_eq!(kinds(Some(&after), Some(&before)), ["account.updated"]);
}

#[test]
fn a_verification_is_told_of_whenever_it_is_asked_for_anew() {
    let before = account(false);
    let mut after = before.clone();
    after.request_token(Timestamp::MAX);
    assert_eq!(kinds(Some(&before), Some(&after)), ["account.updated", "email.verification_requested"]);
    assert_eq!(follow(Some(&before), Some(&after), Timestamp::MIN)[1].occurred_at, Timestamp::MAX);
    let mut registered = after.clone();
    registered.register("hash".into(), Timestamp::MAX);
    assert_eq!(kinds(Some(&after), Some(&registered)), ["account.updated"]);
}

#[test]
fn what_changed_is_named_without_its_values() {
    let before = account(false);
    let mut after = before.clone();
    after.label_partner = LabelPartnerCode::parse("SOUTH").ok();
    let change = CustomerChange { first_name: Name::parse("Jane").ok(), ..CustomerChange::default() };
    after.change_customer(change, Timestamp::MAX).unwrap();
    after.register("hash".into(), Timestamp::MAX);
    assert_eq!(
        paths(&before, &after),
        [
            "label_partner",
            "customer.email_verified",
            "customer.token_requested_at",
            "customer.registration",
            "customer.contact.first_name",
        ]
    );
}

/// The version counts it, and whether the account is active may follow from it.
#[test]
fn what_an_account_has_of_requests_and_devices_changes_it() {
    let before = account(true);
    let mut after = before.clone();
    after.onboardings.insert(OnboardingId::new_random());
    assert_eq!(paths(&before, &after), ["onboardings"]);
    after.onboardings.clear();
    after.entities.insert(EntityId::new_random());
    assert_eq!(paths(&before, &after), ["entities"]);
}

#[test]
fn installations_and_meters_go_by_their_ids() {
    let before = account(true);
    let [first, second] = before.installations.as_slice() else { panic!("two installations") };
    let mut after = before.clone();
    after.installations.swap(0, 1);
    assert_eq!(paths(&before, &after), ["installations"]);
    after.installations[0].service_type = "RT-LR-NILM-HW".parse().unwrap();
    after.installations[1].meters[0].serial_number = SerialNumber::parse("1").ok();
    let meter = format!("installations.{}.meters.{}.serial_number", first.id, first.meters[0].id);
    assert_eq!(
        paths(&before, &after),
        ["installations".to_owned(), meter, format!("installations.{}.service_type", second.id)]
    );
    after.installations.remove(0);
    after.installations[0].meters.clear();
    let gone = format!("installations.{}.meters.{}", first.id, first.meters[0].id);
    let expected = [gone, format!("installations.{}", second.id)];
    assert_eq!(paths(&before, &after), expected);
    // What is gone for the one is new for the other.
    assert_eq!(paths(&after, &before).into_iter().collect::<HashSet<_>>(), HashSet::from(expected));
}

#[test]
fn an_id_belongs_to_one_event_and_is_the_same_each_time() {
    let (a, b) = (account(false), account(false));
    let mut next = a.clone();
    next.version += 1;
    let ids = |before, after| follow(before, after, Timestamp::MAX).iter().map(AccountEvent::id).collect::<Vec<_>>();
    let all = [ids(None, Some(&a)), ids(None, Some(&b)), ids(Some(&a), Some(&next)), ids(Some(&next), None)].concat();
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 6);
    assert_eq!(ids(None, Some(&a)), ids(None, Some(&a)));
}

/// An account can have so many that their keys would not fit into an event, and that to look for each among
/// all of them would take minutes.
#[test]
fn of_many_changed_properties_only_that_is_told() {
    let with = |count: usize, value: &str| {
        let mut account = account(false);
        for n in 0..count {
            let property = Property::new(Text::parse(value).unwrap());
            account.properties.insert(KeyName::parse(&format!("k{n}")).unwrap(), property);
        }
        account
    };
    let before = with(10_000, "1");
    let mut after = before.clone();
    after.properties = with(10_000, "2").properties;
    assert_eq!(paths(&before, &after), ["properties"]);
    after.properties = before.properties.clone();
    after.properties.extend(with(2, "2").properties);
    after.properties.remove(&KeyName::parse("k5").unwrap());
    assert_eq!(paths(&before, &after), ["properties.k0", "properties.k1", "properties.k5"]);
}
