//! A page as an answer over HTTP, with what browsers are told about it.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use wattbook_api::{Answer, Failure};

use crate::{
    Language, Page, Refusal,
    origin::origin,
    page::Ask,
    render::{self, STYLE},
};

impl Page<'_> {
    /// The page in a language.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn answer(&self, language: Language) -> Result<Answer, Failure> {
        let html = render::html(self, language).map_err(|error| Failure::Internal(error.into()))?;
        let answer = Answer::text(self.status(), "text/html; charset=utf-8", html)
            .header("content-language", language.code())
            .header("vary", "accept-language")
            .header("cache-control", "no-store")
            .header("content-security-policy", self.policy())
            // The address is a secret, and no other site is to learn of it.
            .header("referrer-policy", "no-referrer")
            .header("x-content-type-options", "nosniff")
            .header("x-robots-tag", "noindex, nofollow")
            .header("cross-origin-opener-policy", "same-origin")
            .header("cross-origin-resource-policy", "same-origin")
            .header("permissions-policy", "camera=(), geolocation=(), microphone=()");
        Ok(match self {
            Self::Refused(Refusal::Method { allowed }) => answer.header("allow", allowed),
            Self::Refused(Refusal::Busy) => answer.header("retry-after", 60),
            _ => answer,
        })
    }

    /// Nothing but the one style and the form. A form is answered by a redirect, and Chromium holds each address that
    /// it leads to against `form-action`: so the manufacturer's and the one to go back to stand there, too.
    fn policy(&self) -> String {
        static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE.as_bytes())));
        let mut forms = vec!["'self'".to_owned()];
        if let Self::Ask(Ask { sign_in, return_to, .. }) = self {
            for origin in [sign_in, return_to].into_iter().flatten().filter_map(|address| origin(address)) {
                if !forms.contains(&origin) {
                    forms.push(origin);
                }
            }
        }
        format!(
            "default-src 'none'; style-src 'sha256-{}'; form-action {}; base-uri 'none'; frame-ancestors 'none'",
            *STYLE_HASH,
            forms.join(" ")
        )
    }
}

#[cfg(test)]
mod tests;
