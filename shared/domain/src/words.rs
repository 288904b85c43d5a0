//! Enumerations that are words to everybody outside.

/// Defines an enumeration with one word for each of its values: the word is what callers write and
/// read, and what is stored.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The words for it.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word for this one.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Flaw;

            /// # Errors
            /// It is none of the words; they are compared with case.
            fn from_str(raw: &str) -> Result<Self, $crate::Flaw> {
                match raw {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::Flaw::NotOneOf { allowed: Self::WORDS }),
                }
            }
        }
    };
}

pub(crate) use words;
