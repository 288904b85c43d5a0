//! What a manufacturer asks for, as JSON Schema. Of that there is what a form can be drawn of, and nothing else: an object
//! of texts, words, numbers and truth values. So it is checked here without a library for all of JSON Schema, which would
//! be larger than the function.

use std::ops::RangeInclusive;

use deserr::{Deserr, IntoValue, Value as Node, ValuePointerRef, take_cf_content};
use serde_json::{Map, Value, json};
use wattbook_api::{
    Faults, body,
    fault::{Pointer, Reason},
};
use wattbook_domain::{
    Email, Flaw, Text,
    catalogue::attributes::{
        Attribute, AttributeName, AttributeValue, Attributes, MAX_ATTRIBUTES, MAX_CHARACTERS, MAX_WORDS, Values,
    },
};

/// The edition of JSON Schema that is written.
pub const EDITION: &str = "https://json-schema.org/draft/2020-12/schema";

/// The numbers that any reader has exactly.
const NUMBERS: RangeInclusive<f64> = -1e15..=1e15;

/// A schema, as it is read.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields, rename_all = camelCase)]
pub struct SchemaBody {
    #[deserr(default, rename = "$schema", try_from(Option<String>) = edition_of -> Reason)]
    _edition: (),
    #[deserr(rename = "type", try_from(&String) = object -> Reason)]
    _type: (),
    #[deserr(default)]
    required: Vec<AttributeName>,
    properties: Members<PropertyBody>,
    #[deserr(default, rename = "additionalProperties", try_from(Option<bool>) = closed -> Reason)]
    _additional_properties: (),
}

/// One property, as it is read.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields, rename_all = camelCase)]
struct PropertyBody {
    #[deserr(rename = "type", try_from(&String) = Type::parse -> Reason)]
    kind: Type,
    title: Text<64>,
    #[deserr(default)]
    description: Option<Text<500>>,
    #[deserr(default)]
    min_length: Option<u16>,
    #[deserr(default)]
    max_length: Option<u16>,
    #[deserr(default, try_from(Option<String>) = format_of -> Reason)]
    format: Option<&'static str>,
    #[deserr(default, rename = "enum")]
    words: Option<Vec<Text<64>>>,
    #[deserr(default)]
    minimum: Option<f64>,
    #[deserr(default)]
    maximum: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    String,
    Integer,
    Number,
    Boolean,
}

impl Type {
    const WORDS: &'static [&'static str] = &["string", "integer", "number", "boolean"];

    fn parse(word: &str) -> Result<Self, Reason> {
        match word {
            "string" => Ok(Self::String),
            "integer" => Ok(Self::Integer),
            "number" => Ok(Self::Number),
            "boolean" => Ok(Self::Boolean),
            _ => Err(Flaw::NotOneOf { allowed: Self::WORDS }.into()),
        }
    }
}

fn edition_of(given: Option<String>) -> Result<(), Reason> {
    if given.is_none_or(|given| given == EDITION) { Ok(()) } else { Err(Flaw::NotOneOf { allowed: &[EDITION] }.into()) }
}

fn object(given: &str) -> Result<(), Reason> {
    if given == "object" { Ok(()) } else { Err(Flaw::NotOneOf { allowed: &["object"] }.into()) }
}

fn closed(given: Option<bool>) -> Result<(), Reason> {
    if given == Some(true) { Err(Flaw::NotOneOf { allowed: &["false"] }.into()) } else { Ok(()) }
}

fn format_of(given: Option<String>) -> Result<Option<&'static str>, Reason> {
    let known = |word| if word == "email" { Ok("email") } else { Err(Flaw::NotOneOf { allowed: &["email"] }.into()) };
    given.map(known).transpose()
}

