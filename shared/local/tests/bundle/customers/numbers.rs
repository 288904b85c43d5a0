//! Accounts from before there were numbers of customers are given one: when they are asked for it, when they are
//! written, or all at once by the operator.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::Method;
use serde_json::{Value, json};
use wattbook_domain::Claim;
use wattbook_store::keys;

use crate::support::{Running, body, send};

impl Running {
    /// An account that has no number.
    pub(crate) async fn without_number(&self, seed: u32) -> String {
        let id = self.provisioned(self.admin(), &body(seed)).await;
        let account = self.stored(&id).await;
        let (client, table) = (self.table_client(), self.bundle.table());
        let claim = keys::claim(self.scope(), account.organisation, &Claim::customer_number(account.number.unwrap()));
        let delete = client.delete_item().table_name(table).key("pk", AttributeValue::S(claim.pk));
        delete.key("sk", AttributeValue::S(claim.sk)).send().await.unwrap();
        let key = keys::account(account.organisation, account.id);
        let update = client.update_item().table_name(table).key("pk", AttributeValue::S(key.pk));
        let update = update.key("sk", AttributeValue::S(key.sk)).update_expression("REMOVE #account.#number");
        let update = update.expression_attribute_names("#account", "account");
        update.expression_attribute_names("#number", "number").send().await.unwrap();
        id
    }

    async fn number_of(&self, id: &str) -> Option<u64> {
        let account = self.get(self.admin(), &format!("/account/{id}")).await.json();
        account["customer_info"]["customer_number"].as_u64()
    }
}

#[tokio::test]
async fn a_number_is_drawn_once_however_many_ask_for_it() {
    let running = Arc::new(Running::start().await);
    let id = running.without_number(1).await;
    let read = running.get(running.admin(), &format!("/api/customers/{id}")).await;
    assert_eq!((read.status, &read.json()["CustomerId"]), (200, &Value::Null));
    let path = format!("/api/customers/{id}/import");
    // A browser that looks ahead draws none.
    let ahead = send(running.rest_request(Method::GET, &path).header("sec-purpose", "prefetch")).await;
    assert_eq!((ahead.status, &ahead.json()["CustomerId"]), (200, &Value::Null));
    let tasks = (0..20).map(|_| {
        let (running, path) = (Arc::clone(&running), path.clone());
        tokio::spawn(async move { running.get(running.admin(), &path).await })
    });
    let tasks: Vec<_> = tasks.collect();
    for task in tasks {
        let answer = task.await.unwrap();
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
        assert_eq!(answer.json()["CustomerId"].as_u64(), running.number_of(&id).await);
    }
    let number = running.number_of(&id).await.unwrap();
    assert_eq!(running.get(running.admin(), &format!("/api/customers/{number}")).await.status, 200);
    running.consistent_accounts().await;
}

#[tokio::test]
async fn whatever_writes_an_account_numbers_it_and_the_operator_numbers_all() {
    let running = Running::start().await;
    let written = running.without_number(1).await;
    let change = json!({"contact_info": {"firstname": "Jane"}});
    let path = format!("/account/{written}/customer-info");
    assert_eq!(running.change(Method::PUT, running.admin(), &path, Some(change)).await.status, 200);
    assert!(running.number_of(&written).await.is_some());
    let mut ids = Vec::new();
    for seed in 2..7 {
        ids.push(running.without_number(seed).await);
    }
    let event = json!({"organisation_id": running.bundle.demo().organisation_id});
    for numbered in [5, 0] {
        assert_eq!(running.bundle.invoke("number-accounts", &event).await.unwrap(), json!({"numbered": numbered}));
    }
    for id in ids {
        let number = running.number_of(&id).await.unwrap();
        let read = running.get(running.admin(), &format!("/api/customers/{number}")).await;
        assert_eq!((read.status, read.json()["CustomerId"].as_u64()), (200, Some(number)));
    }
    running.consistent_accounts().await;
    running.bundle.stop().await;
}
