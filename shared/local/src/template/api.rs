//! The HTTP API's part of the template: who is asked before a request passes, and which web pages may call.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;

use super::{AuthorizerDefinition, Resource, TemplateError, value::Scope, value::not_understood};

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

/// The HTTP API as far as requests are concerned. The names of its authorizers are [`named`] by the part.
#[derive(Default)]
pub(super) struct Api {
    /// Whether the template has one.
    pub(super) is_there: bool,
    pub(super) authorizers: BTreeMap<String, AuthorizerDefinition>,
    pub(super) default_authorizer: Option<String>,
    pub(super) cors: Option<CorsDefinition>,
}

/// Which web pages may call an HTTP API, and what they may send and see.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CorsDefinition {
    /// The origins of the pages; `*` is any.
    pub allow_origins: Vec<String>,
    /// The methods that they may use.
    #[serde(default)]
    pub allow_methods: Vec<String>,
    /// The headers that they may send.
    #[serde(default)]
    pub allow_headers: Vec<String>,
    /// The headers of an answer that they may see.
    #[serde(default)]
    pub expose_headers: Vec<String>,
    /// For how many seconds a browser need not ask again.
    pub max_age: Option<u64>,
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

/// An authorizer's name among those of all parts.
pub(super) fn named(part: &str, name: &str) -> String {
    if part.is_empty() { name.to_owned() } else { format!("{part}/{name}") }
}

pub(super) fn read(api: Resource<'_>, part: &str, scope: &Scope<'_>) -> Result<Api, TemplateError> {
    for name in api.property_names() {
        if !["Auth", "CorsConfiguration"].contains(&name) && !WITHOUT_PART.contains(&name) {
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
        .map(|(name, authorizer)| Ok((named(part, &name), definition(&authorizer, &format!("{place}.{name}"))?)))
        .collect::<Result<BTreeMap<_, _>, TemplateError>>()?;
    let default_authorizer = auth.default_authorizer.map(|name| named(part, &name));
    if let Some(default) = default_authorizer.as_ref().filter(|name| !authorizers.contains_key(*name)) {
        return Err(TemplateError::Unresolved { place, reference: default.clone() });
    }
    Ok(Api { is_there: true, authorizers, default_authorizer, cors: cors(api, scope)? })
}

fn cors(api: Resource<'_>, scope: &Scope<'_>) -> Result<Option<CorsDefinition>, TemplateError> {
    let place = format!("{}.CorsConfiguration", api.place());
    match api.property("CorsConfiguration") {
        Some(cors) => {
            serde_json::from_value(scope.evaluate(cors, &place)?).map_err(|error| not_understood(&place, &error))
        }
        None => Ok(None),
    }
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
