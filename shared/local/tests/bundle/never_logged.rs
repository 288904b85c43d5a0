//! What must never be logged is not, at any level.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;
use tracing_subscriber::{Layer, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt};
use wattbook_domain::{
    ExternalId, Name,
    catalogue::attributes::{AttributeName, AttributeValue as Stated},
    entity::EntityId,
};
use wattbook_store::keys;

use crate::{
    onboarding::{
        made::{VIN, request},
        owner::linked,
        sign_in::{CLIENT_SECRET, Manufacturer, Reply},
    },
    registration::PASSWORD,
    support::{BY, Running, body, send, with},
    webhooks::Receiver,
};

#[derive(Clone, Default)]
pub(crate) struct Captured(pub(crate) Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_and_nothing_personal_reaches_the_log() {
    let captured = Captured::default();
    let lines = tracing_subscriber::fmt::layer().json().with_writer(captured.clone());
    let filter = wattbook_api::log::filter(tracing::Level::TRACE);
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();

    let running = Running::start_for_webhooks(&[("WebhookGiveUpAfter", "1")]).await;
    let admin = running.admin();
    let receiver = Receiver::start().await;
    receiver.answers(500);
    let webhook = running.webhook(&receiver, &["*"]).await;
    let mut request = body("logmark");
    request["customer_info"]["contact_info"] = json!({"firstname": "Logmarkfirst", "lastname": "Logmarklast"});
    request["installation_info"][0]["address_info"] = json!({"street_no": "Logmarkstreet", "postal_code": "LOGMARK"});
    running.provisioned(admin, &request).await;
    assert_eq!(running.provision(admin, &request).await.status, 409);
    assert_eq!(
        running.provision(admin, &with(request.clone(), "/customer_info/email", "logmark bad")).await.status,
        400
    );
    send(running.post(admin, "/account", &request).header("idempotency-key", "logmarkkey")).await;
    send(running.request(Method::POST, "/account").basic_auth("logmark", Some("logmark")).body("logmark {")).await;
    running.get(admin, "/account/account-logmark?id_type=external").await;
    running.get(admin, "/account/x?logmark=logmark").await;
    write_in_the_other_dialect(&running).await;
    let message = |correlation_id: &str, body| running.message("customer.provisioning.requested", correlation_id, body);
    let messages =
        [message("logmark1", &body("logmark-1")), message("logmark2", &request), message("logmark 3", &request)];
    assert_eq!(running.hand_over(&messages).await, [2usize]);
    let account = running.get(admin, "/account/account-logmark?id_type=external").await.json();
    let verification = running.verification_token(account["account_id"].as_str().unwrap()).await;
    running.resend(&json!({"email": "jo-logmark@example.com"})).await;
    for (token, password) in [
        ("logmark", "logmark logmark"),
        (&*verification, "logmark"),
        (&*verification, "logmarkaaaaaaaa"),
        (&*verification, "logmark molenwiek vuurtoren"),
        (&*verification, "logmark molenwiek vuurtoren"),
    ] {
        running.register(token, password).await;
    }
    let form =
        [("grant_type", "client_credentials"), ("client_id", &*admin.app_id), ("client_secret", &*admin.app_key)];
    let token = send(running.request(Method::POST, "/v1/token").form(&form)).await.json();
    let token = token["access_token"].as_str().unwrap();
    send(running.request(Method::GET, "/account/logmark").bearer_auth(token)).await;
    let places = "country,postal_code,latitude,longitude,city\n";
    for rows in ["NL,logmark,1,1,Logmark\n", "NL,logmark,logmark,1,Logmark\n"] {
        let event = json!({"table": "places", "csv": format!("{places}{rows}")});
        running.bundle.invoke("load-reference-data", &event).await.unwrap();
    }
    running.bundle.invoke("load-reference-data", &json!({"table": "places", "csv": "logmark"})).await.unwrap_err();
    let sign_in = json!({
        "authorizeUrl": "https://logmark.example/", "tokenUrl": "https://logmark.example/", "clientId": "logmark",
        "clientSecret": "logmark",
    });
    let event = json!({"action": "put-sign-in", "type": "EV", "manufacturer": "Audi", "signIn": sign_in});
    running.bundle.invoke("administer-catalogue", &event).await.unwrap();
    let event = with(event, "/signIn/clientSecret", json!("logmark\n"));
    running.bundle.invoke("administer-catalogue", &event).await.unwrap_err();
    connect_and_erase_devices(&running).await;
    let owners = use_the_owners_pages(&running).await;
    let people = use_the_customers_api(&running).await;
    running.seen_webhook(&webhook, |webhook| webhook["enabled"] == false).await;
    let demo = running.bundle.demo().clone();
    running.bundle.stop().await;

    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    for said in [
        "provision-account",
        "authorize-request",
        "register-customer",
        "load-reference-data",
        "administer-catalogue",
        "expire-onboardings",
        "show-consent",
        "answer-consent",
        "receive-callback",
        "show-withdrawal",
        "withdraw-consent",
        "connect-entity",
        "take-message",
        "refresh-sign-ins",
        "authorize-person",
        "administer-users",
        "update-customer",
        "authenticate-user",
        "follow-changes",
        "publish-changes",
        "create-webhook",
        "deliver-webhook",
        "not delivered",
        "a record cannot be read",
        "\"written\":1",
        "\"status\":409",
        "request_id",
    ] {
        assert!(log.contains(said), "the log has no {said}");
    }
    let webhook_secret = webhook.secret.trim_start_matches("whsec_");
    let keys = [&demo.admin.app_key, &demo.brand.app_key, &demo.other.app_key];
    for secret in keys.into_iter().map(String::as_str).chain([token, &*verification, webhook_secret, &receiver.url()]) {
        assert!(!log.contains(secret), "a secret is in the log");
    }
    for secret in owners.iter().chain(&people) {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    let lower = log.to_lowercase();
    let found = lower.lines().find(|line| line.contains("logmark") || line.contains(&MARKED_VIN.to_lowercase()));
    assert_eq!(found, None);
}

/// A customer with all that he has, and a user of the organisation; what they sign in with.
async fn use_the_customers_api(running: &Running) -> Vec<String> {
    let (customer, other) = (running.customer("logmark-c").await, running.customer("logmark-d").await);
    running.with_records(&customer, &other).await;
    let number = customer.number;
    let message = json!({"CustomerId": number, "Subject": "Logmark", "Body": "Logmark", "SentDateTime": "2026-03-01"});
    running.brought("message", 6, message).await;
    for (method, path, body) in crate::customers::walk::operations(&customer) {
        running.as_customer(&customer, method, &path, body).await;
    }
    let settings = json!({"Email": "logmark", "MobileNumber": "logmark", "PhoneNumber": "12345678"});
    running.as_customer(&customer, Method::PATCH, &customer.path(""), Some(settings)).await;
    for password in [PASSWORD, "logmark logmark"] {
        running.authenticate(&customer.name, password, 1).await;
        running.password_grant("logmark@example.com", password).await;
        // Who shows it in the query, where others log it, is refused.
        let query = format!("{}?userName=logmark@example.com&password=logmark", customer.path(""));
        send(running.person_request((&customer.name, password), Method::GET, &query)).await;
    }
    let token =
        running.password_grant(&customer.name, PASSWORD).await.json()["access_token"].as_str().unwrap().to_owned();
    let invoice = running.with_token(&token, &customer.path("/invoices/900")).await.json();
    let (_, ticket) = invoice["PdfUrl"].as_str().unwrap().split_once("?ticket=").unwrap();
    send(running.request(Method::GET, &customer.path(&format!("/invoices/900/pdf?ticket={ticket}")))).await;
    send(running.request(Method::GET, &customer.path("/invoices/900/pdf?ticket=logmark"))).await;
    let made = running.staff("logmark-staff@example.com", "Staff", None).await;
    vec![PASSWORD.to_owned(), token, ticket.to_owned(), made["password"].as_str().unwrap().to_owned()]
}

const MARKED_VIN: &str = "WAUZZZGE1NB090021";

/// Devices with an owner: connected, expired, erased with their account, and one of which the store has lost its form.
async fn connect_and_erase_devices(running: &Running) {
    let (store, organisation) = (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    let before = running.uncounted().await;
    let account = running.provisioned(running.admin(), &body("logmark-devices")).await;
    let of_account = |vin: &str| {
        let mut made = request(organisation, vin);
        made.account = Some(account.parse().unwrap());
        made.owner = Name::parse("Logmark").ok();
        made.reference = ExternalId::parse("logmark").ok();
        let email = Stated::Text("logmark@example.com".into());
        made.device.attributes.insert(AttributeName::parse("email").unwrap(), email);
        made
    };
    running.connected(&store, &of_account(MARKED_VIN)).await;
    store.create_onboarding(&of_account(MARKED_VIN), BY, None).await.unwrap_err();
    let stale = of_account(VIN);
    store.create_onboarding(&stale, BY, None).await.unwrap();
    running.bundle.invoke("expire-onboardings", &json!({"time": stale.expires_at})).await.unwrap();
    let key = keys::entity(organisation, EntityId::new_random());
    let put = running.table_client().put_item().table_name(running.bundle.table());
    let put = put.item("pk", AttributeValue::S(key.pk)).item("sk", AttributeValue::S(key.sk));
    let entity = [("owner", "logmark"), ("identifier", MARKED_VIN)];
    let entity = entity.map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())));
    put.item("asset", AttributeValue::M(entity.into())).send().await.unwrap();
    let path = format!("/account/{account}");
    assert_eq!(running.change(Method::DELETE, running.admin(), &path, None).await.status, 204);
    running.only_left(before + 1).await;
}

