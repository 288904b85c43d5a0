//! Whatever matches no route of a part: says whether the path is unknown or only the method, in the words of the
//! part's API. API Gateway by itself would say "Not Found" to both.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};
use wattbook_accounts as accounts;
use wattbook_api::{Answer, Entry, Failure, Function, Request, Resource, Services, contract, problem};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "answer-unmatched-route",
    entry: Entry::Open {
        handle: |services, request| Box::pin(std::future::ready(answer(services, request))),
        refuse: problem::refuse,
    },
    uses: &[Resource::Api],
    contract: None,
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

fn answer(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let refuse = match services.api().map_err(|error| Failure::Internal(error.into()))? {
        "accounts" => accounts::refuse,
        _ => problem::refuse,
    };
    let document: Contract =
        serde_json::from_str(contract::CHECKED_IN).map_err(|error| Failure::Internal(error.into()))?;
    let allowed = methods(&document, request.path());
    // Another part may have the very route.
    let unknown = allowed.is_empty() || allowed.iter().any(|method| method == request.method());
    let failure = if unknown { Failure::NoRoute } else { Failure::Method { allowed } };
    // An answer, since a function has one dialect to fail in, and this one is of several.
    Ok(refuse(request, &failure))
}

/// Of the contract, paths and methods; the rest is skipped without being built.
#[derive(Deserialize)]
#[allow(clippy::zero_sized_map_values, reason = "a JSON object is read as a map, and its values are of no interest")]
struct Contract {
    paths: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
}

/// The methods that the contract has for a path.
fn methods(document: &Contract, path: &str) -> Vec<String> {
    let matching = document.paths.iter().filter(|(template, _)| matches(template, path));
    matching.flat_map(|(_, operations)| operations.keys()).map(|method| method.to_uppercase()).collect()
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
