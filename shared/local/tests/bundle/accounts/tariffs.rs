//! `…/tariffs`.

use reqwest::Method;
use serde_json::{Value, json};

use super::{aliases, refusal, refused, result, results};
use crate::support::{Answered, Running};

const PATH: &str = "/rest/v1/accounts/pid/p/tariffs";

async fn set(running: &Running, body: Value) -> Vec<Value> {
    results(&running.rest(Method::PUT, PATH, body).await)
}

/// Id, service and period of each tariff.
fn shown(tariffs: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let one = |tariff: &Value| {
        let words = ["serviceType", "effectiveDate", "endDate"].map(|name| text(&tariff[name]));
        format!("{} {}", tariff["masterTariffId"], words.join(" "))
    };
    tariffs.iter().map(one).collect()
}

async fn listed(running: &Running, query: &str) -> Vec<String> {
    shown(&results(&running.get(running.admin(), &format!("{PATH}{query}")).await))
}

#[tokio::test]
async fn one_call_sets_a_thousand_at_most() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let many: Vec<_> =
        (0..1001).map(|n| json!({"masterTariffId": n, "effectiveDate": format!("{:04}-01-01", n + 1)})).collect();
    let answer = running.rest(Method::PUT, "/rest/v1/accounts/pid/p/tariffs", json!(many)).await;
    assert_eq!(refusal(&answer), refused(400, &["InvalidValue Tariff 1000"]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_path_sets_lists_and_deletes() {
    let running = Running::start().await;
    let id = running.added(json!({"providerAccountId": "p"})).await["accountId"].as_str().unwrap().to_owned();
    for path in aliases(&id, "p") {
        let put = running.rest(Method::PUT, &format!("{path}/tariffs"), json!({"masterTariffId": "522"})).await;
        assert_eq!(
            (shown(&results(&put)), &put.json()["type"]),
            (vec!["522 ELECTRICITY - -".into()], &json!("Tariff"))
        );
        let get = running.get(running.admin(), &format!("{path}/tariffs?unknown=1")).await;
        assert_eq!((&get.json(), get.header("etag")), (&put.json(), put.header("etag")));
        // One that is not there is deleted already.
        for _ in 0..2 {
            let answer = running.rest(Method::DELETE, &format!("{path}/tariffs/522?fields=ext"), None).await;
            let expected = json!({"status": "success", "count": 0, "type": "Tariff", "results": null});
            assert_eq!((answer.status, answer.json()), (200, expected));
        }
        assert!(listed(&running, "").await.is_empty());
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_tariff_keeps_all_that_is_stated_of_it() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let tariff = json!({
        "masterTariffId": 522, "tariffCode": "E-1", "tariffName": "Residential", "lseId": 734,
        "lseName": "Pacific Gas & Electric Co", "serviceType": "ELECTRICITY", "customerClass": "RESIDENTIAL",
        "customerLikelihood": 100, "source": "interview", "effectiveDate": "2026-01-01", "endDate": "2027-01-01",
        "timeZone": "US/Pacific", "billingPeriod": "MONTHLY", "currency": "USD",
    });
    assert_eq!(set(&running, tariff.clone()).await, std::slice::from_ref(&tariff));
    // A part changes; the rest stays.
    let changed = set(&running, json!([{"effectiveDate": "2026-01-01T00:00:00", "currency": "EUR"}])).await;
    let mut expected = tariff;
    expected["currency"] = json!("EUR");
    assert_eq!(changed, [expected]);
    // A whole number is one however it is written.
    let whole = running.rest(Method::PUT, PATH, json!({"effectiveDate": "2026-01-01", "lseId": 735.0})).await;
    assert_eq!(results(&whole)[0]["lseId"], 735);
    for wrong in [json!(1.5), json!(9_007_199_254_740_992_u64), json!(1e300), json!(-0.5), json!(false), json!("1.0")] {
        let answer = running.rest(Method::PUT, PATH, json!({"effectiveDate": "2026-01-01", "lseId": wrong})).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
    // Another tariff takes nothing over.
    let other = set(&running, json!({"effectiveDate": "2026-01-01", "masterTariffId": 523})).await;
    assert_eq!((&other[0]["tariffCode"], &other[0]["endDate"]), (&Value::Null, &Value::Null));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_list_sets_several_and_a_query_picks_some() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let body = json!([
        {"masterTariffId": 2, "effectiveDate": "2026-06-01"},
        {"masterTariffId": 1, "endDate": "2026-06-01"},
        {"masterTariffId": 1, "serviceType": "GAS", "effectiveDate": "2026-01-01"},
    ]);
    let all = ["1 ELECTRICITY - 2026-06-01", "2 ELECTRICITY 2026-06-01 -", "1 GAS 2026-01-01 -"];
    assert_eq!(shown(&set(&running, body).await), all);
    assert_eq!(listed(&running, "?serviceType=GAS").await, [all[2]]);
    assert_eq!(listed(&running, "?effectiveDate=2026-06-01").await, [all[1]]);
    assert_eq!(listed(&running, "?serviceType=WATER").await, [""; 0]);
    let unclear = running.get(running.admin(), &format!("{PATH}?serviceType=STEAM&effectiveDate=soon")).await;
    let expected = ["InvalidValue Tariff serviceType STEAM", "InvalidValue Tariff effectiveDate soon"];
    assert_eq!(refusal(&unclear), refused(400, &expected));
    running.rest(Method::DELETE, &format!("{PATH}/1?serviceType=GAS"), None).await;
    assert_eq!(listed(&running, "").await, all[..2]);
    running.rest(Method::DELETE, &format!("{PATH}/1?serviceType=GAS"), None).await;
    let code = running.rest(Method::DELETE, &format!("{PATH}/E-1"), None).await;
    assert_eq!((code.status, code.faults()), (400, vec!["InvalidValue masterTariffId".to_owned()]));
    assert_eq!(listed(&running, "").await, all[..2]);
    running.rest(Method::DELETE, &format!("{PATH}/1"), None).await;
    assert_eq!(listed(&running, "").await, all[1..2]);
    assert!(set(&running, json!([])).await.len() == 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn two_for_one_service_never_overlap() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let put = async |body: Value| running.rest(Method::PUT, PATH, body).await;
    let year = json!({"masterTariffId": 1, "effectiveDate": "2026-01-01", "endDate": "2027-01-01"});
    assert_eq!(put(year.clone()).await.status, 200);
    let errors = |answer: &Answered| refusal(answer);
    for (body, error) in [
        (json!({"masterTariffId": 2}), "InvalidValue Tariff"),
        (json!({"masterTariffId": 2, "endDate": "2026-01-02"}), "InvalidValue Tariff"),
        (json!([{"masterTariffId": 2, "effectiveDate": "2026-12-31"}]), "InvalidValue Tariff 0"),
        (json!({"masterTariffId": 2, "effectiveDate": "2026-03-01", "endDate": "2026-04-01"}), "InvalidValue Tariff"),
    ] {
        let answer = put(body.clone()).await;
        assert_eq!(errors(&answer), refused(409, &[error]), "{body}");
    }
    assert_eq!(listed(&running, "").await, ["1 ELECTRICITY 2026-01-01 2027-01-01"]);
    let backwards = json!({"masterTariffId": 3, "effectiveDate": "2028-01-01", "endDate": "2028-01-01"});
    assert_eq!(errors(&put(backwards).await), refused(409, &["InvalidValue Tariff endDate 2028-01-01"]));
    // Beside each other they may stand, and for another service anyhow.
    for body in [
        json!({"masterTariffId": 2, "endDate": "2026-01-01"}),
        json!({"masterTariffId": 3, "effectiveDate": "2027-01-01"}),
        json!({"masterTariffId": 4, "serviceType": "GAS"}),
    ] {
        assert_eq!(put(body).await.status, 200);
    }
    assert_eq!(listed(&running, "").await.len(), 4);
    // What ends one to begin another is one change, in any order.
    let split = json!([{"masterTariffId": 9, "effectiveDate": "2026-07-01", "endDate": "2027-01-01"},
                       {"effectiveDate": "2026-01-01", "endDate": "2026-07-01"}]);
    assert_eq!(put(split).await.status, 200);
    running.bundle.stop().await;
}

/// The days of the tariff that is added with an account.
async fn days_of(running: &Running, id: &str, mut account: Value, tariff: Value) -> [Value; 2] {
    account["providerAccountId"] = json!(id);
    account["tariffs"] = json!([tariff]);
    let added = running.added(account).await;
    ["effectiveDate", "endDate"].map(|name| added["tariffs"][0][name].clone())
}

/// A time where a day is meant is on the day that it is where the account is.
#[tokio::test]
async fn a_day_is_that_of_the_zone_of_the_account() {
    let running = Running::start().await;
    let tariff = |from: &str, until: &str| json!({"masterTariffId": 1, "effectiveDate": from, "endDate": until});
    for (n, (account, from, until, days)) in [
        // The zone is stated, follows from the country, or from the ZIP code; or nobody knows it.
        (json!({"timeZone": "Europe/Amsterdam"}), "2026-11-30T23:00:00Z", "9999-12-31", ["2026-12-01", "9999-12-31"]),
        (
            json!({"address": {"country": "NL"}}),
            "2026-11-30T23:00:00.000+0000",
            "9999-12-31T23:59:59Z",
            ["2026-12-01", "9999-12-31"],
        ),
        (
            json!({"address": {"addressString": "221 Main Street, San Francisco, CA 94105"}}),
            "2026-12-01T08:00:00.0000000Z",
            "2027-01-01T07:59:59Z",
            ["2026-12-01", "2026-12-31"],
        ),
        (json!({}), "2026-11-30T23:00:00Z", "2027-01-01", ["2026-11-30", "2027-01-01"]),
        // One without an offset says its day.
        (json!({"timeZone": "America/New_York"}), "2026-12-01", "2027-01-01T00:00:00", ["2026-12-01", "2027-01-01"]),
        (
            json!({"timeZone": "America/New_York"}),
            "2026-12-01T00:00:00[Europe/Amsterdam]",
            "99991231",
            ["2026-11-30", "9999-12-31"],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(days_of(&running, &format!("p{n}"), account, tariff(from, until)).await, days, "{from} {until}");
    }
    // The same by each way to set one: it is known by that day.
    let amsterdam = "/rest/v1/accounts/pid/p0";
    let body = json!({"effectiveDate": "2026-12-01T10:00:00+01:00", "tariffCode": "Day"});
    let put = results(&running.rest(Method::PUT, &format!("{amsterdam}/tariffs"), body).await);
    assert_eq!((put.len(), &put[0]["tariffCode"]), (1, &json!("Day")));
    let body = json!({"keyName": "masterTariffId", "dataValue": "2", "fromDateTime": "2026-11-30T23:00:00Z"});
    result(&running.rest(Method::PUT, &format!("{amsterdam}/properties"), body).await);
    let found = running.get(running.admin(), &format!("{amsterdam}/tariffs?effectiveDate=2026-11-30T23:00:00Z")).await;
    assert_eq!(shown(&results(&found)), ["2 ELECTRICITY 2026-12-01 -"]);
    let answer = running
        .rest(
            Method::PUT,
            PATH.replace("/p/", "/p0/").as_str(),
            json!({"effectiveDate": "2026-01-01T00:00:00+01:00[UTC]"}),
        )
        .await;
    let expected = ["InvalidValue Tariff effectiveDate 2026-01-01T00:00:00+01:00[UTC]"];
    assert_eq!(refusal(&answer), refused(400, &expected));
    // Who moves the account in the same call means the day there.
    let body = json!({"address": {"country": "JP"}, "tariffs": [{"masterTariffId": 3, "serviceType": "GAS", "effectiveDate": "2026-11-30T15:00:00Z"}]});
    let moved = result(&running.rest(Method::PUT, "/rest/v1/accounts/pid/p3", body).await);
    assert_eq!(
        (&moved["timeZone"], &moved["tariffs"][1]["effectiveDate"]),
        (&json!("Asia/Tokyo"), &json!("2026-12-01"))
    );
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_likely_gives_way_to_what_is_stated() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let likely = json!({"masterTariffId": 1, "customerLikelihood": 74.03, "tariffCode": "E-1", "source": "table"});
    assert_eq!(set(&running, likely.clone()).await[0]["customerLikelihood"], 74.03);
    // Stated without more, it is confirmed; with its likelihood, it stays a likely one.
    assert_eq!(set(&running, likely).await[0]["customerLikelihood"], 74.03);
    let confirmed = set(&running, json!({"masterTariffId": 1})).await;
    let facts = ["customerLikelihood", "tariffCode", "source"].map(|name| confirmed[0][name].clone());
    assert_eq!(facts, [json!(100), json!("E-1"), json!(null)]);
    set(&running, json!({"masterTariffId": 2, "customerLikelihood": 60, "serviceType": "GAS"})).await;
    let displaced =
        set(&running, json!({"masterTariffId": 3, "effectiveDate": "2027-01-01", "serviceType": "GAS"})).await;
    assert_eq!(shown(&displaced), ["1 ELECTRICITY - -", "3 GAS 2027-01-01 -"]);
    // Two likely ones, one after the other, are both kept: nothing that a caller states is dropped in silence.
    let body = json!([{"masterTariffId": 4, "customerLikelihood": 60, "serviceType": "HEAT", "endDate": "2027-01-01"},
                      {"masterTariffId": 5, "customerLikelihood": 70, "serviceType": "HEAT", "effectiveDate": "2027-01-01"}]);
    assert_eq!(set(&running, body).await.len(), 4);
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_told_all_at_once() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let body = json!([{"currency": "", "endDate": "soon", "customerLikelihood": 101}, 7,
                      {"masterTariffId": -1, "lseId": 1.5, "timeZone": "Mars", "serviceType": "STEAM"}]);
    let expected = [
        "NotNull Tariff 0.currency ",
        "InvalidValue Tariff 0.endDate soon",
        "InvalidValue Tariff 0.customerLikelihood 101",
        "InvalidValue Tariff 1 7",
        "InvalidValue Tariff 2.masterTariffId -1",
        "InvalidValue Tariff 2.lseId 1.5",
        "InvalidValue Tariff 2.timeZone Mars",
        "InvalidValue Tariff 2.serviceType STEAM",
    ];
    assert_eq!(refusal(&running.rest(Method::PUT, PATH, body).await), refused(400, &expected));
    let without_id = running.rest(Method::PUT, PATH, json!({"tariffCode": "E-1"})).await;
    assert_eq!(refusal(&without_id), refused(409, &["NotNull Tariff masterTariffId"]));
    let rehearsed = running.rest(Method::PUT, &format!("{PATH}?dryRun=true"), json!({"masterTariffId": 1})).await;
    assert_eq!((results(&rehearsed).len(), rehearsed.header("etag")), (1, None));
    for (method, path) in [(Method::PUT, PATH.to_owned()), (Method::DELETE, format!("{PATH}/1"))] {
        let answer = running.rest_with(method, &path, Some(json!({"masterTariffId": 1})), ("if-match", "\"9\"")).await;
        assert_eq!(refusal(&answer), refused(412, &["VersionMismatch Tariff"]));
    }
    assert!(listed(&running, "").await.is_empty());
    let missing = running.rest(Method::PUT, "/rest/v1/accounts/pid/q/tariffs", json!({"masterTariffId": 1})).await;
    assert_eq!(refusal(&missing), refused(404, &["ObjectNotFound Tariff"]));
    running.bundle.stop().await;
}
