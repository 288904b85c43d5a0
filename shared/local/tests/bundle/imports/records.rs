//! Invoices, messages and the like, and readings, many at once.

use serde_json::{Value, json};

use super::{CSV, NDJSON, counts, told};
use crate::{
    customers::{invoice, message},
    support::Running,
};

fn record(kind: &str, key: impl Into<Value>, mut members: Value) -> Value {
    members["Kind"] = kind.into();
    members["Key"] = key.into();
    members
}

fn reading(customer: &str, day: &str, value: u32) -> Value {
    json!({"Kind": "reading", "CustomerId": customer, "DeliveryPointId": 1, "ReadingDate": day, "Value": value})
}

#[tokio::test]
async fn records_of_all_kinds_are_put_and_again_change_nothing() {
    let running = Running::start().await;
    let (customer, other) = (running.customer("r").await, running.customer("s").await);
    let number = customer.number;
    let good = [
        record("app", "smartliv", json!({"Name": "Smart living"})),
        record("terms", "smartliv.general", json!({"Version": "1"})),
        record("invoice", 900, invoice(number)),
        record("message", "5", message(number, "2026-03-01T10:00:00")),
        record("associate", other.number, json!({"CustomerId": number, "RelationshipType": "Household"})),
        // By an id of one's own, as files have it.
        reading("account-r", "2026-01-01", 12),
        reading("account-r", "2026-02-01", 20),
    ];
    let file: String = good.iter().map(|line| line.to_string() + "\n").collect();
    let (ended, report) = running.imported("records", NDJSON, file.clone()).await;
    assert_eq!((&ended["status"], counts(&ended)), (&json!("completed"), [7, 0, 0, 0, 0]), "{report:#?}");
    assert_eq!(report[2]["account_id"], customer.id);
    assert_eq!(running.seen_by(&customer, "/invoices/900").await["InvoiceSum"], 1250.5);
    assert_eq!(running.seen_by(&customer, "/associates").await.as_array().unwrap().len(), 1);
    assert_eq!(running.seen_by(&customer, "/apps/smartliv/terms").await["GeneralTerms"]["Version"], "1");
    let readings = running.seen_by(&customer, "/deliverypoints/1/readings").await;
    assert_eq!((&readings[0]["Consumption"], &readings[0]["Reader"]), (&json!(80.0), &json!("Organisation")));
    let (ended, _) = running.imported("records", NDJSON, file).await;
    assert_eq!(counts(&ended), [0, 0, 7, 0, 0]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn each_fault_of_a_record_has_its_place() {
    let running = Running::start().await;
    let (customer, other) = (running.customer("r").await, running.customer("s").await);
    running.brought("invoice", 900, invoice(other.number)).await;
    let (own, unknown) = (customer.number, 2_147_483_647);
    let lines = [
        (json!({"Kind": "car"}), "invalid", vec!["not_allowed /Kind", "required /Key"]),
        (json!({"Key": 1}), "invalid", vec!["required /Kind"]),
        (
            record("message", 0, message(unknown, "2026-03-01")),
            "invalid",
            vec!["out_of_range /Key", "unknown /CustomerId"],
        ),
        (record("terms", "nowhere.general", json!({"Version": "1"})), "invalid", vec!["unknown /Key"]),
        (record("invoice", 900, invoice(own)), "conflict", vec!["taken /Key"]),
        (reading("account-r", "2026-02-01", 20), "created", vec![]),
        (reading("account-r", "2026-02-01", 21), "conflict", vec!["reading_exists /ReadingDate"]),
        (reading("account-r", "2026-03-01", 19), "invalid", vec!["reading_too_low /Value"]),
        (reading("nobody", "2026-03-01", 30), "invalid", vec!["unknown /CustomerId"]),
        (
            json!({"Kind": "reading", "CustomerId": own, "DeliveryPointId": 9}),
            "invalid",
            vec!["unknown /DeliveryPointId"],
        ),
        (
            json!({"Kind": "reading", "CustomerId": own, "DeliveryPointId": 1}),
            "invalid",
            vec!["required /ReadingDate", "required /Value"],
        ),
    ];
    let file: String = lines.iter().map(|(line, ..)| line.to_string() + "\n").collect();
    let (_, report) = running.imported("records", NDJSON, file).await;
    for (line, (sent, outcome, faults)) in report.iter().zip(&lines) {
        let (_, came, mut found) = told(line);
        found.sort();
        assert_eq!((came.as_str(), found), (*outcome, faults.iter().map(ToString::to_string).collect()), "{sent}");
    }
    assert_eq!(report.len(), lines.len());
    running.bundle.stop().await;
}

/// As a billing system writes them.
#[tokio::test]
async fn rows_are_records_too() {
    let running = Running::start().await;
    let customer = running.customer("r").await;
    let file = "Kind;Key;CustomerId;InvoiceDate;InvoiceSum;Currency;DunningIsSent;ContractNo\r\n\
        invoice;901;account-r;2026-03-01;1234,50;NOK;true;1001\r\n\
        invoice;902;account-r;2026-03-31;soon;NOK;;\r\n";
    let (ended, report) = running.imported("records", CSV, file).await;
    assert_eq!(counts(&ended), [1, 0, 0, 0, 1], "{report:#?}");
    assert_eq!(told(&report[1]).2, ["wrong_type InvoiceSum"]);
    let shown = running.seen_by(&customer, "/invoices").await;
    let of = |name: &str| shown[0][name].clone();
    assert_eq!(["InvoiceSum", "DunningIsSent", "ContractNo"].map(of), [json!(1234.5), json!(true), json!(1001)]);
    running.bundle.stop().await;
}
