//! What each operation costs the store: round trips and capacity units. A change that makes one
//! dearer fails here.

use serde_json::Value;

use crate::{
    events::samples,
    onboarding::made::{VIN, request},
    support::{BY, Running, body, send},
    webhooks::Receiver,
};

/// Round trips and capacity units that `function` takes for one request.
async fn cost(running: &Running, function: &str, request: reqwest::RequestBuilder, status: u16) -> (u64, f64) {
    let before = running.bundle.usage(function);
    let answer = send(request).await;
    assert_eq!(answer.status, status, "{answer:?}");
    let after = running.bundle.usage(function);
    (after.round_trips - before.round_trips, after.capacity_units - before.capacity_units)
}

#[tokio::test]
async fn each_operation_stays_within_its_budget() {
    let running = Running::start().await;
    let admin = running.admin();
    let post = |path: &str, body: &Value| running.post(admin, path, body);
    let get = |path: &str| running.request(reqwest::Method::GET, path).basic_auth(&admin.app_id, Some(&admin.app_key));
    let provision = "provision-account";
    // An account of up to a kilobyte and five claims, that of its number among them, two units each in a transaction; and an entry in each of the
    // two indexes.
    assert_eq!(cost(&running, provision, post("/account", &body(1)), 201).await, (1, 14.0));
    // The record of an idempotency key is one item more.
    let keyed = post("/account", &body(2)).header("idempotency-key", "k");
    assert_eq!(cost(&running, provision, keyed, 201).await, (1, 16.0));
    // Of a conflict and a repetition the store answers with the items that stood in the way. What a cancelled
    // transaction consumes, it does not report. Then the holders of taken values that the caller can see are looked
    // at, whether they are deleted; and the account of a kept answer, which only that account can open.
    assert_eq!(cost(&running, provision, post("/account", &body(1)), 409).await, (2, 1.0));
    let again = post("/account", &body(2)).header("idempotency-key", "k");
    assert_eq!(cost(&running, provision, again, 201).await, (2, 1.0));
    // A dry run reads the four claims, consistently; what is faulty by itself costs nothing.
    assert_eq!(cost(&running, provision, post("/account?dryRun=true", &body(3)), 200).await, (1, 4.0));
    assert_eq!(cost(&running, provision, post("/account", &Value::Null), 400).await, (0, 0.0));

    let read = "get-provisioned-account";
    let account = running.get(admin, "/account/account-1?id_type=external").await.json();
    let by_ours = format!("/account/{}", account["account_id"].as_str().unwrap());
    assert_eq!(cost(&running, read, get(&by_ours), 200).await, (1, 1.0));
    assert_eq!(cost(&running, read, get("/account/account-1?id_type=external"), 200).await, (2, 2.0));
    assert_eq!(cost(&running, read, get("/account/missing?id_type=external"), 404).await, (1, 1.0));
    assert_eq!(cost(&running, read, get("/account/not-a-uuid"), 404).await, (0, 0.0));

    // With its identity provider this account is more than a kilobyte. A change that no list shows touches no index; one of the name both indexes, in which the
    // entry moves: out here, in there.
    let put = |body: Value| {
        let path = "/account/account-1/customer-info?id_type=external";
        let request = running.request(reqwest::Method::PUT, path).basic_auth(&admin.app_id, Some(&admin.app_key));
        request.json(&body)
    };
    let change = "update-customer-info";
    let unlisted = serde_json::json!({"external_authentication_provider_id": "idp"});
    assert_eq!(cost(&running, change, put(unlisted), 200).await, (3, 2.0 + 6.0));
    let renamed = serde_json::json!({"contact_info": {"firstname": "Jane"}});
    assert_eq!(cost(&running, change, put(renamed), 200).await, (3, 2.0 + 4.0 + 4.0));

    // The same account in the other dialect. Place and likeliest tariff are looked up together, and only when
    // what they follow from is another one.
    let add = "add-account";
    let home = serde_json::json!({"providerAccountId": "home", "accountName": "Home"});
    assert_eq!(cost(&running, add, post("/rest/v1/accounts", &home), 200).await, (1, 2.0 + 2.0 + 2.0 + 1.0));
    let address = serde_json::json!({
        "providerAccountId": "second", "address": {"zip": "94105"}, "properties": {"customerClass": {"dataValue": "1"}},
    });
    assert_eq!(cost(&running, add, post("/rest/v1/accounts", &address), 200).await.0, 2);
    let one = "get-account";
    assert_eq!(cost(&running, one, get("/rest/v1/accounts/pid/home"), 200).await, (2, 2.0));
    assert_eq!(cost(&running, one, get("/rest/v1/accounts/pid/missing"), 404).await, (1, 1.0));
    let set = |body: Value| post("/rest/v1/accounts/pid/home/properties", &body);
    let property = "set-account-property";
    let area = serde_json::json!({"keyName": "buildingArea", "dataValue": "2000"});
    assert_eq!(cost(&running, property, set(area), 200).await, (3, 2.0 + 2.0));
    let zip = serde_json::json!({"keyName": "zip", "dataValue": "94105"});
    assert_eq!(cost(&running, property, set(zip), 200).await.0, 4);
    for id in ["home", "second"] {
        let path = format!("/rest/v1/accounts/pid/{id}?hardDelete=true");
        assert_eq!(running.change(reqwest::Method::DELETE, admin, &path, None).await.status, 200);
    }

    // The counters, the entries, the accounts at half price; the ids and names are in the entries. An account by
    // its id as everywhere.
    let list = "list-accounts";
    assert_eq!(cost(&running, list, get("/rest/v1/accounts"), 200).await, (3, 1.0 + 0.5 + 1.0));
    assert_eq!(cost(&running, list, get("/rest/v1/accounts?fields=min"), 200).await, (2, 1.0 + 0.5));
    assert_eq!(cost(&running, list, get("/rest/v1/accounts?email=jo-1@example.com"), 200).await, (2, 2.0));
    assert_eq!(cost(&running, list, get("/rest/v1/accounts?pageCount=0"), 400).await, (0, 0.0));

    // The deployment's part of the catalogue, at half price; what is built in costs nothing.
    for (function, path) in [
        ("list-entity-types", "/onboarding/entities/types"),
        ("get-entity-type", "/onboarding/entities/types/EV"),
        ("get-entity-manufacturer", "/onboarding/entities/types/EV/Audi"),
    ] {
        assert_eq!(cost(&running, function, get(path), 200).await, (1, 0.5), "{path}");
    }
    let unknown = get("/onboarding/entities/types/car/Audi");
    assert_eq!(cost(&running, "get-entity-manufacturer", unknown, 404).await, (0, 0.0));

    // Organisation and credential in one round trip, and then from the gateway's cache.
    let authorizer = "authorize-request";
    let brand = running.brand();
    let first = running.request(reqwest::Method::GET, "/account/x").basic_auth(&brand.app_id, Some(&brand.app_key));
    let second = first.try_clone().unwrap();
    assert_eq!(cost(&running, authorizer, first, 404).await, (1, 2.0));
    assert_eq!(cost(&running, authorizer, second, 404).await, (0, 0.0));
    running.bundle.stop().await;
}

