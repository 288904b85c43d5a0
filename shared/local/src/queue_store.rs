//! Messages that wait, in a `SQLite` file of the data directory.
//!
//! Times are in milliseconds since 1970, as SQS tells them.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, Row, TransactionBehavior, params};
use uuid::Uuid;

use crate::template::{QueueDefinition, Redrive};

/// A message can be had from `visible_at` on. Its receipt is that of the last time that it was had.
const SET_UP: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        number INTEGER PRIMARY KEY, queue TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
        sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL,
        first_received_at INTEGER, receive_count INTEGER NOT NULL DEFAULT 0, receipt TEXT, came_from TEXT);
    CREATE INDEX IF NOT EXISTS messages_in_order ON messages (queue, visible_at, number);
    CREATE INDEX IF NOT EXISTS messages_by_receipt ON messages (receipt);";

const IS_ANY_DUE: &str = "SELECT EXISTS (SELECT 1 FROM messages WHERE queue = ?1 AND visible_at <= ?2)";

const EXPIRE: &str = "DELETE FROM messages WHERE queue = ?1 AND visible_at <= ?2 AND sent_at <= ?3";

/// A message stays the same one in the dead-letter queue.
const GIVE_UP: &str = "
    UPDATE messages SET queue = ?4, came_from = queue, receipt = NULL
    WHERE queue = ?1 AND visible_at <= ?2 AND receive_count >= ?3 RETURNING id";

const RECEIVE: &str = "
    UPDATE messages
    SET receive_count = receive_count + 1, first_received_at = COALESCE(first_received_at, ?2),
        visible_at = ?3, receipt = LOWER(HEX(RANDOMBLOB(16)))
    WHERE number IN (
        SELECT number FROM messages WHERE queue = ?1 AND visible_at <= ?2 ORDER BY visible_at, number LIMIT ?4)
    RETURNING id, receipt, body, sent_at, first_received_at, receive_count";

const COUNT: &str = "
    SELECT COUNT(*) FILTER (WHERE visible_at <= ?2), COUNT(*) FILTER (WHERE visible_at > ?2 AND receipt IS NOT NULL),
        COUNT(*) FILTER (WHERE visible_at > ?2 AND receipt IS NULL)
    FROM messages WHERE queue = ?1";

const BE_MOVED_BACK: &str = "
    DELETE FROM messages WHERE queue = ?1 AND visible_at <= ?2 AND came_from IS NOT NULL RETURNING came_from, body";

/// A message that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// Its id, the same each time.
    pub(crate) id: String,
    /// What deletes it, another one each time.
    pub(crate) receipt: String,
    pub(crate) body: String,
    pub(crate) sent_at: i64,
    pub(crate) first_received_at: i64,
    /// How often it was handed over, this time included.
    pub(crate) receive_count: u32,
}

/// What was to be had of a queue.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) messages: Vec<Received>,
    /// The ids of those that failed too often, and are in the dead-letter queue now.
    pub(crate) given_up: Vec<String>,
}

/// How many messages a queue has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// That can be had.
    pub(crate) visible: u64,
    /// That somebody has.
    pub(crate) in_flight: u64,
    /// That wait for their time.
    pub(crate) delayed: u64,
}

/// All queues.
pub(crate) struct QueueStore {
    connection: Connection,
}

