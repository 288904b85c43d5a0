//! Why a request is not carried out, before any dialect has put it into words.
//!
//! One rule decides the status, in every dialect: **400** for whatever is wrong with the request by
//! itself, **409** for what clashes with what is stored, **412** for a version that is not the
//! current one. 422 is kept for the one thing the idempotency rules reserve it for.

use std::error::Error;

use wattbook_domain::{Account, AccountId, Flaw, entity::OffboardingId, onboarding::OnboardingId, webhook::Webhook};
use wattbook_store::{ImportError, MAX_ACCOUNT_BYTES, OnboardingError, StoreError, WebhookError, WriteError};

use crate::{
    Faults,
    bucket::BucketError,
    bus::BusError,
    fault::{Pointer, Reason},
    http::MAX_BODY_BYTES,
    queue::QueueError,
    services::Undeclared,
};

/// A value that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where the value stands in the caller's body.
    pub path: Pointer,
    /// What kind of value it is.
    pub kind: &'static str,
    /// The account that holds it, if the caller may know.
    pub holder: Option<AccountId>,
    /// Whether that account is deleted and kept.
    pub holder_is_deleted: bool,
}

/// A device that belongs to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceConflict {
    /// Where the identifier stands in the caller's body.
    pub path: Pointer,
    /// The request by which somebody has it, if the caller may know.
    pub holder: Option<OnboardingId>,
}

/// Why a request is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// 400: faults of the request, all of them.
    #[error("{} faults", .0.list().len())]
    Faults(Faults),
    /// 400: the body cannot be read, so nothing can be said of its members.
    #[error("{}", .0.message)]
    Unreadable(Reason),
    /// 401: nobody known.
    #[error("the caller is not known")]
    Unauthenticated,
    /// 403: the caller may not do this, whatever it is done with.
    #[error("the caller may not do this")]
    Forbidden,
    /// 404: nothing of that id that the caller can see. One answer for missing and foreign.
    #[error("not found")]
    NotFound,
    /// 404: what the body names is nothing that the caller can see.
    #[error("the body names what is not there")]
    Unseen(Pointer),
    /// 404: no such path.
    #[error("no such path")]
    NoRoute,
    /// 405: the path is known, but not with this method.
    #[error("the method is not allowed")]
    Method {
        /// The methods it is known with.
        allowed: Vec<String>,
    },
    /// 409: values are taken, all of them listed.
    #[error("{} values are taken", .0.len())]
    Taken(Vec<Conflict>),
    /// 409: the device belongs to somebody.
    #[error("the device is taken")]
    DeviceTaken(DeviceConflict),
    /// 409: a request under the same idempotency key is being carried out.
    #[error("a request under the same idempotency key is being carried out")]
    InProgress,
    /// 409: the change would break rules of what is stored, all of them listed.
    #[error("{} rules would be broken", .0.list().len())]
    Rules(Faults),
    /// 409: the entity is connected no longer, so that nothing changes in it.
    #[error("the entity is connected no longer")]
    Disconnected {
        /// Where the entity stands in the caller's body; the root where the path names it.
        path: Pointer,
        /// The offboarding that disconnected it, if one did.
        offboarding: Option<OffboardingId>,
    },
    /// 410: the person is known, but has nothing in the area that was asked for.
    #[error("the person has nothing in this area")]
    NotInArea,
    /// 410: an earlier request under the idempotency key was carried out, and what came of it is erased.
    #[error("what the request was about is erased")]
    Erased,
    /// 412: the resource is in another version than the caller asks for.
    #[error("the resource is in another version")]
    Precondition,
    /// 413: the body is too large.
    #[error("the body is larger than {MAX_BODY_BYTES} bytes")]
    BodyTooLarge,
    /// 413: what would be stored is too large.
    #[error("the account would take {bytes} bytes; {MAX_ACCOUNT_BYTES} are allowed")]
    AccountTooLarge {
        /// What it would take.
        bytes: usize,
    },
    /// 415: the body is of another media type.
    #[error("the body must be of type {expected}")]
    MediaType {
        /// What is read here.
        expected: &'static str,
    },
    /// 415: the body comes in a coding that is not taken off here.
    #[error("the body must be sent as it is, or as gzip")]
    ContentCoding,
    /// 422: another request has used the idempotency key.
    #[error("another request has used this idempotency key")]
    KeyReused,
    /// 429: too many wrong passwords were tried on the name or from the address.
    #[error("too many wrong passwords")]
    TooManyTries {
        /// For how many seconds none is tried.
        wait: u32,
    },
    /// 503: contention or throttling that outlived the retries.
    #[error("busy")]
    Busy(#[source] StoreError),
    /// 503: others changed the same account again and again.
    #[error("the account is being changed by others")]
    Contended,
    /// 503: it cannot be done now, which is nobody's fault here, and is tried again. Of messages alone.
    #[error("put off")]
    PutOff,
    /// 500: our own fault.
    #[error("internal")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Faults(_) => "invalid_request",
            Self::Unreadable(reason) => reason.code,
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound | Self::Unseen(_) => "not_found",
            Self::NoRoute => "unknown_path",
            Self::Method { .. } => "method_not_allowed",
            Self::Taken(_) | Self::DeviceTaken(_) => "conflict",
            Self::InProgress => "request_in_progress",
            Self::Rules(_) | Self::Disconnected { .. } => "rule_broken",
            Self::NotInArea => "not_in_area",
            Self::Erased => "erased",
            Self::Precondition => "version_mismatch",
            Self::BodyTooLarge => "body_too_large",
            Self::AccountTooLarge { .. } => "account_too_large",
            Self::MediaType { .. } => "unsupported_media_type",
            Self::ContentCoding => "unsupported_content_encoding",
            Self::KeyReused => "idempotency_key_reused",
            Self::TooManyTries { .. } => "too_many_tries",
            Self::Busy(_) | Self::Contended => "busy",
            Self::PutOff => "put_off",
            Self::Internal(_) => "internal",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Faults(_) | Self::Unreadable(_) => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound | Self::Unseen(_) | Self::NoRoute => 404,
            Self::Method { .. } => 405,
            Self::Taken(_) | Self::DeviceTaken(_) | Self::InProgress | Self::Rules(_) | Self::Disconnected { .. } => {
                409
            }
            Self::NotInArea | Self::Erased => 410,
            Self::Precondition => 412,
            Self::BodyTooLarge | Self::AccountTooLarge { .. } => 413,
            Self::MediaType { .. } | Self::ContentCoding => 415,
            Self::KeyReused => 422,
            Self::TooManyTries { .. } => 429,
            Self::Internal(_) => 500,
            Self::Busy(_) | Self::Contended | Self::PutOff => 503,
        }
    }

    /// After how many seconds trying again makes sense, if it does.
    #[must_use]
    pub const fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::TooManyTries { wait } => Some(*wait),
            Self::InProgress | Self::Busy(_) | Self::Contended => Some(1),
            _ => None,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy(_) => Self::Busy(error),
            _ => Self::Internal(error.into()),
        }
    }
}

