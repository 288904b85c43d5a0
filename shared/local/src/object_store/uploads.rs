//! Objects that arrive in parts, as clients send large ones.

use std::{fs::File, io};

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use super::{Content, ObjectStore, failed};

/// A part, as whoever completes an upload names it.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) number: u32,
    /// Without quotes.
    pub(crate) etag: String,
}

impl ObjectStore {
    /// Begins an upload, and gives its id.
    pub(crate) fn begin(&self, bucket: &str, key: &str, content_type: &str) -> rusqlite::Result<String> {
        let id = Uuid::new_v4().to_string();
        let sql = "INSERT INTO uploads VALUES (?1, ?2, ?3, ?4)";
        self.connection.execute(sql, [&id, bucket, key, content_type])?;
        Ok(id)
    }

    /// The content type of an upload, if there is that upload for that key.
    pub(crate) fn upload(&self, id: &str, bucket: &str, key: &str) -> rusqlite::Result<Option<String>> {
        let sql = "SELECT content_type FROM uploads WHERE id = ?1 AND bucket = ?2 AND key = ?3";
        self.connection.query_row(sql, [id, bucket, key], |row| row.get(0)).optional()
    }

    /// Makes a content that of a part, in place of the part with its number.
    pub(crate) fn put_part(&self, upload: &str, number: u32, content: Content) -> rusqlite::Result<()> {
        let earlier = self.part(upload, number)?;
        let Content { file, size, etag } = content;
        let sql = "INSERT OR REPLACE INTO parts VALUES (?1, ?2, ?3, ?4, ?5)";
        self.connection.execute(sql, params![upload, number, file, size, etag])?;
        earlier.map_or(Ok(()), |earlier| self.drop_file(&earlier.file))
    }

    /// The parts one after the other as one content; none if one of them is not there.
    pub(crate) fn joined(&self, upload: &str, parts: &[Part]) -> rusqlite::Result<Option<Content>> {
        let mut there = Vec::new();
        for part in parts {
            match self.part(upload, part.number)?.filter(|content| content.etag == part.etag) {
                Some(content) => there.push(content),
                None => return Ok(None),
            }
        }
        let (file, mut whole) = self.new_file().map_err(failed)?;
        let (mut size, mut digests) = (0, md5::Context::new());
        for content in &there {
            let mut part = File::open(self.folder.join(&content.file)).map_err(failed)?;
            size += io::copy(&mut part, &mut whole).map_err(failed)?;
            digests.consume(digest(&content.etag));
        }
        // As S3 makes it: of the digests, with how many there are.
        let etag = format!("{:x}-{}", digests.compute(), there.len());
        Ok(Some(Content { file, size, etag }))
    }

    /// Ends an upload: its parts are gone.
    pub(crate) fn end(&mut self, upload: &str) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        transaction.execute("DELETE FROM uploads WHERE id = ?1", [upload])?;
        let mut statement = transaction.prepare("DELETE FROM parts WHERE upload = ?1 RETURNING file")?;
        let files: Vec<String> = statement.query_map([upload], |row| row.get(0))?.collect::<Result<_, _>>()?;
        drop(statement);
        transaction.commit()?;
        files.iter().try_for_each(|file| self.drop_file(file))
    }

    fn part(&self, upload: &str, number: u32) -> rusqlite::Result<Option<Content>> {
        let sql = "SELECT file, size, etag FROM parts WHERE upload = ?1 AND number = ?2";
        let content = |row: &rusqlite::Row<'_>| Ok(Content { file: row.get(0)?, size: row.get(1)?, etag: row.get(2)? });
        self.connection.query_row(sql, params![upload, number], content).optional()
    }
}

/// The bytes that hexadecimal digits stand for.
fn digest(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hexadecimal.chars().filter_map(|it| it.to_digit(16)).filter_map(|it| it.try_into().ok()).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}
