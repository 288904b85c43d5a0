//! Lists of this dialect: plain arrays, by numbered pages. How many entries there are in all stands in `X-Total-Count`,
//! and the next page in `Link` (RFC 8288).

use serde::Serialize;
use wattbook_api::{
    Answer, Failure, Faults, Request,
    contract::{Operation, Parameter, Shape},
    fault::Reason,
    reader::Parameters,
};
use wattbook_domain::Flaw;

/// The entries of a page where nobody says how many (the published pages of readings and messages).
const PAGE_SIZE: usize = 10;
/// The most entries of a page.
const LARGEST: usize = 100;
/// The most entries that come before the end of a page.
const DEEPEST: usize = 1000;

/// A page that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The first is 1.
    pub number: usize,
    /// How many entries it may have.
    pub size: usize,
}

impl Page {
    /// Reads which, after all other parameters of the query have been. No other parameter is known.
    ///
    /// # Errors
    /// The query has faults.
    pub fn read(mut query: Parameters<'_>, mut faults: Faults) -> Result<Self, Failure> {
        let size = query.optional("pageSize", |raw| number(raw, LARGEST, "100"), &mut faults).unwrap_or(PAGE_SIZE);
        let page = query.optional("page", |raw| number(raw, DEEPEST, "1000"), &mut faults).unwrap_or(1);
        query.close(&mut faults);
        if faults.is_empty() && page.saturating_mul(size) > DEEPEST {
            let message =
                format!("leads beyond the first {DEEPEST} entries, which are all that pages have; narrow the list");
            faults.query("page", Reason::new("out_of_range", message));
        }
        faults.none()?;
        Ok(Self { number: page, size })
    }

    /// How many entries come before it.
    #[must_use]
    pub const fn before(self) -> usize {
        (self.number - 1) * self.size
    }

    /// How many entries there are up to its end.
    #[must_use]
    pub const fn end(self) -> usize {
        self.number * self.size
    }

    /// Its part of a list.
    #[must_use]
    pub fn of<T>(self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip(self.before()).take(self.size).collect()
    }

    /// Answers with it, of a list that has so many entries in all.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn answer(self, request: &Request, entries: &[impl Serialize], total: usize) -> Result<Answer, Failure> {
        let answer = Answer::json(200, &entries)?.header("x-total-count", total);
        if self.end() >= total || self.end() + self.size > DEEPEST {
            return Ok(answer);
        }
        let (size, next) = (self.size.to_string(), (self.number + 1).to_string());
        let asked = request.query();
        let others = asked.pairs().filter(|(name, _)| !["pageSize", "page"].contains(name));
        let pairs: Vec<_> = others.chain([("pageSize", size.as_str()), ("page", next.as_str())]).collect();
        let query = serde_urlencoded::to_string(pairs).map_err(|error| Failure::Internal(error.into()))?;
        Ok(answer.header("link", format!("<{}?{query}>; rel=\"next\"", request.path())))
    }
}

/// Answers with a list that has no pages.
///
/// # Errors
/// It cannot be written as JSON.
pub fn whole(entries: &[impl Serialize]) -> Result<Answer, Failure> {
    Ok(Answer::json(200, &entries)?.header("x-total-count", entries.len()))
}

/// Many of these.
#[must_use]
pub fn array(entry: Shape) -> Shape {
    Shape { schema: serde_json::json!({ "type": "array", "items": entry.schema }), named: entry.named }
}

/// Declares the parameters of lists that have pages.
#[must_use]
pub fn paged(operation: Operation) -> Operation {
    let schema = |most: usize| serde_json::json!({ "type": "integer", "minimum": 1, "maximum": most });
    operation
        .with(Parameter::query("pageSize", schema(LARGEST), "How many entries a page may have.").default(PAGE_SIZE))
        .with(Parameter::query("page", schema(DEEPEST), "Which page; pages have the first 1000 entries.").default(1))
        .with_header("X-Total-Count")
        .with_header("Link")
}

fn number(raw: &str, most: usize, shown: &'static str) -> Result<usize, Reason> {
    let number = raw.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| Flaw::OutOfRange { least: "1", most: shown }.into())
}
