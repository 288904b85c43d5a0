//! What the README of the events API shows for verifying who sends. Without Python or OpenSSL it is left at that.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::json;

use super::{Receiver, receiver::Told};
use crate::support::{Running, send};

const README: &str = include_str!("../../../../../functions/events/README.md");

/// The first code in that language that stands in the chapter about who sends.
fn shown(language: &str) -> &str {
    let (_, chapter) = README.split_once("### Who sends\n").unwrap();
    let (_, code) = chapter.split_once(&format!("```{language}\n")).unwrap();
    code.split_once("```").unwrap().0
}

fn is_there(program: &str) -> bool {
    let started = Command::new(program).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status();
    started.is_ok()
}

/// Something that was sent, and the secret that it is to be verified with.
async fn told() -> (Told, String) {
    let running = Running::start_for_webhooks(&[]).await;
    let receiver = Receiver::start().await;
    let webhook = running.webhook(&receiver, &["*"]).await;
    assert_eq!(send(running.post(running.admin(), &webhook.below("test"), &json!({}))).await.status, 202);
    let told = receiver.seen(|told| told.len() == 1).await.remove(0);
    running.bundle.stop().await;
    (told, webhook.secret)
}

/// Whether the shown function takes it.
fn python_takes(told: &Told, secret: &str, headers: &serde_json::Value) -> bool {
    let call = "import json, sys\n\
                given = json.loads(sys.argv[1])\n\
                print(is_from_wattbook(given['secret'], given['headers'], given['body'].encode()))";
    let given = json!({"secret": secret, "headers": headers, "body": told.text}).to_string();
    let run = Command::new("python3").args(["-c", &format!("{}\n{call}", shown("python")), &given]).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap().trim() == "True"
}

#[tokio::test]
async fn python_verifies_what_is_sent() {
    if !is_there("python3") {
        return;
    }
    let (told, secret) = told().await;
    let signature = told.signatures.join(" ");
    let headers =
        json!({"webhook-id": told.id, "webhook-timestamp": told.timestamp.to_string(), "webhook-signature": signature});
    let with = |name: &str, value: String| {
        let mut changed = headers.clone();
        changed[name] = value.into();
        changed
    };
    assert!(python_takes(&told, &secret, &headers));
    assert!(python_takes(&told, &secret, &with("webhook-signature", format!("v1,AAAA {signature}"))));
    let old = told.timestamp - i64::try_from(Duration::from_mins(6).as_secs()).unwrap();
    for changed in [
        with("webhook-id", "another".into()),
        with("webhook-timestamp", (told.timestamp + 1).to_string()),
        with("webhook-timestamp", old.to_string()),
        with("webhook-signature", "v1,AAAA".into()),
    ] {
        assert!(!python_takes(&told, &secret, &changed), "{changed}");
    }
    assert!(!python_takes(&told, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", &headers));
    assert!(!python_takes(&Told { text: told.text.replace("test", "tést"), ..told }, &secret, &headers));
}

#[tokio::test]
async fn a_shell_comes_to_the_same_signature() {
    if !["sh", "openssl", "base64", "od"].into_iter().all(is_there) {
        return;
    }
    let (told, secret) = told().await;
    let run = Command::new("sh")
        .args(["-c", shown("sh")])
        .envs([("secret", &secret), ("id", &told.id), ("timestamp", &told.timestamp.to_string()), ("body", &told.text)])
        .output()
        .unwrap();
    assert_eq!(format!("v1,{}", String::from_utf8_lossy(&run.stdout).trim()), told.signatures[0]);
}
