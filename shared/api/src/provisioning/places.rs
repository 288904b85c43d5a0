//! Where things stand in a body of this dialect.

use serde_json::Value;
use wattbook_domain::{Account, Place, Reach, rules::Breach};
use wattbook_store::Taken;

use crate::{
    Failure,
    fault::{Pointer, in_document_order},
    http::Conflict,
};

/// Where a claimed value stands.
#[must_use]
pub fn claim_pointer(place: Place) -> Pointer {
    match place {
        Place::Email => customer().child("email"),
        Place::ExternalAccountId => customer().child("external_account_id"),
        Place::AuthenticationProviderId => customer().child("external_authentication_provider_id"),
        Place::ExternalInstallationId { installation } => at(installation).child("external_installation_id"),
        Place::ExternalMeterId { installation, meter } => {
            at(installation).child("meters").child(meter).child("external_meter_id")
        }
    }
}

/// Where a rule was broken.
#[must_use]
pub fn breach_pointer(breach: Breach) -> Pointer {
    match breach {
        Breach::At(place) => claim_pointer(place),
        Breach::Meters { installation } => at(installation).child("meters"),
        Breach::Meter { installation, meter } => at(installation).child("meters").child(meter),
        Breach::Account => Pointer::root(),
    }
}

/// The failure that lists every taken value of an account, in the order of the caller's body. The
/// holder is named only to a caller that can see it.
#[must_use]
pub fn conflicts(account: &Account, taken: &[Taken], reach: &Reach, body: &Value) -> Failure {
    conflicts_at(account, taken, reach, body, &claim_pointer)
}

/// As [`conflicts`], for a body in which values stand elsewhere.
#[must_use]
pub fn conflicts_at(
    account: &Account,
    taken: &[Taken],
    reach: &Reach,
    body: &Value,
    pointer: &dyn Fn(Place) -> Pointer,
) -> Failure {
    let claims = account.claims();
    let conflict = |taken: &Taken| {
        let claim = claims.get(taken.position)?;
        let holder = &taken.holder;
        let visible = reach.covers(holder.organisation, holder.label_partner.as_ref());
        Some(Conflict {
            path: pointer(claim.place),
            kind: claim.kind.noun(),
            holder: visible.then_some(holder.account),
            holder_is_deleted: false,
        })
    };
    let mut conflicts: Vec<_> = taken.iter().filter_map(conflict).collect();
    in_document_order(&mut conflicts, body, |conflict| &conflict.path);
    Failure::Taken(conflicts)
}

fn customer() -> Pointer {
    Pointer::root().child("customer_info")
}

fn at(installation: usize) -> Pointer {
    Pointer::root().child("installation_info").child(installation)
}
