use base64::Engine;
use std::time::Instant;

use axum::response::IntoResponse;
use jiff::ToSpan;
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::{
    settings::tests::settings,
    stub::{Question, http, json_text, server},
};

fn callback() -> WebAddress {
    WebAddress::parse("https://api.example.com/onboarding/callback").unwrap()
}

async fn exchanged(settings: &SignInSettings) -> Result<Tokens, SignInError> {
    exchange(&http(), settings, &callback(), &Secret::new("the code"), &Secret::new("v".repeat(43))).await
}

/// What comes of a token end point that answers so with status 200.
async fn answered(answer: Value) -> Result<Tokens, SignInError> {
    let (base, _) = server(json_text(&answer.to_string())).await;
    exchanged(&settings(&base)).await
}

#[test]
fn the_owner_is_sent_with_a_challenge_and_no_secret() {
    let settings = settings("https://id.example.com");
    let begun = begin(&settings, &callback(), "a state/with+signs").unwrap();
    assert_eq!(again(&settings, &callback(), "a state/with+signs", &begun.verifier), begun.redirect);
    let url = Url::parse(&begun.redirect).unwrap();
    let parameters: Vec<_> = url.query_pairs().into_owned().collect();
    let challenge = &parameters.iter().find(|(name, _)| name == "code_challenge").unwrap().1;
    let expected = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(begun.verifier.reveal().into()));
    assert_eq!(challenge, expected.as_str());
    for (name, value) in [
        ("audience", "fleet"),
        ("response_type", "code"),
        ("client_id", "wattbook"),
        ("state", "a state/with+signs"),
        ("code_challenge_method", "S256"),
        ("redirect_uri", callback().as_str()),
        ("scope", "vehicles offline_access"),
    ] {
        let found: Vec<_> = parameters.iter().filter(|(found, _)| found == name).collect();
        assert!(matches!(found.as_slice(), [(_, found)] if found == value), "{name}: {found:?}");
    }
    assert!(begun.redirect.starts_with("https://id.example.com/authorize?"));
    assert!(!begun.redirect.contains("s3cret") && !begun.redirect.contains(begun.verifier.reveal()));
    assert_ne!(begin(&settings, &callback(), "").unwrap().verifier, begun.verifier);
    assert!(!format!("{:?}", begun.verifier).contains(begun.verifier.reveal()));
}

