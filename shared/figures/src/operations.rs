//! What each operation costs at the store: round trips and capacity units.
//!
//! Neither depends on the profile or the machine, so the functions are asked inside the local
//! bundle, whose store client counts what it sends and what the store reports to have consumed.

use serde_json::{Value, json};
use wattbook_local::{Bundle, InvokeError};
use wattbook_store::Usage;

use crate::{
    event::{self, Silent},
    sample::{Sample, SampleError, Serial, Wrong, judge_as},
    workspace::{OPERATOR, PROVISION, Workspace},
};

const GET: &str = "get-provisioned-account";
const AUTHORIZE: &str = "authorize-request";
const TOKEN: &str = "issue-token";

/// Why an operation's cost is not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OperationError {
    /// A sample event is not usable.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The function gave no answer.
    #[error("{operation}: no answer")]
    NoAnswer {
        /// What was asked.
        operation: String,
        /// What the bundle says.
        source: Box<InvokeError>,
    },
    /// It answered something else than it should.
    #[error("{operation}: {source}")]
    Wrong {
        /// What was asked.
        operation: String,
        /// What it answered.
        source: Wrong,
    },
    /// An answer lacks what the next operation needs.
    #[error(transparent)]
    Silent(#[from] Silent),
}

/// What an operation has cost.
#[derive(Debug)]
pub(crate) struct Cost {
    /// The function, and what it was asked.
    pub(crate) operation: String,
    /// The status it answered with, if it answers with one.
    pub(crate) status: Option<u64>,
    /// Requests sent to the store.
    pub(crate) round_trips: u64,
    /// Capacity units consumed.
    pub(crate) capacity_units: f64,
    /// The most round trips it may take, if that is limited.
    pub(crate) limit: Option<u64>,
}

impl Cost {
    /// Whether the budget is exceeded.
    pub(crate) fn is_over(&self) -> bool {
        self.limit.is_some_and(|limit| self.round_trips > limit)
    }
}

/// What is asked, and what it should bring.
struct Order {
    function: &'static str,
    what: &'static str,
    event: Value,
    status: Option<u64>,
    limit: Option<u64>,
}

/// Asks one operation after the other.
struct Ledger<'a> {
    bundle: &'a Bundle,
    costs: Vec<Cost>,
}

impl Ledger<'_> {
    async fn ask(&mut self, order: Order) -> Result<Value, OperationError> {
        let operation = match order.what {
            "" => order.function.to_owned(),
            what => format!("{}, {what}", order.function),
        };
        let Usage { round_trips, capacity_units, .. } = self.bundle.usage(order.function);
        let answer = self.bundle.invoke(order.function, &order.event).await;
        let answer = answer
            .map_err(|source| OperationError::NoAnswer { operation: operation.clone(), source: Box::new(source) })?;
        let verdict = judge_as(order.status, &answer);
        verdict.map_err(|source| OperationError::Wrong { operation: operation.clone(), source })?;
        let after = self.bundle.usage(order.function);
        self.costs.push(Cost {
            operation,
            status: order.status,
            round_trips: after.round_trips - round_trips,
            capacity_units: after.capacity_units - capacity_units,
            limit: order.limit,
        });
        Ok(answer)
    }
}

/// Carries every operation out once and takes down what it cost.
///
/// # Errors
/// One of them does not end as it should.
pub(crate) async fn measure(
    bundle: &Bundle,
    workspace: &Workspace,
    serial: &mut Serial,
) -> Result<Vec<Cost>, OperationError> {
    let mut ledger = Ledger { bundle, costs: Vec::new() };
    accounts(&mut ledger, workspace, serial).await?;
    access(&mut ledger, workspace).await?;
    organisations(&mut ledger).await?;
    for (function, status) in [("get-openapi", 200), ("answer-unmatched-route", 404)] {
        let event = Sample::read(&workspace.event(function))?.event;
        ledger.ask(Order { function, what: "", event, status: Some(status), limit: None }).await?;
    }
    Ok(ledger.costs)
}

