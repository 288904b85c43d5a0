//! The table: its items and their keys. The only place that knows either.
//!
//! | item | `pk` | `sk` | holds |
//! |---|---|---|---|
//! | account | `O#<organisation>#A#<account id>` | `ACCOUNT` | `account` (installations and meters inside) |
//! | claim | `C#<scope>#<kind>#<value>` | `CLAIM` | `organisation`, `account_id`, `label_partner` of the holder |
//! | idempotency record | `O#<organisation>#I#<SHA-256 of the key>` | `IDEMPOTENCY` | the stored answer, `fingerprint`, `expires_at` |
//! | organisation | `O#<organisation>` | `ORGANISATION` | its name and label partners, `version` |
//! | credential | `O#<organisation>` | `CREDENTIAL#<app id>` | the keyed hash of its key, access level, revocation |
//! | place | `P#<country>#<postal code>` | `PLACE` | `place`: city, state, coordinates, time zone; `source` |
//! | likely tariff | `P#<country>#<postal code>` | `TARIFF#<customer class>` | `tariff`: the likeliest one there |
//!
//! The organisation is part of every key that is built from a request, and it comes from the
//! credential. An id of another organisation therefore names an item that does not exist, rather
//! than one that must be filtered out. Places and likely tariffs are the deployment's, not an
//! organisation's: they are looked up for every account and show nothing of any.
//!
//! `<scope>` of a claim is `*` when values are unique across the platform and the organisation's
//! id when each organisation is a world of its own. `<kind>` is one letter: `e` e-mail, `a`
//! external account id, `i` external installation id, `m` external meter id, `p` the customer's id at
//! an identity provider. The value comes last, because it may contain anything, `#` included.
//!
//! `<postal code>` is in the form that is compared ([`PostalArea`]), and `<customer class>` is its
//! number.
//!
//! Every item is a partition of its own, except an organisation with its credentials, and a place
//! with its tariffs, which are read together. `expires_at` (epoch seconds) is the table's TTL attribute.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wattbook_domain::{AccountId, Claim, ClaimKind, OrganisationId, PostalArea, property::CustomerClass};

use crate::UniquenessScope;

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
const ACCOUNT: &str = "ACCOUNT";

/// The key of an account.
#[must_use]
pub fn account(organisation: OrganisationId, account: AccountId) -> Key {
    Key { pk: format!("O#{organisation}#A#{account}"), sk: ACCOUNT.into() }
}

/// Whether this is the key of an account.
pub(crate) fn is_account(key: &Key) -> bool {
    key.sk == ACCOUNT
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
    };
    Key { pk: format!("C#{scope}#{kind}#{}", claim.value), sk: "CLAIM".into() }
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

fn area_partition(area: &PostalArea) -> String {
    format!("P#{}#{}", area.country.as_str(), area.postal_code)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use wattbook_domain::{ExternalId, Place};

    use super::*;

    /// A value made to look like another kind's or another scope's key stays its own.
    #[test]
    fn no_value_can_reach_the_key_of_another() {
        let organisation = OrganisationId::new_random();
        let hostile = ["1", "e#1", "*#e#1", &format!("{organisation}#e#1"), "1#CLAIM"];
        let mut keys = HashSet::new();
        for scope in [UniquenessScope::Platform, UniquenessScope::Organisation] {
            for value in hostile {
                for kind in ClaimKind::ALL {
                    let value = ExternalId::parse(value).unwrap().to_string();
                    let claimed = Claim { kind, value, place: Place::Email };
                    assert!(keys.insert(claim(scope, organisation, &claimed)), "{claimed:?}");
                }
            }
        }
    }
}
