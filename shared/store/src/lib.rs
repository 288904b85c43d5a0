//! The store: accounts, claims, idempotency records, organisations, credentials, reference data, the
//! deployment's part of the catalogue, onboarding requests, entities, imports and webhooks, in one DynamoDB
//! table.
//!
//! What a caller may rely on:
//!
//! * An account and its claims are written in one transaction, or not at all. Nothing is read
//!   first: a read before a write proves nothing about the moment of the write.
//! * A refused transaction says which values were taken, each by its position.
//! * How many accounts there are is known within moments and costs one read, however many there are.
//! * A write whose answer was lost is recognised as one's own when it is tried again.
//!
//! [`keys`] documents every item of the table. No other crate builds a key or an expression, and
//! nothing here knows a request.
//!
//! Turned down: a trait over several stores (the embedded DynamoDB speaks the same protocol, so
//! the tests run this very code) and an index for uniqueness (an index is eventually consistent; what
//! lists show of an account is therefore read from its item, and the index says only which and in what order).

mod accounts;
mod batch;
mod by;
mod calls;
mod catalogue;
pub mod changes;
mod client;
pub mod connection;
mod error;
mod idempotency;
mod imports;
mod items;
pub mod keys;
pub mod listing;
mod load;
mod log;
mod numbering;
mod onboarding;
mod organisations;
mod records;
mod reference;
mod retry;
mod sign_in_tries;
mod sign_ins;
mod size;
mod transaction;
mod usage;
mod users;
mod webhooks;
mod writes;

pub use catalogue::{MAX_DEFINITION_BYTES, Own, OwnCatalogue};
pub use client::{Store, StoreSettings, UniquenessScope};
pub use error::StoreError;
pub use idempotency::{IdempotencyRecord, Subject};
pub use imports::ImportError;
pub use log::{ChangePage, ListSize, LogOf, Recount, Recounted, WantedChanges};
pub use numbering::NumberingCursor;
pub use onboarding::{DeviceHolder, ListPage, OnboardingError, Place, SealedTokens, Wanted};
pub use organisations::{Credential, CredentialSummary, PartnerPut};
pub use records::{ReadingPlace, RecordOf, RecordPage, RecordPut, RecordsWanted, Stored};
pub use reference::{PlaceRow, TariffRow};
pub use retry::random_part;
pub use sign_in_tries::{SignIn, SignInState, Tries};
pub use sign_ins::SealedSignIn;
pub use usage::Usage;
pub use users::UserPut;
pub use webhooks::WebhookError;
pub use writes::{Held, Holder, Taken, WriteError};

/// The most a stored account may take, in bytes as DynamoDB counts them. An item can have 400 KB;
/// the rest is room for what updates add.
pub const MAX_ACCOUNT_BYTES: usize = 350 * 1024;
