//! The embedded DynamoDB: the crate dynoxide over one `SQLite` file, served on a free port.
//!
//! It is reached over HTTP, as a real one is, so that functions use the SDK client they ship with.
//! The file is in WAL mode: what was acknowledged is there after a kill.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use dynoxide::{Database, server};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::error::LocalError;

/// How often expired items are removed. DynamoDB promises days; a minute lets one watch it.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// How long requests may take to end after the stop.
const DRAIN: Duration = Duration::from_secs(5);

/// A running embedded store. It stops when dropped, too, but then nobody waits for it.
pub(crate) struct EmbeddedStore {
    endpoint: String,
    stop: watch::Sender<bool>,
    server: JoinHandle<Result<(), String>>,
}

impl EmbeddedStore {
    /// Opens the database in `file` and serves it.
    ///
    /// Whoever reaches `host` can read and write everything. With `lasting` false nothing waits for the disk: the file
    /// is thrown away at the end.
    pub(crate) async fn start(file: PathBuf, lasting: bool, host: IpAddr) -> Result<Self, LocalError> {
        let failed = |reason: &dyn std::fmt::Display| LocalError::EmbeddedStore(reason.to_string());
        let database = tokio::task::spawn_blocking(move || open(&file, lasting))
            .await
            .map_err(|error| failed(&error))?
            .map_err(|error| failed(&error))?;
        let listener = TcpListener::bind((host, 0)).await.map_err(|error| failed(&error))?;
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(sweep(database.clone(), stopped.clone()));
        let server = tokio::spawn(server::serve_with_shutdown(listener, database, until(stopped)));
        Ok(Self { endpoint: format!("http://{address}"), stop, server })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Lets running requests end, then closes the database.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        match tokio::time::timeout(DRAIN, self.server).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(error, "the embedded store did not stop cleanly"),
            Ok(Err(error)) => tracing::warn!(%error, "the embedded store did not stop cleanly"),
            Err(_) => tracing::warn!("the embedded store was still busy when it was stopped"),
        }
    }
}

/// Resolves when the bundle stops, also when it is dropped instead.
pub(crate) async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Does what waits for a file of `SQLite` on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

fn open(file: &std::path::Path, lasting: bool) -> Result<Database, dynoxide::DynoxideError> {
    let database = Database::new(&file.to_string_lossy())?;
    if lasting {
        // Named after what it ends, this asks SQLite for `synchronous = NORMAL`, which in WAL mode
        // outlasts a killed process; only a power cut could cost the last moments.
        database.disable_bulk_loading()?;
    } else {
        database.enable_bulk_loading()?;
    }
    Ok(database)
}

async fn sweep(database: Database, stopped: watch::Receiver<bool>) {
    let mut stop = std::pin::pin!(until(stopped));
    loop {
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
        let database = database.clone();
        // A sweep takes the database's lock page by page and blocks its thread on it.
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(removed)) => tracing::debug!(removed, "expired items were removed"),
            Ok(Err(error)) => tracing::warn!(%error, "expired items could not be removed"),
            Err(error) => tracing::warn!(%error, "expired items could not be removed"),
        }
    }
}
