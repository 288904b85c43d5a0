//! How an onboarding request is shown.

use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use wattbook_api::{
    Request, Services,
    contract::open_enumeration,
    link::{self, Purpose},
    schema_types::{CanceledByWord, HappeningWord, OnboardingStatusWord, StepStateWord, StepWord},
    secret::KeyRing,
    services::Undeclared,
};
use wattbook_domain::{
    catalogue::Step,
    onboarding::{CanceledBy, FailureCode, Happening, OnboardingRequest, OnboardingStatus, StepState},
};

use super::data::DataView;

/// An onboarding request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OnboardingRequest)]
pub struct RequestView {
    /// Our id; absent in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    id: Option<String>,
    /// What is asked for.
    #[schema(pattern = "^Entity$")]
    request_type: &'static str,
    /// How far it has come. The last three are its ends.
    #[schema(value_type = OnboardingStatusWord)]
    status: OnboardingStatus,
    /// What its owner can do; absent if there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    action: Option<ActionView>,
    /// What it is about.
    data: DataView,
    /// When it was created.
    #[schema(value_type = String, format = "date-time")]
    created: String,
    /// When it was last changed.
    #[schema(value_type = String, format = "date-time")]
    updated: String,
    /// When it fails unless something happens; absent once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false, format = "date-time")]
    expires_at: Option<String>,
    /// Where the owner is sent when he is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    return_url: Option<String>,
    /// Whether the device may be taken over from whoever has it.
    take_over: bool,
    /// Why it failed.
    errors: Vec<ErrorView>,
    /// What has to happen, in its order.
    steps: Vec<StepView>,
    /// What happened, the latest last.
    history: Vec<HistoryView>,
    /// What the owner agreed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    consent: Option<ConsentView>,
    /// Who ended it, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cancellation: Option<CancellationView>,
}

/// What an owner can do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OnboardingAction)]
pub struct ActionView {
    /// `Consent`: to agree or decline, as long as the request is pending. `Withdrawal`: to withdraw what he agreed to.
    #[serde(rename = "type")]
    #[schema(pattern = "^(Consent|Withdrawal)$")]
    kind: &'static str,
    /// The page where he does it. Who has the link can do it: give it to the owner and to nobody else.
    #[schema(format = "uri")]
    redirect_link: String,
    /// What people can read about the manufacturer's way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    documentation_link: Option<String>,
}

/// Why a request failed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnboardingError)]
pub struct ErrorView {
    /// For programs.
    #[schema(value_type = FailureWord)]
    code: FailureCode,
    /// For people.
    message: &'static str,
}

/// A step of a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnboardingStepState)]
pub struct StepView {
    /// Which.
    #[schema(value_type = StepWord)]
    step: Step,
    /// How far it has come.
    #[schema(value_type = StepStateWord)]
    state: StepState,
    /// Since when.
    #[schema(value_type = String, format = "date-time")]
    at: String,
}

/// One thing that happened to a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnboardingHistoryEntry)]
pub struct HistoryView {
    /// When.
    #[schema(value_type = String, format = "date-time")]
    at: String,
    /// What.
    #[schema(value_type = HappeningWord)]
    event: Happening,
    /// The status from then on.
    #[schema(value_type = OnboardingStatusWord)]
    status: OnboardingStatus,
}

/// What an owner agreed to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OwnersConsent)]
pub struct ConsentView {
    /// The version of the text that he read.
    text_version: String,
    /// The language in which he read it.
    language: String,
    /// When he agreed.
    #[schema(value_type = String, format = "date-time")]
    agreed_at: String,
    /// When he withdrew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false, format = "date-time")]
    withdrawn_at: Option<String>,
}

/// That somebody ended a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnboardingCancellation)]
pub struct CancellationView {
    /// Who.
    #[schema(value_type = CanceledByWord)]
    by: CanceledBy,
    /// Why, in his words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
}

/// What a request is shown with.
pub struct Shown<'a> {
    /// The keys that links are made with.
    keys: &'a KeyRing,
    /// Where our pages are.
    public_url: String,
}

