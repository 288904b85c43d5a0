//! The customers dialect: the walk of a customer through all of it, and a file for each promise that operations share.

mod isolation;
mod malformed;
mod numbers;
mod passwords;
mod readings;
mod records;
mod seeds;
mod users;
pub(crate) mod walk;

use std::{collections::BTreeSet, sync::LazyLock};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use wattbook_local::demo::Credential;
use wattbook_store::UniquenessScope;

use crate::{
    registration::PASSWORD,
    support::{Answered, Running, body, send},
};

/// A customer who has registered.
pub(crate) struct Customer {
    /// Our id of the account, and of the user.
    pub(crate) id: String,
    /// The number by which apps know it.
    pub(crate) number: u64,
    /// The e-mail.
    pub(crate) email: String,
    /// The name to sign in with.
    pub(crate) name: String,
}

impl Customer {
    /// The path of something that the customer has.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/api/customers/{}{rest}", self.number)
    }

    /// The number of a meter as an asset.
    pub(crate) fn meter(&self, ordinal: u64) -> u64 {
        self.number * 1000 + ordinal
    }
}

/// An account with electricity under a contract of the organisation's own number, 1001, and gas under none. The meter
/// of electricity shows five digits and counts tenfold.
pub(crate) fn supplied(seed: impl std::fmt::Display) -> Value {
    let mut request = body(&seed);
    let electricity = &mut request["installation_info"][0];
    electricity["address_info"] = json!({
        "street_no": "Storgata", "house_no": "7", "suffix": "B", "postal_code": "0155", "country_code": "NO",
    });
    electricity["contract_information"] =
        json!({"contract_no": 1001, "ledger_no": 77, "start_date": "2000-01-01", "kinds": ["POWER", "NET"]});
    electricity["meters"][0] = json!({
        "external_meter_id": format!("meter-{seed}"), "meter_serial_number": format!("serial-{seed}"),
        "meter_energy_type": "ELECTRICITY", "meter_input_method": "IMPORT",
        "meter_register": {"digits": 5, "decimals": 0, "constant": 10, "unit": "kWh"},
    });
    let gas = json!({
        "external_installation_id": format!("gas-{seed}"),
        "service_information": {"service_type": "BR-LR-NILM-noHW"},
        "meters": [{
            "external_meter_id": format!("gas-meter-{seed}"), "meter_energy_type": "GAS",
            "meter_input_method": "IMPORT",
        }],
    });
    request["installation_info"].as_array_mut().unwrap().push(gas);
    request
}

impl Running {
    /// A customer of the organisation's brand NORTH.
    pub(crate) async fn customer(&self, seed: impl std::fmt::Display) -> Customer {
        self.customer_of(self.admin(), &supplied(seed)).await
    }

    /// A customer whose account is provisioned from this body, and who has registered.
    pub(crate) async fn customer_of(&self, credential: &Credential, request: &Value) -> Customer {
        let id = self.provisioned(credential, request).await;
        let token = self.verification_token(&id).await;
        assert_eq!(self.register(&token, PASSWORD).await.status, 200);
        let email = request["customer_info"]["email"].as_str().unwrap().to_owned();
        let account = self.get(credential, &format!("/account/{id}")).await.json();
        let number = account["customer_info"]["customer_number"].as_u64().unwrap();
        Customer { id, number, name: self.name(&email), email }
    }

    /// The name to sign in with: where an e-mail is one person's within an organisation only, that is named, too.
    pub(crate) fn name(&self, email: &str) -> String {
        match self.scope() {
            UniquenessScope::Platform => email.to_owned(),
            UniquenessScope::Organisation => format!("{}/{email}", self.bundle.demo().organisation_id),
        }
    }

