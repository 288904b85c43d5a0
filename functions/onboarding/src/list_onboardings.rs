//! `GET /onboarding/entities`: lists requests, the newest first.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Parameter, json},
    fault::Reason,
    schema_types::{EntityTypeWord, ExternalIdText, Line64, OnboardingStatusWord},
};
use wattbook_domain::{AccountId, ExternalId, Flaw, catalogue, onboarding::OnboardingStatus};
use wattbook_onboarding::{
    catalogue::entity_type,
    list::{self, ListView, Page},
    requests::view::{RequestView, Shown},
};
use wattbook_store::Place;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "list-onboardings",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let uuid = serde_json::json!({ "type": "string", "format": "uuid" });
        let operation = operation
            .named("List onboarding requests", "The newest first, those that have ended, too.")
            .with(Parameter::query("type", json::<EntityTypeWord>(), "Only those of this type."))
            .with(Parameter::query(
                "manufacturer",
                wattbook_api::contract::schema_of::<Line64>(),
                "Only those of this manufacturer.",
            ))
            .with(Parameter::query("status", json::<OnboardingStatusWord>(), "Only those of this status."))
            .with(Parameter::query("accountId", uuid, "Only those for this account."))
            .with(Parameter::query(
                "reference",
                wattbook_api::contract::schema_of::<ExternalIdText>(),
                "Only those of this reference of yours.",
            ));
        list::paged(operation).answers(200, json::<ListView<RequestView>>(), "A page.")
    },
)
.using(&[Resource::Table, Resource::SigningKeys, Resource::PublicUrl]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let filters = [
        ("type", query.optional("type", type_word, &mut faults)),
        ("manufacturer", query.optional("manufacturer", |raw| Ok(catalogue::matched(raw)), &mut faults)),
        ("status", query.optional("status", status_word, &mut faults)),
        ("account", query.optional("accountId", account_id, &mut faults)),
        ("reference", query.optional("reference", reference, &mut faults)),
    ];
    let filters: Vec<_> = filters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let page = Page::read(request, &caller, query, faults)?;
    let after: Option<Place> = page.place(services)?;
    let (organisation, brand) = (caller.reach.organisation, list::brand(&caller));
    let found = services.store()?.list_onboardings(organisation, brand, &filters, after, page.size).await?;
    let shown = Shown { keys: services.signing_keys()?, public_url: request.public_url(services.public_url()) };
    let views = found.entries.iter().map(|it| RequestView::of(it, &shown)).collect();
    page.answer(services, views, found.next)
}

fn type_word(raw: &str) -> Result<String, Reason> {
    let word = entity_type(raw).map(|it| it.word().to_owned());
    word.ok_or_else(|| Flaw::NotOneOf { allowed: catalogue::EntityType::WORDS }.into())
}

fn status_word(raw: &str) -> Result<String, Reason> {
    Ok(raw.parse::<OnboardingStatus>()?.word().to_owned())
}

fn account_id(raw: &str) -> Result<String, Reason> {
    raw.parse::<AccountId>().map(|id| id.to_string()).map_err(|_| Flaw::AccountId.into())
}

fn reference(raw: &str) -> Result<String, Reason> {
    Ok(ExternalId::parse(raw)?.canonical().into_owned())
}
