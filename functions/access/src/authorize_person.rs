//! The authorizer of the customers API: turns a name with its password, or a bearer token, into the person that calls; or
//! a credential into its organisation, as the other authorizer does. It is one of its own so that no person gets into the
//! other APIs.

use wattbook_api::{
    Entry, Failure, Function, Resource, Services,
    authorizer::{Asked, Verdict},
    clock,
    contract::Declaration,
    persons::{self, Known},
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "authorize-person",
    entry: Entry::Authorizer(|services, asked| Box::pin(decide(services, asked))),
    uses: &[Resource::Table, Resource::SigningKeys, Resource::HashKeys],
    contract: Declaration::NONE,
};

/// For how long API Gateway keeps what is decided, in seconds, as the template has it.
const KEPT: i64 = 300;

/// Decides who calls. Every way of not being known has the same answer.
async fn decide(services: &Services, asked: &Asked) -> Result<Verdict, Failure> {
    Ok(match persons::by_header(services, asked.authorization(), asked.source_address()).await? {
        Known::Organisation(principal) => Verdict::Organisation(principal),
        Known::Person(signed_in) => Verdict::Person(signed_in.person()),
        Known::Nobody => Verdict::Nobody,
        // The same header is answered so for as long as it is kept, whatever it has in it.
        Known::Wait(wait) => Verdict::Throttled(clock::now().as_second() + i64::from(wait).max(KEPT)),
    })
}
