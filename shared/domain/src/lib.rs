//! The rules of Wattbook: what an account is, what may be stored in one, and what must be unique.
//!
//! Nothing here reads, writes, or knows a protocol. Values are parsed, not checked: a value of a
//! type of this crate is valid, and a refused one comes with a [`Flaw`] that says why. Rules that
//! span several values ([`rules`]) work on drafts, so that a caller hears of every fault at once
//! and not of the first.

pub mod account;
mod actor;
pub mod catalogue;
pub mod change;
pub mod changes;
pub mod claim;
pub mod contract;
mod country;
mod details;
pub mod draft;
mod email;
pub mod entity;
pub mod events;
mod flaw;
pub mod identifier;
pub mod import;
mod installation;
pub mod listed;
pub mod merge;
mod moment;
mod number;
mod numbers;
pub mod onboarding;
pub mod organisation;
mod phone;
pub mod postal;
pub mod profile;
pub mod property;
pub mod record;
mod register;
pub mod rules;
mod service_type;
pub mod site;
pub mod tariff;
mod text;
mod time_zone;
pub mod user;
pub mod webhook;
mod words;

pub use account::{
    Account, AccountId, AccountState, AnswerKey, Contact, Customer, InstallationId, MeterId, Registration, TokenPurpose,
};
pub use actor::{Actor, UnknownActor};
pub use claim::{Claim, ClaimKind, Place};
pub use contract::{Contract, ContractKind};
pub use country::CountryCode;
pub use email::Email;
pub use flaw::Flaw;
pub use identifier::{Identifier, IdentifierKind};
pub use installation::{Address, EnergyType, FormerInstallation, FormerMeter, InputMethod, Installation, Meter};
pub use listed::ListField;
pub use moment::{DateOrTime, Moment};
pub use number::{Decimal, Degrees, Share};
pub use numbers::{CustomerNumber, NoCustomerNumber, Ordinals};
pub use organisation::{AccessLevel, LabelPartner, LabelPartnerCode, Organisation, OrganisationId, Reach};
pub use phone::PhoneNumber;
pub use profile::{AccountStatus, AccountType, Profile};
pub use register::{Building, Register};
pub use service_type::ServiceType;
pub use site::{PlaceFacts, PostalArea, Site, SiteAddress};
pub use tariff::{Tariff, TariffService};
pub use text::{ExternalId, Id, Name, ProviderId, SerialNumber, Text};
pub use time_zone::TimeZone;
