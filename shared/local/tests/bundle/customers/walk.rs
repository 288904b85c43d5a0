//! A customer who has registered walks all of the API, and what is changed here is seen elsewhere, and the reverse.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Customer, members, names, refusal, refused};
use crate::{
    registration::PASSWORD,
    support::{Running, send},
};

/// The members that the help pages of the published API show of its objects.
const CUSTOMER: &str = "Address BirthDate CustomerId CustomerType Email FirstName IsBroadbandCustomer \
    IsDistrictHeatingCustomer IsNetCustomer IsPowerCustomer LastName MobileNumber OrganizationNo PhoneNumber Pin \
    RequiresProfileConfirmation";
const ADDRESS: &str =
    "AddressText City CoAddress CountryCode Entrance Floor HouseLetter HouseNo IsEditable POBox ZipCode";
const CONTRACT: &str = "ContractNo CustomerId DeliveryAddress DeliveryPointId DeliveryPointName EndDate IsActive \
    IsBroadbandContract IsDistrictHeatingContract IsEnergyContract IsGasContract IsHeatPumpContract IsNetContract \
    IsPowerContract IsTapWaterContract LedgerNo StartDate";
const READING: &str = "DeliveryPointId MeterNo MeterUnit ReadingDate Value Consumption Reader Constant NumberOfDigits \
    NumberOfDecimals ResponseStatus";
const MESSAGE: &str = "State Category Priority Channel SentDateTime Body Id StateChanged MeterId Subject Severity Text \
    CommunicationChannel";
const INVOICE: &str = "CreditStatus CustomerId DueDate DunningIsSent HasPaymentAgreement InvoiceDate InvoiceNo \
    InvoiceSum InvoiceType Kid LedgerNo Postponeable SentToDebtCollection SentToInvoicePartner UnpaidSum PdfUrl \
    InvoiceStatus";
const BUILDING: &str = "Name BuildingYear HeatingArea Residents";
const LOGIN: &str = "CustomerIds AuthProvider RegistrationStatus UserAuthId";

/// Every operation that a customer has for himself, with a body where it takes one.
pub(crate) fn operations(customer: &Customer) -> Vec<(Method, String, Option<Value>)> {
    let own = |rest: &str| customer.path(rest);
    let meter = customer.meter(1);
    let of_meter = |rest: &str| customer.path(&format!("/contracts/1001/meters/{meter}{rest}"));
    let building = json!({"BuildingYear": 1980});
    let login = json!({"UserName": customer.name, "Password": PASSWORD, "Area": 2});
    let (get, post, patch) = (Method::GET, Method::POST, Method::PATCH);
    vec![
        (get.clone(), own(""), None),
        (get.clone(), own("/import"), None),
        (patch.clone(), own(""), Some(json!({"PhoneNumber": "22334455"}))),
        (get.clone(), own("/associates"), None),
        (get.clone(), own("/contracts"), None),
        (get.clone(), own("/contracts/1001"), None),
        (get.clone(), own("/contractdeliverypoints?includeWattMeter=true&includeEvCharging=true"), None),
        (get.clone(), own("/deliverypoints"), None),
        (get.clone(), of_meter("/exists"), None),
        (get.clone(), own("/deliverypoints/1/readings?pageSize=5&page=1"), None),
        (post.clone(), own("/deliverypoints/1/readings"), Some(json!({"ReadingDate": "2026-01-01", "Value": 12}))),
        (get.clone(), of_meter("/settings"), None),
        (post.clone(), of_meter("/settings"), Some(building.clone())),
        (post.clone(), of_meter("/settings/building"), Some(building)),
        (get.clone(), own("/apps/smartliv/eula"), None),
        (get.clone(), own("/apps/smartliv/terms"), None),
        (post.clone(), own("/apps/smartliv/eula"), None),
        (post.clone(), own("/apps/smartliv/terms"), Some(json!({"AcceptAdditionalTerms": true}))),
        (patch.clone(), own("/apps/smartliv/resetterms"), None),
        (get.clone(), own("/messages?pageSize=5&page=1"), None),
        (get.clone(), own("/messages/count?state=-1"), None),
        (post.clone(), own("/messages/state"), Some(json!({"MessageIds": [5], "State": 2}))),
        (patch, own("/messages/5"), Some(json!({"State": 1}))),
        (get.clone(), own("/invoices"), None),
        (get.clone(), own("/invoices/2026/invoicepdfs"), None),
        (get.clone(), own("/contracts/1001/invoices/2026"), None),
        (get.clone(), own("/invoices/900"), None),
        (get.clone(), own("/invoices/900/pdf"), None),
        (get.clone(), "/api/users/me".to_owned(), None),
        (get.clone(), "/api/users/me/privileges".to_owned(), None),
        (post, "/api/Authenticate".to_owned(), Some(login)),
        (get.clone(), "/api/ping".to_owned(), None),
        (get.clone(), "/api/ping/checks".to_owned(), None),
        (get, "/api/ping/database".to_owned(), None),
    ]
}

