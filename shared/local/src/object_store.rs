//! Objects of buckets: their contents as files of a folder in the data directory, and what is known of them in an
//! `SQLite` file among them. A content is written once, under a name of its own, so that who reads it is not disturbed.
//!
//! Times are in milliseconds since 1970.

mod uploads;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use uuid::Uuid;

pub(crate) use self::uploads::Part;

const SET_UP: &str = "
    CREATE TABLE IF NOT EXISTS objects (
        bucket TEXT NOT NULL, key TEXT NOT NULL, file TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
        content_type TEXT NOT NULL, stored_at INTEGER NOT NULL,
        PRIMARY KEY (bucket, key)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS objects_by_file ON objects (file);
    CREATE TABLE IF NOT EXISTS uploads (
        id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, content_type TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS parts (
        upload TEXT NOT NULL, number INTEGER NOT NULL, file TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
        PRIMARY KEY (upload, number)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS parts_by_file ON parts (file);";

/// Behind every key that begins with the same text, for no key goes on with it.
const LAST: char = char::MAX;

/// What is known of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) key: String,
    file: String,
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) content_type: String,
    pub(crate) since: i64,
}

/// A content that has arrived, and is not an object's yet.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) file: String,
    pub(crate) size: u64,
    pub(crate) etag: String,
}

/// What a list of a bucket is asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// With what keys begin.
    pub(crate) prefix: String,
    /// At whose first appearance behind that a key is cut, to be listed once with all that are cut alike.
    pub(crate) delimiter: String,
    /// The key behind which the page begins.
    pub(crate) after: String,
    pub(crate) most: usize,
}

/// A page of a list.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) objects: Vec<Stored>,
    /// The keys that were cut.
    pub(crate) prefixes: Vec<String>,
    /// Behind what the next page begins, if there is one.
    pub(crate) next: Option<String>,
}

/// All objects.
pub(crate) struct ObjectStore {
    connection: Connection,
    /// Of the contents.
    folder: PathBuf,
}

impl ObjectStore {
    /// Opens the objects in `folder`. With `lasting` false nothing waits for the disk.
    pub(crate) fn open(folder: &Path, lasting: bool) -> rusqlite::Result<Self> {
        let contents = folder.join("contents");
        fs::create_dir_all(&contents).map_err(failed)?;
        let connection = Connection::open(folder.join("objects.sqlite"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", if lasting { "NORMAL" } else { "OFF" })?;
        connection.execute_batch(SET_UP)?;
        let store = Self { connection, folder: contents };
        store.drop_what_nothing_has()?;
        Ok(store)
    }

    /// Removes what had arrived at an earlier stop, and had not become an object's or a part's content.
    fn drop_what_nothing_has(&self) -> rusqlite::Result<()> {
        let sql = "SELECT EXISTS (SELECT 1 FROM objects WHERE file = ?1 UNION ALL SELECT 1 FROM parts WHERE file = ?1)";
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
            if !self.connection.prepare_cached(sql)?.query_row([&name], |row| row.get::<_, bool>(0))? {
                self.drop_file(&name)?;
            }
        }
        Ok(())
    }

    /// A new file for a content, with its name.
    pub(crate) fn new_file(&self) -> io::Result<(String, File)> {
        let name = Uuid::new_v4().to_string();
        let file = File::create_new(self.folder.join(&name))?;
        Ok((name, file))
    }

    /// Makes a content that of an object, in place of what has its key.
    pub(crate) fn put(
        &mut self,
        bucket: &str,
        key: &str,
        content: Content,
        content_type: &str,
        now: i64,
    ) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let earlier = find(&transaction, bucket, key)?;
        let sql = "INSERT OR REPLACE INTO objects VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Content { file, size, etag } = content;
        transaction.prepare_cached(sql)?.execute(params![bucket, key, file, size, etag, content_type, now])?;
        transaction.commit()?;
        earlier.map_or(Ok(()), |earlier| self.drop_file(&earlier.file))
    }

    /// An object, and its content to be read.
    pub(crate) fn get(&self, bucket: &str, key: &str) -> rusqlite::Result<Option<(Stored, File)>> {
        let Some(stored) = find(&self.connection, bucket, key)? else { return Ok(None) };
        let file = File::open(self.folder.join(&stored.file)).map_err(failed)?;
        Ok(Some((stored, file)))
    }

    /// Removes an object. Whether there was one.
    pub(crate) fn delete(&self, bucket: &str, key: &str) -> rusqlite::Result<bool> {
        let Some(stored) = find(&self.connection, bucket, key)? else { return Ok(false) };
        let sql = "DELETE FROM objects WHERE bucket = ?1 AND key = ?2";
        self.connection.prepare_cached(sql)?.execute([bucket, key])?;
        self.drop_file(&stored.file)?;
        Ok(true)
    }

    /// A page of the objects of a bucket, in the order of their keys' bytes.
    pub(crate) fn list(&self, bucket: &str, asked: &Asked) -> rusqlite::Result<Listed> {
        let (mut listed, mut after) = (Listed::default(), asked.after.clone());
        while let Some(stored) = self.next(bucket, &asked.prefix, &after)? {
            if listed.objects.len() + listed.prefixes.len() >= asked.most {
                listed.next = Some(after);
                break;
            }
            if let Some(prefix) = cut(&stored.key, asked) {
                after = format!("{prefix}{LAST}");
                listed.prefixes.push(prefix);
            } else {
                after.clone_from(&stored.key);
                listed.objects.push(stored);
            }
        }
        Ok(listed)
    }

    fn next(&self, bucket: &str, prefix: &str, after: &str) -> rusqlite::Result<Option<Stored>> {
        let sql = "
            SELECT key, file, size, etag, content_type, stored_at FROM objects
            WHERE bucket = ?1 AND key >= ?2 AND key < ?3 AND key > ?4 ORDER BY key LIMIT 1";
        let values = params![bucket, prefix, format!("{prefix}{LAST}"), after];
        self.connection.prepare_cached(sql)?.query_row(values, stored).optional()
    }

    pub(crate) fn drop_file(&self, name: &str) -> rusqlite::Result<()> {
        fs::remove_file(self.folder.join(name)).map_err(failed)
    }
}

/// The key up to the delimiter, if that is asked for and there.
fn cut(key: &str, asked: &Asked) -> Option<String> {
    let rest = key.strip_prefix(&asked.prefix).filter(|_| !asked.delimiter.is_empty())?;
    let (beginning, _) = rest.split_once(&asked.delimiter)?;
    Some(format!("{}{beginning}{}", asked.prefix, asked.delimiter))
}

fn find(connection: &Connection, bucket: &str, key: &str) -> rusqlite::Result<Option<Stored>> {
    let sql = "
        SELECT key, file, size, etag, content_type, stored_at FROM objects WHERE bucket = ?1 AND key = ?2";
    connection.prepare_cached(sql)?.query_row([bucket, key], stored).optional()
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        key: row.get(0)?,
        file: row.get(1)?,
        size: row.get(2)?,
        etag: row.get(3)?,
        content_type: row.get(4)?,
        since: row.get(5)?,
    })
}

/// A file that cannot be used, among the errors of the other file.
fn failed(error: io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}

#[cfg(test)]
mod tests;
