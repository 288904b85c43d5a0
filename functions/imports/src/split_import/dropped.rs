//! Files that were put into the bucket.
//!
//! Whose a file is says the beginning of its key: only who may write there can have put it there. What is put anywhere else
//! stays as it is, and is told of in the log.

use serde::Deserialize;
use wattbook_api::{Failure, Services, clock};
use wattbook_domain::{
    AccessLevel,
    import::{ImportId, ImportJob, ImportOrder, ImportSource},
};
use wattbook_import::objects::Incoming;

/// A file, as the bucket tells of it.
#[derive(Deserialize)]
pub(super) struct File {
    key: String,
    size: u64,
    etag: String,
    /// What tells one putting of it from the next.
    sequencer: String,
}

/// Orders the import of a file. Told of it again, it finds the same import.
pub(super) async fn begin(services: &Services, file: File) -> Result<(), Failure> {
    let Some(Incoming { organisation, dialect, format }) = Incoming::read(&file.key) else {
        tracing::warn!(code = "unknown_prefix", "a file was passed over");
        return Ok(());
    };
    let store = services.store()?;
    if store.organisation(organisation).await?.is_none() {
        tracing::warn!(code = "unknown_organisation", "a file was passed over");
        return Ok(());
    }
    let order = ImportOrder {
        id: ImportId::of_file(&file.key, &file.sequencer),
        organisation,
        access: AccessLevel::Admin,
        app_id: None,
        dialect,
        format,
        source: ImportSource { key: file.key, etag: file.etag, bytes: file.size },
    };
    Ok(store.create_import(&ImportJob::ordered(order, clock::now()), None).await?)
}
