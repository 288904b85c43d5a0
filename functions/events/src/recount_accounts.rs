//! Counts the accounts of an organisation anew, and repairs the counters by which lists say how many they have, while
//! accounts are written and counted. It has no route; who may invoke it is a matter of IAM alone. The event is a JSON
//! object:
//!
//! | member | holds |
//! |---|---|
//! | `organisation_id` | whose accounts |
//! | `cursor` | where to go on: what the call before answered |
//! | `max_parts` | the most parts of the table, of a megabyte each, to look at in this call; unless given, as many as there is time for |
//!
//! The answer has a `cursor` if there is more to look at: call again with it. At last it has the `lists`, each with what
//! the counters said (`was`) and should have said (`is`), and how many `accounts` there were. Without a `cursor` a new
//! recount begins, and one that is under way is given up: then `superseded` is true of that.
//!
//! It relies on the changes of an account being noted in their order. So first have those noted that were put aside
//! (`UnfollowedChanges`). Where one is still to come after some seconds, `waiting` is true: call again with the `cursor`
//! a little later.

use std::time::{Duration, Instant};

use deserr::Deserr;
use serde_json::{Value, json, value::RawValue};
use wattbook_api::{
    Entry, Failure, Faults, Function, Resource, Services, body,
    contract::Declaration,
    fault::{Pointer, Reason},
    json,
};
use wattbook_domain::OrganisationId;
use wattbook_store::{Recount, Recounted};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "recount-accounts",
    entry: Entry::Direct(|services, event| Box::pin(recount(services, event))),
    uses: &[Resource::Table],
    contract: Declaration::NONE,
};

/// For how long the table is looked at. The template gives the function longer than that: the last part has to be
/// finished.
const LOOK_FOR: Duration = Duration::from_mins(1);

/// What an operator asks for.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
struct Asked {
    organisation_id: OrganisationId,
    #[deserr(default)]
    cursor: Option<String>,
    #[deserr(default)]
    max_parts: Option<u64>,
}

async fn recount(services: &Services, event: &RawValue) -> Result<Value, Failure> {
    let document = json::parse(event.get().as_bytes()).map_err(Failure::Unreadable)?;
    let mut faults = Faults::default();
    let asked: Asked = body::read(&document.value, &mut faults).ok_or(Failure::Faults(faults))?;
    let store = services.store()?;
    let mut recount = match &asked.cursor {
        None => store.begin_recount(asked.organisation_id).await?,
        Some(cursor) => read(cursor, asked.organisation_id)?,
    };
    let (started, most) = (Instant::now(), asked.max_parts.unwrap_or(u64::MAX));
    for part in 0.. {
        if part >= most || started.elapsed() >= LOOK_FOR {
            return going_on(&recount, false);
        }
        recount = match store.recount_part(recount).await? {
            Recounted::GoOn(further) => further,
            Recounted::NotNoted(recount) => return going_on(&recount, true),
            Recounted::All(all) => {
                recount = all;
                break;
            }
        };
        tracing::info!(function = FUNCTION.name, accounts = recount.accounts, "recounting");
    }
    let lists = store.finish_recount(&recount).await?;
    Ok(match lists {
        Some(lists) => json!({"accounts": recount.accounts, "lists": lists}),
        None => json!({"superseded": true}),
    })
}

fn going_on(recount: &Recount, waiting: bool) -> Result<Value, Failure> {
    let cursor = serde_json::to_string(recount).map_err(|error| Failure::Internal(error.into()))?;
    Ok(json!({"accounts": recount.accounts, "cursor": cursor, "waiting": waiting}))
}

/// Reads a cursor, which is of this organisation.
fn read(cursor: &str, organisation: OrganisationId) -> Result<Recount, Failure> {
    let read = serde_json::from_str(cursor).ok().filter(|recount: &Recount| recount.organisation() == organisation);
    read.ok_or_else(|| {
        let mut faults = Faults::default();
        let message =
            "is no cursor of a recount of this organisation: send it as it came, or leave it out to begin anew";
        faults.body(&Pointer::root().child("cursor"), Reason::new("invalid_cursor", message));
        Failure::Faults(faults)
    })
}
