//! The pages that a device's owner sees: they ask for consent, say how it went, and take consent back.
//!
//! What draws them is pure: a [`Page`] in a [`Language`] becomes an [`Answer`](wattbook_api::Answer), and the body of a
//! form becomes a [`Submission`]. The pages are plain HTML of a few KB, without script, font or picture, under a
//! Content-Security-Policy that allows none: `templates/` has their structure and their one style, `texts` their words.
//! Whatever others wrote (names, identifiers, what was typed) is text in them and nothing else.
//!
//! A [`Visit`] finds the request that an address is of and says which page it shows; a [`Browser`] tells the one that
//! answered from all others.

mod answer;
mod browser;
mod date;
mod device;
mod form;
mod function;
mod language;
mod number;
mod origin;
mod page;
mod problem;
mod render;
mod texts;
mod visit;

pub use browser::{Browser, Known};
pub use device::{Device, DeviceId};
pub use form::{Asked, Decision, Submission, Tried};
pub use function::{FORM, function, refuse};
pub use language::Language;
pub use page::{Ask, AskWithdrawal, Asker, Ended, Onward, Outcome, Page, Refusal};
pub use problem::Problem;
pub use texts::TEXT_VERSION;
pub use visit::{Visit, see_other};
