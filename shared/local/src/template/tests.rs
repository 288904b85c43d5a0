use super::*;

fn surroundings() -> Surroundings {
    Surroundings {
        region: "eu-central-1".into(),
        table_name: "wattbook".into(),
        event_bus: "memory".into(),
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
            event("{ Type: Schedule, Properties: { Schedule: rate(1 hour) } }"),
            "Run is triggered by Tick of type Schedule",
        ),
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
    let listener = r"
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
            DestinationConfig: { OnFailure: { Destination: !GetAtt Elsewhere.Arn } }
";
    let stream = read(listener).unwrap().functions.remove(1).stream.unwrap();
    assert_eq!((stream.batch_size, stream.maximum_retries), (7, 3));
    assert!(stream.stream.starts_with("arn:aws:dynamodb:eu-central-1:000000000000:table/wattbook/stream/"));
}

#[test]
fn the_real_template_is_understood() {
    let template = Template::read(SOURCES, &surroundings()).unwrap();
    let keys: Vec<String> = template.functions.iter().flat_map(|f| &f.routes).map(RouteDefinition::key).collect();
    assert!(keys.contains(&"POST /account".to_owned()), "{keys:?}");
    assert_eq!(template.table.expires_by.as_deref(), Some("expires_at"));
    assert!(!template.authorizers.is_empty());
}
