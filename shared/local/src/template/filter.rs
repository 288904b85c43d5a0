//! Which records of the stream a function is handed.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// What a record has to have: a part of what patterns of Lambda can say, in their own form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Members, each as the pattern says that stands for it.
    Members(BTreeMap<String, Pattern>),
    /// One of these texts.
    OneOf(Vec<String>),
}

impl Pattern {
    /// The pattern that is written as this JSON.
    ///
    /// # Errors
    /// It says more than is understood here, or nothing.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Self::of(&serde_json::from_str(text).map_err(|error| error.to_string())?)
    }

    fn of(json: &Json) -> Result<Self, String> {
        match json {
            Json::Object(members) if !members.is_empty() => {
                let member = |(name, json): (&String, &Json)| Ok((name.clone(), Self::of(json)?));
                Ok(Self::Members(members.iter().map(member).collect::<Result<_, String>>()?))
            }
            Json::Array(texts) if !texts.is_empty() => {
                let text = |json: &Json| json.as_str().map(str::to_owned);
                let texts: Option<Vec<_>> = texts.iter().map(text).collect();
                Ok(Self::OneOf(texts.ok_or("a pattern ends in lists of texts, and in nothing else")?))
            }
            _ => Err("a pattern has members that end in lists of texts".to_owned()),
        }
    }

    /// Whether a record is as the pattern says.
    pub(crate) fn matches(&self, record: &Json) -> bool {
        match self {
            Self::Members(members) => {
                members.iter().all(|(name, pattern)| record.get(name).is_some_and(|value| pattern.matches(value)))
            }
            Self::OneOf(texts) => record.as_str().is_some_and(|text| texts.iter().any(|it| it == text)),
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
    fn what_is_not_understood_is_refused() {
        for text in ["", "{}", "[]", r#"{"a":[]}"#, r#"{"a":"b"}"#, r#"{"a":[{"prefix":"b"}]}"#, r#"{"a":[1]}"#] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
