//! `GET /rest/v1/accounts/{accountId}/changes`: who changed an account, when, and in which fields.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wattbook_accounts::{
    contract,
    query::{MAX_PAGE_COUNT, page_count, page_start},
    target,
};
use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    changes::{self, ChangeView, Filter, Names},
    contract::{Operation, Parameter, json},
    fault::Reason,
    page_token::{self, Fingerprint},
};
use wattbook_store::LogOf;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "list-account-changes",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        paged(changes::listed(contract::of_account(operation), "List the changes of an account", NAMES)).answers(
            200,
            json::<ChangeList>(),
            "A page of the changes.",
        )
    },
)
.using(&[Resource::Table, Resource::SigningKeys]);

/// What the parameters are called here.
const NAMES: Names = Names { from: "fromDateTime", to: "toDateTime", field: "fieldName" };

/// Changes on a page, if the request does not say.
const PAGE_COUNT: u64 = 25;

const TOKEN: &str = "pageToken";

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChangePage)]
struct ChangeList {
    /// Always `success`.
    #[schema(pattern = "^success$")]
    status: &'static str,
    /// How many changes match, as far as they were looked at.
    count: u64,
    /// Of what type the results are: `Change`.
    #[serde(rename = "type")]
    #[schema(pattern = "^Change$")]
    kind: &'static str,
    /// The changes of this page.
    results: Vec<ChangeView>,
    /// The position of the first of them among all that match.
    page_start: u64,
    /// How many a page has at most.
    page_count: u64,
    /// Leads to the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_page_token: Option<String>,
    /// `false` if more match than `count` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    count_is_exact: Option<bool>,
}

/// Where a page begins.
#[derive(Serialize, Deserialize)]
struct Place {
    /// Below which version.
    #[serde(rename = "v")]
    below: u64,
    /// How many come before it.
    #[serde(rename = "s")]
    start: u64,
}

/// What is asked for.
struct Asked {
    filter: Filter,
    count: u64,
    /// What shapes the list, but for the account and who asks.
    shaping: Vec<(String, String)>,
    token: Option<String>,
}

impl Asked {
    /// Reads the query. Parameters that are not known are ignored, as the published dialect has it.
    fn read(request: &Request, faults: &mut Faults) -> Self {
        let mut query = request.query();
        let filter = Filter::read(&mut query, NAMES, faults);
        let shaping = query.given().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let count = page_count(&mut query, faults).unwrap_or(PAGE_COUNT);
        // What generated clients send by default says nothing.
        if page_start(&mut query, faults).is_some_and(|start| start > 0) {
            let message = "must be 0: the pages of this list are reached by pageToken";
            faults.query("pageStart", Reason::new("not_allowed", message));
        }
        let token = query.optional(TOKEN, |token| Ok(token.to_owned()), faults);
        Self { filter, count, shaping, token }
    }
}

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (principal, account, asked) = target::asked(services, request, |faults| Asked::read(request, faults)).await?;
    let (reach, id) = (&principal.reach, account.id.to_string());
    let shaping = asked.shaping.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let list = Fingerprint::of("changes", reach, shaping.chain([("", id.as_str())]));
    let keys = services.signing_keys()?;
    let place = asked.token.as_deref().map(|token| page_token::open::<Place>(keys, &list, token));
    let place = place.transpose().map_err(refuse_token)?;
    let (below, start) = place.map_or((None, 0), |place| (Some(place.below), place.start));
    let size = usize::try_from(asked.count).unwrap_or(usize::MAX);
    let of = LogOf::Account(account.organisation, account.id);
    let (results, next) = asked.filter.page(services, of, reach, (below, size)).await?;
    let count = start + u64::try_from(results.len()).unwrap_or_default();
    let token = next.map(|below| page_token::seal(keys, &list, &Place { below, start: count })).transpose()?;
    Answer::json(
        200,
        &ChangeList {
            status: "success",
            count,
            kind: "Change",
            results,
            page_start: start,
            page_count: asked.count,
            count_is_exact: token.is_some().then_some(false),
            next_page_token: token,
        },
    )
}

fn refuse_token(reason: Reason) -> Failure {
    let mut faults = Faults::default();
    faults.query(TOKEN, reason);
    Failure::Faults(faults)
}

fn paged(operation: Operation) -> Operation {
    let count = serde_json::json!({ "type": "integer", "minimum": 1, "maximum": MAX_PAGE_COUNT });
    let token = serde_json::json!({ "type": "string" });
    operation
        .with(Parameter::query("pageCount", count, "How many changes a page has at most.").default(PAGE_COUNT))
        .with(Parameter::query(TOKEN, token, "The `nextPageToken` of the page before, with the same parameters."))
}
