//! What follows from writes: devices are connected, and erased with their accounts.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use wattbook_domain::{
    AccountId, OrganisationId,
    entity::{DisconnectReason, EntityId},
    import::ImportId,
    onboarding::{FailureCode, Occurrence, OnboardingId, OnboardingRequest},
    webhook::WebhookId,
};
use wattbook_local::functions::FUNCTIONS;
use wattbook_store::{Store, Usage};

use crate::{
    events::samples,
    onboarding::made::{VIN, agree, agreed, connected, household, offboarding, request, tokens, vin},
    registration::PASSWORD,
    support::{BY, Running, body, with, without},
};

fn sample() -> Value {
    samples().into_iter().find(|(name, _)| name == "follow-changes").unwrap().1
}

impl Running {
    /// The bodies of what waits in a queue, which stays there.
    async fn waiting(&self, queue: &str) -> Vec<Value> {
        let request = json!({"QueueUrl": self.queue(queue), "MaxNumberOfMessages": 10, "VisibilityTimeout": 0});
        let post = self.client.post(self.bundle.url()).header("x-amz-target", "AmazonSQS.ReceiveMessage");
        let post = post.header("content-type", "application/x-amz-json-1.0").body(request.to_string());
        let answer: Value = serde_json::from_str(&post.send().await.unwrap().text().await.unwrap()).unwrap();
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        messages.iter().map(|it| serde_json::from_str(it["Body"].as_str().unwrap()).unwrap()).collect()
    }

    fn queue(&self, name: &str) -> String {
        format!("{}/000000000000/{name}", self.bundle.url())
    }

    /// Runs the function on an event, with another queue than the one that is served.
    async fn follow(&self, event: &Value, queue: &str) -> Value {
        self.follow_at_cost(event, queue).await.0
    }

