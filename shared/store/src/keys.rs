//! The table: its items and their keys. The only place that knows either.
//!
//! | item | `pk` | `sk` | holds |
//! |---|---|---|---|
//! | account | `O#<organisation>#A#<account id>` | `ACCOUNT` | `account` (installations and meters inside) |
//! | claim | `C#<scope>#<kind>#<value>` | `CLAIM` | `organisation`, `account_id` or, of a user, `user_id`, `label_partner` of the holder |
//! | idempotency record | `O#<organisation>#I#<SHA-256 of the key>` | `IDEMPOTENCY` | the answer, sealed with the key that what it is about holds; the id of that, such as `account_id`; `fingerprint`, `expires_at` |
//! | organisation | `O#<organisation>` | `ORGANISATION` | its name and label partners, `version` |
//! | record of an account | `pk` of the account | `RECORD#<kind>#<id>` | `record`: its `value`, its `version` |
//! | record of an organisation | `O#<organisation>#F#<kind>` | `RECORD#<kind>#<id>` | the same |
//! | guard of a record | `O#<organisation>#V#<kind>#<id>` | `GUARD` | `account_id` of the account that has the record of that id |
//! | head of readings | `pk` of the account | `READINGS#<delivery point>` | `readings`: how often one was put there |
//! | user | `O#<organisation>#U#<id>` | `USER` | `user`: one who is no customer |
//! | tries | `T#<n or a>#<SHA-256 of the name or the address>` | `TRIES` | how many wrong passwords were tried on a name or from an address, and when the `last`; `expires_at` |
//! | credential | `O#<organisation>` | `CREDENTIAL#<app id>` | the keyed hash of its key, access level, revocation |
//! | place | `P#<country>#<postal code>` | `PLACE` | `place`: city, state, coordinates, time zone; `source` |
//! | likely tariff | `P#<country>#<postal code>` | `TARIFF#<customer class>` | `tariff`: the likeliest one there |
//! | manufacturer | `CATALOGUE` | `<entity type>#<name>` | `manufacturer`: what the deployment adds to the catalogue, or puts in the place of what is built in; none hides that |
//! | sign-in | `CATALOGUE` | `<entity type>#<name>#SIGNIN` | `sign_in`: how the owners of a manufacturer's devices sign in there, sealed, and when that was set |
//! | onboarding request | `O#<organisation>#R#<id>` | `ONBOARDING` | `onboarding` |
//! | device claim | `C#<scope>#d#<device>` | `CLAIM` | `organisation`, `onboarding_id`, `entity_id`, `label_partner` of the holder |
//! | claim to take over | `C#<scope>#t#<device>` | `CLAIM` | the same, of the request that wants the device from its holder |
//! | entity | `O#<organisation>#E#<number>` | `ASSET` | `asset` |
//! | tokens | `O#<organisation>#E#<number>` | `TOKENS` | the tokens of the manufacturer's sign-in, sealed |
//! | offboarding | `O#<organisation>#X#<id>` | `OFFBOARDING` | `offboarding` |
//! | collective | `O#<organisation>#G#<id>` | `COLLECTIVE` | `collective` |
//! | member | `O#<organisation>#G#<id>` | `MEMBER#<entity id>` | that the entity is in the collective |
//! | import | `O#<organisation>#J#<id>` | `IMPORT` | `import`, `expires_at` |
//! | lane | `O#<organisation>#J#<id>` | `LANE#<number>` | how many parts of it are `done`, and how many records came to what; `expires_at` |
//! | webhook | `O#<organisation>#H#<id>` | `WEBHOOK` | `webhook`, with its secrets sealed |
//! | webhooks | `O#<organisation>#H` | `WEBHOOKS` | `ids`: the set of the ids of the organisation's webhooks, which are found by it |
//! | delivery | `O#<organisation>#H#<webhook id>` | `DELIVERY#<id>` | `delivery`: an event that a webhook is told of, sealed; `expires_at` |
//! | change | `pk` of the account or the entity | `CHANGE#<version>` | an entry of its change log: `at`, `kind`, `by`, `brand`, `fields`; what was `counted` with it, during which `recount` |
//! | mark of an erasure | `pk` of the account or the entity | `ERASED` | that it is gone; `expires_at` |
//! | counter | `O#<organisation>#N` | `COUNT#<shard>` | how many accounts there are: a number for each list, by its name |
//!
//! The organisation is part of every key that is built from a request, and it comes from the
//! credential. An id of another organisation therefore names an item that does not exist, rather
//! than one that must be filtered out. Places and likely tariffs are the deployment's, not an
//! organisation's: they are looked up for every account and show nothing of any.
//!
//! `<scope>` of a claim is `*` when values are unique across the platform and the organisation's
//! id when each organisation is a world of its own. `<kind>` is one letter: `e` e-mail, `a`
//! external account id, `i` external installation id, `m` external meter id, `p` the customer's id at
//! an identity provider, `n` the number of an account. The value comes last, because it may contain anything, `#` included.
//!
//! `<postal code>` is in the form that is compared ([`PostalArea`]), and `<customer class>` is its
//! number.
//!
//! `<name>` of a manufacturer is what it is found by ([`ManufacturerName::matched`]): letters and digits, the type
//! before it. A definition and a sign-in of one name are there without each other: a sign-in may be that of one that is
//! built in.
//!
//! `<device>` is what [`DeviceClaim`] makes of an identifier: the space it is unique in, and its one form. An entity's
//! `<number>` is in its id.
//!
//! Every item is a partition of its own, except an organisation with its credentials, an account and an entity with what
//! is told of their changes, an entity with its tokens, a collective with its members, an import with its lanes, a webhook
//! with its deliveries, a place with its tariffs, the manufacturers of the deployment with their sign-ins, and the
//! counters of an organisation, which are read together. `expires_at` (epoch seconds) is the table's TTL attribute.
//!
//! # Lists
//!
//! An account stands in up to four lists of its organisation, of which it is in at most two at a time:
//! those that are live (`L`) or deleted (`D`), of the whole organisation or of one brand (`L#<brand>`).
//! Besides `account` its item has, for the two indexes:
//!
//! | attribute | holds |
//! |---|---|
//! | `list_pk` | `O#<organisation>#<L or D>`: the key of index `Lists`, with `list_sk` |
//! | `brand_pk` | `O#<organisation>#<L or D>#<brand>`: the key of index `ListsByBrand`, with `list_sk`; absent without a brand |
//! | `list_sk` | the name, folded and cut to 960 bytes, U+0001, the account's id |
//! | `listed` | the fields that lists are searched, filtered and sorted by, as they are spelt in the accounts API |
//!
//! No name has a control character, so U+0001 sorts below all that a longer name goes on with. Both
//! indexes repeat `listed` alone: an entry has a few hundred bytes however large the account is.
//!
//! A counter's attributes are named like the lists: `L`, `D`, `L#<brand>`, `D#<brand>`. Its shard follows from
//! the account's id, and what counts is the sum over the shards: their number may change at any time. `changes` counts
//! what was added to it, and while the accounts are recounted, `recount` says by which recount.
//!
//! Onboarding requests, entities, collectives and imports stand in lists, too, the newest first: `list_pk` is
//! `O#<organisation>#R`, `#E`, `#G` or `#J`, `brand_pk` the same with `#<brand>`, `list_sk` the time of creation and the
//! id, and `listed` what lists are filtered by. On an account's item `onboardings` and `entities` are the sets of the ids
//! of its requests and of its connected devices: they stand beside the account, so that one is added without reading it.
//!
//! Records stand in lists of their account and kind: `list_pk` is `<pk of the account>#<kind>`, `list_sk` what they are
//! ordered by, U+0001 and the id, and `listed` what lists are filtered by.
//!
//! # Who wrote
//!
//! The items of accounts, onboarding requests and entities say in `by` who wrote them last: an [`Actor`] as text, or the
//! end of the app id, from its dot on, that does not name the organisation. It stands beside the account, so that whoever
//! adds to a set of it says so, too; and it is not read with it.
//!
//! [`Actor`]: wattbook_domain::Actor
//!
//! # What is due
//!
//! An item of which something is due at some time has `due_pk`, the kind of it and a shard, and `due_sk`, the time and what
//! the item is: the keys of the index `DueFirst`. Without these attributes an item is not in it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wattbook_domain::{
    Account, AccountId, Claim, ClaimKind, LabelPartnerCode, OrganisationId, PostalArea,
    catalogue::{EntityType, ManufacturerName},
    entity::{CollectiveId, EntityId, EntityNumber, OffboardingId},
    import::ImportId,
    listed::folded,
    onboarding::{DeviceClaim, OnboardingId},
    property::CustomerClass,
    record::RecordKind,
    user::UserId,
    webhook::{DeliveryId, WebhookId},
};