/// What the stream does after a write, and what reading of it costs.
#[tokio::test]
async fn what_is_noted_and_counted_stays_within_its_budget() {
    let running = Running::start().await;
    let admin = running.admin();
    let get =
        |path: String| running.request(reqwest::Method::GET, &path).basic_auth(&admin.app_id, Some(&admin.app_key));
    // Waits until so many changes are told of.
    let told = async |path: &str, most: usize| {
        for _ in 0..400 {
            let answer = running.get(admin, path).await.json();
            if answer["data"].as_array().is_some_and(|changes| changes.len() >= most) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{path}");
    };
    let mut before = running.bundle.usage("follow-changes");
    let mut spent = async || {
        // Whether there are webhooks is looked for at last.
        let mut after = running.bundle.usage("follow-changes");
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            let later = running.bundle.usage("follow-changes");
            if later.round_trips == after.round_trips {
                break;
            }
            after = later;
        }
        let spent = (after.round_trips - before.round_trips, after.capacity_units - before.capacity_units);
        before = after;
        spent
    };
    // The entry, the counter, and that the account is not erased: two units each, in one transaction. And each time whether
    // there are webhooks: one unit.
    let id = running.provisioned(admin, &body(1)).await;
    let path = format!("/account/{id}/changes");
    told(&path, 1).await;
    assert_eq!(spent().await, (2, 6.0 + 1.0));
    // Nothing to count.
    let person = serde_json::json!({"contact_info": {"firstname": "Jane"}});
    let changing = format!("/account/{id}/customer-info");
    assert_eq!(running.change(reqwest::Method::PUT, admin, &changing, Some(person)).await.status, 200);
    told(&path, 2).await;
    assert_eq!(spent().await, (2, 4.0 + 1.0));
    // The account, and the entries at half price.
    assert_eq!(cost(&running, "list-provisioned-changes", get(path), 200).await, (2, 1.0 + 0.5));
    let path = format!("/rest/v1/accounts/{id}/changes");
    assert_eq!(cost(&running, "list-account-changes", get(path), 200).await, (2, 1.0 + 0.5));
    // As with a new one; then what is left is read, and two entries are emptied; and that it had no records.
    let erased = running.change(reqwest::Method::DELETE, admin, &format!("/account/{id}"), None).await;
    assert_eq!(erased.status, 204);
    running.forgotten("Jane").await;
    assert_eq!(spent().await, (5, 6.0 + 1.0 + 2.0 + 1.0 + 0.5));
    running.bundle.stop().await;
}

