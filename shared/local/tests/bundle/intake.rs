//! Bodies that come without HTTP, carried out past every queue.

use std::collections::{BTreeMap, HashMap};

use reqwest::Method;
use serde_json::{Value, json};
use wattbook_api::{Environment, Principal, Resource, Services};
use wattbook_domain::{AccessLevel, Actor, LabelPartnerCode, OrganisationId};
use wattbook_intake::{Dialect, Effect, Intake, Mode, Outcome};

use crate::{
    onboarding::requests::{VIN, car},
    support::{Item, Running, body, text, with, without},
};

/// The services of a function that takes bodies, with the organisation that they are for.
struct Desk {
    running: Running,
    services: Services,
}

impl Desk {
    async fn open() -> Self {
        let running = Running::start().await;
        let access = running.bundle.store().clone();
        let scope = if running.bundle.is_deployed() { "organisation" } else { "platform" };
        let environment: Environment = [
            ("TABLE_NAME", running.bundle.table()),
            ("UNIQUENESS_SCOPE", scope),
            ("AWS_REGION", &access.region),
            ("AWS_ACCESS_KEY_ID", &access.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &access.secret_access_key),
            ("AWS_ENDPOINT_URL_DYNAMODB", &access.endpoint),
            ("SIGNING_KEYS", running.bundle.secret("SigningKeys").unwrap()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
        .collect();
        let services = Services::start(&[Resource::Table, Resource::SigningKeys], &environment).unwrap();
        Self { running, services }
    }

    async fn principal(&self, organisation: &str, access: AccessLevel) -> Principal {
        let organisation: OrganisationId = organisation.parse().unwrap();
        let organisation = self.services.store().unwrap().organisation(organisation).await.unwrap().unwrap();
        Principal::acting(Actor::Import("test".into()), access, &organisation)
    }

    async fn admin(&self) -> Principal {
        self.principal(&self.running.bundle.demo().organisation_id, AccessLevel::Admin).await
    }

    async fn other(&self) -> Principal {
        self.principal(&self.running.bundle.demo().other_organisation_id, AccessLevel::Admin).await
    }

    async fn north(&self) -> Principal {
        let label_partner = LabelPartnerCode::parse("NORTH").unwrap();
        let access = AccessLevel::LabelPartner { label_partner };
        self.principal(&self.running.bundle.demo().organisation_id, access).await
    }

    async fn bring(&self, caller: &Principal, (dialect, mode): (Dialect, Mode), key: &str, body: &Value) -> Outcome {
        let body = body.to_string();
        let intake = Intake { dialect, mode, key, body: body.as_bytes() };
        intake.carry_out(&self.services, caller).await.unwrap()
    }

    /// Every item of the table, by its key, but what follows from others, a moment later.
    async fn table(&self) -> BTreeMap<String, Item> {
        let key = |item: &Item| format!("{} {}", text(item, "pk"), text(item, "sk"));
        let follows = |item: &Item| ["CHANGE#", "COUNT#"].iter().any(|it| text(item, "sk").starts_with(it));
        let items = self.running.scan().await.into_iter().filter(|item| !follows(item));
        items.map(|item| (key(&item), item)).collect()
    }

    async fn has_written_nothing_since(&self, before: &BTreeMap<String, Item>) {
        let now = self.table().await;
        let other = |key: &&String| before.get(*key) != now.get(*key);
        let written: Vec<_> = before.keys().chain(now.keys()).filter(other).collect();
        assert!(written.is_empty(), "{written:?}");
    }
}

const CREATE: (Dialect, Mode) = (Dialect::Provisioning, Mode::Create);
const UPSERT: (Dialect, Mode) = (Dialect::Provisioning, Mode::Upsert);
const ACCOUNT: (Dialect, Mode) = (Dialect::Accounts, Mode::Upsert);
const DEVICE: (Dialect, Mode) = (Dialect::Onboarding, Mode::Upsert);

fn faults(outcome: &Outcome) -> Vec<String> {
    outcome.faults.iter().map(|it| format!("{} {}", it.code, it.path.as_deref().unwrap_or_default())).collect()
}

#[tokio::test]
async fn the_same_twice_takes_effect_once_and_is_told_the_same() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    for (n, kinds) in [CREATE, UPSERT].into_iter().enumerate() {
        let first = desk.bring(&admin, kinds, &format!("k{n}"), &body(n)).await;
        assert_eq!(first.effect, Effect::Created, "{first:?}");
        assert_eq!(first.ids.external_account_id.as_ref().unwrap().as_str(), format!("account-{n}"));
        assert_eq!(first.ids.installations.len(), 1);
        // Somebody changes it between the first try, whose outcome was lost, and the next.
        let path = format!("/account/{}/customer-info", first.ids.account_id.unwrap());
        let name = json!({"contact_info": {"firstname": "Jane"}});
        let changed = desk.running.change(Method::PUT, desk.running.admin(), &path, Some(name)).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let before = desk.table().await;
        let again = desk.bring(&admin, kinds, &format!("k{n}"), &body(n)).await;
        assert_eq!((again.effect, again.ids), (Effect::Created, first.ids));
        desk.has_written_nothing_since(&before).await;
        let other = desk.bring(&admin, kinds, &format!("k{n}"), &body("other")).await;
        assert_eq!((other.effect, faults(&other)), (Effect::Conflict, vec!["idempotency_key_reused ".to_owned()]));
    }
    assert_eq!(desk.running.consistent_accounts().await.len(), 2);
    desk.running.bundle.stop().await;
}

#[tokio::test]
async fn an_upsert_adds_and_changes_in_one_write_and_then_writes_nothing() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let created = desk.bring(&admin, CREATE, "1", &body(1)).await;
    // The same as it is there: nothing is written, not even a record.
    let before = desk.table().await;
    let same = desk.bring(&admin, UPSERT, "2", &body(1)).await;
    assert_eq!((same.effect, &same.ids), (Effect::Unchanged, &created.ids));
    desk.has_written_nothing_since(&before).await;
    // One more meter, one more installation, another name and e-mail.
    let water = json!({"external_meter_id": "w", "meter_input_method": "IMPORT", "meter_energy_type": "WATER"});
    let more = with(body(1), "/installation_info/0/meters/0/meter_serial_number", "s");
    let mut more = with(more, "/customer_info/email", "jane@example.com");
    more["installation_info"][0]["meters"].as_array_mut().unwrap().insert(0, water);
    more["installation_info"].as_array_mut().unwrap().insert(0, json!({"external_installation_id": "i-2"}));
    let updated = desk.bring(&admin, UPSERT, "3", &more).await;
    assert_eq!((updated.effect, updated.ids.installations.len()), (Effect::Updated, 2));
    let account = &desk.running.consistent_accounts().await[0];
    assert_eq!((account.version, account.installations[0].meters.len()), (2, 2));
    assert_eq!(account.installations[0].external_id.as_str(), "installation-1");
    assert!(!account.customer.email_verified && account.customer.token_requested_at.is_some());
    let before = desk.table().await;
    for key in ["3", "4"] {
        let again = desk.bring(&admin, UPSERT, key, &more).await;
        assert_eq!(again.effect, if key == "3" { Effect::Updated } else { Effect::Unchanged });
        desk.has_written_nothing_since(&before).await;
    }
    // With less, nothing is removed.
    assert_eq!(
        desk.bring(&admin, UPSERT, "5", &with(body(1), "/customer_info/email", "jane@example.com")).await.effect,
        Effect::Unchanged
    );
    let brand = with(body(1), "/labelpartner", "SOUTH");
    let brand = desk.bring(&admin, UPSERT, "6", &brand).await;
    assert_eq!((brand.effect, faults(&brand)), (Effect::Conflict, vec!["immutable /labelpartner".to_owned()]));
    desk.running.bundle.stop().await;
}

