//! What the file of the queues is asked, and how it is set up.

/// A message can be had from `visible_at` on. Its receipt is that of the last time that it was had.
pub(super) const SET_UP: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        number INTEGER PRIMARY KEY, queue TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
        sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL,
        first_received_at INTEGER, receive_count INTEGER NOT NULL DEFAULT 0, receipt TEXT, came_from TEXT);
    CREATE INDEX IF NOT EXISTS messages_in_order ON messages (queue, visible_at, number);
    CREATE INDEX IF NOT EXISTS messages_by_receipt ON messages (receipt);";

/// What files of earlier versions lack. Whoever has a `postponed` message has said when it is to come again.
pub(super) const ADD_ORDER: &str = "
    ALTER TABLE messages ADD COLUMN postponed INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE messages ADD COLUMN group_id TEXT;
    ALTER TABLE messages ADD COLUMN deduplication_id TEXT;
    CREATE INDEX messages_as_sent ON messages (queue, number);
    CREATE INDEX messages_by_group ON messages (queue, group_id, visible_at);";

pub(super) const IS_ANY_DUE: &str = "SELECT EXISTS (SELECT 1 FROM messages WHERE queue = ?1 AND visible_at <= ?2)";

pub(super) const EXPIRE: &str = "DELETE FROM messages WHERE queue = ?1 AND visible_at <= ?2 AND sent_at <= ?3";

/// A message stays the same one in the dead-letter queue.
pub(super) const GIVE_UP: &str = "
    UPDATE messages SET queue = ?4, came_from = queue, receipt = NULL, postponed = 0
    WHERE queue = ?1 AND visible_at <= ?2 AND receive_count >= ?3 RETURNING id";

/// Those that wait for the longest.
pub(super) const DUE: &str =
    "SELECT number FROM messages WHERE queue = ?1 AND visible_at <= ?2 ORDER BY visible_at, number LIMIT ?3";

/// The first ones of the groups of which nobody has a message, and in which none before them waits for its time.
pub(super) const DUE_IN_ORDER: &str = "
    SELECT number FROM messages AS waiting INDEXED BY messages_as_sent
    WHERE queue = ?1 AND visible_at <= ?2 AND NOT EXISTS (
        SELECT 1 FROM messages AS other
        WHERE other.queue = ?1 AND other.group_id = waiting.group_id AND other.visible_at > ?2
            AND (other.receipt IS NOT NULL OR other.number < waiting.number))
    ORDER BY number LIMIT ?3";

pub(super) const TAKE: &str = "
    UPDATE messages
    SET receive_count = receive_count + 1, first_received_at = COALESCE(first_received_at, ?2),
        visible_at = ?3, receipt = LOWER(HEX(RANDOMBLOB(16))), postponed = 0
    WHERE number = ?1
    RETURNING id, receipt, body, sent_at, first_received_at, receive_count, number, group_id, deduplication_id";

pub(super) const COUNT: &str = "
    SELECT COUNT(*) FILTER (WHERE visible_at <= ?2), COUNT(*) FILTER (WHERE visible_at > ?2 AND receipt IS NOT NULL),
        COUNT(*) FILTER (WHERE visible_at > ?2 AND receipt IS NULL)
    FROM messages WHERE queue = ?1";

pub(super) const TO_BE_MOVED_BACK: &str = "
    SELECT number, came_from, body, group_id, deduplication_id FROM messages INDEXED BY messages_as_sent
    WHERE queue = ?1 AND visible_at <= ?2 AND came_from IS NOT NULL ORDER BY number";
