use tempfile::TempDir;

use super::*;
use crate::template::DeduplicationScope;

const HOUR: Duration = Duration::from_hours(1);

fn queue(name: &str, maximum_receives: Option<u32>) -> QueueDefinition {
    QueueDefinition {
        name: name.into(),
        arn: format!("arn:aws:sqs:r:0:{name}"),
        url: String::new(),
        visibility_timeout: HOUR,
        retention: 24 * HOUR,
        delay: Duration::ZERO,
        redrive: maximum_receives
            .map(|maximum_receives| Redrive { dead_letter: "arn:aws:sqs:r:0:dead".into(), maximum_receives }),
        in_order: None,
    }
}

/// Sends a message, and gives its id.
fn send(store: &mut QueueStore, name: &str, body: &str, delay: Duration, now: i64) -> String {
    let message = Outgoing { body: body.into(), delay, place: None };
    store.send(&queue(name, None), &message, now).unwrap().id
}

fn fifo(name: &str, maximum_receives: Option<u32>, scope: DeduplicationScope) -> QueueDefinition {
    QueueDefinition { in_order: Some(scope), ..queue(name, maximum_receives) }
}

/// Sends a message to a FIFO queue whose body is its id, too.
fn send_in_order(store: &mut QueueStore, queue: &QueueDefinition, group: &str, id: &str, now: i64) -> Sent {
    let place = Place { group: group.into(), deduplication_id: id.into() };
    store.send(queue, &Outgoing { body: id.into(), delay: queue.delay, place: Some(place) }, now).unwrap()
}

fn in_order(batch: &Batch) -> Vec<&str> {
    batch.messages.iter().map(|message| message.body.as_str()).collect()
}

fn open(folder: &TempDir, now: i64) -> QueueStore {
    QueueStore::open(&folder.path().join("queues.sqlite"), true, now, Duration::from_millis(5)).unwrap()
}

/// Of a batch, which has no order.
fn bodies(batch: &Batch) -> Vec<&str> {
    let mut bodies: Vec<_> = batch.messages.iter().map(|message| message.body.as_str()).collect();
    bodies.sort_unstable();
    bodies
}

#[test]
fn a_message_is_had_by_one_until_its_time_is_over_or_it_is_deleted() {
    let folder = TempDir::new().unwrap();
    let (mut store, work) = (open(&folder, 0), queue("work", None));
    let ids = ["a", "b", "c"].map(|body| send(&mut store, "work", body, Duration::ZERO, 1));
    send(&mut store, "other", "o", Duration::ZERO, 1);
    let first = store.receive(&work, 2, HOUR, 2).unwrap();
    assert_eq!(bodies(&first), ["a", "b"]);
    let a = &first.messages[0];
    assert_eq!((&a.id, a.sent_at, a.first_received_at, a.receive_count), (&ids[0], 1, 2, 1));
    assert_eq!(bodies(&store.receive(&work, 2, HOUR, 3).unwrap()), ["c"]);
    assert!(store.receive(&work, 2, HOUR, 4).unwrap().messages.is_empty());
    store.delete(&first.messages[1].receipt).unwrap();
    store.release(&a.receipt, 10).unwrap();
    assert!(store.receive(&work, 2, HOUR, 9).unwrap().messages.is_empty());
    let again = store.receive(&work, 9, HOUR, 10).unwrap();
    assert_eq!(
        (bodies(&again), again.messages[0].first_received_at, again.messages[0].receive_count),
        (vec!["a"], 2, 2)
    );
    // Somebody else has it now.
    store.delete(&a.receipt).unwrap();
    assert_eq!(store.count("work", 11).unwrap(), Counts { visible: 0, in_flight: 2, delayed: 0 });
    let all = store.receive(&work, 9, HOUR, 10 + 3_600_000).unwrap();
    assert_eq!(bodies(&all), ["a", "c"]);
}

#[test]
fn a_delayed_message_waits_also_across_a_restart_and_one_that_was_had_does_not() {
    let folder = TempDir::new().unwrap();
    let (mut store, work) = (open(&folder, 0), queue("work", None));
    send(&mut store, "work", "had", Duration::ZERO, 0);
    assert_eq!(bodies(&store.receive(&work, 9, HOUR, 0).unwrap()), ["had"]);
    send(&mut store, "work", "delayed", Duration::from_millis(50), 0);
    assert_eq!(store.count("work", 0).unwrap(), Counts { visible: 0, in_flight: 1, delayed: 1 });
    drop(store);
    let mut store = open(&folder, 10);
    assert!(store.receive(&work, 9, HOUR, 14).unwrap().messages.is_empty());
    let again = store.receive(&work, 9, HOUR, 15).unwrap();
    assert_eq!((bodies(&again), again.messages[0].receive_count), (vec!["had"], 2));
    assert!(store.receive(&work, 9, HOUR, 49).unwrap().messages.is_empty());
    assert_eq!(bodies(&store.receive(&work, 9, HOUR, 50).unwrap()), ["delayed"]);
}

