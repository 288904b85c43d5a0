//! `…/tariffs`.

use reqwest::Method;
use serde_json::{Value, json};

use super::{aliases, refusal, refused, result, results};
use crate::support::{Answered, Running};

const PATH: &str = "/rest/v1/accounts/pid/p/tariffs";

async fn set(running: &Running, body: Value) -> Vec<Value> {
    results(&running.rest(Method::PUT, PATH, body).await)
}

/// Every member that the published objects have and that is kept as it comes.
pub(super) fn details() -> Value {
    json!({
        "tariffId": 3_155_887, "priorTariffId": 3_154_354, "tariffBookName": "Residential Services", "tariffType": "DEFAULT",
        "lseCode": "PGE", "distributionLseId": 734, "territoryId": 807, "customerCount": 3_321_385,
        "customerCountSource": "2011 FERC", "effectiveOnRule": "TARIFF_EFFECTIVE_DATE",
        "chargeTypes": "CONSUMPTION_BASED,MINIMUM", "chargePeriod": "DAILY", "minMonthlyConsumption": 0,
        "maxMonthlyConsumption": 1000.5, "minMonthlyDemand": 0.25, "maxMonthlyDemand": 20, "hasTimeOfUseRates": true,
        "hasTieredRates": true, "hasContractedRates": false, "hasTariffApplicability": false,
        "hasRateApplicability": true, "hasNetMetering": false, "isActive": true, "privacy": "PUBLIC",
        "closedDate": "2026-06-01",
    })
}

/// The one with the members of the other.
pub(super) fn with(mut one: Value, other: Value) -> Value {
    let (Value::Object(members), Value::Object(further)) = (&mut one, other) else { panic!("no objects") };
    members.extend(further);
    one
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
    let tariff = with(tariff, details());
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
async fn what_is_only_kept_is_validated_all_the_same() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let answer = running.rest(Method::PUT, PATH, json!({
        "masterTariffId": 1, "tariffId": -1, "lseCode": "", "tariffType": "x".repeat(33), "isActive": "yes", "chargeTypes": [1],
        "minMonthlyDemand": 1e300, "closedDate": "soon", "privacy": {}, "unknown": {"a": 1},
    })).await;
    let expected = [
        "InvalidValue Tariff tariffId -1",
        "NotNull Tariff lseCode ",
        &format!("InvalidValue Tariff tariffType {}", "x".repeat(33)),
        "InvalidValue Tariff isActive yes",
        "InvalidValue Tariff chargeTypes",
        "InvalidValue Tariff minMonthlyDemand 1e+300",
        "InvalidValue Tariff closedDate soon",
        "InvalidValue Tariff privacy",
    ];
    assert_eq!(refusal(&answer), refused(400, &expected));
    // A list, a number in quotes, and a time for a day are taken.
    let body = json!({"masterTariffId": 1, "chargeTypes": ["TAX", "MINIMUM"], "customerCount": "7", "closedDate": "2026-01-01T00:00:00Z"});
    let kept = set(&running, body).await;
    let shown = ["chargeTypes", "customerCount", "closedDate"].map(|name| kept[0][name].clone());
    assert_eq!(shown, [json!("TAX,MINIMUM"), json!(7), json!("2026-01-01")]);
    running.bundle.stop().await;
}

