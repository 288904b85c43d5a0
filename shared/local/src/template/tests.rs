use super::*;

fn surroundings() -> Surroundings {
    Surroundings {
        region: "eu-central-1".into(),
        table_name: "wattbook".into(),
        event_bus: "memory".into(),
        address: "http://127.0.0.1:3000".into(),
        parameters: BTreeMap::new(),
    }
}

/// A template of one function, with `properties` and `events` of it, and of one table.
fn template(resources: &str) -> String {
    format!(
        r"
Parameters:
  Scope: {{ Type: String, Default: platform, AllowedValues: [platform, organisation] }}
  Size: {{ Type: Number, Default: 256 }}
Globals:
  Function:
    Environment: {{ Variables: {{ LEVEL: info, COMMON: !Ref Size }} }}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {{ AttributeName: pk, AttributeType: S }}
        - {{ AttributeName: gk, AttributeType: N }}
      KeySchema: [{{ AttributeName: pk, KeyType: HASH }}]
      GlobalSecondaryIndexes:
        - IndexName: by-gk
          KeySchema: [{{ AttributeName: gk, KeyType: HASH }}]
          Projection: {{ ProjectionType: INCLUDE, NonKeyAttributes: [a] }}
      StreamSpecification: {{ StreamViewType: NEW_AND_OLD_IMAGES }}
      TimeToLiveSpecification: {{ AttributeName: expires_at, Enabled: true }}
  Key:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString:
        SecretStringTemplate: '{{}}'
        GenerateStringKey: k1
        PasswordLength: 40
        ExcludePunctuation: true
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Main
        Authorizers:
          Main:
            FunctionArn: !GetAtt CheckCaller.Arn
            FunctionInvokeRole: !GetAtt Role.Arn
            AuthorizerPayloadFormatVersion: '2.0'
            EnableSimpleResponses: true
            Identity: {{ Headers: [Authorization], ReauthorizeEvery: 60 }}
  Role: {{ Type: AWS::IAM::Role }}
  CheckCaller:
    Type: AWS::Serverless::Function
{resources}
"
    )
}

fn read(resources: &str) -> Result<Template, TemplateError> {
    Template::read(&[(TOP, &template(resources))], &surroundings())
}

fn refusal(resources: &str) -> String {
    read(resources).expect_err("it should be refused").to_string()
}

const SITE: &str = r"
  GetSite:
    Type: AWS::Serverless::Function
    Properties:
      Environment:
        Variables:
          LEVEL: debug
          TABLE: !Ref Table
          ARN: !GetAtt Table.Arn
          LONG: { 'Fn::Sub': '${AWS::Region}/${Table.Arn}/${!kept}/${Scope}' }
          OWN: !Sub ['${Mine}-${Table}', { Mine: !Ref Size }]
          LIST: !Join [',', [a, !Ref Scope]]
          KEY: !Sub '{{resolve:secretsmanager:${Key}:SecretString}}'
          PART: !Sub '{{resolve:secretsmanager:${Key}:SecretString:k1}}'
      Events:
        One: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: get, Path: '/site/{id}' } }
        Two: { Type: HttpApi, Properties: { ApiId: !Ref Api, Auth: { Authorizer: NONE } } }
";

#[test]
fn the_environment_is_evaluated() {
    let template = read(SITE).unwrap();
    let site = &template.functions[1];
    assert_eq!((site.logical_id.as_str(), site.name.as_str()), ("GetSite", "get-site"));
    let arn = "arn:aws:dynamodb:eu-central-1:000000000000:table/wattbook";
    let long = format!("eu-central-1/{arn}/${{kept}}/platform");
    for (name, value) in [
        ("LEVEL", "debug"),
        ("COMMON", "256"),
        ("TABLE", "wattbook"),
        ("ARN", arn),
        ("LONG", long.as_str()),
        ("OWN", "256-wattbook"),
        ("LIST", "a,platform"),
    ] {
        assert_eq!(site.environment[name], value, "{name}");
    }
}

