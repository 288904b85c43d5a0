//! Buckets from end to end: the client of the functions, the API, and what is told of objects.

use aws_sdk_sqs::config::Credentials;
use reqwest::{Method, StatusCode};
use wattbook_api::bucket::{Bucket, BucketError, BucketSettings};

use super::*;

/// A bucket as functions reach it.
fn bucket(machine: &Machine, name: &str) -> Bucket {
    let credentials = Credentials::new("id", "secret", None, None, "test");
    let endpoint = Some(format!("http://127.0.0.1:{}", machine.gateway.port));
    Bucket::connect(BucketSettings { name: name.into(), region: "eu-central-1".into(), credentials, endpoint }).unwrap()
}

/// Status and text of an answer to whoever speaks HTTP.
async fn ask(machine: &Machine, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let url = format!("http://127.0.0.1:{}/wattbook-files{path}", machine.gateway.port);
    let mut request = reqwest::Client::new().request(method, url).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn whole(bucket: &Bucket, key: &str, offset: u64) -> Vec<u8> {
    let mut reading = bucket.read(key, offset, None).await.unwrap();
    let mut content = Vec::new();
    while let Some(chunk) = reading.chunk().await.unwrap() {
        content.extend_from_slice(&chunk);
    }
    content
}

#[tokio::test]
async fn an_object_is_stored_read_from_anywhere_and_removed() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let bucket = bucket(&machine, "wattbook-files");
    let (key, content) = ("a b/ü+?&%2F.csv", "x".repeat(300_000));
    let etag = bucket.put(key, content.clone(), "text/csv").await.unwrap();
    assert_eq!(etag, format!("{:x}", md5::compute(&content)));
    assert_eq!(bucket.head(key).await.unwrap().size, 300_000);
    assert_eq!(bucket.get(key, 300_000).await.unwrap(), content);
    assert_eq!(whole(&bucket, key, 299_998).await, b"xx");
    assert_eq!(whole(&bucket, key, 300_000).await, b"");
    assert_eq!(bucket.list("a ", None, 9).await.unwrap().objects[0].key, key);
    let mut reading = bucket.read(key, 1, Some(&etag)).await.unwrap();
    bucket.put(key, "other", "text/csv").await.unwrap();
    // Who began to read it reads it to its end.
    let mut left = 299_999;
    while let Some(chunk) = reading.chunk().await.unwrap() {
        left -= chunk.len();
    }
    assert_eq!(left, 0);
    assert!(matches!(bucket.read(key, 1, Some(&etag)).await, Err(BucketError::Replaced)));
    bucket.delete(key).await.unwrap();
    bucket.delete(key).await.unwrap();
    assert!(matches!(bucket.head(key).await, Err(BucketError::Missing)));
    assert!(matches!(bucket.get(key, 9).await, Err(BucketError::Missing)));
    let nowhere = self::bucket(&machine, "wattbook-files-not").get(key, 9).await;
    assert!(nowhere.is_err());
    machine.stop().await;
}

#[tokio::test]
async fn a_list_goes_on_where_its_page_ended_also_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let files = bucket(&machine, "wattbook-files");
    for number in 0..5 {
        files.put(&format!("list/{number} <&>"), format!("{number}"), "text/plain").await.unwrap();
    }
    let first = files.list("list/", None, 3).await.unwrap();
    machine.stop().await;
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let files = bucket(&machine, "wattbook-files");
    let second = files.list("list/", first.next.as_deref(), 3).await.unwrap();
    let keys: Vec<_> = first.objects.iter().chain(&second.objects).map(|it| it.key.clone()).collect();
    assert_eq!(keys, (0..5).map(|number| format!("list/{number} <&>")).collect::<Vec<_>>());
    assert_eq!(second.next, None);
    let (_, cut) = ask(&machine, Method::GET, "?list-type=2&delimiter=%2F", &[], "").await;
    assert!(cut.contains("<CommonPrefixes><Prefix>list/</Prefix></CommonPrefixes>"), "{cut}");
    machine.stop().await;
}

#[tokio::test]
async fn an_object_of_parts_is_whole_when_it_is_completed() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let (_, begun) = ask(&machine, Method::POST, "/seen/large?uploads", &[("content-type", "text/csv")], "").await;
    let id = begun.split_once("<UploadId>").unwrap().1.split_once('<').unwrap().0;
    for (number, text) in [(1, "one "), (2, "two")] {
        let path = format!("/seen/large?partNumber={number}&uploadId={id}");
        assert_eq!(ask(&machine, Method::PUT, &path, &[], text).await.0, 200);
    }
    let part = |number: u32, text: &str| {
        let etag = format!("{:x}", md5::compute(text));
        format!("<Part><ETag>&quot;{etag}&quot;</ETag><PartNumber>{number}</PartNumber></Part>")
    };
    let parts = part(1, "one ") + &part(2, "two");
    let complete = |parts: &str| format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    let path = format!("/seen/large?uploadId={id}");
    for (parts, code) in
        [("<Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>", "InvalidPart"), ("", "MalformedXML")]
    {
        let (status, answer) = ask(&machine, Method::POST, &path, &[], &complete(parts)).await;
        assert!(status == 400 && answer.contains(code), "{answer}");
    }
    assert_eq!(ask(&machine, Method::POST, &path, &[], &complete(&parts)).await.0, 200);
    assert_eq!(bucket(&machine, "wattbook-files").get("seen/large", 9).await.unwrap(), "one two");
    assert_eq!(ask(&machine, Method::DELETE, &path, &[], "").await.0, 404);
    let seen = machine.client().receive_message().queue_url(machine.url("SeenObjects")).send().await.unwrap();
    let event: Value = serde_json::from_str(seen.messages()[0].body.as_deref().unwrap()).unwrap();
    assert_eq!(event["detail"]["reason"], "CompleteMultipartUpload");
    assert_eq!((&event["detail"]["object"]["size"], &event["source"]), (&json!(7), &json!("aws.s3")));
    machine.stop().await;
}

