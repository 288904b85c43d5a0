//! What the operations of this dialect share in the contract.

use serde_json::{Value, json};
use wattbook_api::{
    Dialect, Function,
    contract::{self, Api, Describe, Failures, Parameter},
    http::HttpHandler,
};

use crate::failure::{self, ErrorResponse};

/// The document as it is checked in. What is served is this, so that it costs nothing to make.
pub const CHECKED_IN: &str = include_str!("../openapi.json");

/// Every route of the API, those included that the document leaves out: method and path, one a line.
pub const ROUTES: &str = include_str!("../routes.txt");

/// The API.
pub static API: Api = Api {
    name: "customers",
    title: "Wattbook: customers",
    about: include_str!("../../../../functions/customers/README.md"),
    groups: &[
        ("customers", "What a customer has and does, for the customer and for the organisation."),
        ("invoices", "Invoices on paper."),
    ],
    parameters,
    is_left_out,
    manner: |_| ("other", "by another path"),
};

/// How operations of this dialect fail.
pub static DIALECT: Dialect = Dialect {
    refuse: failure::refuse,
    failures: &Failures {
        suffix: "",
        media_type: "application/json",
        body: contract::json::<ErrorResponse>,
        examples: include_str!("failures.json"),
    },
};

/// A function of this dialect, for persons and organisations.
#[must_use]
pub const fn function(name: &'static str, handle: HttpHandler, describe: Describe) -> Function {
    Function::personal(name, &DIALECT, handle, describe)
}

/// A function of this dialect that only organisations may call.
#[must_use]
pub const fn of_organisations(name: &'static str, handle: HttpHandler, describe: Describe) -> Function {
    Function::http(name, &DIALECT, handle, describe)
}

/// A function of this dialect that sees for itself who calls.
#[must_use]
pub const fn open(name: &'static str, handle: HttpHandler, describe: Describe) -> Function {
    Function::open(name, &DIALECT, handle, describe)
}

/// Routes that are others in small letters: API Gateway tells them apart, where the published API does not.
fn is_left_out(_: &str, path: &str) -> bool {
    path == "/api/authenticate"
}

fn parameters(path: &str) -> Vec<Parameter> {
    let number = || json!({ "type": "integer", "minimum": 1, "maximum": i32::MAX });
    let text = || json!({ "type": "string", "minLength": 1 });
    let all: [(&'static str, Value, &str); 10] = [
        ("customerId", text(), "The customer: the number, our id of the account, or the organisation's own id."),
        ("contractNo", number(), "The number of the contract."),
        ("deliveryPointId", number(), "The number of the delivery point."),
        (
            "meterId",
            text(),
            "The meter: its number as an asset, our id, the organisation's own id, or what is printed on it.",
        ),
        ("invoiceNo", number(), "The number of the invoice."),
        ("messageId", number(), "The number of the message."),
        ("year", json!({ "type": "integer", "minimum": 2001, "maximum": 9999 }), "Four digits, greater than 2000."),
        ("appshortname", text(), "The short name of the app."),
        ("userId", text(), "The user's id, or `me` for whoever calls."),
        ("kind", text(), "The kind of record."),
    ];
    let of_path = all.into_iter().filter(|(name, ..)| path.contains(&format!("{{{name}}}")));
    let mut parameters: Vec<_> = of_path.map(|(name, schema, about)| Parameter::path(name, schema, about)).collect();
    if path.contains("{key}") {
        parameters.push(Parameter::path("key", text(), "What the record is called within its kind."));
    }
    parameters
}
