//! Queues and schedules from end to end: a template, functions, the gateway and the SDK's client.

mod buckets;
mod in_order;
mod rules;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::ProvideErrorMetadata,
};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use wattbook_api::{Entry, Failure, Function, Message, Resource, contract::Declaration, queue::CONNECT_QUEUE};

use super::*;
use crate::{
    authorizer::Authorizers,
    cors::Cors,
    event_bus::EventBus,
    functions::Functions,
    objects::Objects,
    private_file,
    queues::Queues,
    routes::Routes,
    schedules::Schedules,
    serving::{self, Serving},
    store_access::StoreAccess,
    template::{Surroundings, TOP},
};

const TEMPLATE: &str = r#"
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 2 }
  Failed: { Type: AWS::SQS::Queue }
  SendWork:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { CONNECT_QUEUE_URL: !Ref Work } } }
  DoWork:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Messages:
          Type: SQS
          Properties:
            Queue: !GetAtt Work.Arn
            BatchSize: 2
            FunctionResponseTypes: [ReportBatchItemFailures]
  Events: { Type: AWS::Events::EventBus, Properties: { Name: events } }
  Told:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Events
      EventPattern: { source: [wattbook], detail-type: [{ prefix: work. }], detail: { wanted: [true] } }
      Targets:
        - Id: work
          Arn: !GetAtt Work.Arn
          InputTransformer:
            InputPathsMap: { test: $.detail.test, kind: $.detail-type }
            InputTemplate: '{"test":<test>,"name":"<kind>","fails":0}'
        - { Id: as-it-is, Arn: !GetAtt AsItIs.Arn }
  AsItIs: { Type: AWS::SQS::Queue }
  Files:
    Type: AWS::S3::Bucket
    Properties: { NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } }
  Quiet: { Type: AWS::S3::Bucket }
  Dropped:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.s3]
        detail-type: [Object Created]
        detail: { bucket: { name: [!Ref Files, !Ref Quiet] }, object: { key: [{ prefix: buckets/ }] } }
      Targets:
        - Id: work
          Arn: !GetAtt Work.Arn
          InputTransformer:
            InputPathsMap: { key: $.detail.object.key }
            InputTemplate: '{"test":"buckets","name":<key>,"fails":1}'
  Seen:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [aws.s3], detail: { object: { key: [{ prefix: seen }] } } }
      Targets: [{ Id: seen, Arn: !GetAtt SeenObjects.Arn }]
  SeenObjects: { Type: AWS::SQS::Queue }
  Lines:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      VisibilityTimeout: 30
      RedrivePolicy: { deadLetterTargetArn: !GetAtt LostLines.Arn, maxReceiveCount: 3 }
  LostLines: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
  SendLines:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { IMPORT_LINES_URL: !Ref Lines } } }
  DoLines:
    Type: AWS::Serverless::Function
    Properties:
      Environment: { Variables: { IMPORT_LINES_URL: !Ref Lines } }
      Events:
        Messages:
          Type: SQS
          Properties:
            Queue: !GetAtt Lines.Arn
            BatchSize: 2
            FunctionResponseTypes: [ReportBatchItemFailures]
  Tick:
    Type: AWS::Serverless::Function
    Properties: { Events: { Clock: { Type: Schedule, Properties: { Schedule: rate(1 minute) } } } }
"#;

/// What the functions were told, with the test's own name in front.
static TOLD: Mutex<Vec<(String, Value, Instant)>> = Mutex::new(Vec::new());

fn tell(test: &str, what: Value) {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner).push((test.to_owned(), what, Instant::now()));
}

fn told(test: &str) -> Vec<(Value, Instant)> {
    let told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    told.iter().filter(|(of, ..)| of == test).map(|(_, what, when)| (what.clone(), *when)).collect()
}

