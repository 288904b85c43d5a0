//! Numbers that are kept exactly.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Flaw;

/// A share in hundredths of a percent: `7403` is 74.03 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(u16);

impl Share {
    /// All of it: 100 %.
    pub const WHOLE: Self = Self(10_000);

    /// Takes a percentage, rounded to two decimals.
    ///
    /// # Errors
    /// It is not between 0 and 100.
    pub fn of_percent(percent: f64) -> Result<Self, Flaw> {
        if !(0.0..=100.0).contains(&percent) {
            return Err(Flaw::OutOfRange { least: "0", most: "100" });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10 000")]
        let hundredths = (percent * 100.0).round() as u16;
        Ok(Self(hundredths))
    }

    /// The percentage.
    #[must_use]
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.percent().fmt(f)
    }
}

/// A decimal number in millionths, up to a thousand million either way: so it is exact, and comes back as the
/// number that it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(i64);

impl Decimal {
    /// One.
    pub const ONE: Self = Self(1_000_000);
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// How many millionths it is.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// That many millionths.
    ///
    /// # Errors
    /// It is not between -1 000 000 000 and 1 000 000 000.
    pub fn of_millionths(millionths: i64) -> Result<Self, Flaw> {
        if millionths.unsigned_abs() > 1_000_000_000_000_000 {
            return Err(Flaw::OutOfRange { least: "-1000000000", most: "1000000000" });
        }
        Ok(Self(millionths))
    }

    /// The product, cut to six decimals; none if it is too great.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        let product = i128::from(self.0) * i128::from(other.0) / 1_000_000;
        Self::of_millionths(i64::try_from(product).ok()?).ok()
    }

    /// Takes a number, rounded to six decimals.
    ///
    /// # Errors
    /// It is not between -1 000 000 000 and 1 000 000 000.
    pub fn of(number: f64) -> Result<Self, Flaw> {
        if !(-1e9..=1e9).contains(&number) {
            return Err(Flaw::OutOfRange { least: "-1000000000", most: "1000000000" });
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 1e15, which an i64 holds")]
        let millionths = (number * 1e6).round() as i64;
        Ok(Self(millionths))
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most 1e15, below 2^53")]
        let millionths = self.0 as f64;
        millionths / 1e6
    }
}

/// An angle on the globe, in units of 1e-7 degrees: about a centimetre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Degrees(i32);

impl Degrees {
    /// From a number of 1e-7 degrees.
    #[must_use]
    pub const fn of_e7(e7: i32) -> Self {
        Self(e7)
    }

    /// A latitude: degrees north, rounded to seven decimals.
    ///
    /// # Errors
    /// It is not between -90 and 90.
    pub fn latitude(degrees: f64) -> Result<Self, Flaw> {
        Self::within(degrees, 90.0).ok_or(Flaw::OutOfRange { least: "-90", most: "90" })
    }

    /// A longitude: degrees east, rounded to seven decimals.
    ///
    /// # Errors
    /// It is not between -180 and 180.
    pub fn longitude(degrees: f64) -> Result<Self, Flaw> {
        Self::within(degrees, 180.0).ok_or(Flaw::OutOfRange { least: "-180", most: "180" })
    }

    /// The degrees.
    #[must_use]
    pub fn degrees(self) -> f64 {
        f64::from(self.0) / 1e7
    }

    fn within(degrees: f64, most: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "at most 180e7, which an i32 holds")]
        (-most..=most).contains(&degrees).then(|| Self((degrees * 1e7).round() as i32))
    }
}

impl fmt::Display for Degrees {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.degrees().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_degrees_come_back_as_they_went_in() {
        assert_eq!(Share::of_percent(74.03).map(Share::percent), Ok(74.03));
        assert_eq!(Share::of_percent(100.0), Ok(Share::WHOLE));
        for number in [0.0, 1.1, -0.000_001, 1e9, 999_999_999.999_999, 123.456_789] {
            assert_eq!(Decimal::of(number).map(Decimal::number), Ok(number));
        }
        assert_eq!(Degrees::longitude(-122.392_057_5).map(Degrees::degrees), Ok(-122.392_057_5));
        assert_eq!(Degrees::latitude(37.790_412_7).map(Degrees::degrees), Ok(37.790_412_7));
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        for percent in [-0.01, 100.01, f64::NAN, f64::INFINITY] {
            assert!(Share::of_percent(percent).is_err(), "{percent}");
        }
        for degrees in [90.1, -90.1, f64::NAN, f64::NEG_INFINITY] {
            assert!(Degrees::latitude(degrees).is_err(), "{degrees}");
        }
        assert!(Degrees::longitude(180.1).is_err());
        for number in [1e9 + 0.1, -1e300, f64::NAN, f64::INFINITY] {
            assert!(Decimal::of(number).is_err(), "{number}");
        }
    }
}
