//! Which records of the stream a function is handed, and which events a rule sends on.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// What a record or an event has to have: a part of what patterns of Lambda and EventBridge can say, in their own form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Members, each as the pattern says that stands for it.
    Members(BTreeMap<String, Pattern>),
    /// Of these tests one holds.
    OneOf(Vec<Test>),
}

/// What is asked of a value, or of one of a list of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is this one: a text, a number as it is written, true, false or null.
    Is(Json),
    /// It is a text that begins so.
    Begins(String),
    /// It is there, or it is not.
    Exists(bool),
}

impl Pattern {
    /// The pattern that is written as this JSON.
    ///
    /// # Errors
    /// It says more than is understood here, or nothing.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Self::of(&serde_json::from_str(text).map_err(|error| error.to_string())?)
    }

    pub(super) fn of(json: &Json) -> Result<Self, String> {
        match json {
            Json::Object(members) if !members.is_empty() => {
                let member = |(name, json): (&String, &Json)| Ok((name.clone(), Self::of(json)?));
                Ok(Self::Members(members.iter().map(member).collect::<Result<_, String>>()?))
            }
            Json::Array(tests) if !tests.is_empty() => {
                Ok(Self::OneOf(tests.iter().map(test).collect::<Result<_, _>>()?))
            }
            _ => Err("a pattern has members that end in lists of values".to_owned()),
        }
    }

    /// Whether a record or an event is as the pattern says.
    pub(crate) fn matches(&self, record: &Json) -> bool {
        self.holds(Some(record))
    }

    fn holds(&self, value: Option<&Json>) -> bool {
        match (self, value) {
            (Self::Members(members), value) => {
                members.iter().all(|(name, pattern)| pattern.holds(value.and_then(|value| value.get(name))))
            }
            (Self::OneOf(tests), Some(Json::Array(values))) => {
                values.iter().any(|value| tests.iter().any(|test| test.holds(Some(value))))
            }
            (Self::OneOf(tests), value) => tests.iter().any(|test| test.holds(value)),
        }
    }
}

fn test(json: &Json) -> Result<Test, String> {
    match json {
        Json::Object(members) => named(members).ok_or_else(|| {
            "of what can be asked of a value, a prefix and whether it exists are understood here".to_owned()
        }),
        Json::Array(_) => Err("a value in a pattern is no list".to_owned()),
        value => Ok(Test::Is(value.clone())),
    }
}

fn named(members: &Map<String, Json>) -> Option<Test> {
    match (members.len(), members.iter().next()) {
        (1, Some((name, Json::String(beginning)))) if name == "prefix" => Some(Test::Begins(beginning.clone())),
        (1, Some((name, Json::Bool(exists)))) if name == "exists" => Some(Test::Exists(*exists)),
        _ => None,
    }
}

impl Test {
    fn holds(&self, value: Option<&Json>) -> bool {
        match self {
            Self::Is(wanted) => value == Some(wanted),
            Self::Begins(beginning) => value.and_then(Json::as_str).is_some_and(|text| text.starts_with(beginning)),
            // Of what is not a single value AWS does not say that it exists.
            Self::Exists(exists) => value.is_some_and(|value| !value.is_object()) == *exists,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_has_to_have_all_that_a_pattern_says() {
        let pattern = Pattern::parse(r#"{"eventName":["INSERT","MODIFY"],"dynamodb":{"Keys":{"sk":{"S":["A"]}}}}"#);
        let pattern = pattern.unwrap();
        let record =
            |name: &str, sk: &str| json!({"eventName": name, "dynamodb": {"Keys": {"sk": {"S": sk}, "pk": {}}}});
        for (record, expected) in [
            (record("INSERT", "A"), true),
            (record("MODIFY", "A"), true),
            (record("REMOVE", "A"), false),
            (record("INSERT", "B"), false),
            (json!({"eventName": "INSERT"}), false),
            (json!({"eventName": "INSERT", "dynamodb": "A"}), false),
            (json!({"eventName": 1, "dynamodb": {"Keys": {"sk": {"S": "A"}}}}), false),
        ] {
            assert_eq!(pattern.matches(&record), expected, "{record}");
        }
    }

    #[test]
    fn a_value_is_held_to_what_is_asked_of_it() {
        let cases = [
            (
                r#"{"a":["b",1,null,true]}"#,
                vec![json!("b"), json!(1), json!(null), json!(true)],
                vec![json!(1.0), json!("c")],
            ),
            (
                r#"{"a":[{"prefix":"in/"}]}"#,
                vec![json!("in/x"), json!(["out", "in/"])],
                vec![json!("in"), json!(1), json!([])],
            ),
            (r#"{"a":[{"exists":true}]}"#, vec![json!("b"), json!(null)], vec![json!({"c": 1})]),
            (r#"{"a":[{"exists":false},"b"]}"#, vec![json!("b"), json!({"c": 1})], vec![json!("c")]),
            (r#"{"a":{"c":[{"exists":false}]}}"#, vec![json!("b"), json!({"d": 1})], vec![json!({"c": 1})]),
        ];
        for (pattern, wanted, unwanted) in cases {
            let pattern = Pattern::parse(pattern).unwrap();
            for (values, expected) in [(wanted, true), (unwanted, false)] {
                for value in values {
                    assert_eq!(pattern.matches(&json!({"a": value})), expected, "{pattern:?}: {value}");
                }
            }
        }
        let absent = |pattern: &str| Pattern::parse(pattern).unwrap().matches(&json!({}));
        assert!(absent(r#"{"a":[{"exists":false}]}"#) && !absent(r#"{"a":[null,{"exists":true}]}"#));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in [
            "",
            "{}",
            "[]",
            r#"{"a":[]}"#,
            r#"{"a":"b"}"#,
            r#"{"a":[["b"]]}"#,
            r#"{"a":[{"suffix":"b"}]}"#,
            r#"{"a":[{"prefix":1}]}"#,
            r#"{"a":[{"prefix":"b","exists":true}]}"#,
            r#"{"a":[{"anything-but":["b"]}]}"#,
            r#"{"a":[{"numeric":["=",1]}]}"#,
        ] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
        assert!(Pattern::parse(r#"{"$or":[{"a":["b"]},{"c":["d"]}]}"#).is_err());
    }
}
