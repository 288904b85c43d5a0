//! `POST /api/customers/{customerId}/messages/state`: marks messages as read, or not; `PATCH …/messages/{messageId}`: one.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services, body,
    contract::{Refusal, json},
    fault::{Pointer, Reason},
};
use wattbook_customers::{
    messages::{self, MOST, MarkedView, MessagePatchBody, MessageView, MessagesStateBody},
    seen::Seen,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "mark-messages",
    |services, request| Box::pin(mark(services, request)),
    |operation| {
        let operation = operation.without_key().refuses(&[Refusal::NotFound, Refusal::Forbidden]);
        if operation.path().ends_with(STATE) {
            operation
                .named("Mark messages", "Those of these numbers, all or none; or all there are.")
                .takes(json::<MessagesStateBody>())
                .answers(200, json::<MarkedView>(), "How many are in another state than before.")
        } else {
            operation
                .id("mark-message")
                .named("Mark a message", "As read, or as not read.")
                .takes(json::<MessagePatchBody>())
                .answers(200, json::<MessageView>(), "The message as it is now.")
        }
    },
);

const STATE: &str = "/state";

async fn mark(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let seen = Seen::find(services, request).await?;
    seen.customer()?;
    let (mut faults, of) = (Faults::default(), messages::of(&seen.account));
    request.query().close(&mut faults);
    let document = request.json(&mut faults)?.value;
    if !request.path().ends_with(STATE) {
        let number = messages::id(request.path_parameter("messageId"))?;
        messages::message(services, of, number).await?;
        let read: Option<MessagePatchBody> = body::read(&document, &mut faults);
        let Some(wanted) = read.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
        messages::mark(services, of, &[number], wanted.state).await?;
        return Answer::json(200, &MessageView::of(&messages::message(services, of, number).await?.value));
    }
    let read: Option<MessagesStateBody> = body::read(&document, &mut faults);
    if read.as_ref().and_then(|it| it.message_ids.as_ref()).is_some_and(|ids| ids.len() > MOST) {
        let message = format!("must have at most {MOST} elements; without it all messages are marked");
        faults.body(&Pointer::root().child("MessageIds"), Reason::new("too_many", message));
    }
    let Some(wanted) = read.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
    let changed = match wanted.message_ids {
        Some(numbers) => messages::mark(services, of, &numbers, wanted.state).await?,
        None => messages::mark_all(services, of, wanted.state).await?,
    };
    Answer::json(200, &MarkedView { changed })
}
