//! Every sample event of `events/`, given to its function.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};
use wattbook_local::functions::FUNCTIONS;

use crate::support::Running;

pub(crate) fn samples() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut samples: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        })
        .collect();
    samples.sort_by(|a, b| a.0.cmp(&b.0));
    samples
}

#[test]
fn every_function_has_one() {
    let named: BTreeSet<_> = samples().into_iter().map(|(name, _)| name).collect();
    let functions: BTreeSet<_> = FUNCTIONS.iter().map(|function| function.name.to_owned()).collect();
    assert_eq!(named, functions);
}

#[tokio::test]
async fn each_gets_the_answer_it_is_a_sample_of() {
    let running = Running::start().await;
    let sample = |name: &str| samples().into_iter().find(|(sample, _)| sample == name).unwrap().1;
    let invoke = async |name: &str| running.bundle.invoke(name, &sample(name)).await.unwrap();
    assert_eq!(invoke("authorize-request").await, json!({"isAuthorized": true, "context": {}}));
    assert!(invoke("administer-organisations").await["organisation_id"].is_string());
    let loaded = json!({"rows": 1, "written": 1, "duplicates": 0, "rejected": []});
    assert_eq!(invoke("load-reference-data").await, loaded);
    assert_eq!(invoke("publish-changes").await, json!({"batchItemFailures": []}));
    for (name, status, holds) in [
        ("answer-unmatched-route", 404, "unknown_path"),
        ("get-openapi", 200, "3.1.0"),
        ("issue-token", 401, "invalid_client"),
        ("provision-account", 201, "account_id"),
        ("get-provisioned-account", 200, "9999999999332"),
        ("find-account", 200, "9999999999332"),
        ("list-accounts", 200, "9999999999332"),
        ("register-customer", 400, "invalid_token"),
        ("resend-verification", 202, "accepted"),
        ("update-customer-info", 200, "john@example.com"),
        ("add-installation", 201, "9999832104327"),
        ("update-installation", 200, "Damrak"),
        ("set-primary-installation", 200, "9999832104326"),
        ("add-meter", 201, "9999167256102"),
        ("update-meter", 200, "G4-0815"),
        ("remove-meter", 204, ""),
        ("remove-installation", 204, ""),
        ("move-installation", 201, "9999999999333"),
        ("erase-account", 204, ""),
        ("add-account", 200, "Example 1 API Home"),
        ("get-account", 200, "installations"),
        ("update-account", 200, "Mr Sun"),
        ("set-account-property", 200, "buildingArea"),
        ("list-account-properties", 200, "buildingArea"),
        ("delete-account-property", 200, "PropertyData"),
        ("set-account-tariffs", 200, "SOLAR_PV"),
        ("list-account-tariffs", 200, "SOLAR_PV"),
        ("delete-account-tariff", 200, "Tariff"),
        ("delete-account", 200, "DELETED"),
    ] {
        let answer = invoke(name).await;
        assert_eq!(answer["statusCode"], status, "{name}: {answer}");
        assert!(answer["body"].as_str().unwrap().contains(holds), "{name}: {answer}");
        assert_eq!(answer["isBase64Encoded"], false);
        let request_id = &sample(name)["requestContext"]["requestId"];
        assert_eq!(&answer["headers"]["x-request-id"], request_id);
    }
    running.bundle.stop().await;
}
