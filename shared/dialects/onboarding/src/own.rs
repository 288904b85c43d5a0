//! What a caller's ids lead to, if it is his: one that is somebody else's is as if it were not there.

use wattbook_api::{
    Failure, Principal, Services,
    fault::Pointer,
    own::{known, seen},
};
use wattbook_domain::{
    Account, AccountId,
    entity::{Collective, CollectiveId, Entity, EntityId, Offboarding, OffboardingId},
    onboarding::{OnboardingId, OnboardingRequest},
};

/// The onboarding request of that id.
///
/// # Errors
/// There is none that the caller can see, or the store failed.
pub async fn request(services: &Services, caller: &Principal, id: &str) -> Result<OnboardingRequest, Failure> {
    let id: OnboardingId = known(id)?;
    let found = services.store()?.onboarding(caller.reach.organisation, id).await?;
    seen(caller, found, |it| it.label_partner.as_ref())
}

/// The entity of that id.
///
/// # Errors
/// There is none that the caller can see, or the store failed.
pub async fn entity(services: &Services, caller: &Principal, id: &str) -> Result<Entity, Failure> {
    let id: EntityId = known(id)?;
    let found = services.store()?.entity(caller.reach.organisation, id).await?;
    seen(caller, found, |it| it.label_partner.as_ref())
}

/// The collective of that id.
///
/// # Errors
/// There is none that the caller can see, or the store failed.
pub async fn collective(services: &Services, caller: &Principal, id: &str) -> Result<Collective, Failure> {
    let id: CollectiveId = known(id)?;
    let found = services.store()?.collective(caller.reach.organisation, id).await?;
    seen(caller, found, |it| it.label_partner.as_ref())
}

/// The offboarding of that id.
///
/// # Errors
/// There is none that the caller can see, or the store failed.
pub async fn offboarding(services: &Services, caller: &Principal, id: &str) -> Result<Offboarding, Failure> {
    let id: OffboardingId = known(id)?;
    let found = services.store()?.offboarding(caller.reach.organisation, id).await?;
    seen(caller, found, |it| it.label_partner.as_ref())
}

/// The account of that id.
///
/// # Errors
/// There is none that the caller can see, or the store failed.
pub async fn account(services: &Services, caller: &Principal, id: AccountId) -> Result<Account, Failure> {
    let found = services.store()?.account(caller.reach.organisation, id).await?;
    seen(caller, found, |it| it.label_partner.as_ref())
}

/// A failure to find what the body names in this member.
pub fn named(member: &'static str) -> impl Fn(Failure) -> Failure {
    move |failure| match failure {
        Failure::NotFound => Failure::Unseen(Pointer::root().child(member)),
        other => other,
    }
}
