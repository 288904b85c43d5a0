//! Files that only their owner may read: they hold keys.

use std::{
    io::{self, Write},
    path::Path,
};

use serde::de::DeserializeOwned;

use crate::error::LocalError;

/// Writes `content` to `path` so that a reader finds the old file or the new one, never a part,
/// readable by its owner alone.
///
/// # Errors
/// The directory cannot be written to.
pub fn write(path: &Path, content: &[u8]) -> Result<(), LocalError> {
    let failed = |source| LocalError::File { path: path.to_owned(), source };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A temporary file starts out with mode 0600, and renaming it keeps that.
    let mut file = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Reads what an earlier start wrote to `path`; nothing if there is no such file.
///
/// # Errors
/// There is one, and it cannot be read.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, LocalError> {
    match std::fs::read(path) {
        Ok(content) => serde_json::from_slice(&content)
            .map(Some)
            .map_err(|source| LocalError::DamagedFile { path: path.to_owned(), source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LocalError::File { path: path.to_owned(), source }),
    }
}
