//! The directory in which the bundle keeps its table, its secrets and the demo credentials.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::error::LocalError;

/// Where data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataDir {
    /// In this directory, for the next start. It is made if it is not there.
    Dir(PathBuf),
    /// Nowhere once the bundle has stopped.
    InMemory,
}

/// An open data directory that no other process uses.
pub(crate) struct Data {
    path: PathBuf,
    /// Held, not read: the system lets go of the lock when the file is closed, also after a kill.
    _lock: File,
    temporary: Option<TempDir>,
}

impl Data {
    pub(crate) fn open(place: &DataDir) -> Result<Self, LocalError> {
        let (path, temporary) = match place {
            DataDir::Dir(path) => {
                make_directory(path)?;
                (path.clone(), None)
            }
            DataDir::InMemory => {
                let directory = TempDir::with_prefix("wattbook-")
                    .map_err(|source| LocalError::DataDirectory { path: std::env::temp_dir(), source })?;
                (directory.path().to_owned(), Some(directory))
            }
        };
        Ok(Self { _lock: lock(&path)?, path, temporary })
    }

    /// The file called `name` in the directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether nothing is left of the data once the bundle has stopped.
    pub(crate) fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }

    /// Lets go of the directory, and removes it if it was temporary.
    pub(crate) fn close(self) {
        if let Some(Err(error)) = self.temporary.map(TempDir::close) {
            tracing::warn!(path = %self.path.display(), %error, "the temporary data could not be removed");
        }
    }
}

fn make_directory(path: &Path) -> Result<(), LocalError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| LocalError::DataDirectory { path: path.to_owned(), source })
}

fn lock(directory: &Path) -> Result<File, LocalError> {
    let failed = |source| LocalError::DataDirectory { path: directory.to_owned(), source };
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(directory.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LocalError::DataDirectoryInUse(directory.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_in_use_is_refused_until_it_is_let_go() {
        let root = TempDir::new().unwrap();
        let place = DataDir::Dir(root.path().join("data"));
        let first = Data::open(&place).unwrap();
        assert!(matches!(Data::open(&place), Err(LocalError::DataDirectoryInUse(_))));
        first.close();
        assert!(Data::open(&place).is_ok());
    }

    #[test]
    fn temporary_data_is_gone_after_closing() {
        let data = Data::open(&DataDir::InMemory).unwrap();
        let file = data.file("demo.json");
        crate::private_file::write(&file, b"{}").unwrap();
        data.close();
        assert!(!file.exists());
    }

    #[cfg(unix)]
    #[test]
    fn what_holds_keys_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;

        let root = TempDir::new().unwrap();
        let data = Data::open(&DataDir::Dir(root.path().join("data"))).unwrap();
        let file = data.file("demo.json");
        crate::private_file::write(&file, b"{}").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(&data.path)), (0o600, 0o700));
    }
}
