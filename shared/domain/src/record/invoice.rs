//! Invoices.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Record, RecordKind, padded};
use crate::{Decimal, Flaw, Text};

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is told of by itself")]
pub struct Invoice {
    /// The organisation's number of it, unique within the organisation.
    pub number: u32,
    /// The contract that it is about; none if it is about all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_number: Option<u32>,
    /// The ledger that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_number: Option<u32>,
    /// What kind of invoice it is, in the words of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Text<64>>,
    /// The day that it is of.
    pub date: Date,
    /// The last day to pay it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Date>,
    /// What it comes to.
    pub sum: Decimal,
    /// What is still to be paid.
    pub unpaid: Decimal,
    /// The currency, by its three letters (ISO 4217).
    pub currency: Text<3>,
    /// By which a payment is told to be for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<Kid>,
    /// What has been credited, in the words of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_status: Option<Text<64>>,
    /// Whether the customer has been reminded.
    #[serde(default)]
    pub dunning_is_sent: bool,
    /// Whether it is to be paid in parts.
    #[serde(default)]
    pub has_payment_agreement: bool,
    /// Whether it can be put off.
    #[serde(default)]
    pub is_postponable: bool,
    /// Whether others collect it by now.
    #[serde(default)]
    pub sent_to_debt_collection: bool,
    /// Whether another company sends it.
    #[serde(default)]
    pub sent_to_invoice_partner: bool,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<InvoiceLine>,
    /// Whether the organisation has brought its own PDF.
    #[serde(default)]
    pub has_own_pdf: bool,
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// What it is for.
    pub description: Text<255>,
    /// How much.
    pub amount: Decimal,
}

/// How far an invoice has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceStatus {
    /// It is to be paid.
    Open,
    /// It is paid.
    Paid,
    /// It should have been paid.
    Overdue,
    /// It was credited.
    Credited,
}

impl InvoiceStatus {
    /// The number for it.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Paid => 1,
            Self::Overdue => 2,
            Self::Credited => 3,
        }
    }
}

impl Invoice {
    /// The most lines of one.
    pub const MOST_LINES: usize = 500;

    /// How far it has come by a day.
    #[must_use]
    pub fn status(&self, today: Date) -> InvoiceStatus {
        if self.credit_status.is_some() {
            InvoiceStatus::Credited
        } else if self.unpaid.millionths() <= 0 {
            InvoiceStatus::Paid
        } else if self.due_date.is_some_and(|due| due < today) {
            InvoiceStatus::Overdue
        } else {
            InvoiceStatus::Open
        }
    }
}

impl Record for Invoice {
    const KIND: RecordKind = RecordKind::Invoice;
    const IS_UNIQUE: bool = true;

    fn id(&self) -> String {
        padded(self.number)
    }

    fn listed(&self) -> Option<(String, Vec<(&'static str, String)>)> {
        let contract = self.contract_number.map(|number| ("contract", number.to_string()));
        Some((self.date.to_string(), contract.into_iter().collect()))
    }
}

/// By which a payment is told to be for an invoice: 2 to 25 digits, of which the last is a check digit by one of the two
/// ways that banks in Norway take (modulus 10 and 11), the latter of which may be a hyphen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kid(String);

impl Kid {
    /// Takes one.
    ///
    /// # Errors
    /// It has another form, or its check digit does not agree with the rest.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let (what, example) = ("a KID: 2 to 25 digits", "1234567897");
        let form = Flaw::IdentifierForm { what, example };
        let digits: Vec<u32> = raw.strip_suffix('-').unwrap_or(raw).chars().filter_map(|c| c.to_digit(10)).collect();
        let (length, hyphen) = (raw.chars().count(), raw.ends_with('-'));
        if !(2..=25).contains(&length) || digits.len() + usize::from(hyphen) != length {
            return Err(form);
        }
        let (rest, check) = match digits.split_last() {
            Some((last, rest)) if !hyphen => (rest, Some(*last)),
            _ => (digits.as_slice(), None),
        };
        let agrees = check == modulus_11(rest) || check == Some(modulus_10(rest));
        if agrees { Ok(Self(raw.to_owned())) } else { Err(Flaw::CheckDigit { what }) }
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn modulus_10(digits: &[u32]) -> u32 {
    let weighed = digits.iter().rev().enumerate().map(|(i, digit)| if i % 2 == 0 { digit * 2 } else { *digit });
    (10 - weighed.map(|product| product / 10 + product % 10).sum::<u32>() % 10) % 10
}

/// None stands for a hyphen.
fn modulus_11(digits: &[u32]) -> Option<u32> {
    let sum: u32 = digits.iter().rev().zip((2..=7).cycle()).map(|(digit, weight)| digit * weight).sum();
    match 11 - sum % 11 {
        10 => None,
        11 => Some(0),
        digit => Some(digit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kid_has_a_check_digit_of_either_kind() {
        for (raw, expected) in [
            ("1234567897", Ok(())),
            ("12345678911", Ok(())),
            ("2345676", Ok(())),
            ("12345678-", Err("check_digit")),
            ("1234567890", Err("check_digit")),
            ("7", Err("identifier_form")),
            ("12a4567897", Err("identifier_form")),
            ("1234 567897", Err("identifier_form")),
            ("", Err("identifier_form")),
            ("12345678901234567890123456", Err("identifier_form")),
        ] {
            assert_eq!(Kid::parse(raw).map(|_| ()).map_err(|flaw| flaw.code()), expected, "{raw}");
        }
    }

    #[test]
    fn check_digits_are_those_of_published_examples() {
        assert_eq!(modulus_10(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), 7);
        let digits: Vec<_> = "1234567891".chars().filter_map(|c| c.to_digit(10)).collect();
        assert_eq!(modulus_11(&digits), Some(1));
    }
}
