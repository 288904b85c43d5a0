//! What the tests of registration share: what a customer does, and what he finds in an e-mail.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use wattbook_api::{secret::KeyRing, verification};
use wattbook_domain::Account;
use wattbook_store::keys;

use crate::support::{Answered, Running, send};

/// A password that is taken.
pub(crate) const PASSWORD: &str = "vuurtoren kiwi molenwiek";

impl Running {
    /// Registers without any credential, as a customer does.
    pub(crate) async fn register(&self, token: &str, password: &str) -> Answered {
        self.post_openly("/registration", &json!({"token": token, "password": password})).await
    }

    /// Asks for another e-mail.
    pub(crate) async fn resend(&self, body: &Value) -> Answered {
        self.post_openly("/registration/resend", body).await
    }

    pub(crate) async fn post_openly(&self, path: &str, body: &Value) -> Answered {
        send(self.request(Method::POST, path).json(body)).await
    }

    /// The account as it is stored.
    pub(crate) async fn stored(&self, id: &str) -> Account {
        let items = self.scan().await;
        let accounts = items.into_iter().filter_map(|mut item| item.remove("account"));
        let mut accounts = accounts.map(|account| serde_dynamo::from_attribute_value::<_, Account>(account).unwrap());
        accounts.find(|account| account.id.to_string() == id).unwrap()
    }

    /// The token that the customer of an account is sent.
    pub(crate) async fn verification_token(&self, id: &str) -> String {
        let keys = KeyRing::parse(self.bundle.secret("SigningKeys").unwrap()).unwrap();
        verification::token(&keys, &self.stored(id).await).unwrap()
    }

    /// Turns the clock back: the verification of an account was asked for that long ago.
    pub(crate) async fn asked_before(&self, id: &str, ago: SignedDuration) {
        let account = self.stored(id).await;
        let key = keys::account(account.organisation, account.id);
        self.table_client()
            .update_item()
            .table_name(self.bundle.table())
            .key("pk", AttributeValue::S(key.pk))
            .key("sk", AttributeValue::S(key.sk))
            .update_expression("SET #account.#customer.#asked = :then")
            .expression_attribute_names("#account", "account")
            .expression_attribute_names("#customer", "customer")
            .expression_attribute_names("#asked", "token_requested_at")
            .expression_attribute_values(":then", AttributeValue::S((Timestamp::now() - ago).to_string()))
            .send()
            .await
            .unwrap();
    }
}