impl QueueStore {
    /// Opens the queues in `file`. With `lasting` false nothing waits for the disk.
    ///
    /// Whoever had messages at an earlier stop has them no more: they can be had `pause` from now, and not only when
    /// their visibility time-out is over.
    pub(crate) fn open(file: &Path, lasting: bool, now: i64, pause: Duration) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // As the embedded store: what was sent outlasts a killed process.
        connection.pragma_update(None, "synchronous", if lasting { "NORMAL" } else { "OFF" })?;
        connection.execute_batch(SET_UP)?;
        let sql = "UPDATE messages SET visible_at = MIN(visible_at, ?1) WHERE receipt IS NOT NULL";
        connection.execute(sql, [after(now, pause)])?;
        Ok(Self { connection })
    }

    /// Adds a message, and gives its id.
    pub(crate) fn send(&self, queue: &str, body: &str, delay: Duration, now: i64) -> rusqlite::Result<String> {
        insert(&self.connection, queue, body, delay, now)
    }

    /// Takes messages, at most `limit`, which nobody else gets for as long as `visibility`.
    pub(crate) fn receive(
        &mut self,
        queue: &QueueDefinition,
        limit: usize,
        visibility: Duration,
        now: i64,
    ) -> rusqlite::Result<Batch> {
        let name = &queue.name;
        let mut is_any_due = self.connection.prepare_cached(IS_ANY_DUE)?;
        if !is_any_due.query_row(params![name, now], |row| row.get::<_, bool>(0))? {
            return Ok(Batch::default());
        }
        drop(is_any_due);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut batch = Batch::default();
        transaction.execute(EXPIRE, params![name, now, now.saturating_sub(milliseconds(queue.retention))])?;
        if let Some(redrive) = &queue.redrive {
            let mut statement = transaction.prepare_cached(GIVE_UP)?;
            let values = params![name, now, redrive.maximum_receives, redrive.queue()];
            batch.given_up = statement.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>()?;
        }
        let mut statement = transaction.prepare_cached(RECEIVE)?;
        let values = params![name, now, after(now, visibility), i64::try_from(limit).unwrap_or(i64::MAX)];
        batch.messages = statement.query_map(values, received)?.collect::<Result<_, _>>()?;
        drop(statement);
        transaction.commit()?;
        Ok(batch)
    }

    /// Removes what was handed over with that receipt, unless it was handed over again since.
    pub(crate) fn delete(&self, receipt: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached("DELETE FROM messages WHERE receipt = ?1")?.execute([receipt])?;
        Ok(())
    }

    /// Lets what was handed over with that receipt be had again at `time`, and not before.
    pub(crate) fn postpone(&self, receipt: &str, time: i64) -> rusqlite::Result<()> {
        let sql = "UPDATE messages SET visible_at = ?2 WHERE receipt = ?1";
        self.connection.prepare_cached(sql)?.execute(params![receipt, time])?;
        Ok(())
    }

    /// How many messages the queue has.
    pub(crate) fn count(&self, queue: &str, now: i64) -> rusqlite::Result<Counts> {
        self.connection.query_row(COUNT, params![queue, now], |row| {
            Ok(Counts { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? })
        })
    }

    /// Sends what is in a dead-letter queue back to where it came from, as new messages, and gives their number. What
    /// was sent to the dead-letter queue itself stays.
    pub(crate) fn move_back(&mut self, queue: &str, now: i64) -> rusqlite::Result<usize> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut statement = transaction.prepare_cached(BE_MOVED_BACK)?;
        let moved = statement.query_map(params![queue, now], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let moved: Vec<(String, String)> = moved.collect::<Result<_, _>>()?;
        drop(statement);
        for (came_from, body) in &moved {
            insert(&transaction, came_from, body, Duration::ZERO, now)?;
        }
        transaction.commit()?;
        Ok(moved.len())
    }
}

impl Redrive {
    /// The name of the dead-letter queue.
    fn queue(&self) -> &str {
        self.dead_letter.rsplit(':').next().unwrap_or_default()
    }
}

fn insert(connection: &Connection, queue: &str, body: &str, delay: Duration, now: i64) -> rusqlite::Result<String> {
    let id = Uuid::new_v4().to_string();
    let sql = "INSERT INTO messages (queue, id, body, sent_at, visible_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql)?.execute(params![queue, id, body, now, after(now, delay)])?;
    Ok(id)
}

fn received(row: &Row<'_>) -> rusqlite::Result<Received> {
    Ok(Received {
        id: row.get(0)?,
        receipt: row.get(1)?,
        body: row.get(2)?,
        sent_at: row.get(3)?,
        first_received_at: row.get(4)?,
        receive_count: row.get(5)?,
    })
}

/// The time that long after `time`.
pub(crate) fn after(time: i64, wait: Duration) -> i64 {
    time.saturating_add(milliseconds(wait))
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
