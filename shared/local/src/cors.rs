//! What API Gateway does for web pages of other origins (CORS), by itself: it answers a browser's question before a
//! request (a preflight), whatever routes there are, and marks the answers that the page may see.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
        },
    },
};

use crate::template::{CorsDefinition, PartDefinition};

/// The parts that web pages may call.
#[derive(Default)]
pub(crate) struct Cors(BTreeMap<String, CorsDefinition>);

/// The method that a browser asks for, if the request is such a question.
pub(crate) fn asked<'r>(method: &Method, headers: &'r HeaderMap) -> Option<&'r str> {
    let question = method == Method::OPTIONS && headers.contains_key(ORIGIN);
    headers.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| question)?.to_str().ok()
}

impl Cors {
    pub(crate) fn new(parts: &[PartDefinition]) -> Self {
        Self(parts.iter().filter_map(|part| Some((part.name.clone(), part.cors.clone()?))).collect())
    }

    /// The answer to a browser's question about the part; a part that no page may call has none.
    pub(crate) fn answer(&self, part: &str, origin: Option<&HeaderValue>) -> Option<Response<Body>> {
        let cors = self.0.get(part)?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        if let Some(origin) = allowed(cors, origin) {
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            list(headers, ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods);
            list(headers, ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers);
            if let Some(seconds) = cors.max_age {
                headers.insert(ACCESS_CONTROL_MAX_AGE, seconds.into());
            }
        }
        Some(response)
    }

    /// Marks an answer of the part for the page that asked.
    pub(crate) fn mark(&self, part: &str, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        let Some(cors) = self.0.get(part) else { return };
        if let Some(origin) = allowed(cors, origin) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            list(headers, ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose_headers);
        }
    }
}

/// What a page of that origin is told is allowed, if it is.
fn allowed(cors: &CorsDefinition, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
    let given = origin?.to_str().ok()?;
    if cors.allow_origins.iter().any(|allowed| allowed == "*") {
        return Some(HeaderValue::from_static("*"));
    }
    let is = |allowed: &String| match allowed.strip_suffix("://*") {
        Some(scheme) => given.split_once("://").is_some_and(|(given, _)| given.eq_ignore_ascii_case(scheme)),
        None => given.eq_ignore_ascii_case(allowed),
    };
    cors.allow_origins.iter().any(is).then(|| origin.cloned()).flatten()
}

fn list(headers: &mut HeaderMap, name: HeaderName, values: &[String]) {
    // A value that is none would not have been deployed.
    if let Ok(value) = HeaderValue::from_str(&values.join(","))
        && !values.is_empty()
    {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(allowed: &[&str], origin: &'static str) -> Option<String> {
        let cors = CorsDefinition {
            allow_origins: allowed.iter().map(|origin| (*origin).to_owned()).collect(),
            allow_methods: Vec::new(),
            allow_headers: Vec::new(),
            expose_headers: Vec::new(),
            max_age: None,
        };
        let told = super::allowed(&cors, Some(&HeaderValue::from_static(origin)))?;
        Some(told.to_str().unwrap().to_owned())
    }

    #[test]
    fn an_origin_is_allowed_by_name_by_scheme_or_as_any() {
        let shop = "https://shop.example";
        for (allowed, origin, expected) in [
            (&["https://shop.example"][..], shop, Some(shop)),
            (&["https://other.example", "https://SHOP.example"], shop, Some(shop)),
            (&["https://*"], shop, Some(shop)),
            (&["*"], shop, Some("*")),
            (&["http://*", "https://shop.example:444", "https://shop"], shop, None),
            (&["https://shop.example"], "null", None),
            (&[], shop, None),
        ] {
            assert_eq!(told(allowed, origin).as_deref(), expected, "{allowed:?}");
        }
    }

    #[test]
    fn only_a_question_with_an_origin_and_a_method_is_one() {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static("https://shop.example"));
        assert_eq!(asked(&Method::OPTIONS, &headers), None);
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("PUT"));
        assert_eq!(asked(&Method::OPTIONS, &headers), Some("PUT"));
        assert_eq!(asked(&Method::GET, &headers), None);
    }
}
