//! What a rule sends in place of an event: a text with values of the event in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// The whole event.
const EVENT_JSON: &str = "aws.events.event.json";

/// What a rule sends in place of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// As it stands.
    Text(String),
    /// A value of the event, by the names of the members that lead to it; all of the event without any.
    Value {
        path: Vec<String>,
        /// Within the quotes of a JSON text.
        quoted: bool,
    },
}

impl Input {
    /// The text `template`, in which `<name>` stands for the value at the path that `paths` has for that name, or for
    /// the event as a whole.
    ///
    /// # Errors
    /// A path or a name is not understood.
    pub(super) fn parse(paths: &Map<String, Json>, template: &str) -> Result<Self, String> {
        let paths = paths.iter().map(|(name, path)| Ok((name.as_str(), members(path)?)));
        let paths: BTreeMap<_, _> = paths.collect::<Result<_, String>>()?;
        let (mut pieces, mut rest, mut quoted) = (Vec::new(), template, false);
        while let Some((before, after)) = rest.split_once('<') {
            let (name, after) = after.split_once('>').ok_or("a `<` is not closed")?;
            let path = match paths.get(name) {
                Some(path) => path.clone(),
                None if name == EVENT_JSON => Vec::new(),
                None => return Err(format!("`{name}` is no path of the event")),
            };
            quoted = ends_quoted(before, quoted);
            pieces.extend([Piece::Text(before.to_owned()), Piece::Value { path, quoted }]);
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self { pieces })
    }

    /// What is sent for that event. What it does not have is an empty text.
    pub(crate) fn of(&self, event: &Json) -> String {
        let nothing = Json::String(String::new());
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Value { path, quoted } => {
                    let found = path.iter().try_fold(event, |value, name| value.get(name)).unwrap_or(&nothing);
                    text.push_str(&written(found, *quoted));
                }
            }
        }
        text
    }
}

/// Of a path such as `$.detail.id`.
fn members(path: &Json) -> Result<Vec<String>, String> {
    let understood = path.as_str().and_then(|path| path.strip_prefix('$')).filter(|path| !path.contains(['[', '*']));
    let path = understood.ok_or_else(|| format!("{path} is not a path of members, as in `$.detail.id`"))?;
    Ok(path.split('.').skip(1).map(str::to_owned).collect())
}

/// Whether what follows is within the quotes of a JSON text.
fn ends_quoted(text: &str, mut quoted: bool) -> bool {
    let mut escaped = false;
    for character in text.chars() {
        match character {
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
    }
    quoted
}

/// A value as JSON; within quotes a text without its own.
fn written(value: &Json, quoted: bool) -> String {
    let json = value.to_string();
    match (quoted, value) {
        (false, _) => json,
        (true, Json::String(_)) => {
            let without = json.strip_prefix('"').and_then(|json| json.strip_suffix('"'));
            without.unwrap_or_default().to_owned()
        }
        (true, _) => written(&Json::String(json), true),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_stand_where_they_are_named() {
        let paths = json!({"id": "$.detail.id", "all": "$.detail", "none": "$.detail.x.y", "kind": "$.detail-type"});
        let event = json!({"detail-type": "a.b", "detail": {"id": "\"q\"\\", "n": 1}});
        for (template, expected) in [
            (
                r#"{"id":<id>,"kind":"it is <kind>","fixed":"\"<kind>"}"#,
                r#"{"id":"\"q\"\\","kind":"it is a.b","fixed":"\"a.b"}"#,
            ),
            (r#"{"all":<all>}"#, r#"{"all":{"id":"\"q\"\\","n":1}}"#),
            (r#"{"none":<none>,"text":"<id>"}"#, r#"{"none":"","text":"\"q\"\\"}"#),
            (r#"{"event":<aws.events.event.json>}"#, &format!(r#"{{"event":{event}}}"#)),
            (r#"{"text":"<all>"}"#, r#"{"text":"{\"id\":\"\\\"q\\\"\\\\\",\"n\":1}"}"#),
        ] {
            let sent = Input::parse(paths.as_object().unwrap(), template).unwrap().of(&event);
            assert_eq!(sent, expected);
            serde_json::from_str::<Json>(&sent).unwrap();
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (paths, template) in [
            (json!({}), "<x>"),
            (json!({"x": "$.a"}), "<x"),
            (json!({"x": "$.a[0]"}), "<x>"),
            (json!({"x": "a"}), "<x>"),
            (json!({"x": 1}), "<x>"),
            (json!({}), "<aws.events.rule-name>"),
        ] {
            assert!(Input::parse(paths.as_object().unwrap(), template).is_err(), "{paths} {template}");
        }
    }
}
