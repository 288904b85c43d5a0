//! Faults of a request: each with a code, a place, and what to do.

use std::fmt;

use serde_json::Value;
use wattbook_domain::Flaw;

/// A JSON Pointer (RFC 6901) into the caller's body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pointer(String);

impl Pointer {
    /// The whole body.
    #[must_use]
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// The member or element `token` of what this one points at.
    #[must_use]
    pub fn child(&self, token: impl fmt::Display) -> Self {
        let token = token.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{token}", self.0))
    }

    /// What `below` points at, below what this one points at.
    #[must_use]
    pub fn joined(&self, below: &Self) -> Self {
        Self(format!("{}{}", self.0, below.0))
    }

    /// What this one is below `prefix`; the root if it is not below it.
    #[must_use]
    pub fn below(&self, prefix: &str) -> Self {
        Self(self.0.strip_prefix(prefix).unwrap_or_default().to_owned())
    }

    /// What this one is below some element of the list at `prefix`.
    #[must_use]
    pub fn below_element(&self, prefix: &str) -> Self {
        let element = self.below(prefix);
        Self(element.0.splitn(3, '/').nth(2).map(|rest| format!("/{rest}")).unwrap_or_default())
    }

    /// The pointer as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The position in `document` of what this points at, for comparing: by member order, not by
    /// name. What is absent stands after what is there.
    fn rank(&self, document: &Value) -> Vec<usize> {
        let mut rank = Vec::new();
        let mut here = Some(document);
        for token in self.0.split('/').skip(1) {
            let name = token.replace("~1", "/").replace("~0", "~");
            let (position, next) = match here {
                Some(Value::Object(members)) => (members.keys().position(|key| *key == name), members.get(&name)),
                Some(Value::Array(elements)) => {
                    let index = name.parse().ok();
                    (index, index.and_then(|index: usize| elements.get(index)))
                }
                _ => (None, None),
            };
            rank.push(position.unwrap_or(usize::MAX));
            here = next;
        }
        rank
    }
}

/// Where in a request a fault is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In the body.
    Body(Pointer),
    /// In the query parameter of this name.
    Query(String),
    /// In the header of this name.
    Header(&'static str),
}

/// Why something is refused, without the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// A stable code for programs.
    pub code: &'static str,
    /// What to do, for people.
    pub message: String,
}

impl Reason {
    /// A reason in words.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Something mandatory is absent.
    #[must_use]
    pub fn required() -> Self {
        Self::new("required", "is required")
    }

    /// Something is of another JSON type.
    #[must_use]
    pub fn wrong_type(expected: &str, found: &Value) -> Self {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        Self::new("wrong_type", format!("must be {expected}, not {found}"))
    }
}

impl From<Flaw> for Reason {
    fn from(flaw: Flaw) -> Self {
        Self { code: flaw.code(), message: flaw.to_string() }
    }
}

/// One fault of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub location: Location,
    /// Why it is one.
    pub reason: Reason,
}

/// The faults of a request, as they are found.
#[derive(Debug, Default)]
pub struct Faults {
    found: Vec<Fault>,
    omitted: usize,
}

impl Faults {
    /// The most faults one answer lists. A body of a megabyte can have more of them than an answer
    /// could carry.
    pub const MAX: usize = 500;

    /// Adds a fault in the body. A place that is faulty already gets no second one: the first says
    /// what to mend.
    pub fn body(&mut self, path: &Pointer, reason: impl Into<Reason>) {
        self.add(Location::Body(path.clone()), reason.into());
    }

    /// Adds a fault in a query parameter.
    pub fn query(&mut self, name: &str, reason: impl Into<Reason>) {
        self.add(Location::Query(name.to_owned()), reason.into());
    }

    /// Adds a fault in a header.
    pub fn header(&mut self, name: &'static str, reason: impl Into<Reason>) {
        self.add(Location::Header(name), reason.into());
    }

    fn add(&mut self, location: Location, reason: Reason) {
        if self.found.len() >= Self::MAX {
            self.omitted += 1;
        } else if !self.found.iter().any(|fault| fault.location == location) {
            self.found.push(Fault { location, reason });
        }
    }

    /// Adds those of another part of the request.
    pub fn extend(&mut self, other: Self) {
        self.omitted += other.omitted;
        for fault in other.found {
            self.add(fault.location, fault.reason);
        }
    }

    /// Those of a part of the body, which is at `place` of it.
    #[must_use]
    pub fn below(mut self, place: &Pointer) -> Self {
        for fault in &mut self.found {
            if let Location::Body(path) = &mut fault.location {
                *path = place.joined(path);
            }
        }
        self
    }

    /// Goes on if there is none.
    ///
    /// # Errors
    /// There are faults.
    pub fn none(self) -> Result<(), crate::Failure> {
        if self.is_empty() { Ok(()) } else { Err(crate::Failure::Faults(self)) }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The faults found, those outside the body first.
    #[must_use]
    pub fn list(&self) -> &[Fault] {
        &self.found
    }

    /// How many were found beyond [`Self::MAX`].
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }

    /// Puts the faults of the body into the order in which they stand in `document`.
    pub fn sort_by(&mut self, document: &Value) {
        self.found.sort_by_cached_key(|fault| match &fault.location {
            Location::Body(path) => (1, path.rank(document)),
            _ => (0, Vec::new()),
        });
    }
}

/// Puts things that each point into `document` into the order in which they stand there.
pub fn in_document_order<T>(things: &mut [T], document: &Value, pointer: impl Fn(&T) -> &Pointer) {
    things.sort_by_cached_key(|thing| pointer(thing).rank(document));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn escapes_tokens_and_orders_by_the_document() {
        assert_eq!(Pointer::root().child("a/b").child("~").child(0).as_str(), "/a~1b/~0/0");
        let document = json!({"z": [1, {"b": 1, "a/x": 2}], "a": 3});
        let at = |path: &[&str]| path.iter().fold(Pointer::root(), |pointer, token| pointer.child(token));
        let mut pointers =
            vec![at(&["a"]), at(&["missing"]), at(&["z", "1", "a/x"]), at(&["z", "1", "b"]), at(&["z", "0"])];
        in_document_order(&mut pointers, &document, |pointer| pointer);
        let order: Vec<_> = pointers.iter().map(Pointer::as_str).collect();
        assert_eq!(order, ["/z/0", "/z/1/b", "/z/1/a~1x", "/a", "/missing"]);
    }

    #[test]
    fn says_one_thing_about_one_place_and_caps_the_list() {
        let mut faults = Faults::default();
        faults.body(&Pointer::root(), Flaw::Empty);
        faults.body(&Pointer::root(), Flaw::Email);
        assert_eq!(faults.list().len(), 1);
        for i in 0..Faults::MAX + 10 {
            faults.body(&Pointer::root().child(i), Flaw::Empty);
        }
        assert_eq!((faults.list().len(), faults.omitted()), (Faults::MAX, 11));
    }
}
