//! Who wrote something.

use std::{fmt, str::FromStr};

/// Who wrote an account, an onboarding request or an entity. As text it is a word, and behind a colon what is known of
/// whom the word means: `credential:<app id>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A caller of the APIs, by the app id of the credential.
    Credential(String),
    /// A person who has signed in, by the id of the user: a customer's is that of the account.
    Person(String),
    /// A customer, by the token that was sent to the e-mail, or by asking for one.
    Registration,
    /// The owner of a device, on the pages that he was given a link to.
    Owner,
    /// What connects devices, by what it has heard from a manufacturer.
    Connector,
    /// A schedule: something was due.
    Schedule,
    /// An import, by the id of its job.
    Import(String),
    /// A message that came by a queue, by its correlation id.
    Message(String),
}

/// The text names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this says of nobody who wrote")]
pub struct UnknownActor;

impl Actor {
    /// The words for the kinds of them.
    pub const WORDS: &'static [&'static str] =
        &["credential", "person", "registration", "owner", "connector", "schedule", "import", "message"];

    /// The word for its kind.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Credential(_) => "credential",
            Self::Person(_) => "person",
            Self::Registration => "registration",
            Self::Owner => "owner",
            Self::Connector => "connector",
            Self::Schedule => "schedule",
            Self::Import(_) => "import",
            Self::Message(_) => "message",
        }
    }

    /// Which of its kind it is, if there are several.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Credential(id) | Self::Person(id) | Self::Import(id) | Self::Message(id) => Some(id),
            Self::Registration | Self::Owner | Self::Connector | Self::Schedule => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        self.id().map_or(Ok(()), |id| write!(f, ":{id}"))
    }
}

impl FromStr for Actor {
    type Err = UnknownActor;

    fn from_str(text: &str) -> Result<Self, UnknownActor> {
        let (word, id) = text.split_once(':').map_or((text, None), |(word, id)| (word, Some(id)));
        Ok(match (word, id) {
            ("credential", Some(id)) => Self::Credential(id.to_owned()),
            ("person", Some(id)) => Self::Person(id.to_owned()),
            ("import", Some(id)) => Self::Import(id.to_owned()),
            ("message", Some(id)) => Self::Message(id.to_owned()),
            ("registration", None) => Self::Registration,
            ("owner", None) => Self::Owner,
            ("connector", None) => Self::Connector,
            ("schedule", None) => Self::Schedule,
            _ => return Err(UnknownActor),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_is_written() {
        let id = || "a:b".to_owned();
        let all = [
            Actor::Credential(id()),
            Actor::Person(id()),
            Actor::Registration,
            Actor::Owner,
            Actor::Connector,
            Actor::Schedule,
            Actor::Import(id()),
            Actor::Message(String::new()),
        ];
        assert_eq!(all.each_ref().map(Actor::word), Actor::WORDS);
        for actor in all {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        for text in ["", "nobody", "credential", "owner:jo", "Owner"] {
            assert_eq!(text.parse::<Actor>(), Err(UnknownActor), "{text:?}");
        }
    }
}