/// A client that does not know a word for a service reads none, and sends none back.
#[tokio::test]
async fn a_tariff_that_comes_back_without_its_service_is_the_same_one() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p", "address": {"addressString": "San Francisco, CA 94105"}, "customerClass": 1})).await;
    let body = json!([
        {"masterTariffId": 7, "serviceType": "HEAT"},
        {"masterTariffId": 7, "serviceType": "WATER", "endDate": "2027-01-01"},
        {"masterTariffId": 8, "serviceType": "WATER", "effectiveDate": "2027-01-01", "tariffName": "Wet"},
    ]);
    let all = set(&running, body).await;
    let services = ["522 ELECTRICITY - -", "7 HEAT - -", "7 WATER - 2027-01-01", "8 WATER 2027-01-01 -"];
    assert_eq!(shown(&all), services);
    let back: Vec<_> = all
        .iter()
        .map(|tariff| {
            let mut tariff = tariff.clone();
            let unknown = ["HEAT", "WATER"].iter().any(|word| tariff["serviceType"] == *word);
            tariff
                .as_object_mut()
                .unwrap()
                .retain(|name, value| !(value.is_null() || unknown && name == "serviceType"));
            tariff
        })
        .collect();
    let version = running.by_pid("p").await["version"].clone();
    for one in &back {
        assert_eq!(set(&running, one.clone()).await, all, "{one}");
    }
    assert_eq!(set(&running, json!(back)).await, all);
    assert_eq!(set(&running, json!(back[1..].iter().rev().collect::<Vec<_>>())).await, all);
    let account = result(&running.rest(Method::PUT, "/rest/v1/accounts/pid/p", json!({"tariffs": back})).await);
    assert_eq!(account["tariffs"], json!(all));
    assert_eq!(running.by_pid("p").await["version"], version);
    let unclear = running.rest(Method::PUT, PATH, json!([{"masterTariffId": 7, "tariffName": "Warm"}])).await;
    assert_eq!(refusal(&unclear), refused(409, &["NotNull Tariff 0.serviceType"]));
    // One that is there for no service is for electricity, and two for one day are one too many.
    let body = json!([{"masterTariffId": 7}, {"masterTariffId": 7}, {"masterTariffId": 9}, {"masterTariffId": 10}]);
    assert_eq!(refusal(&running.rest(Method::PUT, PATH, body).await), refused(409, &["NotUnique Tariff 3"]));
    let stated = set(&running, json!([{"masterTariffId": 7}, {"masterTariffId": 7}, {"masterTariffId": 9}])).await;
    assert_eq!(shown(&stated)[0], "9 ELECTRICITY - -");
    assert_eq!(shown(&stated)[1..], services[1..]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_query_asks_by_day_period_service_and_page() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p", "timeZone": "Europe/Amsterdam"})).await;
    let body = json!([
        {"masterTariffId": 1, "endDate": "2026-01-01"},
        {"masterTariffId": 2, "effectiveDate": "2026-01-01", "endDate": "2027-01-01"},
        {"masterTariffId": 3, "effectiveDate": "2027-01-01", "endDate": "9999-12-31"},
        {"masterTariffId": 4, "serviceType": "GAS", "isActive": false},
        {"masterTariffId": 5, "serviceType": "HEAT", "endDate": "2000-01-01", "isActive": true},
        {"masterTariffId": 6, "serviceType": "SOLAR_PV", "effectiveDate": "9000-01-01"},
        {"masterTariffId": 7, "serviceType": "WATER"},
    ]);
    set(&running, body).await;
    let ids = async |query: &str| {
        let answer = running.get(running.admin(), &format!("{PATH}?{query}")).await;
        results(&answer).iter().map(|tariff| tariff["masterTariffId"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("effectiveOn=2026-12-31", vec![2, 4, 7]),
        ("effectiveOn=2027-01-01", vec![3, 4, 7]),
        // Midnight is later in UTC.
        ("effectiveOn=2026-12-31T23:00:00Z", vec![3, 4, 7]),
        ("effectiveOn=2026-12-31T22:59:59.000%2B0000", vec![2, 4, 7]),
        ("effectiveOn=9999-12-31", vec![4, 6, 7]),
        ("effectiveOn=1999-12-31", vec![1, 4, 5, 7]),
        ("fromDateTime=2027-01-01", vec![3, 4, 6, 7]),
        ("fromDateTime=2026-12-31T22:30:00Z", vec![2, 3, 4, 6, 7]),
        ("toDateTime=2026-01-01", vec![1, 4, 5, 7]),
        ("toDateTime=2026-01-01T00:00:01%2B01:00", vec![1, 2, 4, 5, 7]),
        ("toDateTime=2025-12-31T23:00:00Z", vec![1, 4, 5, 7]),
        ("toDateTime=0001-01-01", vec![]),
        ("fromDateTime=2026-06-01&toDateTime=2027-06-01", vec![2, 3, 4, 7]),
        ("isActive=true&serviceTypes=GAS,HEAT,SOLAR_PV,WATER", vec![5, 7]),
        ("isActive=false&serviceTypes=GAS,HEAT,SOLAR_PV,WATER", vec![4, 6]),
        ("serviceTypes=WATER,%20GAS", vec![4, 7]),
        ("serviceTypes=WATER,GAS&serviceType=GAS", vec![4]),
        ("effectiveOn=2026-06-01&serviceTypes=ELECTRICITY&tariffTypes=DEFAULT&populateRates=true", vec![2]),
    ] {
        let mut found = ids(query).await;
        found.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }
    // Sorted by service and day, of which a page is answered if one is asked for.
    let order = vec![1, 2, 3, 4, 5, 6, 7];
    assert_eq!(ids("").await, order);
    for (query, start, count, page) in [
        ("pageCount=3", json!(0), json!(3), &order[..3]),
        ("pageStart=3&pageCount=3", json!(3), json!(3), &order[3..6]),
        ("pageStart=6&pageCount=1000", json!(6), json!(1000), &order[6..]),
        ("pageStart=2", json!(2), json!(null), &order[2..]),
        ("pageStart=100000&pageCount=1", json!(100_000), json!(1), &[]),
    ] {
        let answer = running.get(running.admin(), &format!("{PATH}?{query}")).await;
        let envelope = answer.json();
        let listed = envelope["results"].as_array().unwrap().iter();
        let found: Vec<_> = listed.map(|tariff| tariff["masterTariffId"].as_u64().unwrap()).collect();
        let shown = [&envelope["pageStart"], &envelope["pageCount"], &envelope["count"]];
        assert_eq!((found.as_slice(), shown), (page, [&start, &count, &json!(7)]), "{query}");
    }
    let wrong = "serviceTypes=GAS,STEAM&effectiveOn=soon&fromDateTime=2026-01-01T00:00:60Z&toDateTime=1&isActive=yes&pageStart=-1&pageCount=0";
    let expected = [
        "InvalidValue Tariff pageStart -1",
        "InvalidValue Tariff pageCount 0",
        "InvalidValue Tariff serviceTypes GAS,STEAM",
        "InvalidValue Tariff effectiveOn soon",
        "InvalidValue Tariff fromDateTime 2026-01-01T00:00:60Z",
        "InvalidValue Tariff toDateTime 1",
        "InvalidValue Tariff isActive yes",
    ];
    assert_eq!(refusal(&running.get(running.admin(), &format!("{PATH}?{wrong}")).await), refused(400, &expected));
    let backwards =
        running.get(running.admin(), &format!("{PATH}?fromDateTime=2026-01-01&toDateTime=2026-01-01")).await;
    assert_eq!(refusal(&backwards), refused(400, &["InvalidValue Tariff toDateTime 2026-01-01"]));
    let spaced = running.get(running.admin(), &format!("{PATH}?effectiveOn=2026-01-01T00:00:00+01:00")).await;
    let message = spaced.json()["results"][0]["message"].as_str().unwrap().to_owned();
    assert!(spaced.status == 400 && message.contains("%2B"), "{message}");
    // What is to be deleted is picked alike.
    running.rest(Method::DELETE, &format!("{PATH}/2?effectiveOn=2027-01-01"), None).await;
    assert_eq!(ids("").await, order);
    running.rest(Method::DELETE, &format!("{PATH}/2?effectiveOn=2026-01-01"), None).await;
    assert_eq!(ids("").await.len(), 6);
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