    /// A request as somebody with a password, to be given more.
    pub(crate) fn person_request(&self, by: (&str, &str), method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).basic_auth(by.0, Some(by.1))
    }

    /// Sends a request as a customer.
    pub(crate) async fn as_customer(
        &self,
        customer: &Customer,
        method: Method,
        path: &str,
        body: impl Into<Option<Value>>,
    ) -> Answered {
        let request = self.person_request((&customer.name, PASSWORD), method, path);
        send(body.into().iter().fold(request, RequestBuilder::json)).await
    }

    /// Reads something of the customer's own that must be there.
    pub(crate) async fn seen_by(&self, customer: &Customer, rest: &str) -> Value {
        let answer = self.as_customer(customer, Method::GET, &customer.path(rest), None).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{answer:?}");
        answer.json()
    }

    /// Asks for a token with a name and a password.
    pub(crate) async fn password_grant(&self, name: &str, password: &str) -> Answered {
        let form = [("grant_type", "password"), ("username", name), ("password", password)];
        send(self.request(Method::POST, "/v1/token").form(&form)).await
    }

    /// Reads as whoever has a token.
    pub(crate) async fn with_token(&self, token: &str, path: &str) -> Answered {
        send(self.request(Method::GET, path).bearer_auth(token)).await
    }

    /// Signs in without reaching for anything.
    pub(crate) async fn authenticate(&self, name: &str, password: &str, area: u8) -> Answered {
        let login = json!({"UserName": name, "Password": password, "Area": area});
        self.post_openly("/api/Authenticate", &login).await
    }

    /// Has the operator do something with a user of the organisation.
    pub(crate) async fn user(&self, action: &str, members: Value) -> Value {
        let mut event = json!({"action": action, "organisation_id": self.bundle.demo().organisation_id});
        event.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        self.bundle.invoke("administer-users", &event).await.unwrap()
    }

    /// A user with a role; the answer has the password.
    pub(crate) async fn staff(&self, email: &str, role: &str, brand: Option<&str>) -> Value {
        let mut members = json!({"email": email, "first_name": "Sam", "last_name": "Staff", "roles": [role]});
        if let Some(brand) = brand {
            members["label_partner"] = json!(brand);
        }
        self.user("create-user", members).await
    }

    /// Puts a record that must be taken.
    pub(crate) async fn brought(&self, kind: &str, key: impl std::fmt::Display, document: Value) -> Answered {
        let path = format!("/api/records/{kind}/{key}");
        let answer = self.change(Method::PUT, self.admin(), &path, Some(document)).await;
        assert!([200, 201].contains(&answer.status), "{path}: {answer:?}");
        answer
    }

    /// An app with terms, an associate, a message and an invoice of the customer.
    pub(crate) async fn with_records(&self, customer: &Customer, other: &Customer) {
        let number = customer.number;
        self.brought("app", "smartliv", json!({"Name": "Smart living"})).await;
        self.brought("terms", "smartliv.general", json!({"Version": "1", "Url": "https://example.com/1"})).await;
        self.brought("terms", "smartliv.additional", json!({"Version": "a"})).await;
        let tie = json!({"CustomerId": number, "RelationshipType": "Household"});
        self.brought("associate", other.number, tie).await;
        self.brought("message", 5, message(number, "2026-03-01T10:00:00")).await;
        self.brought("invoice", 900, invoice(number)).await;
    }
}

/// A message to a customer.
pub(crate) fn message(number: u64, sent: &str) -> Value {
    json!({
        "CustomerId": number, "Subject": "Outage", "Body": "The power is back.", "Category": 2, "Priority": 1,
        "Channel": 3, "SentDateTime": sent,
    })
}

/// An invoice of the contract 1001.
pub(crate) fn invoice(number: u64) -> Value {
    json!({
        "CustomerId": number, "InvoiceDate": "2026-02-01", "DueDate": "2026-02-21", "InvoiceSum": 1250.5,
        "UnpaidSum": 250.25, "Currency": "NOK", "ContractNo": 1001, "LedgerNo": 77, "Kid": "1234567897",
        "InvoiceType": "Power", "Lines": [{"Description": "Electricity", "Amount": 1250.5}],
    })
}

/// Status, code and faults of a failure, the latter as `code field`, after a look at its form.
pub(crate) fn refusal(answer: &Answered) -> (u16, String, Vec<String>) {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    assert!(answer.header("x-request-id").is_some(), "{answer:?}");
    let document = answer.json();
    let status = &document["ResponseStatus"];
    let members: Vec<_> = status.as_object().unwrap_or_else(|| panic!("{answer:?}")).keys().collect();
    assert_eq!(members, ["ErrorCode", "Message", "Errors"]);
    let fault = |fault: &Value| {
        assert!(!fault["Message"].as_str().unwrap().is_empty());
        let code = known("ResponseErrorCode", &fault["ErrorCode"]);
        format!("{code} {}", fault["FieldName"].as_str().unwrap())
    };
    let faults = status["Errors"].as_array().unwrap().iter().map(fault).collect();
    (answer.status, known("ResponseCode", &status["ErrorCode"]), faults)
}

/// A refusal to compare with.
pub(crate) fn refused(status: u16, code: &str, faults: &[&str]) -> (u16, String, Vec<String>) {
    (status, code.to_owned(), faults.iter().map(|&fault| fault.to_owned()).collect())
}

/// A code, which the contract has to know.
fn known(schema: &str, code: &Value) -> String {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(wattbook_customers::contract::CHECKED_IN).unwrap());
    let code = code.as_str().unwrap();
    let codes = DOCUMENT["components"]["schemas"][schema]["anyOf"][0]["enum"].as_array().unwrap();
    assert!(codes.iter().any(|known| known == code), "the contract does not know the code {code}");
    code.to_owned()
}

/// The names of an object's members.
pub(crate) fn members(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap_or_else(|| panic!("{object}")).keys().map(String::as_str).collect()
}

/// The names in a list that is parted by blanks.
pub(crate) fn names(list: &'static str) -> BTreeSet<&'static str> {
    list.split_whitespace().collect()
}
