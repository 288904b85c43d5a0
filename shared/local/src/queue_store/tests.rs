use tempfile::TempDir;

use super::*;

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
    }
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
    let ids = ["a", "b", "c"].map(|body| store.send("work", body, Duration::ZERO, 1).unwrap());
    store.send("other", "o", Duration::ZERO, 1).unwrap();
    let first = store.receive(&work, 2, HOUR, 2).unwrap();
    assert_eq!(bodies(&first), ["a", "b"]);
    let a = &first.messages[0];
    assert_eq!((&a.id, a.sent_at, a.first_received_at, a.receive_count), (&ids[0], 1, 2, 1));
    assert_eq!(bodies(&store.receive(&work, 2, HOUR, 3).unwrap()), ["c"]);
    assert!(store.receive(&work, 2, HOUR, 4).unwrap().messages.is_empty());
    store.delete(&first.messages[1].receipt).unwrap();
    store.postpone(&a.receipt, 10).unwrap();
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
    store.send("work", "had", Duration::ZERO, 0).unwrap();
    assert_eq!(bodies(&store.receive(&work, 9, HOUR, 0).unwrap()), ["had"]);
    store.send("work", "delayed", Duration::from_millis(50), 0).unwrap();
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
    let id = store.send("work", "a", Duration::ZERO, 0).unwrap();
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
    store.postpone(&failed.receipt, 5).unwrap();
    store.send("dead", "sent there", Duration::ZERO, 5).unwrap();
    assert_eq!(store.move_back("dead", 5).unwrap(), 1);
    let again = store.receive(&work, 9, HOUR, 5).unwrap().messages.remove(0);
    assert!((again.id != id) && (again.body.as_str(), again.sent_at, again.receive_count) == ("a", 5, 1));
}

#[test]
fn what_is_too_old_is_gone() {
    let folder = TempDir::new().unwrap();
    let (mut store, work) = (open(&folder, 0), queue("work", None));
    store.send("work", "a", Duration::ZERO, 0).unwrap();
    store.send("work", "b", Duration::ZERO, 1).unwrap();
    assert_eq!(bodies(&store.receive(&work, 9, HOUR, 24 * 3_600_000).unwrap()), ["b"]);
}

#[test]
fn what_is_looked_up_often_uses_the_index() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder, 0);
    for statement in [IS_ANY_DUE, EXPIRE, GIVE_UP, RECEIVE, COUNT, BE_MOVED_BACK] {
        let mut plan = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let parameters = plan.parameter_count();
        let values = rusqlite::params_from_iter(["q", "0", "0", "0"].into_iter().take(parameters));
        let steps: Vec<String> = plan.query_map(values, |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(steps.concat().contains("messages_in_order"), "{statement}: {steps:?}");
        assert!(!steps.concat().contains("TEMP B-TREE"), "{statement}: {steps:?}");
    }
}
