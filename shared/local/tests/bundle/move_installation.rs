//! `POST /installation/{external_installation_id}/move`.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Running, body, day, send, with};

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
    // A contract of its own begins with it.
    assert_eq!(now.as_object_mut().unwrap().remove("contract_information"), Some(json!({"start_date": day(2)})));
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
    let before = running.uncounted().await;
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
        (json!({"move_date": "x", "to": {}}), 400, vec!["invalid_date /move_date", "required /to/customer_info"]),
        (
            with(moves_in("new", &day(2)), "/to/external_account_id", "account-2"),
            400,
            vec!["contradiction /to/customer_info"],
        ),
        (
            json!({"move_date": day(2), "to": {
                "account_id": "11111111-2222-4333-8444-555555555555", "external_account_id": "x", "create_verified_user": true,
            }}),
            400,
            vec!["contradiction /to/external_account_id", "contradiction /to/create_verified_user"],
        ),
        (json!({"move_date": day(2), "to": {"account_id": "17"}}), 400, vec!["invalid_account_id /to/account_id"]),
        (moves_in("new", "2206-12-01"), 409, vec!["too_far_ahead /move_date"]),
        (moves_in("new", "9999-12-31"), 409, vec!["too_far_ahead /move_date"]),
        (moves_in("new", &day(-3)), 409, vec!["before_account /move_date"]),
        (moves_in("new", "1900-01-01"), 409, vec!["before_account /move_date"]),
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
    assert_eq!(running.uncounted().await, before);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

fn to(account: &Value) -> Value {
    json!({"move_date": day(2), "to": account})
}

/// Who moves house with the same supplier has an account, an e-mail and an id already.
#[tokio::test]
async fn moves_to_an_account_that_is_there() {
    let running = Running::start().await;
    let admin = running.admin();
    let (first, second) = (running.provisioned(admin, &body(1)).await, running.provisioned(admin, &body(2)).await);
    let read = async |id: &str| running.get(admin, &format!("/account/{id}")).await.json();
    let there = read(&first).await["installation_info"][0].clone();
    for (n, account) in [json!({"external_account_id": "account-2"}), json!({"account_id": second})].iter().enumerate()
    {
        let dry = call(&running, "?dryRun=true", to(account)).await;
        assert_eq!((dry.status, dry.json()["installation_info"][1]["moved_in"].as_str()), (200, Some(&*day(2))));
        let moved = call(&running, "", to(account)).await;
        assert_eq!((moved.status, moved.json()["account_id"].as_str()), (201, Some(&*second)), "{moved:?}");
        assert_eq!(moved.header("location"), Some(&*format!("/account/{second}")));
        let (left, came) = (read(&first).await, read(&second).await);
        assert_eq!(
            (&left["installation_info"], came["installation_info"][0]["primary"].as_bool()),
            (&json!([]), Some(true))
        );
        assert_eq!(came["installation_info"][1]["installation_id"], there["installation_id"]);
        assert_eq!(came["installation_info"][1]["meters"], there["meters"]);
        assert_eq!(came["customer_info"]["email"], "jo-2@example.com");
        running.consistent_accounts().await;
        // There and back, and there again.
        if n == 0 {
            assert_eq!(call(&running, "", to(&json!({"account_id": first}))).await.status, 201);
        }
    }
    let left = read(&first).await;
    assert_eq!(left["former_installations"].as_array().unwrap().len(), 2);
    running.bundle.stop().await;
}

