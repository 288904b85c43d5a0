//! Files of every kind, as they are written, all the way into the accounts and back in the report.

use serde_json::json;

use super::{CSV, NDJSON, counts, customer, gzip, lines_of, ordered, told};
use crate::support::{Running, send};

const HEADER: &str = "labelpartner;external_account_id;email;firstname;lastname;external_installation_id;house_no";

#[tokio::test]
async fn a_spreadsheet_is_read_as_it_shows_itself() {
    let running = Running::start().await;
    // What is in another lane may be done before or after.
    running.provisioned(running.admin(), &customer("holder", "taken@example.com")).await;
    let file = format!(
        "\u{feff}{HEADER}\r\n\
         NORTH;s-1;s1@example.com;NA;Null;i-1;NO\r\n\
         \r\n\
         NORTH;8,71687E+17;s2@example.com;Jo;Doe;i-2\r\n\
         NORTH;s-3;s3@example.com;\"Jo\r\n\r\nAnn\";Doe;i-3;;;\r\n\
         {HEADER}\r\n\
         NORTH;s-4;s4@example.com;Jo;Doe;i-4;1;2\r\n\
         NORTH;s-5;taken@example.com;Jo;Doe;i-5\r\n\
         NORTH;s-1;s1@example.com;Nana;Null;i-1;NO\r\n\
         NORTH;s-6;s6@example.com;Jo;Doe"
    );
    let (ended, report) = running.imported("provisioning", CSV, file).await;
    let expected = [
        (2, "created", vec![]),
        (4, "invalid", vec!["spreadsheet_number external_account_id"]),
        (5, "invalid", vec!["control_character /customer_info/contact_info/firstname"]),
        (7, "invalid", vec!["cell_without_column"]),
        (8, "conflict", vec!["taken /customer_info/email"]),
        (9, "updated", vec![]),
        (10, "invalid", vec!["required /installation_info"]),
    ];
    let expected = expected.map(|(row, outcome, faults): (u64, &str, Vec<&str>)| {
        (row, outcome.to_owned(), faults.into_iter().map(str::to_owned).collect::<Vec<_>>())
    });
    assert_eq!(report.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!((counts(&ended), &ended["status"]), ([1, 1, 0, 1, 4], &json!("completed")));
    let account = running.get(running.admin(), "/account/s-1?id_type=external").await.json();
    assert_eq!(account["customer_info"]["contact_info"], json!({"firstname": "Nana", "lastname": "Null"}));
    assert_eq!(account["installation_info"][0]["address_info"]["house_no"], "NO");
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_dialect_is_imported_from_a_spreadsheet() {
    let running = Running::start().await;
    let accounts = "sep=;\nproviderAccountId;accountName;addressString;lat;lon;properties.customerClass\n\
                    a-1;Home of Kai;221 Main Street, San Francisco, CA 94105;37,79;-122,39;1";
    let (ended, report) = running.imported("accounts", CSV, accounts).await;
    assert_eq!(counts(&ended), [1, 0, 0, 0, 0], "{report:#?}");
    let account = running.get(running.admin(), "/rest/v1/accounts/pid/a-1?fields=ext").await.json();
    assert_eq!(account["results"][0]["address"]["lat"], 37.79);
    assert_eq!(account["results"][0]["tariffs"][0]["masterTariffId"], 522);
    let cars =
        "type,manufacturer,vin,reference\rEV,Sandbox,WAUZZZGE1NB012345,car-1\rEV,Sandbox,WAUZZZGE1NB01234,car-2\r";
    let (ended, report) = running.imported("onboarding", CSV, cars).await;
    assert_eq!(counts(&ended), [1, 0, 0, 0, 1], "{report:#?}");
    assert_eq!(told(&report[1]), (3, "invalid".into(), vec!["identifier_length /vin".into()]));
    let request = format!("/onboarding/entities/{}", report[0]["onboarding_id"].as_str().unwrap());
    assert_eq!(running.get(running.admin(), &request).await.json()["status"], "Pending");
    let (again, _) = running.imported("onboarding", CSV, cars).await;
    assert_eq!(counts(&again), [0, 0, 1, 0, 1]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn lines_are_read_however_files_were_joined() {
    let running = Running::start().await;
    let [a, b, c, d] = [1, 2, 3, 4].map(|n| customer(n, &format!("l{n}@example.com")));
    let file = format!("\u{feff}{a}{b}\r\n\n\u{feff}{c}\nnone\n[]\n{d}");
    let (ended, report) = running.imported("provisioning", NDJSON, file).await;
    let rows: Vec<_> = report.iter().map(told).map(|(row, outcome, _)| (row, outcome)).collect();
    let created = |row| (row, "created".to_owned());
    let invalid = |row| (row, "invalid".to_owned());
    assert_eq!(rows, [created(1), created(1), created(3), invalid(4), invalid(5), created(6)]);
    assert_eq!(counts(&ended), [4, 0, 0, 0, 2]);
    running.bundle.stop().await;
}

/// What could be read of it is imported.
#[tokio::test]
async fn a_compressed_file_that_is_cut_short_fails_and_what_was_read_stays() {
    let running = Running::start().await;
    let lines = if running.bundle.is_deployed() { 60 } else { 300 };
    let file = lines_of(lines, |n| customer(n, &format!("z-{n}-{}@example.com", n * n)));
    let whole = gzip(file.as_bytes());
    let request = running.file(running.admin(), "dialect=provisioning", NDJSON, &whole[..whole.len() - 20]);
    let id = ordered(&send(request.header("content-encoding", "gzip")).await);
    let ended = running.ended(running.admin(), &id).await;
    assert_eq!((&ended["status"], &ended["failure"]["code"]), (&json!("failed"), &json!("cut_short")));
    let [created, updated, unchanged, conflict, invalid] = counts(&ended);
    assert_eq!((updated, unchanged, conflict, invalid), (0, 0, 0, 0));
    assert!(created > 0 && created < lines, "{created}");
    assert_eq!(running.report(running.admin(), &id, "").await.len(), usize::try_from(created).unwrap());
    running.bundle.stop().await;
}
