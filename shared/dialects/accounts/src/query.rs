//! Values of query parameters.

use std::str::FromStr;

use wattbook_api::{Faults, fault::Reason, reader::Parameters};
use wattbook_domain::Flaw;

/// The most of anything on a page.
pub const MAX_PAGE_COUNT: u64 = 1_000;

/// The furthest that a page may begin without a token: what is passed over is read.
pub const MAX_PAGE_START: u64 = 100_000;

/// Reads `pageStart`: how many to pass over.
pub fn page_start(query: &mut Parameters<'_>, faults: &mut Faults) -> Option<u64> {
    query.optional("pageStart", |raw| number(raw, 0, MAX_PAGE_START), faults)
}

/// Reads `pageCount`: how many to answer at most.
pub fn page_count(query: &mut Parameters<'_>, faults: &mut Faults) -> Option<u64> {
    query.optional("pageCount", |raw| number(raw, 1, MAX_PAGE_COUNT), faults)
}

/// Takes a word.
///
/// # Errors
/// It is none of the words.
pub fn word<T: FromStr<Err = Flaw>>(raw: &str) -> Result<T, Reason> {
    raw.parse().map_err(Reason::from)
}

/// Takes a list of words with commas.
///
/// # Errors
/// One is none of the words.
pub fn words<T: FromStr<Err = Flaw>>(raw: &str) -> Result<Vec<T>, Reason> {
    raw.split(',').map(|part| word(part.trim())).collect()
}

fn number(raw: &str, least: u64, most: u64) -> Result<u64, Reason> {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Flaw::WholeNumber.into());
    }
    // What does not fit the type is out of range, too.
    raw.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| Reason::new("out_of_range", format!("must be between {least} and {most}")))
}