#[tokio::test]
async fn does_not_move_to_an_account_that_cannot_have_it() {
    let running = Running::start().await;
    let admin = running.admin();
    let first = running.provisioned(admin, &body(1)).await;
    running.provisioned(admin, &body(2)).await;
    let foreign = running.provisioned(running.other(), &with(body(3), "/labelpartner", "EAST")).await;
    running.change(Method::DELETE, admin, "/rest/v1/accounts/pid/account-2", None).await;
    let before = running.uncounted().await;
    for (account, fault) in [
        (json!({"external_account_id": "none"}), "unknown_account /to/external_account_id"),
        (json!({"account_id": "11111111-2222-4333-8444-555555555555"}), "unknown_account /to/account_id"),
        (json!({"account_id": foreign}), "unknown_account /to/account_id"),
        (json!({"external_account_id": "account-3"}), "unknown_account /to/external_account_id"),
        (json!({"account_id": first}), "same_account /to/account_id"),
        (json!({"external_account_id": "account-2"}), "account_deleted /to/external_account_id"),
    ] {
        let answer = call(&running, "", to(&account)).await;
        assert_eq!((answer.status, answer.faults()), (409, vec![fault.to_owned()]), "{account}");
    }
    assert_eq!(running.uncounted().await, before);
    // What a deleted account has can move on: whoever comes next must not wait for its erasure.
    running.provisioned(admin, &body(4)).await;
    let path = "/installation/installation-2/move";
    let moved = running.change(Method::POST, admin, path, Some(to(&json!({"external_account_id": "account-4"})))).await;
    assert_eq!(moved.status, 201, "{moved:?}");
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

/// An id that no path can hold stands in the query.
#[tokio::test]
async fn the_installation_can_be_named_in_the_query() {
    let running = Running::start().await;
    let admin = running.admin();
    for (n, id) in ["A/17?x#y", "..", "50%25", "a b+c", "\u{fc}"].iter().enumerate() {
        running.provisioned(admin, &with(body(n), "/installation_info/0/external_installation_id", *id)).await;
        let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
        let path = format!("/installation/move?external_installation_id={id}");
        let moved = running.change(Method::POST, admin, &path, Some(moves_in(&format!("to-{n}"), &day(2)))).await;
        assert_eq!(moved.status, 201, "{moved:?}");
        let corrected = running.change(Method::PUT, admin, &path, Some(json!({"move_date": day(3)}))).await;
        assert_eq!(corrected.json()["installation_info"][0]["moved_in"], day(3), "{corrected:?}");
        assert_eq!(running.change(Method::DELETE, admin, &path, None).await.status, 200);
    }
    let unnamed = running.change(Method::POST, admin, "/installation/move", Some(moves_in("x", &day(2)))).await;
    assert_eq!((unnamed.status, unnamed.faults()), (400, vec!["required ?external_installation_id".to_owned()]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_last_move_is_corrected_in_both_accounts() {
    let running = Running::start().await;
    let admin = running.admin();
    let first = running.provisioned(admin, &body(1)).await;
    let second = call(&running, "", moves_in("2", &day(20))).await.json()["account_id"].as_str().unwrap().to_owned();
    let path = "/installation/installation-1/move";
    let correct = async |query: &str, date: &str| {
        running.change(Method::PUT, admin, &format!("{path}{query}"), Some(json!({"move_date": date}))).await
    };
    let dates = async || {
        let (left, came) = (
            running.get(admin, &format!("/account/{first}")).await.json(),
            running.get(admin, &format!("/account/{second}")).await.json(),
        );
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&left["former_installations"][0]["moved_out"]), text(&came["installation_info"][0]["moved_in"]))
    };
    let dry = correct("?dryRun=true", &day(1)).await;
    assert_eq!((dry.status, dry.json()["installation_info"][0]["moved_in"].as_str()), (200, Some(&*day(1))));
    assert_eq!(dates().await, (day(20), day(20)));
    let corrected = correct("", &day(1)).await;
    assert_eq!((corrected.status, corrected.header("etag")), (200, Some("\"2\"")), "{corrected:?}");
    assert_eq!(dates().await, (day(1), day(1)));
    // Once more is no change.
    assert_eq!(correct("", &day(1)).await.header("etag"), Some("\"2\""));
    for (date, fault) in [
        (day(-3), "before_account /move_date"),
        (day(400), "too_far_ahead /move_date"),
        ("2026-13-01".to_owned(), "invalid_date /move_date"),
    ] {
        assert_eq!(correct("", &date).await.faults(), [fault], "{date}");
    }
    let stale = running.request(Method::PUT, path).basic_auth(&admin.app_id, Some(&admin.app_key));
    let stale = send(stale.header("if-match", "\"1\"").json(&json!({"move_date": day(2)}))).await;
    assert_eq!(stale.status, 412);
    // A move that was reported too late stands in nobody's way any more.
    assert_eq!(call(&running, "", moves_in("3", &day(1))).await.status, 201);
    // Also when whoever moved out is erased.
    assert_eq!(running.change(Method::DELETE, admin, &format!("/account/{second}"), None).await.status, 204);
    assert_eq!(correct("", &day(5)).await.json()["installation_info"][0]["moved_in"], day(5));
    for credential in [running.other()] {
        let answer = running.change(Method::PUT, credential, path, Some(json!({"move_date": day(2)}))).await;
        assert_eq!(answer.status, 404);
    }
    running.provisioned(admin, &body(9)).await;
    let never =
        running.change(Method::PUT, admin, "/installation/installation-9/move", Some(json!({"move_date": day(2)})));
    assert_eq!(never.await.faults(), ["never_moved "]);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_move_is_undone_as_if_it_had_never_been() {
    let running = Running::start().await;
    let admin = running.admin();
    let first = running.provisioned(admin, &body(1)).await;
    let before = running.get(admin, &format!("/account/{first}")).await.json();
    let second = call(&running, "", moves_in("2", &day(2))).await.json()["account_id"].as_str().unwrap().to_owned();
    let undo =
        async |credential| running.change(Method::DELETE, credential, "/installation/installation-1/move", None).await;
    assert_eq!(undo(running.other()).await.status, 404);
    let undone = undo(admin).await;
    assert_eq!((undone.status, undone.header("etag")), (200, Some("\"3\"")), "{undone:?}");
    let mut after = undone.json();
    after["updated_at"] = before["updated_at"].clone();
    assert_eq!(after, before);
    let left = running.get(admin, &format!("/account/{second}")).await.json();
    assert_eq!((&left["installation_info"], &left["former_installations"]), (&json!([]), &Value::Null));
    assert_eq!(undo(admin).await.faults(), ["never_moved "]);
    running.consistent_accounts().await;

    // Not to an account that is deleted, or gone.
    assert_eq!(call(&running, "", to(&json!({"account_id": second}))).await.status, 201);
    running.change(Method::DELETE, admin, "/rest/v1/accounts/pid/account-1", None).await;
    assert_eq!(undo(admin).await.faults(), ["account_deleted "]);
    running.change(Method::DELETE, admin, &format!("/account/{first}"), None).await;
    assert_eq!(undo(admin).await.faults(), ["former_account_gone "]);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

/// Moved, corrected and taken back at once, an installation is somebody's, and both accounts tell the same of it.
#[tokio::test]
async fn moves_between_accounts_at_once_leave_nothing_half_done() {
    let running = Arc::new(Running::start().await);
    for seed in 1..=3 {
        running.provisioned(running.admin(), &body(seed)).await;
    }
    let path = "/installation/installation-1/move";
    let tasks: Vec<_> = (0..30_i64)
        .map(|n| {
            let running = Arc::clone(&running);
            let (method, body) = match n % 5 {
                0 => (Method::DELETE, None),
                1 => (Method::PUT, Some(json!({"move_date": day(n)}))),
                _ => (
                    Method::POST,
                    Some(
                        json!({"move_date": day(40), "to": {"external_account_id": format!("account-{}", n % 3 + 1)}}),
                    ),
                ),
            };
            tokio::spawn(async move { running.change(method, running.admin(), path, body).await.status })
        })
        .collect();
    for task in tasks {
        let status = task.await.unwrap();
        assert!([200, 201, 409, 503].contains(&status), "{status}");
    }
    let accounts = running.consistent_accounts().await;
    let held = accounts.iter().flat_map(|account| &account.installations);
    let found: Vec<_> = held.filter(|it| it.external_id.as_str() == "installation-1").collect();
    assert_eq!((accounts.len(), found.len()), (3, 1));
    if let Some(former) = found[0].moved_from {
        let former = accounts.iter().find(|account| account.id == former).unwrap();
        let stay = former.former_installations.iter().rfind(|stay| stay.id == found[0].id).unwrap();
        assert_eq!(Some(stay.moved_out), found[0].moved_in);
    }
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
