use jiff::Timestamp;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::*;

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A bucket that gives these answers, one per request, and then the requests: head and content.
async fn stub(answers: &[String]) -> (Bucket, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let answers = answers.to_vec();
    let served = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            requests.push(request(&mut stream).await);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        requests
    });
    let credentials = Credentials::new("id", "the-key-itself", Some("the-session".into()), None, "test");
    let settings =
        BucketSettings { name: "files".into(), region: "eu-west-1".into(), credentials, endpoint: Some(endpoint) };
    (Bucket::connect(settings).unwrap(), served)
}

async fn request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, content)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if content.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
    }
}

/// An answer; its content may be shorter than it says.
fn answer(status: &str, headers: &str, length: usize, content: &str) -> String {
    let headers = format!("connection: close\r\nx-amz-request-id: the-request\r\n{headers}content-length: {length}");
    format!("HTTP/1.1 {status}\r\n{headers}\r\n\r\n{content}")
}

fn ok(headers: &str, content: &str) -> String {
    answer("200 OK", headers, content.len(), content)
}

fn refused(status: &str, code: &str) -> String {
    let content = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>of secret</Message></Error>");
    answer(status, "", content.len(), &content)
}

/// The examples in Amazon's own description of signatures for S3 (API reference, "Authenticating Requests: Using the
/// Authorization Header").
#[test]
fn requests_are_signed_as_amazon_shows_it() {
    let credentials =
        Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None, None, "test");
    let bucket = Bucket {
        connector: SharedHttpConnector::new(connection::connector().unwrap()),
        address: "https://examplebucket.s3.amazonaws.com/".into(),
        region: "us-east-1".into(),
        credentials,
    };
    let get = Call::new("", "GET", object("test.txt")).with("range", "bytes=0-9");
    let put = Call::new("", "PUT", object("test$file.text"))
        .with("date", "Fri, 24 May 2013 00:00:00 GMT")
        .with("x-amz-storage-class", "REDUCED_REDUNDANCY")
        .sending("Welcome to Amazon S3.".into());
    let list = Call::new("", "GET", "?max-keys=2&prefix=J".into());
    let then = "2013-05-24T00:00:00Z".parse::<Timestamp>().unwrap().into();
    for (call, signature) in [
        (get, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        (put, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        (list, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ] {
        let request = bucket.request(&call, then).unwrap();
        let authorization = request.headers().get("authorization").unwrap();
        assert!(authorization.ends_with(&format!("Signature={signature}")), "{authorization}");
    }
}

#[tokio::test]
async fn an_object_is_stored_under_its_key_with_its_digest() {
    let (bucket, served) = stub(&[ok("etag: \"abc\"\r\n", "")]).await;
    assert_eq!(bucket.put("a b/ü+?.json", "{}", "application/json").await.unwrap(), "abc");
    let request = served.await.unwrap().remove(0);
    assert!(request.starts_with("PUT /files/a%20b/%C3%BC%2B%3F.json HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{}"), "{request}");
    let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    for line in [
        "content-type: application/json",
        "x-amz-security-token: the-session",
        &format!("x-amz-content-sha256: {digest}"),
    ] {
        assert!(request.contains(&format!("\r\n{line}\r\n")), "{request}");
    }
    assert!(!format!("{bucket:?}").contains("the-"));
}

#[tokio::test]
async fn a_request_is_sent_again_when_s3_is_busy_or_silent_and_not_when_it_refuses() {
    let busy = refused("503 Slow Down", "SlowDown");
    let found = ok("etag: \"e\"\r\n", "hello");
    let (bucket, served) = stub(&[busy.clone(), String::new(), busy.clone(), found]).await;
    assert_eq!(bucket.get("key", 5).await.unwrap(), "hello");
    assert_eq!(served.await.unwrap().len(), 4);

    let (bucket, _served) = stub(&vec![busy; 4]).await;
    let error = bucket.get("key", 5).await.unwrap_err().to_string();
    assert_eq!(error, "GetObject failed: SlowDown (AWS request the-request)");

    let (bucket, _served) = stub(&[refused("403 Forbidden", "AccessDenied")]).await;
    let error = bucket.delete("key").await.unwrap_err().to_string();
    assert_eq!(error, "DeleteObject failed: AccessDenied (AWS request the-request)");
}

#[tokio::test]
async fn an_object_that_is_not_there_is_told_from_a_bucket_that_is_not() {
    let (bucket, _served) = stub(&[refused("404 Not Found", "NoSuchKey")]).await;
    assert!(matches!(bucket.get("key", 5).await, Err(BucketError::Missing)));
    let (bucket, _served) = stub(&[answer("404 Not Found", "", 0, "")]).await;
    assert!(matches!(bucket.head("key").await, Err(BucketError::Missing)));
    let (bucket, _served) = stub(&[refused("404 Not Found", "NoSuchBucket")]).await;
    let error = bucket.get("key", 5).await.unwrap_err();
    assert!(matches!(error, BucketError::Refused { code, .. } if code == "NoSuchBucket"));
    let (bucket, _served) = stub(&[ok("etag: \"e\"\r\n", "hello")]).await;
    assert!(matches!(bucket.get("key", 4).await, Err(BucketError::TooLarge { most: 4 })));
}

#[tokio::test]
async fn a_reading_that_breaks_off_goes_on_with_the_same_object() {
    let part = |range: &str, length, content: &str| {
        let headers = format!("etag: \"e\"\r\ncontent-range: bytes {range}/10\r\n");
        answer("206 Partial Content", &headers, length, content)
    };
    let (bucket, served) = stub(&[part("2-9", 8, "cde"), part("5-9", 5, ""), part("5-9", 5, "fghij")]).await;
    let mut reading = bucket.read("key", 2, None).await.unwrap();
    assert_eq!(*reading.object(), Object { size: 10, etag: "e".into() });
    let mut content = Vec::new();
    while let Some(chunk) = reading.chunk().await.unwrap() {
        content.extend_from_slice(&chunk);
    }
    assert_eq!(content, b"cdefghij");
    let requests = served.await.unwrap();
    for (request, range, condition) in [(0, "bytes=2-", false), (1, "bytes=5-", true), (2, "bytes=5-", true)] {
        let request: &String = &requests[request];
        assert!(request.contains(&format!("\r\nrange: {range}\r\n")), "{request}");
        assert_eq!(request.contains("\r\nif-match: \"e\"\r\n"), condition, "{request}");
    }

    let (bucket, _served) =
        stub(&[part("0-9", 10, "a"), refused("412 Precondition Failed", "PreconditionFailed")]).await;
    let mut reading = bucket.read("key", 0, Some("e")).await.unwrap();
    assert_eq!(reading.chunk().await.unwrap().unwrap(), "a");
    assert!(matches!(reading.chunk().await, Err(BucketError::Replaced)));
}

#[tokio::test]
async fn behind_its_end_an_object_has_no_bytes() {
    let head = answer("200 OK", "etag: \"e\"\r\n", 10, "");
    let (bucket, _served) = stub(&[refused("416 Range Not Satisfiable", "InvalidRange"), head.clone()]).await;
    let mut reading = bucket.read("key", 10, Some("e")).await.unwrap();
    assert_eq!(reading.object().size, 10);
    assert_eq!(reading.chunk().await.unwrap(), None);
    let (bucket, _served) = stub(&[refused("416 Range Not Satisfiable", "InvalidRange"), head]).await;
    assert!(matches!(bucket.read("key", 10, Some("other")).await, Err(BucketError::Replaced)));
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let text = r#"<?xml version="1.0" encoding="UTF-8"?>
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>files</Name><Prefix>a%26/</Prefix>
        <KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
        <NextContinuationToken>a+/=</NextContinuationToken>
        <Contents><Key>a%26/b+c%2B</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;1&quot;</ETag>
        <Size>3</Size><StorageClass>STANDARD</StorageClass></Contents>
        <Contents><Key>a%26/d</Key><ETag>"2"</ETag><Size>0</Size></Contents></ListBucketResult>"#;
    let last = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    let (bucket, served) = stub(&[ok("", text), ok("", last), ok("", "no XML")]).await;
    let page = bucket.list("a&/", None, 2).await.unwrap();
    let listed = |key: &str, size, etag: &str| Listed { key: key.into(), object: Object { size, etag: etag.into() } };
    assert_eq!(page.objects, [listed("a&/b c+", 3, "1"), listed("a&/d", 0, "2")]);
    assert_eq!(page.next.as_deref(), Some("a+/="));
    let next = bucket.list("a&/", page.next.as_deref(), 2).await.unwrap();
    assert_eq!(next, Page { objects: Vec::new(), next: None });
    assert!(matches!(bucket.list("", None, 2).await, Err(BucketError::Unanswered { .. })));
    let requests = served.await.unwrap();
    let first = "GET /files/?encoding-type=url&list-type=2&max-keys=2&prefix=a%26%2F HTTP/1.1\r\n";
    assert!(requests[0].starts_with(first) && requests[0].contains(EMPTY), "{}", requests[0]);
    assert!(requests[1].contains("&continuation-token=a%2B%2F%3D HTTP"), "{}", requests[1]);
}

#[test]
fn an_endpoint_is_an_address() {
    let connect = |endpoint: Option<&str>| {
        let credentials = Credentials::new("id", "secret", None, None, "test");
        let (name, region, endpoint) = ("files".into(), "eu-west-1".into(), endpoint.map(str::to_owned));
        Bucket::connect(BucketSettings { name, region, credentials, endpoint }).map(|bucket| bucket.address)
    };
    assert_eq!(connect(None).unwrap(), "https://files.s3.eu-west-1.amazonaws.com/");
    assert_eq!(connect(Some("http://127.0.0.1:9/")).unwrap(), "http://127.0.0.1:9/files/");
    for endpoint in ["localhost:9", "", "/files", "http://", "http:// "] {
        assert!(matches!(connect(Some(endpoint)), Err(BucketSettingsError::Endpoint)), "{endpoint}");
    }
}
