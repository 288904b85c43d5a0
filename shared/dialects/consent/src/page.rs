//! What a page says. Names and identifiers are people's: so nothing of it can be written to a log by `Debug`.

use jiff::Timestamp;
use wattbook_domain::onboarding::FailureCode;

use crate::{Asked, Device, Tried};

/// A page.
pub enum Page<'a> {
    /// Asks for consent: agree or decline. 200, and 422 after a try that failed.
    Ask(Ask<'a>),
    /// The person goes on to somebody else, at once and by himself if nothing happens. 200.
    Onward(Onward<'a>),
    /// The consent is there, and the device is being connected. 200.
    Waiting {
        /// Who asked.
        asker: Asker<'a>,
    },
    /// The request has ended. 200.
    Ended(Ended<'a>),
    /// The link has been used up. 410.
    AlreadyUsed {
        /// Who asked, if that is known.
        asker: Option<Asker<'a>>,
    },
    /// The link was not used in time. 410.
    Expired {
        /// Who asked, if that is known.
        asker: Option<Asker<'a>>,
    },
    /// No such link. 404.
    Unknown,
    /// Asks whether consent is to be withdrawn. 200.
    AskWithdrawal(AskWithdrawal<'a>),
    /// The consent is withdrawn. 200.
    Withdrawn {
        /// Who had asked.
        asker: Asker<'a>,
    },
    /// The sign-in was begun in another browser. 403.
    OtherBrowser,
    /// The request cannot be carried out.
    Refused(Refusal),
}

/// Who asks.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// The name of its brand, if the request is made for one.
    pub brand: Option<&'a str>,
}

impl<'a> Asker<'a> {
    /// The name by which the person knows who asks: the brand's, if there is one.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.brand.unwrap_or(self.organisation)
    }
}

/// What is said where consent is asked for.
pub struct Ask<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// For which device.
    pub device: Device<'a>,
    /// Until when the link is good.
    pub good_until: Timestamp,
    /// The address at the manufacturer's where the person signs in next, if he does. The form may lead there.
    pub sign_in: Option<&'a str>,
    /// The address that the person is sent back to in the end, if there is one. The form may lead there.
    pub return_to: Option<&'a str>,
    /// What is still missing.
    pub asked: Asked<'a>,
    /// What was typed before, and what is wrong with it.
    pub tried: Option<&'a Tried>,
}

/// The way to somebody else, such as the manufacturer's sign-in.
///
/// A form could be answered by a redirect there, if that address redirected to none that the form's policy does not
/// name: Chromium holds each of them against it (156 does), and stays where it is without a word. With a page in
/// between, wherever they lead on is nobody's business. A person who comes back before he has signed in finds it, too.
pub struct Onward<'a> {
    /// Who asked.
    pub asker: Asker<'a>,
    /// Who is at that address: the manufacturer's name.
    pub name: &'a str,
    /// The address. Only `https` and `http` are led to.
    pub address: &'a str,
}

/// How a request has ended.
pub struct Ended<'a> {
    /// Who asked.
    pub asker: Asker<'a>,
    /// How it went.
    pub outcome: Outcome,
    /// The address that the person goes back to, the outcome appended, if there is one. Only `https` and `http` are
    /// linked.
    pub return_to: Option<&'a str>,
    /// The path by which the consent can be withdrawn, if it can.
    pub withdrawal: Option<&'a str>,
}

/// How it went.
#[derive(Debug, Clone, Copy)]
pub enum Outcome {
    /// The device is connected.
    Succeeded,
    /// It is not.
    Failed {
        /// Why.
        code: FailureCode,
    },
    /// The person declined.
    Declined,
    /// Whoever asked has called it off.
    Canceled,
}

/// What is said where consent can be withdrawn.
pub struct AskWithdrawal<'a> {
    /// Who has the consent.
    pub asker: Asker<'a>,
    /// For which device.
    pub device: Device<'a>,
}

/// Why a request is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The form cannot be read, or says neither yes nor no. 400.
    Unreadable,
    /// The path takes other methods. 405.
    Method {
        /// Those that it takes, as in `Allow`.
        allowed: &'static str,
    },
    /// More was sent than any form has. 413.
    TooLarge,
    /// It is our fault. 500.
    Internal,
    /// Too much at once. 503.
    Busy,
}

impl<'a> Page<'a> {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Ask(Ask { tried: Some(_), .. }) => 422,
            Self::Ask(_)
            | Self::Onward(_)
            | Self::Waiting { .. }
            | Self::Ended(_)
            | Self::AskWithdrawal(_)
            | Self::Withdrawn { .. } => 200,
            Self::AlreadyUsed { .. } | Self::Expired { .. } => 410,
            Self::Unknown => 404,
            Self::OtherBrowser => 403,
            Self::Refused(refusal) => refusal.status(),
        }
    }

    /// Who asks, if the page tells of it.
    pub(crate) const fn asker(&self) -> Option<Asker<'a>> {
        match self {
            Self::Ask(Ask { asker, .. })
            | Self::Onward(Onward { asker, .. })
            | Self::Ended(Ended { asker, .. })
            | Self::AskWithdrawal(AskWithdrawal { asker, .. })
            | Self::Waiting { asker }
            | Self::Withdrawn { asker } => Some(*asker),
            Self::AlreadyUsed { asker } | Self::Expired { asker } => *asker,
            Self::Unknown | Self::OtherBrowser | Self::Refused(_) => None,
        }
    }

    /// Whether it is what a plain visit of its address shows, so that it can be had in another language by a link.
    pub(crate) const fn is_visited(&self) -> bool {
        !matches!(self, Self::Onward(_) | Self::OtherBrowser | Self::Refused(_))
    }
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Unreadable => 400,
            Self::Method { .. } => 405,
            Self::TooLarge => 413,
            Self::Internal => 500,
            Self::Busy => 503,
        }
    }
}
