//! A request.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::Value;

use super::coding;
use crate::{
    Failure, Principal,
    fault::{Faults, Reason},
    json::{self, Document},
    reader::Parameters,
};

/// The largest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A header that `CloudFront` gives every request that it passes on.
pub(crate) const BY_CLOUDFRONT: &str = "x-amz-cf-id";

/// What gateways do not hand on in a path as it was meant, beside the slash, which parts segments.
pub(crate) const UNRELIABLE_IN_PATHS: [char; 2] = ['%', '?'];

/// A request through API Gateway.
pub struct Request {
    event: ApiGatewayV2httpRequest,
    query: Vec<(String, String)>,
}

impl Request {
    /// Wraps the event.
    #[must_use]
    pub fn new(event: ApiGatewayV2httpRequest) -> Self {
        // The raw query is the only form in which a repeated parameter is told from one with a comma.
        let raw = event.raw_query_string.as_deref().unwrap_or_default();
        let query = serde_urlencoded::from_str(raw).unwrap_or_default();
        Self { event, query }
    }

    /// The id that API Gateway gave the request.
    #[must_use]
    pub fn id(&self) -> &str {
        self.event.request_context.request_id.as_deref().unwrap_or_default()
    }

    /// The route that matched, such as `GET /account/{account_id}`.
    #[must_use]
    pub fn route(&self) -> &str {
        self.event.request_context.route_key.as_deref().unwrap_or_default()
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.event.request_context.http.method.as_str()
    }

    /// The path as it came. A named stage may stand in front of it.
    #[must_use]
    pub fn path(&self) -> &str {
        self.event.raw_path.as_deref().unwrap_or_default()
    }

    /// Where the API is reached, as in `https://api.example.com`: at `public` where that is set, for the API does not know
    /// of a domain that is in front of it; else at the address that this request came to.
    #[must_use]
    pub fn public_url(&self, public: Option<&str>) -> String {
        if let Some(public) = public {
            return public.trim_end_matches('/').to_owned();
        }
        let scheme = self.header("x-forwarded-proto").unwrap_or("https");
        let domain = self.event.request_context.domain_name.as_deref().unwrap_or_default();
        match self.header("x-forwarded-port") {
            Some(port) if !matches!((scheme, port), ("https", "443") | ("http", "80")) && !domain.contains(':') => {
                format!("{scheme}://{domain}:{port}")
            }
            _ => format!("{scheme}://{domain}"),
        }
    }

    /// A cookie that the browser sent. API Gateway hands them on one by one; not all that stands in for it does.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let one_by_one = self.event.cookies.iter().flatten().map(String::as_str);
        let cookies = one_by_one.chain(self.header("cookie").unwrap_or_default().split(';'));
        let mut pairs = cookies.filter_map(|cookie| cookie.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// A parameter of the route's path, percent-decoded.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> &str {
        self.event.path_parameters.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Whether the path can be relied on. Of an encoded `%` nobody can say how often it was decoded on its way, and at an
    /// encoded `?` API Gateway may cut the path off: a request must not be about something else than was meant.
    ///
    /// # Errors
    /// A parameter of it has one of them.
    pub(crate) fn check_path(&self) -> Result<(), Failure> {
        let mut faults = Faults::default();
        for (name, value) in &self.event.path_parameters {
            if let Some(sign) = value.chars().find(|c| UNRELIABLE_IN_PATHS.contains(c)) {
                let message =
                    format!("cannot have {sign} in a path, encoded or not; give it in the query, as README says");
                faults.query(name, Reason::new("unreliable_path", message));
            }
        }
        faults.none()
    }

    /// The query as it came.
    #[must_use]
    pub fn raw_query(&self) -> &str {
        self.event.raw_query_string.as_deref().unwrap_or_default()
    }

    /// The parameters of the query, `+` and percent escapes decoded.
    #[must_use]
    pub fn query(&self) -> Parameters<'_> {
        Parameters::new(&self.query)
    }

