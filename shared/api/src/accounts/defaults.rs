//! Stand-in.
use wattbook_domain::Account;
use wattbook_store::Store;

use crate::Failure;

/// Stand-in.
///
/// # Errors
/// None.
pub async fn refresh(_: &Store, _: Option<&Account>, _: &mut Account) -> Result<(), Failure> {
    std::future::ready(Ok(())).await
}
