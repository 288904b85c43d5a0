//! The table's stream: does what follows from a write and could not be a part of it, because it takes another service, or
//! more items than a transaction has.
//!
//! It may be told of a change again, or of an older one after a newer one. So it does nothing that would do harm then: a
//! change is noted and counted once, who is handed a request to connect looks at how far it has come, and what is erased is
//! not there any more.

mod webhooks;

use serde_json::json;
use wattbook_api::{
    Entry, Failure, Function, Resource, Services,
    contract::Declaration,
    queue::{CONNECT_QUEUE, IMPORT_QUEUE},
};
use wattbook_domain::{Account, import::ImportJob, onboarding::OnboardingRequest};
use wattbook_store::{
    OnboardingError,
    changes::{Change, Changed},
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "follow-changes",
    entry: Entry::Stream(|services, change| Box::pin(follow(services, change))),
    uses: &[
        Resource::Table,
        Resource::SigningKeys,
        Resource::ConnectorKeys,
        Resource::BUCKET,
        Resource::CONNECT_QUEUE,
        Resource::DELIVERIES,
        Resource::IMPORT_QUEUE,
    ],
    contract: Declaration::NONE,
};

/// Does what follows from one change. Others hear of it at last.
async fn follow(services: &Services, change: &Change) -> Result<(), Failure> {
    services.store()?.note_change(change).await?;
    act(services, change).await?;
    webhooks::tell(services, change).await
}

async fn act(services: &Services, change: &Change) -> Result<(), Failure> {
    match &change.of {
        Changed::Onboarding { before, after: Some(request) }
            if request.is_connecting() && !before.as_deref().is_some_and(OnboardingRequest::is_connecting) =>
        {
            connect(services, request).await
        }
        Changed::Account { before: Some(account), after: None } => erase(services, account).await,
        Changed::Import { before: None, after: Some(job) } => split(services, job).await,
        Changed::Import { .. }
        | Changed::Webhook { .. }
        | Changed::Account { .. }
        | Changed::Onboarding { .. }
        | Changed::Entity { .. } => Ok(()),
    }
}

/// Has the device of a request connected: its owner has done his part.
async fn connect(services: &Services, request: &OnboardingRequest) -> Result<(), Failure> {
    let message = json!({
        "organisation_id": request.organisation.to_string(),
        "onboarding_id": request.id.to_string(),
    });
    Ok(services.queue(CONNECT_QUEUE)?.send(&message.to_string(), 0).await?)
}

/// Has the file of a new import split.
async fn split(services: &Services, job: &ImportJob) -> Result<(), Failure> {
    let message = json!({ "organisation_id": job.organisation.to_string(), "import_id": job.id.to_string() });
    Ok(services.queue(IMPORT_QUEUE)?.send(&message.to_string(), 0).await?)
}

/// Erases what an account had beside itself: nothing of it outlasts it.
async fn erase(services: &Services, account: &Account) -> Result<(), Failure> {
    erase_devices(services, account).await?;
    services.store()?.erase_records(account.organisation, account.id).await?;
    wattbook_customers::invoices::forget_files(services, account, None).await
}

/// Erases its requests and devices.
async fn erase_devices(services: &Services, account: &Account) -> Result<(), Failure> {
    let store = services.store()?;
    for id in &account.onboardings {
        store.erase_onboarding(account.organisation, *id).await.map_err(|error| match error {
            OnboardingError::Store(error) => error.into(),
            // Whoever was faster each time is done by the next try.
            _ => Failure::Contended,
        })?;
    }
    Ok(())
}