/// What owners are given, type and come back with. Gives what else must not be found.
async fn use_the_owners_pages(running: &Running) -> Vec<String> {
    let cars = Manufacturer::of(running, "Logmark Cars").await;
    let (mut owner, _, led) = cars.signing_in(running).await;
    owner.opens(&led.back_with(&[("error", "logmark"), ("error_description", "logmark")])).await;
    cars.replies(&[Reply::Dead, Reply::Tokens(60)]);
    let (mut owner, request, led) = cars.signing_in(running).await;
    owner.elsewhere().opens(&led.back("logmark")).await;
    owner.opens(&led.back("logmark")).await;
    running.seen_as(&request, "Succeeded").await;
    for (hours, reply) in [(1, Reply::Tokens(60)), (2, Reply::Dead), (9, Reply::Refusal("invalid_grant"))] {
        cars.replies(&[reply]);
        let now = Timestamp::now() + SignedDuration::from_hours(hours);
        running.bundle.invoke("refresh-sign-ins", &json!({"time": now})).await.unwrap();
    }
    let page = owner.opens_link().await;
    let withdrawal = linked(&page, "/onboarding/withdrawal/").remove(0);
    owner.opens(&withdrawal).await;
    owner.posts(&withdrawal, &[("decision", "withdraw")]).await;
    let (mut dongle, _) = running.asked(&json!({"type": "SmartMeter", "manufacturer": "re.alto P1-Dongle"})).await;
    let link = dongle.link.clone();
    dongle.posts(&link, &[("decision", "agree"), ("a-code", "logmark")]).await;
    dongle.posts(&link, &[("decision", "logmark"), ("reason", "logmark")]).await;
    dongle.posts(&link, &[("decision", "decline"), ("reason", "logmark")]).await;
    let token = |link: &str| link.rsplit(['.', '=']).next().unwrap().to_owned();
    let verifiers = cars.asked().iter().filter_map(|form| form.get("code_verifier").cloned()).collect::<Vec<_>>();
    let own = [&owner.link, &withdrawal, &led.query["state"], owner.cookie.as_ref().unwrap(), &dongle.link];
    let fixed = [CLIENT_SECRET, "access-token-", "refresh-token-", "refusal-text"].map(str::to_owned);
    own.map(|it| token(it)).into_iter().chain(verifiers).chain(fixed).collect()
}