#[tokio::test]
async fn every_fault_is_told_in_the_order_of_the_body() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let wrong = with(body(1), "/labelpartner", "NOWHERE");
    let wrong = without(with(wrong, "/customer_info/email", "no address"), "/customer_info/contact_info/lastname");
    let wrong = with(wrong, "/installation_info/0/meters/0/meter_energy_type", "STEAM");
    for kinds in [CREATE, UPSERT] {
        let outcome = desk.bring(&admin, kinds, "1", &wrong).await;
        assert_eq!(outcome.effect, Effect::Invalid);
        assert_eq!(
            faults(&outcome),
            [
                "unknown_label_partner /labelpartner",
                "invalid_email /customer_info/email",
                "required /customer_info/contact_info/lastname",
                "not_allowed /installation_info/0/meters/0/meter_energy_type",
            ]
        );
        assert!(outcome.faults.iter().all(|it| !it.message.is_empty()));
    }
    let large = vec![b' '; wattbook_api::http::MAX_BODY_BYTES + 1];
    for (bytes, code) in
        [(&b"{\"a\": 1, \"a\""[..], "malformed_json"), (b"\xff", "malformed_json"), (&large, "body_too_large")]
    {
        let intake = Intake { dialect: Dialect::Accounts, mode: Mode::Create, key: "2", body: bytes };
        let outcome = intake.carry_out(&desk.services, &admin).await.unwrap();
        assert_eq!((outcome.effect, faults(&outcome)), (Effect::Invalid, vec![format!("{code} ")]));
    }
    assert_eq!(desk.running.consistent_accounts().await.len(), 0);
    desk.running.bundle.stop().await;
}

