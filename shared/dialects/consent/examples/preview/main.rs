//! Serves every page in every language, with its headers, on a free port of this machine: for eyes, and for browsers
//! that are driven. `/` lists the paths. A form is redirected to another origin, as to a manufacturer's sign-in.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, Uri},
};
use wattbook_consent::Language;

mod samples;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    #[expect(clippy::print_stdout, reason = "whoever starts it wants to know")]
    {
        println!("http://127.0.0.1:{port}");
    }
    axum::serve(listener, Router::new().fallback(serve).with_state(port)).await
}

async fn serve(State(port): State<u16>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response<Body> {
    // The same server under another name is another origin.
    let elsewhere = format!("http://localhost:{port}");
    let query =
        serde_urlencoded::from_str::<Vec<(String, String)>>(uri.query().unwrap_or_default()).unwrap_or_default();
    let chosen = query.iter().find(|(name, _)| name == Language::PARAMETER).and_then(|(_, tag)| Language::of_tag(tag));
    let wish = headers.get("accept-language").and_then(|wish| wish.to_str().ok()).unwrap_or_default();
    let language = chosen.or_else(|| Language::wished(wish)).unwrap_or_default();
    let mut pages = samples::samples(language, &elsewhere);
    let name = uri.path().trim_start_matches('/');
    if method == Method::POST && name.starts_with("ask") {
        let to = if body.starts_with(b"decision=agree") { "sign-in" } else { "back" };
        return response(303, [("location".to_owned(), format!("{elsewhere}/{to}"))], String::new());
    }
    match pages.iter().position(|(known, _)| *known == name) {
        Some(index) => page(&pages.swap_remove(index).1, language),
        None if name.is_empty() => {
            let paths: Vec<_> = pages.iter().map(|(name, _)| format!("/{name}")).collect();
            response(200, [("content-type".to_owned(), "application/json".to_owned())], format!("{paths:?}"))
        }
        None => response(404, [("content-type".to_owned(), "text/plain".to_owned())], format!("this is {name}\n")),
    }
}

fn page(page: &wattbook_consent::Page<'_>, language: Language) -> Response<Body> {
    let Ok(answer) = page.answer(language) else { return response(500, [], String::new()) };
    let stored = serde_json::to_value(answer.to_stored()).unwrap_or_default();
    let headers = stored.get("headers").and_then(|headers| headers.as_object()).cloned().unwrap_or_default();
    let headers = headers.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()));
    let body = stored.get("body").and_then(|body| body.as_str()).unwrap_or_default();
    response(answer.status(), headers, body.to_owned())
}

fn response(status: u16, headers: impl IntoIterator<Item = (String, String)>, body: String) -> Response<Body> {
    let builder =
        headers.into_iter().fold(Response::builder().status(status), |it, (name, value)| it.header(name, value));
    builder.body(Body::from(body)).unwrap_or_default()
}