impl From<WriteError> for Failure {
    /// For what means the same to every operation. Which values are taken is for the operation to
    /// say, in its caller's words.
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Stale(_) => Self::Contended,
            WriteError::Taken(_) => Self::Taken(Vec::new()),
            WriteError::Answered(_) | WriteError::InProgress => Self::InProgress,
            WriteError::TooLarge { bytes } => Self::AccountTooLarge { bytes },
            WriteError::Store(error) => error.into(),
        }
    }
}

impl From<OnboardingError> for Failure {
    /// For what means the same to every operation. Where a taken device or a missing account stands in the body is for
    /// the operation to say.
    fn from(error: OnboardingError) -> Self {
        match error {
            OnboardingError::Stale | OnboardingError::Unmoved(_) => Self::Contended,
            OnboardingError::Taken(_) => Self::DeviceTaken(DeviceConflict { path: Pointer::root(), holder: None }),
            OnboardingError::AccountGone | OnboardingError::CollectiveGone => Self::NotFound,
            OnboardingError::AccountFull => {
                let mut faults = Faults::default();
                faults.body(&Pointer::root(), Flaw::TooManyOnboardings { most: Account::MAX_ONBOARDINGS });
                Self::Rules(faults)
            }
            OnboardingError::Answered(_) | OnboardingError::InProgress => Self::InProgress,
            OnboardingError::Store(error) => error.into(),
        }
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Answered(_) | ImportError::InProgress => Self::InProgress,
            ImportError::Store(error) => error.into(),
        }
    }
}

impl From<WebhookError> for Failure {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Stale => Self::Contended,
            WebhookError::Full => {
                let mut faults = Faults::default();
                faults.body(&Pointer::root(), Flaw::TooManyWebhooks { most: Webhook::MOST });
                Self::Rules(faults)
            }
            WebhookError::Answered(_) | WebhookError::InProgress => Self::InProgress,
            WebhookError::Store(error) => error.into(),
        }
    }
}

impl From<Undeclared> for Failure {
    fn from(error: Undeclared) -> Self {
        Self::Internal(error.into())
    }
}

impl From<BucketError> for Failure {
    fn from(error: BucketError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<BusError> for Failure {
    fn from(error: BusError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<QueueError> for Failure {
    fn from(error: QueueError) -> Self {
        Self::Internal(error.into())
    }
}
