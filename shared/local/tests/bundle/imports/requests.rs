//! The requests about imports: who may ask for what, and how it is refused.

use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};

use super::{CSV, NDJSON, counts, customer, gzip, lines_of, ordered, told};
use crate::support::{Running, send, with};

/// A file of one customer.
fn one(n: u32) -> String {
    customer(n, &format!("one-{n}@example.com")).to_string()
}

#[tokio::test]
async fn an_order_without_sense_is_refused_with_every_fault() {
    let running = Running::start().await;
    let (admin, id) = (running.admin().clone(), "3c7e1b94-5f20-4d8a-9e63-b1a0c4d7f285");
    for (query, faults) in [
        ("", vec!["required ?dialect"]),
        ("dialect=customers&size=1", vec!["not_allowed ?dialect", "unknown_parameter ?size"]),
    ] {
        let refused = send(running.file(&admin, query, NDJSON, one(1))).await;
        assert_eq!((refused.status, refused.faults()), (400, faults.iter().map(ToString::to_string).collect()));
    }
    let refused = send(running.file(&admin, "dialect=accounts", "application/json", one(1))).await;
    assert_eq!((refused.status, &refused.json()["code"]), (415, &json!("unsupported_media_type")));
    let refused = send(running.file(&admin, "dialect=accounts", NDJSON, vec![b' '; 1024 * 1024 + 1])).await;
    assert_eq!((refused.status, &refused.json()["code"]), (413, &json!("body_too_large")));
    let request = running.file(&admin, "dialect=accounts", NDJSON, one(1)).header("content-encoding", "br");
    assert_eq!(send(request).await.status, 415);
    let request = running.file(&admin, "dialect=accounts", NDJSON, one(1)).header("content-encoding", "gzip");
    assert_eq!(send(request).await.json()["code"], "malformed_body");
    for (path, method, status) in [
        (format!("/imports/{id}"), Method::GET, 404),
        (format!("/imports/{id}/report"), Method::GET, 404),
        (format!("/imports/{id}"), Method::DELETE, 404),
        ("/imports/none".to_owned(), Method::GET, 404),
        ("/imports?page_size=0".to_owned(), Method::GET, 400),
        ("/imports?status=done".to_owned(), Method::GET, 400),
        ("/imports/template".to_owned(), Method::GET, 400),
    ] {
        let answer = running.change(method, &admin, &path, None).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    running.bundle.stop().await;
}

/// A file that cannot be read is no import: nothing of it is carried out.
#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_at_once() {
    let running = Running::start().await;
    for (file, code, says) in [
        (&b"email;colour;wheels\n1;2;3"[..], "unknown_columns", "\"colour\", \"wheels\""),
        (b"email;E-Mail\n1;2", "repeated_columns", "\"E-Mail\""),
        (b"email;firstname\njo@example.com;\"Jo", "unclosed_quote", "row 2"),
    ] {
        let refused = send(running.file(running.admin(), "dialect=provisioning", CSV, file)).await;
        let problem = refused.json();
        assert_eq!((refused.status, problem["code"].as_str()), (400, Some(code)));
        assert!(problem["detail"].as_str().unwrap().contains(says), "{problem}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_compressed_file_in_another_encoding_fails_with_row_and_byte() {
    let running = Running::start().await;
    let file = gzip(b"email;firstname\njo@example.com;J\xfcrgen");
    let request = running.file(running.admin(), "dialect=provisioning", CSV, file).header("content-encoding", "gzip");
    let id = ordered(&send(request).await);
    let ended = running.ended(running.admin(), &id).await;
    assert_eq!((&ended["status"], &ended["failure"]["code"]), (&json!("failed"), &json!("not_utf8")));
    assert!(ended["failure"]["message"].as_str().unwrap().starts_with("row 2 is not UTF-8, at byte 32"), "{ended}");
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_dry_run_says_how_many_records_there_are_and_stores_nothing() {
    let running = Running::start().await;
    let file = format!("{}\n{}\nnone\n", one(1), one(2));
    let rehearsed = send(running.file(running.admin(), "dialect=provisioning&dryRun=true", NDJSON, file)).await;
    assert_eq!((rehearsed.status, &rehearsed.json()["records"]), (200, &json!(3)));
    assert_eq!(rehearsed.json().get("id"), None);
    assert_eq!(running.get(running.admin(), "/imports").await.json()["data"], json!([]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_order_that_is_sent_twice_is_one_import() {
    let running = Running::start().await;
    let order = |file: String| {
        running.file(running.admin(), "dialect=provisioning", NDJSON, file).header("idempotency-key", "once")
    };
    let first = send(order(one(1))).await;
    let again = send(order(one(1))).await;
    assert_eq!((again.status, &again.text), (202, &first.text));
    assert_eq!(again.headers.get("idempotent-replayed"), Some(&HeaderValue::from_static("true")));
    assert_eq!(send(order(one(2))).await.status, 422);
    running.ended(running.admin(), &ordered(&first)).await;
    let list = running.get(running.admin(), "/imports").await.json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn imports_are_listed_the_newest_first_and_filtered() {
    let running = Running::start().await;
    let mut ids = Vec::new();
    for n in 0..3 {
        let dialect = if n == 1 { "accounts" } else { "provisioning" };
        ids.push(running.order(dialect, NDJSON, "").await);
        running.ended(running.admin(), &ids[n]).await;
    }
    let seen = async |query: &str| -> Vec<String> {
        let list = running.get(running.admin(), &format!("/imports{query}")).await.json();
        list["data"].as_array().unwrap().iter().map(|import| import["id"].as_str().unwrap().to_owned()).collect()
    };
    let newest: Vec<_> = ids.iter().rev().cloned().collect();
    // The list follows the write within moments.
    while seen("").await.len() < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(seen("").await, newest);
    assert_eq!(seen("?dialect=accounts").await, [ids[1].clone()]);
    let page = running.get(running.admin(), "/imports?page_size=2").await.json();
    let next = page["links"]["next"].as_str().unwrap();
    let rest = running.get(running.admin(), next).await.json();
    assert_eq!((page["data"].as_array().unwrap().len(), &rest["data"][0]["id"]), (2, &json!(ids[0])));
    assert_eq!(seen("?status=failed").await, [""; 0]);
    running.bundle.stop().await;
}

/// Foreign is missing, and a brand sees its own alone: its imports, and what they may write.
#[tokio::test]
async fn imports_are_their_organisations_and_their_brands() {
    let running = Running::start().await;
    let (admin, brand, other) = (running.admin(), running.brand(), running.other());
    let of_admin = running.order("provisioning", NDJSON, one(1)).await;
    running.ended(admin, &of_admin).await;
    let south = with(customer(3, "three@example.com"), "/labelpartner", "SOUTH");
    let file = format!("{}\n{south}\n", one(2));
    let of_brand = ordered(&send(running.file(brand, "dialect=provisioning", NDJSON, file)).await);
    let ended = running.ended(brand, &of_brand).await;
    assert_eq!((counts(&ended), &ended["label_partner"]), ([1, 0, 0, 0, 1], &json!("NORTH")));
    let refused = running.report(brand, &of_brand, "&outcome=invalid").await;
    assert_eq!(told(&refused[0]), (2, "invalid".into(), vec!["unknown_label_partner /labelpartner".into()]));
    let missing = running.get(admin, "/imports/00000000-0000-4000-8000-000000000000").await;
    for (who, id) in [(other, &of_admin), (other, &of_brand), (brand, &of_admin)] {
        for (path, method) in [
            (format!("/imports/{id}"), Method::GET),
            (format!("/imports/{id}/report"), Method::GET),
            (format!("/imports/{id}"), Method::DELETE),
        ] {
            let answer = running.change(method, who, &path, None).await;
            assert_eq!((answer.status, &answer.text), (404, &missing.text), "{path}");
        }
    }
    assert_eq!(running.get(admin, &format!("/imports/{of_brand}")).await.status, 200);
    let seen = running.get(brand, "/imports").await.json();
    assert!(seen["data"].as_array().unwrap().iter().all(|import| import["label_partner"] == "NORTH"), "{seen:#}");
    assert_eq!(running.get(other, "/imports").await.json()["data"], json!([]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_template_is_downloaded_and_can_be_imported() {
    let running = Running::start().await;
    for dialect in ["provisioning", "accounts", "onboarding"] {
        let template = running.get(running.admin(), &format!("/imports/template?dialect={dialect}")).await;
        assert_eq!((template.status, template.header("content-type")), (200, Some("text/csv; charset=utf-8")));
        assert_eq!(
            template.header("content-disposition"),
            Some(format!("attachment; filename=\"{dialect}.csv\"").as_str())
        );
        let (ended, report) = running.imported(dialect, CSV, template.text).await;
        assert_eq!(
            (&ended["status"], &ended["records"], report),
            (&json!("completed"), &json!(0), Vec::<Value>::new())
        );
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_canceled_goes_no_further() {
    let running = Running::start().await;
    let lines = 400;
    let file = lines_of(lines, |n| customer(n, &format!("c-{n}@example.com")));
    let id = running.order("provisioning", NDJSON, file).await;
    let path = format!("/imports/{id}");
    let cancel = async || running.change(Method::DELETE, running.admin(), &path, None).await;
    let canceled = cancel().await;
    assert_eq!((canceled.status, &canceled.json()["status"]), (200, &json!("canceled")), "{canceled:?}");
    assert_eq!(cancel().await.json()["status"], "canceled", "again it changes nothing");
    // What was in hand is finished, and then nothing happens any more.
    let mut done = None;
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        let now = counts(&running.get(running.admin(), &path).await.json());
        if done.replace(now) == Some(now) {
            break;
        }
    }
    let report = running.report(running.admin(), &id, "").await;
    let done: u64 = done.unwrap().iter().sum();
    assert_eq!(u64::try_from(report.len()).unwrap(), done);
    assert_eq!(u64::try_from(running.versions().await.len()).unwrap(), done, "what was carried out stays");
    let ended = running.order("provisioning", NDJSON, "").await;
    running.ended(running.admin(), &ended).await;
    let refused = running.change(Method::DELETE, running.admin(), &format!("/imports/{ended}"), None).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("rule_broken")));
    running.bundle.stop().await;
}
