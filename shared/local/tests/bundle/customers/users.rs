//! Users: customers, those whom an operator makes, what each may do; and whether all answers.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::{members, names, refusal, refused};
use crate::{
    registration::PASSWORD,
    support::{Answered, Running, send},
};

/// What a customer may do.
const OWN: [&str; 6] =
    ["AcceptTerms", "AddReadings", "ReadCustomer", "UpdateCustomer", "UpdateMessages", "UpdateSettings"];

impl Running {
    /// Reads as a user whom an operator made.
    async fn as_staff(&self, staff: &Value, path: &str) -> Answered {
        let (name, password) = (self.name(staff["email"].as_str().unwrap()), staff["password"].as_str().unwrap());
        send(self.person_request((&name, password), Method::GET, path)).await
    }
}

#[tokio::test]
async fn a_customer_sees_himself() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let me = running.as_customer(&customer, Method::GET, "/api/users/me", None).await;
    let expected = json!({
        "UserId": customer.id, "UserName": customer.email, "FirstName": "John", "LastName": "Doe",
        "Email": customer.email, "MobileNumber": null, "CustomerIds": [customer.number],
        "ParticipantIds": [customer.number], "Roles": ["Customer"],
    });
    assert_eq!((me.status, me.json()), (200, expected));
    let path = format!("/api/users/{}", customer.id);
    for credential in [running.admin(), running.brand()] {
        assert_eq!(running.get(credential, &path).await.text, me.text);
    }
    // An organisation is nobody in person.
    assert_eq!(refusal(&running.get(running.admin(), "/api/users/me").await), refused(404, "NotFound", &[]));
    let privileges = running.as_customer(&customer, Method::GET, "/api/users/me/privileges", None).await;
    assert_eq!(privileges.json(), json!(OWN));
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_staff_may_do_is_a_matter_of_roles() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let path = format!("/api/users/{}", customer.id);
    for (role, privileges) in [("Technician", json!([])), ("Staff", json!([])), ("SuperUser", json!(["ReadUsers"]))] {
        let staff = running.staff(&format!("{role}@example.com"), role, None).await;
        let me = running.as_staff(&staff, "/api/users/me").await;
        assert_eq!((me.status, &me.json()["Roles"], &me.json()["CustomerIds"]), (200, &json!([role]), &json!([])));
        assert_eq!(me.json()["UserId"], staff["user_id"]);
        assert_eq!(running.as_staff(&staff, "/api/users/me/privileges").await.json(), privileges, "{role}");
        let reads = if role == "SuperUser" { 200 } else { 404 };
        assert_eq!(running.as_staff(&staff, &path).await.status, reads, "{role}");
        assert_eq!(running.as_staff(&staff, &format!("{path}/privileges")).await.status, reads, "{role}");
        // Users are not customers.
        for rest in ["", "/contracts", "/messages"] {
            let answer = running.as_staff(&staff, &customer.path(rest)).await;
            assert_eq!(refusal(&answer), refused(404, "NotFound", &[]), "{role} {rest}");
        }
        let name = running.name(staff["email"].as_str().unwrap());
        let login = running.authenticate(&name, staff["password"].as_str().unwrap(), 2).await;
        assert_eq!((login.status, &login.json()["CustomerIds"]), (200, &json!([])), "{login:?}");
        let read = running.get(running.admin(), &format!("/api/users/{}", staff["user_id"].as_str().unwrap())).await;
        assert_eq!(read.json(), me.json());
        assert!(!format!("{}{}", read.text, me.text).contains("argon2"));
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_super_user_of_a_brand_sees_its_users_alone() {
    let running = Running::start().await;
    let (customer, colleague) = (running.customer(1).await, running.staff("any@example.com", "Staff", None).await);
    let of_all = format!("/api/users/{}", colleague["user_id"].as_str().unwrap());
    for (brand, sees) in [("NORTH", 200), ("SOUTH", 404)] {
        let staff = running.staff(&format!("{brand}@example.com"), "SuperUser", Some(brand)).await;
        assert_eq!(running.as_staff(&staff, "/api/users/me").await.status, 200, "{brand}");
        assert_eq!(running.as_staff(&staff, &format!("/api/users/{}", customer.id)).await.status, sees, "{brand}");
        assert_eq!(running.as_staff(&staff, &of_all).await.status, 404, "{brand}");
        let own = format!("/api/users/{}", staff["user_id"].as_str().unwrap());
        assert_eq!(running.get(running.brand(), &own).await.status, sees, "{brand}");
        assert_eq!(running.get(running.other(), &own).await.status, 404, "{brand}");
    }
    running.bundle.stop().await;
}

/// One e-mail is one person's, whether customer or not.
#[tokio::test]
async fn operators_make_users_with_names_of_their_own() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let organisation = running.bundle.demo().organisation_id.clone();
    let staff = running.staff("sam@example.com", "Staff", None).await;
    let event = |email: &str, roles: Value| {
        json!({
            "action": "create-user", "organisation_id": organisation, "email": email, "first_name": "Sam",
            "last_name": "Staff", "roles": roles,
        })
    };
    for (email, roles) in [
        (customer.email.as_str(), json!(["Staff"])),
        ("SAM@example.com", json!(["Staff"])),
        ("no", json!(["Staff"])),
        ("new@example.com", json!(["Customer"])),
        ("new@example.com", json!(["Nobody"])),
    ] {
        let event = event(email, roles);
        assert!(running.bundle.invoke("administer-users", &event).await.is_err(), "{event}");
    }
    let mut foreign = event("new@example.com", json!(["Staff"]));
    foreign["label_partner"] = json!("EAST");
    assert!(running.bundle.invoke("administer-users", &foreign).await.is_err());
    // Nor does a customer get the name of a user.
    let taken = crate::support::with(crate::support::body(2), "/customer_info/email", "sam@example.com");
    assert_eq!(running.provision(running.admin(), &taken).await.status, 409);
    let id = json!({"user_id": staff["user_id"]});
    let read = running.user("get-user", id.clone()).await;
    assert!(read.get("password").is_none() && read["email"] == "sam@example.com", "{read}");
    let mut roles = id.clone();
    roles["roles"] = json!(["Technician", "SuperUser"]);
    assert_eq!(running.user("set-roles", roles).await["roles"], json!(["Technician", "SuperUser"]));
    running.user("delete-user", id).await;
    assert_eq!(running.provision(running.admin(), &taken).await.status, 201);
    running.bundle.stop().await;
}

