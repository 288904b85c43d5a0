//! The consent page and the withdrawal page, as the owner of a device goes through them.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use wattbook_api::link::{self, Purpose};
use wattbook_domain::{
    entity::DisconnectReason,
    onboarding::{OnboardingRequest, OnboardingStatus},
};

use super::{
    owner::{heading, linked, onward},
    requests::{VIN, car},
};
use crate::support::{BY, Running, send, with};

const CONNECTED: &str = "Your device is connected";

const WITHDRAWAL: &str = "/onboarding/withdrawal/";

/// Of the sandbox, never heard of again.
const STALLED: &str = "WAUZZZGE1NB090045";

fn dongle() -> Value {
    json!({"type": "SmartMeter", "manufacturer": "re.alto P1-Dongle"})
}

#[tokio::test]
async fn an_owner_agrees_and_withdraws_again() {
    let running = Running::start().await;
    let (mut owner, request) = running.asked(&car(VIN)).await;
    let page = owner.opens_link().await;
    assert_eq!(page.status, 200);
    for said in ["Demo Energy", "Sandbox", VIN] {
        assert!(page.text.contains(said), "{said}");
    }
    let posted = owner.posts(&owner.link.clone(), &[("decision", "agree")]).await;
    assert_eq!(posted.header("location"), Some(owner.link.as_str()));
    assert_eq!(owner.follows(&posted).await.status, 200);
    let page = owner.finds(CONNECTED).await;
    assert_eq!(running.seen(&request).await["status"], "Succeeded");
    let stored = running.kept(&request).await;
    let consent = stored.consent.unwrap();
    assert_eq!((consent.language.as_str(), consent.withdrawn_at), ("en", None));
    assert_eq!(running.consistent_devices().await.connected().count(), 1);

    // Its link is withdrawn by; to look at it changes nothing.
    let [withdrawal] = linked(&page, WITHDRAWAL).try_into().unwrap();
    let mut later = owner.elsewhere();
    for method in [Method::GET, Method::HEAD, Method::GET] {
        assert_eq!(later.sends(later.request(method, &withdrawal)).await.status, 200);
    }
    let asked = later.opens(&withdrawal).await;
    assert!(asked.text.contains(VIN) && asked.text.contains("value=\"withdraw\""), "{asked:?}");
    assert_eq!(later.posts(&withdrawal, &[("decision", "agree")]).await.status, 400);
    assert_eq!(running.kept(&request).await.version, stored.version);
    for _ in 0..2 {
        let posted = later.posts(&format!("{withdrawal}?lang=nl"), &[("decision", "withdraw")]).await;
        assert_eq!(posted.header("location"), Some(format!("{withdrawal}?lang=nl").as_str()));
        let page = later.follows(&posted).await;
        assert_eq!((page.status, page.header("content-language")), (200, Some("nl")));
        assert!(!page.text.contains("<form"), "{page:?}");
    }
    let devices = running.consistent_devices().await;
    let reasons: Vec<_> = devices.entities.iter().map(|it| it.disconnected.unwrap().reason).collect();
    assert_eq!(reasons, [DisconnectReason::ConsentWithdrawn]);
    assert_eq!(running.seen(&request).await["status"], "Succeeded");
    assert!(linked(&owner.opens_link().await, WITHDRAWAL).is_empty());
    // The device is free.
    running.onboarding(&car(VIN)).await;
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_consent_is_withdrawn_before_the_device_is_connected() {
    let running = Running::start().await;
    let (mut owner, request) = running.asked(&car(STALLED)).await;
    let posted = owner.agrees().await;
    let page = owner.follows(&posted).await;
    assert_eq!((page.status, running.seen(&request).await["status"].as_str()), (200, Some("InProgress")));
    let stored = running.kept(&request).await;
    let secret = running.bundle.secret("SigningKeys").unwrap();
    let keys = wattbook_api::secret::KeyRing::parse(secret).unwrap();
    let withdrawal = Purpose::Withdrawal.path(&link::token(&keys, Purpose::Withdrawal, &stored).unwrap());
    let posted = owner.posts(&withdrawal, &[("decision", "withdraw")]).await;
    let withdrawn = owner.follows(&posted).await;
    assert_eq!(heading(&owner.opens_link().await), heading(&withdrawn));
    let stored = running.kept(&request).await;
    assert!(stored.status == OnboardingStatus::Canceled && stored.is_withdrawn());
    assert_eq!(running.consistent_devices().await.live().count(), 0);
    running.bundle.stop().await;
}

/// Mail scanners and browsers open links before anybody reads them.
#[tokio::test]
async fn who_only_looks_changes_nothing() {
    let running = Running::start().await;
    let (owner, request) = running.asked(&car(VIN)).await;
    for round in 0..50 {
        let mut scanner = owner.elsewhere();
        let method = if round % 2 == 0 { Method::GET } else { Method::HEAD };
        let answer = scanner.sends(scanner.request(method.clone(), &owner.link)).await;
        assert_eq!((answer.status, answer.text.is_empty()), (200, method == Method::HEAD));
    }
    let stored = running.kept(&request).await;
    assert_eq!((stored.version, stored.status), (1, OnboardingStatus::Pending));
    assert_eq!((stored.browser, stored.consent), (None, None));
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_no_link_leads_nowhere() {
    let running = Running::start().await;
    let (mut owner, request) = running.asked(&car(VIN)).await;
    let (_, other) = running.asked(&car("WAUZZZGE1NB012346")).await;
    let (path, token) = owner.link.rsplit_once('/').unwrap();
    let (names, signature) = token.rsplit_once('.').unwrap();
    let altered = if signature.starts_with('A') { 'B' } else { 'A' };
    let foreign = other["id"].as_str().unwrap();
    let own = request["id"].as_str().unwrap();
    for wrong in [
        format!("{path}/{names}.{altered}{}", &signature[1..]),
        format!("{path}/{names}"),
        format!("{path}/{token}x"),
        format!("{path}/{token}%25"),
        format!("{path}/{}", token.replace(own, foreign)),
        format!("{WITHDRAWAL}{token}"),
        format!("{path}/x"),
    ] {
        let page = owner.opens(&wrong).await;
        let posted = owner.posts(&wrong, &[("decision", "agree")]).await;
        assert_eq!((page.status, posted.status), (404, 404), "{wrong}");
        assert_eq!(heading(&page), heading(&posted));
        assert!(!page.text.contains("Demo Energy"), "{wrong}");
    }
    for request in [&request, &other] {
        assert_eq!(running.kept(request).await.version, 1);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_owner_declines_and_says_why() {
    let running = Running::start().await;
    let (mut owner, request) = running.asked(&car(VIN)).await;
    let link = owner.link.clone();
    assert_eq!(owner.opens(&format!("{link}?lang=de")).await.header("content-language"), Some("de"));
    let form = [("decision", "decline"), ("reason", "Lieber nicht")];
    let posted = owner.posts(&format!("{link}?lang=de"), &form).await;
    let page = owner.follows(&posted).await;
    assert_eq!((page.status, page.header("content-language")), (200, Some("de")));
    let stored = running.kept(&request).await;
    let reason = stored.cancellation.unwrap().reason.unwrap();
    assert_eq!((stored.status, reason.as_str()), (OnboardingStatus::Canceled, "Lieber nicht"));
    // Nobody else is told what he said, and he cannot say otherwise.
    assert_eq!(owner.elsewhere().opens_link().await.status, 410);
    let posted = owner.posts(&link, &[("decision", "agree")]).await;
    assert_eq!(heading(&owner.follows(&posted).await), heading(&owner.opens_link().await));
    assert_eq!(running.seen(&request).await["status"], "Canceled");
    assert_eq!(running.consistent_devices().await.live().count(), 0);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_link_is_spent_once() {
    let running = Running::start().await;
    let (mut owner, request) = running.asked(&car(STALLED)).await;
    let mut other = owner.elsewhere();
    assert_eq!((owner.opens_link().await.status, other.opens_link().await.status), (200, 200));
    assert_ne!(owner.cookie, other.cookie);
    let link = owner.link.clone();
    // The button is pressed twice, and another browser is slower.
    let (mut twin, agree) = (owner.clone(), [("decision", "agree")]);
    let (one, two) = tokio::join!(owner.posts(&link, &agree), twin.posts(&link, &agree));
    assert_eq!((one.status, two.status), (303, 303));
    assert_eq!(one.header("location"), two.header("location"));
    let stored = running.kept(&request).await;
    assert_eq!((stored.version, stored.status), (2, OnboardingStatus::InProgress));
    for form in [[("decision", "agree")], [("decision", "decline")]] {
        let late = other.posts(&link, &form).await;
        assert_eq!((late.status, late.header("set-cookie")), (410, None));
    }
    assert_eq!(other.opens_link().await.status, 410);
    assert_eq!(owner.opens_link().await.status, 200);
    assert_eq!(running.kept(&request).await, stored);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_link_expires() {
    let running = Running::start().await;
    let (mut owner, request) = running.asked(&car(VIN)).await;
    let stored = running.kept(&request).await;
    let overdue = OnboardingRequest {
        expires_at: Some(Timestamp::now() - SignedDuration::from_secs(1)),
        version: stored.version + 1,
        ..stored.clone()
    };
    running.store().replace_onboarding(&stored, &overdue, BY).await.unwrap();
    let link = owner.link.clone();
    for page in [
        owner.opens_link().await,
        owner.posts(&link, &[("decision", "agree")]).await,
        owner.posts(&link, &[("decision", "decline")]).await,
    ] {
        assert_eq!((page.status, heading(&page)), (410, "This link has expired"));
    }
    assert_eq!(running.kept(&request).await.version, overdue.version);
    // Once the clock has noticed it, it is the same.
    running.bundle.invoke("expire-onboardings", &json!({"time": Timestamp::now()})).await.unwrap();
    assert_eq!(running.seen(&request).await["status"], "Failed");
    assert_eq!(owner.opens_link().await.status, 410);
    assert_eq!(running.consistent_devices().await.live().count(), 0);
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_owner_types_the_code_that_only_he_can_see() {
    let running = Running::start().await;
    let (mut first, connected) = running.asked(&with(dongle(), "/code", "7K39-QX2D")).await;
    assert_eq!(first.agrees().await.status, 303);
    running.seen_as(&connected, "Succeeded").await;
    let (mut owner, request) = running.asked(&dongle()).await;
    assert!(owner.opens_link().await.text.contains("name=\"a-code\""));
    let link = owner.link.clone();
    // None, one that is no code, and one that is somebody's: the link is not spent.
    for (typed, said) in [("", ""), ("7K39", "7K39"), ("7k39 qx2d", "7k39 qx2d")] {
        let page = owner.posts(&link, &[("decision", "agree"), ("a-code", typed)]).await;
        assert_eq!(page.status, 422, "{typed}");
        assert!(page.text.contains("a-code-problem") && page.text.contains(said), "{typed}");
    }
    let stored = running.kept(&request).await;
    assert_eq!((stored.version, stored.device.identifier), (1, None));
    let posted = owner.posts(&link, &[("decision", "agree"), ("a-code", " 7k39 qx3d ")]).await;
    owner.follows(&posted).await;
    owner.finds(CONNECTED).await;
    let seen = running.seen(&request).await;
    assert_eq!(seen["data"]["entity"]["identifier"]["value"], "7K39QX3D");
    assert_eq!(running.consistent_devices().await.connected().count(), 2);
    running.bundle.stop().await;
}

#[tokio::test]
async fn who_types_the_code_takes_the_device_over() {
    let running = Running::start().await;
    let (mut first, lost) = running.asked(&with(dongle(), "/code", "7K39QX2D")).await;
    first.agrees().await;
    running.seen_as(&lost, "Succeeded").await;
    let (mut owner, request) = running.asked(&with(dongle(), "/takeOver", true)).await;
    owner.opens_link().await;
    let posted = owner.posts(&owner.link.clone(), &[("decision", "agree"), ("a-code", "7K39QX2D")]).await;
    owner.follows(&posted).await;
    owner.finds(CONNECTED).await;
    let devices = running.consistent_devices().await;
    let connected: Vec<_> = devices.connected().map(|it| it.onboarding.to_string()).collect();
    assert_eq!(connected, [request["id"].as_str().unwrap()]);
    let reasons: Vec<_> = devices.entities.iter().filter_map(|it| it.disconnected).map(|it| it.reason).collect();
    assert_eq!(reasons, [DisconnectReason::TakenOver]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_metering_point_is_connected_once_its_owner_agrees() {
    let running = Running::start().await;
    let meter = json!({"type": "SmartMeter", "manufacturer": "Netherlands", "ean": "8716 8711 0000 0000 12"});
    let (mut owner, request) = running.asked(&meter).await;
    let posted = owner.agrees().await;
    owner.follows(&posted).await;
    owner.finds(CONNECTED).await;
    let states: Vec<_> = running.kept(&request).await.steps.iter().map(|it| it.state.word()).collect();
    assert_eq!(states, ["Done", "Done", "Done"]);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_owner_is_led_back_with_the_outcome() {
    let running = Running::start().await;
    let organisation = running.bundle.demo().organisation_id.clone();
    running
        .operate(json!({
            "action": "set-return-origins", "organisation_id": organisation, "origins": ["https://app.example.com"],
        }))
        .await;
    let back = |vin: &str| with(car(vin), "/returnUrl", "https://app.example.com/done?a=1&b=2");
    for (vin, decision, status, error) in [
        (VIN, "agree", "Succeeded", ""),
        ("WAUZZZGE1NB090145", "agree", "Failed", "&error=not_your_device"),
        ("WAUZZZGE1NB090245", "agree", "Failed", "&error=refused_by_owner"),
        (STALLED, "agree", "InProgress", ""),
        ("WAUZZZGE1NB012346", "decline", "Canceled", ""),
    ] {
        let (mut owner, request) = running.asked(&back(vin)).await;
        owner.opens_link().await;
        let link = format!("{}?lang=fr", owner.link);
        let posted = owner.posts(&link, &[("decision", decision)]).await;
        assert_eq!(posted.header("location"), Some(format!("{link}&back=1").as_str()));
        let page = owner.follows(&posted).await;
        let id = request["id"].as_str().unwrap();
        let address = format!("https://app.example.com/done?a=1&b=2&onboardingId={id}&status={status}{error}");
        assert_eq!((page.status, onward(&page)), (200, address.clone()), "{vin}");
        assert_eq!(running.seen(&request).await["status"], status);
        // Whoever comes to the link later is not led away, and finds the way.
        let page = owner.opens_link().await;
        assert!(!page.text.contains("http-equiv"), "{vin}");
        assert_eq!(linked(&page, "app.example.com"), if status == "InProgress" { vec![] } else { vec![address] });
        // Nor is anybody else.
        let foreign = owner.elsewhere().opens(&format!("{link}&back=1")).await;
        assert_eq!((foreign.status, foreign.text.contains("app.example.com")), (410, false));
    }
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn who_has_to_wait_is_told_so_and_finds_the_outcome_later() {
    let running = Running::start().await;
    let (mut owner, request) = running.asked(&car("WAUZZZGE1NB090545")).await;
    let posted = owner.agrees().await;
    let waiting = owner.follows(&posted).await;
    assert_eq!((waiting.status, running.seen(&request).await["status"].as_str()), (200, Some("InProgress")));
    running.seen_as(&request, "Succeeded").await;
    owner.finds(CONNECTED).await;
    running.consistent_devices().await;
    running.bundle.stop().await;
}

/// On these paths a person is answered by a page, whatever is wrong.
#[tokio::test]
async fn failures_are_pages() {
    let running = Running::start().await;
    let (mut owner, request) = running.asked(&car(VIN)).await;
    let link = owner.link.clone();
    let post = |owner: &super::owner::Owner| owner.request(Method::POST, &link);
    let form = |body: String| post(&owner).header("content-type", "application/x-www-form-urlencoded").body(body);
    let large = format!("decision=agree&x={}", "x".repeat(1024 * 1024));
    for (sent, status) in [
        (post(&owner), 400),
        (post(&owner).json(&json!({"decision": "agree"})), 400),
        (form("decision=yes".into()), 400),
        (form("decision=agree&decision=decline".into()), 400),
        (form("decision=withdraw".into()), 400),
        (form(large), 413),
        (owner.request(Method::PUT, &link), 405),
        (owner.request(Method::DELETE, "/onboarding/withdrawal/x"), 405),
        (owner.request(Method::POST, "/onboarding/callback"), 405),
        (owner.request(Method::GET, "/onboarding/callback"), 404),
        (owner.request(Method::GET, "/onboarding/callback/x"), 404),
    ] {
        let answer = send(sent.header("accept-language", "fr")).await;
        let of = (answer.status, answer.header("content-type"), answer.header("content-language"));
        assert_eq!(of, (status, Some("text/html; charset=utf-8"), Some("fr")), "{answer:?}");
        assert_eq!(answer.header("allow").is_some(), status == 405, "{answer:?}");
    }
    assert_eq!(running.kept(&request).await.version, 1);
    assert_eq!(owner.agrees().await.status, 303);
    running.bundle.stop().await;
}

/// What an organisation ends before its owner has answered he is told of.
#[tokio::test]
async fn a_canceled_request_says_so() {
    let running = Running::start().await;
    let (mut owner, request) = running.asked(&car(VIN)).await;
    let path = super::requests::path(&request);
    assert_eq!(running.change(Method::DELETE, running.admin(), &path, None).await.status, 200);
    let page = owner.opens_link().await;
    let posted = owner.posts(&owner.link.clone(), &[("decision", "agree")]).await;
    assert_eq!((page.status, heading(&page)), (posted.status, heading(&posted)));
    assert_eq!(running.seen(&request).await["status"], "Canceled");
    running.bundle.stop().await;
}
