//! An invoice as it is set on paper.

use wattbook_domain::{Account, CountryCode, Decimal, Organisation, Text, record::Invoice};
use wattbook_paper::{InvoicePaper, PaperError, PaperLine, render};

use super::words::{self, Words};

/// Sets an invoice, in the language of the customer's country.
pub(super) fn set(organisation: &Organisation, account: &Account, invoice: &Invoice) -> Result<Vec<u8>, PaperError> {
    let installation = account.installations.iter().find_map(|it| it.address.as_ref());
    let site = account.site.address();
    let country = site.country.as_ref().or_else(|| installation.and_then(|it| it.country.as_ref()));
    let words = words::of_country(country.map(CountryCode::as_str));
    let amount = |it: Decimal| format!("{} {}", amount(it, words.comma), invoice.currency);
    let brand = account.label_partner.as_ref().and_then(|code| organisation.label_partner(code));
    let sender = [brand.map_or(organisation.name.as_str(), |brand| brand.name.as_str())];
    let name = account.name();
    let street = installation.map(|it| {
        let parts = [it.street.as_ref().map(Text::as_str), it.house_number.as_ref().map(Text::as_str)];
        joined(parts.into_iter().chain([it.suffix.as_ref().map(Text::as_str)]))
    });
    let place = installation.map(|it| joined([it.postal_code.as_ref().map(Text::as_str)]));
    let stated = site.free_text.as_ref().map(ToString::to_string).or_else(|| site.formatted());
    let recipient: Vec<String> = match stated {
        Some(address) => [name, Some(address)].into_iter().flatten().collect(),
        None => [name, street, place].into_iter().flatten().collect(),
    };
    let recipient: Vec<_> = recipient.iter().map(String::as_str).collect();
    let facts = facts(account, invoice, words);
    let facts: Vec<_> = facts.iter().map(|(label, value)| (*label, value.as_str())).collect();
    let lines: Vec<_> = invoice.lines.iter().map(|line| (line.description.as_str(), amount(line.amount))).collect();
    let lines: Vec<_> = lines.iter().map(|(description, amount)| PaperLine { description, amount }).collect();
    let (title, total) = (format!("{} {}", words.invoice, invoice.number), amount(invoice.sum));
    let unpaid = format!("{}: {}", words.unpaid, amount(invoice.unpaid));
    render(&InvoicePaper {
        title: &title,
        sender: &sender,
        recipient: &recipient,
        facts: &facts,
        columns: (words.description, words.amount),
        lines: &lines,
        total: (words.total, &total),
        notes: &[&unpaid],
        language: words.tag,
    })
}

fn facts(account: &Account, invoice: &Invoice, words: &Words) -> Vec<(&'static str, String)> {
    let mut facts = vec![(words.date, invoice.date.to_string())];
    facts.extend(invoice.due_date.map(|day| (words.due, day.to_string())));
    facts.extend(account.number.map(|number| (words.customer, number.to_string())));
    facts.extend(invoice.contract_number.map(|number| (words.contract, number.to_string())));
    facts.extend(invoice.kid.as_ref().map(|kid| (words.reference, kid.to_string())));
    facts
}

/// An amount with two decimals, or more if it has more.
fn amount(amount: Decimal, comma: char) -> String {
    let millionths = amount.millionths();
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, part) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let digits = format!("{part:06}");
    let kept = digits.trim_end_matches('0').len().max(2);
    format!("{sign}{whole}{comma}{}", digits.get(..kept).unwrap_or(&digits))
}

fn joined<'t>(parts: impl IntoIterator<Item = Option<&'t str>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_two_decimals_or_as_many_as_it_has() {
        for (number, expected) in [
            (0.0, "0,00"),
            (1.5, "1,50"),
            (-1234.056, "-1234,056"),
            (-0.5, "-0,50"),
            (999_999_999.999_999, "999999999,999999"),
        ] {
            assert_eq!(amount(Decimal::of(number).unwrap(), ','), expected);
        }
    }
}