#[test]
fn references_to_secrets_are_resolved() {
    let template = read(SITE).unwrap();
    let secrets = BTreeMap::from([("Key".to_owned(), r#"{"k1":"abc"}"#.to_owned())]);
    let resolved = |name: &str| resolve_secrets(&template.functions[1].environment[name], &secrets, "here").unwrap();
    assert_eq!(resolved("KEY"), r#"{"k1":"abc"}"#);
    assert_eq!(resolved("PART"), "abc");
    assert!(resolve_secrets("{{resolve:ssm:x}}", &secrets, "here").is_err());
    assert!(resolve_secrets("{{resolve:secretsmanager:Other:SecretString}}", &secrets, "here").is_err());
}

#[test]
fn routes_have_the_default_authorizer_unless_they_say_otherwise() {
    let template = read(SITE).unwrap();
    let [one, two] = template.functions[1].routes.as_slice() else { panic!("two routes") };
    assert_eq!((one.key().as_str(), one.authorizer.as_deref()), ("GET /site/{id}", Some("Main")));
    assert_eq!((two.key().as_str(), two.authorizer.as_deref()), ("$default", None));
    let authorizer = &template.authorizers["Main"];
    assert_eq!(authorizer.function, "check-caller");
    assert_eq!(authorizer.identity_headers, ["authorization"]);
    assert_eq!(authorizer.reauthorize_every, Duration::from_mins(1));
}

#[test]
fn the_table_is_as_the_template_has_it() {
    let table = read("").unwrap().table;
    assert_eq!(table.name, "wattbook");
    assert_eq!(table.keys, [KeyDefinition { attribute_name: "pk".into(), key_type: "HASH".into() }]);
    assert_eq!(table.global_indexes[0].index_name, "by-gk");
    assert_eq!(table.global_indexes[0].projection.non_key_attributes, ["a"]);
    assert_eq!(table.expires_by.as_deref(), Some("expires_at"));
}

#[test]
fn a_secret_is_described() {
    let secret = read("").unwrap().secrets.remove(0);
    assert_eq!((secret.length, secret.alphabets.len(), secret.each_alphabet), (40, 3, true));
    assert_eq!(secret.within, Some((serde_json::Map::new(), "k1".into())));
}

#[test]
fn parameters_can_be_given_within_what_the_template_allows() {
    let mut given = surroundings();
    given.parameters.insert("Scope".into(), "organisation".into());
    let template = Template::read(&[(TOP, &template(SITE))], &given).unwrap();
    assert_eq!(template.functions[1].environment["LIST"], "a,organisation");
    for (name, value) in [("Scope", "galaxy"), ("Unknown", "x")] {
        let mut given = surroundings();
        given.parameters.insert(name.into(), value.into());
        assert!(Template::read(&[(TOP, &self::template(SITE))], &given).is_err(), "{name}");
    }
}

#[test]
fn what_cannot_be_served_is_named() {
    let event = |event: &str| {
        format!("  Run:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n        Tick: {event}\n")
    };
    let stream = |more: &str| {
        event(&format!(
            "{{ Type: DynamoDB, Properties: {{ Stream: !GetAtt Table.StreamArn, StartingPosition: TRIM_HORIZON, \
             FunctionResponseTypes: [ReportBatchItemFailures], {more} }} }}"
        ))
    };
    let queue = |of_queue: &str, of_event: &str| {
        let event = event(&format!(
            "{{ Type: SQS, Properties: {{ Queue: !GetAtt Work.Arn, FunctionResponseTypes: [ReportBatchItemFailures], \
             {of_event} }} }}"
        ));
        format!("{event}  Work: {{ Type: AWS::SQS::Queue, Properties: {{ {of_queue} }} }}\n")
    };
    let rule = |properties: &str, target: &str| {
        format!(
            "  Told: {{ Type: AWS::Events::Rule, Properties: {{ {properties}, Targets: [{{ {target} }}] }} }}\n  \
             Work: {{ Type: AWS::SQS::Queue }}\n"
        )
    };
    let environment = |value: &str| {
        format!(
            "  Run:\n    Type: AWS::Serverless::Function\n    Properties: {{ Environment: {{ Variables: {{ A: {value} }} }} }}\n"
        )
    };
    for (resources, named) in [
        ("  Topic: { Type: AWS::SNS::Topic }\n".to_owned(), "Topic is an AWS::SNS::Topic"),
        (event("{ Type: DynamoDB, Properties: { Stream: !GetAtt Table.Arn } }"), "Tick is not understood"),
        (stream(""), "Tick lacks a MaximumRetryAttempts"),
        (stream("MaximumRetryAttempts: -1"), "Tick lacks a MaximumRetryAttempts"),
        (stream("MaximumRetryAttempts: 1, Enabled: false"), "unknown field `Enabled`"),
        (
            stream(r#"MaximumRetryAttempts: 1, FilterCriteria: { Filters: [{ Pattern: '{"a":[{"suffix":"b"}]}' }] }"#),
            "Tick.FilterCriteria is not understood",
        ),
        (event("{ Type: S3 }"), "Run is triggered by Tick of type S3"),
        (rule("State: ENABLED", "Id: a, Arn: !GetAtt Work.Arn"), "Told lacks an EventPattern"),
        (
            rule("EventPattern: { source: [{ suffix: s3 }] }", "Id: a, Arn: !GetAtt Work.Arn"),
            "Told.EventPattern is not",
        ),
        (
            rule("EventPattern: { source: [a] }", "Id: a, Arn: !GetAtt Role.Arn"),
            "`arn:aws:iam::000000000000:role/Role`",
        ),
        (rule("EventPattern: { source: [a] }", "Id: a, Arn: !GetAtt Work.Arn, Input: '{}'"), "unknown field `Input`"),
        (
            rule(
                "EventPattern: { source: [a] }",
                "Id: a, Arn: !GetAtt Work.Arn, InputTransformer: { InputTemplate: '<x>' }",
            ),
            "`x` is no path of the event",
        ),
        ("  Files: { Type: AWS::S3::Bucket, Properties: { ObjectLockEnabled: true } }\n".to_owned(), "Files is not"),
        (event("{ Type: Schedule, Properties: { Schedule: rate(60 seconds) } }"), "Tick is not understood"),
        (event("{ Type: Schedule, Properties: { Schedule: rate(1 hour), Input: '{}' } }"), "unknown field `Input`"),
        (
            event("{ Type: Schedule, Properties: { Schedule: rate(1 hour) } }\n        Tock: { Type: SQS }"),
            "one stream, queue or clock only",
        ),
        (event("{ Type: SQS, Properties: { Queue: !GetAtt Table.Arn } }"), "Tick is not understood"),
        (queue("", "BatchSize: 11"), "a batch is of 1 to 10 messages"),
        (queue("", "FilterCriteria: {}"), "unknown field `FilterCriteria`"),
        (queue("", "").replace("[ReportBatchItemFailures]", "[]"), "Tick lacks FunctionResponseTypes"),
        (queue("", ""), "the queue Work lacks a RedrivePolicy"),
        (queue("VisibilityTimeout: 2", ""), "VisibilityTimeout is shorter than the Timeout of its function"),
        (queue("ContentBasedDeduplication: true", ""), "unknown field `ContentBasedDeduplication`"),
        (queue("DeduplicationScope: queue", ""), "only a FIFO queue has a DeduplicationScope"),
        (queue("FifoQueue: true, DeduplicationScope: world", ""), "unknown variant `world`"),
        (
            queue("FifoQueue: true, RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 1 }", "")
                + "  Dead: { Type: AWS::SQS::Queue }\n",
            "a FIFO queue has a FIFO dead-letter queue",
        ),
        (queue("RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:x', maxReceiveCount: 1 }", ""), "`arn:aws:sqs:x`"),
        (queue("RedrivePolicy: { deadLetterTargetArn: x, maxReceiveCount: 0 }", ""), "maxReceiveCount is 1 or more"),
        (event("{ Type: HttpApi, Properties: { Path: /a, Method: GET } }"), "Tick lacks an ApiId"),
        (event("{ Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /a, Cors: x } }"), "unknown field `Cors`"),
        (event("{ Type: HttpApi, Properties: { ApiId: !Ref Api, Auth: { Authorizer: Who } } }"), "refers to `Who`"),
        (environment("!Ref Nothing"), "refers to `Nothing`"),
        (environment("!GetAtt Role.Id"), "refers to `Role.Id`"),
        (environment("!ImportValue x"), "`ImportValue`"),
        (environment("{ 'Fn::If': [a, b, c] }"), "refers to `a`"),
        (environment("{ 'Fn::Select': [0, [a]] }"), "`Select`"),
        ("  Second: { Type: AWS::DynamoDB::Table }\n".to_owned(), "one AWS::DynamoDB::Table of a template only"),
        ("  Run: { Type: AWS::Serverless::Function, Condition: Sometimes }\n".to_owned(), "refers to `Sometimes`"),
    ] {
        let refusal = refusal(&resources);
        assert!(refusal.contains(named), "`{refusal}` should name `{named}`");
    }
}

#[test]
fn a_function_can_listen_to_the_stream_of_the_table() {
    let listener = r#"
  Tell:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 7
            MaximumRetryAttempts: 3
            FunctionResponseTypes: [ReportBatchItemFailures]
            FilterCriteria:
              Filters:
                - Pattern: '{"eventName":["REMOVE"]}'
                - Pattern: '{"dynamodb":{"Keys":{"sk":{"S":["A"]}}}}'
            DestinationConfig: { OnFailure: { Destination: !GetAtt Elsewhere.Arn } }
"#;
    let Some(Trigger::Stream(stream)) = read(listener).unwrap().functions.remove(1).trigger else { panic!("a stream") };
    assert_eq!((stream.batch_size, stream.maximum_retries), (7, 3));
    assert!(stream.stream.starts_with("arn:aws:dynamodb:eu-central-1:000000000000:table/wattbook/stream/"));
    let record = |name: &str, sk: &str| serde_json::json!({"eventName": name, "dynamodb": {"Keys": {"sk": {"S": sk}}}});
    for (record, wanted) in
        [(record("REMOVE", "B"), true), (record("INSERT", "A"), true), (record("INSERT", "B"), false)]
    {
        assert_eq!(stream.wants(&record), wanted, "{record}");
    }
}

const QUEUES: &str = r"
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 180
      DelaySeconds: 5
      MessageRetentionPeriod: 600
      SqsManagedSseEnabled: true
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 3 }
  Failed: { Type: AWS::SQS::Queue }
  Name:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { URL: !Ref Work, NAME: !GetAtt Work.QueueName } } }
  Part:
    Type: AWS::Serverless::Application
    Properties:
      Location: functions/part/template.yaml
      Parameters: { QueueUrl: !Ref Work, QueueArn: !GetAtt Work.Arn }
";

const PART_WITH_QUEUES: &str = r"
Parameters:
  QueueUrl: { Type: String }
  QueueArn: { Type: String }
Globals:
  Function: { Timeout: 20 }
Resources:
  Take:
    Type: AWS::Serverless::Function
    Properties:
      Environment: { Variables: { URL: !Ref QueueUrl } }
      Events:
        Messages:
          Type: SQS
          Properties:
            Queue: !Ref QueueArn
            BatchSize: 1
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: { MaximumConcurrency: 2 }
  Expire:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 60
      Events:
        Hourly: { Type: Schedule, Properties: { Schedule: rate(1 hour), Description: Ends what is due. } }
  Failed: { Type: AWS::SQS::Queue }
";

#[test]
fn a_queue_is_described_and_handed_to_a_part() {
    let sources = [(TOP, template(QUEUES)), ("functions/part/template.yaml", PART_WITH_QUEUES.to_owned())];
    let sources: Vec<_> = sources.iter().map(|(path, source)| (*path, source.as_str())).collect();
    let template = Template::read(&sources, &surroundings()).unwrap();
    let [work, failed, of_part] = template.queues.as_slice() else { panic!("three queues") };
    let seconds = Duration::from_secs;
    assert_eq!((work.name.as_str(), work.url.as_str()), ("Work", "http://127.0.0.1:3000/000000000000/Work"));
    assert_eq!((work.visibility_timeout, work.delay, work.retention), (seconds(180), seconds(5), seconds(600)));
    let redrive = work.redrive.as_ref().unwrap();
    assert_eq!((&redrive.dead_letter, redrive.maximum_receives), (&failed.arn, 3));
    assert_eq!((failed.visibility_timeout, failed.retention), (seconds(30), seconds(4 * 86_400)));
    assert_eq!((of_part.name.as_str(), &of_part.redrive), ("part-Failed", &None));
    let [_, name, take, expire] = template.functions.as_slice() else { panic!("four functions") };
    assert_eq!((name.environment["URL"].as_str(), name.environment["NAME"].as_str()), (work.url.as_str(), "Work"));
    assert_eq!((take.environment["URL"].as_str(), take.timeout), (work.url.as_str(), seconds(20)));
    let queue = "arn:aws:sqs:eu-central-1:000000000000:Work".to_owned();
    assert_eq!(take.trigger, Some(Trigger::Queue(QueueTrigger { queue, batch_size: 1 })));
    let hourly = ScheduleTrigger { rule: "ExpireHourly".into(), every: seconds(3600) };
    assert_eq!((&expire.trigger, expire.timeout), (&Some(Trigger::Schedule(hourly)), seconds(60)));
}

#[test]
fn a_fifo_queue_is_told_by_its_name() {
    let queues = r"
  Lines:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      DeduplicationScope: messageGroup
      FifoThroughputLimit: perMessageGroupId
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Lost.Arn, maxReceiveCount: 3 }
  Lost: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
  Name:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { URL: !Ref Lines } } }
