//! `GET /api/customers/{customerId}/messages`: lists messages; `GET …/messages/count`: how many there are.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Parameter, Refusal, json, schema_of},
    fault::Reason,
};
use wattbook_customers::{
    list::{self, Page},
    messages::{self, MessageView},
    seen::Seen,
};
use wattbook_domain::{Flaw, record::Message};
use wattbook_store::RecordsWanted;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "list-messages",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let operation = operation.refuses(&[Refusal::NotFound]);
        if operation.path().ends_with(COUNT) {
            let states = serde_json::json!({ "type": "integer", "enum": [-1, 1, 2] });
            operation
                .id("count-messages")
                .named("Count messages", "Follows what is marked within moments.")
                .with(Parameter::query("state", states, "-1: all, 1: those not read, 2: those read.").default(-1))
                .answers(200, Some(schema_of::<u32>().into()), "How many there are.")
        } else {
            list::paged(operation).named("List messages", "The newest first.").answers(
                200,
                list::array(json::<MessageView>()),
                "A page of the messages.",
            )
        }
    },
);

const COUNT: &str = "/count";

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let Seen { account, .. } = Seen::find(services, request).await?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let (store, of) = (services.store()?, messages::of(&account));
    if request.path().ends_with(COUNT) {
        let state = query.optional("state", state, &mut faults).flatten();
        query.close(&mut faults);
        faults.none()?;
        let count = store.count_records::<Message>(messages::wanted(of, state)).await?;
        return Answer::json(200, &count);
    }
    let page = Page::read(query, faults)?;
    let wanted = RecordsWanted { before: page.before(), size: page.size, ..messages::wanted(of, None) };
    let found = store.record_page::<Message>(wanted).await?;
    let views: Vec<_> = found.entries.iter().map(|it| MessageView::of(&it.value)).collect();
    page.answer(request, &views, found.total)
}

fn state(raw: &str) -> Result<Option<&'static str>, Reason> {
    match raw {
        "-1" => Ok(None),
        "1" => Ok(Some("1")),
        "2" => Ok(Some("2")),
        _ => Err(Flaw::NotOneOf { allowed: &["-1", "1", "2"] }.into()),
    }
}
