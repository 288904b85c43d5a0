//! A look into the table: whether requests, entities, claims and what accounts say of them agree.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_dynamo::from_attribute_value;
use wattbook_domain::{entity::Entity, onboarding::OnboardingRequest};
use wattbook_store::keys;

use crate::support::{Item, Running, text};

/// What the table has of devices.
#[derive(Debug, Default)]
pub(crate) struct Devices {
    pub(crate) requests: Vec<OnboardingRequest>,
    pub(crate) entities: Vec<Entity>,
}

impl Devices {
    pub(crate) fn live(&self) -> impl Iterator<Item = &OnboardingRequest> {
        self.requests.iter().filter(|request| request.is_live())
    }

    pub(crate) fn connected(&self) -> impl Iterator<Item = &Entity> {
        self.entities.iter().filter(|entity| entity.is_connected())
    }
}

impl Running {
    /// Everything of devices in the table, after checking that it agrees: every device has one claim, which is that of the
    /// live request for it or of the connected entity; an account has the requests and entities that say so; nothing is
    /// left of what has ended.
    pub(crate) async fn consistent_devices(&self) -> Devices {
        let scope = self.scope();
        let items = self.scan().await;
        let (mut devices, mut found) = (Devices::default(), Found::default());
        for item in &items {
            found.note(item, &mut devices);
        }
        let (mut claims, mut due, mut of_accounts) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        for request in &devices.requests {
            if let Some(account) = request.account {
                let entry: &mut (BTreeSet<String>, BTreeSet<String>) =
                    of_accounts.entry(account.to_string()).or_default();
                entry.0.insert(request.id.to_string());
            }
            if !request.is_live() {
                continue;
            }
            due.insert(request.id.to_string());
            if let Some(claim) = request.device.claim() {
                let key = if request.taking_over { keys::take_over } else { keys::device };
                let key = key(scope, request.organisation, &claim);
                let twice = claims.insert(key.pk, request.id.to_string());
                assert_eq!(twice, None, "{claim:?} is held twice");
            }
        }
        for entity in devices.connected() {
            if let Some(account) = entity.account {
                of_accounts.entry(account.to_string()).or_default().1.insert(entity.id.to_string());
            }
            let key = keys::device(scope, entity.organisation, &entity.claim());
            assert_eq!(claims.insert(key.pk, entity.onboarding.to_string()), None, "{entity:?} is not alone");
        }
        assert_eq!(found.claims, claims, "claims and what holds them disagree");
        assert_eq!(found.due, due, "what is due and what is live disagree");
        found.accounts.retain(|_, (requests, entities)| !requests.is_empty() || !entities.is_empty());
        assert_eq!(found.accounts, of_accounts, "accounts and their devices disagree");
        let members: BTreeSet<_> = devices
            .entities
            .iter()
            .flat_map(|entity| {
                entity.collectives.iter().map(move |it| keys::member(entity.organisation, *it, entity.id))
            })
            .map(|key| (key.pk, key.sk))
            .collect();
        assert_eq!(found.members, members, "collectives and entities disagree");
        let connected: BTreeSet<_> = devices.connected().map(|it| keys::entity(it.organisation, it.id).pk).collect();
        assert!(found.tokens.is_subset(&connected), "tokens of what is not connected");
        devices
    }
}

#[derive(Default)]
struct Found {
    claims: BTreeMap<String, String>,
    due: BTreeSet<String>,
    accounts: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>,
    members: BTreeSet<(String, String)>,
    tokens: BTreeSet<String>,
}

impl Found {
    fn note(&mut self, item: &Item, devices: &mut Devices) {
        let (pk, sk) = (text(item, "pk"), text(item, "sk"));
        if let Some(request) = item.get("onboarding") {
            let request: OnboardingRequest = from_attribute_value(request.clone()).unwrap();
            if item.contains_key("due_pk") {
                self.due.insert(request.id.to_string());
            }
            devices.requests.push(request);
        } else if let Some(entity) = item.get("asset") {
            devices.entities.push(from_attribute_value(entity.clone()).unwrap());
        } else if sk == "CLAIM" && item.contains_key("onboarding_id") {
            self.claims.insert(pk, text(item, "onboarding_id"));
        } else if sk.starts_with("MEMBER#") {
            self.members.insert((pk, sk));
        } else if sk == "TOKENS" {
            self.tokens.insert(pk);
        } else if sk == "ACCOUNT" {
            let set = |name: &str| match item.get(name) {
                Some(AttributeValue::Ss(ids)) => ids.iter().cloned().collect(),
                _ => BTreeSet::new(),
            };
            let id = pk.rsplit_once('#').unwrap().1.to_owned();
            self.accounts.insert(id, (set("onboardings"), set("entities")));
        }
    }
}
