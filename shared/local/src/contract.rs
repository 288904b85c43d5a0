//! The OpenAPI document of the whole bundle.

use utoipa::openapi::OpenApi;

use crate::functions::FUNCTIONS;

/// What every function declares of its operations, in one document.
#[must_use]
pub fn document() -> OpenApi {
    let operations = FUNCTIONS.iter().filter_map(|function| function.contract);
    operations.fold(wattbook_api::contract::base(), |document, contract| document.merge_from(contract()))
}