#[test]
fn what_fails_too_often_goes_to_the_dead_letter_queue_and_back() {
    let folder = TempDir::new().unwrap();
    let (mut store, work, dead) = (open(&folder, 0), queue("work", Some(2)), queue("dead", None));
    let id = send(&mut store, "work", "a", Duration::ZERO, 0);
    for now in 1..=2 {
        let batch = store.receive(&work, 9, Duration::ZERO, now).unwrap();
        assert_eq!(i64::from(batch.messages[0].receive_count), now);
    }
    let batch = store.receive(&work, 9, HOUR, 3).unwrap();
    assert_eq!((batch.messages.len(), batch.given_up), (0, vec![id.clone()]));
    let failed = store.receive(&dead, 9, HOUR, 4).unwrap().messages.remove(0);
    assert_eq!((&failed.id, failed.receive_count, failed.sent_at), (&id, 3, 0));
    // What somebody looks at stays.
    assert_eq!(store.move_back("dead", 5).unwrap(), 0);
    store.release(&failed.receipt, 5).unwrap();
    send(&mut store, "dead", "sent there", Duration::ZERO, 5);
    assert_eq!(store.move_back("dead", 5).unwrap(), 1);
    let again = store.receive(&work, 9, HOUR, 5).unwrap().messages.remove(0);
    assert!((again.id != id) && (again.body.as_str(), again.sent_at, again.receive_count) == ("a", 5, 1));
}

#[test]
fn what_is_too_old_is_gone() {
    let folder = TempDir::new().unwrap();
    let (mut store, work) = (open(&folder, 0), queue("work", None));
    send(&mut store, "work", "a", Duration::ZERO, 0);
    send(&mut store, "work", "b", Duration::ZERO, 1);
    assert_eq!(bodies(&store.receive(&work, 9, HOUR, 24 * 3_600_000).unwrap()), ["b"]);
}

#[test]
fn what_is_looked_up_often_uses_the_index() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder, 0);
    let (by_time, as_sent) = ("messages_in_order", "messages_as_sent");
    for (statement, index) in [
        (IS_ANY_DUE, by_time),
        (EXPIRE, by_time),
        (GIVE_UP, by_time),
        (DUE, by_time),
        (DUE_IN_ORDER, as_sent),
        (DUE_IN_ORDER, "messages_by_group"),
        (COUNT, as_sent),
        (TO_BE_MOVED_BACK, as_sent),
    ] {
        let mut plan = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let parameters = plan.parameter_count();
        let values = rusqlite::params_from_iter(["q", "0", "0", "0"].into_iter().take(parameters));
        let steps: Vec<String> = plan.query_map(values, |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(steps.concat().contains(index), "{statement}: {steps:?}");
        assert!(!steps.concat().contains("TEMP B-TREE"), "{statement}: {steps:?}");
    }
}

#[test]
fn a_message_waits_while_an_earlier_one_of_its_group_does() {
    let folder = TempDir::new().unwrap();
    let (mut store, lines) = (open(&folder, 0), fifo("lines", None, DeduplicationScope::Queue));
    for (group, id) in [("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3"), ("b", "b2")] {
        send_in_order(&mut store, &lines, group, id, 0);
    }
    let first = store.receive(&lines, 1, HOUR, 1).unwrap();
    assert_eq!(in_order(&first), ["a1"]);
    // Nobody else gets one of that group; of another one as many as fit, in order.
    let second = store.receive(&lines, 9, HOUR, 1).unwrap();
    assert_eq!(in_order(&second), ["b1", "b2"]);
    store.delete(&second.messages[1].receipt).unwrap();
    store.release(&second.messages[0].receipt, 5).unwrap();
    assert!(store.receive(&lines, 9, HOUR, 4).unwrap().messages.is_empty());
    assert_eq!(in_order(&store.receive(&lines, 9, HOUR, 5).unwrap()), ["b1"]);
    store.delete(&first.messages[0].receipt).unwrap();
    assert_eq!(in_order(&store.receive(&lines, 9, HOUR, 5).unwrap()), ["a2", "a3"]);
}

