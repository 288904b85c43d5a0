//! How a body comes, in all dialects: compressed or not, with a byte-order mark, in another encoding than UTF-8.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    accounts::ACCOUNTS,
    support::{Answered, Running, body, send},
};

fn gzip(plain: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// Each route that reads JSON in a way of its own, with a body that it answers with this status.
fn takers(running: &Running) -> [(&'static str, Value, u16); 5] {
    let (admin, demo) = (running.admin(), running.bundle.demo());
    [
        ("/account?dryRun=true", body(1), 200),
        (ACCOUNTS, json!({"accountName": "Größe"}), 200),
        ("/v1/authentication", json!({"clientId": admin.app_id, "clientSecret": admin.app_key}), 200),
        ("/registration", json!({"token": "none", "password": "a long enough one"}), 400),
        ("/registration/resend", json!({"email": "nobody@example.com", "organisation_id": demo.organisation_id}), 202),
    ]
}

async fn post(running: &Running, path: &str, headers: &[(&str, &str)], content: Vec<u8>) -> Answered {
    let admin = running.admin();
    let request = running.request(Method::POST, path).basic_auth(&admin.app_id, Some(&admin.app_key));
    let json = ("content-type", "application/json");
    let given = |name: &str| headers.iter().any(|(header, _)| *header == name);
    let headers = headers.iter().copied().chain([json].into_iter().filter(|(name, _)| !given(name)));
    send(headers.fold(request, |request, (name, value)| request.header(name, value)).body(content)).await
}

/// What a failure says is wrong, in whichever dialect.
fn says(answer: &Answered) -> String {
    let answer = answer.json();
    let found = answer.get("detail").or(answer.pointer("/results/0/message")).or(answer.get("error_description"));
    found.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_compressed_body_is_taken() {
    let running = Running::start().await;
    for (path, content, status) in takers(&running) {
        let plain = content.to_string().into_bytes();
        let (first, second) = plain.split_at(plain.len() / 2);
        let members = [gzip(first, 9), gzip(second, 1)].concat();
        for (coding, content) in
            [("gzip", gzip(&plain, 6)), ("x-gzip", gzip(&plain, 0)), ("GZIP", members), ("identity", plain.clone())]
        {
            let answer = post(&running, path, &[("content-encoding", coding)], content).await;
            assert_eq!(answer.status, status, "{path} {coding}: {answer:?}");
        }
    }
    let admin = running.admin();
    let form = format!("grant_type=client_credentials&client_id={}&client_secret={}", admin.app_id, admin.app_key);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("content-encoding", "gzip")];
    let token = post(&running, "/v1/token", &headers, gzip(form.as_bytes(), 6)).await;
    assert_eq!(token.status, 200, "{token:?}");
    let marked = format!("\u{feff}{}", json!({"accountName": "b"}));
    let compressed = post(&running, ACCOUNTS, &[("content-encoding", "gzip")], gzip(marked.as_bytes(), 6)).await;
    assert_eq!(compressed.status, 200, "{compressed:?}");
    // What was sent is told of, too.
    let wrong = json!({"accountName": "Größe", "status": "OPEN"}).to_string();
    let wrong = post(&running, ACCOUNTS, &[("content-encoding", "gzip")], gzip(wrong.as_bytes(), 6)).await;
    assert_eq!((wrong.status, &wrong.json()["results"][0]["propertyValue"]), (400, &json!("OPEN")));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_repetition_may_be_compressed_in_another_way() {
    let running = Running::start().await;
    let plain = body(1).to_string().into_bytes();
    let sent = async |coding: &str, content: Vec<u8>| {
        post(&running, "/account", &[("idempotency-key", "k"), ("content-encoding", coding)], content).await
    };
    let first = sent("gzip", gzip(&plain, 1)).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (201, None));
    for (coding, content) in [("gzip", gzip(&plain, 9)), ("identity", plain)] {
        let again = sent(coding, content).await;
        assert_eq!((again.header("idempotent-replayed"), &again.text), (Some("true"), &first.text), "{coding}");
    }
    let other = sent("gzip", gzip(body(2).to_string().as_bytes(), 1)).await;
    assert_eq!(other.status, 422);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_coding_that_is_not_taken_off_is_refused_with_those_that_are() {
    let running = Running::start().await;
    for (path, content, _) in takers(&running) {
        for coding in ["br", "deflate", "zstd", "compress", "gzip, gzip", "aes128gcm"] {
            let answer = post(&running, path, &[("content-encoding", coding)], content.to_string().into_bytes()).await;
            assert_eq!((answer.status, answer.header("accept-encoding")), (415, Some("gzip")), "{path} {coding}");
            assert!(says(&answer).contains("gzip"), "{answer:?}");
        }
    }
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("content-encoding", "br")];
    let token = post(&running, "/v1/token", &headers, b"grant_type=x".to_vec()).await;
    assert_eq!((token.status, token.header("accept-encoding")), (415, Some("gzip")));
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_says_that_it_is_gzip_and_is_not_is_told_so() {
    let running = Running::start().await;
    for (path, content, _) in takers(&running) {
        let plain = content.to_string().into_bytes();
        let whole = gzip(&plain, 6);
        for (content, expected) in [
            (plain, "is not"),
            (Vec::new(), "is not"),
            (whole[..whole.len() - 4].to_vec(), "is cut short"),
            (whole[..whole.len() / 2].to_vec(), "is cut short"),
            ([&whole[..whole.len() - 8], &[0; 8]].concat(), "is damaged"),
        ] {
            let answer = post(&running, path, &[("content-encoding", "gzip")], content).await;
            assert_eq!(answer.status, 400, "{path}: {answer:?}");
            let says = says(&answer);
            assert!(says.contains("gzip, as Content-Encoding says") && says.contains(expected), "{path}: {says}");
        }
        // And what is, without a word of it.
        let silent = post(&running, path, &[], whole).await;
        assert_eq!(silent.status, 400, "{path}: {silent:?}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_bomb_is_too_large() {
    let running = Running::start().await;
    for (path, _, _) in takers(&running) {
        for size in [1024 * 1024 + 1, 512 * 1024 * 1024] {
            let answer = post(&running, path, &[("content-encoding", "gzip")], bomb(size)).await;
            assert_eq!(answer.status, 413, "{path}: {answer:?}");
            assert!(says(&answer).contains("1048576"), "{answer:?}");
        }
    }
    let plain = format!("{}{}", " ".repeat(1024 * 1024 - 2), "{}");
    let just = post(&running, ACCOUNTS, &[("content-encoding", "gzip")], gzip(plain.as_bytes(), 9)).await;
    assert_eq!(just.status, 200, "{just:?}");
    running.bundle.stop().await;
}

/// That many spaces, in little.
fn bomb(size: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let block = vec![b' '; 64 * 1024];
    let mut left = size;
    while left > 0 {
        let part = left.min(block.len());
        encoder.write_all(&block[..part]).unwrap();
        left -= part;
    }
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let running = Running::start().await;
    for (path, content, status) in takers(&running) {
        let marked = format!("\u{feff}{content}");
        let answer = post(&running, path, &[], marked.clone().into_bytes()).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        let twice = post(&running, path, &[], format!("\u{feff}{marked}").into_bytes()).await;
        assert_eq!(twice.status, 400, "{path}: {twice:?}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn another_encoding_than_utf_8_is_named() {
    let running = Running::start().await;
    for (path, content, _) in takers(&running) {
        for (mark, bytes, name) in [
            ("\u{feff}", u16::to_le_bytes as fn(u16) -> [u8; 2], "UTF-16 (little-endian)"),
            ("\u{feff}", u16::to_be_bytes, "UTF-16 (big-endian)"),
            // As .NET writes what it calls Unicode.
            ("", u16::to_le_bytes, "UTF-16 (little-endian)"),
        ] {
            let encoded = format!("{mark}{content}").encode_utf16().flat_map(bytes).collect();
            let answer = post(&running, path, &[("content-type", "application/json; charset=utf-16")], encoded).await;
            assert_eq!(answer.status, 400, "{path}: {answer:?}");
            assert!(says(&answer).contains(name), "{path}: {answer:?}");
        }
    }
    running.bundle.stop().await;
}