use crate::{UniquenessScope, records::RecordOf};

/// The key of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

/// What the sort key of a credential begins with.
pub(crate) const CREDENTIAL_PREFIX: &str = "CREDENTIAL#";

/// The sort key of every account, and of nothing else.
pub(crate) const ACCOUNT: &str = "ACCOUNT";

/// The key of an account.
#[must_use]
pub fn account(organisation: OrganisationId, account: AccountId) -> Key {
    Key { pk: format!("O#{organisation}#A#{account}"), sk: ACCOUNT.into() }
}

/// The organisation that a key is of, if it is one's.
pub(crate) fn organisation_id(pk: &str) -> Option<OrganisationId> {
    pk.strip_prefix("O#")?.split('#').next().and_then(|id| id.parse().ok())
}

/// What the sort keys of a change log begin with.
pub(crate) const CHANGE_PREFIX: &str = "CHANGE#";

/// The key of the entry of a change, in the partition of what changed.
pub(crate) fn change(partition: String, version: u64) -> Key {
    // As long as the greatest number, so that they sort as the versions do.
    Key { pk: partition, sk: format!("{CHANGE_PREFIX}{version:020}") }
}

/// The sort key of the mark that an account or an entity is erased.
pub(crate) const ERASED: &str = "ERASED";

/// The key of that mark, in the partition of what was erased.
pub(crate) fn erased(partition: String) -> Key {
    Key { pk: partition, sk: ERASED.into() }
}

