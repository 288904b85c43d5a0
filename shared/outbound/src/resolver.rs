//! Looking up names that lead to the internet alone.

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use wattbook_domain::webhook::is_public;

/// A name leads to an address that is not on the internet.
#[derive(Debug, thiserror::Error)]
#[error("an address that is not on the internet")]
pub(crate) struct NotPublic;

/// Gives the addresses of a name if all of them are on the internet. With one that is not among them the name is refused
/// as a whole: nobody has both in good faith.
#[derive(Debug, Clone)]
pub(crate) struct PublicOnly;

impl ResolveDns for PublicOnly {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            let addresses: Vec<_> = found.map(|address| address.ip()).collect();
            if addresses.iter().all(|address| is_public(*address)) {
                Ok(addresses)
            } else {
                Err(ResolveDnsError::new(NotPublic))
            }
        })
    }
}