";
    let template = read(queues).unwrap();
    let [lines, lost] = template.queues.as_slice() else { panic!("two queues") };
    assert_eq!((lines.name.as_str(), lines.in_order), ("Lines.fifo", Some(DeduplicationScope::MessageGroup)));
    assert_eq!((lost.name.as_str(), lost.in_order), ("Lost.fifo", Some(DeduplicationScope::Queue)));
    assert_eq!(template.functions[1].environment["URL"], "http://127.0.0.1:3000/000000000000/Lines.fifo");
}

#[test]
fn buckets_and_rules_are_described() {
    let resources = r"
  Files:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration: { BlockPublicAcls: true }
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } }
  Quiet: { Type: AWS::S3::Bucket }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: own } }
  Work: { Type: AWS::SQS::Queue }
  Dropped:
    Type: AWS::Events::Rule
    Properties:
      Description: What is dropped into the bucket.
      EventPattern: { source: [aws.s3], detail: { bucket: { name: [!Ref Files] }, object: { key: [{ prefix: in/ }] } } }
      Targets: [{ Id: work, Arn: !GetAtt Work.Arn, DeadLetterConfig: { Arn: x } }]
  Told:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      State: DISABLED
      EventPattern: { detail-type: [a.b] }
      Targets: [{ Id: work, Arn: !GetAtt Work.Arn }]
  Allowed: { Type: AWS::SQS::QueuePolicy, Properties: { Queues: [!Ref Work] } }
  Name:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { BUCKET: !Ref Files, ARN: !GetAtt Files.Arn, RULE: !GetAtt Dropped.Arn } } }