#[tokio::test]
async fn a_holder_of_the_same_organisation_is_named() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let holder = desk.bring(&admin, CREATE, "1", &body(1)).await.ids.account_id.unwrap().to_string();
    let rival = with(body(1), "/customer_info/external_account_id", "another");
    for (kinds, body, taken) in [(CREATE, body(1), 4), (CREATE, rival.clone(), 3), (UPSERT, rival.clone(), 3)] {
        let outcome = desk.bring(&admin, kinds, "2", &body).await;
        assert_eq!((outcome.effect, outcome.faults.len()), (Effect::Conflict, taken), "{outcome:?}");
        assert!(outcome.faults.iter().all(|it| it.code == "taken" && it.account_id.as_ref() == Some(&holder)));
    }
    // A value that an account wants which is there: told by its place in the body, which is not that in the account.
    desk.bring(&admin, CREATE, "3", &body(3)).await;
    let mut wants = body(3);
    let meter = json!({"external_meter_id": "meter-1", "meter_input_method": "IMPORT", "meter_energy_type": "HEAT"});
    wants["installation_info"][0]["meters"].as_array_mut().unwrap().insert(0, meter);
    let outcome = desk.bring(&admin, UPSERT, "4", &wants).await;
    assert_eq!(faults(&outcome), ["taken /installation_info/0/meters/0/external_meter_id"]);
    desk.running.bundle.stop().await;
}

#[tokio::test]
async fn a_holder_of_another_organisation_is_not_named() {
    let desk = Desk::open().await;
    let (admin, other) = (desk.admin().await, desk.other().await);
    assert_eq!(desk.bring(&admin, CREATE, "1", &body(1)).await.effect, Effect::Created);
    let body = with(body(1), "/labelpartner", "EAST");
    for kinds in [CREATE, UPSERT] {
        let outcome = desk.bring(&other, kinds, "1", &body).await;
        assert_eq!((outcome.effect, outcome.faults.len()), (Effect::Conflict, 4), "{outcome:?}");
        assert!(outcome.faults.iter().all(|it| it.account_id.is_none()));
        assert!(!serde_json::to_string(&outcome).unwrap().contains(&desk.running.bundle.demo().organisation_id));
    }
    desk.bring(&admin, DEVICE, "2", &car(VIN)).await;
    let outcome = desk.bring(&other, DEVICE, "2", &car(VIN)).await;
    assert_eq!((outcome.effect, faults(&outcome)), (Effect::Conflict, vec!["taken /vin".to_owned()]));
    assert!(outcome.faults[0].onboarding_id.is_none());
    desk.running.bundle.stop().await;
}

