//! The edge: what stands between a request and the domain.
//!
//! A function is a handler of plain type ([`function`]); around it this crate decodes requests
//! ([`http`], [`json`], [`reader`]), knows who calls ([`principal`]), answers in the caller's
//! dialect ([`problem`], or what its crate under `shared/dialects` has), and keeps promises that are the same
//! everywhere: every fault at once, idempotency, versions, request ids, one log line per request.

pub mod authorizer;
pub mod batch;
pub mod body;
pub mod bucket;
pub mod bus;
pub mod changes;
pub mod clock;
pub mod contract;
pub mod credentials;
pub mod delivery;
pub mod direct;
pub mod fault;
pub mod function;
pub mod happened;
pub mod http;
pub mod idempotency;
pub mod invocation;
pub mod json;
pub mod link;
pub mod list;
pub mod log;
pub mod message;
pub mod oauth;
pub mod own;
pub mod page_token;
pub mod password;
pub mod person;
pub mod persons;
pub mod posted;
pub mod principal;
pub mod problem;
pub mod queue;
pub mod reader;
pub mod schedule;
pub mod schema_types;
pub mod seal;
pub mod secret;
pub mod services;
pub mod signature;
pub mod stream;
#[cfg(test)]
mod stub;
pub mod ticket;
pub mod token;
pub mod verification;
pub mod writing;

pub use fault::{Fault, Faults};
pub use function::{Dialect, Entry, Function, serve};
pub use http::{Answer, Failure, Request};
pub use invocation::{InvocationError, Pending};
pub use message::Message;
pub use person::{Caller, Own, Person};
pub use principal::Principal;
pub use services::{Environment, Resource, Services, StartError};
