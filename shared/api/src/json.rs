//! JSON as strict as the rules need it.
//!
//! A plain parser lets the last of two equal members win, silently; here a member that stands
//! twice is a fault, because nobody can know which was meant. Nesting is bounded before anything
//! is built from it.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::{
    Failure, Faults,
    fault::{Pointer, Reason},
};

/// The deepest nesting that is read. Published bodies have six levels.
pub const MAX_DEPTH: usize = 32;

/// A parsed body.
#[derive(Debug)]
pub struct Document {
    /// The value; of members that stand twice, the first.
    pub value: Value,
    /// Members that stand twice.
    pub repeated: Vec<Pointer>,
}

/// Parses a body; members that stand twice are noted in `faults`.
///
/// # Errors
/// As [`parse`].
pub fn document(body: &[u8], faults: &mut Faults) -> Result<Document, Failure> {
    let document = parse(body).map_err(Failure::Unreadable)?;
    for path in &document.repeated {
        faults.body(path, Reason::new("repeated_member", "is given twice in the same object"));
    }
    Ok(document)
}

/// Parses a body.
///
/// # Errors
/// It is not UTF-8, not JSON, or nested deeper than [`MAX_DEPTH`]; the reason says where, and
/// quotes nothing of the body.
pub fn parse(body: &[u8]) -> Result<Document, Reason> {
    if let Some(encoding) = foreign_encoding(body) {
        return Err(malformed(&format!("the body is {encoding}; send it as UTF-8 (RFC 8259 §8.1)")));
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        malformed(&format!("the body is not UTF-8: byte {} is the first fault", error.valid_up_to()))
    })?;
    let mut repeated = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Node { path: Pointer::root(), depth: 1, repeated: &mut repeated };
    let value = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match value {
        Ok(value) => Ok(Document { value, repeated }),
        Err(error) if error.is_data() => {
            Err(Reason::new("too_deep", format!("the body is nested deeper than {MAX_DEPTH} levels")))
        }
        Err(error) => Err(malformed(&format!("the body is not JSON: {error}"))),
    }
}

/// The encoding of a body that is not UTF-8: by its byte-order mark or, without one, by where its first characters, which
/// are ASCII in all JSON, have their zeros.
fn foreign_encoding(body: &[u8]) -> Option<&'static str> {
    match body {
        [0xff, 0xfe, 0, 0, ..] | [1..=255, 0, 0, 0, ..] => Some("UTF-32 (little-endian)"),
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, 1..=255, ..] => Some("UTF-32 (big-endian)"),
        [0xff, 0xfe, ..] | [1..=255, 0, ..] => Some("UTF-16 (little-endian)"),
        [0xfe, 0xff, ..] | [0, 1..=255, ..] => Some("UTF-16 (big-endian)"),
        _ => None,
    }
}

fn malformed(message: &str) -> Reason {
    Reason::new("malformed_json", message)
}

/// Builds one value. The only error it adds to the parser's own is the one for depth.
struct Node<'a> {
    path: Pointer,
    depth: usize,
    repeated: &'a mut Vec<Pointer>,
}

impl Node<'_> {
    fn child(&mut self, token: impl std::fmt::Display) -> Node<'_> {
        Node { path: self.path.child(token), depth: self.depth + 1, repeated: self.repeated }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<Value, A::Error> {
        self.check_depth()?;
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(self.child(array.len()))? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        self.check_depth()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self.child(&name))?;
            if object.contains_key(&name) {
                self.repeated.push(self.path.child(&name));
            } else {
                object.insert(name, value);
            }
        }
        Ok(Value::Object(object))
    }
}

impl Node<'_> {
    fn check_depth<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.depth > MAX_DEPTH { Err(E::custom("too deep")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(body: &[u8]) -> &'static str {
        parse(body).unwrap_err().code
    }

    #[test]
    fn refuses_what_is_not_json() {
        for body in
            [&b""[..], b"{", b"{}x", b"{\"a\":}", b"'a'", b"{\"a\":\"\0\"}", b"[1,]", b"nul", b"\xff\xfe", b"1e999"]
        {
            assert_eq!(code(body), "malformed_json", "{body:?}");
        }
        // Lone surrogates, leading and trailing.
        assert_eq!(code(br#"{"a":"\ud800"}"#), "malformed_json");
        assert_eq!(code(br#"{"a":"\udc00x"}"#), "malformed_json");
    }

    #[test]
    fn reads_a_number_as_the_one_that_it_is() {
        for number in ["3684975055883482.0", "0.1", "4.9041389", "9007199254740991", "1e-7"] {
            let read = parse(number.as_bytes()).unwrap().value.as_f64().map(f64::to_bits);
            assert_eq!(read, number.parse().ok().map(f64::to_bits), "{number}");
        }
    }

    #[test]
    fn says_which_other_encoding_a_body_has() {
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
        let utf32 =
            |text: &str, bytes: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| bytes(c.into())).collect::<Vec<_>>();
        for text in ["{\"a\": \"é\"}", "\u{feff}{}", "\u{feff}1 ", "[]"] {
            for (body, encoding) in [
                (utf16(text, u16::to_le_bytes), "UTF-16 (little-endian)"),
                (utf16(text, u16::to_be_bytes), "UTF-16 (big-endian)"),
                (utf32(text, u32::to_le_bytes), "UTF-32 (little-endian)"),
                (utf32(text, u32::to_be_bytes), "UTF-32 (big-endian)"),
            ] {
                let reason = parse(&body).unwrap_err();
                assert_eq!(reason.code, "malformed_json");
                assert!(reason.message.contains(encoding), "{body:?}: {}", reason.message);
            }
        }
        // Latin-1 cannot be told from anything else that is no UTF-8.
        assert!(parse(b"{\"a\": \"\xe9\"}").unwrap_err().message.contains("byte 7"));
    }

    #[test]
    fn bounds_nesting() {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(code(nested(MAX_DEPTH + 1).as_bytes()), "too_deep");
        assert_eq!(code("[".repeat(100_000).as_bytes()), "too_deep");
        assert_eq!(code(format!("{}1{}", "{\"a\":".repeat(40), "}".repeat(40)).as_bytes()), "too_deep");
    }

    #[test]
    fn reports_members_that_stand_twice_and_keeps_the_first() {
        let document = parse(br#"{"a":1,"b":[{"c":1,"c":2}],"a":3}"#).unwrap();
        let repeated: Vec<_> = document.repeated.iter().map(Pointer::as_str).collect();
        assert_eq!(repeated, ["/b/0/c", "/a"]);
        assert_eq!(document.value, serde_json::json!({"a":1,"b":[{"c":1}]}));
    }

    proptest! {
        /// Whatever is JSON is read as the plain parser reads it.
        #[test]
        fn agrees_with_the_plain_parser(text in "[\\[\\]{}:,\"a-c0-9.eE+\\\\ntrufls \\-]{0,40}") {
            let plain = serde_json::from_str::<Value>(&text);
            match parse(text.as_bytes()) {
                Ok(document) if document.repeated.is_empty() => prop_assert_eq!(document.value, plain.unwrap()),
                Ok(_) => prop_assert!(plain.is_ok()),
                Err(_) => prop_assert!(plain.is_err()),
            }
        }
    }
}