/// What the partition keys of an organisation's accounts begin with.
pub(crate) fn accounts(organisation: OrganisationId) -> String {
    format!("O#{organisation}#A#")
}

/// The id of the account that a key is of.
pub(crate) fn account_id(pk: &str) -> Option<AccountId> {
    pk.rsplit_once('#').and_then(|(_, id)| id.parse().ok())
}

/// The index by which what an organisation or one of its brands has is listed, with the attribute that is its partition
/// key.
pub(crate) const fn lists(of_brand: bool) -> (&'static str, &'static str) {
    if of_brand { ("ListsByBrand", "brand_pk") } else { ("Lists", "list_pk") }
}

/// The most bytes of a name that a sort key has. With the separator and the id it stays below the 1024
/// that DynamoDB allows.
pub const MAX_LISTED_NAME_BYTES: usize = 960;

/// Stands between the name and the id in the sort key of a list.
const SEPARATOR: char = '\u{1}';

/// How many counters an organisation has. Those who note changes of accounts in different shards do not meet.
pub(crate) const SHARDS: u8 = 16;

/// The name of a list within an organisation: a part of its key, and an attribute of the counters.
#[must_use]
pub fn list_name(deleted: bool, brand: Option<&LabelPartnerCode>) -> String {
    let shelf = if deleted { 'D' } else { 'L' };
    brand.map_or_else(|| shelf.to_string(), |brand| format!("{shelf}#{brand}"))
}

/// The partition of a list in its index.
pub(crate) fn list_partition(organisation: OrganisationId, list: &str) -> String {
    format!("O#{organisation}#{list}")
}

/// Where an account stands in a list.
pub(crate) fn list_position(account: &Account) -> String {
    let name = folded(&account.name().unwrap_or_default());
    format!("{}{SEPARATOR}{}", cut(&name), account.id)
}

/// As much of a folded text as a sort key has.
pub(crate) fn cut(name: &str) -> &str {
    let end = (0..=name.len().min(MAX_LISTED_NAME_BYTES)).rev().find(|end| name.is_char_boundary(*end));
    end.and_then(|end| name.get(..end)).unwrap_or_default()
}

