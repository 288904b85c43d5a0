//! What operators bring in by records: invoices and their PDFs, messages, terms of apps, associates.

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use wattbook_api::bucket::{Bucket, BucketSettings};

use super::{Customer, invoice, message, refusal, refused};
use crate::{
    registration::PASSWORD,
    support::{Answered, Running, day, send, with, without},
};

impl Running {
    /// Puts a record, with a header perhaps.
    async fn put(&self, path: &str, header: Option<(&str, &str)>, document: &Value) -> Answered {
        let request = self.rest_request(Method::PUT, &format!("/api/records/{path}")).json(document);
        send(header.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    async fn delete(&self, path: &str, header: Option<(&str, &str)>) -> Answered {
        let request = self.rest_request(Method::DELETE, &format!("/api/records/{path}"));
        send(header.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    /// Status, content type and bytes.
    async fn bytes(&self, request: RequestBuilder) -> (u16, String, Vec<u8>) {
        let response = request.send().await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status().as_u16(), kind, response.bytes().await.unwrap().to_vec())
    }

    /// The PDF of an invoice, with the customer's password.
    async fn pdf(&self, customer: &Customer, number: u32) -> (u16, String, Vec<u8>) {
        let path = customer.path(&format!("/invoices/{number}/pdf"));
        self.bytes(self.person_request((&customer.name, PASSWORD), Method::GET, &path)).await
    }

    /// What the bucket has of a customer's invoices.
    async fn files(&self, customer: &Customer) -> Vec<String> {
        let (access, (name, endpoint)) = (self.bundle.store(), self.bundle.bucket());
        let (id, secret) = (&access.access_key_id, &access.secret_access_key);
        let credentials = aws_sdk_dynamodb::config::Credentials::new(id, secret, None, None, "test");
        let endpoint = Some(endpoint);
        let bucket = BucketSettings { name, region: access.region.clone(), credentials, endpoint };
        let prefix = format!("invoices/{}/{}/", self.bundle.demo().organisation_id, customer.id);
        let page = Bucket::connect(bucket).unwrap().list(&prefix, None, 100).await.unwrap();
        page.objects.into_iter().map(|listed| listed.key).collect()
    }

    /// Marks messages as the customer.
    async fn marked(&self, customer: &Customer, body: Value) -> Answered {
        self.as_customer(customer, Method::POST, &customer.path("/messages/state"), body).await
    }

    /// How many messages there are of each state, once that has followed.
    async fn counts(&self, customer: &Customer, expected: [u64; 3]) {
        let mut found = Vec::new();
        for _ in 0..400 {
            found.clear();
            for state in ["", "?state=1", "?state=2"] {
                found.push(self.seen_by(customer, &format!("/messages/count{state}")).await.as_u64().unwrap());
            }
            if found == expected {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{found:?} and not {expected:?}");
    }
}

#[tokio::test]
async fn a_record_is_put_once_and_changed_in_the_version_that_is_asked_for() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    running.brought("app", "smartliv", json!({"Name": "Smart living"})).await;
    for (path, whose, document, changed) in [
        ("app/other", None, json!({"Name": "Other"}), json!({"Name": "Others"})),
        ("terms/smartliv.general", None, json!({"Version": "1"}), json!({"Version": "2"})),
        (
            "message/5",
            Some(customer.number),
            message(customer.number, "2026-01-01"),
            message(customer.number, "2026-01-02"),
        ),
        (
            "invoice/900",
            Some(customer.number),
            invoice(customer.number),
            with(invoice(customer.number), "/UnpaidSum", 0),
        ),
    ] {
        let rehearsed = running.put(&format!("{path}?dryRun=true"), None, &document).await;
        assert_eq!((rehearsed.status, &rehearsed.json()["Version"]), (200, &json!(1)), "{path}");
        let (kind, key) = path.split_once('/').unwrap();
        let view = |version: u64| json!({"Kind": kind, "Key": key, "CustomerId": whose, "Version": version});
        for (header, document, status, version) in [
            (Some(("if-match", "\"1\"")), &document, 412, 0),
            (None, &document, 201, 1),
            (None, &document, 200, 1),
            (Some(("if-match", "\"1\"")), &changed, 200, 2),
            (Some(("if-match", "\"1\"")), &document, 412, 0),
            (None, &changed, 200, 2),
        ] {
            let answer = running.put(path, header, document).await;
            if status == 412 {
                assert_eq!(refusal(&answer), refused(412, "VersionMismatch", &[]), "{path} {header:?}");
            } else {
                assert_eq!((answer.status, answer.json()), (status, view(version)), "{path} {header:?}");
                assert_eq!(answer.header("etag"), Some(&*format!("\"{version}\"")));
            }
        }
        let query = whose.map(|number| format!("?customerId={number}")).unwrap_or_default();
        let delete = |header| {
            let (running, path) = (&running, format!("{path}{query}"));
            async move { running.delete(&path, header).await }
        };
        assert_eq!(refusal(&delete(Some(("if-match", "\"1\""))).await), refused(412, "VersionMismatch", &[]));
        let deleted = delete(Some(("if-match", "\"2\""))).await;
        assert_eq!((deleted.status, &*deleted.text), (204, ""), "{path}");
        assert_eq!(refusal(&delete(None).await), refused(404, "NotFound", &[]), "{path}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn records_hear_of_every_fault_at_once() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    running.brought("app", "smartliv", json!({"Name": "Smart living"})).await;
    let bill = invoice(customer.number);
    for (path, document, faults) in [
        ("app/smart%20living", json!({}), vec!["Required Name", "IdentifierForm key"]),
        ("terms/smartliv", json!({"Version": ""}), vec!["Empty Version", "NotAllowed key"]),
        ("terms/unknown.general", json!({"Version": "1"}), vec!["Unknown key"]),
        ("message/x", json!({}), vec!["Required CustomerId", "Required Subject", "Required Body", "OutOfRange key"]),
        (
            "message/5",
            json!({"CustomerId": 7, "Subject": "s", "Body": "b", "Category": 5, "Priority": 3, "Channel": 4}),
            vec!["OutOfRange Category", "OutOfRange Priority", "OutOfRange Channel", "Unknown CustomerId"],
        ),
        ("associate/7", json!({"CustomerId": customer.number, "RelationshipType": "x"}), vec!["Unknown key"]),
        (
            &format!("associate/{}", customer.number),
            json!({"CustomerId": customer.number, "RelationshipType": "x"}),
            vec!["SameAccount key"],
        ),
        (
            "invoice/0",
            with(with(bill.clone(), "/Kid", "1234567890"), "/Currency", "kr"),
            vec!["IdentifierForm Currency", "CheckDigit Kid", "OutOfRange key"],
        ),
        ("invoice/900", with(bill.clone(), "/DueDate", "2026-01-31"), vec!["EndsBeforeStart DueDate"]),
        ("invoice/900", with(bill.clone(), "/Pdf", "bm8gcGRm"), vec!["InvalidValue Pdf"]),
        (
            "invoice/900",
            json!({"CustomerId": customer.number, "InvoiceDate": "2026-13-01", "InvoiceSum": "1"}),
            vec!["InvalidDate InvoiceDate", "WrongType InvoiceSum", "Required Currency"],
        ),
    ] {
        let (status, code, mut found) = refusal(&running.put(path, None, &document).await);
        let mut faults: Vec<_> = faults.into_iter().map(str::to_owned).collect();
        found.sort();
        faults.sort();
        assert_eq!((status, &*code, found), (400, "InvalidRequest", faults), "{path} {document}");
    }
    for (path, document) in [("reading/1", json!({})), ("nothing/1", json!({}))] {
        assert_eq!(refusal(&running.put(path, None, &document).await), refused(404, "NotFound", &[]), "{path}");
    }
    let whose = running.delete("message/5", None).await;
    assert_eq!(refusal(&whose), refused(400, "InvalidRequest", &["Required customerId"]));
    // What all brands share is for whoever reaches all of them.
    let brand = running.change(Method::PUT, running.brand(), "/api/records/app/x", Some(json!({"Name": "X"}))).await;
    assert_eq!(refusal(&brand), refused(403, "Forbidden", &[]));
    let own = running.change(Method::PUT, running.brand(), "/api/records/invoice/900", Some(bill.clone())).await;
    assert_eq!(own.status, 201, "{own:?}");
    // The number of an invoice is one customer's.
    let second = running.customer(2).await;
    let taken = running.put("invoice/900", None, &with(bill, "/CustomerId", second.number)).await;
    assert_eq!(refusal(&taken), refused(409, "RuleBroken", &["Taken key"]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn invoices_are_listed_by_year_and_contract_with_their_status() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let base = without(invoice(customer.number), "/DueDate");
    let of = |date: &str| with(base.clone(), "/InvoiceDate", date);
    running.brought("invoice", 1, of("2025-12-31")).await;
    running.brought("invoice", 2, with(of("2026-01-01"), "/UnpaidSum", 0)).await;
    running.brought("invoice", 3, with(of("2026-02-01"), "/DueDate", day(-1))).await;
    running.brought("invoice", 4, with(with(of("2026-03-01"), "/CreditStatus", "Credited"), "/ContractNo", 2)).await;
    let listed = async |rest: &str| {
        let list = running.seen_by(&customer, rest).await;
        let entry = |it: &Value| (it["InvoiceNo"].as_str().unwrap().to_owned(), it["InvoiceStatus"].as_u64().unwrap());
        list.as_array().unwrap().iter().map(entry).collect::<Vec<_>>()
    };
    // 0 open, 1 paid, 2 overdue, 3 credited.
    let all = [("4", 3), ("3", 2), ("2", 1), ("1", 0)].map(|(number, status)| (number.to_owned(), status));
    for (rest, expected) in [
        ("/invoices", &all[..]),
        ("/invoices?pageSize=2&page=2", &all[2..]),
        ("/invoices/2026/invoicepdfs", &all[..3]),
        ("/contracts/1001/invoices/2026", &all[1..3]),
        ("/contracts/2/invoices/2026", &all[..1]),
        ("/contracts/2/invoices/2025", &[]),
        ("/invoices/2001/invoicepdfs", &[]),
    ] {
        assert_eq!(listed(rest).await, expected, "{rest}");
    }
    for rest in ["/invoices/2000/invoicepdfs", "/invoices/26/invoicepdfs", "/contracts/1001/invoices/x", "/invoices/77"]
    {
        let answer = running.as_customer(&customer, Method::GET, &customer.path(rest), None).await;
        assert_eq!(refusal(&answer), refused(404, "NotFound", &[]), "{rest}");
    }
    running.brought("invoice", 900, invoice(customer.number)).await;
    let mut shown = running.seen_by(&customer, "/invoices/900").await;
    let url = shown.as_object_mut().unwrap().remove("PdfUrl").unwrap();
    let expected = json!({
        "CreditStatus": null, "CustomerId": customer.number, "DueDate": "2026-02-21T00:00:00", "DunningIsSent": false,
        "HasPaymentAgreement": false, "InvoiceDate": "2026-02-01T00:00:00", "InvoiceNo": "900", "InvoiceSum": 1250.5,
        "InvoiceType": "Power", "Kid": "1234567897", "LedgerNo": 77, "Postponeable": false,
        "SentToDebtCollection": false, "SentToInvoicePartner": false, "UnpaidSum": 250.25, "InvoiceStatus": 2,
        "Currency": "NOK", "ContractNo": 1001,
    });
    assert_eq!(shown, expected);
    assert!(url.as_str().unwrap().contains(&customer.path("/invoices/900/pdf?ticket=")), "{url}");
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_invoice_is_a_pdf_by_password_and_by_ticket() {
    let running = Running::start().await;
    let (customer, other) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &other).await;
    let (status, kind, ours) = running.pdf(&customer, 900).await;
    assert_eq!((status, &*kind, &ours[..5]), (200, "application/pdf", &b"%PDF-"[..]));
    assert_eq!(running.pdf(&customer, 900).await.2, ours);
    // Whoever has the address needs nothing else; but it opens this invoice alone.
    let ticket = async |number: u32| {
        let url =
            running.seen_by(&customer, &format!("/invoices/{number}")).await["PdfUrl"].as_str().unwrap().to_owned();
        url.split_once("?ticket=").unwrap().1.to_owned()
    };
    let good = ticket(900).await;
    let at = |customer: &Customer, number: u32, ticket: &str| {
        running.request(Method::GET, &customer.path(&format!("/invoices/{number}/pdf?ticket={ticket}")))
    };
    assert_eq!(running.bytes(at(&customer, 900, &good)).await, (200, "application/pdf".to_owned(), ours.clone()));
    running.brought("invoice", 901, invoice(customer.number)).await;
    for request in [
        at(&customer, 901, &good),
        at(&other, 900, &good),
        at(&customer, 900, &format!("{good}A")),
        at(&customer, 900, "nonsense"),
        at(&customer, 900, ""),
        running.request(Method::GET, &customer.path("/invoices/900/pdf")),
    ] {
        let answer = send(request).await;
        assert_eq!(refusal(&answer), refused(401, "Unauthenticated", &[]), "{answer:?}");
    }
    // Another version of it is another PDF, and one that the organisation brings takes its place.
    running.brought("invoice", 900, with(invoice(customer.number), "/InvoiceSum", 99)).await;
    let (status, _, changed) = running.pdf(&customer, 900).await;
    assert_eq!((status, changed == ours), (200, false));
    let brought = with(invoice(customer.number), "/Pdf", STANDARD.encode(b"%PDF-1.7 of theirs"));
    running.brought("invoice", 900, brought).await;
    let theirs = (200, "application/pdf".to_owned(), b"%PDF-1.7 of theirs".to_vec());
    assert_eq!(running.pdf(&customer, 900).await, theirs);
    // It stays with what changes nothing of it.
    running.brought("invoice", 900, with(invoice(customer.number), "/UnpaidSum", 0)).await;
    assert_eq!(running.pdf(&customer, 900).await, theirs);
    assert_eq!(running.delete(&format!("invoice/900?customerId={}", customer.number), None).await.status, 204);
    assert_eq!(running.pdf(&customer, 900).await.0, 404);
    running.bundle.stop().await;
}

#[tokio::test]
async fn messages_are_marked_all_or_none() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    for n in 1..=12 {
        running.brought("message", n, message(customer.number, &format!("2026-01-{n:02}"))).await;
    }
    let list = running.seen_by(&customer, "/messages").await;
    let numbers: Vec<_> = list.as_array().unwrap().iter().map(|it| it["Id"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (3..=12).rev().collect::<Vec<_>>());
    let expected = json!({
        "State": 1, "Category": 2, "Priority": 1, "Channel": 3, "SentDateTime": "2026-01-12T00:00:00",
        "Body": "The power is back.", "Id": 12, "StateChanged": null, "MeterId": null, "Subject": "Outage",
        "Severity": 1, "Text": "The power is back.", "CommunicationChannel": 3,
    });
    assert_eq!(list[0], expected);
    running.counts(&customer, [12, 12, 0]).await;
    assert_eq!(
        running.marked(&customer, json!({"MessageIds": [1, 2, 2], "State": 2})).await.json(),
        json!({"Changed": 2})
    );
    assert_eq!(
        running.marked(&customer, json!({"MessageIds": [2, 3], "State": 2})).await.json(),
        json!({"Changed": 1})
    );
    let unknown = running.marked(&customer, json!({"MessageIds": [4, 98, 5, 99], "State": 2})).await;
    assert_eq!(refusal(&unknown), refused(400, "InvalidRequest", &["Unknown MessageIds.1", "Unknown MessageIds.3"]));
    running.counts(&customer, [12, 9, 3]).await;
    let one = running.as_customer(&customer, Method::PATCH, &customer.path("/messages/1"), json!({"State": 1})).await;
    assert_eq!((one.status, &one.json()["State"], one.json()["StateChanged"].is_string()), (200, &json!(1), true));
    // Brought once more, it stays as its reader has marked it.
    running.brought("message", 2, with(message(customer.number, "2026-01-02"), "/Subject", "Outage over")).await;
    running.counts(&customer, [12, 10, 2]).await;
    assert_eq!(running.marked(&customer, json!({"State": 2})).await.json(), json!({"Changed": 10}));
    assert_eq!(running.marked(&customer, json!({"State": 2})).await.json(), json!({"Changed": 0}));
    running.counts(&customer, [12, 0, 12]).await;
    for (body, fault) in [
        (json!({"State": 0}), "NotAllowed State"),
        (json!({"State": 3}), "NotAllowed State"),
        (json!({"MessageIds": [1]}), "Required State"),
        (json!({"MessageIds": "1", "State": 1}), "WrongType MessageIds"),
        (json!({"MessageIds": (1..=101).collect::<Vec<u32>>(), "State": 1}), "TooMany MessageIds"),
    ] {
        assert_eq!(
            refusal(&running.marked(&customer, body.clone()).await),
            refused(400, "InvalidRequest", &[fault]),
            "{body}"
        );
    }
    let count = running.as_customer(&customer, Method::GET, &customer.path("/messages/count?state=0"), None).await;
    assert_eq!(refusal(&count), refused(400, "InvalidRequest", &["NotAllowed state"]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn terms_are_accepted_in_their_current_version_and_withdrawn() {
    let running = Running::start().await;
    let (customer, other) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &other).await;
    // General and additional: whether it is accepted, and in which version.
    let told = async || {
        let terms = running.seen_by(&customer, "/apps/SmartLiv/terms").await;
        let eula = running.seen_by(&customer, "/apps/smartliv/eula").await;
        assert_eq!((&terms["AppShortName"], &eula), (&json!("smartliv"), &terms["GeneralTerms"]["IsAccepted"]));
        let of = |name: &str| (terms[name]["IsAccepted"].as_bool().unwrap(), terms[name]["AcceptedVersion"].clone());
        (of("GeneralTerms"), of("AdditionalTerms"))
    };
    let post = async |method: Method, rest: &str, body: Option<Value>| {
        let answer = running.as_customer(&customer, method, &customer.path(rest), body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    let (none, one) = ((false, Value::Null), (true, json!("1")));
    assert_eq!(told().await, (none.clone(), none.clone()));
    let neither = json!({"AcceptGeneralTerms": false});
    post(Method::POST, "/apps/smartliv/terms", Some(neither)).await;
    assert_eq!(told().await, (none.clone(), none.clone()));
    post(Method::POST, "/apps/smartliv/eula", None).await;
    assert_eq!(told().await, (one.clone(), none.clone()));
    post(Method::POST, "/apps/smartliv/terms", Some(json!({"AcceptAdditionalTerms": true}))).await;
    assert_eq!(told().await, (one, (true, json!("a"))));
    running.brought("terms", "smartliv.general", json!({"Version": "2"})).await;
    assert_eq!(told().await, ((false, json!("1")), (true, json!("a"))));
    // The organisation may withdraw, though not accept.
    let reset = customer.path("/apps/smartliv/resetterms");
    assert_eq!(running.change(Method::PATCH, running.admin(), &reset, None).await.status, 200);
    assert_eq!(told().await, (none.clone(), none));
    let unknown = running.as_customer(&customer, Method::GET, &customer.path("/apps/unknown/terms"), None).await;
    assert_eq!(refusal(&unknown), refused(404, "NotFound", &[]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn associates_are_told_by_their_names_alone() {
    let running = Running::start().await;
    let (customer, other) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &other).await;
    let expected = json!([{
        "CustomerId": other.number, "FirstName": "John", "LastName": "Doe", "CustomerType": null,
        "RelationshipType": "Household",
    }]);
    assert_eq!(running.seen_by(&customer, "/associates").await, expected);
    assert_eq!(running.seen_by(&other, "/associates").await, json!([]));
    // Who is gone is tied to nobody.
    assert_eq!(
        running.change(Method::DELETE, running.admin(), &format!("/account/{}", other.id), None).await.status,
        204
    );
    assert_eq!(running.seen_by(&customer, "/associates").await, json!([]));
    running.bundle.stop().await;
}

/// Of an account that is erased nothing is left in the table or in the bucket.
#[tokio::test]
async fn an_erased_account_takes_its_records_and_files_along() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let other = running.customer(2).await;
    running.brought("app", "smartliv", json!({"Name": "Smart living"})).await;
    let with_pdf = with(invoice(customer.number), "/Pdf", STANDARD.encode(b"%PDF-1.7 of theirs"));
    running.brought("invoice", 901, with_pdf).await;
    running.with_records(&customer, &other).await;
    assert_eq!(running.pdf(&customer, 900).await.0, 200);
    let reading = json!({"ReadingDate": "2026-01-01", "Value": 7});
    let path = customer.path("/deliverypoints/1/readings");
    assert_eq!(running.as_customer(&customer, Method::POST, &path, reading).await.status, 200);
    assert_eq!(running.files(&customer).await.len(), 2);
    let erased = running.change(Method::DELETE, running.admin(), &format!("/account/{}", customer.id), None).await;
    assert_eq!(erased.status, 204, "{erased:?}");
    running.forgotten("Outage").await;
    running.forgotten("1234567897").await;
    running.forgotten("serial-1").await;
    let begun = std::time::Instant::now();
    while !running.files(&customer).await.is_empty() {
        assert!(begun.elapsed().as_secs() < 60, "{:?}", running.files(&customer).await);
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    // The numbers are free.
    running.brought("invoice", 900, invoice(other.number)).await;
    running.bundle.stop().await;
}
