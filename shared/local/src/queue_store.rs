//! Messages that wait, in a `SQLite` file of the data directory.
//!
//! Times are in milliseconds since 1970, as SQS tells them.

mod sent;
mod statements;

use std::{path::Path, time::Duration};

use rusqlite::{Connection, Row, TransactionBehavior, params};
use uuid::Uuid;

use self::statements::{
    ADD_ORDER, COUNT, DUE, DUE_IN_ORDER, EXPIRE, GIVE_UP, IS_ANY_DUE, SET_UP, TAKE, TO_BE_MOVED_BACK,
};
use crate::template::{QueueDefinition, Redrive};

/// A message to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) body: String,
    pub(crate) delay: Duration,
    /// Its place in a FIFO queue.
    pub(crate) place: Option<Place>,
}

/// A message's place in a FIFO queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) group: String,
    pub(crate) deduplication_id: String,
}

/// A message that a queue has taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) id: String,
    /// Larger than that of all that wait: what SQS calls its sequence number in a FIFO queue.
    pub(crate) number: i64,
}

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
    pub(crate) number: i64,
    /// Its place in a FIFO queue.
    pub(crate) place: Option<Place>,
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
        if connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? == 0 {
            connection.execute_batch(ADD_ORDER)?;
            connection.execute_batch(sent::SET_UP)?;
            connection.pragma_update(None, "user_version", 1)?;
        }
        let sql = "UPDATE messages SET visible_at = MIN(visible_at, ?1) WHERE receipt IS NOT NULL AND NOT postponed";
        connection.execute(sql, [after(now, pause)])?;
        Ok(Self { connection })
    }

    /// Adds a message, unless a FIFO queue has had it in the last minutes.
    pub(crate) fn send(&mut self, queue: &QueueDefinition, message: &Outgoing, now: i64) -> rusqlite::Result<Sent> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let order = message.place.as_ref().zip(queue.in_order);
        if let Some((place, scope)) = order
            && let Some(earlier) = sent::find(&transaction, &queue.name, place, scope, now)?
        {
            return Ok(earlier);
        }
        let sent = insert(&transaction, &queue.name, message, now)?;
        if let Some((place, scope)) = order {
            sent::note(&transaction, &queue.name, place, scope, &sent, now)?;
        }
        transaction.commit()?;
        Ok(sent)
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
        let mut due = transaction.prepare_cached(if queue.in_order.is_some() { DUE_IN_ORDER } else { DUE })?;
        let values = params![name, now, i64::try_from(limit).unwrap_or(i64::MAX)];
        let numbers: Vec<i64> = due.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>()?;
        drop(due);
        for number in numbers {
            let mut take = transaction.prepare_cached(TAKE)?;
            batch.messages.push(take.query_row(params![number, now, after(now, visibility)], received)?);
        }
        transaction.commit()?;
        Ok(batch)
    }

    /// Removes what was handed over with that receipt, unless it was handed over again since.
    pub(crate) fn delete(&self, receipt: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached("DELETE FROM messages WHERE receipt = ?1")?.execute([receipt])?;
        Ok(())
    }

    /// Lets what was handed over with that receipt, and failed, be had again at `time`, unless somebody has said when.
    pub(crate) fn release(&self, receipt: &str, time: i64) -> rusqlite::Result<()> {
        let sql = "UPDATE messages SET visible_at = ?2 WHERE receipt = ?1 AND NOT postponed";
        self.connection.prepare_cached(sql)?.execute(params![receipt, time])?;
        Ok(())
    }

    /// Lets what was handed over with that receipt be had again at `time`, and not before. Whether somebody has it.
    pub(crate) fn postpone(&self, receipt: &str, time: i64, now: i64) -> rusqlite::Result<bool> {
        let sql = "UPDATE messages SET visible_at = ?2, postponed = 1 WHERE receipt = ?1 AND visible_at > ?3";
        Ok(self.connection.prepare_cached(sql)?.execute(params![receipt, time, now])? == 1)
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
        let mut statement = transaction.prepare_cached(TO_BE_MOVED_BACK)?;
        let failed = statement.query_map(params![queue, now], |row| {
            let message = Outgoing { body: row.get(2)?, delay: Duration::ZERO, place: place(row, 3)? };
            Ok((row.get(0)?, row.get(1)?, message))
        })?;
        let failed: Vec<(i64, String, Outgoing)> = failed.collect::<Result<_, _>>()?;
        drop(statement);
        for (number, came_from, message) in &failed {
            transaction.execute("DELETE FROM messages WHERE number = ?1", [number])?;
            insert(&transaction, came_from, message, now)?;
        }
        transaction.commit()?;
        Ok(failed.len())
    }
}

impl Redrive {
    /// The name of the dead-letter queue.
    fn queue(&self) -> &str {
        self.dead_letter.rsplit(':').next().unwrap_or_default()
    }
}

fn insert(connection: &Connection, queue: &str, message: &Outgoing, now: i64) -> rusqlite::Result<Sent> {
    let id = Uuid::new_v4().to_string();
    let place = message.place.as_ref();
    let (group, deduplication_id) = (place.map(|it| &it.group), place.map(|it| &it.deduplication_id));
    let sql = "
        INSERT INTO messages (queue, id, body, sent_at, visible_at, group_id, deduplication_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let values = params![queue, id, message.body, now, after(now, message.delay), group, deduplication_id];
    let number = connection.prepare_cached(sql)?.insert(values)?;
    Ok(Sent { id, number })
}

/// The place in columns from `first` on.
fn place(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Place>> {
    let (group, deduplication_id): (Option<String>, Option<String>) = (row.get(first)?, row.get(first + 1)?);
    Ok(group.zip(deduplication_id).map(|(group, deduplication_id)| Place { group, deduplication_id }))
}

fn received(row: &Row<'_>) -> rusqlite::Result<Received> {
    Ok(Received {
        id: row.get(0)?,
        receipt: row.get(1)?,
        body: row.get(2)?,
        sent_at: row.get(3)?,
        first_received_at: row.get(4)?,
        receive_count: row.get(5)?,
        number: row.get(6)?,
        place: place(row, 7)?,
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