#[tokio::test]
async fn what_a_brand_brings_reaches_that_brand_alone() {
    let desk = Desk::open().await;
    let (admin, north) = (desk.admin().await, desk.north().await);
    let south = with(body(1), "/labelpartner", "SOUTH");
    let outcome = desk.bring(&north, UPSERT, "1", &south).await;
    assert_eq!(faults(&outcome), ["unknown_label_partner /labelpartner"]);
    assert_eq!(desk.bring(&admin, CREATE, "1", &south).await.effect, Effect::Created);
    // What belongs to another brand is taken, and not told of.
    let outcome = desk.bring(&north, UPSERT, "2", &body(1)).await;
    assert_eq!((outcome.effect, outcome.faults.len()), (Effect::Conflict, 4));
    assert!(outcome.faults.iter().all(|it| it.account_id.is_none()));
    assert_eq!(desk.bring(&north, UPSERT, "3", &body(3)).await.effect, Effect::Created);
    // An answer to the one is none to the other.
    let outcome = desk.bring(&admin, UPSERT, "3", &body(3)).await;
    assert_eq!(faults(&outcome), ["idempotency_key_reused "]);
    let own = json!({"providerAccountId": "account-1", "accountName": "Mine"});
    assert_eq!(faults(&desk.bring(&north, ACCOUNT, "4", &own).await), ["taken /providerAccountId"]);
    desk.running.bundle.stop().await;
}

#[tokio::test]
async fn accounts_of_the_other_dialect_are_added_changed_and_left() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let home = json!({"providerAccountId": "home", "accountName": "Home"});
    let created = desk.bring(&admin, ACCOUNT, "1", &home).await;
    assert_eq!(created.effect, Effect::Created);
    let before = desk.table().await;
    assert_eq!(desk.bring(&admin, ACCOUNT, "1", &home).await.effect, Effect::Created);
    assert_eq!(desk.bring(&admin, ACCOUNT, "2", &home).await.effect, Effect::Unchanged);
    desk.has_written_nothing_since(&before).await;
    let renamed = with(home.clone(), "/accountName", "House");
    let updated = desk.bring(&admin, ACCOUNT, "3", &renamed).await;
    assert_eq!((updated.effect, updated.ids.account_id), (Effect::Updated, created.ids.account_id));
    let taken = desk.bring(&admin, (Dialect::Accounts, Mode::Create), "4", &home).await;
    assert_eq!((taken.effect, faults(&taken)), (Effect::Conflict, vec!["taken /providerAccountId".to_owned()]));
    let nobody = json!({"accountId": "9c0f6f0e-8a58-4c35-8a0a-0e3a56f8a6c1", "accountName": "Nobody"});
    let nobody = desk.bring(&admin, ACCOUNT, "5", &nobody).await;
    assert_eq!((nobody.effect, faults(&nobody)), (Effect::Invalid, vec!["not_found ".to_owned()]));
    assert_eq!(faults(&desk.bring(&admin, ACCOUNT, "6", &json!({})).await), ["required /providerAccountId"]);
    desk.running.consistent_accounts().await;
    desk.running.bundle.stop().await;
}

