//! Asks the authorizer whether a request may pass, and remembers what it said.
//!
//! As in API Gateway a result belongs to the values of the identity headers, whatever the route,
//! and a refusal is kept like a permission.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    error::InvokeError,
    event::{self, Incoming},
    functions::Functions,
    routes::Matched,
    template::AuthorizerDefinition,
};

/// Results kept at most; beyond that the old ones go, so that guessing keys fills no memory.
const KEPT: usize = 10_000;

/// What comes of asking.
#[derive(Debug)]
pub(crate) enum Decision {
    /// The request may pass; this is what the function learns of the caller.
    Allowed(Value),
    /// The request may not pass.
    Denied,
    /// The request does not say who calls, so nobody was asked.
    Unidentified,
}

/// The authorizer gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthorizerError {
    #[error("the authorizer failed")]
    Failed(#[from] InvokeError),
    #[error("the authorizer's answer is not a simple response")]
    NotAnAnswer(#[from] serde_json::Error),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SimpleResponse {
    is_authorized: bool,
    context: Option<Value>,
}

/// When the authorizer answered, and what it said of a caller who may pass.
type Answered = (Instant, Option<Value>);

struct Authorizer {
    definition: AuthorizerDefinition,
    /// By the values of the identity headers.
    results: Mutex<HashMap<Vec<String>, Answered>>,
}

/// The authorizers of the API, by name.
pub(crate) struct Authorizers {
    all: BTreeMap<String, Authorizer>,
    region: String,
}

impl Authorizers {
    /// `keep` replaces the time for which the template keeps results.
    pub(crate) fn new(
        definitions: &BTreeMap<String, AuthorizerDefinition>,
        keep: Option<Duration>,
        region: &str,
    ) -> Self {
        let authorizer = |definition: &AuthorizerDefinition| {
            let mut definition = definition.clone();
            definition.reauthorize_every = keep.unwrap_or(definition.reauthorize_every);
            Authorizer { definition, results: Mutex::default() }
        };
        Self {
            all: definitions.iter().map(|(name, definition)| (name.clone(), authorizer(definition))).collect(),
            region: region.to_owned(),
        }
    }

    /// Whether the request may take the matched route. A route without an authorizer has no caller.
    pub(crate) async fn decide(
        &self,
        incoming: &Incoming,
        matched: &Matched,
        functions: &Functions,
    ) -> Result<Option<Decision>, AuthorizerError> {
        let named = matched.route.authorizer.as_ref().and_then(|name| self.all.get(name));
        let Some(authorizer) = named else { return Ok(None) };
        let headers = authorizer.definition.identity_headers.iter();
        let identity = headers.map(|name| incoming.header(name).filter(|value| !value.trim().is_empty()));
        let Some(identity) = identity.collect::<Option<Vec<_>>>() else {
            return Ok(Some(Decision::Unidentified));
        };
        if let Some(decision) = authorizer.remembered(&identity) {
            return Ok(Some(decision));
        }
        let event = event::authorization(incoming, matched, &identity, &self.region);
        let event = serde_json::value::to_raw_value(&event)?;
        let answer = functions.invoke(&authorizer.definition.function, event, &incoming.id).await?;
        let answer: SimpleResponse = serde_json::from_str(answer.get())?;
        let principal = answer.is_authorized.then(|| answer.context.unwrap_or_else(|| serde_json::json!({})));
        authorizer.remember(identity, principal.clone());
        Ok(Some(decision(principal)))
    }
}

fn decision(principal: Option<Value>) -> Decision {
    principal.map_or(Decision::Denied, Decision::Allowed)
}

impl Authorizer {
    fn remembered(&self, identity: &[String]) -> Option<Decision> {
        let results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, principal) = results.get(identity)?;
        (since.elapsed() < self.definition.reauthorize_every).then(|| decision(principal.clone()))
    }

    fn remember(&self, identity: Vec<String>, principal: Option<Value>) {
        let keep = self.definition.reauthorize_every;
        if keep.is_zero() {
            return;
        }
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        if results.len() >= KEPT {
            results.retain(|_, (since, _)| since.elapsed() < keep);
        }
        if results.len() >= KEPT {
            results.clear();
        }
        results.insert(identity, (Instant::now(), principal));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorizer(keep: Duration) -> Authorizer {
        let definition = AuthorizerDefinition {
            function: "authorize-request".into(),
            identity_headers: vec!["authorization".into()],
            reauthorize_every: keep,
        };
        Authorizer { definition, results: Mutex::default() }
    }

    #[test]
    fn permissions_and_refusals_are_remembered_for_their_time() {
        let kept = authorizer(Duration::from_mins(1));
        kept.remember(vec!["a".into()], Some(1.into()));
        kept.remember(vec!["b".into()], None);
        assert!(matches!(kept.remembered(&["a".into()]), Some(Decision::Allowed(value)) if value == 1));
        assert!(matches!(kept.remembered(&["b".into()]), Some(Decision::Denied)));
        assert!(kept.remembered(&["c".into()]).is_none());
    }

    #[test]
    fn nothing_is_remembered_past_its_time() {
        let brief = authorizer(Duration::from_millis(1));
        brief.remember(vec!["a".into()], None);
        std::thread::sleep(Duration::from_millis(5));
        assert!(brief.remembered(&["a".into()]).is_none());
        let never = authorizer(Duration::ZERO);
        never.remember(vec!["a".into()], None);
        assert!(never.results.lock().unwrap().is_empty());
    }

    #[test]
    fn the_memory_is_bounded() {
        let kept = authorizer(Duration::from_mins(1));
        for n in 0..=KEPT {
            kept.remember(vec![n.to_string()], None);
        }
        assert!(kept.results.lock().unwrap().len() <= KEPT);
    }
}
