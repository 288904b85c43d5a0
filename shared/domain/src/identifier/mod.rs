//! Identifiers of devices and metering points, each in the one form that is stored and compared.
//!
//! People copy them from papers, stickers and spreadsheets: small letters, blanks, dashes and dots between the groups are
//! settled, and so are digits of other scripts. What may stand beside an identifier and says nothing of the device, such
//! as the top line of an MPAN, is left out: so that two spellings are one device. The rules are those of whoever gives the
//! numbers out; where a check digit is known it is held against the rest, for a wrong number is somebody else's meter.

mod check;
mod rule;
mod settle;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Flaw, words::words};

words! {
    /// A kind of identifier.
    IdentifierKind {
        /// Vehicle identification number (ISO 3779). Its check digit counts in North America alone (49 CFR 565).
        Vin = "vin",
        /// Global service relation number (GS1): 18 digits, which metering points of many countries have.
        Gsrn = "gsrn",
        /// A GS1 number of 13 digits.
        Ean13 = "ean-13",
        /// EAN of a Belgian metering point: a GSRN of GS1 Belgium & Luxembourg.
        EanBe = "ean-be",
        /// EAN of a Dutch connection: a GSRN of GS1 Netherlands.
        EanNl = "ean-nl",
        /// Marktlokations-ID: a German market location (BDEW and DVGW).
        Malo = "malo",
        /// Messlokations-ID: a German metering location (VDE-AR-N 4400), once Zählpunktbezeichnung.
        Melo = "melo",
        /// Zählpunktbezeichnung of an Austrian metering point.
        ZaehlpunktAt = "zaehlpunkt-at",
        /// Meter point administration number of British electricity: the core of 13 digits.
        Mpan = "mpan",
        /// Meter point reference number of British gas.
        Mprn = "mprn",
        /// Código unificado de punto de suministro: a Spanish supply point.
        Cups = "cups",
        /// Point référence mesure, also point de livraison (PDL): a French point of electricity.
        Prm = "prm",
        /// Point of delivery: Italian electricity.
        Pod = "pod",
        /// Punto di riconsegna: Italian gas.
        Pdr = "pdr",
        /// The code that stands on a P1 dongle: ours, for no standard has one.
        P1Code = "p1-code",
        /// A serial number that a manufacturer gave a device.
        Serial = "serial",
    }
}

/// An identifier in its one form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identifier {
    kind: IdentifierKind,
    value: String,
}

impl IdentifierKind {
    /// What it is called, for people: `a MaLo-ID`.
    #[must_use]
    pub const fn what(self) -> &'static str {
        self.rule().what
    }

    /// An identifier of the kind, in its one form. It is made up, or published as an example.
    #[must_use]
    pub const fn example(self) -> &'static str {
        self.rule().example
    }

    /// How many characters it has, for people.
    #[must_use]
    pub const fn lengths(self) -> &'static str {
        self.rule().lengths
    }
}

impl Identifier {
    /// The longest text that is looked at, in characters: the longest identifier with a blank after each of its own.
    pub const MAX_RAW: usize = 128;

    /// Settles how `raw` is written, and takes it if it is an identifier of the kind.
    ///
    /// # Errors
    /// It has another length or form, a character that the kind does not have, or a check digit that does not agree.
    pub fn parse(kind: IdentifierKind, raw: &str) -> Result<Self, Flaw> {
        if raw.chars().count() > Self::MAX_RAW {
            return Err(Flaw::TooLong { max: Self::MAX_RAW });
        }
        let settled = settle::settled(raw);
        if settled.is_empty() {
            return Err(Flaw::Empty);
        }
        let rule = kind.rule();
        rule.fits(&settled)?;
        let value = (rule.core)(&settled);
        if (rule.checks)(value) {
            Ok(Self { kind, value: value.to_owned() })
        } else {
            Err(Flaw::CheckDigit { what: rule.what })
        }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// The one form of it: capitals and digits alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

#[cfg(test)]
mod tests;