impl SchemaBody {
    /// The attributes, in the order of `properties`; what is wrong is noted below `at`.
    pub(crate) fn attributes(self, at: &Pointer, faults: &mut Faults) -> Attributes {
        let Self { required, properties: Members(properties), .. } = self;
        let within = 1..=MAX_ATTRIBUTES;
        if !within.contains(&properties.len()) {
            let reason = Reason::new("wrong_length", format!("must have 1 to {MAX_ATTRIBUTES} members"));
            faults.body(&at.child("properties"), reason);
        }
        for (position, name) in required.iter().enumerate() {
            let place = at.child("required").child(position);
            if required.iter().take(position).any(|earlier| earlier == name) {
                faults.body(&place, Flaw::Repeated { kind: "attribute" });
            }
            if !properties.iter().any(|(known, _)| known == name) {
                faults.body(&place, Reason::new("not_allowed", "is none of the properties"));
            }
        }
        let attribute = |(name, property): (AttributeName, PropertyBody)| {
            let required = required.contains(&name);
            property.attribute(&at.child("properties").child(&name), name, required, faults)
        };
        Attributes(properties.into_iter().map(attribute).collect())
    }
}

impl PropertyBody {
    fn attribute(self, at: &Pointer, name: AttributeName, required: bool, faults: &mut Faults) -> Attribute {
        self.check_keywords(at, faults);
        let Self { kind, title, description, min_length, max_length, format, words, minimum, maximum } = self;
        let email = format.is_some();
        let longest = if email { u16::try_from(Email::MAX).unwrap_or(MAX_CHARACTERS) } else { MAX_CHARACTERS };
        let (least, most) = (min_length.unwrap_or(0), max_length.unwrap_or(longest));
        if most > longest {
            faults.body(&at.child("maxLength"), Flaw::Beyond { bound: format!("at most {longest}") });
        }
        if least > most || minimum.zip(maximum).is_some_and(|(minimum, maximum)| minimum > maximum) {
            faults.body(at, Flaw::Inconsistent { rule: "has a lower bound above the upper one: no value would do" });
        }
        let mut number = |member: &str, bound: Option<f64>| {
            let bound = bound?;
            if !NUMBERS.contains(&bound) {
                faults.body(&at.child(member), Flaw::Beyond { bound: "between -1e15 and 1e15".into() });
            } else if kind == Type::Integer && bound.fract() != 0.0 {
                faults.body(&at.child(member), Flaw::WholeNumber);
            }
            Some(bound)
        };
        let (minimum, maximum) = (number("minimum", minimum), number("maximum", maximum));
        let values = match kind {
            Type::String => match words {
                Some(words) => Values::Words(words),
                None => Values::Text { least, most, email },
            },
            Type::Integer => Values::Whole { least: minimum.map(whole), most: maximum.map(whole) },
            Type::Number => Values::Number { least: minimum, most: maximum },
            Type::Boolean => Values::Truth,
        };
        Attribute { name, title, description, required, values }
    }

