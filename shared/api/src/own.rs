//! What a caller's ids lead to, if it is his: one that is somebody else's is as if it were not there.

use std::str::FromStr;

use wattbook_domain::LabelPartnerCode;

use crate::{Failure, Principal};

/// An id from a path. What is no id at all is not found, like one that nobody has.
///
/// # Errors
/// It is none.
pub fn known<T: FromStr>(id: &str) -> Result<T, Failure> {
    id.parse().map_err(|_| Failure::NotFound)
}

/// What was found, if the caller reaches the brand that it is of.
///
/// # Errors
/// There is none that the caller can see.
pub fn seen<T>(
    caller: &Principal,
    found: Option<T>,
    brand: impl Fn(&T) -> Option<&LabelPartnerCode>,
) -> Result<T, Failure> {
    found.filter(|it| caller.reach.covers_account_of(brand(it))).ok_or(Failure::NotFound)
}
