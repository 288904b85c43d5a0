//! The JSON events that API Gateway hands to functions: an HTTP request in payload format 2.0,
//! and the question to an authorizer.

use std::{borrow::Cow, net::SocketAddr};

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, Uri, Version, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::{
    routes::Matched,
    template::{ACCOUNT_ID, API_ID, DEFAULT_ROUTE},
};

/// A request as it came in.
pub(crate) struct Incoming {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) protocol: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) peer: SocketAddr,
    /// The port that it came in at.
    pub(crate) port: u16,
    pub(crate) id: String,
    pub(crate) received: Timestamp,
}

/// Headers about one connection, which end at the gateway.
const HOP_BY_HOP: &[&str] =
    &["connection", "expect", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/// The event for the function behind the route. `principal` is what the authorizer said of the
/// caller.
pub(crate) fn request(incoming: &Incoming, matched: &Matched, principal: Option<&Value>) -> Value {
    let mut event = common(incoming, matched);
    let mut context = context(incoming, matched);
    if let Some(principal) = principal {
        context.insert("authorizer".into(), json!({ "lambda": principal }));
    }
    event.insert("requestContext".into(), context.into());
    let (body, encoded) = body(incoming);
    if let Some(body) = body {
        event.insert("body".into(), body.into());
    }
    event.insert("isBase64Encoded".into(), encoded.into());
    event.into()
}

/// The event for an authorizer that goes by the values of `identity`. It has no body.
pub(crate) fn authorization(incoming: &Incoming, matched: &Matched, identity: &[String], region: &str) -> Value {
    let mut event = common(incoming, matched);
    let (method, path) = (incoming.method.as_str(), incoming.path());
    let arn = format!("arn:aws:execute-api:{region}:{ACCOUNT_ID}:{API_ID}/{DEFAULT_ROUTE}/{method}{path}");
    event.insert("type".into(), "REQUEST".into());
    event.insert("routeArn".into(), arn.into());
    event.insert("identitySource".into(), identity.into());
    event.insert("requestContext".into(), context(incoming, matched).into());
    event.into()
}

impl Incoming {
    /// The path, decoded: API Gateway hands on what it routes by. `*`, which `OPTIONS` may ask
    /// about, is not one.
    pub(crate) fn path(&self) -> Cow<'_, str> {
        decoded_path(&self.uri)
    }

    /// The values of a header, joined as API Gateway joins them.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> =
            self.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        (!values.is_empty()).then(|| values.join(","))
    }
}

/// The path of `uri` as API Gateway sees it.
pub(crate) fn decoded_path(uri: &Uri) -> Cow<'_, str> {
    if uri.path().is_empty() { Cow::Borrowed("/") } else { percent_decode_str(uri.path()).decode_utf8_lossy() }
}

/// The members that both kinds of event have.
fn common(incoming: &Incoming, matched: &Matched) -> Map<String, Value> {
    let query = incoming.uri.query().unwrap_or_default();
    let mut event = Map::new();
    event.insert("version".into(), "2.0".into());
    event.insert("routeKey".into(), matched.route.key.as_str().into());
    event.insert("rawPath".into(), incoming.path().into());
    event.insert("rawQueryString".into(), query.into());
    // API Gateway leaves out what is empty.
    let cookies = cookies(incoming);
    if !cookies.is_empty() {
        event.insert("cookies".into(), cookies.into());
    }
    event.insert("headers".into(), headers(incoming).into());
    let query = query_parameters(query);
    if !query.is_empty() {
        event.insert("queryStringParameters".into(), query.into());
    }
    if !matched.parameters.is_empty() {
        let parameters = matched.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        event.insert("pathParameters".into(), parameters.collect::<Map<_, _>>().into());
    }
    event
}

fn cookies(incoming: &Incoming) -> Vec<String> {
    let all = incoming.headers.get_all(header::COOKIE).iter();
    all.flat_map(|value| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        value.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()
    })
    .filter(|cookie| !cookie.is_empty())
    .collect()
}

fn headers(incoming: &Incoming) -> Map<String, Value> {
    let mut headers = Map::new();
    for name in incoming.headers.keys() {
        let own = HOP_BY_HOP.contains(&name.as_str()) || *name == header::COOKIE;
        if let Some(value) = incoming.header(name.as_str()).filter(|_| !own) {
            headers.insert(name.as_str().to_owned(), value.into());
        }
    }
    // A chunked body has arrived whole, so that its length is known.
    headers.insert("content-length".into(), incoming.body.len().to_string().into());
    let address = incoming.peer.ip();
    let forwarded_for = match incoming.header("x-forwarded-for") {
        Some(earlier) => format!("{earlier}, {address}"),
        None => address.to_string(),
    };
    headers.insert("x-forwarded-for".into(), forwarded_for.into());
    headers.insert("x-forwarded-port".into(), incoming.port.to_string().into());
    headers.insert("x-forwarded-proto".into(), "http".into());
    headers
}

/// Decoded, with the values of a repeated name joined by commas, in the order of the query.
fn query_parameters(query: &str) -> Map<String, Value> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let mut parameters = Map::new();
    for (name, value) in pairs {
        match parameters.get_mut(&name) {
            Some(Value::String(earlier)) => {
                earlier.push(',');
                earlier.push_str(&value);
            }
            _ => {
                parameters.insert(name, value.into());
            }
        }
    }
    parameters
}

fn context(incoming: &Incoming, matched: &Matched) -> Map<String, Value> {
    let host = incoming.header("host").unwrap_or_default();
    let domain = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let time = incoming.received.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string();
    let context = json!({
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
        "domainName": domain,
        "domainPrefix": domain.split('.').next().unwrap_or_default(),
        "http": {
            "method": incoming.method.as_str(),
            "path": incoming.path(),
            "protocol": format!("{:?}", incoming.protocol),
            "sourceIp": incoming.peer.ip().to_string(),
            "userAgent": incoming.header("user-agent").unwrap_or_default(),
        },
        "requestId": incoming.id,
        "routeKey": matched.route.key,
        "stage": "$default",
        "time": time,
        "timeEpoch": incoming.received.as_millisecond(),
    });
    match context {
        Value::Object(context) => context,
        _ => Map::new(),
    }
}

/// The body and whether it is Base64. API Gateway goes by the content type: text and JSON are
/// handed over as they are, all else (a form, and what is compressed, too) is encoded.
fn body(incoming: &Incoming) -> (Option<String>, bool) {
    if incoming.body.is_empty() {
        return (None, false);
    }
    let kind = incoming.header("content-type").unwrap_or_default();
    let coded = incoming.header("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"));
    match std::str::from_utf8(&incoming.body) {
        Ok(text) if is_text(&kind) && !coded => (Some(text.to_owned()), false),
        _ => (Some(BASE64_STANDARD.encode(&incoming.body)), true),
    }
}

fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || ["application/json", "application/javascript", "application/xml"].contains(&essence.as_str())
}

#[cfg(test)]
mod tests;
