//! The least a function on this stack can be that reaches its table: it reads an item that is not there, and
//! answers every request with the same text.
//!
//! `wattbook-figures` measures each function against it. Nothing may be added here that a function
//! does not get for free, or the comparison flatters. So it trusts the same few roots: with those of the
//! operating system it would start in twice the time.

use std::env::var;

use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    types::AttributeValue,
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use lambda_http::{Error, Request, service_fn};

fn main() -> Result<(), Error> {
    let client = client()?;
    let table = var("TABLE_NAME")?;
    let (client, table) = (&client, table.as_str());
    let hello = service_fn(move |request| hello(client, table, request));
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(lambda_http::run(hello))
}

fn client() -> Result<Client, Error> {
    let roots = TrustStore::empty().with_pem_certificate(include_str!("../../../store/src/roots.pem"));
    let tls = TlsContext::builder().with_trust_store(roots).build()?;
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_https();
    let (id, key) = (var("AWS_ACCESS_KEY_ID")?, var("AWS_SECRET_ACCESS_KEY")?);
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(var("AWS_REGION")?))
        .credentials_provider(Credentials::new(id, key, var("AWS_SESSION_TOKEN").ok(), None, "environment"))
        .endpoint_url(var("AWS_ENDPOINT_URL_DYNAMODB")?)
        .http_client(http);
    Ok(Client::from_conf(config.build()))
}

async fn hello(client: &Client, table: &str, _: Request) -> Result<&'static str, Error> {
    let key = AttributeValue::S("hello".to_owned());
    client.get_item().table_name(table).key("pk", key.clone()).key("sk", key).send().await?;
    Ok("Hello, world!")
}
