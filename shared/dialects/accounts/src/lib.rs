//! The accounts dialect (seeds `account-api-genability`, `add-an-account-arcadia`): camelCase under
//! `/rest/v1`, every answer in one envelope.
//!
//! [`bodies`] declares what is read, [`request`] says what it asks for, [`answer`] writes, [`envelope`] wraps;
//! [`lenient`] has the values that are taken in more than one form, [`details`] what is read and written alike, [`change`] is what the operations that change an account have in common.
//!
//! Members and parameters that nobody knows are passed over, as the published convention asks.
//! `null` is the same as absent: so the answer to a `GET` can be sent back as it is.

pub mod answer;
pub mod bodies;
pub mod change;
pub mod contract;
pub mod defaults;
pub mod details;
pub mod envelope;
pub mod field;
pub mod lenient;
pub mod query;
pub mod request;
pub mod target;
pub mod tariffs;

pub use contract::function;
pub use envelope::refuse;
