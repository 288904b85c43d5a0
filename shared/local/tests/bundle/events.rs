//! Every sample event of `events/`, given to its function, in the order of their steps. What each is answered stands
//! beside it, as `<function>.answer.json`: `{"step": …, "answer": …}`. What an answer says must be there, ids that we
//! draw and times aside; `"*"` stands for anything that is not empty; lists have as many elements. The contract shows
//! these answers as examples. Entities are made for the samples, as no function makes one by itself: `alone` is what a
//! function answers where nobody has.

use std::{collections::BTreeSet, fs, path::PathBuf, sync::LazyLock, time::Duration};

use regex::Regex;
use serde_json::Value;
use wattbook_local::functions::FUNCTIONS;

use crate::{
    onboarding::made::for_samples,
    support::{Running, day},
};

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events"))
}

fn read(file: &str) -> Value {
    let text = fs::read(folder().join(file));
    let text =
        text.unwrap_or_else(|_| panic!("events/{file} is missing: a function has a sample event and its answer"));
    let text = with_days_to_come(&String::from_utf8(text).unwrap());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("events/{file}: {error}"))
}

/// What is planned has to be after the account is there: a day of December 2026 in a sample is as many days from today.
fn with_days_to_come(text: &str) -> String {
    static DAY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b2026-12-([0-9]{2})\b").unwrap());
    DAY.replace_all(text, |found: &regex::Captures<'_>| day(found[1].parse().unwrap())).into_owned()
}

/// Every function's sample event, by the function's name.
pub(crate) fn samples() -> Vec<(String, Value)> {
    FUNCTIONS.iter().map(|function| (function.name.to_owned(), read(&format!("{}.json", function.name)))).collect()
}

/// What a function is answered, and at which step.
fn expected(name: &str) -> Value {
    read(&format!("{name}.answer.json"))
}

/// The samples in the order of their steps, so that each finds what it is about.
pub(crate) fn in_order() -> Vec<(String, Value)> {
    let mut samples = samples();
    samples.sort_by_key(|(name, _)| (expected(name)["step"].as_u64(), name.clone()));
    samples
}

#[test]
fn every_file_is_of_a_function() {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let expected: BTreeSet<_> = FUNCTIONS
        .iter()
        .flat_map(|function| [format!("{}.json", function.name), format!("{}.answer.json", function.name)])
        .collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), expected);
}

#[tokio::test]
async fn each_gets_the_answer_it_is_a_sample_of() {
    let running = Running::start().await;
    for_samples(&running).await;
    for (name, event) in in_order() {
        let mut answer = running.bundle.invoke(&name, &event).await.unwrap();
        // Changes are told of within moments.
        for _ in 0..400 {
            if !(name.starts_with("list-") && name.ends_with("-changes"))
                || matches(&expected(&name)["answer"], &answer, "").is_ok()
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
            answer = running.bundle.invoke(&name, &event).await.unwrap();
        }
        if let Err(difference) = matches(&expected(&name)["answer"], &answer, "") {
            panic!("events/{name}.answer.json says otherwise at {difference}\nthe answer: {answer:#}");
        }
    }
    running.bundle.stop().await;
}

/// Whether an answer has what is expected of it; if not, where it has not.
pub(crate) fn matches(expected: &Value, answer: &Value, path: &str) -> Result<(), String> {
    // A body is text to API Gateway.
    let is_text = !expected.is_object() && (path != "/body" || expected.is_string());
    let parsed = answer.as_str().filter(|_| !is_text).and_then(|text| serde_json::from_str(text).ok());
    match (expected, parsed.as_ref().unwrap_or(answer)) {
        (Value::String(any), given) if any == "*" && !given.is_null() && *given != "" => Ok(()),
        (Value::Object(members), Value::Object(given)) => members.iter().try_for_each(|(name, value)| {
            matches(value, given.get(name).unwrap_or(&Value::Null), &format!("{path}/{name}"))
        }),
        (Value::Array(elements), Value::Array(given)) if elements.len() == given.len() => elements
            .iter()
            .zip(given)
            .enumerate()
            .try_for_each(|(i, (value, given))| matches(value, given, &format!("{path}/{i}"))),
        (Value::String(expected), Value::String(given)) if drawn(expected) == drawn(given) => Ok(()),
        // Numbers of customers are drawn, and those of meters follow from them.
        (Value::Number(_), Value::Number(_)) if path.ends_with("/CustomerId") || path.ends_with("/MeterId") => Ok(()),
        (expected, given) if expected == given => Ok(()),
        _ => Err(format!("{path}: {expected}")),
    }
}

/// The text without what is another one each time.
fn drawn(text: &str) -> String {
    static ID: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap());
    static TIME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z").unwrap());
    static SIGNATURE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\.[A-Za-z0-9_-]{43}$").unwrap());
    static CUSTOMER: LazyLock<Regex> = LazyLock::new(|| Regex::new("/api/customers/[0-9]+/").unwrap());
    static EXPIRY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\.[0-9]{10}\.").unwrap());
    let text = ID.replace_all(text, "<id>");
    let text = CUSTOMER.replace_all(&text, "/api/customers/<number>/");
    let text = EXPIRY.replace_all(&text, ".<expiry>.");
    SIGNATURE.replace_all(&TIME.replace_all(&text, "<time>"), ".<signature>").into_owned()
}

#[test]
fn a_difference_is_seen() {
    let answer = serde_json::json!({"statusCode": 200, "body": "{\"a\":[1,{\"b\":\"x\"}]}", "at": "/a/6d1f4d5c-7f3a-4b0e-9a51-0c6f1f3c9d11 2026-01-02T03:04:05.678Z"});
    for (expected, place) in [
        (r#"{"statusCode": 200, "body": {"a": [1, {"b": "*"}]}}"#, None),
        (r#"{"statusCode": 201}"#, Some("/statusCode: 201")),
        (r#"{"body": {"a": [1]}}"#, Some("/body/a: [1]")),
        (r#"{"body": {"a": ["*", {"c": "*"}]}}"#, Some("/body/a/1/c: \"*\"")),
        (r#"{"at": "/a/3b241101-e2bb-4255-8caf-4136c566a962 2026-11-02T03:04:05Z"}"#, None),
        (
            r#"{"at": "/b/3b241101-e2bb-4255-8caf-4136c566a962 2026-11-02T03:04:05Z"}"#,
            Some("/at: \"/b/3b241101-e2bb-4255-8caf-4136c566a962 2026-11-02T03:04:05Z\""),
        ),
    ] {
        let outcome = matches(&serde_json::from_str(expected).unwrap(), &answer, "");
        assert_eq!(outcome.err().as_deref(), place);
    }
}