/// What the functions were told in that test, once it is as much as wanted.
async fn wait(test: &str, count: usize) -> Vec<(Value, Instant)> {
    for _ in 0..1000 {
        let told = told(test);
        if told.len() >= count {
            return told;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{count} were expected: {:?}", told(test));
}

fn of(test: &str, name: &str, fails: u32) -> String {
    json!({ "test": test, "name": name, "fails": fails }).to_string()
}

static SEND: Function = Function {
    name: "send-work",
    entry: Entry::Direct(|services, event| {
        Box::pin(async move {
            let (body, delay): (String, u32) = serde_json::from_str(event.get()).map_err(|_| Failure::NotFound)?;
            services.queue(CONNECT_QUEUE)?.send(&body, delay).await?;
            Ok(Value::Null)
        })
    }),
    uses: &[Resource::CONNECT_QUEUE],
    contract: Declaration::NONE,
};

static WORK: Function = Function {
    name: "do-work",
    entry: Entry::Queue(|_, message| Box::pin(async { work(message) })),
    uses: &[],
    ..SEND
};

/// Fails as often as the message says.
fn work(message: &Message) -> Result<(), Failure> {
    let body: Value = message.read()?;
    tell(body["test"].as_str().unwrap(), json!([body["name"], message.receive_count, message.id, message.request_id]));
    if body["fails"].as_u64().unwrap() < message.receive_count.into() { Ok(()) } else { Err(Failure::Contended) }
}

static TICK: Function = Function {
    name: "tick",
    entry: Entry::Schedule(|_, now| {
        tell("schedule", json!(now));
        Box::pin(async { Ok(Value::Null) })
    }),
    uses: &[],
    ..SEND
};

/// What of a bundle has to do with queues.
struct Machine {
    gateway: Arc<Gateway>,
    template: Template,
    serving: Serving,
    deliveries: Option<Deliveries>,
    schedules: Schedules,
}

impl Machine {
    /// With what a schedule takes for a minute.
    async fn start(folder: &Path, minute: Duration) -> Self {
        let (listener, port) = serving::listen(0).await.unwrap();
        let store = StoreAccess::unsigned("http://127.0.0.1:9");
        let surroundings = Surroundings {
            region: store.region.clone(),
            table_name: "none".into(),
            event_bus: "events".into(),
            address: format!("http://127.0.0.1:{port}"),
            ..Surroundings::default()
        };
        let mut template = Template::read(&[(TOP, TEMPLATE)], &surroundings).unwrap();
        for function in &mut template.functions {
            if let Some(Trigger::Schedule(trigger)) = &mut function.trigger {
                assert_eq!(trigger.every, Duration::from_mins(1));
                trigger.every = minute;
            }
        }
        let known = [&SEND, &WORK, &in_order::SEND, &in_order::WORK, &TICK];
        let functions = Functions::start(&known, &template, &BTreeMap::new(), &store, &surroundings.address).unwrap();
        let queues = Queues::open(template.queues.clone(), folder.join("queues.sqlite"), true).await.unwrap();
        let gateway = Arc::new(Gateway {
            functions,
            routes: Routes::new(&template.functions).unwrap(),
            authorizers: Authorizers::new(&template.authorizers, None, &store.region),
            cors: Cors::new(&template.parts),
            queues,
            bus: EventBus::new("events".into(), store.region.clone(), template.rules.clone(), false),
            objects: Objects::open(template.buckets.clone(), folder.join("objects"), true).await.unwrap(),
            port,
        });
        let serving = Serving::start(Arc::clone(&gateway), listener);
        let schedules = Schedules::start(&template, folder.join("schedules.json"), &store.region, &gateway).unwrap();
        Self { gateway, template, serving, deliveries: None, schedules }
    }

    async fn start_all(folder: &Path) -> Self {
        let mut machine = Self::start(folder, Duration::from_mins(1)).await;
        machine.deliver();
        machine
    }

    fn deliver(&mut self) {
        self.deliveries = Some(Deliveries::start(&self.template, "eu-central-1", &self.gateway));
    }

    async fn send(&self, body: &str, delay: u32) {
        let event = serde_json::value::to_raw_value(&(body, delay)).unwrap();
        self.gateway.functions.invoke("send-work", event, "request").await.unwrap();
    }

    fn url(&self, queue: &str) -> String {
        self.template.queues.iter().find(|it| it.name == queue).unwrap().url.clone()
    }

    fn client(&self) -> Client {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .endpoint_url(format!("http://127.0.0.1:{}", self.gateway.port))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        Client::from_conf(config.build())
    }

    async fn stop(self) {
        if let Some(deliveries) = self.deliveries {
            deliveries.stop().await;
        }
        self.schedules.stop().await;
        self.serving.stop().await;
    }
}

#[tokio::test]
async fn a_message_is_handed_over_once_and_a_delayed_one_later() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start_all(folder.path()).await;
    let started = Instant::now();
    machine.send(&of("delay", "later", 0), 1).await;
    machine.send(&of("delay", "now", 0), 0).await;
    let told = wait("delay", 2).await;
    let names: Vec<_> = told.iter().map(|(what, _)| (&what[0], &what[1])).collect();
    assert_eq!(names, [(&json!("now"), &json!(1)), (&json!("later"), &json!(1))]);
    assert!(told[1].1 - started >= Duration::from_secs(1));
    machine.stop().await;
    assert_eq!(self::told("delay").len(), 2);
}

#[tokio::test]
async fn of_two_messages_the_one_that_failed_comes_again() {
    let folder = TempDir::new().unwrap();
    let mut machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    // Both are there before anybody asks, and so in one batch.
    machine.send(&of("partial", "bad", 1), 0).await;
    machine.send(&of("partial", "good", 0), 0).await;
    machine.deliver();
    let told = wait("partial", 3).await;
    let names: Vec<_> = told.iter().map(|(what, _)| (&what[0], &what[1])).collect();
    assert_eq!(names, [(&json!("bad"), &json!(1)), (&json!("good"), &json!(1)), (&json!("bad"), &json!(2))]);
    assert_eq!(told[0].0[3], told[1].0[3]);
    assert_eq!(told[0].0[2], told[2].0[2]);
    machine.stop().await;
    assert_eq!(self::told("partial").len(), 3);
}

#[tokio::test]
async fn what_fails_too_often_is_in_the_dead_letter_queue_until_it_is_moved_back() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start_all(folder.path()).await;
    let (client, failed) = (machine.client(), machine.url("Failed"));
    machine.send(&of("dead", "bad", 2), 0).await;
    machine.send("no JSON", 0).await;
    let count = async || {
        let name = aws_sdk_sqs::types::QueueAttributeName::ApproximateNumberOfMessages;
        let answer = client.get_queue_attributes().queue_url(&failed).attribute_names(name.clone());
        answer.send().await.unwrap().attributes.unwrap()[&name].clone()
    };
    for _ in 0..1000 {
        if count().await == "2" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let peek = client.receive_message().queue_url(&failed).max_number_of_messages(10).visibility_timeout(0);
    let peek = peek.message_system_attribute_names(aws_sdk_sqs::types::MessageSystemAttributeName::All);
    let messages = peek.send().await.unwrap().messages.unwrap();
    let unreadable = messages.iter().find(|message| message.body.as_deref() == Some("no JSON")).unwrap();
    assert_eq!(messages.len(), 2);
    assert_eq!(unreadable.attributes.as_ref().unwrap().len(), 4);
    let receipt = unreadable.receipt_handle.as_ref().unwrap();
    client.delete_message().queue_url(&failed).receipt_handle(receipt).send().await.unwrap();
    // Back there it is a new message.
    let source = machine.template.queues.iter().find(|it| it.name == "Failed").unwrap().arn.clone();
    client.start_message_move_task().source_arn(source).send().await.unwrap();
    let told = wait("dead", 3).await;
    assert_eq!(told.iter().map(|(what, _)| &what[1]).collect::<Vec<_>>(), [&json!(1), &json!(2), &json!(1)]);
    machine.stop().await;
}

#[tokio::test]
async fn what_waits_outlasts_a_restart() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    machine.send(&of("restart", "waits", 0), 0).await;
    machine.stop().await;
    let machine = Machine::start_all(folder.path()).await;
    wait("restart", 1).await;
    machine.stop().await;
    let machine = Machine::start_all(folder.path()).await;
    let client = machine.client();
    let left = client.receive_message().queue_url(machine.url("Work")).send().await.unwrap();
    assert_eq!(left.messages, None);
    machine.stop().await;
    assert_eq!(told("restart").len(), 1);
}

