//! Every operation of the seed `customer-api-esmart`, which `routes.txt` has by method and path: those that are served
//! so far are routes of ours, and the others are not there.

use std::collections::BTreeSet;

use reqwest::Method;

use super::{refusal, refused};
use crate::support::Running;

/// How many are served so far: those that a customer has for himself.
const SERVED: usize = 34;

const PRINTED: &str = include_str!("routes.txt");

/// Method and path of each line, in small letters, whatever the parameters are called.
fn plain(lines: &str) -> BTreeSet<(String, String)> {
    let segment = |segment: &str| if segment.starts_with('{') { "{}".to_owned() } else { segment.to_ascii_lowercase() };
    let path = |path: &str| path.split('/').map(segment).collect::<Vec<_>>().join("/");
    let line = |line: &str| line.split_once(' ').map(|(method, raw)| (method.to_owned(), path(raw))).unwrap();
    lines.lines().map(line).collect()
}

#[test]
fn every_line_is_an_operation_of_its_own() {
    assert_eq!((PRINTED.lines().count(), plain(PRINTED).len()), (195, 195));
}

/// What is served under a path that the seed does not print is named here.
#[test]
fn what_is_served_is_printed() {
    let (ours, printed) = (plain(wattbook_customers::contract::ROUTES), plain(PRINTED));
    assert_eq!(ours.intersection(&printed).count(), SERVED);
    let further: Vec<_> = ours.difference(&printed).map(|(method, path)| format!("{method} {path}")).collect();
    assert_eq!(
        further,
        [
            "DELETE /api/records/{}/{}",
            "GET /openapi/customers.json",
            "POST /v1/authentication",
            "POST /v1/token",
            "PUT /api/records/{}/{}",
        ]
    );
}

/// Nobody's credential is needed to hear of a path that is not there; what is served asks for one.
#[tokio::test]
async fn what_is_not_served_so_far_is_not_there() {
    let running = Running::start().await;
    let ours = plain(wattbook_customers::contract::ROUTES);
    let (mut served, mut absent) = (0, 0);
    for line in PRINTED.lines() {
        let (method, path) = line.split_once(' ').unwrap();
        let path = path.replace("{customerId}", "123456789").replace(['{', '}'], "");
        let method: Method = method.parse().unwrap();
        let answer = crate::support::send(running.request(method.clone(), &path)).await;
        if ours.contains(plain(line).first().unwrap()) {
            served += 1;
            assert!([400, 401, 415].contains(&answer.status), "{line}: {answer:?}");
            assert_eq!(answer.header("content-type"), Some("application/json"), "{line}");
        } else {
            absent += 1;
            assert_eq!(refusal(&answer), refused(404, "UnknownPath", &[]), "{line}");
        }
    }
    assert_eq!((served, absent), (SERVED, 195 - SERVED));
    running.bundle.stop().await;
}