/// The partition of an organisation's counters.
#[must_use]
pub fn counters(organisation: OrganisationId) -> String {
    format!("O#{organisation}#N")
}

/// The key of the counter that an account is counted by.
pub(crate) fn counter(organisation: OrganisationId, account: AccountId) -> Key {
    let digest = Sha256::digest(account.to_string());
    counter_numbered(organisation, digest.first().copied().unwrap_or_default() % SHARDS)
}

/// The key of a counter.
pub(crate) fn counter_numbered(organisation: OrganisationId, shard: u8) -> Key {
    Key { pk: counters(organisation), sk: format!("COUNT#{shard:02}") }
}

/// The key of the claim of a value by an organisation.
#[must_use]
pub fn claim(scope: UniquenessScope, organisation: OrganisationId, claim: &Claim) -> Key {
    match scope {
        UniquenessScope::Platform => platform_claim(claim),
        UniquenessScope::Organisation => claim_in(&organisation.to_string(), claim),
    }
}

/// The key of the claim of a value where it is unique across the platform.
#[must_use]
pub fn platform_claim(claim: &Claim) -> Key {
    claim_in("*", claim)
}

fn claim_in(scope: &str, claim: &Claim) -> Key {
    let kind = match claim.kind {
        ClaimKind::Email => 'e',
        ClaimKind::ExternalAccountId => 'a',
        ClaimKind::ExternalInstallationId => 'i',
        ClaimKind::ExternalMeterId => 'm',
        ClaimKind::AuthenticationProviderId => 'p',
        ClaimKind::CustomerNumber => 'n',
    };
    Key { pk: format!("C#{scope}#{kind}#{}", claim.value), sk: "CLAIM".into() }
}

/// The sort key of every onboarding request, and of nothing else.
pub(crate) const ONBOARDING: &str = "ONBOARDING";

/// The sort key of every entity, and of nothing else.
pub(crate) const ENTITY: &str = "ASSET";

/// The sort key of every collective.
pub(crate) const COLLECTIVE: &str = "COLLECTIVE";

/// The key of an onboarding request.
#[must_use]
pub fn onboarding(organisation: OrganisationId, id: OnboardingId) -> Key {
    Key { pk: format!("O#{organisation}#R#{id}"), sk: ONBOARDING.into() }
}

/// The key of an entity.
#[must_use]
pub fn entity(organisation: OrganisationId, id: EntityId) -> Key {
    entity_numbered(organisation, id.number())
}

/// The key of the entity of that number.
#[must_use]
pub fn entity_numbered(organisation: OrganisationId, number: EntityNumber) -> Key {
    Key { pk: format!("O#{organisation}#E#{number}"), sk: ENTITY.into() }
}

/// The key of the tokens of an entity.
#[must_use]
pub fn tokens(organisation: OrganisationId, id: EntityId) -> Key {
    Key { sk: "TOKENS".into(), ..entity(organisation, id) }
}

/// The key of an offboarding.
#[must_use]
pub fn offboarding(organisation: OrganisationId, id: OffboardingId) -> Key {
    Key { pk: format!("O#{organisation}#X#{id}"), sk: "OFFBOARDING".into() }
}

/// The key of a collective.
#[must_use]
pub fn collective(organisation: OrganisationId, id: CollectiveId) -> Key {
    Key { pk: format!("O#{organisation}#G#{id}"), sk: COLLECTIVE.into() }
}

/// The sort key of every import.
pub(crate) const IMPORT: &str = "IMPORT";

/// The key of an import.
#[must_use]
pub fn import(organisation: OrganisationId, id: ImportId) -> Key {
    Key { pk: format!("O#{organisation}#J#{id}"), sk: IMPORT.into() }
}

/// What the sort keys of an import's lanes begin with.
const LANE_PREFIX: &str = "LANE#";

/// The key of a lane of an import.
#[must_use]
pub fn lane(organisation: OrganisationId, id: ImportId, number: usize) -> Key {
    Key { sk: format!("{LANE_PREFIX}{number}"), ..import(organisation, id) }
}

/// The number of the lane that a sort key is of.
pub(crate) fn lane_number(sk: &str) -> Option<usize> {
    sk.strip_prefix(LANE_PREFIX).and_then(|number| number.parse().ok())
}