";
    let template = read(resources).unwrap();
    let names: Vec<_> = template.buckets.iter().map(|bucket| (bucket.name.as_str(), bucket.tells)).collect();
    assert_eq!(names, [("wattbook-files", true), ("wattbook-quiet", false)]);
    let environment = &template.functions[1].environment;
    assert_eq!(
        (environment["BUCKET"].as_str(), environment["ARN"].as_str()),
        ("wattbook-files", "arn:aws:s3:::wattbook-files")
    );
    assert!(environment["RULE"].starts_with("arn:aws:events:eu-central-1:000000000000:rule/"));
    let [dropped, told] = template.rules.as_slice() else { panic!("two rules") };
    assert_eq!((dropped.bus.as_str(), told.bus.as_str()), ("default", "memory"));
    assert_eq!((dropped.enabled, told.enabled), (true, false));
    assert_eq!(dropped.targets[0].queue, "arn:aws:sqs:eu-central-1:000000000000:Work");
    let event = |bucket: &str, key: &str| serde_json::json!({"source": "aws.s3", "detail": {"bucket": {"name": bucket}, "object": {"key": key}}});
    for (bucket, key, expected) in
        [("wattbook-files", "in/a", true), ("wattbook-files", "a", false), ("b", "in/a", false)]
    {
        assert_eq!(dropped.pattern.matches(&event(bucket, key)), expected, "{bucket} {key}");
    }
}

#[test]
fn a_queue_has_one_function() {
    let second = PART_WITH_QUEUES.replace("  Expire:", "  Expired:").replace("  Take:", "  TakeToo:");
    let both =
        format!("{PART_WITH_QUEUES}{}", second.split_once("Resources:\n").unwrap().1.replace("  Failed:", "  Lost:"));
    let sources = [(TOP, template(QUEUES)), ("functions/part/template.yaml", both)];
    let sources: Vec<_> = sources.iter().map(|(path, source)| (*path, source.as_str())).collect();
    let refusal = Template::read(&sources, &surroundings()).unwrap_err().to_string();
    assert!(refusal.contains("one function only"), "{refusal}");
}

#[test]
fn the_real_template_is_understood() {
    let template = Template::read(SOURCES, &surroundings()).unwrap();
    let keys: Vec<String> = template.functions.iter().flat_map(|f| &f.routes).map(RouteDefinition::key).collect();
    assert!(keys.contains(&"POST /account".to_owned()), "{keys:?}");
    assert_eq!(template.table.expires_by.as_deref(), Some("expires_at"));
    assert!(!template.authorizers.is_empty());
}