impl<'a> Shown<'a> {
    /// What the answer to a request takes.
    ///
    /// # Errors
    /// The function does not declare that it uses the signing keys.
    pub fn of(services: &'a Services, request: &Request) -> Result<Self, Undeclared> {
        Ok(Self { keys: services.signing_keys()?, public_url: request.public_url(services.public_url()) })
    }
}

impl RequestView {
    /// Of a request that is stored.
    #[must_use]
    pub fn of(request: &OnboardingRequest, shown: &Shown<'_>) -> Self {
        Self { id: Some(request.id.to_string()), action: action(request, shown), ..Self::rehearsed(request) }
    }

    /// Of one that is not: without its id and its link.
    #[must_use]
    pub fn rehearsed(request: &OnboardingRequest) -> Self {
        Self {
            id: None,
            request_type: "Entity",
            status: request.status,
            action: None,
            data: DataView::of(request),
            created: request.created_at.to_string(),
            updated: request.updated_at.to_string(),
            expires_at: request.expires_at.map(|at| at.to_string()),
            return_url: request.return_url.as_ref().map(|url| url.as_str().to_owned()),
            take_over: request.take_over,
            errors: request.failure.into_iter().map(|code| ErrorView { code, message: message(code) }).collect(),
            steps: request
                .steps
                .iter()
                .map(|it| StepView { step: it.step, state: it.state, at: it.at.to_string() })
                .collect(),
            history: request
                .history
                .iter()
                .map(|it| HistoryView { at: it.at.to_string(), event: it.happening, status: it.status })
                .collect(),
            consent: request.consent.as_ref().map(|it| ConsentView {
                text_version: it.text_version.clone(),
                language: it.language.clone(),
                agreed_at: it.agreed_at.to_string(),
                withdrawn_at: it.withdrawn_at.map(|at| at.to_string()),
            }),
            cancellation: request.cancellation.as_ref().map(|it| CancellationView {
                by: it.by,
                reason: it.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            }),
        }
    }
}

/// What the owner can do now: answer, or withdraw what he agreed to.
fn action(request: &OnboardingRequest, shown: &Shown<'_>) -> Option<ActionView> {
    let purpose = if request.status == OnboardingStatus::Pending {
        Purpose::Consent
    } else if request.consent.is_some()
        && !request.is_withdrawn()
        && (request.is_live() || request.status == OnboardingStatus::Succeeded)
    {
        Purpose::Withdrawal
    } else {
        return None;
    };
    let token = link::token(shown.keys, purpose, request)?;
    Some(ActionView {
        kind: match purpose {
            Purpose::Consent => "Consent",
            Purpose::Withdrawal => "Withdrawal",
        },
        redirect_link: format!("{}{}", shown.public_url, purpose.path(&token)),
        documentation_link: request.documentation.as_ref().map(|link| link.as_str().to_owned()),
    })
}

/// What a failure means, and what can be done.
const fn message(code: FailureCode) -> &'static str {
    match code {
        FailureCode::RefusedByOwner => {
            "The owner refused at the manufacturer's sign-in. Ask him, and create another request."
        }
        FailureCode::SignInFailed => {
            "The manufacturer did not accept the sign-in. Create another request; if it fails again, the sign-in is set up \
             wrongly."
        }
        FailureCode::ManufacturerUnreachable => "The manufacturer could not be reached. Create another request later.",
        FailureCode::NotYourDevice => {
            "The device is none of those of whoever signed in. Compare its identifier, and whose account it was."
        }
        FailureCode::NotConnected => "The device was found, and could not be connected. Create another request later.",
        FailureCode::Expired => "Nobody did in time what had to be done. Create another request.",
        FailureCode::TakenOver => "A new owner has proved the device to be his.",
    }
}

/// The codes of failures, for the contract.
struct FailureWord;

impl PartialSchema for FailureWord {
    fn schema() -> RefOr<Schema> {
        open_enumeration(FailureCode::WORDS, "Why a request failed, for programs. Further codes may come.")
    }
}

impl ToSchema for FailureWord {
    fn name() -> std::borrow::Cow<'static, str> {
        "OnboardingErrorCode".into()
    }
}