    /// Whether each keyword says something of the type, and the words are some.
    fn check_keywords(&self, at: &Pointer, faults: &mut Faults) {
        let text = self.kind == Type::String && self.words.is_none();
        let number = matches!(self.kind, Type::Integer | Type::Number);
        for (keyword, given, fits) in [
            ("minLength", self.min_length.is_some(), text),
            ("maxLength", self.max_length.is_some(), text),
            ("format", self.format.is_some(), text),
            ("enum", self.words.is_some(), self.kind == Type::String),
            ("minimum", self.minimum.is_some(), number),
            ("maximum", self.maximum.is_some(), number),
        ] {
            if given && !fits {
                let reason = Reason::new("not_allowed", "says nothing of a property like this one; take it out");
                faults.body(&at.child(keyword), reason);
            }
        }
        let Some(words) = &self.words else { return };
        if !(1..=MAX_WORDS).contains(&words.len()) {
            let reason = Reason::new("wrong_length", format!("must have 1 to {MAX_WORDS} elements"));
            faults.body(&at.child("enum"), reason);
        }
        for (position, word) in words.iter().enumerate() {
            if words.iter().take(position).any(|earlier| earlier == word) {
                faults.body(&at.child("enum").child(position), Flaw::Repeated { kind: "word" });
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "bounds within 1e15 are taken alone")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// Members of an object, by names of attributes, in their order.
#[derive(Debug)]
pub struct Members<T>(pub Vec<(AttributeName, T)>);

impl<T: Deserr<Faults>> Deserr<Faults> for Members<T> {
    fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        use deserr::{DeserializeError, ErrorKind, Map as _, ValueKind};
        let Node::Map(map) = value else {
            let wrong = ErrorKind::IncorrectValueKind { actual: value, accepted: &[ValueKind::Map] };
            return Err(take_cf_content(Faults::error(None, wrong, at)));
        };
        let (mut members, mut faults) = (Vec::new(), Faults::default());
        for (key, value) in map.into_iter() {
            match AttributeName::parse(&key) {
                Ok(name) => match T::deserialize_from_value(value.into_value(), at.push_key(&key)) {
                    Ok(member) => members.push((name, member)),
                    Err(found) => faults.extend(found),
                },
                Err(flaw) => faults.body(&body::pointer(at).child(&key), flaw),
            }
        }
        if faults.is_empty() { Ok(Self(members)) } else { Err(faults) }
    }
}

/// A value, as it is read.
#[derive(Debug)]
pub struct ValueBody(pub AttributeValue);

impl Deserr<Faults> for ValueBody {
    fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let faulty = |reason: Reason| {
            let mut faults = Faults::default();
            faults.body(&body::pointer(at), reason);
            Err(faults)
        };
        let value = match Value::from(value) {
            Value::Bool(truth) => AttributeValue::Truth(truth),
            Value::String(text) => AttributeValue::Text(text),
            Value::Number(number) => match number.as_f64().filter(|number| NUMBERS.contains(number)) {
                // 7.0 is a whole number to JSON Schema.
                Some(number) if number.fract() == 0.0 => AttributeValue::Whole(whole(number)),
                Some(number) => AttributeValue::Number(number),
                None => return faulty(Flaw::Beyond { bound: "between -1e15 and 1e15".into() }.into()),
            },
            other => return faulty(Reason::wrong_type("a string, a number, true or false", &other)),
        };
        Ok(Self(value))
    }
}

/// The schema of attributes, as it is written.
#[must_use]
pub fn written(attributes: &Attributes) -> Value {
    let required: Vec<_> = attributes.0.iter().filter(|it| it.required).map(|it| it.name.as_str()).collect();
    let properties: Map<_, _> =
        attributes.0.iter().map(|attribute| (attribute.name.to_string(), property(attribute))).collect();
    json!({
        "$schema": EDITION,
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn property(attribute: &Attribute) -> Value {
    let mut members = Map::new();
    let mut set = |keyword: &str, value: Value| members.insert(keyword.to_owned(), value);
    let kind = match &attribute.values {
        Values::Text { .. } | Values::Words(_) => "string",
        Values::Whole { .. } => "integer",
        Values::Number { .. } => "number",
        Values::Truth => "boolean",
    };
    set("type", kind.into());
    set("title", attribute.title.as_str().into());
    if let Some(description) = &attribute.description {
        set("description", description.as_str().into());
    }
    let mut bound = |keyword: &str, value: Option<Value>| value.map(|value| set(keyword, value));
    match &attribute.values {
        Values::Text { least, most, email } => {
            bound("minLength", Some(*least).filter(|least| *least > 0).map(Value::from));
            bound("maxLength", Some((*most).into()));
            bound("format", email.then(|| "email".into()));
        }
        Values::Words(words) => {
            bound("enum", Some(words.iter().map(Text::as_str).collect()));
        }
        Values::Whole { least, most } => {
            bound("minimum", least.map(Value::from));
            bound("maximum", most.map(Value::from));
        }
        Values::Number { least, most } => {
            bound("minimum", least.map(number));
            bound("maximum", most.map(number));
        }
        Values::Truth => {}
    }
    members.into()
}

/// A whole number without a point, as it was given.
pub(crate) fn number(number: f64) -> Value {
    if number.fract() == 0.0 && NUMBERS.contains(&number) { whole(number).into() } else { number.into() }
}