/// What is answered is what the contract says of the operation.
fn is_in_the_contract(method: &Method, path: &str, answer: &Value) {
    let document: Value = serde_json::from_str(wattbook_customers::contract::CHECKED_IN).unwrap();
    let asked: Vec<_> = path.split('?').next().unwrap().split('/').collect();
    let is_of = |template: &str| {
        let parts: Vec<_> = template.split('/').collect();
        parts.len() == asked.len() && parts.iter().zip(&asked).all(|(part, is)| part == is || part.starts_with('{'))
    };
    let templates = document["paths"].as_object().unwrap();
    // Where two fit, what has fewer parameters is meant.
    let found = templates.iter().filter(|(template, _)| is_of(template));
    let (_, operations) = found.min_by_key(|(template, _)| template.matches('{').count()).unwrap();
    let content = &operations[method.as_str().to_lowercase()]["responses"]["200"]["content"]["application/json"];
    assert!(content["schema"].is_object(), "{method} {path}");
    let schema = json!({"components": document["components"], "allOf": [content["schema"]]});
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let wrong: Vec<_> = validator.iter_errors(answer).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{method} {path}: {answer} {wrong:?}");
}

#[tokio::test]
async fn a_customer_walks_every_route_with_a_password_and_with_a_token() {
    let running = Running::start().await;
    let (customer, other) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &other).await;
    let token = running.password_grant(&customer.name, PASSWORD).await;
    assert_eq!((token.status, token.header("cache-control")), (200, Some("no-store")), "{token:?}");
    let token = token.json()["access_token"].as_str().unwrap().to_owned();
    let operations = operations(&customer);
    assert_eq!(operations.len(), 34);
    for (method, path, body) in operations {
        let request = || body.iter().fold(running.request(method.clone(), &path), reqwest::RequestBuilder::json);
        let expected = if path.ends_with("/pdf") { "application/pdf" } else { "application/json" };
        for request in [request().basic_auth(&customer.name, Some(PASSWORD)), request().bearer_auth(&token)] {
            let response = request.send().await.unwrap();
            let (status, kind) = (response.status().as_u16(), response.headers()["content-type"].clone());
            let bytes = response.bytes().await.unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert_eq!((status, kind.to_str().unwrap()), (200, expected), "{method} {path}: {text}");
            if !path.ends_with("/pdf") {
                is_in_the_contract(&method, &path, &serde_json::from_slice(&bytes).unwrap());
            }
        }
        if path != "/api/Authenticate" && !path.ends_with("/pdf") {
            let nobody = send(request().bearer_auth("nobody")).await;
            assert_eq!(refusal(&nobody), refused(401, "Unauthenticated", &[]), "{method} {path}");
        }
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn objects_have_the_members_that_are_published() {
    let running = Running::start().await;
    let (customer, other) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &other).await;
    let reading =
        json!({"CustomerId": customer.number, "DeliveryPointId": 1, "ReadingDate": "2026-01-01", "Value": 12});
    let path = customer.path("/deliverypoints/1/readings");
    let reading = running.as_customer(&customer, Method::POST, &path, reading).await.json();
    let building = customer.path(&format!("/contracts/1001/meters/{}/settings/building", customer.meter(1)));
    let stated = json!({"Name": "Home", "BuildingYear": 1980, "HeatingArea": 120, "Residents": 0});
    let settings = running.as_customer(&customer, Method::POST, &building, stated.clone()).await.json();
    for name in names(BUILDING) {
        assert_eq!(settings[name], stated[name], "{name}");
    }
    let login = running.authenticate(&customer.name, PASSWORD, 2).await.json();
    let (whole, contract) = (running.seen_by(&customer, "").await, running.seen_by(&customer, "/contracts/1001").await);
    for (expected, object) in [
        (CUSTOMER, &whole),
        (ADDRESS, &whole["Address"]),
        (CONTRACT, &contract),
        (ADDRESS, &contract["DeliveryAddress"]),
        (READING, &reading),
        (MESSAGE, &running.seen_by(&customer, "/messages").await[0]),
        (INVOICE, &running.seen_by(&customer, "/invoices/900").await),
        (LOGIN, &login),
    ] {
        let missing: Vec<_> = names(expected).difference(&members(object)).copied().collect();
        assert!(missing.is_empty(), "{missing:?} of {object}");
    }
    assert_eq!((whole["CustomerId"].as_u64(), &whole["Pin"]), (Some(customer.number), &Value::Null));
    assert!((100_000_000..=2_147_483_647).contains(&customer.number));
    assert_eq!(login["CustomerIds"], json!([customer.number]));
    assert_eq!(login["UserAuthId"], json!(customer.id));
    let expected = json!({
        "DeliveryPointId": "1", "MeterNo": "serial-1", "MeterUnit": "kWh", "ReadingDate": "2026-01-01T00:00:00",
        "Value": 12.0, "Consumption": null, "Reader": "Customer", "Constant": "10", "NumberOfDigits": 5,
        "NumberOfDecimals": 0, "ResponseStatus": null,
    });
    assert_eq!(reading, expected);
    running.bundle.stop().await;
}