    /// The same, with what this call alone has used of the store: the stream calls the function, too.
    pub(crate) async fn follow_at_cost(&self, event: &Value, queue: &str) -> (Value, Usage) {
        let store = self.bundle.store();
        let (bucket, bucket_endpoint) = self.bundle.bucket();
        let environment = [
            ("TABLE_NAME", self.bundle.table()),
            ("BUCKET", &bucket),
            ("AWS_ENDPOINT_URL_S3", &bucket_endpoint),
            ("AWS_REGION", &store.region),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "key"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &store.endpoint),
            ("AWS_ENDPOINT_URL_SQS", &self.bundle.url()),
            ("CONNECT_QUEUE_URL", &self.queue(queue)),
            ("DELIVERIES_URL", &self.queue("Deliveries.fifo")),
            ("IMPORT_QUEUE_URL", &self.queue("ImportQueue")),
            ("SIGNING_KEYS", self.bundle.secret("SigningKeys").unwrap()),
            ("CONNECTOR_KEYS", self.bundle.secret("ConnectorKeys").unwrap()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let function = FUNCTIONS.iter().find(|function| function.name == "follow-changes").unwrap();
        let services = function.start(&environment.into_iter().collect()).unwrap();
        let event = serde_json::value::to_raw_value(event).unwrap();
        let answer = function.invoke(&services, &event, "request").await.unwrap();
        (serde_json::from_str(answer.get()).unwrap(), services.usage())
    }

    /// Waits until nothing but this is in the table.
    pub(crate) async fn only_left(&self, items: usize) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if self.uncounted().await == items {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{items} items were expected: {:?}", self.scan().await);
    }

    /// A stored request whose device is connected, with the id of the entity.
    pub(crate) async fn connected(&self, store: &Store, request: &OnboardingRequest) -> EntityId {
        connected(store, request).await.id
    }
}

#[tokio::test]
async fn a_request_is_handed_on_once_its_owner_has_done_his_part() {
    let running = Running::start().await;
    let mut event = sample();
    let step = event["Records"][0].take();
    // Nobody takes messages from this queue.
    let queue = "UnfollowedChanges";
    let told = async |record: &Value| {
        let answer = running.follow(&json!({"Records": [record]}), queue).await;
        assert_eq!(answer, json!({"batchItemFailures": []}));
        running.waiting(queue).await
    };
    let onboarding = &step["dynamodb"]["NewImage"]["onboarding"]["M"];
    let expected = json!({"organisation_id": onboarding["organisation"]["S"], "onboarding_id": onboarding["id"]["S"]});
    assert_eq!(told(&step).await, std::slice::from_ref(&expected));
    // Told again it is handed on again, which whoever connects has to bear.
    assert_eq!(told(&step).await, [expected.clone(), expected.clone()]);
    // What else happens to a request that is being connected, or to one that is not yet: nothing follows from it.
    let mut later = step.clone();
    later["dynamodb"]["OldImage"] = step["dynamodb"]["NewImage"].clone();
    let mut earlier = step.clone();
    earlier["dynamodb"]["NewImage"] = step["dynamodb"]["OldImage"].clone();
    let mut gone = step.clone();
    gone["dynamodb"].as_object_mut().unwrap().remove("NewImage");
    for record in [&later, &earlier, &gone] {
        assert_eq!(told(record).await.len(), 2, "{record}");
    }
    running.bundle.stop().await;
}

/// The filter in the template lets it through. Either it waits, or the sandbox has connected it.
#[tokio::test]
async fn the_stream_leads_a_request_to_the_queue() {
    let running = Running::start().await;
    let (store, organisation) = (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    let first = request(organisation, "WAUZZZGE1NB012345");
    store.create_onboarding(&first, BY, None).await.unwrap();
    agree(&store, &first).await;
    for _ in 0..400 {
        let waiting = running.waiting("ConnectQueue").await;
        let ended = !store.onboarding(organisation, first.id).await.unwrap().unwrap().is_live();
        if ended || waiting.iter().any(|it| it["onboarding_id"] == first.id.to_string()) {
            running.bundle.stop().await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody heard of the request");
}

/// Gives an account one request of every kind, and the number of items that outlast them.
async fn with_devices(running: &Running, account: &str) -> usize {
    let (store, organisation) = (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    let collective = household(organisation);
    store.create_collective(&collective, None).await.unwrap();
    let account: AccountId = account.parse().unwrap();
    let of_account = |number: u8| {
        let mut made = request(organisation, &vin(number));
        (made.account, made.collective) = (Some(account), Some(collective.id));
        made
    };
    let live = of_account(0);
    store.create_onboarding(&live, BY, None).await.unwrap();
    let id = running.connected(&store, &of_account(1)).await;
    assert_eq!(store.members(organisation, collective.id, None, 9).await.unwrap().0[0].id, id);
    let id = running.connected(&store, &of_account(2)).await;
    let entity = store.entity(organisation, id).await.unwrap().unwrap();
    store.offboard(&entity, &offboarding(&entity), BY, None).await.unwrap().unwrap();
    let failed = of_account(3);
    store.create_onboarding(&failed, BY, None).await.unwrap();
    let agreed = agree(&store, &failed).await;
    let ended = agreed.after(&Occurrence::Failed(FailureCode::NotConnected), Timestamp::now()).unwrap();
    store.replace_onboarding(&agreed, &ended, BY).await.unwrap();
    // One that wants a device of somebody else, and has not got it.
    let holder = request(running.bundle.demo().other_organisation_id.parse().unwrap(), &vin(9));
    store.create_onboarding(&holder, BY, None).await.unwrap();
    let mut taking_over = of_account(9);
    taking_over.taking_over = true;
    store.create_onboarding(&taking_over, BY, None).await.unwrap();
    let devices = running.consistent_devices().await;
    assert_eq!((devices.requests.len(), devices.live().count(), devices.connected().count()), (6, 3, 1));
    // The collective is nobody's but the organisation's, and the holder has a request and a claim.
    1 + 2
}

#[tokio::test]
async fn an_erased_account_takes_its_requests_and_its_devices_along() {
    let running = Running::start().await;
    let before = running.uncounted().await;
    let soft = |path: &str| (Method::DELETE, path.to_owned(), 200);
    for (seed, erase) in [
        ("provisioning", vec![(Method::DELETE, "/account/{id}".to_owned(), 204)]),
        ("accounts", vec![soft("/rest/v1/accounts/{id}?hardDelete=true")]),
        ("soft", vec![soft("/rest/v1/accounts/{id}"), soft("/rest/v1/accounts/{id}?hardDelete=true")]),
    ] {
        let started = running.uncounted().await;
        let id = running.provisioned(running.admin(), &body(seed)).await;
        let stays = Box::pin(with_devices(&running, &id)).await;
        let requests = running.consistent_devices().await.requests;
        for (method, path, status) in erase {
            let path = path.replace("{id}", &id);
            assert_eq!(running.change(method, running.admin(), &path, None).await.status, status, "{path}");
        }
        running.only_left(started + stays).await;
        let left = running.consistent_devices().await;
        assert!(left.entities.is_empty());
        let others: Vec<_> = left.requests.iter().filter(|it| it.account.is_some()).collect();
        assert!(others.is_empty(), "{others:?}");
        assert!(running.consistent_accounts().await.is_empty());
        // The holder's device is free for the next round, too.
        let holder = requests.iter().find(|it| it.account.is_none()).unwrap();
        running.store().erase_onboarding(holder.organisation, holder.id).await.unwrap();
    }
    assert_eq!(running.uncounted().await, before + 3);
    running.bundle.stop().await;
}

/// The function may be told of it again, and others may be at work at the same time.
#[tokio::test]
async fn an_account_may_be_erased_while_its_devices_change() {
    let running = Running::start().await;
    let (store, organisation): (_, OrganisationId) =
        (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    let before = running.uncounted().await;
    for round in 0..5 {
        let id = running.provisioned(running.admin(), &body(round)).await;
        let made: Vec<_> = (0..6)
            .map(|number| {
                let mut made = request(organisation, &vin(10 * round + number));
                made.account = Some(id.parse().unwrap());
                made
            })
            .collect();
        for request in &made {
            store.create_onboarding(request, BY, None).await.unwrap();
        }
        let changes: Vec<_> = made
            .into_iter()
            .map(|request| {
                let store = store.clone();
                tokio::spawn(async move {
                    let agreed = agreed(&request);
                    let _ = store.replace_onboarding(&request, &agreed, BY).await;
                    let _ = store.connect_device(&agreed, Some(&tokens()), Timestamp::now()).await;
                    if let Ok(Some(entity)) = store.entity(organisation, request.entity).await {
                        let _ =
                            store.disconnect_device(&entity, DisconnectReason::SignInEnded, BY, Timestamp::now()).await;
                    }
                })
            })
            .collect();
        let path = format!("/account/{id}");
        while running.change(Method::DELETE, running.admin(), &path, None).await.status != 204 {}
        for change in changes {
            change.await.unwrap();
        }
        running.only_left(before).await;
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_erased_already_is_no_failure() {
    let running = Running::start().await;
    let before = running.uncounted().await;
    for _ in 0..2 {
        assert_eq!(running.follow(&sample(), "UnfollowedChanges").await, json!({"batchItemFailures": []}));
    }
    assert_eq!(running.uncounted().await, before);
    running.bundle.stop().await;
}

/// A customer who has signed up is active once there is a device, with a meter or without.
#[tokio::test]
async fn an_account_is_active_with_a_connected_device() {
    let running = Running::start().await;
    let (store, organisation): (_, OrganisationId) =
        (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    let bare = without(
        with(body(1), "/installation_info/0/service_information/service_type", "RT-HR-NILM-HW"),
        "/installation_info/0/meters",
    );
    let id = running.provisioned(running.admin(), &bare).await;
    let path = format!("/account/{id}");
    let status = async || running.get(running.admin(), &path).await.json()["status"].as_str().unwrap().to_owned();
    let mut first = request(organisation, VIN);
    first.account = Some(id.parse().unwrap());
    let entity = running.connected(&store, &first).await;
    // Not before he has.
    assert_eq!(status().await, "provisioned");
    let token = running.verification_token(&id).await;
    assert_eq!(running.register(&token, PASSWORD).await.json(), json!({"status": "active"}));
    assert_eq!(status().await, "active");
    // What the other API writes does not take it away.
    let name = json!({"accountName": "Home of Jo"});
    let put = running.change(Method::PUT, running.admin(), &format!("/rest/v1/accounts/{id}"), Some(name)).await;
    assert_eq!((put.status, status().await.as_str()), (200, "active"));
    let entity = store.entity(organisation, entity).await.unwrap().unwrap();
    store.disconnect_device(&entity, DisconnectReason::SignInEnded, BY, Timestamp::now()).await.unwrap().unwrap();
    assert_eq!(status().await, "registered");
    running.consistent_devices().await;
    running.bundle.stop().await;
}

/// The filters in the template are a place outside the store that knows keys.
#[test]
fn the_filters_have_the_keys_of_the_store() {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(wattbook_local::template::SOURCES[0].1).unwrap();
    let stream = &template["Resources"]["FollowChanges"]["Properties"]["Events"]["Stream"]["Properties"];
    let filters = stream["FilterCriteria"]["Filters"].as_sequence().unwrap();
    let patterns = filters.iter().map(|it| serde_json::from_str::<Value>(it["Pattern"].as_str().unwrap()).unwrap());
    let organisation = OrganisationId::new_random();
    let account = wattbook_store::keys::account(organisation, AccountId::new_random());
    let onboarding = wattbook_store::keys::onboarding(organisation, OnboardingId::new_random());
    let entity = wattbook_store::keys::entity(organisation, EntityId::new_random());
    let webhook = wattbook_store::keys::webhook(organisation, WebhookId::new_random());
    let import = wattbook_store::keys::import(organisation, ImportId::new_random());
    let keys = [account, onboarding, entity, webhook].map(|key| key.sk);
    let wanted = [
        json!({"dynamodb": {"Keys": {"sk": {"S": keys}}}}),
        json!({"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [import.sk]}}}}),
    ];
    assert_eq!(patterns.collect::<Vec<_>>(), wanted);
}