#[tokio::test]
async fn what_is_dropped_into_a_bucket_reaches_its_function_and_comes_again_when_that_fails() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start_all(folder.path()).await;
    let [files, quiet] = ["wattbook-files", "wattbook-quiet"].map(|name| bucket(&machine, name));
    quiet.put("buckets/quiet", "1", "text/plain").await.unwrap();
    files.put("elsewhere", "1", "text/plain").await.unwrap();
    files.put("buckets/ä \"1\"", "1", "text/plain").await.unwrap();
    let told = wait("buckets", 2).await;
    let names: Vec<_> = told.iter().map(|(what, _)| (&what[0], &what[1])).collect();
    assert_eq!(names, [(&json!("buckets/ä \"1\""), &json!(1)), (&json!("buckets/ä \"1\""), &json!(2))]);
    machine.stop().await;
    assert_eq!(self::told("buckets").len(), 2);
}

#[tokio::test]
async fn an_event_of_an_object_is_as_s3_tells_it() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let files = bucket(&machine, "wattbook-files");
    let etag = files.put("seen", "12345", "text/plain").await.unwrap();
    files.delete("seen").await.unwrap();
    files.delete("seen").await.unwrap();
    let seen = machine.client().receive_message().queue_url(machine.url("SeenObjects")).max_number_of_messages(10);
    let seen = seen.send().await.unwrap().messages.unwrap();
    let events: Vec<Value> = seen.iter().map(|it| serde_json::from_str(it.body.as_deref().unwrap()).unwrap()).collect();
    let [created, deleted] = events.as_slice() else { panic!("two events: {events:?}") };
    let detail = &created["detail"];
    let expected = json!({
        "version": "0", "bucket": {"name": "wattbook-files"},
        "object": {"key": "seen", "size": 5, "etag": etag, "sequencer": detail["object"]["sequencer"]},
        "request-id": detail["request-id"], "requester": "000000000000", "source-ip-address": "127.0.0.1",
        "reason": "PutObject",
    });
    assert_eq!(*detail, expected);
    assert_eq!(
        (&created["detail-type"], &created["resources"]),
        (&json!("Object Created"), &json!(["arn:aws:s3:::wattbook-files"]))
    );
    assert_eq!(
        (&deleted["detail-type"], &deleted["detail"]["object"]["key"]),
        (&json!("Object Deleted"), &json!("seen"))
    );
    machine.stop().await;
}

#[tokio::test]
async fn the_api_of_buckets_refuses_what_it_does_not_serve() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::start(folder.path(), Duration::from_mins(1)).await;
    let streaming = ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    for (method, path, header, status, code) in [
        (Method::GET, "/none", ("a", "b"), 404, "NoSuchKey"),
        (Method::GET, "?acl", ("a", "b"), 501, "NotImplemented"),
        (Method::GET, "?list-type=2&max-keys=x", ("a", "b"), 400, "InvalidArgument"),
        (Method::GET, "?list-type=2&continuation-token=%00", ("a", "b"), 400, "InvalidArgument"),
        (Method::GET, "/%FF", ("a", "b"), 400, "InvalidArgument"),
        (Method::PUT, "/a?acl", ("a", "b"), 501, "NotImplemented"),
        (Method::PUT, "/a", streaming, 501, "NotImplemented"),
        (Method::PUT, "/a", ("x-amz-copy-source", "/wattbook-files/b"), 501, "NotImplemented"),
        (Method::PUT, "/a", ("origin", "https://example.com"), 403, "AccessDenied"),
        (Method::PUT, "/a?uploadId=x&partNumber=1", ("a", "b"), 404, "NoSuchUpload"),
        (Method::PATCH, "/a", ("a", "b"), 501, "NotImplemented"),
        (Method::DELETE, "", ("a", "b"), 501, "NotImplemented"),
    ] {
        let (answered, text) = ask(&machine, method.clone(), path, &[header], "1").await;
        assert_eq!(answered, status, "{method} {path}: {text}");
        assert!(text.contains(&format!("<Code>{code}</Code>")), "{text}");
    }
    ask(&machine, Method::PUT, "/range", &[], "12345").await;
    for (range, status, expected) in
        [("bytes=1-2", 206, "23"), ("bytes=-1", 206, "5"), ("bytes=5-", 416, "InvalidRange"), ("lines=1", 200, "12345")]
    {
        let (answered, text) = ask(&machine, Method::GET, "/range", &[("range", range)], "").await;
        assert!(answered == status && text.contains(expected), "{range}: {answered} {text}");
    }
    // What no bucket is called is the gateway's.
    let url = format!("http://127.0.0.1:{}/wattbook-filesx/a", machine.gateway.port);
    assert_eq!(reqwest::get(url).await.unwrap().status(), StatusCode::NOT_FOUND);
    machine.stop().await;
}
