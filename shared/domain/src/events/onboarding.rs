//! What others hear of when an onboarding request changes.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    onboarding::{OnboardingRequest, OnboardingStatus},
    webhook::EventType,
};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// The request has another status, or is new.
    StatusChanged {
        /// The status from then on. One that is erased before it has ended is canceled.
        status: OnboardingStatus,
        /// The status until then; a new request had none.
        previous: Option<OnboardingStatus>,
    },
    /// The owner has withdrawn what he agreed to.
    ConsentWithdrawn,
}

/// One thing that happened to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct OnboardingEvent<'a> {
    /// What.
    pub happening: Happening,
    /// The request as it is; one that is erased, as it was.
    pub request: &'a OnboardingRequest,
    /// The version that it has with that; of one that is erased the version that it would have.
    pub version: u64,
    /// When.
    pub occurred_at: Timestamp,
}

impl OnboardingEvent<'_> {
    /// The event's type.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        let event_type = match self.happening {
            Happening::StatusChanged { .. } => EventType::OnboardingStatusChanged,
            Happening::ConsentWithdrawn => EventType::ConsentWithdrawn,
        };
        event_type.word()
    }

    /// The event's id: the same whenever the same event is told of again.
    #[must_use]
    pub fn id(&self) -> Uuid {
        super::id(self.kind(), self.request.organisation, &self.request.id, self.version)
    }
}

/// The events that follow from a request's being `after` what was `before`, noticed at `at`.
#[must_use]
pub fn follow<'a>(
    before: Option<&'a OnboardingRequest>,
    after: Option<&'a OnboardingRequest>,
    at: Timestamp,
) -> Vec<OnboardingEvent<'a>> {
    let Some(request) = after else {
        let erased = before.filter(|request| request.is_live()).map(|request| OnboardingEvent {
            happening: Happening::StatusChanged { status: OnboardingStatus::Canceled, previous: Some(request.status) },
            request,
            version: request.version + 1,
            occurred_at: at,
        });
        return erased.into_iter().collect();
    };
    let previous = before.map(|before| before.status);
    let status = Happening::StatusChanged { status: request.status, previous };
    let withdrawn = request.is_withdrawn() && !before.is_some_and(OnboardingRequest::is_withdrawn);
    let happened =
        [(previous != Some(request.status)).then_some(status), withdrawn.then_some(Happening::ConsentWithdrawn)];
    let event =
        |happening| OnboardingEvent { happening, request, version: request.version, occurred_at: request.updated_at };
    happened.into_iter().flatten().map(event).collect()
}
