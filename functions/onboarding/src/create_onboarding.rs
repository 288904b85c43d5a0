//! `POST /onboarding/entities`: asks the owner of a device to connect it.

use wattbook_api::{
    Answer, Failure, Function, Principal, Request, Resource, Services, clock,
    contract::json,
    fault::Pointer,
    http::{DeviceConflict, ETag},
    idempotency::Once,
    posted::Posted,
};
use wattbook_domain::onboarding::OnboardingRequest;
use wattbook_onboarding::requests::{
    body::{OnboardingBody, place},
    create,
    view::{RequestView, Shown},
};
use wattbook_store::{OnboardingError, Subject};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "create-onboarding",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Create an onboarding request",
                "Asks the owner of a device to connect it: give him the link in `action`. The device belongs to this request \
                 from now on, until the request ends, and to the entity that comes of it.",
            )
            .takes(json::<OnboardingBody>())
            .creates(json::<RequestView>(), "Created.")
            .rehearses(json::<RequestView>(), "A dry run: what would be stored, without id and link.")
            .refuses(&[wattbook_api::contract::Refusal::NotFound])
    },
)
.using(&[Resource::Table, Resource::SigningKeys, Resource::PublicUrl]);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut posted = Posted::read(request)?;
    let body: OnboardingBody = posted.body()?;
    let Posted { caller, dry_run, once, document, faults } = posted;
    let mut new = create::request(services, &caller, &body, &document, faults).await?;
    let outcome = if dry_run {
        rehearse(services, &mut new).await
    } else {
        store(services, request, &mut new, (&caller, once.as_ref())).await
    };
    outcome.map_err(|error| match error {
        Refused::Failed(failure) => failure,
        Refused::Write(OnboardingError::Taken(holder)) => {
            let visible = caller.reach.covers(holder.organisation, holder.label_partner.as_ref());
            let path = place(&new.device.identifying.attribute, &document);
            Failure::DeviceTaken(DeviceConflict { path, holder: visible.then_some(holder.onboarding) })
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
    request: &Request,
    new: &mut OnboardingRequest,
    (caller, once): (&Principal, Option<&Once>),
) -> Result<Answer, Refused> {
    let store = services.store()?;
    let shown = Shown { keys: services.signing_keys()?, public_url: request.public_url(services.public_url()) };
    loop {
        let answer = Answer::json(201, &RequestView::of(new, &shown))?
            .header("location", format!("/onboarding/entities/{}", new.id))
            .header("etag", ETag(new.version));
        let subject = (Subject::Onboarding(new.id), &new.answer_key);
        let record = once.map(|once| once.record(&answer, subject, clock::now())).transpose()?;
        match (store.create_onboarding(new, &caller.actor, record.as_ref()).await, once) {
            (Ok(()), _) => return Ok(answer),
            (Err(OnboardingError::Answered(record)), Some(once)) => return Ok(once.replay(store, *record).await?),
            // Whoever has the device keeps it until it is proved.
            (Err(OnboardingError::Taken(_)), _) if new.take_over && !new.taking_over => new.taking_over = true,
            (Err(error), _) => return Err(Refused::Write(error)),
        }
    }
}