async fn accounts(ledger: &mut Ledger<'_>, workspace: &Workspace, serial: &mut Serial) -> Result<(), OperationError> {
    let sample = Sample::read(&workspace.event(PROVISION))?;
    let order = |what, event, status, limit| Order { function: PROVISION, what, event, status: Some(status), limit };

    let event = sample.fresh(serial);
    let created = ledger.ask(order("4 unique values", event.clone(), 201, Some(1))).await?;
    ledger.ask(order("all 4 taken", event, 409, None)).await?;
    let mut keyed = sample.fresh(serial);
    event::add(&mut keyed, "/headers", "idempotency-key", serial.next().to_string().into());
    ledger.ask(order("with Idempotency-Key", keyed.clone(), 201, Some(1))).await?;
    ledger.ask(order("the same again", keyed, 201, None)).await?;
    let mut dry = sample.fresh(serial);
    event::set(&mut dry, "/rawQueryString", "dryRun=true");
    event::add(&mut dry, "", "queryStringParameters", json!({ "dryRun": "true" }));
    ledger.ask(order("dry run", dry, 200, None)).await?;

    let body = event::body(&created);
    let sample = Sample::read(&workspace.event(GET))?;
    let by = |id_type, id: &str| {
        let mut event = sample.event.clone();
        event::address(&mut event, id_type, id);
        event
    };
    let order = |what, event, status, limit| Order { function: GET, what, event, status: Some(status), limit };
    let internal = by("internal", &event::member(PROVISION, &body, "account_id")?);
    let external = by("external", &event::member(PROVISION, &body, "external_account_id")?);
    let found = ledger.ask(order("by our id", internal.clone(), 200, Some(1))).await?;
    ledger.ask(order("by the caller's id", external, 200, Some(2))).await?;
    let mut known = internal;
    event::add(&mut known, "/headers", "if-none-match", event::member(GET, &found, "etag")?.into());
    ledger.ask(order("not changed", known, 304, Some(1))).await?;
    let unknown = by("internal", "00000000-0000-4000-8000-000000000000");
    ledger.ask(order("no such account", unknown, 404, Some(1))).await?;
    Ok(())
}

async fn access(ledger: &mut Ledger<'_>, workspace: &Workspace) -> Result<(), OperationError> {
    let admin = &ledger.bundle.demo().admin;
    let (id, key) = (admin.app_id.clone(), admin.app_key.clone());
    let order = |what, event| Order { function: AUTHORIZE, what, event, status: None, limit: None };
    let mut basic = Sample::read(&workspace.event(AUTHORIZE))?.event;
    event::accredit(&mut basic, &id, &key);
    let mut bearer = basic.clone();
    ledger.ask(order("Basic", basic)).await?;

    let mut form = Sample::read(&workspace.event(TOKEN))?.event;
    event::accredit(&mut form, &id, &key);
    let token = Order { function: TOKEN, what: "", event: form, status: Some(200), limit: None };
    let token = event::body(&ledger.ask(token).await?);
    let token = event::member(TOKEN, &token, "access_token")?;
    event::show(&mut bearer, &format!("Bearer {token}"));
    ledger.ask(order("Bearer", bearer)).await?;
    Ok(())
}

async fn organisations(ledger: &mut Ledger<'_>) -> Result<(), OperationError> {
    let order = |what, event| Order { function: OPERATOR, what, event, status: None, limit: None };
    let event = json!({ "action": "create-organisation", "name": "Measured" });
    let created = ledger.ask(order("create-organisation", event)).await?;
    let organisation = event::member(OPERATOR, &created, "organisation_id")?;
    let event = json!({ "action": "put-label-partner", "organisation_id": organisation, "code": "MEASURED",
        "name": "Measured", "default_service_type": "RT-HR-NILM-HW" });
    ledger.ask(order("put-label-partner", event)).await?;
    let event = json!({ "action": "issue-credential", "organisation_id": organisation, "access": "admin" });
    let issued = ledger.ask(order("issue-credential", event)).await?;
    let event = json!({ "action": "get-organisation", "organisation_id": organisation });
    ledger.ask(order("get-organisation", event)).await?;
    let app = event::member(OPERATOR, &issued, "app_id")?;
    ledger.ask(order("revoke-credential", json!({ "action": "revoke-credential", "app_id": app }))).await?;
    Ok(())
}
