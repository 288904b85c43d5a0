//! `PUT /api/records/{kind}/{key}`: puts a record; `DELETE …`: deletes it.

use serde_json::Value;
use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Parameter, Refusal, json},
    http::{ETag, Precondition},
};
use wattbook_customers::records::{self, Bringing, RecordBody, RecordView};
use wattbook_domain::import::ImportOutcome;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::of_organisations(
    "put-record",
    |services, request| Box::pin(put(services, request)),
    |operation| {
        let operation = operation.refuses(&[Refusal::NotFound, Refusal::Forbidden]);
        if operation.is("DELETE") {
            let whose = Parameter::query(
                "customerId",
                serde_json::json!({ "type": "string" }),
                "The customer that it belongs to; required unless it belongs to the organisation.",
            );
            operation
                .id("delete-record")
                .named("Delete a record", "What it was is nowhere kept.")
                .with(whose)
                .conditional()
                .answers(204, None, "Deleted.")
        } else {
            operation
                .named(
                    "Put a record",
                    "Of the kinds `invoice`, `message`, `associate`, `terms` and `app`; what one says depends on its kind. It \
                     takes the place of the one that is called the same; what changes nothing is not written.",
                )
                .takes(json::<RecordBody>())
                .changes(200, json::<RecordView>(), "The record was there, or nothing is stored in a dry run.")
                .answers(201, json::<RecordView>(), "The record is new.")
        }
    },
)
.using(&[Resource::Table, Resource::BUCKET]);

async fn put(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let kind = records::kind(request.path_parameter("kind")).ok_or(Failure::NotFound)?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let deletes = request.method() == "DELETE";
    let customer = if deletes { query.optional("customerId", |raw| Ok(raw.to_owned()), &mut faults) } else { None };
    let dry_run = !deletes && query.switch("dryRun", &mut faults);
    query.close(&mut faults);
    let document = if deletes { Value::Null } else { request.json(&mut faults)?.value };
    if deletes && !faults.is_empty() {
        return Err(Failure::Faults(faults));
    }
    let bringing = Bringing {
        services,
        caller: &caller,
        key: request.path_parameter("key"),
        has_key_in_body: false,
        document: &document,
        faults,
        precondition: Precondition::of(request),
        dry_run,
    };
    if deletes {
        bringing.delete(kind, customer.as_deref()).await?;
        return Ok(Answer::new(204));
    }
    let brought = bringing.put(kind).await?;
    let status = if brought.effect == ImportOutcome::Created && !dry_run { 201 } else { 200 };
    let etag = ETag(brought.view.version());
    Ok(Answer::json(status, &brought.view)?.header("etag", etag))
}
