//! The time, as it is stored and shown.

use jiff::Timestamp;

/// Now, to the millisecond.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
