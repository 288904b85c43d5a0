//! Readings: times over the change of clocks, order, repeats, a register that begins again, and pages.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Customer, refusal, refused};
use crate::{
    registration::PASSWORD,
    support::{Answered, Running, at_once, day, send, with},
};

impl Running {
    /// Adds a reading of the meter of electricity.
    async fn read(&self, customer: &Customer, date: &str, value: impl Into<Value>) -> Answered {
        let body = json!({"ReadingDate": date, "Value": value.into()});
        self.as_customer(customer, Method::POST, &customer.path("/deliverypoints/1/readings"), body).await
    }

    /// Date, value and consumption of the readings, the newest first.
    async fn readings(&self, customer: &Customer, query: &str) -> Vec<(String, Value, Value)> {
        let list = self.seen_by(customer, &format!("/deliverypoints/1/readings{query}")).await;
        let reading = |it: &Value| {
            (it["ReadingDate"].as_str().unwrap().to_owned(), it["Value"].clone(), it["Consumption"].clone())
        };
        list.as_array().unwrap().iter().map(reading).collect()
    }

    async fn lives_in_oslo(&self, customer: &Customer) {
        let zone = json!({"timeZone": "Europe/Oslo"});
        let answer = self.rest(Method::PUT, &format!("/rest/v1/accounts/{}", customer.id), zone).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// In the short day an hour is not there, in the long one there are two of the same name, told apart by their offsets.
#[tokio::test]
async fn days_of_23_and_25_hours_have_as_many_readings() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    running.lives_in_oslo(&customer).await;
    // When the day begins, how many hours it has, when the last one begins, and the offset at first and in the end.
    for (begins, hours, last, before, since) in [
        ("2025-10-25T22:00:00", 25, "2025-10-26T22:00:00", 2, 1),
        ("2026-03-28T23:00:00", 23, "2026-03-29T21:00:00", 1, 2),
    ] {
        let (begin, mut expected) = (format!("{begins}Z").parse::<Timestamp>().unwrap(), Vec::new());
        for hour in 0..hours {
            let at = begin + SignedDuration::from_hours(hour);
            // At one o'clock UTC.
            let is_before = hour < if before == 2 { 3 } else { 2 };
            let local = at.to_zoned(jiff::tz::offset(if is_before { before } else { since }).to_time_zone());
            let local = local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
            let answer = running.read(&customer, &local, at.as_second() / 3600 - 480_000).await;
            assert_eq!(answer.status, 200, "{local}: {answer:?}");
            expected.push(answer.json()["ReadingDate"].as_str().unwrap().to_owned());
        }
        assert_eq!((&*expected[0], expected.last().map(String::as_str)), (begins, Some(last)));
        expected.reverse();
        let mut listed = running.readings(&customer, "?pageSize=100").await;
        listed.retain(|(date, ..)| expected.contains(date));
        assert_eq!(listed.iter().map(|(date, ..)| date.clone()).collect::<Vec<_>>(), expected);
        // Each hour the difference of one, tenfold.
        assert!(listed.iter().rev().skip(1).all(|(_, _, used)| *used == json!(10.0)), "{listed:?}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_time_is_in_utc_where_it_does_not_say_and_has_no_parts_of_a_second() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    for (value, (given, read)) in (1..).zip([
        ("2000-01-01", "2000-01-01T00:00:00"),
        ("2000-02-29T12:00:00", "2000-02-29T12:00:00"),
        ("2013-09-17T22:39:30", "2013-09-17T22:39:30"),
        ("2013-09-18T01:39:31.999+02:00", "2013-09-17T23:39:31"),
        ("2013-09-17T23:39:32Z", "2013-09-17T23:39:32"),
    ]) {
        let answer = running.read(&customer, given, value).await;
        assert_eq!((answer.status, answer.json()["ReadingDate"].as_str()), (200, Some(read)), "{given}");
    }
    for (given, fault) in [
        ("1999-12-31T23:59:59", "BeforeContract"),
        (&*day(1), "InFuture"),
        ("2001-02-29", "InvalidTime"),
        ("17.09.2013", "InvalidTime"),
        ("", "InvalidTime"),
    ] {
        let (status, code, faults) = refusal(&running.read(&customer, given, 9).await);
        assert_eq!((status, &*code), (400, "InvalidRequest"), "{given}");
        assert_eq!(faults, [format!("{fault} ReadingDate")], "{given}");
    }
    running.bundle.stop().await;
}

/// Where the account is known to be in Oslo, its contract begins there with the day: an hour before it does in UTC.
#[tokio::test]
async fn a_contract_begins_with_the_day_of_its_customer() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    running.lives_in_oslo(&customer).await;
    assert_eq!(running.seen_by(&customer, "/contracts/1001").await["StartDate"], "1999-12-31T23:00:00");
    assert_eq!(running.read(&customer, "1999-12-31T23:00:00", 1).await.status, 200);
    let early = running.read(&customer, "1999-12-31T22:59:59", 1).await;
    assert_eq!(refusal(&early), refused(400, "InvalidRequest", &["BeforeContract ReadingDate"]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_meter_counts_up_and_may_begin_again() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let at = |month: u8| format!("2026-{month:02}-01T00:00:00");
    for (month, value, expected) in [
        (1, json!(80_000), Ok(Value::Null)),
        (2, json!(79_999), Err(refused(400, "InvalidRequest", &["ReadingTooLow Value"]))),
        (3, json!(95_000.5), Ok(json!(150_005.0))),
        // In the first tenth after the last one.
        (4, json!(10_000), Err(refused(400, "InvalidRequest", &["ReadingTooLow Value"]))),
        (4, json!(9_999), Ok(json!(149_985.0))),
        // One between two parts what was used.
        (2, json!(90_000), Ok(json!(100_000.0))),
        (2, json!(90_001), Err(refused(409, "RuleBroken", &["ReadingExists ReadingDate"]))),
        (2, json!(90_000), Ok(json!(100_000.0))),
        (5, json!(100_000), Err(refused(400, "InvalidRequest", &["OutOfRange Value"]))),
        (5, json!(-1), Err(refused(400, "InvalidRequest", &["OutOfRange Value"]))),
        (5, json!("12"), Err(refused(400, "InvalidRequest", &["WrongType Value"]))),
    ] {
        let answer = running.read(&customer, &at(month), value.clone()).await;
        let found = if answer.status == 200 { Ok(answer.json()["Consumption"].clone()) } else { Err(refusal(&answer)) };
        assert_eq!(found, expected, "{month} {value}");
    }
    let used: Vec<_> = running.readings(&customer, "").await.into_iter().map(|(.., used)| used).collect();
    assert_eq!(used, [json!(149_985.0), json!(50_005.0), json!(100_000.0), Value::Null]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_fault_is_told_at_once_and_a_dry_run_stores_nothing() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let path = customer.path("/deliverypoints/1/readings");
    let add = |path: String, body: Value| {
        let (running, customer) = (&running, &customer);
        async move { running.as_customer(customer, Method::POST, &path, body).await }
    };
    let none = add(path.clone(), json!({})).await;
    assert_eq!(refusal(&none), refused(400, "InvalidRequest", &["Required ReadingDate", "Required Value"]));
    let good = json!({"CustomerId": customer.number, "DeliveryPointId": 1, "ReadingDate": "2026-01-01", "Value": 1});
    let other = with(with(good.clone(), "/CustomerId", 7), "/DeliveryPointId", 2);
    let expected = refused(400, "InvalidRequest", &["Contradiction CustomerId", "Contradiction DeliveryPointId"]);
    assert_eq!(refusal(&add(path.clone(), other).await), expected);
    let rehearsed = add(format!("{path}?dryRun=true"), good.clone()).await;
    assert_eq!((rehearsed.status, running.readings(&customer, "").await.len()), (200, 0));
    // What is not known is passed over.
    let stored = add(path, with(good, "/Comment", "read in the cellar")).await;
    assert_eq!((stored.status, stored.json()), (200, rehearsed.json()));
    // By whom it was read is seen.
    let body = json!({"ReadingDate": "2026-01-02", "Value": 2});
    let path = customer.path("/deliverypoints/1/readings");
    let brought = running.change(Method::POST, running.admin(), &path, Some(body)).await;
    assert_eq!(brought.json()["Reader"], "Organisation");
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_same_reading_fifty_times_at_once_is_one() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let path = customer.path("/deliverypoints/1/readings");
    let add = |body: Value| running.person_request((&customer.name, PASSWORD), Method::POST, &path).json(&body);
    // So that the password is looked at once.
    assert_eq!(running.read(&customer, "2025-12-01", 100).await.status, 200);
    let same = json!({"ReadingDate": "2026-01-01", "Value": 110});
    let answers = at_once((0..50).map(|_| add(same.clone()))).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.text), (200, &answers[0].text));
    }
    let stored = running.readings(&customer, "").await;
    assert_eq!(stored.len(), 2);
    assert_eq!(stored[0], ("2026-01-01T00:00:00".to_owned(), json!(110.0), json!(100.0)));
    // Of different ones at one time one is stored.
    let answers = at_once((0..20).map(|n| add(json!({"ReadingDate": "2026-02-01", "Value": 200 + n})))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for refusal in answers.iter().filter(|answer| answer.status != 200).map(refusal) {
        assert_eq!(refusal, refused(409, "RuleBroken", &["ReadingExists ReadingDate"]));
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn pages_tell_how_many_there_are_and_where_it_goes_on() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    for n in 1..=23 {
        let date = format!("2026-01-{n:02}T06:00:00");
        assert_eq!(running.read(&customer, &date, n).await.status, 200);
    }
    let (mut path, mut seen) = (customer.path("/deliverypoints/1/readings"), Vec::new());
    loop {
        let answer = running.as_customer(&customer, Method::GET, &path, None).await;
        assert_eq!((answer.status, answer.header("x-total-count")), (200, Some("23")), "{path}");
        let page = answer.json();
        // Also at the end of a page what was used is known.
        seen.extend(
            page.as_array().unwrap().iter().map(|it| (it["Value"].as_f64().unwrap(), it["Consumption"].as_f64())),
        );
        let Some(link) = answer.header("link") else { break };
        path = link.strip_prefix('<').unwrap().split_once(">; rel=\"next\"").unwrap().0.to_owned();
        assert_eq!(page.as_array().unwrap().len(), 10);
    }
    let expected: Vec<_> = (1..=23).rev().map(|n| (f64::from(n), (n > 1).then_some(10.0))).collect();
    assert_eq!(seen, expected);
    for (query, faults) in [
        ("?pageSize=0", vec!["OutOfRange pageSize"]),
        ("?pageSize=101&page=0", vec!["OutOfRange pageSize", "OutOfRange page"]),
        ("?pageSize=100&page=11", vec!["OutOfRange page"]),
        ("?page=1&page=2", vec!["RepeatedParameter page"]),
        ("?size=1", vec!["UnknownParameter size"]),
    ] {
        let path = customer.path(&format!("/deliverypoints/1/readings{query}"));
        let answer = send(running.person_request((&customer.name, PASSWORD), Method::GET, &path)).await;
        assert_eq!(refusal(&answer), refused(400, "InvalidRequest", &faults), "{query}");
    }
    let beyond = running.readings(&customer, "?pageSize=100&page=10").await;
    assert_eq!(beyond.len(), 0);
    running.bundle.stop().await;
}
