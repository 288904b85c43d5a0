//! Tells webhooks what happened: puts down each event for each webhook that wants it, and hands it on to be delivered.
//!
//! A change that is noticed again brings the same deliveries, which are there already. They are handed on all the same, for
//! whoever put them down may have died before that.

use wattbook_api::{
    Failure, Services,
    delivery::{self, Keeper},
    happened,
};
use wattbook_domain::{
    AccountId, AnswerKey, LabelPartnerCode, OrganisationId,
    onboarding::OnboardingId,
    webhook::{Subject, Webhook},
};
use wattbook_store::{
    Subject as Holder,
    changes::{Change, Changed},
};

/// What the events of a change are about.
struct About<'a> {
    organisation: OrganisationId,
    brand: Option<&'a LabelPartnerCode>,
    /// Events of one account come one after the other; of what has none, those of that.
    order: String,
    /// What they are sealed with while they wait; the webhook's own key if what they are about is gone.
    keeper: Option<(Subject, Key<'a>)>,
}

enum Key<'a> {
    Known(&'a AnswerKey),
    Of(Holder),
}

/// Tells the webhooks of the organisation what follows from a change.
pub(super) async fn tell(services: &Services, change: &Change) -> Result<(), Failure> {
    let events = happened::events(change, services.signing_keys()?);
    let Some(about) = about(&change.of).filter(|_| !events.is_empty()) else { return Ok(()) };
    let (store, connector_keys) = (services.store()?, services.connector_keys()?);
    let webhooks = store.webhooks(about.organisation).await?;
    let wanted = |webhook: &&Webhook| events.iter().any(|event| webhook.wants(event.kind, about.brand));
    let mut webhooks = webhooks.iter().filter(wanted).peekable();
    if webhooks.peek().is_none() {
        return Ok(());
    }
    let kept = match about.keeper {
        None => None,
        Some((subject, Key::Known(key))) => Some((subject, key.clone())),
        Some((subject, Key::Of(holder))) => match store.answer_key(about.organisation, holder).await? {
            Some(key) => Some((subject, key)),
            // It has been erased since, of which an event tells that comes after this.
            None => return Ok(()),
        },
    };
    for webhook in webhooks {
        let keeper =
            kept.as_ref().map_or(Keeper { subject: Subject::Webhook, key: &webhook.answer_key }, |(subject, key)| {
                Keeper { subject: *subject, key }
            });
        for event in events.iter().filter(|event| webhook.wants(event.kind, about.brand)) {
            let delivery = delivery::new(event, webhook, about.order.clone(), keeper, connector_keys)?;
            store.create_delivery(&delivery).await?;
            delivery::hand_on(services, &delivery).await?;
        }
    }
    Ok(())
}

/// None for what was never there.
fn about(of: &Changed) -> Option<About<'_>> {
    let order = |account: Option<AccountId>, own: OnboardingId| account.map_or(own.to_string(), |id| id.to_string());
    Some(match of {
        // Nobody is told of one.
        Changed::Import { .. } => return None,
        Changed::Account { before, after } => {
            let account = after.as_deref().or(before.as_deref())?;
            About {
                organisation: account.organisation,
                brand: account.label_partner.as_ref(),
                order: account.id.to_string(),
                keeper: after.as_ref().map(|it| (Subject::Account(it.id), Key::Known(&it.answer_key))),
            }
        }
        Changed::Onboarding { before, after } => {
            let request = after.as_deref().or(before.as_deref())?;
            About {
                organisation: request.organisation,
                brand: request.label_partner.as_ref(),
                order: order(request.account, request.id),
                keeper: after.as_ref().map(|it| (Subject::Onboarding(it.id), Key::Known(&it.answer_key))),
            }
        }
        Changed::Entity { before, after } => {
            let entity = after.as_deref().or(before.as_deref())?;
            let holder = |id| (Subject::Onboarding(id), Key::Of(Holder::Onboarding(id)));
            About {
                organisation: entity.organisation,
                brand: entity.label_partner.as_ref(),
                order: order(entity.account, entity.onboarding),
                keeper: after.as_ref().map(|it| holder(it.onboarding)),
            }
        }
        Changed::Webhook { before, after } => {
            let webhook = after.as_deref().or(before.as_deref())?;
            About {
                organisation: webhook.organisation,
                brand: webhook.label_partner.as_ref(),
                order: webhook.id.to_string(),
                keeper: None,
            }
        }
    })
}
