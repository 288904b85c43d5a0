//! The OpenAPI document: what all operations share, and how their parts become one.
//!
//! Each function declares its operation beside its handler. The document is generated from those
//! declarations, checked in as `shared/api/openapi.json`, and a test fails where the two differ.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::{
    IntoResponses, Modify, OpenApi, ToSchema,
    openapi::{
        self, Content, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type,
        security::{Flow, HttpAuthScheme, HttpBuilder, OAuth2, SecurityScheme},
    },
};

use crate::problem::Problem;

/// The document as it is checked in. What is served is this, so that it costs nothing to make.
pub const CHECKED_IN: &str = include_str!("../openapi.json");

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Wattbook",
        description = "Provisions the customers of energy companies: accounts, their installations and meters. \
            Every failure lists all of its causes at once. 400 means that the request is wrong by itself, \
            409 that it clashes with what is stored.",
        contact(name = "Whoever runs this deployment"),
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/")),
    tags(
        (name = "provisioning", description = "Accounts with their installations and meters, in one nested call."),
        (name = "accounts", description = "The same accounts with their header, address, properties and tariffs, in one envelope. \
            A successful answer is always 200."),
        (name = "registration", description = "For customers themselves: verifying an e-mail, setting a password."),
        (name = "access", description = "Bearer tokens."),
        (name = "contract", description = "This document."),
    ),
    components(schemas(GatewayMessage, Problem)),
    modifiers(&Security),
)]
struct Base;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("basic", {
            let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic);
            SecurityScheme::Http(basic.description(Some("App id and app key.")).build())
        });
        components.add_security_scheme("oauth2", {
            let flow = openapi::security::ClientCredentials::new("/v1/token", openapi::security::Scopes::new());
            SecurityScheme::OAuth2(OAuth2::with_description(
                [Flow::ClientCredentials(flow)],
                "A bearer token that is good for an hour.",
            ))
        });
    }
}

/// What every document begins with.
#[must_use]
pub fn base() -> openapi::OpenApi {
    let mut document = Base::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").into();
    document
}

/// The body of what API Gateway answers by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct GatewayMessage {
    /// One word for what happened.
    message: String,
}

/// What whoever is not known is answered, in a dialect that answers with problem documents.
pub struct NotAuthorized;

impl IntoResponses for NotAuthorized {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
        let gateway = Content::new(Some(Ref::from_schema_name("GatewayMessage")));
        unauthorized([("application/problem+json", problem), ("application/json", gateway)])
    }
}

/// The one answer to every way of not being known: the dialect's own, and API Gateway's where no credential is shown.
#[must_use]
pub fn unauthorized(contents: impl IntoIterator<Item = (&'static str, Content)>) -> BTreeMap<String, RefOr<Response>> {
    let challenge = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some("What to show (RFC 7617, RFC 6750)."))
        .build();
    let response = ResponseBuilder::new()
        .description(
            "The credential or the token is unknown, wrong, revoked or expired: fetch a new token. Where there is no \
             `Authorization` header at all, API Gateway answers by itself.",
        )
        .header("www-authenticate", challenge);
    let response = contents.into_iter().fold(response, |response, (kind, content)| response.content(kind, content));
    [("401".to_owned(), response.build().into())].into()
}

/// What any operation may answer when something is wrong on this side.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only describes")]
pub enum ServerTrouble {
    /// Something went wrong on our side.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// Contention or throttling that outlived the retries; ask again after `Retry-After`.
    #[response(
        status = 503,
        content_type = "application/problem+json",
        headers(("retry-after" = u32, description = "After how many seconds to ask again."))
    )]
    Busy(Problem),
}

/// What a change may be refused with.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only describes")]
pub enum ChangeRefused {
    /// The request has faults; all are listed.
    #[response(status = 400, content_type = "application/problem+json")]
    Faults(Problem),
    /// Nothing of this id that you can see.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The change would break rules, or wants values that are taken; all are listed.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// The account is not in the version of `If-Match`.
    #[response(status = 412, content_type = "application/problem+json")]
    Precondition(Problem),
}

/// What a body may be refused with, before it is looked into.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only describes")]
pub enum BodyRefused {
    /// The body, or what would be stored, is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is not JSON by its media type.
    #[response(status = 415, content_type = "application/problem+json")]
    MediaType(Problem),
}
