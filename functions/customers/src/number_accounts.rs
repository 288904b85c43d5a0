//! Gives the accounts of an organisation that are from before there were numbers of customers such a number each. It has no
//! route; who may invoke it is a matter of IAM alone. The event is a JSON object:
//!
//! | member | holds |
//! |---|---|
//! | `organisation_id` | whose accounts |
//! | `cursor` | where to go on: what the call before answered |
//!
//! The answer says how many were `numbered`, and has a `cursor` if there is more to look at: call again with it. Accounts
//! may be written meanwhile; one that has a number is left alone, so that another call does no harm.

use std::time::{Duration, Instant};

use deserr::Deserr;
use serde_json::{Value, json, value::RawValue};
use wattbook_api::{
    Entry, Failure, Faults, Function, Resource, Services, body, clock,
    contract::Declaration,
    fault::{Pointer, Reason},
    json,
};
use wattbook_domain::{Account, Actor, OrganisationId};
use wattbook_store::{NumberingCursor, WriteError};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "number-accounts",
    entry: Entry::Direct(|services, event| Box::pin(number(services, event))),
    uses: &[Resource::Table],
    contract: Declaration::NONE,
};

/// For how long it goes on. The template gives the function longer than that.
const GO_ON: Duration = Duration::from_mins(1);

#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
struct Asked {
    organisation_id: OrganisationId,
    #[deserr(default)]
    cursor: Option<String>,
}

async fn number(services: &Services, event: &RawValue) -> Result<Value, Failure> {
    let document = json::parse(event.get().as_bytes()).map_err(Failure::Unreadable)?;
    let mut faults = Faults::default();
    let asked: Asked = body::read(&document.value, &mut faults).ok_or(Failure::Faults(faults))?;
    let mut cursor = match &asked.cursor {
        None => NumberingCursor::default(),
        Some(cursor) => serde_json::from_str(cursor).map_err(|_| no_cursor())?,
    };
    let (store, started, mut numbered) = (services.store()?, Instant::now(), 0u64);
    loop {
        let (accounts, next) = store.accounts_to_number(asked.organisation_id, &cursor).await?;
        for old in accounts.iter().filter(|account| account.number.is_none()) {
            let new = Account { version: old.version + 1, updated_at: clock::now(), ..old.clone() };
            match store.replace_account(old, &new, &Actor::Schedule, None).await {
                Ok(()) => numbered += 1,
                // Whoever wrote it has given it a number.
                Err(WriteError::Stale(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let Some(next) = next else { return Ok(json!({ "numbered": numbered })) };
        cursor = next;
        if started.elapsed() >= GO_ON {
            let cursor = serde_json::to_string(&cursor).map_err(|error| Failure::Internal(error.into()))?;
            return Ok(json!({ "numbered": numbered, "cursor": cursor }));
        }
    }
}

fn no_cursor() -> Failure {
    let mut faults = Faults::default();
    let message = "is no cursor of this function: send it as it came, or leave it out to begin anew";
    faults.body(&Pointer::root().child("cursor"), Reason::new("invalid_cursor", message));
    Failure::Faults(faults)
}
