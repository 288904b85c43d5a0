//! Storing a new request.

use wattbook_api::{
    Answer, Failure, Principal, Services, clock, fault::Pointer, http::DeviceConflict, idempotency::Once,
    posted::Posted,
};
use wattbook_domain::onboarding::OnboardingRequest;
use wattbook_store::{DeviceHolder, OnboardingError, Subject};

use super::{
    body::{OnboardingBody, place},
    create,
    view::RequestView,
};

/// Answers with a request.
pub type Answering<'a> = &'a (dyn Fn(&OnboardingRequest) -> Result<Answer, Failure> + Sync);

/// What is answered with a new request and, where the same may be asked again, with the one that has its device
/// already.
#[derive(Clone, Copy)]
pub struct Answers<'a> {
    /// With one that is new.
    pub created: Answering<'a>,
    /// With one that the caller can see, for the same account and under the same reference. Without this answer the
    /// device is taken.
    pub held: Option<Answering<'a>>,
}

/// Stores a new request with the claim on its device, or rehearses it in a dry run.
///
/// # Errors
/// The body has faults, names what the caller cannot see, or asks for a device that is taken; or the store failed.
pub async fn create(services: &Services, mut posted: Posted, answers: Answers<'_>) -> Result<Answer, Failure> {
    let body: OnboardingBody = posted.body()?;
    let Posted { caller, dry_run, once, document, faults } = posted;
    let mut new = create::request(services, &caller, &body, &document, faults).await?;
    let outcome = if dry_run {
        rehearse(services, &mut new).await
    } else {
        store(services, &caller, &mut new, (once.as_ref(), answers)).await
    };
    outcome.map_err(|error| match error {
        Refused::Failed(failure) => failure,
        Refused::Write(OnboardingError::Taken(holder)) => {
            let path = place(&new.device.identifying.attribute, &document);
            let holder = is_visible(&caller, &holder).then_some(holder.onboarding);
            Failure::DeviceTaken(DeviceConflict { path, holder })
        }
        Refused::Write(OnboardingError::AccountGone) => {
            Failure::Unseen(Pointer::root().child(if body.account_id.is_some() {
                "accountId"
            } else {
                "externalMeterId"
            }))
        }
        Refused::Write(OnboardingError::CollectiveGone) => Failure::Unseen(Pointer::root().child("collectiveId")),
        Refused::Write(error) => error.into(),
    })
}

/// Why nothing was stored.
enum Refused {
    Write(OnboardingError),
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

async fn rehearse(services: &Services, new: &mut OnboardingRequest) -> Result<Answer, Refused> {
    let store = services.store()?;
    while let Some(holder) = store.device_holder(new).await? {
        if new.taking_over || !new.take_over {
            return Err(Refused::Write(OnboardingError::Taken(Box::new(holder))));
        }
        // Then it is whether somebody else is taking the device over.
        new.taking_over = true;
    }
    Ok(Answer::json(200, &RequestView::rehearsed(new))?)
}

async fn store(
    services: &Services,
    caller: &Principal,
    new: &mut OnboardingRequest,
    (once, Answers { created, held }): (Option<&Once>, Answers<'_>),
) -> Result<Answer, Refused> {
    let store = services.store()?;
    if let Some(held) = held
        && let Some(same) = unnamed(services, new).await?
    {
        return Ok(match Once::answered(once, services).await? {
            Some(answer) => answer,
            None => held(&same)?,
        });
    }
    loop {
        let answer = created(new)?;
        let subject = (Subject::Onboarding(new.id), &new.answer_key);
        let record = once.map(|once| once.record(&answer, subject, clock::now())).transpose()?;
        match (store.create_onboarding(new, &caller.actor, record.as_ref()).await, once) {
            (Ok(()), _) => return Ok(answer),
            (Err(OnboardingError::Answered(record)), Some(once)) => return Ok(once.replay(store, *record).await?),
            (Err(OnboardingError::Taken(holder)), _) => {
                if let Some(held) = held
                    && let Some(same) = same(services, caller, new, &holder).await?
                {
                    return Ok(held(&same)?);
                }
                if new.taking_over || !new.take_over {
                    return Err(Refused::Write(OnboardingError::Taken(holder)));
                }
                // Whoever has the device keeps it until it is proved.
                new.taking_over = true;
            }
            (Err(error), _) => return Err(Refused::Write(error)),
        }
    }
}

/// The request that the account has for a device like that of a new one which leaves it to the owner to name it:
/// without what names it, no claim tells.
async fn unnamed(services: &Services, new: &OnboardingRequest) -> Result<Option<OnboardingRequest>, Failure> {
    let (None, Some(account)) = (&new.device.identifier, new.account) else { return Ok(None) };
    let store = services.store()?;
    let Some(account) = store.account(new.organisation, account).await? else { return Ok(None) };
    let of = |it: &OnboardingRequest| (it.device.entity_type, it.device.manufacturer.clone(), it.reference.clone());
    let found = store.onboardings(new.organisation, &account.onboardings).await?;
    let there = |it: &OnboardingRequest| it.is_live() || account.entities.contains(&it.entity);
    Ok(found.into_iter().find(|it| there(it) && of(it) == of(new) && it.account == new.account))
}

/// The request that has the device, if it is one like the new one.
async fn same(
    services: &Services,
    caller: &Principal,
    new: &OnboardingRequest,
    holder: &DeviceHolder,
) -> Result<Option<OnboardingRequest>, Failure> {
    if !is_visible(caller, holder) {
        return Ok(None);
    }
    let found = services.store()?.onboarding(holder.organisation, holder.onboarding).await?;
    Ok(found.filter(|it| (it.account, &it.reference) == (new.account, &new.reference)))
}

fn is_visible(caller: &Principal, holder: &DeviceHolder) -> bool {
    caller.reach.covers(holder.organisation, holder.label_partner.as_ref())
}