    /// A header, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether a header is there, text or not.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.event.headers.contains_key(name)
    }

    /// What the authorizer found out, if it was asked.
    pub(crate) fn authorized(&self) -> Option<&HashMap<String, Value>> {
        self.event.request_context.authorizer.as_ref().map(|authorizer| &authorizer.fields)
    }

    /// The address that the request came from, as far as it is known. Of one that came by way of `CloudFront` it is not:
    /// what API Gateway sees there is an edge that many share.
    #[must_use]
    pub fn source_address(&self) -> Option<&str> {
        let address = self.event.request_context.http.source_ip.as_deref();
        address.filter(|_| !self.has_header(BY_CLOUDFRONT))
    }

    /// Who calls.
    ///
    /// # Errors
    /// The authorizer said nothing complete: nobody gets through on a route that forgot it. Or a person calls what is
    /// for organisations alone.
    pub fn principal(&self) -> Result<Principal, Failure> {
        match self.caller()? {
            crate::Caller::Organisation(principal) => Ok(principal),
            crate::Caller::Person(_) => Err(Failure::Forbidden),
        }
    }

    /// The body as it was meant: without what API Gateway and `Content-Encoding` did to it; what cannot be read stays
    /// as it came. How it was sent makes no other request of it.
    #[must_use]
    pub fn meant_body(&self) -> Vec<u8> {
        let codings = self.header("content-encoding").unwrap_or_default();
        let plain = self.sent_body().and_then(|body| coding::taken_off(body, codings));
        plain.unwrap_or_else(|_| self.event.body.clone().unwrap_or_default().into_bytes())
    }

    /// The body, if it is of the media type that is asked for; without a byte-order mark at its beginning (RFC 8259
    /// §8.1 lets a reader pass over it).
    ///
    /// # Errors
    /// It is larger than [`MAX_BODY_BYTES`], of another media type, or in another coding than gzip.
    pub fn body(&self, media_type: &'static str) -> Result<Vec<u8>, Failure> {
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        let body = coding::taken_off(self.body_of(&[media_type])?, self.codings()?)?;
        Ok(body.strip_prefix(BYTE_ORDER_MARK).map(<[u8]>::to_vec).unwrap_or(body))
    }

    /// The body as a file, as it was sent: what is compressed stays so, for it may be any size without that.
    ///
    /// # Errors
    /// It is larger than [`MAX_BODY_BYTES`], of none of these media types, or in another coding than gzip.
    pub fn file(&self, media_types: &[&'static str]) -> Result<Vec<u8>, Failure> {
        let body = self.body_of(media_types)?;
        coding::is_gzip(&body, self.codings()?)?;
        Ok(body)
    }

    /// Whether the body is of a media type, whatever its parameters.
    #[must_use]
    pub fn is_of(&self, media_type: &str) -> bool {
        let given = self.header("content-type").unwrap_or_default();
        given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
    }

    /// The body as it was sent, if it is of one of these media types, of which there is one at least.
    fn body_of(&self, media_types: &[&'static str]) -> Result<Vec<u8>, Failure> {
        let body = self.sent_body()?;
        if body.len() > MAX_BODY_BYTES {
            return Err(Failure::BodyTooLarge);
        }
        if media_types.iter().any(|media_type| self.is_of(media_type)) {
            return Ok(body);
        }
        Err(Failure::MediaType { expected: media_types.first().copied().unwrap_or_default() })
    }

    fn codings(&self) -> Result<&str, Failure> {
        let codings = self.header("content-encoding");
        // One that is no text is none that is known.
        if self.has_header("content-encoding") { codings.ok_or(Failure::ContentCoding) } else { Ok("") }
    }

    /// The body as it was sent. What is not text comes in base64 from API Gateway.
    fn sent_body(&self) -> Result<Vec<u8>, Failure> {
        let text = self.event.body.as_deref().unwrap_or_default();
        if self.event.is_base64_encoded {
            STANDARD.decode(text).map_err(|_| Failure::Unreadable(Reason::new("malformed_body", "the body is broken")))
        } else {
            Ok(text.as_bytes().to_vec())
        }
    }

    /// The body as strict JSON ([`json`]); members that stand twice are noted in `faults`.
    ///
    /// # Errors
    /// As [`Self::body`], or it is not JSON.
    pub fn json(&self, faults: &mut Faults) -> Result<Document, Failure> {
        json::document(&self.body("application/json")?, faults)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(cookies: &Value, headers: &Value) -> Request {
        let event = json!({
            "headers": headers,
            "cookies": cookies,
            "requestContext": {"domainName": "api.example.com", "http": {"method": "GET"}},
            "isBase64Encoded": false,
        });
        Request::new(serde_json::from_value(event).unwrap())
    }

    #[test]
    fn cookies_are_found_one_by_one_and_in_a_header() {
        for request in [
            request(&json!(["a=1", "__Host-b=2=3"]), &json!({})),
            request(&json!(null), &json!({"cookie": "a=1; __Host-b=2=3"})),
        ] {
            assert_eq!((request.cookie("a"), request.cookie("__Host-b")), (Some("1"), Some("2=3")));
            assert_eq!((request.cookie("b"), request.cookie("")), (None, None));
        }
    }

    #[test]
    fn the_address_is_the_one_that_is_set_or_the_one_that_was_asked() {
        let came = |headers: Value| request(&json!([]), &headers).public_url(None);
        assert_eq!(came(json!({"x-forwarded-proto": "https", "x-forwarded-port": "443"})), "https://api.example.com");
        assert_eq!(
            came(json!({"x-forwarded-proto": "http", "x-forwarded-port": "3000"})),
            "http://api.example.com:3000"
        );
        assert_eq!(came(json!({})), "https://api.example.com");
        let set = request(&json!([]), &json!({})).public_url(Some("https://energy.example/"));
        assert_eq!(set, "https://energy.example");
    }
}