#[tokio::test]
async fn whoever_has_signed_in_may_ask_whether_all_answers() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let get = |path: &'static str| running.as_customer(&customer, Method::GET, path, None);
    let ping = get("/api/ping").await;
    assert_eq!((ping.status, ping.header("cache-control")), (200, Some("no-store")));
    assert_eq!(members(&ping.json()), names("Version Areas Subsystems"));
    assert_eq!(ping.json()["Areas"], json!([1, 2]));
    let checks = get("/api/ping/checks").await.json();
    let named: BTreeSet<_> = checks.as_array().unwrap().iter().map(|check| check["Name"].as_str().unwrap()).collect();
    assert_eq!(named, names("Database Queue Files"));
    assert!(checks.as_array().unwrap().iter().all(|check| check["Ok"] == true && check["LatencyMs"].is_u64()));
    let database = get("/api/ping/database").await.json();
    assert_eq!(members(&database), names("Meters WeatherObservations Buildings LatencyMs"));
    assert_eq!((&database["Meters"], &database["Buildings"]), (&json!(true), &json!(false)));
    let building = customer.path(&format!("/contracts/1001/meters/{}/settings/building", customer.meter(1)));
    let saved = running.as_customer(&customer, Method::POST, &building, json!({"Residents": 3})).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    assert_eq!(get("/api/ping/database").await.json()["Buildings"], true);
    let other = running.get(running.other(), "/api/ping/database").await.json();
    assert_eq!((&other["Meters"], &other["Buildings"]), (&json!(false), &json!(false)));
    assert_eq!(send(running.request(Method::GET, "/api/ping")).await.status, 401);
    let wrong = get("/api/ping?x=1").await;
    assert_eq!(refusal(&wrong), refused(400, "InvalidRequest", &["UnknownParameter x"]));
    running.bundle.stop().await;
}

/// The settings of a building: what is given is set, and the rest is left.
#[tokio::test]
async fn settings_of_a_building_are_kept_within_their_limits() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let path = customer.path("/contracts/1001/meters/serial-1/settings");
    let save = |rest: &str, body: Value| {
        let (running, customer, path) = (&running, &customer, format!("{path}{rest}"));
        async move { running.as_customer(customer, Method::POST, &path, body).await }
    };
    let next = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).year() + 1;
    for (body, faults) in [
        (json!({"BuildingYear": 1499, "HeatingArea": 0, "Residents": -1}), "BuildingYear HeatingArea Residents"),
        (json!({"BuildingYear": next + 1}), "BuildingYear"),
        (json!({"HeatingArea": 100_001, "Residents": 1001}), "HeatingArea Residents"),
    ] {
        let faults: Vec<_> = faults.split(' ').map(|name| format!("OutOfRange {name}")).collect();
        let (status, _, found) = refusal(&save("/building", body.clone()).await);
        assert_eq!((status, found), (400, faults), "{body}");
    }
    assert_eq!(save("/building", json!({"BuildingYear": next, "HeatingArea": 100_000})).await.status, 200);
    let both =
        save("", json!({"Residents": 1000, "Name": "Hut", "Customer": {"PhoneNumber": "22334455"}})).await.json();
    let expected = json!({
        "MeterId": customer.meter(1), "Name": "Hut", "BuildingYear": next, "HeatingArea": 100_000, "Residents": 1000,
        "Customer": {"PhoneNumber": "22334455", "MobileNumber": null, "Email": customer.email},
    });
    assert_eq!(both, expected);
    // The route of the building alone leaves the customer alone.
    let alone = save("/building", json!({"Customer": {"PhoneNumber": "1"}})).await;
    assert_eq!(alone.json(), expected);
    let wrong = save("", json!({"Customer": {"PhoneNumber": "+1"}})).await;
    assert_eq!(refusal(&wrong).2.len(), 1, "{wrong:?}");
    let answer = running.as_customer(&customer, Method::GET, &path, None).await;
    assert_eq!(answer.json(), expected);
    let tag = answer.header("etag").unwrap();
    let request =
        || running.person_request((&customer.name, PASSWORD), Method::POST, &path).json(&json!({"Residents": 2}));
    let stale = send(request().header("if-match", "\"1\"")).await;
    assert_eq!(refusal(&stale), refused(412, "VersionMismatch", &[]));
    assert_eq!(send(request().header("if-match", tag)).await.status, 200);
    running.bundle.stop().await;
}