#[tokio::test]
async fn the_api_of_queues_refuses_as_sqs_does() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let (client, work) = (machine.client(), machine.url("Work"));
    let sent = client.send_message().queue_url(&work).message_body("hello").send().await.unwrap();
    assert_eq!(sent.md5_of_message_body.as_deref(), Some("5d41402abc4b2a76b9719d911017c592"));
    let unknown = client.send_message().queue_url(format!("{work}x")).message_body("hello").send().await;
    assert!(unknown.unwrap_err().into_service_error().is_queue_does_not_exist());
    let message = || client.send_message().queue_url(&work);
    for refused in [message().message_body(""), message().message_body("a").delay_seconds(901)] {
        let error = refused.send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some("InvalidParameterValue"), "{error}");
    }
    let purged = client.purge_queue().queue_url(&work).send().await.unwrap_err();
    assert_eq!(purged.into_service_error().code(), Some("UnsupportedOperation"));
    // The path is the gateway's for whoever means no queue.
    let http = reqwest::Client::new();
    let post = || http.post(format!("http://127.0.0.1:{}/", machine.gateway.port)).body("{}");
    assert_eq!(post().send().await.unwrap().status(), 404);
    let page = post().header("x-amz-target", "AmazonSQS.ReceiveMessage").header("origin", "https://example.com");
    assert!(page.send().await.unwrap().text().await.unwrap().contains("AccessDenied"));
    machine.stop().await;
}

