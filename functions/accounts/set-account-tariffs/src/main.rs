//! `PUT /rest/v1/accounts/{accountId}/tariffs`: sets tariffs of an account.

use wattbook_accounts::{
    answer::TariffView,
    change::{self, Change, writing},
    contract::envelope,
    envelope::Envelope,
    schema,
    target::Target,
    tariffs,
};
use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json, fault::Pointer};
use wattbook_domain::{Flaw, change::Part, merge::AccountChange};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "set-account-tariffs",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Set tariffs of an account",
                "One, or a list of them. Each takes the place of the one of the same service and effective date, of which \
                 what is absent stays. What is stated displaces the default of its service; no two may apply to the same \
                 service on the same day.",
            )
            .takes(json::<schema::TariffsBody>())
            .changes(200, envelope::<TariffView>("Tariff"), "All tariffs of the account as they are now.")
    },
);

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let writing = writing(services, request, &mut faults)?;
    let target = Target::of(request, &mut faults);
    let body = request.json(&mut faults)?.value;
    let (pointers, changes) = tariffs::read(&body, &mut faults);
    faults.none()?;
    let pointer = |part: Part, flaw: &Flaw| match part {
        Part::Tariff(position) => pointers.get(position).map(|path| tariffs::pointer(path, flaw)).unwrap_or_default(),
        _ => Pointer::root(),
    };
    let change = Change {
        writing: &writing,
        target,
        missing: change::Missing::Refuse,
        change: &|account| {
            change::merge(account, AccountChange { tariffs: changes.clone(), ..AccountChange::default() }, pointer)
        },
        answer: &|account| Envelope::of("Tariff", account.tariffs.iter().map(TariffView::of).collect()).answer(),
        body: &body,
        place: change::place,
    };
    change.carry_out().await
}
