//! `POST /installation/{external_installation_id}/move`.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Running, body, day, send};

pub(crate) fn moves_in(seed: &str, date: &str) -> Value {
    json!({"move_date": date, "to": {"customer_info": body(seed)["customer_info"]}})
}

pub(crate) async fn call(running: &Running, query: &str, body: Value) -> Answered {
    let path = format!("/installation/installation-1/move{query}");
    running.change(Method::POST, running.admin(), &path, Some(body)).await
}

#[tokio::test]
async fn hands_installation_and_meters_over_with_their_ids_and_keeps_the_history() {
    let running = Running::start().await;
    let first = running.provisioned(running.admin(), &body(1)).await;
    let before =
        running.get(running.admin(), &format!("/account/{first}")).await.json()["installation_info"][0].clone();
    let moved = call(&running, "", moves_in("new", &day(2))).await;
    assert_eq!((moved.status, moved.header("etag")), (201, Some("\"1\"")));
    let second = moved.json()["account_id"].as_str().unwrap().to_owned();
    assert_eq!(moved.header("location"), Some(format!("/account/{second}").as_str()));

    let (left, came) = (
        running.get(running.admin(), &format!("/account/{first}")).await.json(),
        running.get(running.admin(), "/account/account-new?id_type=external").await.json(),
    );
    assert_eq!(left["installation_info"], json!([]));
    assert_eq!(left["former_installations"][0]["installation_id"], before["installation_id"]);
    assert_eq!(left["former_installations"][0]["moved_out"], day(2));
    let mut now = came["installation_info"][0].clone();
    assert_eq!(now.as_object_mut().unwrap().remove("moved_in"), Some(json!(day(2))));
    assert_eq!(now, before);
    assert_eq!(came["labelpartner"], "NORTH");
    running.consistent_accounts().await;

    // On and back: not before the last recorded move, on the same day at the earliest.
    let early = call(&running, "", moves_in("third", &day(1))).await;
    assert_eq!((early.status, early.faults()), (409, vec!["before_last_move /move_date".into()]));
    assert_eq!(call(&running, "", moves_in("third", &day(2))).await.status, 201);
    let gone = running.get(running.admin(), &format!("/account/{second}")).await.json();
    assert_eq!(
        (gone["former_installations"][0]["moved_in"].as_str(), gone["installation_info"].as_array().unwrap().len()),
        (Some(&*day(2)), 0)
    );
    // Whoever moved out can be erased without harm to who moved in.
    assert_eq!(running.change(Method::DELETE, running.admin(), &format!("/account/{first}"), None).await.status, 204);
    assert_eq!(running.consistent_accounts().await.len(), 2);
    running.bundle.stop().await;
}

#[tokio::test]
async fn refuses_what_cannot_be_and_rehearses_what_can() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    running.provisioned(running.admin(), &body(2)).await;
    let before = running.scan().await;
    let dry = call(&running, "?dryRun=true", moves_in("new", &day(2))).await;
    assert_eq!((dry.status, dry.json()["installation_info"][0]["moved_in"].as_str()), (200, Some(&*day(2))));
    for (body, status, faults) in [
        (
            moves_in("2", &day(2)),
            409,
            vec!["taken /to/customer_info/external_account_id", "taken /to/customer_info/email"],
        ),
        (
            json!({"move_date": "2026-02-30", "to": {}, "x": 1}),
            400,
            vec!["invalid_date /move_date", "required /to/customer_info", "unknown_member /x"],
        ),
        (json!({}), 400, vec!["required /move_date", "required /to"]),
    ] {
        let mut found = call(&running, "", body.clone()).await;
        assert_eq!(found.status, status, "{found:?}");
        let (mut listed, mut expected) = (found.faults(), faults.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>());
        listed.sort();
        expected.sort();
        assert_eq!(listed, expected, "{body}");
        found.text.clear();
    }
    for (credential, path) in
        [(running.other(), "/installation/installation-1/move"), (running.admin(), "/installation/none/move")]
    {
        let answer = running.change(Method::POST, credential, path, Some(moves_in("new", &day(2)))).await;
        assert_eq!(answer.status, 404);
    }
    assert_eq!(running.scan().await.len(), before.len());
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

/// Many want to move in at once: they come one after the other, or are told why not.
#[tokio::test]
async fn parallel_moves_leave_one_occupant() {
    let running = Arc::new(Running::start().await);
    running.provisioned(running.admin(), &body(1)).await;
    let task = |n: usize| {
        let running = Arc::clone(&running);
        tokio::spawn(async move { call(&running, "", moves_in(&format!("p{n}"), &day(2))).await.status })
    };
    let mut moved = 0;
    for task in (0..20).map(task).collect::<Vec<_>>() {
        match task.await.unwrap() {
            201 => moved += 1,
            status => assert_eq!(status, 503),
        }
    }
    let accounts = running.consistent_accounts().await;
    assert_eq!(accounts.len(), 1 + moved);
    assert_eq!(accounts.iter().map(|account| account.installations.len()).sum::<usize>(), 1);
    assert_eq!(accounts.iter().map(|account| account.former_installations.len()).sum::<usize>(), moved);
    // A repetition under a key moves nobody twice.
    let keyed = |seed: &str| {
        let path = "/installation/installation-1/move";
        send(running.post(running.admin(), path, &moves_in(seed, &day(3))).header("idempotency-key", "k"))
    };
    assert_eq!(keyed("last").await.status, 201);
    assert_eq!(keyed("last").await.header("idempotent-replayed"), Some("true"));
    running.consistent_accounts().await;
}
