//! Whatever matches no route of a part: says whether the path is unknown or only the method, in the words of the
//! part's API. API Gateway by itself would say "Not Found" to both.

use std::collections::BTreeSet;

use wattbook_accounts as accounts;
use wattbook_api::{Answer, Entry, Failure, Function, Request, Resource, Services, contract::Declaration, problem};
use wattbook_customers as customers;
use wattbook_events as events;
use wattbook_onboarding as onboarding;
use wattbook_provisioning as provisioning;

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "answer-unmatched-route",
    entry: Entry::Open {
        handle: |services, request| Box::pin(std::future::ready(answer(services, request))),
        refuse: problem::refuse,
    },
    uses: &[Resource::Api],
    contract: Declaration::NONE,
};

fn answer(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (routes, refuse): (_, fn(&Request, &Failure) -> Answer) = match services.api()? {
        "accounts" => (accounts::contract::ROUTES, accounts::refuse),
        "customers" => (customers::contract::ROUTES, customers::refuse),
        "events" => (events::contract::ROUTES, problem::refuse),
        "onboarding" if onboarding::contract::is_page(request.path()) => {
            (onboarding::contract::ROUTES, wattbook_consent::refuse)
        }
        "onboarding" => (onboarding::contract::ROUTES, problem::refuse),
        "provisioning" => (provisioning::contract::ROUTES, problem::refuse),
        // Of an API that is not known here nothing can be said but that.
        _ => return Err(Failure::NoRoute),
    };
    let allowed = methods(routes, request.path());
    // Another part may have the very route.
    let unknown = allowed.is_empty() || allowed.iter().any(|method| method == request.method());
    let failure = if unknown { Failure::NoRoute } else { Failure::Method { allowed } };
    // An answer, since a function has one dialect to fail in, and this one is of several.
    Ok(refuse(request, &failure))
}

/// The methods that the routes have for a path.
fn methods(routes: &str, path: &str) -> Vec<String> {
    let routes = routes.lines().filter_map(|route| route.split_once(' '));
    let methods = routes.filter(|(_, template)| matches(template, path)).map(|(method, _)| method);
    methods.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}

/// Whether a path is one of a template, such as `/account/{account_id}`.
fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted.starts_with('{') && !given.is_empty() => {}
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_paths_with_parameters() {
        for (template, path, expected) in [
            ("/account", "/account", true),
            ("/account", "/account/", false),
            ("/account", "/accounts", false),
            ("/account/{id}", "/account/1", true),
            ("/account/{id}", "/account/", false),
            ("/account/{id}", "/account/1/2", false),
            ("/account/{id}/meter", "/account/1/meter", true),
        ] {
            assert_eq!(matches(template, path), expected, "{template} {path}");
        }
    }
}
