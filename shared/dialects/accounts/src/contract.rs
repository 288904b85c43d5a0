//! What the operations of this dialect share in the contract.

use serde_json::{Value, json};
use utoipa::ToSchema;
use wattbook_api::{
    Dialect, Function,
    contract::{self, Api, Describe, Failures, Operation, Parameter, Shape, schema_of},
    http::HttpHandler,
    schema_types::{Day, MomentText, TariffServiceWord},
};

use crate::{
    answer::Fields,
    envelope::{self, ErrorEnvelope},
    query::{MAX_PAGE_COUNT, MAX_PAGE_START},
};

/// The document as it is checked in. What is served is this, so that it costs nothing to make.
pub const CHECKED_IN: &str = include_str!("../openapi.json");

/// Every route of the API, those included that the document leaves out: method and path, one a line.
pub const ROUTES: &str = include_str!("../routes.txt");

/// The API.
pub static API: Api = Api {
    name: "accounts",
    title: "Wattbook: accounts",
    about: include_str!("../../../../functions/accounts/README.md"),
    groups: &[("accounts", "Accounts with their header, address, properties and tariffs, in one envelope.")],
    parameters,
    is_left_out,
    manner: |path| match (path.contains("{accountId}"), path.contains("{providerAccountId}")) {
        (true, _) => ("by-id", "by our id"),
        (_, true) => ("by-provider-id", "by your own id"),
        _ => ("by-query", "by query"),
    },
};

static DIALECT: Dialect = Dialect {
    refuse: envelope::refuse,
    failures: &Failures {
        suffix: "",
        media_type: "application/json",
        body: contract::json::<ErrorEnvelope>,
        examples: include_str!("failures.json"),
    },
};

/// A function of this dialect.
#[must_use]
pub const fn function(name: &'static str, handle: HttpHandler, describe: Describe) -> Function {
    Function::http(name, &DIALECT, handle, describe)
}

/// Results in their envelope, of the type that it says.
#[must_use]
pub fn envelope<T: ToSchema>(kind: &str) -> Shape {
    let Shape { schema: item, mut named } = contract::json::<T>();
    let name = format!("{kind}Envelope");
    let schema = json!({
        "type": "object",
        "description": "A successful answer.",
        "required": ["status", "count", "type", "results"],
        "properties": {
            "status": { "type": "string", "const": "success" },
            "count": { "type": "integer", "minimum": 0, "description": "How many results there are." },
            "type": { "type": "string", "const": kind, "description": "What the results are." },
            "results": {
                "type": ["array", "null"],
                "items": item,
                "description": "The results; `null` where there is nothing to show.",
            },
        },
    });
    named.insert(name.clone(), schema);
    Shape { schema: json!({ "$ref": format!("#/components/schemas/{name}") }), named }
}

/// It is about one account: where the path does not say which, the query does.
#[must_use]
pub fn of_account(operation: Operation) -> Operation {
    if operation.path().contains('{') {
        return operation;
    }
    operation.with(Parameter::query("accountId", uuid(), "Our id of the account.")).with(Parameter::query(
        "providerAccountId",
        text(),
        "Your own id of it; one of the two is required.",
    ))
}

/// The parameter that names a property, in the path or in the query.
pub const KEY_NAME: &str = "keyName";

/// It is about one property: where the path does not say which, the query does.
#[must_use]
pub fn of_property(operation: Operation) -> Operation {
    let id = match operation.path() {
        path if path.contains("{keyName}") => return operation,
        path if path.contains("{accountId}") => "delete-account-property-by-query",
        _ => "delete-account-property-by-provider-id-and-query",
    };
    let description = "The key of the property, or the name of the field: any, also one that a path cannot have.";
    let key = json!({ "type": "string", "minLength": 1 });
    operation.id(id).with(Parameter::query(KEY_NAME, key, description).required())
}

/// Which fields the answer has.
#[must_use]
pub fn fields() -> Parameter {
    let description = "`min`: the ids and the name; `ext`: also the formatted address, the customer, the brand and the \
        installations; `std`, which may also be called `default`: all the rest.";
    Parameter::query("fields", contract::json::<Fields>(), description).default("std")
}

/// Which of the tariffs of an account.
#[must_use]
pub fn tariffs(operation: Operation) -> Operation {
    let Shape { schema, named } = contract::json::<TariffServiceWord>();
    let services = Shape { schema: json!({ "type": "array", "items": schema, "minItems": 1 }), named };
    operation
        .with(Parameter::query("serviceType", contract::json::<TariffServiceWord>(), "Those for this service."))
        .with(Parameter::query("serviceTypes", services, "Those for one of these services."))
        .with(Parameter::query("effectiveDate", schema_of::<Day>(), "Those that apply from this day on."))
        .with(Parameter::query("effectiveOn", schema_of::<Day>(), "Those that apply on this day."))
        .with(Parameter::query("fromDateTime", schema_of::<MomentText>(), "Those that apply then or later."))
        .with(Parameter::query("toDateTime", schema_of::<MomentText>(), "Those that apply before then."))
        .with(Parameter::query(
            "isActive",
            json!({ "type": "boolean" }),
            "Those of which this was stated as `isActive` or, if nothing was, those that apply today or do not.",
        ))
}

/// Which page of the results.
#[must_use]
pub fn pages(operation: Operation) -> Operation {
    let number = |least: u64, most: u64| json!({ "type": "integer", "minimum": least, "maximum": most });
    operation
        .with(Parameter::query("pageStart", number(0, MAX_PAGE_START), "How many to pass over."))
        .with(Parameter::query("pageCount", number(1, MAX_PAGE_COUNT), "How many to answer at most."))
}

/// A page of results in their envelope, of the type that it says.
#[must_use]
pub fn page<T: ToSchema>(kind: &str) -> Shape {
    let (of, name) = (format!("{kind}Envelope"), format!("{kind}Page"));
    let Shape { mut named, .. } = envelope::<T>(kind);
    let mut schema = named.remove(&of).unwrap_or_default();
    let number = |description| json!({ "type": "integer", "minimum": 0, "description": description });
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("count".into(), number("How many match."));
        properties
            .insert("pageStart".into(), number("How many of them come before; only of a page that was asked for."));
        properties.insert("pageCount".into(), number("How many a page has at most; only if it was asked for."));
    }
    named.insert(name.clone(), schema);
    Shape { schema: json!({ "$ref": format!("#/components/schemas/{name}") }), named }
}

fn parameters(path: &str) -> Vec<Parameter> {
    let tariff = json!({ "type": "integer", "format": "int64", "minimum": 0 });
    let all = [
        Parameter::path("accountId", uuid(), "Our id of the account."),
        Parameter::own_id_in_path("providerAccountId", "Your own id of the account."),
        Parameter::own_id_in_path(KEY_NAME, "The key of the property, or the name of the field."),
        Parameter::path("masterTariffId", tariff, "The id of the tariff."),
    ];
    all.into_iter().filter(|parameter| path.contains(&format!("{{{}}}", parameter.name()))).collect()
}

/// Every path is served below `/account`, too. Of these the document has the one that has no other name.
fn is_left_out(method: &str, path: &str) -> bool {
    let below = path.strip_prefix("/rest/v1/account").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below && (method, path) != ("GET", "/rest/v1/account")
}

fn uuid() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

fn text() -> Value {
    json!({ "type": "string" })
}