#[tokio::test]
async fn a_record_is_as_lambda_hands_it_over() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let queue = machine.gateway.queues.by_url(&machine.url("Work")).unwrap().clone();
    let gateway = Arc::clone(&machine.gateway);
    let delivery =
        Delivery { function: "do-work".into(), queue, batch_size: 1, region: "eu-central-1".into(), gateway };
    machine.send("hello", 0).await;
    let message = delivery.take().await.unwrap().remove(0);
    let expected = json!({
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": "hello",
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": message.sent_at.to_string(),
            "SenderId": "000000000000",
            "ApproximateFirstReceiveTimestamp": message.first_received_at.to_string(),
        },
        "messageAttributes": {},
        "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:Work",
        "awsRegion": "eu-central-1",
    });
    assert_eq!(delivery.record(&message), expected);
    machine.stop().await;
}

#[tokio::test]
async fn the_clock_calls_again_and_again_and_makes_up_for_what_a_stop_missed() {
    let folder = TempDir::new().unwrap();
    let interval = Duration::from_millis(200);
    let started = Instant::now();
    let machine = Machine::start(folder.path(), interval).await;
    let calls = wait("schedule", 2).await;
    assert!(calls[0].1 - started >= interval);
    let time: Timestamp = serde_json::from_value(calls[0].0.clone()).unwrap();
    assert!(time.subsec_nanosecond() == 0 && time.duration_since(Timestamp::now()).abs().as_secs() <= 10);
    machine.stop().await;

    let (before, file) = (told("schedule").len(), folder.path().join("schedules.json"));
    let last: BTreeMap<String, Timestamp> = private_file::read_json(&file).unwrap().unwrap();
    assert!(last["tick"] >= time);
    private_file::write(&file, json!({ "tick": time - SignedDuration::from_hours(1) }).to_string().as_bytes()).unwrap();
    // Of the sixty that were missed it makes one, and the next would come in a minute.
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    assert_eq!(wait("schedule", before + 1).await.len(), before + 1);
    machine.stop().await;
}
