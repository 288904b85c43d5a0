//! An invoice on paper: a PDF of A4 pages.
//!
//! Texts come as they are to be read, amounts and dates included, so nothing here knows money, calendars or languages. What
//! is done here is what paper needs: lines that end at words, text from right to left, pages with numbers. The same invoice
//! gives the same bytes, for no clock is read and nothing is drawn by chance.
//!
//! The fonts have Latin, Greek, Cyrillic and Arabic letters; `fonts/README.md` says which, and where they are from. What they
//! lack is an empty box on the paper, and still itself when it is copied from there. In a language that is written from right
//! to left the page is the other way round, and the amounts stand on its left.
//!
//! The file is tagged: to those who have it read to them, the lines are a table and the title is a heading.

mod embed;
mod face;
mod layout;
mod line;
mod paint;
mod sheet;
mod tags;
mod text;

use face::Faces;
use text::Setter;

/// An invoice, as it is printed: all texts are as they are to be read.
///
/// Line breaks in a text are kept, other control characters are left out. An empty text takes no room.
#[derive(Debug, Clone, Copy)]
pub struct InvoicePaper<'a> {
    /// What the paper is: `Invoice 10042`.
    pub title: &'a str,
    /// Who sends it, by lines, the name first.
    pub sender: &'a [&'a str],
    /// Who gets it, by lines: name and address. It stands where the window of an envelope is.
    pub recipient: &'a [&'a str],
    /// What is to be known of it, as labels and values: its date, when it is due, the customer's number.
    pub facts: &'a [(&'a str, &'a str)],
    /// What stands above the lines, on each page that has some: above descriptions and above amounts.
    pub columns: (&'a str, &'a str),
    /// What is invoiced.
    pub lines: &'a [PaperLine<'a>],
    /// The label of the total, and the amount with its currency.
    pub total: (&'a str, &'a str),
    /// Paragraphs below all of it.
    pub notes: &'a [&'a str],
    /// The language of the texts as a BCP 47 tag: `nl`, `fa`, `sr-Latn`.
    pub language: &'a str,
}

/// A line of an invoice.
#[derive(Debug, Clone, Copy)]
pub struct PaperLine<'a> {
    /// What is paid for.
    pub description: &'a str,
    /// What it costs.
    pub amount: &'a str,
}

/// Why there is no paper. Neither comes from what an invoice says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// A font of this crate cannot be read.
    #[error("a font that cannot be read")]
    Font,
    /// What was laid out cannot be written.
    #[error("pages that cannot be written")]
    Unwritable,
}

/// Renders an invoice as a PDF.
///
/// # Errors
/// See [`PaperError`].
pub fn render(invoice: &InvoicePaper<'_>) -> Result<Vec<u8>, PaperError> {
    let language = language(invoice.language);
    let faces = Faces::load()?;
    let setter = Setter::new(&faces, language);
    let pages = layout::compose(&setter, invoice, language.is_some_and(is_right_to_left));
    paint::write(&faces, &pages, invoice.title, language)
}

/// A language as it is stated, if that may be the tag of one: others get into the file, and to code that expects tags.
fn language(tag: &str) -> Option<&str> {
    let parts = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let starts = tag.bytes().take(2).filter(u8::is_ascii_alphabetic).count() == 2;
    (starts && tag.len() <= 35 && tag.split('-').all(parts)).then_some(tag)
}

/// Whether a language is written from right to left: its script says so, and without one what is usual for it.
fn is_right_to_left(language: &str) -> bool {
    let is_one_of = |part: &str, names: &[&str]| names.iter().any(|name| part.eq_ignore_ascii_case(name));
    let mut parts = language.split('-');
    let usual = parts.next().is_some_and(|name| {
        is_one_of(name, &["ar", "arc", "azb", "ckb", "dv", "fa", "glk", "he", "iw", "mzn", "prs", "ps", "sd", "syr"])
            || is_one_of(name, &["ug", "ur", "yi"])
    });
    match parts.find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        Some(script) => is_one_of(script, &["Arab", "Aran", "Hebr", "Syrc", "Thaa"]),
        None => usual,
    }
}

#[cfg(test)]
mod tests;
