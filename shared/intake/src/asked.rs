//! What can be asked for by an event.

use crate::{Dialect, Mode};

/// Something that can be asked for.
#[derive(Debug)]
pub struct Asked {
    /// By an event of this type.
    pub event_type: &'static str,
    /// What its body is of.
    pub dialect: Dialect,
    /// What to do if that is there already.
    pub mode: Mode,
    /// The type of the event that says that it was done.
    pub completed: &'static str,
    /// The type of the event that says why it was not.
    pub rejected: &'static str,
}

/// All that can be asked for.
pub static ASKED: &[Asked] = &[
    Asked {
        event_type: "customer.provisioning.requested",
        dialect: Dialect::Provisioning,
        mode: Mode::Create,
        completed: "customer.provisioning.completed",
        rejected: "customer.provisioning.rejected",
    },
    Asked {
        event_type: "account.upsert.requested",
        dialect: Dialect::Accounts,
        mode: Mode::Upsert,
        completed: "account.upsert.completed",
        rejected: "account.upsert.rejected",
    },
    Asked {
        event_type: "device.onboarding.requested",
        dialect: Dialect::Onboarding,
        mode: Mode::Create,
        completed: "device.onboarding.completed",
        rejected: "device.onboarding.rejected",
    },
];

impl Asked {
    /// What is asked for by an event of that type.
    #[must_use]
    pub fn by(event_type: &str) -> Option<&'static Self> {
        ASKED.iter().find(|asked| asked.event_type == event_type)
    }
}
