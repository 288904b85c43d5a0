//! The templates as a deployment has them: what must not change in them, and what every part has.

use wattbook_local::template::SOURCES;

type Yaml = serde_yaml_ng::Value;

/// Every resource of every template, by logical id.
pub(crate) fn resources() -> Vec<(String, Yaml)> {
    SOURCES.iter().flat_map(|(_, source)| resources_of(source)).collect()
}

fn resources_of(source: &str) -> Vec<(String, Yaml)> {
    let template: Yaml = serde_yaml_ng::from_str(source).unwrap();
    let resources = template["Resources"].as_mapping().unwrap();
    resources.iter().map(|(id, resource)| (id.as_str().unwrap().to_owned(), resource.clone())).collect()
}

/// Under another logical id, or in another stack, `CloudFormation` would make each of them anew, and empty.
#[test]
fn what_holds_data_keeps_its_id_and_its_place() {
    let holds_data = [
        "AWS::DynamoDB::Table",
        "AWS::SecretsManager::Secret",
        "AWS::SQS::Queue",
        "AWS::Events::EventBus",
        "AWS::S3::Bucket",
    ];
    let mut found = Vec::new();
    for (path, source) in SOURCES {
        for (id, resource) in resources_of(source) {
            if holds_data.contains(&resource["Type"].as_str().unwrap()) {
                let kept = [&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]].map(|it| it == "Retain");
                found.push((*path, id, kept == [true, true]));
            }
        }
    }
    found.sort();
    let expected = [("EventBus", false), ("HashKeys", true), ("SigningKeys", false), ("Table", true)];
    let expected = expected.into_iter().chain([("UnpublishedChanges", false)]);
    let expected: Vec<_> = expected.map(|(id, kept)| ("template.yaml", id.to_owned(), kept)).collect();
    assert_eq!(found, expected);
}

/// What is the same in every part is the same to the letter, so that a new part is a copy with its own functions.
#[test]
fn every_part_has_what_parts_have() {
    for (path, source) in SOURCES.iter().filter(|(path, _)| path.contains('/')) {
        let api = path.split('/').nth(1).unwrap();
        let contract = format!("/openapi/{api}.json");
        let of_all = ["POST, Path: /v1/token,", "POST, Path: /v1/authentication,", "ANY, Path: $default,"];
        for route in of_all.map(str::to_owned).into_iter().chain([format!("GET, Path: {contract},")]) {
            assert!(source.contains(&format!("Method: {route} Auth: {{ Authorizer: NONE }}")), "{path}: {route}");
        }
        assert!(source.contains(&format!("\n        API: {api}\n")), "{path}: the environment variable API");
        let (_, shared) = source.split_once("  # ---- the HTTP API").unwrap();
        let (_, first) = SOURCES[1].1.split_once("  # ---- the HTTP API").unwrap();
        let own = SOURCES[1].0.split('/').nth(1).unwrap();
        assert_eq!(shared, first.replace(&format!("Wattbook, {own}"), &format!("Wattbook, {api}")), "{path}");
    }
}
