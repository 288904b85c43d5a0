//! What FIFO queues have been sent: for some minutes they take a message with the same id for the same one, also once it
//! is handled.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Place, Sent};
use crate::template::DeduplicationScope;

pub(super) const SET_UP: &str = "
    CREATE TABLE sent (
        queue TEXT NOT NULL, scope TEXT NOT NULL, deduplication_id TEXT NOT NULL,
        id TEXT NOT NULL, number INTEGER NOT NULL, sent_at INTEGER NOT NULL,
        PRIMARY KEY (queue, scope, deduplication_id));
    CREATE INDEX sent_by_time ON sent (sent_at);";

/// Five minutes, as in SQS.
const REMEMBERED: i64 = 300_000;

/// The message with that id that the queue has been sent.
pub(super) fn find(
    connection: &Connection,
    queue: &str,
    place: &Place,
    scope: DeduplicationScope,
    now: i64,
) -> rusqlite::Result<Option<Sent>> {
    let sql = "
        SELECT id, number FROM sent
        WHERE queue = ?1 AND scope = ?2 AND deduplication_id = ?3 AND sent_at > ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let values = params![queue, name(scope, place), place.deduplication_id, now.saturating_sub(REMEMBERED)];
    statement.query_row(values, |row| Ok(Sent { id: row.get(0)?, number: row.get(1)? })).optional()
}

/// Remembers a message, and forgets those whose time is over.
pub(super) fn note(
    connection: &Connection,
    queue: &str,
    place: &Place,
    scope: DeduplicationScope,
    sent: &Sent,
    now: i64,
) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM sent WHERE sent_at <= ?1")?.execute([now.saturating_sub(REMEMBERED)])?;
    let sql = "
        INSERT INTO sent (queue, scope, deduplication_id, id, number, sent_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = params![queue, name(scope, place), place.deduplication_id, sent.id, sent.number, now];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

fn name(scope: DeduplicationScope, place: &Place) -> &str {
    match scope {
        DeduplicationScope::Queue => "",
        DeduplicationScope::MessageGroup => &place.group,
    }
}