#[test]
fn a_delay_of_the_queue_holds_up_nothing_that_was_sent_before() {
    let folder = TempDir::new().unwrap();
    let delay = Duration::from_millis(10);
    let lines = QueueDefinition { delay, ..fifo("lines", None, DeduplicationScope::Queue) };
    let mut store = open(&folder, 0);
    send_in_order(&mut store, &lines, "a", "first", 0);
    send_in_order(&mut store, &lines, "a", "second", 5);
    assert_eq!(in_order(&store.receive(&lines, 9, HOUR, 10).unwrap()), ["first"]);
}

#[test]
fn who_postponed_a_message_is_heard_also_across_a_restart() {
    let folder = TempDir::new().unwrap();
    let (mut store, lines) = (open(&folder, 0), fifo("lines", None, DeduplicationScope::Queue));
    send_in_order(&mut store, &lines, "a", "first", 0);
    send_in_order(&mut store, &lines, "a", "second", 0);
    let batch = store.receive(&lines, 9, HOUR, 0).unwrap();
    let [first, second] = [0, 1].map(|number: usize| batch.messages[number].receipt.clone());
    assert!(store.postpone(&first, 1000, 0).unwrap());
    for receipt in [&first, &second] {
        store.release(receipt, 5).unwrap();
    }
    drop(store);
    let mut store = open(&folder, 10);
    assert!(store.receive(&lines, 9, HOUR, 999).unwrap().messages.is_empty());
    assert_eq!(in_order(&store.receive(&lines, 9, HOUR, 1000).unwrap()), ["first", "second"]);
    // Its time is over, or somebody else has it.
    assert!(!store.postpone(&first, 2000, 1001).unwrap());
    assert!(!store.postpone("unknown", 2000, 1001).unwrap());
}

#[test]
fn an_id_is_taken_once_in_five_minutes_also_when_its_message_is_gone() {
    let folder = TempDir::new().unwrap();
    let mut store = open(&folder, 0);
    for (name, scope, of_other_group) in
        [("queue", DeduplicationScope::Queue, 0), ("group", DeduplicationScope::MessageGroup, 1)]
    {
        let lines = fifo(name, None, scope);
        let sent = send_in_order(&mut store, &lines, "a", "same", 0);
        let received = store.receive(&lines, 9, HOUR, 1).unwrap();
        store.delete(&received.messages[0].receipt).unwrap();
        assert_eq!(send_in_order(&mut store, &lines, "a", "same", 299_999), sent);
        send_in_order(&mut store, &lines, "b", "same", 299_999);
        let received = store.receive(&lines, 9, HOUR, 299_999).unwrap().messages;
        assert_eq!(received.len(), of_other_group, "{name}");
        assert_ne!(send_in_order(&mut store, &lines, "a", "same", 300_000).id, sent.id);
    }
}

#[test]
fn a_group_goes_to_the_dead_letter_queue_and_back_in_order() {
    let folder = TempDir::new().unwrap();
    let scope = DeduplicationScope::Queue;
    let (mut store, lines, dead) = (open(&folder, 0), fifo("lines", Some(1), scope), fifo("dead", None, scope));
    for id in ["a1", "a2", "a3"] {
        send_in_order(&mut store, &lines, "a", id, 0);
    }
    store.receive(&lines, 2, Duration::ZERO, 1).unwrap();
    let batch = store.receive(&lines, 9, Duration::ZERO, 2).unwrap();
    assert_eq!((in_order(&batch), batch.given_up.len()), (vec!["a3"], 2));
    store.delete(&batch.messages[0].receipt).unwrap();
    assert_eq!(in_order(&store.receive(&dead, 1, Duration::ZERO, 3).unwrap()), ["a1"]);
    assert_eq!(store.move_back("dead", 4).unwrap(), 2);
    let again = store.receive(&lines, 9, HOUR, 4).unwrap();
    assert_eq!(in_order(&again), ["a1", "a2"]);
    assert_eq!(again.messages[0].place.as_ref().unwrap().group, "a");
}

#[test]
fn the_file_of_an_earlier_version_is_read() {
    let folder = TempDir::new().unwrap();
    let file = Connection::open(folder.path().join("queues.sqlite")).unwrap();
    file.execute_batch(SET_UP).unwrap();
    let sql = "INSERT INTO messages (queue, id, body, sent_at, visible_at) VALUES ('work', 'id', 'old', 0, 0)";
    file.execute(sql, []).unwrap();
    drop(file);
    for now in [1, 2] {
        let mut store = open(&folder, now);
        assert_eq!(bodies(&store.receive(&queue("work", None), 9, Duration::ZERO, now).unwrap()), ["old"]);
    }
}
