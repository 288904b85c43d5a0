//! In which language a person is spoken to.

use serde::{Deserialize, Serialize};
use wattbook_api::Request;

/// A language that the pages have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, which whoever understands none of the others gets.
    #[default]
    En,
    /// Dutch.
    Nl,
    /// German.
    De,
    /// French.
    Fr,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::En, Self::Nl, Self::De, Self::Fr];

    /// The parameter of the query by which a person chooses another language than the browser's.
    pub const PARAMETER: &'static str = "lang";

    /// Its code (ISO 639-1).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Nl => "nl",
            Self::De => "de",
            Self::Fr => "fr",
        }
    }

    /// What its speakers call it.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Nl => "Nederlands",
            Self::De => "Deutsch",
            Self::Fr => "Français",
        }
    }

    /// The one of a tag: `nl` and `nl-BE` are both Dutch (BCP 47).
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.code()))
    }

    /// The one that the query chooses, if it does: for the links between one's own pages, which have to keep it.
    #[must_use]
    pub fn chosen(request: &Request) -> Option<Self> {
        let query = serde_urlencoded::from_str::<Vec<(String, String)>>(request.raw_query()).unwrap_or_default();
        query.iter().filter(|(name, _)| name == Self::PARAMETER).find_map(|(_, tag)| Self::of_tag(tag))
    }

    /// The one to answer a request in: chosen, or else what the browser wishes, or else English.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        Self::chosen(request)
            .or_else(|| Self::wished(request.header("accept-language").unwrap_or_default()))
            .unwrap_or_default()
    }

    /// The one that an `Accept-Language` header wishes most, of equal ones the first (RFC 9110 §12.5.4). `*` is no
    /// wish for one of these. Own code: of the crates for it one passes over the weights, and the other sorts by floats
    /// that a caller can make not-a-number, at which sorting may panic.
    #[must_use]
    pub fn wished(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for wish in header.split(',') {
            let mut parts = wish.split(';');
            let language = Self::of_tag(parts.next().unwrap_or_default());
            let weight = parts.next().map_or(Some(1000), weight);
            if let (Some(language), Some(weight)) = (language, weight)
                && weight > best.map_or(0, |(weight, _)| weight)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// A weight such as `q=0.8`, in thousandths; what is none makes no wish.
fn weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    let (whole, decimals) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let is_weight = name.trim().eq_ignore_ascii_case("q")
        && ["0", "1"].contains(&whole)
        && decimals.len() <= 3
        && decimals.bytes().all(|b| b.is_ascii_digit());
    if !is_weight {
        return None;
    }
    let thousandths = format!("{whole}{decimals:0<3}").parse().ok();
    thousandths.filter(|weight| *weight <= 1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_greatest_wish_that_can_be_fulfilled_is() {
        for (header, expected) in [
            ("nl-BE, nl;q=0.9, en;q=0.8", Some(Language::Nl)),
            ("de", Some(Language::De)),
            ("DE-at", Some(Language::De)),
            ("es, it;q=0.9, fr;q=0.2, en;q=0.1", Some(Language::Fr)),
            ("en;q=0.5, de;q=0.5", Some(Language::En)),
            ("en;q=0.5,de;q=0.501", Some(Language::De)),
            ("en ; q=0.5 , fr ; q=1.000", Some(Language::Fr)),
            ("en;q=0, fr;q=0.001", Some(Language::Fr)),
            ("nl;q=0", None),
            ("*", None),
            ("es, *;q=0.1", None),
            ("", None),
            ("eng, nlx, d, -, ;q=1", None),
            ("fr;q=NaN, de;q=-1, nl;q=1.1, en;q=0.1", Some(Language::En)),
            ("fr;q=0.1234, nl;level=1, de;q, en;q=", None),
        ] {
            assert_eq!(Language::wished(header), expected, "{header:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_is_too_strange(header in "[a-zA-Z*;,=.q0-9 é-]{0,80}") {
            let _ = Language::wished(&header);
        }

        #[test]
        fn a_wish_alone_is_fulfilled(index in 0..4_usize, region in "(-[A-Z]{2})?", weight in 1..=1000_u16) {
            let language = Language::ALL[index];
            let header = format!("{}{region};q={}.{:03}", language.code(), weight / 1000, weight % 1000);
            prop_assert_eq!(Language::wished(&header), Some(language));
        }
    }
}
