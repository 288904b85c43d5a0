//! FIFO queues from end to end.

use wattbook_api::queue::{IMPORT_LINES, InOrder};

use super::*;

/// Sends messages, each a group, an id and a body.
pub(super) static SEND: Function = Function {
    name: "send-lines",
    entry: Entry::Direct(|services, event| {
        Box::pin(async move {
            let sent: Vec<(String, String, String)> =
                serde_json::from_str(event.get()).map_err(|_| Failure::NotFound)?;
            for (group, deduplication_id, body) in &sent {
                services.queue(IMPORT_LINES)?.send_in_order(InOrder { body, group, deduplication_id }).await?;
            }
            Ok(Value::Null)
        })
    }),
    uses: &[Resource::IMPORT_LINES],
    contract: Declaration::NONE,
};

pub(super) static WORK: Function = Function {
    name: "do-lines",
    entry: Entry::Queue(|services, message| {
        Box::pin(async move {
            let done = work(message);
            let body: Value = message.read()?;
            if let (Err(_), Some(seconds)) = (&done, body["postpone"].as_u64()) {
                let seconds = u32::try_from(seconds).map_err(|_| Failure::NotFound)?;
                services.queue(IMPORT_LINES)?.postpone(message, seconds).await?;
            }
            done
        })
    }),
    ..SEND
};

fn line(test: &str, group: &str, id: &str, fails: u32) -> (String, String, String) {
    (format!("{test}-{group}"), format!("{test}-{id}"), of(test, id, fails))
}

async fn send(machine: &Machine, lines: &[(String, String, String)]) {
    let event = serde_json::value::to_raw_value(lines).unwrap();
    machine.gateway.functions.invoke("send-lines", event, "request").await.unwrap();
}

/// The names of what was handed over in that test, once it is as much as wanted.
async fn names(test: &str, count: usize) -> Vec<String> {
    wait(test, count).await.iter().map(|(what, _)| what[0].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_group_keeps_its_order_through_failures_and_repeats_are_not_delivered() {
    let (test, folder) = ("groups", TempDir::new().unwrap());
    let machine = Machine::start_all(folder.path()).await;
    let lines = [("a", "a1", 2), ("a", "a2", 0), ("b", "b1", 0), ("a", "a3", 0), ("b", "b2", 1), ("b", "b3", 0)];
    let lines = lines.map(|(group, id, fails)| line(test, group, id, fails));
    send(&machine, &lines).await;
    send(&machine, &lines).await;
    send(&machine, &lines[..1]).await;
    let told = names(test, 9).await;
    let of_group = |group: char| told.iter().filter(|name| name.starts_with(group)).cloned().collect::<Vec<_>>();
    assert_eq!(of_group('a'), ["a1", "a1", "a1", "a2", "a3"]);
    assert_eq!(of_group('b'), ["b1", "b2", "b2", "b3"]);
    machine.stop().await;
    assert_eq!(self::told(test).len(), 9);
}

#[tokio::test]
async fn a_postponed_message_comes_when_it_was_said_and_its_group_waits() {
    let (test, folder) = ("postponed", TempDir::new().unwrap());
    let machine = Machine::start_all(folder.path()).await;
    let mut first = line(test, "a", "a1", 1);
    let mut body: Value = serde_json::from_str(&first.2).unwrap();
    body["postpone"] = 1.into();
    first.2 = body.to_string();
    send(&machine, &[first, line(test, "a", "a2", 0)]).await;
    wait(test, 1).await;
    send(&machine, &[line(test, "b", "b1", 0)]).await;
    let told = wait(test, 4).await;
    assert_eq!(names(test, 4).await, ["a1", "b1", "a1", "a2"]);
    let waited = told[2].1 - told[0].1;
    assert!(waited >= Duration::from_millis(900), "{waited:?}");
    machine.stop().await;
}

#[tokio::test]
async fn what_a_group_gives_up_lets_the_rest_of_it_go_on() {
    let (test, folder) = ("given-up", TempDir::new().unwrap());
    let machine = Machine::start_all(folder.path()).await;
    send(&machine, &[line(test, "a", "a1", 9)]).await;
    wait(test, 3).await;
    send(&machine, &[line(test, "a", "a2", 0)]).await;
    assert_eq!(names(test, 4).await, ["a1", "a1", "a1", "a2"]);
    let lost = machine.client().receive_message().queue_url(machine.url("LostLines.fifo"));
    let all = aws_sdk_sqs::types::MessageSystemAttributeName::All;
    let lost = lost.message_system_attribute_names(all).send().await.unwrap().messages.unwrap();
    let attributes = lost[0].attributes.as_ref().unwrap();
    let group = aws_sdk_sqs::types::MessageSystemAttributeName::MessageGroupId;
    assert_eq!((attributes.len(), attributes[&group].as_str()), (7, "given-up-a"));
    machine.stop().await;
}

#[tokio::test]
async fn the_api_of_fifo_queues_refuses_as_sqs_does() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let (client, lines, work) = (machine.client(), machine.url("Lines.fifo"), machine.url("Work"));
    let message = |url: &str| client.send_message().queue_url(url).message_body("hello");
    for (refused, code) in [
        (message(&lines), "MissingParameter"),
        (message(&lines).message_group_id("a"), "MissingParameter"),
        (message(&lines).message_group_id("a b").message_deduplication_id("c"), "InvalidParameterValue"),
        (message(&lines).message_group_id("a").message_deduplication_id("x".repeat(129)), "InvalidParameterValue"),
        (message(&lines).message_group_id("a").message_deduplication_id("c").delay_seconds(1), "InvalidParameterValue"),
        (message(&work).message_group_id("a"), "InvalidParameterValue"),
    ] {
        let error = refused.send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some(code), "{error}");
    }
    let sent = message(&lines).message_group_id("a").message_deduplication_id("c").send().await.unwrap();
    assert_eq!(sent.sequence_number.as_deref(), Some("00000000000000000001"));
    let postpone = |seconds| client.change_message_visibility().queue_url(&work).visibility_timeout(seconds);
    for (seconds, code) in [(1, "MessageNotInflight"), (43_201, "InvalidParameterValue")] {
        let error = postpone(seconds).receipt_handle("unknown").send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some(code), "{error}");
    }
    machine.stop().await;
}