/// The account is one item: its size decides what a read costs, not how many levels it has.
#[tokio::test]
async fn a_large_account_is_read_in_one_round_trip() {
    let running = Running::start().await;
    let installation = |i: usize| serde_json::json!({"external_installation_id": format!("installation-{i}")});
    let many: Vec<_> = (0..80).map(installation).collect();
    let id = running.provisioned(running.admin(), &crate::support::with(body(1), "/installation_info", many)).await;
    let admin = running.admin();
    let path = format!("/account/{id}");
    let get = running.request(reqwest::Method::GET, &path).basic_auth(&admin.app_id, Some(&admin.app_key));
    let (round_trips, units) = cost(&running, "get-provisioned-account", get, 200).await;
    assert_eq!(round_trips, 1);
    assert!((2.0..=6.0).contains(&units), "{units}");
    running.bundle.stop().await;
}

/// An entity, its places in collectives, and what its account says of it are items of their own.
#[tokio::test]
async fn entities_cost_what_is_read_and_written_of_them() {
    let running = Running::start().await;
    let (admin, store) = (running.admin(), running.store());
    let organisation = running.bundle.demo().organisation_id.parse().unwrap();
    let car = crate::onboarding::made::entity(&store, organisation, "WAUZZZGE1NB012345", None).await;
    let home = crate::onboarding::made::collective(organisation, None);
    store.create_collective(&home, None).await.unwrap();
    let request = |method: &str, path: &str| {
        let method = method.parse().unwrap();
        running.request(method, path).basic_auth(&admin.app_id, Some(&admin.app_key))
    };
    let (entity, members) = (format!("/entities/{}", car.id), format!("/collectives/{}/entities", home.id));
    let (id, name) = (serde_json::json!({"entityId": car.id}), serde_json::json!({"name": "Car"}));
    for (function, request, status, expected) in [
        ("get-entity", request("GET", &entity), 200, (1, 1.0)),
        ("get-entity-permissions", request("GET", &format!("{entity}/permissions")), 200, (1, 1.0)),
        // The entries, and the entities at half price.
        ("list-entities", request("GET", "/entities"), 200, (2, 0.5 + 0.5)),
        ("list-entities", request("GET", "/entities?status=Disconnected"), 200, (1, 0.5)),
        ("list-collectives", request("GET", "/collectives"), 200, (2, 0.5 + 0.5)),
        // What is written in a transaction counts twice. A list's entry is written only if it is another one.
        ("update-entity", request("PUT", &entity).json(&name), 200, (2, 1.0 + 2.0)),
        ("update-entity", request("PUT", &entity).json(&name), 200, (1, 1.0)),
        ("create-collective", running.post(admin, "/collectives", &name), 201, (1, 2.0 + 1.0)),
        // Both are read; the entity and its place in the collective are written if the collective is there.
        ("add-collective-entity", running.post(admin, &members, &id), 200, (3, 2.0 + 3.0 * 2.0)),
        ("add-collective-entity", running.post(admin, &members, &id), 200, (2, 2.0)),
        ("list-collective-entities", request("GET", &members), 200, (3, 1.0 + 0.5 + 0.5)),
        ("remove-collective-entity", request("DELETE", &format!("{members}/{}", car.id)), 204, (3, 2.0 + 2.0 * 2.0)),
        // The entity, its tokens, its claim and the offboarding; and its entry in the list.
        ("offboard-entity", running.post(admin, "/offboarding/entities", &id), 201, (2, 1.0 + 4.0 * 2.0 + 2.0)),
    ] {
        assert_eq!(cost(&running, function, request, status).await, expected, "{function}");
    }
    running.bundle.stop().await;
}

