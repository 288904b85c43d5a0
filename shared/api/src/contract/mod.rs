//! The OpenAPI documents: what an operation says of itself, and what all say together.
//!
//! An operation declares what only it can know ([`Operation`]); its method, path, ids and credential come from the
//! routes of its part's template, its failures from its dialect ([`Failures`]), its examples from what the tests
//! record. One document per API is generated of these, checked in as `shared/dialects/<api>/openapi.json`, and a test
//! fails where the two differ. None of it is compiled into what ships: see [`Declaration`].

mod api;
mod codes;
mod failures;
mod operation;
mod parameter;
mod schema;

use serde::Serialize;
use utoipa::ToSchema;

pub use api::{Api, ContractError, Route, document};
pub use codes::{FaultCode, ProblemCode, open_enumeration};
pub use failures::{Failures, PROBLEM, Refusal};
pub use operation::{Examples, Operation};
pub use parameter::Parameter;
pub use schema::{Shape, any, json, schema_of};

/// What an operation says of itself; called for each of its routes.
pub type Describe = fn(Operation) -> Operation;

/// An operation's part of the contract, where the feature `contract` is on. What is deployed is built without, and the
/// linker finds nobody who asks for any of this.
#[derive(Clone, Copy)]
pub struct Declaration(Option<(&'static Failures, Describe)>);

impl Declaration {
    /// Of a function without routes, or of one that no caller asks for by its path.
    pub const NONE: Self = Self(None);

    /// Of a function with routes.
    #[must_use]
    pub const fn new(failures: &'static Failures, describe: Describe) -> Self {
        if cfg!(feature = "contract") { Self(Some((failures, describe))) } else { Self::NONE }
    }

    /// What it says, if it says anything.
    #[must_use]
    pub const fn get(self) -> Option<(&'static Failures, Describe)> {
        self.0
    }
}

/// The body of what API Gateway answers by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct GatewayMessage {
    /// One word for what happened.
    message: String,
}
