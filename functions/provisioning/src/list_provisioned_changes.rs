//! `GET /account/{account_id}/changes`: who changed an account, when, and in which fields.

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    changes::{self, ChangeView, Filter, Names},
    contract::{Operation, Parameter, Refusal, json},
    fault::Reason,
    page_token::{self, Fingerprint},
};
use wattbook_domain::Flaw;
use wattbook_provisioning::path::IdType;
use wattbook_store::LogOf;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "list-provisioned-changes",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        paged(changes::filtered(operation, NAMES))
            .named(
                "List the changes of an account",
                "The newest first: who made each, when, and which fields it changed from what to what. A change is told of \
                 within moments.",
            )
            .answers(200, json::<ChangeList>(), "A page of the changes.")
            .refuses(&[Refusal::NotFound])
    },
)
.using(&[Resource::Table, Resource::SigningKeys]);

/// What the parameters are called here.
const NAMES: Names = Names { from: "from", to: "to", field: "field" };

/// Changes on a page, if the request does not say.
const PAGE_SIZE: usize = 25;

/// The most changes on a page.
const MOST: usize = 100;

const SIZE: &str = "page_size";
const TOKEN: &str = "page_token";

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeList {
    /// The changes, the newest first.
    changes: Vec<ChangeView>,
    /// Leads to the next page, as `page_token`; `null` on the last one. A page may have fewer changes than it could
    /// although more follow.
    #[schema(required = true)]
    next_page_token: Option<String>,
}

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let id_type = IdType::read(&mut query, &mut faults);
    let filter = Filter::read(&mut query, NAMES, &mut faults);
    let list = Fingerprint::of(request.path(), &principal.reach, query.given());
    let size = query.optional(SIZE, size, &mut faults).unwrap_or(PAGE_SIZE);
    let token = query.optional(TOKEN, |token| Ok(token.to_owned()), &mut faults);
    query.close(&mut faults);
    faults.none()?;
    let keys = services.signing_keys()?;
    let below = token.as_deref().map(|token| page_token::open::<u64>(keys, &list, token).map_err(refuse_token));
    let below = below.transpose()?;
    let account = id_type.account(services, &principal, request).await?;
    let of = LogOf::Account(account.organisation, account.id);
    let (changes, next) = filter.page(services, of, &principal.reach, (below, size)).await?;
    let next_page_token = next.map(|below| page_token::seal(keys, &list, &below)).transpose()?;
    Answer::json(200, &ChangeList { changes, next_page_token })
}

fn refuse_token(_: Reason) -> Failure {
    let message = "is not a token of this list: send next_page_token as it came, with the same parameters and credential, \
                   or leave it out to begin anew";
    let mut faults = Faults::default();
    faults.query(TOKEN, Reason::new("invalid_token", message));
    Failure::Faults(faults)
}

fn size(raw: &str) -> Result<usize, Reason> {
    let size = raw.parse().ok().filter(|size| (1..=MOST).contains(size));
    size.ok_or_else(|| Flaw::OutOfRange { least: "1", most: "100" }.into())
}

fn paged(operation: Operation) -> Operation {
    let size = serde_json::json!({ "type": "integer", "minimum": 1, "maximum": MOST });
    let token = serde_json::json!({ "type": "string" });
    operation
        .with(Parameter::query(SIZE, size, "How many changes a page may have.").default(PAGE_SIZE))
        .with(Parameter::query(TOKEN, token, "Leads to the next page: see `next_page_token`."))
}
