//! The HTTP API's part of the template: who is asked before a request passes.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;

use super::{AuthorizerDefinition, HTTP_API, Resource, TemplateError, only, value::Scope, value::not_understood};

/// Properties that change nothing about which request is answered how.
const WITHOUT_PART: &[&str] = &[
    "AccessLogSettings",
    "DefaultRouteSettings",
    "Description",
    "DisableExecuteApiEndpoint",
    "Domain",
    "FailOnWarnings",
    "Name",
    "PropagateTags",
    "RouteSettings",
    "Tags",
];

/// The HTTP API as far as requests are concerned.
pub(super) struct Api {
    pub(super) authorizers: BTreeMap<String, AuthorizerDefinition>,
    pub(super) default_authorizer: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Auth {
    default_authorizer: Option<String>,
    #[serde(default)]
    authorizers: BTreeMap<String, Authorizer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Authorizer {
    function_arn: String,
    #[serde(rename = "AuthorizerPayloadFormatVersion")]
    payload_format_version: String,
    #[serde(default)]
    enable_simple_responses: bool,
    identity: Identity,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Identity {
    headers: Vec<String>,
    /// Seconds.
    #[serde(default)]
    reauthorize_every: u64,
}

pub(super) fn read(resources: &[Resource<'_>], scope: &Scope) -> Result<Api, TemplateError> {
    let api = only(resources, HTTP_API)?;
    for name in api.property_names() {
        if name != "Auth" && !WITHOUT_PART.contains(&name) {
            return Err(not_understood(
                &format!("{}.{name}", api.place()),
                &"the local gateway does not have this property of an HTTP API",
            ));
        }
    }
    let place = format!("{}.Auth", api.place());
    let auth = match api.property("Auth") {
        Some(auth) => serde_json::from_value(scope.evaluate(&without_permissions(auth), &place)?)
            .map_err(|error| not_understood(&place, &error))?,
        None => Auth::default(),
    };
    let authorizers = auth
        .authorizers
        .into_iter()
        .map(|(name, authorizer)| Ok((name.clone(), definition(&authorizer, &format!("{place}.{name}"))?)))
        .collect::<Result<BTreeMap<_, _>, TemplateError>>()?;
    if let Some(default) = auth.default_authorizer.as_ref().filter(|name| !authorizers.contains_key(*name)) {
        return Err(TemplateError::Unresolved { place, reference: default.clone() });
    }
    Ok(Api { authorizers, default_authorizer: auth.default_authorizer })
}

/// Who may invoke the authorizer is not asked here, and the role in question does not exist.
fn without_permissions(auth: &serde_yaml_ng::Value) -> serde_yaml_ng::Value {
    let mut auth = auth.clone();
    let authorizers = auth.get_mut("Authorizers").and_then(serde_yaml_ng::Value::as_mapping_mut);
    for (_, authorizer) in authorizers.into_iter().flat_map(serde_yaml_ng::Mapping::iter_mut) {
        if let Some(authorizer) = authorizer.as_mapping_mut() {
            authorizer.remove("FunctionInvokeRole");
            authorizer.remove("EnableFunctionDefaultPermissions");
        }
    }
    auth
}

fn definition(authorizer: &Authorizer, place: &str) -> Result<AuthorizerDefinition, TemplateError> {
    if authorizer.payload_format_version != "2.0" || !authorizer.enable_simple_responses {
        return Err(not_understood(place, &"only payload 2.0 with simple responses is served"));
    }
    let function = authorizer
        .function_arn
        .rsplit(':')
        .next()
        .map(str::to_owned)
        .ok_or_else(|| not_understood(place, &"FunctionArn is not the ARN of a function"))?;
    Ok(AuthorizerDefinition {
        function,
        identity_headers: authorizer.identity.headers.iter().map(|name| name.to_ascii_lowercase()).collect(),
        reauthorize_every: Duration::from_secs(authorizer.identity.reauthorize_every),
    })
}
