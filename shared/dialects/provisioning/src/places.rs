//! Where things stand in a body of this dialect.

use serde_json::Value;
use wattbook_domain::{Account, Place, Reach, rules::Breach};
use wattbook_store::Taken;

use wattbook_api::{Failure, Services, fault::Pointer, writing::conflicts_at};

/// The member that a contract stands in.
pub const CONTRACT: &str = "contract_information";

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
        // Nobody states it.
        Place::CustomerNumber => Pointer::root(),
    }
}

/// Where a rule was broken.
#[must_use]
pub fn breach_pointer(breach: Breach) -> Pointer {
    match breach {
        Breach::At(place) => claim_pointer(place),
        Breach::PostalCode { installation } => at(installation).child("address_info").child("postal_code"),
        Breach::ContractNumber { installation } => at(installation).child(CONTRACT).child("contract_no"),
        Breach::ContractEnd { installation } => at(installation).child(CONTRACT).child("end_date"),
        Breach::Meters { installation } => at(installation).child("meters"),
        Breach::Meter { installation, meter } => at(installation).child("meters").child(meter),
        Breach::Account => Pointer::root(),
    }
}

/// The failure that lists every taken value of an account, in the order of the caller's body. The
/// holder is named only to a caller that can see it.
pub async fn conflicts(
    services: &Services,
    reach: &Reach,
    account: &Account,
    taken: &[Taken],
    body: &Value,
) -> Failure {
    conflicts_at(services, reach, account, taken, body, &claim_pointer).await
}

fn customer() -> Pointer {
    Pointer::root().child("customer_info")
}

fn at(installation: usize) -> Pointer {
    Pointer::root().child("installation_info").child(installation)
}
