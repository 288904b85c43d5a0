//! Reading a body member by member, so that every fault is heard of at once.
//!
//! A derived deserialiser stops at the first fault. This reader notes the fault and goes on: what
//! could be read comes back as `Some`, and the rules that span several values still run on it.

use serde_json::{Map, Value};
use wattbook_domain::Flaw;

use crate::fault::{Faults, Pointer, Reason};

/// The members of an object, or what stands in for them where there is no object.
pub struct Members<'v> {
    path: Pointer,
    object: Option<&'v Map<String, Value>>,
    known: Vec<&'static str>,
}

impl<'v> Members<'v> {
    /// The members of `value`, which must be an object.
    pub fn of(path: Pointer, value: &'v Value, faults: &mut Faults) -> Self {
        let object = value.as_object();
        if object.is_none() {
            faults.body(&path, Reason::wrong_type("an object", value));
        }
        Self { path, object, known: Vec::new() }
    }

    /// Where the object stands.
    #[must_use]
    pub fn path(&self) -> &Pointer {
        &self.path
    }

    /// Whether a member is there and not `null`.
    #[must_use]
    pub fn states(&self, name: &str) -> bool {
        self.object.and_then(|object| object.get(name)).is_some_and(|value| !value.is_null())
    }

    /// A member that must be there.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&'v Value) -> Result<T, Reason>,
        faults: &mut Faults,
    ) -> Option<T> {
        let Some(value) = self.find(name) else {
            self.missing(name, faults);
            return None;
        };
        self.parse(name, value, parse, faults)
    }

    /// A member that must be there; `null` is the same as absent.
    pub fn stated<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&'v Value) -> Result<T, Reason>,
        faults: &mut Faults,
    ) -> Option<T> {
        if !self.states(name) {
            self.missing(name, faults);
        }
        self.optional(name, parse, faults)
    }

    /// A member that may be absent; `null` is the same as absent.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&'v Value) -> Result<T, Reason>,
        faults: &mut Faults,
    ) -> Option<T> {
        let value = self.find(name).filter(|value| !value.is_null())?;
        self.parse(name, value, parse, faults)
    }

    /// An object that must be there. Where it is not, that is the fault, and not its members.
    #[must_use]
    pub fn required_object(&mut self, name: &'static str, faults: &mut Faults) -> Members<'v> {
        let path = self.path.child(name);
        if let Some(value) = self.find(name) {
            return Members::of(path, value, faults);
        }
        self.missing(name, faults);
        Members { path, object: None, known: Vec::new() }
    }

    /// An object that may be absent.
    pub fn optional_object(&mut self, name: &'static str, faults: &mut Faults) -> Option<Members<'v>> {
        let value = self.find(name).filter(|value| !value.is_null())?;
        Some(Members::of(self.path.child(name), value, faults))
    }

    /// A list of objects that must have at least one.
    pub fn required_list(&mut self, name: &'static str, faults: &mut Faults) -> Vec<Members<'v>> {
        if self.find(name).is_none() {
            self.missing(name, faults);
            return Vec::new();
        }
        let list = self.list(name, faults);
        if list.is_empty() {
            faults.body(&self.path.child(name), Reason::new("too_few", "must have at least one element"));
        }
        list
    }

    /// A list of objects that may be absent or empty.
    pub fn optional_list(&mut self, name: &'static str, faults: &mut Faults) -> Vec<Members<'v>> {
        match self.find(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(_) => self.list(name, faults),
        }
    }

    /// Refuses the members that nobody asked for, each by its path.
    pub fn close(self, faults: &mut Faults) {
        let names = self.object.into_iter().flat_map(Map::keys);
        for name in names.filter(|name| !self.known.contains(&name.as_str())) {
            let message = format!("is not known here; known are {}", self.known.join(", "));
            faults.body(&self.path.child(name), Reason::new("unknown_member", message));
        }
    }

    fn list(&self, name: &'static str, faults: &mut Faults) -> Vec<Members<'v>> {
        let path = self.path.child(name);
        match self.object.and_then(|object| object.get(name)) {
            Some(Value::Array(elements)) => {
                let element = |(i, value)| Members::of(path.child(i), value, faults);
                elements.iter().enumerate().map(element).collect()
            }
            Some(value) => {
                faults.body(&path, Reason::wrong_type("an array", value));
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    fn find(&mut self, name: &'static str) -> Option<&'v Value> {
        self.known.push(name);
        self.object?.get(name)
    }

    fn missing(&self, name: &'static str, faults: &mut Faults) {
        // Without an object its members are not what is missing.
        if self.object.is_some() {
            faults.body(&self.path.child(name), Reason::required());
        }
    }

    fn parse<T>(
        &self,
        name: &'static str,
        value: &'v Value,
        parse: impl FnOnce(&'v Value) -> Result<T, Reason>,
        faults: &mut Faults,
    ) -> Option<T> {
        parse(value).map_err(|reason| faults.body(&self.path.child(name), reason)).ok()
    }
}

/// Reads a string, and from it a value of the domain.
pub fn text<T>(parse: impl FnOnce(&str) -> Result<T, Flaw>) -> impl FnOnce(&Value) -> Result<T, Reason> {
    |value| match value {
        Value::String(text) => parse(text).map_err(Reason::from),
        other => Err(Reason::wrong_type("a string", other)),
    }
}

/// Reads a boolean.
///
/// # Errors
/// It is of another type; `"true"` in quotes is.
pub fn boolean(value: &Value) -> Result<bool, Reason> {
    value.as_bool().ok_or_else(|| Reason::wrong_type("true or false", value))
}

/// Query parameters, read the same way. One that is given twice or that nobody asked for is a fault.
pub struct Parameters<'q> {
    pairs: &'q [(String, String)],
    known: Vec<&'static str>,
}

impl<'q> Parameters<'q> {
    /// Over decoded pairs.
    #[must_use]
    pub fn new(pairs: &'q [(String, String)]) -> Self {
        Self { pairs, known: Vec::new() }
    }

    /// A parameter that may be absent.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Reason>,
        faults: &mut Faults,
    ) -> Option<T> {
        self.known.push(name);
        let mut values = self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        let value = values.next()?;
        if values.next().is_some() {
            faults.query(name, Reason::new("repeated_parameter", "must be given once"));
            return None;
        }
        parse(value).map_err(|reason| faults.query(name, reason)).ok()
    }

    /// A parameter that must be there.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Reason>,
        faults: &mut Faults,
    ) -> Option<T> {
        if !self.pairs.iter().any(|(key, _)| key == name) {
            faults.query(name, Reason::required());
        }
        self.optional(name, parse, faults)
    }

    /// The first value under a name, as it came.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&'q str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A switch: `true` or `false`, absent is `false`.
    pub fn switch(&mut self, name: &'static str, faults: &mut Faults) -> bool {
        let words = |value: &str| match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Flaw::NotOneOf { allowed: &["true", "false"] }.into()),
        };
        self.optional(name, words, faults).unwrap_or(false)
    }

    /// The parameters that were asked for so far and are there, as they came.
    pub fn given(&self) -> impl Iterator<Item = (&'q str, &'q str)> {
        let known = |(name, _): &&(String, String)| self.known.contains(&name.as_str());
        self.pairs.iter().filter(known).map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Refuses the parameters that nobody asked for.
    pub fn close(self, faults: &mut Faults) {
        for (name, _) in self.pairs.iter().filter(|(name, _)| !self.known.contains(&name.as_str())) {
            let message = if self.known.is_empty() {
                "is not known here; this operation takes no query parameters".to_owned()
            } else {
                format!("is not known here; known are {}", self.known.join(", "))
            };
            faults.query(name, Reason::new("unknown_parameter", message));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wattbook_domain::Name;

    use super::*;
    use crate::fault::Location;

    fn paths(faults: &Faults) -> Vec<(String, &'static str)> {
        let show = |location: &Location| match location {
            Location::Body(path) => path.as_str().to_owned(),
            Location::Query(name) => format!("?{name}"),
            Location::Header(name) => (*name).to_owned(),
        };
        faults.list().iter().map(|fault| (show(&fault.location), fault.reason.code)).collect()
    }

    #[test]
    fn notes_every_fault_and_reads_the_rest() {
        let body = json!({"a": 1, "b": "ok", "d": null, "extra": [], "list": [{"x": true}, 7]});
        let mut faults = Faults::default();
        let mut members = Members::of(Pointer::root(), &body, &mut faults);
        assert_eq!(members.required("a", text(Name::parse), &mut faults), None);
        assert_eq!(members.required("b", text(Name::parse), &mut faults), Name::parse("ok").ok());
        assert_eq!(members.required("c", text(Name::parse), &mut faults), None);
        assert_eq!(members.required("d", text(Name::parse), &mut faults), None);
        assert_eq!(members.optional("d", text(Name::parse), &mut faults), None);
        let mut absent = members.required_object("object", &mut faults);
        assert_eq!(absent.required("inner", boolean, &mut faults), None);
        for mut element in members.required_list("list", &mut faults) {
            element.optional("x", text(Name::parse), &mut faults);
            element.close(&mut faults);
        }
        members.close(&mut faults);
        let expected = [
            ("/a", "wrong_type"),
            ("/c", "required"),
            ("/d", "wrong_type"),
            ("/object", "required"),
            ("/list/1", "wrong_type"),
            ("/list/0/x", "wrong_type"),
            ("/extra", "unknown_member"),
        ];
        assert_eq!(paths(&faults), expected.map(|(path, code)| (path.to_owned(), code)));
    }

    #[test]
    fn parameters_are_as_strict() {
        let pairs: Vec<(String, String)> =
            [("a", "1"), ("a", "2"), ("b", "yes"), ("c", "x")].map(|(k, v)| (k.into(), v.into())).into();
        let mut faults = Faults::default();
        let mut parameters = Parameters::new(&pairs);
        assert!(!parameters.switch("a", &mut faults));
        assert!(!parameters.switch("b", &mut faults));
        parameters.close(&mut faults);
        let expected = [("?a", "repeated_parameter"), ("?b", "not_allowed"), ("?c", "unknown_parameter")];
        assert_eq!(paths(&faults), expected.map(|(path, code)| (path.to_owned(), code)));
    }
}
