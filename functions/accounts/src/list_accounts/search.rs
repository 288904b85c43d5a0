//! Which accounts a request is about: what a search and the filters say of an entry.

use regex::{Regex, RegexBuilder};
use wattbook_api::fault::Reason;
use wattbook_domain::{
    ListField,
    listed::{folded, same},
};
use wattbook_store::{keys::MAX_LISTED_NAME_BYTES, listing::Entry};

/// The most that a compiled expression may take, in bytes. It bounds the time that each letter takes.
const REGEX_BYTES: usize = 256 * 1024;
/// The deepest that groups may stand in each other.
const REGEX_DEPTH: u32 = 50;

/// What a field is compared with.
pub(crate) enum Pattern {
    /// A text, folded, that it contains, or begins or ends with, or both.
    Text {
        /// The text.
        text: String,
        /// Whether it must begin with it.
        starts: bool,
        /// Whether it must end with it.
        ends: bool,
    },
    /// An expression that matches somewhere in it.
    Regex(Regex),
}

impl Pattern {
    /// An expression of the crate `regex`: no look-around and no back references, so that the time it takes
    /// grows with the text and never explodes.
    pub(crate) fn regex(raw: &str) -> Result<Self, Reason> {
        let mut builder = RegexBuilder::new(raw);
        builder.case_insensitive(true).size_limit(REGEX_BYTES).nest_limit(REGEX_DEPTH);
        builder.build().map(Self::Regex).map_err(|error| {
            // The last line says what is wrong; those before show where, drawn for a terminal.
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let message = if matches!(error, regex::Error::CompiledTooBig(_)) {
                "would take too much; make it simpler".to_owned()
            } else {
                format!("is not a regular expression that is known here: {last}")
            };
            Reason::new("invalid_expression", message)
        })
    }

    fn matches(&self, value: &str) -> bool {
        match self {
            Self::Regex(regex) => regex.is_match(value),
            Self::Text { text, starts, ends } => {
                let value = folded(value);
                match (starts, ends) {
                    (false, false) => value.contains(text.as_str()),
                    _ => (!starts || value.starts_with(text.as_str())) && (!ends || value.ends_with(text.as_str())),
                }
            }
        }
    }
}

/// What a search looks for, and where: one of the fields is enough.
pub(crate) struct Search {
    pub(crate) pattern: Pattern,
    pub(crate) on: Vec<ListField>,
}

/// What an account must have in order to be listed.
#[derive(Default)]
pub(crate) struct Criteria {
    /// What its folded name begins with: a part of the index's key, which costs nothing to find.
    pub(crate) prefix: String,
    search: Option<Search>,
    equal: Vec<(ListField, String)>,
}

impl Criteria {
    pub(crate) fn new(search: Option<Search>, equal: Vec<(ListField, String)>) -> Self {
        let prefix = match &search {
            Some(Search { pattern: Pattern::Text { text, starts: true, ends }, on })
                if on.as_slice() == [ListField::AccountName] && text.len() <= MAX_LISTED_NAME_BYTES =>
            {
                Some((text.clone(), *ends))
            }
            _ => None,
        };
        match prefix {
            Some((prefix, false)) => Self { prefix, search: None, equal },
            Some((prefix, true)) => Self { prefix, search, equal },
            None => Self { prefix: String::new(), search, equal },
        }
    }

    /// Whether an entry has to be looked into.
    pub(crate) fn look_inside(&self) -> bool {
        self.search.is_some() || !self.equal.is_empty()
    }

    /// The fields that decide.
    pub(crate) fn fields(&self) -> Vec<ListField> {
        let searched = self.search.iter().flat_map(|search| search.on.iter().copied());
        let mut fields: Vec<_> = searched.chain(self.equal.iter().map(|(field, _)| *field)).collect();
        fields.sort_unstable_by_key(|field| field.word());
        fields.dedup();
        fields
    }

    /// Whether an entry is one of those that are sought, but for the prefix.
    pub(crate) fn match_inside(&self, entry: &Entry) -> bool {
        let found = |search: &Search| {
            search.on.iter().any(|field| entry.get(*field).is_some_and(|value| search.pattern.matches(value)))
        };
        let equal = |(field, value): &(ListField, String)| entry.get(*field).is_some_and(|known| same(known, value));
        self.equal.iter().all(equal) && self.search.as_ref().is_none_or(found)
    }

    /// Whether an entry is one of those that are sought.
    pub(crate) fn matches(&self, entry: &Entry) -> bool {
        let name = || folded(entry.get(ListField::AccountName).unwrap_or_default());
        (self.prefix.is_empty() || name().starts_with(&self.prefix)) && self.match_inside(entry)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn texts_are_compared_without_case() {
        let text = |starts, ends| Pattern::Text { text: folded("Peet"), starts, ends };
        for (value, starts, ends, expected) in [
            ("COFFEE AT PEET'S", false, false, true),
            ("coffee", false, false, false),
            ("PEET's", true, false, true),
            ("At Peet's", true, false, false),
            ("at peet", false, true, true),
            ("peet at peet", true, true, true),
            ("peet's", true, true, false),
        ] {
            assert_eq!(text(starts, ends).matches(value), expected, "{value} {starts} {ends}");
        }
    }

    #[test]
    fn an_expression_is_known_without_case_and_takes_linear_time() {
        assert!(Pattern::regex("^STAR.*s$").is_ok_and(|it| it.matches("Starbucks")));
        assert!(Pattern::regex(r"é\s\d{2}\b").is_ok_and(|it| it.matches("CAFÉ 12")));
        let began = Instant::now();
        assert!(Pattern::regex("(a+)+$").is_ok_and(|it| !it.matches(&format!("{}!", "a".repeat(10_000)))));
        assert!(began.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn an_expression_that_cannot_be_used_is_refused_in_a_line() {
        for raw in ["(", "a{2,1}", "*", "[z-a]", r"(?=x)", r"(a)\1", &"(".repeat(200), r"(\w{500}){500}", r"\pX"] {
            let reason = Pattern::regex(raw).err().unwrap();
            assert_eq!(reason.code, "invalid_expression");
            assert!(!reason.message.contains('\n') && reason.message.len() < 200, "{raw}: {}", reason.message);
        }
    }

    #[test]
    fn only_a_search_at_the_beginning_of_the_name_alone_goes_by_the_key() {
        let search = |starts, ends, on: &[ListField]| {
            let pattern = Pattern::Text { text: "x".into(), starts, ends };
            Criteria::new(Some(Search { pattern, on: on.to_vec() }), Vec::new())
        };
        let name = [ListField::AccountName];
        let shape = |criteria: Criteria| (criteria.prefix.clone(), criteria.look_inside());
        assert_eq!(shape(search(true, false, &name)), ("x".into(), false));
        assert_eq!(shape(search(true, true, &name)), ("x".into(), true));
        assert_eq!(shape(search(false, false, &name)), (String::new(), true));
        assert_eq!(shape(search(true, false, &[ListField::AccountName, ListField::City])), (String::new(), true));
    }
}
