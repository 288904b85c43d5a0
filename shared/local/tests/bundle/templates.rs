//! The templates as a deployment has them: what must not change in them, and what every part has.

use std::collections::BTreeSet;

use wattbook_local::{
    functions::FOLDERS,
    template::{SOURCES, operation_name},
};

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

/// The names of all environment variables that the templates declare.
pub(crate) fn variables() -> BTreeSet<String> {
    let of = |holder: &Yaml| {
        let variables = holder["Environment"]["Variables"].as_mapping().cloned().unwrap_or_default();
        variables.keys().map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let globals = SOURCES.iter().map(|(_, source)| serde_yaml_ng::from_str::<Yaml>(source).unwrap());
    let globals = globals.flat_map(|template| of(&template["Globals"]["Function"]));
    globals.chain(resources().iter().flat_map(|(_, resource)| of(&resource["Properties"]))).collect()
}

/// A function that were deployed with another program than its own, or under another name in it, would not start.
#[test]
fn each_function_is_deployed_as_itself_from_the_program_of_its_folder() {
    for (path, source) in SOURCES {
        let here = std::path::Path::new(path).parent().unwrap();
        for (id, resource) in resources_of(source) {
            if resource["Type"] != "AWS::Serverless::Function" {
                continue;
            }
            let properties = &resource["Properties"];
            let name = operation_name(&id);
            let folder = FOLDERS.iter().find(|(_, functions)| functions.iter().any(|function| function.name == name));
            let (folder, _) = folder.unwrap_or_else(|| panic!("{id} is no function"));
            let program = &resource["Metadata"]["BuildProperties"]["Binary"];
            assert_eq!((properties["Handler"].as_str(), program.as_str()), (Some(&*name), Some(*folder)), "{id}");
            // `functions/x/../y` is `functions/y`.
            let code = here.join(properties["CodeUri"].as_str().unwrap());
            assert_eq!(code.components().next_back().unwrap().as_os_str(), *folder, "{id}: {code:?}");
        }
    }
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
    let expected = [
        ("Bucket", true),
        ("ConnectQueue", false),
        ("ConnectorKeys", true),
        ("Deliveries", false),
        ("EventBus", false),
        ("HashKeys", true),
        ("ImportLines", false),
        ("ImportQueue", false),
        ("Inbox", false),
        ("SigningKeys", false),
        ("Table", true),
        ("UnconnectedRequests", false),
        ("UndeliveredEvents", false),
        ("UnfollowedChanges", false),
        ("UnimportedLines", false),
        ("UnpublishedChanges", false),
        ("UnsplitImports", false),
        ("UntakenMessages", false),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(id, kept)| ("template.yaml", id.to_owned(), kept)).collect();
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

/// Behind the one address each route is its own part's: a behaviour leads to the part that has the path, and what the
/// first part has, or several have, is left to the first.
#[test]
fn the_one_address_leads_each_path_to_its_part() {
    let top = resources_of(SOURCES[0].1);
    let parts: Vec<_> = top.iter().filter(|(_, it)| it["Type"] == "AWS::Serverless::Application").collect();
    let address = &top.iter().find(|(id, _)| id == "Address").unwrap().1["Properties"]["DistributionConfig"];
    let behaviours: Vec<&Yaml> = untagged(&address["CacheBehaviors"]).iter().map(|it| &untagged(it)[1]).collect();
    let target = |path: &str| {
        let takes = |pattern: &str| pattern.strip_suffix('*').map_or(pattern == path, |start| path.starts_with(start));
        let behaviour = behaviours.iter().find(|it| takes(it["PathPattern"].as_str().unwrap()));
        behaviour.map(|it| it["TargetOriginId"].as_str().unwrap().to_owned())
    };
    for (index, (_, part)) in parts.iter().enumerate() {
        let location = part["Properties"]["Location"].as_str().unwrap();
        let name = location.split('/').nth(1).unwrap();
        let (_, source) = SOURCES.iter().find(|(path, _)| *path == location).unwrap();
        for (_, resource) in resources_of(source) {
            let events = resource["Properties"]["Events"].as_mapping().into_iter().flatten();
            for (_, event) in events.filter(|(_, event)| event["Type"] == "HttpApi") {
                let path = event["Properties"]["Path"].as_str().unwrap();
                let shared = path == "$default" || path.starts_with("/v1/");
                let expected = (index > 0 && !shared).then(|| name.to_owned());
                assert_eq!(target(path), expected, "{path} of {name}");
            }
        }
    }
    // Every origin is a part that is there under the same condition.
    let origins: Vec<String> = untagged(&address["Origins"]).iter().map(|it| format!("{it:?}")).collect();
    assert_eq!(origins.len(), parts.len());
    for ((id, _), origin) in parts.iter().zip(origins) {
        assert!(origin.contains(&format!("With{id}")) && origin.contains(&format!("{id}.Outputs.Domain")), "{origin}");
    }
}

/// A list, or the arguments of a function such as `!If`.
fn untagged(value: &Yaml) -> &Vec<Yaml> {
    match value {
        Yaml::Tagged(tagged) => tagged.value.as_sequence().unwrap(),
        value => value.as_sequence().unwrap(),
    }
}
