//! The stream of the embedded store, read where the store keeps it.
//!
//! The embedded store notes every write in a table of its `SQLite` file, and looks up the last
//! note at every write. By itself that look-up goes through all notes of the table, and nobody ever
//! removes one. So this second connection to the file adds an index and removes what every
//! function has been told of. How far each function is stands in the same file: a bundle that was
//! killed goes on where it was.
//!
//! Turned down: the stream operations of the embedded store's own API, which wait for the one
//! connection that serves the requests, and remember no position.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, params};
use serde_json::{Value, json, value::RawValue};

/// For how long a lock of the embedded store is waited for; it holds one for milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

const SET_UP: &str = "
    CREATE INDEX IF NOT EXISTS wattbook_stream_order
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
    CREATE TABLE IF NOT EXISTS wattbook_stream_positions (
        table_name TEXT NOT NULL, function TEXT NOT NULL, sequence_number INTEGER NOT NULL,
        PRIMARY KEY (table_name, function));";

const READ: &str = "
    SELECT event_id, event_name, keys_json, new_image, old_image, CAST(sequence_number AS INTEGER), created_at
    FROM _stream_records
    WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) > ?2
    ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?3";

/// The newest record stays: the store numbers the next one after it, so that numbers go up even if
/// the clock does not.
const REMOVE: &str = "
    DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <
        (SELECT MIN(sequence_number) FROM wattbook_stream_positions WHERE table_name = ?1)";

/// What turns a number of the embedded store into one that looks like DynamoDB's: 21 digits.
const OFFSET: u128 = 100_000_000_000_000_000_000;

/// One record of the stream.
#[derive(Debug, Clone)]
pub(crate) struct StreamRecord {
    /// Its place in the order, as the embedded store counts.
    pub(crate) number: i64,
    /// It, as Lambda hands it over.
    pub(crate) json: Value,
}

impl StreamRecord {
    /// Its place in the order, as functions know it.
    pub(crate) fn sequence_number(&self) -> String {
        (OFFSET + u128::try_from(self.number).unwrap_or_default()).to_string()
    }
}

/// The stream as one function reads it.
pub(crate) struct Journal {
    connection: Connection,
    table: String,
    function: String,
    position: i64,
}

impl Journal {
    /// Opens the stream of `table` for `function`, which has not been told of anything if it is new.
    /// The stream waits for the functions in `listening` and for no other.
    pub(crate) fn open(
        file: &Path,
        lasting: bool,
        table: &str,
        function: &str,
        listening: &[String],
    ) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(PATIENCE)?;
        // As the store's own connection: a position that a power cut takes back means a repeat.
        connection.pragma_update(None, "synchronous", if lasting { "NORMAL" } else { "OFF" })?;
        connection.execute_batch(SET_UP)?;
        let sql = "INSERT OR IGNORE INTO wattbook_stream_positions VALUES (?1, ?2, 0)";
        connection.execute(sql, params![table, function])?;
        let listening = json!(listening).to_string();
        let sql = "DELETE FROM wattbook_stream_positions WHERE function NOT IN (SELECT value FROM json_each(?1))";
        connection.execute(sql, [listening])?;
        let sql = "SELECT sequence_number FROM wattbook_stream_positions WHERE table_name = ?1 AND function = ?2";
        let position = connection.query_row(sql, params![table, function], |row| row.get(0))?;
        Ok(Self { connection, table: table.to_owned(), function: function.to_owned(), position })
    }

    /// The next records, at most `limit`.
    pub(crate) fn next(&self, limit: usize) -> rusqlite::Result<Vec<StreamRecord>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(READ)?;
        let rows = statement.query_map(params![self.table, self.position, limit], record)?;
        rows.collect()
    }

    /// Notes that the function is done with everything up to that number.
    pub(crate) fn done(&mut self, number: i64) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let sql = "UPDATE wattbook_stream_positions SET sequence_number = ?3 WHERE table_name = ?1 AND function = ?2";
        transaction.execute(sql, params![self.table, self.function, number])?;
        transaction.execute(REMOVE, [&self.table])?;
        transaction.commit()?;
        self.position = number;
        Ok(())
    }
}

