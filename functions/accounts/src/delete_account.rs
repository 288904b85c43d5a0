//! `DELETE /rest/v1/accounts/{accountId}`: deletes an account, and keeps it unless it is to be erased.

use wattbook_accounts::{
    answer::{AccountView, Fields},
    change,
    contract::{envelope, fields, of_account},
};
use wattbook_api::{
    Answer, Failure, Function, Request, Services,
    contract::{Parameter, schema_of},
};
use wattbook_domain::{Account, AccountStatus};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "delete-account",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        of_account(operation)
            .named(
                "Delete an account",
                "Its status becomes `DELETED`; all of it is kept, its unique values stay taken, and setting another status \
                 brings it back. With `hardDelete=true` it is erased instead, and its values are free.",
            )
            .with(Parameter::query("hardDelete", schema_of::<bool>(), "Erase it. This cannot be undone.").default(false))
            .with(fields())
            .changes(200, envelope::<AccountView>("Account"), "The account as it is now; `null` once it is erased.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (writing, target, (fields, hard)) = change::asked(services, request, |faults| {
        Ok((Fields::read(&mut request.query(), faults), request.query().switch("hardDelete", faults)))
    })?;
    if hard {
        return change::erase(&writing, &target).await;
    }
    let edit = |account: &mut Account| {
        account.profile.status = AccountStatus::Deleted;
        Ok(())
    };
    let answer = |account: &Account| change::view(&writing, fields, account);
    change::existing(&writing, target, change::place, &edit, &answer).await
}