/// What the sort keys of a collective's members begin with.
pub(crate) const MEMBER_PREFIX: &str = "MEMBER#";

/// The key of an entity's being in a collective.
#[must_use]
pub fn member(organisation: OrganisationId, collective_id: CollectiveId, id: EntityId) -> Key {
    Key { sk: format!("{MEMBER_PREFIX}{id}"), ..collective(organisation, collective_id) }
}

/// The key of the claim on a device.
#[must_use]
pub fn device(scope: UniquenessScope, organisation: OrganisationId, device: &DeviceClaim) -> Key {
    device_claim(scope, organisation, 'd', device)
}

/// The key of the claim to take a device over.
#[must_use]
pub fn take_over(scope: UniquenessScope, organisation: OrganisationId, device: &DeviceClaim) -> Key {
    device_claim(scope, organisation, 't', device)
}

fn device_claim(scope: UniquenessScope, organisation: OrganisationId, kind: char, device: &DeviceClaim) -> Key {
    let scope = match scope {
        UniquenessScope::Platform => "*".to_owned(),
        UniquenessScope::Organisation => organisation.to_string(),
    };
    Key { pk: format!("C#{scope}#{kind}#{}", device.as_str()), sk: "CLAIM".into() }
}

/// What the sort keys of records begin with.
pub(crate) const RECORD_PREFIX: &str = "RECORD#";

/// The key of a record.
#[must_use]
pub fn record(of: RecordOf, kind: RecordKind, id: &str) -> Key {
    let pk = match of {
        RecordOf::Account(organisation, id) => account(organisation, id).pk,
        RecordOf::Organisation(organisation) => format!("O#{organisation}#F#{}", kind.word()),
    };
    Key { pk, sk: format!("{RECORD_PREFIX}{}#{id}", kind.word()) }
}

/// The kind and the id of a record that a sort key says.
pub(crate) fn record_id(sk: &str) -> Option<(RecordKind, &str)> {
    let (kind, id) = sk.strip_prefix(RECORD_PREFIX)?.split_once('#')?;
    Some((kind.parse().ok()?, id))
}

/// The partition of a list of records in its index.
pub(crate) fn record_list(of: RecordOf, kind: RecordKind) -> String {
    format!("{}#{}", record(of, kind, "").pk, kind.word())
}

/// Where a record stands in its list.
pub(crate) fn record_position(order: &str, id: &str) -> String {
    format!("{order}{SEPARATOR}{id}")
}

/// The key of the guard of a record's id.
#[must_use]
pub fn guard(organisation: OrganisationId, kind: RecordKind, id: &str) -> Key {
    Key { pk: format!("O#{organisation}#V#{}#{id}", kind.word()), sk: "GUARD".into() }
}

/// The key of the head of a delivery point's readings.
#[must_use]
pub fn readings(organisation: OrganisationId, id: AccountId, delivery_point: u32) -> Key {
    Key { sk: format!("READINGS#{delivery_point}"), ..account(organisation, id) }
}

/// The key of a user.
#[must_use]
pub fn user(organisation: OrganisationId, id: UserId) -> Key {
    Key { pk: format!("O#{organisation}#U#{id}"), sk: "USER".into() }
}

/// The key of what was tried on a name or from an address. Hashed, for both say who somebody is.
pub(crate) fn tries(of: char, whose: &str) -> Key {
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(whose.as_bytes()));
    Key { pk: format!("T#{of}#{digest}"), sk: "TRIES".into() }
}

/// The sort key of every webhook, and of nothing else.
pub(crate) const WEBHOOK: &str = "WEBHOOK";

/// The key of a webhook.
#[must_use]
pub fn webhook(organisation: OrganisationId, id: WebhookId) -> Key {
    Key { pk: format!("O#{organisation}#H#{id}"), sk: WEBHOOK.into() }
}

/// The key of the set of an organisation's webhooks.
#[must_use]
pub fn webhooks(organisation: OrganisationId) -> Key {
    Key { pk: format!("O#{organisation}#H"), sk: "WEBHOOKS".into() }
}

/// What the sort keys of a webhook's deliveries begin with.
pub(crate) const DELIVERY_PREFIX: &str = "DELIVERY#";