fn record(row: &rusqlite::Row<'_>) -> rusqlite::Result<StreamRecord> {
    let mut images = serde_json::Map::new();
    images.insert("ApproximateCreationDateTime".into(), row.get::<_, i64>(6)?.into());
    for (name, column) in [("Keys", 2), ("NewImage", 3), ("OldImage", 4)] {
        if let Some(text) = row.get::<_, Option<String>>(column)? {
            // What is not JSON is handed over as text, for the function to refuse.
            images.insert(name.into(), serde_json::from_str(&text).unwrap_or(Value::String(text)));
        }
    }
    let mut record = StreamRecord { number: row.get(5)?, json: Value::Null };
    images.insert("SequenceNumber".into(), record.sequence_number().into());
    images.insert("StreamViewType".into(), "NEW_AND_OLD_IMAGES".into());
    record.json = json!({
        "eventID": row.get::<_, Option<String>>(0)?,
        "eventName": row.get::<_, String>(1)?,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "dynamodb": images,
    });
    Ok(record)
}

/// The event of these records.
pub(crate) fn event(records: &[&StreamRecord], region: &str, stream: &str) -> serde_json::Result<Box<RawValue>> {
    let records = records.iter().map(|record| {
        let mut record = record.json.clone();
        if let Some(members) = record.as_object_mut() {
            members.insert("awsRegion".into(), region.into());
            members.insert("eventSourceARN".into(), stream.into());
        }
        record
    });
    serde_json::value::to_raw_value(&json!({ "Records": records.collect::<Vec<_>>() }))
}

#[cfg(test)]
mod tests {
    use dynoxide::Database;
    use tempfile::TempDir;

    use super::*;

    fn store(folder: &TempDir) -> (Database, std::path::PathBuf) {
        let file = folder.path().join("store.sqlite");
        let database = Database::new(file.to_str().unwrap()).unwrap();
        let table = json!({
            "TableName": "tab",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        });
        database.create_table(serde_json::from_value(table).unwrap()).unwrap();
        (database, file)
    }

    fn put(database: &Database, count: usize) {
        for number in 0..count {
            let item = json!({"pk": {"S": format!("{number}")}, "n": {"N": "1.50"}});
            database.put_item(serde_json::from_value(json!({"TableName": "tab", "Item": item})).unwrap()).unwrap();
        }
    }

    fn kept(journal: &Journal) -> i64 {
        journal.connection.query_row("SELECT COUNT(*) FROM _stream_records", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn records_come_in_order_once_and_are_removed_when_everybody_has_had_them() {
        let folder = TempDir::new().unwrap();
        let (database, file) = store(&folder);
        put(&database, 5);
        let all = ["a".to_owned(), "b".to_owned()];
        let mut a = Journal::open(&file, false, "tab", "a", &all).unwrap();
        let mut b = Journal::open(&file, false, "tab", "b", &all).unwrap();
        let first = a.next(3).unwrap();
        assert_eq!(first[1].json["dynamodb"]["Keys"], json!({"pk": {"S": "1"}}));
        assert_eq!(first[1].json["dynamodb"]["NewImage"]["n"], json!({"N": "1.5"}));
        assert_eq!(first[1].json["eventName"], "INSERT");
        a.done(first[2].number).unwrap();
        assert_eq!((a.next(9).unwrap().len(), kept(&a)), (2, 5));
        let second = b.next(9).unwrap();
        assert!(second.is_sorted_by_key(StreamRecord::sequence_number));
        b.done(second[4].number).unwrap();
        // What the one is done with and the other is not; and once both are, the newest.
        assert_eq!(kept(&a), 3);
        a.done(second[4].number).unwrap();
        assert_eq!(kept(&a), 1);
        put(&database, 1);
        assert_eq!(b.next(9).unwrap()[0].json["eventName"], "MODIFY");
        // A function that is no longer there holds back nothing, and a position outlasts a restart.
        let mut a = Journal::open(&file, false, "tab", "a", &all[..1]).unwrap();
        let last = a.next(9).unwrap();
        assert_eq!(last.len(), 1);
        a.done(last[0].number).unwrap();
        assert_eq!(kept(&a), 1);
    }

    #[test]
    fn the_stores_look_up_at_each_write_uses_the_index() {
        let folder = TempDir::new().unwrap();
        let (_database, file) = store(&folder);
        let journal = Journal::open(&file, false, "tab", "a", &["a".to_owned()]).unwrap();
        let look_up = "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records \
                       WHERE table_name = ?1";
        for statement in [look_up, READ, REMOVE] {
            let mut plan = journal.connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
            let parameters = plan.parameter_count();
            let values = rusqlite::params_from_iter(["tab", "0", "9"].into_iter().take(parameters));
            let steps: Vec<String> = plan.query_map(values, |row| row.get(3)).unwrap().map(Result::unwrap).collect();
            assert!(steps.concat().contains("wattbook_stream_order"), "{statement}: {steps:?}");
            assert!(!steps.concat().contains("TEMP B-TREE"), "{statement}: {steps:?}");
        }
    }
}
