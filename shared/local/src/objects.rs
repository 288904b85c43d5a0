//! The buckets of the template with their objects, as functions and whoever drops files into them have them.

use std::{
    io::Write,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Body;
use http_body_util::BodyExt;
use jiff::Timestamp;

use crate::{
    embedded::blocking,
    error::LocalError,
    object_store::{Content, ObjectStore},
    template::BucketDefinition,
};

/// Why a content did not arrive.
#[derive(Debug)]
pub(crate) enum ContentFault {
    /// The connection broke, or the framing is wrong.
    Broken,
    /// It cannot be written.
    File(String),
}

/// The buckets, with what is in them.
pub(crate) struct Objects {
    definitions: Vec<BucketDefinition>,
    store: Arc<Mutex<ObjectStore>>,
}

impl Objects {
    /// Opens the objects in `folder`, which is to outlast the bundle if it is `lasting`.
    pub(crate) async fn open(
        definitions: Vec<BucketDefinition>,
        folder: PathBuf,
        lasting: bool,
    ) -> Result<Self, LocalError> {
        let store = blocking(move || ObjectStore::open(&folder, lasting)).await.map_err(LocalError::Objects)?;
        Ok(Self { definitions, store: Arc::new(Mutex::new(store)) })
    }

    pub(crate) fn buckets(&self) -> &[BucketDefinition] {
        &self.definitions
    }

    pub(crate) fn bucket(&self, name: &str) -> Option<&BucketDefinition> {
        self.definitions.iter().find(|bucket| bucket.name == name)
    }

    /// Takes a content in, piece by piece.
    pub(crate) async fn receive(&self, mut body: Body) -> Result<Content, ContentFault> {
        let unwritten = |error: &dyn std::fmt::Display| ContentFault::File(error.to_string());
        let (name, mut file) = self.locked().new_file().map_err(|error| unwritten(&error))?;
        let (mut size, mut digest) = (0_u64, md5::Context::new());
        while let Some(frame) = body.frame().await {
            let taken = match frame.map(http_body::Frame::into_data) {
                Ok(Ok(bytes)) => {
                    size += bytes.len() as u64;
                    digest.consume(&bytes);
                    file.write_all(&bytes).map_err(|error| unwritten(&error))
                }
                Ok(Err(_trailers)) => Ok(()),
                Err(_) => Err(ContentFault::Broken),
            };
            if let Err(fault) = taken {
                self.locked().drop_file(&name).map_err(|error| unwritten(&error))?;
                return Err(fault);
            }
        }
        Ok(Content { file: name, size, etag: format!("{:x}", digest.compute()) })
    }

    /// Does what waits for the files on a thread that may wait.
    pub(crate) async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut ObjectStore) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let store = Arc::clone(&self.store);
        blocking(move || work(&mut store.lock().unwrap_or_else(PoisonError::into_inner))).await
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, ObjectStore> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Now, in milliseconds.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}
