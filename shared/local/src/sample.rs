//! The sample of tariffs that the bundle starts with, loaded as an operator would: through the
//! operator function. The places are a part of the functions and need no loading.

use serde_json::json;
use wattbook_domain::{CountryCode, PostalArea, property::CustomerClass};
use wattbook_store::Store;

use crate::{
    demo,
    error::{InvokeError, LocalError},
    functions::Functions,
};

/// The function that loads tables.
pub const LOADER: &str = "load-reference-data";

/// A few rows, each of which says where it comes from.
pub const TARIFFS: &str = include_str!("../data/tariffs.csv");

/// Loads the sample, unless its first row is there: what somebody has loaded since is left alone.
pub(crate) async fn load_if_absent(functions: &Functions, store: &Store) -> Result<(), LocalError> {
    let first = PostalArea::of(&CountryCode::united_states(), "94105");
    let first = Some((&first, CustomerClass::Residential));
    // One that cannot be looked at cannot be written to either, and the function says why.
    if let Ok((_, Some(_))) = store.reference(None, first).await {
        return Ok(());
    }
    let loaded = demo::invoke(functions, LOADER, &json!({ "table": "tariffs", "csv": TARIFFS })).await;
    loaded.map(|_| ()).map_err(|source: InvokeError| LocalError::Sample { source })
}
