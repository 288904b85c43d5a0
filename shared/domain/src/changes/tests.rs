use serde_json::json;

use super::*;
use crate::{
    AccessLevel, ExternalId, Name, OrganisationId, SerialNumber, Text,
    draft::{AccountDraft, InstallationDraft, MeterDraft},
    property::{KeyName, Property},
};

fn brand(code: &str) -> Option<LabelPartnerCode> {
    LabelPartnerCode::parse(code).ok()
}

fn account() -> Account {
    let installation = |external_id: &str, code: &str| InstallationDraft {
        external_id: ExternalId::parse(external_id).ok(),
        label_partner: brand(code),
        service_type: "RT-HR-NILM-HW".parse().ok(),
        meters: vec![MeterDraft { external_id: ExternalId::parse(external_id).ok(), ..MeterDraft::default() }],
        ..InstallationDraft::default()
    };
    let draft = AccountDraft {
        label_partner: brand("NORTH"),
        external_id: ExternalId::parse("a").ok(),
        email: crate::Email::parse("jo@x.nl").ok(),
        first_name: Name::parse("Jo").ok(),
        last_name: Name::parse("Doe").ok(),
        installations: vec![installation("i1", "NORTH"), installation("i2", "SOUTH")],
        ..AccountDraft::default()
    };
    draft.complete(OrganisationId::new_random(), Timestamp::UNIX_EPOCH).unwrap()
}

fn entry(before: &Account, after: &Account) -> ChangeEntry {
    ChangeEntry::of_account(Some(before), Some(after), Some(Actor::Registration), Timestamp::MAX).unwrap()
}

fn told(entry: &ChangeEntry) -> Vec<(&str, Value, Value)> {
    let value = |value: &Option<Value>| value.clone().unwrap_or_default();
    entry.fields.iter().map(|it| (it.path.as_str(), value(&it.from), value(&it.to))).collect()
}

#[test]
fn values_are_told_one_by_one() {
    let before = account();
    let mut after = before.clone();
    after.version = 2;
    after.customer.contact.first_name = Name::parse("Jane").ok();
    after.site.stated.city = Text::parse("Ede").ok();
    after.properties.insert(KeyName::parse("area").unwrap(), Property::new(Text::parse("90").unwrap()));
    let entity = crate::entity::EntityId::new_random();
    after.entities.insert(entity);
    let entry = entry(&before, &after);
    assert_eq!(
        told(&entry),
        [
            ("site.stated.city", json!(null), json!("Ede")),
            ("properties.area.value", json!(null), json!("90")),
            ("customer.contact.first_name", json!("Jo"), json!("Jane")),
            ("entities", json!(null), json!(entity.to_string())),
        ]
    );
    assert_eq!((entry.version, entry.kind, entry.by.as_ref()), (2, ChangeKind::Updated, Some(&Actor::Registration)));
    let emptied = entry.emptied();
    assert_eq!((emptied.version, emptied.kind, &emptied.by, &emptied.brand), (2, ChangeKind::Updated, &None, &None));
    assert!(emptied.fields.is_empty());
}

#[test]
fn no_secret_is_told() {
    let before = account();
    let mut after = before.clone();
    after.register("the hash".into(), Timestamp::UNIX_EPOCH);
    after.answer_key = crate::AnswerKey::new_random();
    after.customer.token_requested_at = Some(Timestamp::MAX);
    let entry = entry(&before, &after);
    let paths = ["customer.email_verified", "customer.token_requested_at", "customer.registration"];
    assert_eq!(entry.fields.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(), paths);
    assert_eq!(entry.fields[1].to, None);
    assert!(!format!("{entry:?}").contains("the hash"));
}

#[test]
fn what_comes_goes_and_moves_in_lists_is_told_by_ids() {
    let before = account();
    let mut after = before.clone();
    let [first, second] = before.installations.as_slice() else { panic!() };
    after.installations.swap(0, 1);
    after.installations[1].meters[0].serial_number = SerialNumber::parse("1").ok();
    after.installations[0].meters.clear();
    let order = |ids: [&crate::InstallationId; 2]| json!(ids.map(ToString::to_string).join(","));
    let meter = |it: &crate::Installation| format!("installations.{}.meters.{}", it.id, it.meters[0].id);
    let entry = entry(&before, &after);
    assert_eq!(
        told(&entry),
        [
            ("installations", order([&first.id, &second.id]), order([&second.id, &first.id])),
            (&*(meter(first) + ".serial_number"), json!(null), json!("1")),
            (&*(meter(second) + ".external_id"), json!("i2"), json!(null)),
            (&*(meter(second) + ".id"), json!(second.meters[0].id.to_string()), json!(null)),
        ]
    );
}

#[test]
fn a_brand_sees_what_was_its_own() {
    let before = account();
    let organisation = before.organisation;
    let seen = |entry: &ChangeEntry, code: &str| {
        let access = AccessLevel::LabelPartner { label_partner: brand(code).unwrap() };
        entry.clone().seen_by(&Reach { organisation, access })
    };
    let paths =
        |entry: Option<ChangeEntry>| entry.map(|it| it.fields.into_iter().map(|it| it.path).collect::<Vec<_>>());
    let mut after = before.clone();
    after.installations[1].meters[0].serial_number = SerialNumber::parse("1").ok();
    // It is told of the other brand's installation alone: as if nothing had been.
    assert_eq!(seen(&entry(&before, &after), "NORTH"), None);
    after.profile.name = Text::parse("Home").ok();
    assert_eq!(paths(seen(&entry(&before, &after), "NORTH")), Some(vec!["profile.name".to_owned()]));
    assert_eq!(seen(&entry(&before, &after), "SOUTH"), None);
    // With the account its past does not change hands.
    after.label_partner = brand("SOUTH");
    let serial = format!(
        "installations.{}.meters.{}.serial_number",
        after.installations[1].id, after.installations[1].meters[0].id
    );
    assert_eq!(paths(seen(&entry(&before, &after), "SOUTH")), Some(vec![serial]));
    assert_eq!(seen(&entry(&before, &after), "NORTH"), None);
    let created = ChangeEntry::of_account(None, Some(&before), None, Timestamp::MAX).unwrap();
    assert_eq!((created.kind, created.at), (ChangeKind::Created, Timestamp::UNIX_EPOCH));
    assert_eq!(paths(seen(&created, "NORTH")), Some(vec![]));
}

#[test]
fn an_entry_has_a_greatest_size() {
    let with = |value: &str| {
        let mut account = account();
        for n in 0..3000 {
            let property = Property::new(Text::parse(value).unwrap());
            account.properties.insert(KeyName::parse(&format!("k{n}")).unwrap(), property);
        }
        account
    };
    let (before, after) = (with(&"a".repeat(50)), with(&"b".repeat(50)));
    let entry = entry(&before, &Account { installations: before.installations.clone(), ..after });
    assert!(entry.omitted > 0, "{}", entry.fields.len());
    assert!(entry.fields.len() > 500);
    assert!(serde_json::to_string(&entry.fields).unwrap().len() < 400 * 1024);
}
