//! Why a sign-in leads to nothing.

/// Why a sign-in, or what follows it at the manufacturer's, leads to nothing. Nothing that the other side said is in
/// it, but for a word that the standards have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The other side says no.
    #[error("the sign-in is refused: {code}")]
    Refused {
        /// Its word for it (RFC 6749, RFC 6750, OpenID Connect), or `other`.
        code: &'static str,
    },
    /// The other side does not answer, or says that it cannot now.
    #[error("the sign-in cannot be reached: {what}")]
    Unreachable {
        /// What happened, for the log.
        what: &'static str,
    },
    /// The other side answers something that is no answer.
    #[error("the sign-in is not understood: {what}")]
    Unintelligible {
        /// What is wrong with it, for the log.
        what: &'static str,
    },
}

/// The words of the standards: RFC 6749 (4.1.2.1 and 5.2), RFC 6750 (3.1), OpenID Connect Core (3.1.2.6).
const WORDS: [&str; 16] = [
    "access_denied",
    "account_selection_required",
    "consent_required",
    "insufficient_scope",
    "interaction_required",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_token",
    "login_required",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
];

/// What a refusal's word means: the `error` of a token end point's answer, and of a callback.
#[must_use]
pub fn refusal(word: &str) -> SignInError {
    match WORDS.into_iter().find(|known| *known == word) {
        Some("server_error" | "temporarily_unavailable") => SignInError::Unreachable { what: "it says so itself" },
        known => SignInError::Refused { code: known.unwrap_or("other") },
    }
}

impl SignInError {
    /// Whether the same may go well a little later. A code is good for one try at the other side, so that the second
    /// try after a lost answer may be refused (`invalid_grant`).
    #[must_use]
    pub const fn is_worth_another_try(self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_the_other_side_says_only_known_words_are_kept() {
        for word in WORDS {
            let error = refusal(word);
            let is_passing = ["server_error", "temporarily_unavailable"].contains(&word);
            assert_eq!(error.is_worth_another_try(), is_passing, "{word}");
            assert!(is_passing || error == SignInError::Refused { code: word });
        }
        for word in ["", "ACCESS_DENIED", "access_denied ", "<script>", "jo@example.com has no car"] {
            assert_eq!(refusal(word), SignInError::Refused { code: "other" });
        }
        assert!(!SignInError::Unintelligible { what: "" }.is_worth_another_try());
    }
}
