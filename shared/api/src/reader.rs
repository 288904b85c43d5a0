//! Query parameters: every fault of them is heard of at once.

use wattbook_domain::Flaw;

use crate::fault::{Faults, Reason};

/// Query parameters. One that is given twice or that nobody asked for is a fault.
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
        parse(value).map_err(|reason| faults.query(name, with_plus(value, reason))).ok()
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

    /// All of them, as they came.
    pub fn pairs(&self) -> impl Iterator<Item = (&'q str, &'q str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A switch: `true` or `false`, absent is `false`.
    pub fn switch(&mut self, name: &'static str, faults: &mut Faults) -> bool {
        let words = |value: &str| match value {
            // As they are written in .NET, too.
            "true" | "True" => Ok(true),
            "false" | "False" => Ok(false),
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

/// Why a value is refused, and whether that may be for a plus sign that came as a space: as it stands in many an
/// e-mail, id and time.
fn with_plus(value: &str, reason: Reason) -> Reason {
    if !value.contains(' ') {
        return reason;
    }
    let message = format!("{}; mind that + means a space in a query: a plus sign is written %2B", reason.message);
    Reason { message, ..reason }
}

#[cfg(test)]
mod tests {
    use wattbook_domain::Email;

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

    #[test]
    fn a_plus_sign_that_came_as_a_space_is_told_of() {
        let said = |value: &str| {
            let (pairs, mut faults) = ([("email".to_owned(), value.to_owned())], Faults::default());
            let parse = |raw: &str| Email::parse(raw).map_err(Reason::from);
            Parameters::new(&pairs).optional("email", parse, &mut faults);
            faults.list().first().map(|fault| fault.reason.message.contains("%2B"))
        };
        assert_eq!(said("jo solar@example.com"), Some(true));
        assert_eq!(said(" 31@example.com"), Some(true));
        assert_eq!(said("jo.example.com"), Some(false));
        assert_eq!(said("jo+solar@example.com"), None);
    }
}
