//! How devices are proved to be their owners', and connected.
//!
//! | connector | what proves the device | here |
//! |---|---|---|
//! | `oauth2` | the owner signs in at the manufacturer, who then lists the device among his | [`sign_in`], [`devices`] |
//! | `pairing-code` | a code that only he can see | nothing: it is held against what the request has |
//! | `metering-point` | nothing: its number and the owner's consent are enough | nothing |
//! | `sandbox` | nothing is connected; the identifier says how it goes | [`sandbox`] |
//!
//! The settings of a manufacturer's sign-in are an operator's; they are kept sealed ([`stored`]). What the other side
//! answers is never kept, logged or shown beyond the words that the standards have ([`SignInError`]).

mod address;
pub mod devices;
mod error;
pub mod http;
mod kept;
mod sandbox;
mod secret;
mod settings;
pub mod sign_in;
pub mod stored;
#[cfg(test)]
mod stub;

pub use address::{DevicesAddress, WebAddress};
pub use error::{SignInError, refusal};
pub use kept::Kept;
pub use sandbox::{Verdict, sandbox};
pub use secret::Secret;
pub use settings::{ClientAuthentication, ClientText, Scope, SignInSettings, proves_device};
