//! What comes of a body.

use serde::{Deserialize, Serialize};
use wattbook_api::{
    Answer, Failure,
    problem::{self, ProblemEntry},
};
use wattbook_customers::records::Brought;
use wattbook_domain::{
    Account, AccountId, ExternalId, InstallationId,
    import::ImportOutcome as Effect,
    onboarding::{OnboardingId, OnboardingRequest},
};

/// What came of a body.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// In a word.
    #[serde(rename = "outcome")]
    pub effect: Effect,
    /// What it is of, unless it was refused.
    #[serde(flatten)]
    pub ids: Ids,
    /// Why it was refused: all faults, in the order of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<ProblemEntry>,
    /// How many further faults there are that the list had no room for.
    #[serde(skip_serializing_if = "is_none")]
    pub faults_omitted: usize,
}

/// By what the thing is known that a body is of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// Our id of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// The organisation's own id of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_account_id: Option<ExternalId>,
    /// The installations of the account, the primary one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub installations: Vec<InstallationIds>,
    /// Our id of the onboarding request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onboarding_id: Option<OnboardingId>,
    /// The organisation's own name for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ExternalId>,
}

/// By what an installation is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallationIds {
    /// Our id.
    pub installation_id: InstallationId,
    /// The organisation's own.
    pub external_installation_id: ExternalId,
}

/// What is kept of an outcome, for whoever brings the same body again: a refusal is never kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    outcome: Effect,
    #[serde(flatten)]
    ids: Ids,
}

impl Outcome {
    const fn of(effect: Effect, ids: Ids) -> Self {
        Self { effect, ids, faults: Vec::new(), faults_omitted: 0 }
    }

    /// Of an account as it is now, beside what it was.
    pub(crate) fn of_account(old: Option<&Account>, new: &Account) -> Self {
        let effect = match old {
            None => Effect::Created,
            Some(old) if old == new => Effect::Unchanged,
            Some(_) => Effect::Updated,
        };
        let installations = new
            .installations
            .iter()
            .map(|it| InstallationIds { installation_id: it.id, external_installation_id: it.external_id.clone() });
        let ids = Ids {
            account_id: Some(new.id),
            external_account_id: new.customer.external_id.clone(),
            installations: installations.collect(),
            ..Ids::default()
        };
        Self::of(effect, ids)
    }

    /// Of an onboarding request.
    pub(crate) fn of_onboarding(effect: Effect, request: &OnboardingRequest) -> Self {
        let ids = Ids {
            account_id: request.account,
            onboarding_id: Some(request.id),
            reference: request.reference.clone(),
            ..Ids::default()
        };
        Self::of(effect, ids)
    }

    /// Of a record.
    pub(crate) fn of_record(brought: &Brought) -> Self {
        Self::of(brought.effect, Ids { account_id: brought.account, ..Ids::default() })
    }

    /// As an answer, which is kept for whoever brings the same body again.
    pub(crate) fn answer(&self) -> Result<Answer, Failure> {
        Answer::json(200, &Kept { outcome: self.effect, ids: self.ids.clone() })
    }

    /// From an answer, perhaps of an earlier try.
    pub(crate) fn read(answer: &Answer) -> Result<Self, Failure> {
        let kept = serde_json::from_str::<Kept>(answer.body());
        kept.map(|Kept { outcome, ids }| Self::of(outcome, ids)).map_err(|error| Failure::Internal(error.into()))
    }

    /// Of a body that is refused.
    ///
    /// # Errors
    /// It is not: what was in the way is none of its faults, and may pass.
    pub(crate) fn refused(failure: Failure) -> Result<Self, Failure> {
        let effect = match failure.status() {
            _ if failure.retry_after_seconds().is_some() => return Err(failure),
            500.. => return Err(failure),
            // By the one rule of statuses: what clashes with what is stored, or with an earlier body under the same
            // key.
            409 | 410 | 422 => Effect::Conflict,
            _ => Effect::Invalid,
        };
        let (faults, faults_omitted) = problem::faults(&failure);
        Ok(Self { faults, faults_omitted, ..Self::of(effect, Ids::default()) })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
const fn is_none(number: &usize) -> bool {
    *number == 0
}
