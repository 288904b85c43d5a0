//! The OpenAPI document of the whole bundle.

use utoipa::{OpenApi as _, openapi::OpenApi};
use wattbook_accounts::contract::Shared;

use crate::functions::FUNCTIONS;

/// What every function declares of its operations, in one document.
#[must_use]
pub fn document() -> OpenApi {
    let operations = FUNCTIONS.iter().filter_map(|function| function.contract);
    let mut document = operations
        .fold(wattbook_api::contract::base().merge_from(Shared::openapi()), |document, contract| {
            document.merge_from(contract())
        });
    for item in document.paths.paths.values_mut() {
        let all = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
        for operation in all.into_iter().flatten() {
            // Said, not left out: whoever reads an operation alone sees that it takes no credential.
            operation.security.get_or_insert_default();
        }
    }
    document
}
