//! Least privilege: what a function may do to the table is what it does, no more and no less.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;

use crate::{
    onboarding::{
        made::{VIN, request, vin},
        owner::linked,
        requests::{car, path},
        sign_in::{Manufacturer, Reply},
    },
    registration::PASSWORD,
    support::{BY, PROVIDER_ID, Running, body, day, send, with},
    templates,
    webhooks::Receiver,
};

/// The actions on the table that the templates' policies allow, by function.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let mut allowed = BTreeMap::new();
    for (_, resource) in templates::resources() {
        let Some(name) = resource["Properties"]["Handler"].as_str() else { continue };
        let mut actions = BTreeSet::new();
        let policies = &resource["Properties"]["Policies"];
        // One, or a list of them.
        for policy in policies.as_sequence().map_or(std::slice::from_ref(policies), Vec::as_slice) {
            for statement in policy["Statement"].as_sequence().into_iter().flatten() {
                for action in statement["Action"].as_sequence().unwrap() {
                    // What other services may be asked for does not show in the use of the table.
                    if let Some(action) = action.as_str().unwrap().strip_prefix("dynamodb:") {
                        actions.insert(action.to_owned());
                    }
                }
            }
        }
        // Each part that has the function may do the same.
        let earlier = allowed.insert(name.to_owned(), actions.clone());
        assert!(earlier.is_none_or(|earlier| earlier == actions), "{name}");
    }
    allowed
}

/// The permissions that an operation of the API asks for. A transaction asks for those of its parts.
fn needed(function: &str, operations: &BTreeSet<String>) -> BTreeSet<String> {
    let parts: &[&str] = match function {
        // A record, if its account is there.
        "administer-organisations" | "add-collective-entity" | "add-reading" => &["PutItem", "ConditionCheckItem"],
        "put-record" => &["PutItem", "DeleteItem", "ConditionCheckItem"],
        "provision-account"
        | "accept-terms"
        | "reset-terms"
        | "get-customer"
        | "number-accounts"
        | "mark-messages"
        | "move-installation"
        | "add-account"
        | "set-account-property"
        | "register-customer"
        | "resend-verification"
        | "add-installation"
        | "update-installation"
        | "set-primary-installation"
        | "add-meter"
        | "update-meter"
        | "correct-move"
        | "undo-move"
        | "delete-account-property"
        | "set-account-tariffs"
        | "delete-account-tariff"
        | "create-collective"
        | "update-entity"
        | "update-webhook"
        | "rotate-webhook-secret"
        | "test-webhook"
        | "resend-delivery"
        | "deliver-webhook"
        | "order-import"
        | "split-import" => &["PutItem"],
        "create-webhook" => &["PutItem", "UpdateItem"],
        "update-customer-info"
        | "remove-installation"
        | "remove-meter"
        | "replace-meter"
        | "remove-collective-entity"
        | "expire-onboardings"
        | "cancel-onboarding"
        | "answer-consent"
        | "receive-callback"
        | "update-account"
        | "delete-account"
        | "administer-users"
        | "update-customer"
        | "save-building-settings"
        | "erase-account" => &["PutItem", "DeleteItem"],
        // An account is told of its devices.
        "offboard-entity" | "connect-entity" | "refresh-sign-ins" | "withdraw-consent" => {
            &["PutItem", "DeleteItem", "UpdateItem"]
        }
        "delete-webhook" => &["DeleteItem", "UpdateItem"],
        "create-onboarding" => &["PutItem", "UpdateItem", "ConditionCheckItem"],
        // They do what three others do.
        "take-message" | "import-part" => &["PutItem", "DeleteItem", "UpdateItem", "ConditionCheckItem"],
        "follow-changes" => &["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"],
        _ => &[],
    };
    let mut needed: BTreeSet<_> = operations.iter().filter(|name| *name != "TransactWriteItems").cloned().collect();
    if operations.contains("TransactWriteItems") {
        assert!(!parts.is_empty(), "{function} has a transaction, of which this test does not know the parts");
        needed.extend(parts.iter().map(|part| (*part).to_owned()));
    }
    needed
}

