use serde_json::Value;

use super::*;
use crate::page::{Ask, Asker};

fn stored(page: &Page<'_>, language: Language) -> Value {
    serde_json::to_value(page.answer(language).unwrap().to_stored()).unwrap()
}

const ASKER: Asker<'static> = Asker { organisation: "Demo Energy", brand: None };

fn asking<T>(sign_in: Option<&str>, return_to: Option<&str>, work: impl FnOnce(&Page<'_>) -> T) -> T {
    let identifier = wattbook_domain::catalogue::IdentifyingAttribute {
        attribute: wattbook_domain::catalogue::attributes::AttributeName::parse("vin").unwrap(),
        kind: wattbook_domain::IdentifierKind::Vin,
    };
    let attributes = wattbook_domain::catalogue::attributes::Attributes::default();
    let device = crate::Device {
        entity_type: wattbook_domain::catalogue::EntityType::Ev,
        manufacturer: "Audi",
        model: None,
        id: None,
    };
    work(&Page::Ask(Ask {
        asker: ASKER,
        device,
        good_until: jiff::Timestamp::UNIX_EPOCH,
        sign_in,
        return_to,
        asked: crate::Asked { attributes: &attributes, identifier: &identifier },
        tried: None,
    }))
}

#[test]
fn browsers_are_told_to_keep_and_to_load_nothing() {
    let answer = stored(&Page::Unknown, Language::Fr);
    assert_eq!(answer["status"], 404);
    let headers = &answer["headers"];
    for (name, expected) in [
        ("content-type", "text/html; charset=utf-8"),
        ("content-language", "fr"),
        ("vary", "accept-language"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-robots-tag", "noindex, nofollow"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        assert_eq!(headers[name], expected, "{name}");
    }
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    assert_eq!(headers["content-security-policy"], policy);
    let html = answer["body"].as_str().unwrap();
    assert_eq!(html.matches("<style>").count(), 1);
    assert!(html.contains(&format!("<style>{STYLE}</style>")) && !html.contains("style=") && !html.contains("<script"));
}

#[test]
fn a_form_may_lead_to_the_manufacturer_and_back() {
    let policy = |sign_in, return_to| {
        let headers = asking(sign_in, return_to, |page| stored(page, Language::En)["headers"].clone());
        let policy = headers["content-security-policy"].as_str().unwrap().to_owned();
        policy.split("; ").find_map(|directive| directive.strip_prefix("form-action ")).unwrap().to_owned()
    };
    assert_eq!(policy(None, None), "'self'");
    let (sign_in, back) = (Some("https://id.audi.example/authorize?a=b"), Some("https://shop.example/done"));
    assert_eq!(policy(sign_in, back), "'self' https://id.audi.example https://shop.example");
    assert_eq!(policy(back, back), "'self' https://shop.example");
    assert_eq!(policy(Some("https://x.example; script-src *"), Some("javascript:alert(1)")), "'self'");
}

#[test]
fn a_page_has_the_status_of_what_it_says() {
    let asker = Some(ASKER);
    for (page, expected) in [
        (Page::Waiting { asker: ASKER }, 200),
        (Page::Withdrawn { asker: ASKER }, 200),
        (Page::AlreadyUsed { asker }, 410),
        (Page::Expired { asker: None }, 410),
        (Page::OtherBrowser, 403),
        (Page::Refused(Refusal::Unreadable), 400),
        (Page::Refused(Refusal::TooLarge), 413),
        (Page::Refused(Refusal::Internal), 500),
    ] {
        assert_eq!(stored(&page, Language::En)["status"], expected);
    }
    let refused = stored(&Page::Refused(Refusal::Method { allowed: "GET, HEAD, POST" }), Language::En);
    assert_eq!((&refused["status"], &refused["headers"]["allow"]), (&405.into(), &"GET, HEAD, POST".into()));
    let busy = stored(&Page::Refused(Refusal::Busy), Language::En);
    assert_eq!((&busy["status"], &busy["headers"]["retry-after"]), (&503.into(), &"60".into()));
    assert_eq!(asking(None, None, |page| stored(page, Language::En)["status"].clone()), 200);
}
