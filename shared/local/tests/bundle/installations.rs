//! `POST|PUT|DELETE /account/{account_id}/installation[/{installation_id}]` and `PUT …/primary`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Running, body};

async fn account(running: &Running) -> Value {
    running.get(running.admin(), "/account/account-1?id_type=external").await.json()
}

async fn call(running: &Running, method: Method, path: &str, body: Option<Value>) -> Answered {
    let path = format!("/account/account-1/installation{path}?id_type=external");
    running.change(method, running.admin(), &path, body).await
}

#[tokio::test]
async fn an_installation_comes_changes_and_goes() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let meter = json!({"external_meter_id": "meter-2", "meter_energy_type": "HEAT"});
    let added =
        call(&running, Method::POST, "", Some(json!({"external_installation_id": "two", "meters": [meter]}))).await;
    assert_eq!((added.status, added.header("etag")), (201, Some("\"2\"")));
    assert_eq!(added.header("location"), Some(format!("/account/{id}").as_str()));
    assert_eq!(
        (added.json()["primary"].as_bool(), added.json()["meters"][0]["external_meter_id"].as_str()),
        (Some(false), Some("meter-2"))
    );
    // The brand's default service type, as when an account is provisioned.
    assert_eq!(account(&running).await["installation_info"][1]["service_information"]["service_type"], "RT-HR-NILM-HW");

    let change = json!({"labelpartner": "SOUTH", "address_info": {"house_no": "7"}, "service_information": {"service_type": "BR-HR-NILM-HW"}});
    let changed = call(&running, Method::PUT, "/two", Some(change)).await.json()["installation_info"][1].clone();
    assert_eq!(
        (changed["labelpartner"].as_str(), changed["service_information"]["service_type"].as_str()),
        (Some("SOUTH"), Some("BR-HR-NILM-HW"))
    );
    let more = call(&running, Method::PUT, "/two", Some(json!({"address_info": {"street_no": "Dam"}}))).await.json();
    assert_eq!(more["installation_info"][1]["address_info"], json!({"street_no": "Dam", "house_no": "7"}));

    let first = call(&running, Method::PUT, "/two/primary", None).await.json()["installation_info"].clone();
    assert_eq!(
        (first[0]["external_installation_id"].as_str(), first[0]["primary"].as_bool()),
        (Some("two"), Some(true))
    );
    assert_eq!(first[1]["primary"], false);

    let removed = call(&running, Method::DELETE, "/installation-1", None).await;
    assert_eq!((removed.status, removed.header("etag"), removed.text.as_str()), (204, Some("\"6\""), ""));
    assert_eq!(account(&running).await["installation_info"].as_array().unwrap().len(), 1);
    // By our ids, too; and what was removed is free.
    let two = account(&running).await["installation_info"][0]["installation_id"].as_str().unwrap().to_owned();
    let by_ours = format!("/account/{id}/installation/{two}");
    let again = json!({"address_info": {"suffix": "B"}});
    assert_eq!(running.change(Method::PUT, running.admin(), &by_ours, Some(again)).await.status, 200);
    let again = json!({"external_installation_id": "installation-1", "meters": [{"external_meter_id": "meter-1"}]});
    assert_eq!(call(&running, Method::POST, "", Some(again)).await.status, 201);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_zip_code_without_its_zeros_is_wrong_whatever_is_stored() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    let fault = (400, vec!["invalid_postal_code /address_info/postal_code".to_owned()]);
    let two = json!({"external_installation_id": "two", "address_info": {"postal_code": "2139", "country_code": "US"}});
    let answer = call(&running, Method::POST, "", Some(two)).await;
    assert_eq!((answer.status, answer.faults()), fault);
    let put = async |address| {
        let answer = call(&running, Method::PUT, "/installation-1", Some(json!({ "address_info": address }))).await;
        (answer.status, answer.faults())
    };
    assert_eq!(put(json!({"postal_code": "2139"})).await.0, 200);
    assert_eq!(put(json!({"country_code": "US"})).await, fault);
    assert_eq!(put(json!({"house_no": "7"})).await.0, 200);
    assert_eq!(put(json!({"country_code": "US", "postal_code": "02139"})).await.0, 200);
    assert_eq!(put(json!({"postal_code": "2140"})).await, fault);
    running.bundle.stop().await;
}

#[tokio::test]
async fn names_the_rule_that_stands_in_the_way() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    running.provisioned(running.admin(), &body(9)).await;
    let service = |service_type: &str| json!({"service_information": {"service_type": service_type}});
    call(&running, Method::POST, "", Some(json!({"external_installation_id": "live"}))).await;
    for (method, path, body, status, faults) in [
        (
            Method::POST,
            "",
            Some(json!({"external_installation_id": "live"})),
            409,
            vec!["repeated_value /external_installation_id"],
        ),
        (
            Method::POST,
            "",
            Some(json!({"external_installation_id": "installation-9"})),
            409,
            vec!["taken /external_installation_id"],
        ),
        (
            Method::POST,
            "",
            Some(json!({"external_installation_id": "new", "meters": [{"external_meter_id": "meter-9"}]})),
            409,
            vec!["taken /meters/0/external_meter_id"],
        ),
        (
            Method::POST,
            "",
            Some(json!({"external_installation_id": "new", "meters": [{"external_meter_id": "meter-1"}]})),
            409,
            vec!["repeated_value /meters/0/external_meter_id"],
        ),
        (
            Method::POST,
            "",
            Some(json!({"labelpartner": "EAST", "service_information": {"service_type": "BR-HR-NILM-HW"}})),
            400,
            vec!["unknown_label_partner /labelpartner", "required /external_installation_id"],
        ),
        (
            Method::POST,
            "",
            Some(json!({"external_installation_id": "new", "labelpartner": "EAST",
                "service_information": {"service_type": "BR-HR-NILM-HW"}})),
            400,
            vec!["unknown_label_partner /labelpartner", "meter_required /meters"],
        ),
        (
            Method::PUT,
            "/live",
            Some(service("BR-LR-NILM-HW")),
            409,
            vec!["meter_required /service_information/service_type"],
        ),
        (
            Method::PUT,
            "/live",
            Some(json!({"external_installation_id": "x"})),
            409,
            vec!["immutable /external_installation_id"],
        ),
        (Method::PUT, "/live", Some(json!({"meters": []})), 400, vec!["unknown_member /meters"]),
        (Method::DELETE, "/installation-1", None, 409, vec!["primary_installation "]),
        (Method::PUT, "/none", Some(json!({})), 404, vec![]),
        (Method::PUT, "/none/primary", None, 404, vec![]),
        (Method::DELETE, "/installation-9", None, 404, vec![]),
    ] {
        let answer = call(&running, method.clone(), path, body.clone()).await;
        let found = (answer.status, answer.faults());
        assert_eq!(found, (status, faults.iter().map(|f| (*f).to_owned()).collect()), "{method} {path} {body:?}");
    }
    // A brand that fills nothing in leaves a batch service without its meter: found when it is known.
    let south = json!({"external_installation_id": "south", "labelpartner": "SOUTH"});
    assert_eq!(call(&running, Method::POST, "", Some(south)).await.faults(), ["meter_required /meters"]);
    assert_eq!(call(&running, Method::DELETE, "/live", None).await.status, 204);
    assert_eq!(call(&running, Method::DELETE, "/installation-1", None).await.faults(), ["last_installation "]);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}