/// `X-Area` is 1 for the grid and 2 for what is supplied, which is the default; nothing else.
#[tokio::test]
async fn the_area_says_which_contracts_are_shown() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let read = |rest: &str, area: Option<&'static str>| {
        let request = running.person_request((&customer.name, PASSWORD), Method::GET, &customer.path(rest));
        send(area.iter().fold(request, |request, area| request.header("x-area", *area)))
    };
    for (area, expected) in [(None, json!([1001, 2])), (Some("2"), json!([1001, 2])), (Some("1"), json!([1001]))] {
        let answer = read("/contracts", area).await;
        let contracts = answer.json();
        let numbers: Value = contracts.as_array().unwrap().iter().map(|it| it["ContractNo"].clone()).collect();
        // The newest comes last; one without a beginning comes first.
        let mut sorted = numbers.as_array().unwrap().clone();
        sorted.sort_by_key(|number| std::cmp::Reverse(number.as_u64()));
        assert_eq!(Value::Array(sorted), expected, "{area:?}");
        assert_eq!(answer.header("x-total-count"), Some(&*expected.as_array().unwrap().len().to_string()));
    }
    assert_eq!(read("/contracts/2", Some("2")).await.json()["IsGasContract"], true);
    assert_eq!(refusal(&read("/contracts/2", Some("1")).await), refused(404, "NotFound", &[]));
    for wrong in ["0", "3", "Power", ""] {
        let answer = read("/contracts", Some(wrong)).await;
        assert_eq!(refusal(&answer), refused(400, "InvalidRequest", &["NotAllowed X-Area"]), "{wrong}");
    }
    running.bundle.stop().await;
}