#[tokio::test]
async fn a_device_that_is_held_for_the_same_is_left() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let device = with(car(VIN), "/reference", "mine");
    let created = desk.bring(&admin, DEVICE, "1", &device).await;
    assert_eq!((created.effect, created.ids.reference.as_ref().unwrap().as_str()), (Effect::Created, "mine"));
    let before = desk.table().await;
    assert_eq!(desk.bring(&admin, DEVICE, "1", &device).await.effect, Effect::Created);
    for device in
        [device.clone(), with(device.clone(), "/takeOver", false), with(device.clone(), "/vin", "wauzzz-ge1nb 012345")]
    {
        let same = desk.bring(&admin, DEVICE, "2", &device).await;
        assert_eq!((same.effect, &same.ids), (Effect::Unchanged, &created.ids));
    }
    desk.has_written_nothing_since(&before).await;
    let holder = created.ids.onboarding_id.unwrap().to_string();
    for (mode, device) in [(Mode::Create, device.clone()), (Mode::Upsert, car(VIN))] {
        let taken = desk.bring(&admin, (Dialect::Onboarding, mode), "3", &device).await;
        assert_eq!((taken.effect, faults(&taken)), (Effect::Conflict, vec!["taken /vin".to_owned()]));
        assert_eq!(taken.faults[0].onboarding_id.as_ref(), Some(&holder));
    }
    let unknown = desk.bring(&admin, DEVICE, "4", &with(device, "/accountId", holder)).await;
    assert_eq!((unknown.effect, faults(&unknown)), (Effect::Invalid, vec!["unknown /accountId".to_owned()]));
    desk.running.consistent_devices().await;
    desk.running.bundle.stop().await;
}

#[tokio::test]
async fn a_device_that_its_owner_is_to_name_is_known_by_its_account() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let account = desk.bring(&admin, CREATE, "1", &body(1)).await.ids.account_id.unwrap().to_string();
    let device = json!({"type": "RetrofitMeter", "manufacturer": "Fludia", "accountId": account, "reference": "first"});
    let created = desk.bring(&admin, DEVICE, "2", &device).await;
    assert_eq!(created.effect, Effect::Created);
    for (key, effect) in [("2", Effect::Created), ("3", Effect::Unchanged)] {
        let again = desk.bring(&admin, DEVICE, key, &device).await;
        assert_eq!((again.effect, &again.ids), (effect, &created.ids));
    }
    assert_eq!(desk.bring(&admin, DEVICE, "4", &with(device, "/reference", "second")).await.effect, Effect::Created);
    desk.running.bundle.stop().await;
}

#[tokio::test]
async fn of_many_at_once_one_creates_and_the_others_find_it() {
    let desk = std::sync::Arc::new(Desk::open().await);
    let admin = desk.admin().await;
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let (desk, admin) = (desk.clone(), admin.clone());
            tokio::spawn(async move { desk.bring(&admin, UPSERT, &format!("k{n}"), &body(1)).await.effect })
        })
        .collect();
    let mut effects = HashMap::<Effect, u32>::new();
    for task in tasks {
        *effects.entry(task.await.unwrap()).or_default() += 1;
    }
    assert_eq!(effects, HashMap::from([(Effect::Created, 1), (Effect::Unchanged, 7)]));
    assert_eq!(desk.running.consistent_accounts().await.len(), 1);
}

/// A queue may hand the same message to two at once: whoever comes too early is told to come again.
#[tokio::test]
async fn the_same_at_the_same_time_takes_effect_once() {
    let desk = std::sync::Arc::new(Desk::open().await);
    let admin = desk.admin().await;
    let bodies =
        [(CREATE, body(1)), (UPSERT, body(2)), (ACCOUNT, json!({"providerAccountId": "home"})), (DEVICE, car(VIN))];
    for (n, (kinds, body)) in bodies.into_iter().enumerate() {
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let (desk, admin, body) = (desk.clone(), admin.clone(), body.to_string());
                tokio::spawn(async move {
                    let (key, (dialect, mode)) = (format!("k{n}"), kinds);
                    let intake = Intake { dialect, mode, key: &key, body: body.as_bytes() };
                    loop {
                        match intake.carry_out(&desk.services, &admin).await {
                            Ok(outcome) => return outcome,
                            Err(failure) => assert!(failure.retry_after_seconds().is_some(), "{failure}"),
                        }
                    }
                })
            })
            .collect();
        let mut found = Vec::new();
        for task in tasks {
            let outcome = task.await.unwrap();
            assert_eq!(outcome.effect, Effect::Created, "{outcome:?}");
            found.push(outcome.ids);
        }
        assert!(found.iter().all(|ids| *ids == found[0]));
    }
    assert_eq!(desk.running.consistent_accounts().await.len(), 3);
    assert_eq!(desk.running.consistent_devices().await.requests.len(), 1);
}
