//! The program `wattbook`, as a person starts and stops it.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
};
use wattbook_local::demo::Credential;

use crate::{
    support::{Answered, body, send},
    templates,
};

pub(crate) struct Started {
    pub(crate) child: Child,
    environment: HashMap<String, String>,
}

pub(crate) async fn start(data: &Path) -> Started {
    start_with(data, &[]).await
}

async fn start_with(data: &Path, further: &[&str]) -> Started {
    let file = data.with_extension("env");
    let _ = std::fs::remove_file(&file);
    let child = Command::new(env!("CARGO_BIN_EXE_wattbook"))
        .args(["--port", "0", "--data-dir", data.to_str().unwrap(), "--write-env", file.to_str().unwrap()])
        .args(further)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    for _ in 0..600 {
        if let Ok(lines) = std::fs::read_to_string(&file) {
            let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
            return Started { child, environment: lines.lines().filter_map(pair).collect() };
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the program does not serve");
}

impl Started {
    fn credential(&self, who: &str) -> Credential {
        let value = |name: &str| self.environment[&format!("WATTBOOK_{who}{name}")].clone();
        Credential { app_id: value("APP_ID"), app_key: value("APP_KEY") }
    }

    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let admin = self.credential("");
        let url = format!("{}{path}", self.environment["WATTBOOK_URL"]);
        reqwest::Client::new().request(method, url).basic_auth(admin.app_id, Some(admin.app_key))
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        send(self.request(reqwest::Method::GET, path)).await
    }
}

/// What was answered with 201 is there after a kill that nothing could prepare for.
#[tokio::test]
async fn data_and_credentials_survive_a_kill_and_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut first = start(&data).await;
    let mut ids = Vec::new();
    for seed in 0..20 {
        let answer = send(first.request(reqwest::Method::POST, "/account").json(&body(seed))).await;
        assert_eq!(answer.status, 201);
        ids.push(answer.json()["account_id"].as_str().unwrap().to_owned());
    }
    first.child.kill().await.unwrap();
    let second = start(&data).await;
    for who in ["", "BRAND_", "OTHER_"] {
        assert_eq!(first.credential(who), second.credential(who));
    }
    for id in ids {
        assert_eq!(second.get(&format!("/account/{id}")).await.status, 200);
    }
    assert_eq!(second.get("/account/account-3?id_type=external").await.status, 200);
    let again = send(second.request(reqwest::Method::POST, "/account").json(&body(3))).await;
    assert_eq!((again.status, again.errors().len()), (409, 4));
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupt_stops_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let mut started = start(&folder.path().join("data")).await;
    let id = started.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
    let status = tokio::time::timeout(Duration::from_secs(10), started.child.wait()).await.unwrap().unwrap();
    assert!(status.success());
}

/// SAM sets of a file no other variable than the template declares, and a function lacks what the file has not.
#[cfg(unix)]
#[tokio::test]
async fn the_file_for_sam_has_what_the_templates_declare() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("sam.json"));
    let started = start_with(&data, &["--write-sam-env", file.to_str().unwrap(), "--store-host", "127.0.0.2"]).await;
    let variables: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let variables = variables["Parameters"].as_object().unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(variables["AWS_ENDPOINT_URL_DYNAMODB"], started.environment["WATTBOOK_STORE_ENDPOINT"]);
    assert!(started.environment["WATTBOOK_STORE_ENDPOINT"].starts_with("http://127.0.0.2:"));
    // Whose contract is served the template says for itself.
    let mut declared = BTreeSet::from(["API".to_owned()]);
    declared.extend(variables.keys().cloned());
    assert_eq!(templates::variables(), declared);
}

#[tokio::test]
async fn says_in_a_sentence_why_it_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let started = start(&data).await;
    let port = started.environment["WATTBOOK_URL"].rsplit(':').next().unwrap().to_owned();
    let data = data.to_str().unwrap();
    for (arguments, says) in [
        (vec!["--port", "0", "--data-dir", data], "another"),
        (vec!["--port", &port, "--in-memory"], "port"),
        (vec!["--port", "0", "--data-dir", "/proc/none"], "/proc/none"),
        (vec!["--port", "none"], "invalid value"),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wattbook"))
            .args(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
        let status = child.wait().await.unwrap();
        assert!(!status.success() && said.contains(says), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

/// A function binary that is started by hand, without a store, says so and reaches nowhere.
#[tokio::test]
async fn a_function_without_a_store_does_not_start() {
    let function = wattbook_local::functions::FUNCTIONS.iter().find(|function| function.name == "provision-account");
    let complete = [
        ("TABLE_NAME", "wattbook"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "key"),
    ];
    for (missing, _) in complete {
        let rest = complete.iter().filter(|(name, _)| *name != missing);
        let environment = rest.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let error = function.unwrap().start(&environment).unwrap_err();
        assert!(error.to_string().contains(missing), "{error}");
    }
}