/// Eight parts of the index are looked at each time, in whatever order requests are due.
#[tokio::test]
async fn what_the_clock_and_the_stream_do_for_devices_stays_within_its_budget() {
    let running = Running::start().await;
    let (store, organisation) = (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    let invoked = async |function: &str, event: Value| {
        let before = running.bundle.usage(function);
        running.bundle.invoke(function, &event).await.unwrap();
        let after = running.bundle.usage(function);
        (after.round_trips - before.round_trips, after.capacity_units - before.capacity_units)
    };
    let first = request(organisation, VIN);
    let at = serde_json::json!({"time": first.expires_at});
    assert_eq!(invoked("expire-onboardings", at.clone()).await, (8, 4.0));
    store.create_onboarding(&first, BY, None).await.unwrap();
    // The request is read, and written with its claim in one transaction, and it moves in an index and leaves another.
    assert_eq!(invoked("expire-onboardings", at).await, (10, 13.0));
    // A request and its entity are read, and go with claim and tokens, and the mark of the entity is left. Nobody has left
    // one of the account, which is seen in a first try; then it is, with the entry, and the log is looked through. Whether
    // there are webhooks is read.
    let second = request(organisation, VIN);
    running.connected(&store, &second).await;
    let samples = samples().into_iter().find(|(name, _)| name == "follow-changes").unwrap().1;
    let request = &samples["Records"][0]["dynamodb"]["NewImage"]["onboarding"]["M"];
    let erased = serde_json::json!({"Records": [samples["Records"][1]]}).to_string();
    let erased = erased
        .replace(request["organisation"]["S"].as_str().unwrap(), &running.bundle.demo().organisation_id)
        .replace(request["id"]["S"].as_str().unwrap(), &second.id.to_string());
    let (answer, spent) = running.follow_at_cost(&serde_json::from_str(&erased).unwrap(), "UnfollowedChanges").await;
    assert_eq!(answer, serde_json::json!({"batchItemFailures": []}));
    assert_eq!((spent.round_trips, spent.capacity_units), (8, 23.5));
    assert!(running.consistent_devices().await.entities.is_empty());
    running.bundle.stop().await;
}

/// A request is one item, in a list, and in what is due; its device is claimed by another.
#[tokio::test]
async fn requests_cost_what_is_read_and_written_of_them() {
    let running = Running::start().await;
    let admin = running.admin();
    let get = |path: &str| running.request(reqwest::Method::GET, path).basic_auth(&admin.app_id, Some(&admin.app_key));
    let car = crate::onboarding::requests::car(VIN);
    // The catalogue; then the request of up to two kilobytes and the claim, and an entry in two indexes.
    let create = running.post(admin, "/onboarding/entities", &car);
    assert_eq!(cost(&running, "create-onboarding", create, 201).await, (2, 0.5 + 4.0 + 2.0 + 2.0));
    let again = running.post(admin, "/onboarding/entities", &car);
    assert_eq!(cost(&running, "create-onboarding", again, 409).await, (2, 0.5));
    let list = running.get(admin, "/onboarding/entities").await.json();
    let path = crate::onboarding::requests::path(&list["data"][0]);
    assert_eq!(cost(&running, "get-onboarding", get(&path), 200).await, (1, 1.0));
    assert_eq!(cost(&running, "list-onboardings", get("/onboarding/entities"), 200).await, (2, 0.5 + 0.5));
    let cancel = running.request(reqwest::Method::DELETE, &path).basic_auth(&admin.app_id, Some(&admin.app_key));
    let (round_trips, units) = cost(&running, "cancel-onboarding", cancel, 200).await;
    assert_eq!((round_trips, units), (2, 1.0 + 4.0 + 2.0 + 2.0));
    running.bundle.stop().await;
}

#[tokio::test]
async fn telling_a_webhook_stays_within_its_budget() {
    let running = Running::start_for_webhooks(&[]).await;
    let receiver = Receiver::start().await;
    running.webhook(&receiver, &["account.created"]).await;
    let usage = |function: &str| {
        let usage = running.bundle.usage(function);
        (usage.round_trips, usage.capacity_units)
    };
    // The stream has told of the webhook itself before.
    let told = async |seed: &str| {
        let before = ["follow-changes", "deliver-webhook"].map(usage);
        let count = receiver.told().len();
        running.provisioned(running.admin(), &body(seed)).await;
        receiver.seen(|told| told.len() > count).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        let after = ["follow-changes", "deliver-webhook"].map(usage);
        [0, 1].map(|i| (after[i].0 - before[i].0, after[i].1 - before[i].1))
    };
    told("first").await;
    // The change is noted and counted, the set of webhooks and the one in it are read, and the event is put down. Then webhook, event and account are read, and
    // what came of it is put down.
    assert_eq!(told("second").await, [(1 + 3, 6.0 + 4.0), (4, 5.0)]);
    running.bundle.stop().await;
}