/// What the accounts dialect is told: taken, refused, in conflict and not readable.
async fn write_in_the_other_dialect(running: &Running) {
    let accounts = "/rest/v1/accounts";
    let path = "/rest/v1/accounts/pid/logmark%20pid";
    let whole = json!({
        "providerAccountId": "logmark pid", "accountName": "logmark", "owner": "logmark", "email": "logmark@example.com",
        "firstName": "Logmark", "lastName": "Logmark", "customerOrgName": "logmark",
        "address": {"addressString": "1 Logmark Street, Logmark, CA 94105", "city": "Logmark"},
        "properties": {"logmark": {"dataValue": "logmark"}, "customerClass": {"dataValue": "1"}},
        "tariffs": [{"masterTariffId": 1, "source": "logmark", "tariffName": "logmark"}],
    });
    let broken = json!({
        "email": "logmark", "status": "logmark", "accountName": " logmark", "properties": {"logmark": {}, "customerClass": {"dataValue": "logmark"}},
        "tariffs": [{"effectiveDate": "logmark"}], "address": {"country": "logmark"}, "labelPartner": "logmark",
    });
    for (method, path, body, status) in [
        (Method::POST, accounts.to_owned(), Some(whole.clone()), 200),
        (Method::POST, accounts.to_owned(), Some(whole.clone()), 409),
        (Method::PUT, accounts.to_owned(), Some(whole), 200),
        (Method::PUT, path.to_owned(), Some(broken), 400),
        (
            Method::PUT,
            path.to_owned(),
            Some(json!({"providerAccountId": "logmark", "properties": {"logmark2": {}}})),
            409,
        ),
        (Method::GET, "/rest/v1/account?providerAccountId=logmark+pid&fields=ext".into(), None, 200),
        (Method::GET, "/rest/v1/account?providerAccountId=logmark&fields=logmark".into(), None, 400),
        (Method::POST, format!("{path}/properties"), Some(json!({"keyName": "logmark", "dataValue": "logmark2"})), 200),
        (
            Method::POST,
            format!("{path}/properties"),
            Some(json!({"keyName": "email", "dataValue": "jo-logmark@example.com"})),
            409,
        ),
        (Method::DELETE, format!("{path}/properties/logmark"), None, 200),
        (Method::DELETE, format!("{path}/properties/email?x=logmark"), None, 409),
        (Method::PUT, format!("{path}/tariffs"), Some(json!({"masterTariffId": "logmark"})), 400),
        (Method::DELETE, format!("{path}/tariffs/logmark"), None, 400),
        (Method::DELETE, path.to_owned(), None, 200),
        (Method::DELETE, format!("{path}?hardDelete=true"), None, 200),
    ] {
        let answer = running.change(method, running.admin(), &path, body).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}
