//! Names of manufacturers.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::{Flaw, Text};

/// The name of a manufacturer, as it is shown. It can stand in a path, and is found however it is spelt: see [`matched`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ManufacturerName(Text<64>);

impl ManufacturerName {
    /// The most bytes of what a name is found by: it is a part of a key.
    const MAX_MATCHED: usize = 256;

    /// Takes a name as it is.
    ///
    /// # Errors
    /// It is no line of up to 64 characters, has a slash in it, or no letter or digit, or hundreds when they are taken apart.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let name = Text::parse(raw)?;
        let bytes = matched(raw).len();
        // API Gateway decodes a path before it routes: what is behind a slash would be another segment.
        let fits = !raw.contains('/') && (1..=Self::MAX_MATCHED).contains(&bytes);
        if fits { Ok(Self(name)) } else { Err(Flaw::ManufacturerName) }
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What it is found by.
    #[must_use]
    pub fn matched(&self) -> String {
        matched(self.as_str())
    }
}

impl fmt::Display for ManufacturerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a name is found by: its letters and digits alone, without case and accents, so that `ŠKODA`, `skoda` and `Skoda`
/// are one, and `Mercedes-Benz` and `mercedes benz` too.
#[must_use]
pub fn matched(name: &str) -> String {
    let letters = name.nfkd().filter(|c| !is_combining_mark(*c) && c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