#[tokio::test]
async fn each_function_may_do_exactly_what_it_does() {
    let running = Running::start_for_webhooks(&[]).await;
    let admin = running.admin();
    running.provisioned(admin, &body(1)).await;
    send(running.post(admin, "/account?dryRun=true", &body(2))).await;
    for (path, body) in [("/account", body("k")), ("/rest/v1/accounts", json!({"providerAccountId": "keyed"}))] {
        // The second time it is answered from the record.
        for _ in 0..2 {
            assert!(send(running.post(admin, path, &body).header("idempotency-key", path)).await.status < 300);
        }
    }
    running.get(admin, "/account/account-1?id_type=external").await;
    for query in ["", "?providerAccountId=account-1"] {
        assert_eq!(running.get(admin, &format!("/rest/v1/accounts{query}")).await.status, 200);
    }
    let account = "/account/account-1";
    let installation = "/account/account-1/installation/installation-1";
    for (method, path, body) in [
        (Method::PUT, format!("{account}/customer-info"), Some(json!({"email": "new@example.com"}))),
        (Method::POST, format!("{account}/installation"), Some(json!({"external_installation_id": "i2"}))),
        (Method::PUT, format!("{account}/installation/i2"), Some(json!({"address_info": {"house_no": "1"}}))),
        (Method::PUT, format!("{account}/installation/i2/primary"), None),
        (Method::POST, format!("{account}/installation/i2/meter"), Some(json!({"meter_energy_type": "GAS"}))),
        (Method::POST, format!("{installation}/meter"), Some(json!({"external_meter_id": "m2"}))),
        (Method::PUT, format!("{installation}/meter/m2"), Some(json!({"meter_serial_number": "1"}))),
        (
            Method::POST,
            format!("{installation}/meter/m2/replacement"),
            Some(json!({"exchange_date": day(2), "meter": {"external_meter_id": "m2b"}})),
        ),
        (Method::DELETE, format!("{installation}/meter/m2b"), None),
        (Method::DELETE, installation.to_owned(), None),
        (Method::DELETE, account.to_owned(), None),
    ] {
        if path.ends_with("/meter/m2") && method == Method::PUT {
            // Only a meter without an id can be given one, and only by our id.
            let seen = running.get(admin, "/account/account-1?id_type=external").await.json();
            let id = |pointer: &str| seen.pointer(pointer).unwrap().as_str().unwrap().to_owned();
            let (account, installation) = (id("/account_id"), id("/installation_info/0/installation_id"));
            let meter = id("/installation_info/0/meters/0/meter_id");
            let path = format!("/account/{account}/installation/{installation}/meter/{meter}?dryRun=true");
            let given = json!({"external_meter_id": "m3"});
            assert_eq!(running.change(Method::PUT, admin, &path, Some(given)).await.status, 200);
        }
        // A dry run first, for what only that does.
        if let Some(body) = &body {
            let path = format!("{path}?id_type=external&dryRun=true");
            assert_eq!(running.change(method.clone(), admin, &path, Some(body.clone())).await.status, 200, "{path}");
        }
        let answer = running.change(method, admin, &format!("{path}?id_type=external"), body).await;
        assert!(answer.status < 300, "{path}: {answer:?}");
    }
    running.provisioned(admin, &body(4)).await;
    let to = body(5)["customer_info"].clone();
    let moves = json!({"move_date": &day(2), "to": {"customer_info": to}});
    for query in ["?dryRun=true", ""] {
        let path = format!("/installation/installation-4/move{query}");
        assert!(running.change(Method::POST, admin, &path, Some(moves.clone())).await.status < 300);
    }
    let path = "/installation/installation-4/move";
    let corrected = running.change(Method::PUT, admin, path, Some(json!({"move_date": day(3)}))).await;
    assert_eq!(corrected.status, 200, "{corrected:?}");
    assert_eq!(running.change(Method::DELETE, admin, path, None).await.status, 200);
    running.get(admin, "/account?external_authentication_provider_id=idp").await;
    let customer = running.provisioned(admin, &with(body(9), PROVIDER_ID, "idp")).await;
    assert_eq!(running.get(admin, "/account?external_authentication_provider_id=idp").await.status, 200);
    running.asked_before(&customer, SignedDuration::from_mins(2)).await;
    assert_eq!(running.resend(&json!({"email": "jo-9@example.com"})).await.status, 202);
    let token = running.verification_token(&customer).await;
    assert_eq!(running.register(&token, PASSWORD).await.status, 200);
    running.use_the_accounts_api().await;
    let form = [("grant_type", "client_credentials"), ("client_id", &*admin.app_id), ("client_secret", "x")];
    send(running.request(Method::POST, "/v1/token").form(&form)).await;
    let organisation_id = &running.bundle.demo().organisation_id;
    running.operate(json!({"action": "get-organisation", "organisation_id": organisation_id})).await;
    running.operate(json!({"action": "revoke-credential", "app_id": running.brand().app_id})).await;
    let own = json!({"type": "EV", "manufacturer": "Tesla"});
    for action in ["hide-manufacturer", "remove-manufacturer"] {
        let event = with(own.clone(), "/action", action);
        running.bundle.invoke("administer-catalogue", &event).await.unwrap();
    }
    running.bundle.invoke("administer-catalogue", &json!({"action": "list-manufacturers"})).await.unwrap();
    let home = json!({"name": "Home"});
    for _ in 0..2 {
        let created = send(running.post(admin, "/collectives", &home).header("idempotency-key", "home")).await;
        assert_eq!(created.status, 201, "{created:?}");
    }
    running.ask_for_devices().await;
    running.use_the_owners_pages().await;
    running.expire_and_erase_devices().await;
    let conflicting = running.message("customer.provisioning.requested", "taken", &body(9));
    assert_eq!(running.hand_over(&[conflicting]).await, [0usize; 0]);
    running.use_webhooks().await;
    running.use_imports().await;
    running.use_the_customers_api().await;
    // What nothing above does, a function's own sample does.
    crate::onboarding::made::for_samples(&running).await;
    for (name, event) in crate::events::in_order() {
        running.bundle.invoke(&name, &event).await.unwrap();
    }
    let recount = json!({"organisation_id": running.bundle.demo().organisation_id});
    running.bundle.invoke("recount-accounts", &recount).await.unwrap();
    let mut wrong = Vec::new();
    for (function, allowed) in allowed() {
        let operations = running.bundle.usage(&function).operations;
        let needed = needed(&function, &operations);
        if allowed != needed {
            wrong.push(format!("{function} may {allowed:?}, needs {needed:?} and calls {operations:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
    running.bundle.stop().await;
}

impl Running {
    /// A request is made, and canceled.
    async fn ask_for_devices(&self) {
        let account = self.provisioned(self.admin(), &body("asked")).await;
        let asked = with(car(&vin(47)), "/accountId", account.as_str());
        let request = self.onboarding(&asked).await;
        let gone = self.change(Method::DELETE, self.admin(), &path(&request), None).await;
        assert_eq!(gone.status, 200, "{gone:?}");
    }

    /// Owners agree, sign in and refuse, decline and withdraw; tokens are refreshed, and end.
    async fn use_the_owners_pages(&self) {
        let account = self.provisioned(self.admin(), &body("owned")).await;
        let of_account = |body| with(body, "/accountId", account.as_str());
        let cars = Manufacturer::of(self, "Permitted Cars").await;
        let (mut owner, request) = self.asked(&of_account(cars.car())).await;
        let posted = owner.agrees().await;
        let led = cars.led(&owner.follows(&posted).await);
        owner.opens(&led.back("the-code")).await;
        self.seen_as(&request, "Succeeded").await;
        for (minutes, reply) in [(50, Reply::Tokens(60)), (60, Reply::Refusal("invalid_grant"))] {
            cars.replies(&[reply]);
            let now = Timestamp::now() + SignedDuration::from_mins(minutes);
            self.bundle.invoke("refresh-sign-ins", &json!({"time": now})).await.unwrap();
        }
        let (mut owner, _, led) = cars.signing_in(self).await;
        owner.opens(&led.back_with(&[("error", "access_denied")])).await;
        let (mut owner, _) = self.asked(&car(&vin(48))).await;
        owner.posts(&owner.link.clone(), &[("decision", "decline")]).await;
        // One that the sandbox connects, one that it refuses.
        for made in ["WAUZZZGE1NB012345", "WAUZZZGE1NB090145"] {
            let (mut owner, _) = self.asked(&of_account(car(made))).await;
            let posted = owner.agrees().await;
            let page = owner.follows(&posted).await;
            for withdrawal in linked(&page, "/onboarding/withdrawal/") {
                owner.opens(&withdrawal).await;
                owner.posts(&withdrawal, &[("decision", "withdraw")]).await;
            }
        }
    }

    /// One request ends with its time, and the device of another with its account.
    async fn expire_and_erase_devices(&self) {
        let (store, organisation) = (self.store(), self.bundle.demo().organisation_id.parse().unwrap());
        let stale = request(organisation, VIN);
        store.create_onboarding(&stale, BY, None).await.unwrap();
        let expired = self.bundle.invoke("expire-onboardings", &json!({"time": stale.expires_at})).await.unwrap();
        assert_eq!(expired, json!({"expired": 1}));
        let before = self.uncounted().await;
        let account = self.provisioned(self.admin(), &body("erased")).await;
        let mut connected = request(organisation, &vin(46));
        connected.account = Some(account.parse().unwrap());
        self.connected(&store, &connected).await;
        let path = format!("/account/{account}");
        assert_eq!(self.change(Method::DELETE, self.admin(), &path, None).await.status, 204);
        self.only_left(before).await;
    }

    /// A webhook is told, and one is disabled.
    /// As a customer, as his organisation, and as an operator.
    async fn use_the_customers_api(&self) {
        let (customer, other) = (self.customer("c").await, self.customer("d").await);
        self.with_records(&customer, &other).await;
        for (method, path, body) in crate::customers::walk::operations(&customer) {
            for key in ["first", "first", "second"] {
                let own = self.request(method.clone(), &path).basic_auth(&customer.name, Some(PASSWORD));
                let own =
                    if method == Method::GET { own } else { own.header("idempotency-key", format!("{path} {key}")) };
                send(body.iter().fold(own, reqwest::RequestBuilder::json)).await;
            }
            self.change(method, self.admin(), &path, body).await;
        }
        let as_customer = async |method, path: &str, body| {
            let path = customer.path(path);
            send(self.request(method, &path).basic_auth(&customer.name, Some(PASSWORD)).json(&body)).await
        };
        as_customer(Method::POST, "/messages/state", json!({"State": 2})).await;
        // A device is shown beside the meters.
        let mut device = request(self.bundle.demo().organisation_id.parse().unwrap(), &vin(49));
        device.account = Some(customer.id.parse().unwrap());
        crate::onboarding::made::connected(&self.store(), &device).await;
        let path = customer.path("/contractdeliverypoints?includeEvCharging=true");
        let shown = send(self.person_request((&customer.name, PASSWORD), Method::GET, &path)).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        // What is somebody else's, and what is free.
        let settings = format!("/contracts/1001/meters/{}/settings", customer.meter(1));
        for email in [&*other.email, "moved@example.com"] {
            as_customer(Method::PATCH, "", json!({"Email": email})).await;
            let body = json!({"BuildingYear": 1980, "Customer": {"Email": format!("again.{email}")}});
            as_customer(Method::POST, &settings, body).await;
            as_customer(Method::POST, &settings, json!({"Customer": {"Email": email}})).await;
        }
        let id = self.without_number(70).await;
        self.get(self.admin(), &format!("/api/customers/{id}/import")).await;
        self.without_number(71).await;
        let event = json!({"organisation_id": self.bundle.demo().organisation_id});
        self.bundle.invoke("number-accounts", &event).await.unwrap();
        // A wrong password is counted until the right one comes.
        let pdf = other.path("/invoices/900/pdf");
        for password in ["a wrong password", PASSWORD] {
            self.password_grant(&other.name, password).await;
        }
        for password in ["a wrong password", PASSWORD] {
            self.authenticate(&other.name, password, 2).await;
        }
        for path in [&pdf, &other.path("")] {
            for password in ["a wrong password", PASSWORD] {
                send(self.request(Method::GET, path).basic_auth(&other.name, Some(password))).await;
            }
        }
        let token = self.password_grant(&other.name, PASSWORD).await.json();
        assert_eq!(self.with_token(token["access_token"].as_str().unwrap(), &other.path("")).await.status, 200);
        let made = self.staff("staff@example.com", "SuperUser", None).await;
        let id = &made["user_id"];
        for (action, members) in [
            ("get-user", json!({"user_id": id})),
            ("set-roles", json!({"user_id": id, "roles": ["SuperUser", "Staff"]})),
            ("disable-user", json!({"user_id": id})),
            ("enable-user", json!({"user_id": id})),
            ("reset-password", json!({"user_id": id})),
            ("delete-user", json!({"user_id": id})),
        ] {
            let done = self.user(action, members).await;
            if action == "reset-password" {
                let signed_in = self.password_grant("staff@example.com", done["password"].as_str().unwrap()).await;
                assert_eq!(signed_in.status, 200, "{signed_in:?}");
            }
        }
        for (kind, key) in [("invoice", "900"), ("app", "smartliv"), ("message", "5")] {
            let path = format!("/api/records/{kind}/{key}?customerId={}", customer.number);
            self.change(Method::DELETE, self.admin(), &path, None).await;
        }
    }

    async fn use_webhooks(&self) {
        let receiver = Receiver::start().await;
        let told = self.webhook(&receiver, &["account.created"]).await;
        for path in [told.path(), format!("{}?dryRun=true", told.path())] {
            let answer = self.change(Method::PUT, self.admin(), &path, Some(json!({"event_types": ["*"]}))).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        for path in ["/webhooks", &told.below("secret"), &told.below("test")] {
            let body = json!({"url": receiver.url(), "event_types": ["account.created"]});
            for _ in 0..2 {
                let sent = self.post(self.admin(), path, &body).header("idempotency-key", path);
                assert!(send(sent).await.status < 300);
            }
        }
        receiver.answers(410);
        self.provisioned(self.admin(), &body("told")).await;
        self.seen_webhook(&told, |webhook| webhook["enabled"] == false).await;
        receiver.answers(204);
        let enabled = json!({"enabled": true});
        assert_eq!(self.change(Method::PUT, self.admin(), &told.path(), Some(enabled)).await.status, 200);
        let has_ended = |delivery: &serde_json::Value| delivery["status"] == "failed";
        let all = self.seen_deliveries(&told, |all| all.iter().any(has_ended)).await;
        let delivery = all.into_iter().find(has_ended).unwrap();
        for _ in 0..2 {
            let path = told.below(&format!("deliveries/{}/resend", delivery["id"].as_str().unwrap()));
            let sent = self.post(self.admin(), &path, &json!({})).header("idempotency-key", "again");
            assert_eq!(send(sent).await.status, 202);
        }
        assert_eq!(self.change(Method::DELETE, self.admin(), &told.path(), None).await.status, 204);
    }

    /// Each operation of the accounts API, so that it does all that it can do to the table.
    async fn use_the_accounts_api(&self) {
        let admin = self.admin();
        let home = json!({"providerAccountId": "home", "email": "home@example.com"});
        let taken = self.change(Method::POST, admin, "/rest/v1/accounts", Some(home.clone())).await;
        assert_eq!(taken.status, 200, "{taken:?}");
        assert_eq!(self.change(Method::POST, admin, "/rest/v1/accounts", Some(home)).await.status, 409);
        let account = "/rest/v1/accounts/pid/home";
        let address = json!({"keyName": "addressString", "dataValue": "San Francisco, CA 94105"});
        for (method, path, body) in [
            (Method::POST, "/rest/v1/accounts?dryRun=true".to_owned(), Some(json!({"email": "new-home@example.com"}))),
            (
                Method::PUT,
                account.to_owned(),
                Some(
                    json!({"email": "moved@example.com", "address": {"zip": "94105"}, "properties": {"customerClass": {"dataValue": 1}}}),
                ),
            ),
            (Method::GET, account.to_owned(), None),
            (Method::PUT, format!("{account}/properties"), Some(address.clone())),
            (
                Method::POST,
                format!("{account}/properties?dryRun=true"),
                Some(json!({"keyName": "providerAccountId", "dataValue": "home"})),
            ),
            (Method::GET, format!("{account}/properties"), None),
            (Method::DELETE, format!("{account}/properties/addressString"), None),
            (Method::PUT, format!("{account}/tariffs"), Some(json!({"masterTariffId": 1}))),
            (Method::GET, format!("{account}/tariffs"), None),
            (Method::DELETE, format!("{account}/tariffs/1"), None),
            (Method::DELETE, account.to_owned(), None),
            (Method::DELETE, format!("{account}?hardDelete=true"), None),
        ] {
            let answer = self.change(method, admin, &path, body).await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
        }
    }
}