#[tokio::test]
async fn a_code_becomes_tokens() {
    let answer =
        json!({"access_token": "a1", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r1", "x": [1]});
    let (base, asked) = server(json_text(&answer.to_string())).await;
    let before = clock::now();
    let tokens = exchanged(&settings(&base)).await.unwrap();
    assert_eq!((tokens.access.reveal(), tokens.refresh.as_ref().unwrap().reveal()), ("a1", "r1"));
    let expires_at = tokens.expires_at.unwrap();
    assert!(expires_at >= before + 1.hour() && expires_at <= clock::now() + 1.hour());
    assert!(!format!("{tokens:?}").contains("a1") && !format!("{tokens:?}").contains("r1"));
    assert_eq!(serde_json::from_str::<Tokens>(&serde_json::to_string(&tokens).unwrap()).unwrap(), tokens);

    let [Question { path, authorization, form }] = asked.all().try_into().unwrap();
    assert_eq!(path, "/token");
    // Each part is coded as in a form before it is put together (RFC 6749, 2.3.1).
    let credential = base64::engine::general_purpose::STANDARD.encode("wattbook:s3cret%26%3A%25");
    assert_eq!(authorization, Some(format!("Basic {credential}")));
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let verifier = "v".repeat(43);
    assert_eq!(
        form,
        [
            ("grant_type", "authorization_code"),
            ("code", "the code"),
            ("code_verifier", &verifier),
            ("redirect_uri", callback().as_str()),
        ]
    );
}

#[tokio::test]
async fn the_secret_can_stand_in_the_body_or_be_none() {
    let answer = json!({"access_token": "a", "token_type": "bearer"}).to_string();
    let (base, asked) = server(json_text(&answer)).await;
    let body = SignInSettings { client_authentication: ClientAuthentication::Body, ..settings(&base) };
    exchanged(&body).await.unwrap();
    exchanged(&SignInSettings { client_secret: None, ..settings(&base) }).await.unwrap();
    let asked = asked.all();
    let client = |form: &[(String, String)]| {
        let form = form.iter().filter(|(name, _)| name.starts_with("client_"));
        form.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    assert_eq!(
        (&asked[0].authorization, client(&asked[0].form)),
        (&None, vec!["client_id=wattbook".into(), "client_secret=s3cret&:%".into()])
    );
    assert_eq!((&asked[1].authorization, client(&asked[1].form)), (&None, vec!["client_id=wattbook".into()]));
}

#[tokio::test]
async fn of_a_refusal_its_known_word_is_kept() {
    for (status, body, expected) in [
        (400, r#"{"error":"invalid_grant","error_description":"jo@example.com"}"#, refusal("invalid_grant")),
        (401, r#"{"error":"invalid_client"}"#, refusal("invalid_client")),
        (403, r#"{"error":"access_denied"}"#, refusal("access_denied")),
        (400, r#"{"error":"jo@example.com"}"#, SignInError::Refused { code: "other" }),
        (400, r#"{"error":"temporarily_unavailable"}"#, refusal("temporarily_unavailable")),
    ] {
        let status = oauth2::http::StatusCode::from_u16(status).unwrap();
        let (base, _) = server((status, json_text(body))).await;
        assert_eq!(exchanged(&settings(&base)).await, Err(expected), "{body}");
    }
}

#[tokio::test]
async fn what_is_no_answer_of_a_token_end_point_is_not_understood() {
    let unintelligible =
        |result: Result<Tokens, SignInError>| matches!(result, Err(SignInError::Unintelligible { .. }));
    for answer in [
        json!({"access_token": "a"}),
        json!({"access_token": "a", "token_type": null}),
        json!({"access_token": "a", "token_type": "DPoP"}),
        json!({"access_token": "", "token_type": "Bearer"}),
        json!({"token_type": "Bearer"}),
        json!({"access_token": 1, "token_type": "Bearer"}),
        json!({"access_token": "a", "token_type": "Bearer", "expires_in": -1}),
        json!({"access_token": "a", "token_type": "Bearer", "expires_in": "soon"}),
        json!({"error": "invalid_grant"}),
        json!([]),
        json!(null),
    ] {
        assert!(unintelligible(answered(answer.clone()).await), "{answer}");
    }
    let good = r#"{"access_token":"a","token_type":"Bearer"}"#;
    for answer in [
        json_text("").into_response(),
        json_text("<html>").into_response(),
        json_text(good.trim_end_matches('}')).into_response(),
        ([("content-type", "text/html")], good).into_response(),
        (oauth2::http::StatusCode::NOT_FOUND, "not here").into_response(),
        (oauth2::http::StatusCode::BAD_REQUEST, "").into_response(),
        json_text(&format!("{}{good}", " ".repeat(crate::http::MAX_ANSWER))).into_response(),
    ] {
        let (head, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let (base, _) = server((head.status, head.headers, body.clone())).await;
        assert!(unintelligible(exchanged(&settings(&base)).await), "{:?} {:.40?}", head.status, body);
    }
}

#[tokio::test]
async fn a_bearer_is_one_in_any_case() {
    for word in ["bearer", "Bearer", "BEARER", "bEaReR"] {
        assert!(answered(json!({"access_token": "a", "token_type": word})).await.is_ok(), "{word}");
    }
}

#[tokio::test]
async fn a_life_is_believed_if_it_is_one() {
    let expires_at = async |expires_in: Value| {
        let answer = json!({"access_token": "a", "token_type": "Bearer", "expires_in": expires_in});
        answered(answer).await.unwrap().expires_at
    };
    assert_eq!(answered(json!({"access_token": "a", "token_type": "Bearer"})).await.unwrap().expires_at, None);
    assert_eq!(expires_at(Value::Null).await, None);
    assert!(expires_at(json!(0)).await.unwrap() <= clock::now());
    for absurd in [u64::MAX, 10_000_000_000_000] {
        let years = expires_at(json!(absurd)).await.unwrap().duration_since(clock::now()).as_hours() / 24 / 365;
        assert!((9..=10).contains(&years), "{absurd}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_replaced_if_a_new_one_comes() {
    for (answer, expected) in [
        (json!({"access_token": "a2", "token_type": "Bearer", "refresh_token": "r2"}), "r2"),
        (json!({"access_token": "a2", "token_type": "Bearer", "refresh_token": ""}), "r1"),
        (json!({"access_token": "a2", "token_type": "Bearer", "refresh_token": null}), "r1"),
        (json!({"access_token": "a2", "token_type": "Bearer"}), "r1"),
    ] {
        let (base, asked) = server(json_text(&answer.to_string())).await;
        let tokens = refresh(&http(), &settings(&base), &Secret::new("r1")).await.unwrap();
        assert_eq!((tokens.access.reveal(), tokens.refresh.unwrap().reveal()), ("a2", expected));
        let form = asked.all()[0].form.clone();
        let expected = [("grant_type", "refresh_token"), ("refresh_token", "r1")];
        assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}

#[tokio::test]
async fn who_is_not_there_or_busy_may_be_later() {
    let unreachable = |error: SignInError| error.is_worth_another_try();
    for status in [500, 502, 503, 429, 408] {
        let status = oauth2::http::StatusCode::from_u16(status).unwrap();
        let (base, _) = server((status, json_text(r#"{"error":"invalid_grant"}"#))).await;
        assert!(unreachable(exchanged(&settings(&base)).await.unwrap_err()), "{status}");
    }
    // Nobody listens: the listener is gone when its port is asked.
    let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert!(unreachable(exchanged(&settings(&format!("http://{dead}"))).await.unwrap_err()));
    assert!(unreachable(exchanged(&settings("https://nobody.invalid")).await.unwrap_err()));
    // It speaks no TLS.
    let (base, _) = server("").await;
    assert!(unreachable(exchanged(&settings(&base.replace("http:", "https:"))).await.unwrap_err()));
}

#[tokio::test]
async fn who_is_slow_is_not_waited_for() {
    let impatient = Http::new(Duration::from_millis(200), Duration::from_millis(200));
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let begins = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bases = [&silent, &begins].map(|listener| format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        let (stream, _) = begins.accept().await.unwrap();
        stream.writable().await.unwrap();
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
        stream.try_write(head).unwrap();
        std::future::pending::<()>().await;
    });
    for base in bases {
        let started = Instant::now();
        let outcome = refresh(&impatient, &settings(&base), &Secret::new("r")).await;
        assert!(outcome.unwrap_err().is_worth_another_try(), "{base}");
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let (elsewhere, asked) = server(json_text(r#"{"access_token":"a","token_type":"Bearer"}"#)).await;
    for status in [301, 302, 303, 307, 308] {
        let status = oauth2::http::StatusCode::from_u16(status).unwrap();
        let (base, _) = server((status, [("location", format!("{elsewhere}/token"))])).await;
        let error = exchanged(&settings(&base)).await.unwrap_err();
        assert_eq!(error, SignInError::Unintelligible { what: "a redirect" });
    }
    assert_eq!(asked.all().len(), 0);
}
