//! What a manufacturer asks for of a device: a part of what JSON Schema can say, which a form can be drawn of.

use std::{borrow::Borrow, collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{Email, Flaw, Text};

/// The most attributes that one manufacturer asks for.
pub const MAX_ATTRIBUTES: usize = 30;

/// The most words that an attribute is one of.
pub const MAX_WORDS: usize = 50;

/// The most characters of a value.
pub const MAX_CHARACTERS: u16 = 1000;

/// The name of an attribute: 1 to 40 letters and digits of ASCII, beginning with a small letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttributeName(String);

impl AttributeName {
    /// Takes a name of that form.
    ///
    /// # Errors
    /// It has another form.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let begins = raw.starts_with(|c: char| c.is_ascii_lowercase());
        let fits = begins && raw.len() <= 40 && raw.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(raw.to_owned())) } else { Err(Flaw::AttributeName) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for AttributeName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The attributes, in the order in which people are asked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(pub Vec<Attribute>);

/// One attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name, for programs.
    pub name: AttributeName,
    /// What it is called, for people.
    pub title: Text<64>,
    /// What else there is to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<500>>,
    /// Whether there is no going without.
    pub required: bool,
    /// Which values it has.
    pub values: Values,
}

/// Which values an attribute has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// Text of so many characters.
    Text {
        /// The fewest.
        least: u16,
        /// The most.
        most: u16,
        /// Whether it is an e-mail address.
        email: bool,
    },
    /// One of these words.
    Words(Vec<Text<64>>),
    /// A whole number.
    Whole {
        /// The least one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<i64>,
        /// The greatest one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<i64>,
    },
    /// Any number.
    Number {
        /// The least one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<f64>,
        /// The greatest one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<f64>,
    },
    /// Yes or no.
    Truth,
}

/// A value that somebody states.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AttributeValue {
    /// Yes or no.
    Truth(bool),
    /// A whole number.
    Whole(i64),
    /// Another number.
    Number(f64),
    /// Text.
    Text(String),
}

impl Attribute {
    /// Whether it is text that has to be there.
    #[must_use]
    pub const fn is_required_text(&self) -> bool {
        self.required && matches!(self.values, Values::Text { .. })
    }
}

impl Attributes {
    /// The one of that name.
    #[must_use]
    pub fn get(&self, name: &AttributeName) -> Option<&Attribute> {
        self.0.iter().find(|attribute| attribute.name == *name)
    }

    /// Every flaw of the values that are stated: of those that are there, and of those that are missing.
    #[must_use]
    pub fn check(&self, values: &BTreeMap<AttributeName, AttributeValue>) -> Vec<(AttributeName, Flaw)> {
        let mut flaws = Vec::new();
        for attribute in &self.0 {
            let flaw = match values.get(&attribute.name) {
                Some(value) => attribute.values.check(value).err(),
                None => attribute.required.then_some(Flaw::Required),
            };
            flaws.extend(flaw.map(|flaw| (attribute.name.clone(), flaw)));
        }
        let unknown = values.keys().filter(|name| self.get(name).is_none());
        flaws.extend(unknown.map(|name| (name.clone(), Flaw::UnknownAttribute { known: self.names() })));
        flaws
    }

    fn names(&self) -> String {
        self.0.iter().map(|attribute| attribute.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

impl Values {
    /// Takes a value that is one of these.
    ///
    /// # Errors
    /// It is none.
    pub fn check(&self, value: &AttributeValue) -> Result<(), Flaw> {
        match (self, value) {
            (Self::Text { least, most, email }, AttributeValue::Text(text)) => check_text(text, *least, *most, *email),
            (Self::Words(words), AttributeValue::Text(text)) if words.iter().any(|word| word.as_str() == text) => {
                Ok(())
            }
            (Self::Words(words), AttributeValue::Text(_)) => {
                let allowed = words.iter().map(Text::as_str).collect::<Vec<_>>().join(", ");
                Err(Flaw::NotAmong { allowed })
            }
            (Self::Whole { least, most }, AttributeValue::Whole(number)) => {
                within(number, least.as_ref(), most.as_ref())
            }
            #[expect(clippy::cast_precision_loss, reason = "bounds of numbers that people state are far below 2^52")]
            (Self::Number { least, most }, AttributeValue::Whole(number)) => {
                within(&(*number as f64), least.as_ref(), most.as_ref())
            }
            (Self::Number { least, most }, AttributeValue::Number(number)) => {
                within(number, least.as_ref(), most.as_ref())
            }
            (Self::Truth, AttributeValue::Truth(_)) => Ok(()),
            (Self::Text { .. } | Self::Words(_), _) => Err(Flaw::OfAnotherType { expected: "a string" }),
            (Self::Whole { .. }, _) => Err(Flaw::OfAnotherType { expected: "a whole number" }),
            (Self::Number { .. }, _) => Err(Flaw::OfAnotherType { expected: "a number" }),
            (Self::Truth, _) => Err(Flaw::OfAnotherType { expected: "true or false" }),
        }
    }
}

fn check_text(text: &str, least: u16, most: u16, email: bool) -> Result<(), Flaw> {
    let characters = text.chars().count();
    if characters > usize::from(most) {
        return Err(Flaw::TooLong { max: usize::from(most) });
    }
    if characters < usize::from(least) {
        return Err(Flaw::TooShort { min: usize::from(least) });
    }
    if email { Email::parse(text).map(|_| ()) } else { Ok(()) }
}

fn within<T: PartialOrd + fmt::Display>(number: &T, least: Option<&T>, most: Option<&T>) -> Result<(), Flaw> {
    if let Some(least) = least.filter(|least| number < *least) {
        return Err(Flaw::Beyond { bound: format!("at least {least}") });
    }
    match most.filter(|most| number > *most) {
        Some(most) => Err(Flaw::Beyond { bound: format!("at most {most}") }),
        None => Ok(()),
    }
}