/// The key of a delivery. The ids sort as the events happened.
#[must_use]
pub fn delivery(organisation: OrganisationId, webhook_id: WebhookId, id: DeliveryId) -> Key {
    Key { sk: format!("{DELIVERY_PREFIX}{id}"), ..webhook(organisation, webhook_id) }
}

/// The index of what is due.
pub(crate) const DUE_FIRST: &str = "DueFirst";

/// How many parts of the index a kind of what is due is spread over.
pub(crate) const DUE_SHARDS: u8 = 8;

/// A part of the index of what is due.
pub(crate) fn due_partition(kind: &str, shard: u8) -> String {
    format!("{kind}#{shard}")
}

/// The part in which something of that id is.
pub(crate) fn due_shard(id: &str) -> u8 {
    Sha256::digest(id).first().copied().unwrap_or_default() % DUE_SHARDS
}

/// The key of the record of an idempotency key. Hashed, because it is the caller's text.
#[must_use]
pub fn idempotency(organisation: OrganisationId, key: &str) -> Key {
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(key.as_bytes()));
    Key { pk: format!("O#{organisation}#I#{digest}"), sk: "IDEMPOTENCY".into() }
}

/// The key of an organisation.
#[must_use]
pub fn organisation(organisation: OrganisationId) -> Key {
    Key { pk: format!("O#{organisation}"), sk: "ORGANISATION".into() }
}

/// The key of a credential.
#[must_use]
pub fn credential(organisation: OrganisationId, app_id: &str) -> Key {
    Key { pk: format!("O#{organisation}"), sk: format!("{CREDENTIAL_PREFIX}{app_id}") }
}

/// The key of what is known of a place.
#[must_use]
pub fn place(area: &PostalArea) -> Key {
    Key { pk: area_partition(area), sk: "PLACE".into() }
}

/// The key of the likeliest tariff in an area for a class of customer.
#[must_use]
pub fn likely_tariff(area: &PostalArea, class: CustomerClass) -> Key {
    Key { pk: area_partition(area), sk: format!("TARIFF#{}", class.number()) }
}

/// The partition of what the deployment has of the catalogue.
pub(crate) const CATALOGUE: &str = "CATALOGUE";

/// What the sort keys of a type's manufacturers begin with.
pub(crate) fn manufacturers(entity_type: EntityType) -> String {
    format!("{}#", entity_type.word())
}

/// The key of a manufacturer, however its name is spelt.
#[must_use]
pub fn manufacturer(entity_type: EntityType, name: &ManufacturerName) -> Key {
    Key { pk: CATALOGUE.into(), sk: manufacturers(entity_type) + &name.matched() }
}

/// What the sort key of a sign-in ends with.
const SIGN_IN: &str = "#SIGNIN";

/// The key of a manufacturer's sign-in, by what its name is found by.
pub(crate) fn sign_in(entity_type: EntityType, matched: &str) -> Key {
    Key { pk: CATALOGUE.into(), sk: manufacturers(entity_type) + matched + SIGN_IN }
}

/// What the key of an item of the catalogue says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CatalogueKey<'k> {
    /// The type of the manufacturer's devices.
    pub(crate) entity_type: EntityType,
    /// What its name is found by.
    pub(crate) matched: &'k str,
    /// Whether it is the key of its sign-in, and not that of its definition.
    pub(crate) is_sign_in: bool,
}

/// What the key of an item of the catalogue says; nothing if it is of a type that this version does not know.
pub(crate) fn catalogue_key(key: &Key) -> Option<CatalogueKey<'_>> {
    let (word, name) = key.sk.split_once('#')?;
    let (matched, is_sign_in) = name.strip_suffix(SIGN_IN).map_or((name, false), |matched| (matched, true));
    // What a name is found by has letters and digits alone.
    let is_known = !matched.contains('#');
    word.parse().ok().filter(|_| is_known).map(|entity_type| CatalogueKey { entity_type, matched, is_sign_in })
}

fn area_partition(area: &PostalArea) -> String {
    format!("P#{}#{}", area.country.as_str(), area.postal_code)
}

#[cfg(test)]
mod tests;