/// Digits alone, at most 14 of a telephone and at most 100 characters of an e-mail; nothing else can be changed.
#[tokio::test]
async fn a_customer_changes_how_he_is_reached_and_nothing_else() {
    let running = Running::start().await;
    let (customer, _other) = (running.customer(1).await, running.customer(2).await);
    let path = customer.path("");
    let change = |body: Value| running.as_customer(&customer, Method::PATCH, &path, body);
    let long = format!("{}@example.com", "x".repeat(90));
    for (body, faults) in [
        (json!({"PhoneNumber": "+4722334455", "MobileNumber": "123456789012345"}), vec!["PhoneNumber", "MobileNumber"]),
        (json!({"Email": long, "FirstName": "Eve"}), vec!["Email", "FirstName"]),
        (json!({"Email": null}), vec!["Email"]),
        (json!({"Email": "nobody"}), vec!["Email"]),
        (json!({"Address": {"City": "Oslo"}, "CustomerId": 1}), vec!["Address", "CustomerId"]),
    ] {
        let (status, code, found) = refusal(&change(body.clone()).await);
        let places: Vec<_> = found.iter().map(|fault| fault.split_once(' ').unwrap().1).collect();
        assert_eq!((status, &*code, places), (400, "InvalidRequest", faults), "{body}");
    }
    let taken = change(json!({"Email": "jo-2@example.com"})).await;
    assert_eq!(refusal(&taken), refused(409, "Conflict", &["Taken Email"]));
    // What was read may be sent back.
    let mut whole = running.seen_by(&customer, "").await;
    (whole["PhoneNumber"], whole["MobileNumber"]) = (json!("22334455"), json!("90909090"));
    let changed = change(whole.clone()).await;
    assert_eq!((changed.status, changed.json()), (200, whole));
    assert_eq!(change(json!({"PhoneNumber": null})).await.json()["PhoneNumber"], Value::Null);
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_changed_here_is_seen_elsewhere_and_the_reverse() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let (own, account) = (customer.path(""), format!("/account/{}", customer.id));
    let etag = |answer: &crate::support::Answered| answer.header("etag").unwrap().to_owned();
    let before = etag(&running.get(running.admin(), &account).await);
    let body = json!({"MobileNumber": "90909090"});
    let changed = running.as_customer(&customer, Method::PATCH, &own, body).await;
    let seen = running.get(running.admin(), &account).await;
    assert_eq!(seen.json()["customer_info"]["contact_info"]["mobile_number"], "90909090", "{seen:?}");
    assert_eq!((etag(&seen), etag(&seen) == before), (etag(&changed), false));
    // It is the customer who has changed it.
    let mut told = Vec::new();
    for _ in 0..400 {
        told = running.get(running.admin(), &format!("{account}/changes")).await.json()["data"]
            .as_array()
            .unwrap()
            .clone();
        if told.len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!((told.len(), &told[0]["actor"]), (3, &json!({"type": "person", "id": customer.id})), "{told:?}");

    let renamed = json!({"contact_info": {"firstname": "Jane", "phone_number": "11112222"}});
    let renamed =
        running.change(Method::PUT, running.admin(), &format!("{account}/customer-info"), Some(renamed)).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let added = json!({
        "external_installation_id": "water", "contract_information": {"contract_no": 44, "kinds": ["TAP_WATER"]},
        "meters": [{"external_meter_id": "water-meter", "meter_energy_type": "WATER", "meter_input_method": "IMPORT"}],
    });
    let added = running.change(Method::POST, running.admin(), &format!("{account}/installation"), Some(added)).await;
    assert_eq!(added.status, 201, "{added:?}");
    let whole = running.seen_by(&customer, "").await;
    assert_eq!((&whole["FirstName"], &whole["PhoneNumber"]), (&json!("Jane"), &json!("11112222")));
    assert_eq!(running.seen_by(&customer, "/contracts/44").await["IsTapWaterContract"], true);
    let exists = format!("/contracts/44/meters/{}/exists", customer.meter(3));
    assert_eq!(running.seen_by(&customer, &exists).await, true);
    assert_eq!(running.seen_by(&customer, &exists.replace("/44/", "/1001/")).await, false);
    for id in ["water-meter", &customer.meter(3).to_string()] {
        assert_eq!(
            running.seen_by(&customer, &format!("/contracts/44/meters/{id}/settings")).await["MeterId"],
            customer.meter(3)
        );
    }
    // The number, our id and the organisation's own id are one account.
    for id in [customer.number.to_string(), customer.id.clone(), "account-1".to_owned()] {
        let answer = running.get(running.admin(), &format!("/api/customers/{id}")).await;
        assert_eq!((answer.status, answer.json()), (200, whole.clone()), "{id}");
    }
    running.bundle.stop().await;
}
