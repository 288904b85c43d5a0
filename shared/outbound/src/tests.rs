use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, routing::any};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio::net::TcpListener;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A server that counts what comes, and its address.
async fn server() -> (u16, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let answer = move |request: axum::extract::Request| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            match request.uri().path() {
                "/redirect" => (307, [("location", "/elsewhere")], String::new()),
                "/slow" => {
                    tokio::time::sleep(SECOND).await;
                    (200, [("a", "b")], String::new())
                }
                _ => (200, [("a", "b")], "x".repeat(100)),
            }
        }
    };
    let answer = move |request| {
        let answered = answer(request);
        async move {
            let (status, headers, body) = answered.await;
            (axum::http::StatusCode::from_u16(status).unwrap(), headers, body)
        }
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(answer))).await });
    (port, count)
}

fn get(url: &str) -> Request<Vec<u8>> {
    Request::get(url).body(Vec::new()).unwrap()
}

#[tokio::test]
async fn nothing_is_sent_to_what_is_not_on_the_internet() {
    let (port, count) = server().await;
    let client = Client::new(Receivers::Public, SECOND, SECOND);
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "127.1", "0x7f.1", "2130706433", "0"] {
        let error = client.status(get(&format!("http://{host}:{port}/"))).await.unwrap_err();
        assert_eq!(error, CallError::NotPublic, "{host}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
    let anywhere = Client::new(Receivers::Any, SECOND, SECOND);
    for host in ["127.0.0.1", "localhost"] {
        assert_eq!(anywhere.status(get(&format!("http://{host}:{port}/"))).await, Ok(200), "{host}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed_and_patience_ends() {
    let (port, count) = server().await;
    let client = Client::new(Receivers::Any, SECOND, SECOND / 5);
    assert_eq!(client.status(get(&format!("http://127.0.0.1:{port}/redirect"))).await, Ok(307));
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert_eq!(client.status(get(&format!("http://127.0.0.1:{port}/slow"))).await, Err(CallError::TimeOut));
    let closed = TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap();
    assert_eq!(client.status(get(&format!("http://{closed}/"))).await, Err(CallError::NoConnection));
}

#[tokio::test]
async fn a_huge_answer_is_not_read() {
    let (port, _) = server().await;
    let client = Client::new(Receivers::Any, SECOND, SECOND);
    let url = format!("http://127.0.0.1:{port}/");
    assert_eq!(client.send(get(&url), 100).await.unwrap().into_body().len(), 100);
    assert_eq!(client.send(get(&url), 99).await.unwrap_err(), CallError::Huge);
}

/// As the client reads them: what it does not find in a text, it does not miss.
#[test]
fn every_root_is_trusted() {
    let pem = roots();
    let read: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect();
    assert!(read.len() > 100, "{}", read.len());
    assert!(read.iter().eq(webpki_root_certs::TLS_SERVER_ROOT_CERTS));
    // It panics at one that it cannot use.
    let _ = Client::new(Receivers::Public, SECOND, SECOND);
}
