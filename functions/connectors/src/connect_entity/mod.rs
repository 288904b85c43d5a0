//! On the queue of what is to be connected: proves the device of an onboarding request, and ends the request.
//!
//! A message is `{"organisation_id": …, "onboarding_id": …}`. It may come twice, late, and after the request has ended
//! otherwise: then nothing is to be done. What may go well a little later is an error, so that the message comes again.

mod proof;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wattbook_api::{
    Entry, Failure, Function, Message, Resource, Services, clock, contract::Declaration, queue::CONNECT_QUEUE,
};
use wattbook_connectors::sign_in::Tokens;
use wattbook_domain::{
    Actor, OrganisationId,
    onboarding::{FailureCode, Occurrence, OnboardingId, OnboardingRequest},
};
use wattbook_store::OnboardingError;

use proof::Proof;

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "connect-entity",
    entry: Entry::Queue(|services, message| Box::pin(connect(services, message))),
    uses: &[Resource::Table, Resource::ConnectorKeys, Resource::CONNECT_QUEUE],
    contract: Declaration::NONE,
};

/// At this receipt a message is handled for the last time: one fewer than the queue allows, for its count is
/// approximate.
const LAST_RECEIPT: u32 = 4;

/// After which pauses, in milliseconds, what was proved is written again.
const PAUSES: [u64; 6] = [50, 100, 200, 400, 800, 1600];

/// What a message orders.
#[derive(Serialize, Deserialize)]
struct Order {
    organisation_id: OrganisationId,
    onboarding_id: OnboardingId,
    /// How often it was put off.
    #[serde(default)]
    put_off: u32,
}

async fn connect(services: &Services, message: &Message) -> Result<(), Failure> {
    let order: Order = message.read()?;
    let found = services.store()?.onboarding(order.organisation_id, order.onboarding_id).await?;
    let Some(mut request) = found else { return Ok(()) };
    // What is overdue is ended by the schedule.
    if !request.is_connecting() || request.is_overdue(clock::now()) {
        return Ok(());
    }
    let is_last = message.receive_count >= LAST_RECEIPT;
    match proof::of(services, &mut request, order.put_off, is_last).await? {
        Proof::Given(tokens) => end_well(services, request, tokens.as_ref()).await,
        Proof::Refuted(code) => fail(services, request, code).await,
        Proof::Never => Ok(()),
        Proof::Later { seconds } => {
            let order = Order { put_off: order.put_off.saturating_add(1), ..order };
            let order = serde_json::to_string(&order).map_err(|error| Failure::Internal(error.into()))?;
            Ok(services.queue(CONNECT_QUEUE)?.send(&order, seconds).await?)
        }
    }
}

/// Makes the entity. By now a sign-in's code is spent, so whatever stands in the way is tried to be overcome here and
/// now. Should the process die before it is written, the message comes again, the manufacturer refuses the code, and
/// the request fails with `sign_in_failed`: its owner has to be asked anew. That is rare, and never a connection that
/// nobody knows of on our side; what the manufacturer has given out ends by itself.
async fn end_well(services: &Services, mut request: OnboardingRequest, tokens: Option<&Tokens>) -> Result<(), Failure> {
    let (store, mut stopped) = (services.store()?, Failure::Contended);
    for pause in PAUSES {
        let (now, entity) = (clock::now(), (request.organisation, request.entity));
        let sealed = match tokens {
            Some(tokens) => Some(tokens.sealed(services.connector_keys()?, entity, tokens.refresh_at(now), 1)?),
            None => None,
        };
        match store.connect_device(&request, sealed.as_ref(), now).await {
            // It has ended otherwise meanwhile.
            Ok(_) | Err(OnboardingError::Unmoved(_)) => return Ok(()),
            // The account has been erased, and the request is about to be.
            Err(OnboardingError::AccountGone) => return fail(services, request, FailureCode::NotConnected).await,
            Err(error) => stopped = error.into(),
        }
        tokio::time::sleep(Duration::from_millis(pause)).await;
        match store.onboarding(request.organisation, request.id).await {
            Ok(Some(current)) => request = current,
            Ok(None) => return Ok(()),
            Err(error) => stopped = error.into(),
        }
    }
    Err(stopped)
}

async fn fail(services: &Services, mut request: OnboardingRequest, code: FailureCode) -> Result<(), Failure> {
    let store = services.store()?;
    for _ in PAUSES {
        // It has ended otherwise meanwhile.
        let Ok(failed) = request.after(&Occurrence::Failed(code), clock::now()) else { return Ok(()) };
        match store.replace_onboarding(&request, &failed, &Actor::Connector).await {
            Ok(()) => return Ok(()),
            Err(OnboardingError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
        let current = store.onboarding(request.organisation, request.id).await?;
        let Some(current) = current.filter(OnboardingRequest::is_connecting) else { return Ok(()) };
        request = current;
    }
    Err(Failure::Contended)
}
