//! The owner of a device, with a browser: he opens the link that he was given, sends forms and follows redirects.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use wattbook_domain::onboarding::OnboardingRequest;

use super::requests::{REQUESTS, path};
use crate::support::{Answered, Running, send};

/// A browser, with the one cookie that it has for a request.
#[derive(Clone)]
pub(crate) struct Owner {
    client: Client,
    base: String,
    /// The path of the link that he was given.
    pub(crate) link: String,
    pub(crate) cookie: Option<String>,
}

impl Running {
    /// The owner whom a request is for, and the request.
    pub(crate) async fn asked(&self, body: &Value) -> (Owner, Value) {
        let request = self.onboarding(body).await;
        (self.owner(&request), request)
    }

    /// The owner who has been given a request's link.
    pub(crate) fn owner(&self, request: &Value) -> Owner {
        let link = request["action"]["redirectLink"].as_str().unwrap();
        let at = link.find("/onboarding/").unwrap();
        let (client, link) = (self.bundle.unfollowing(), link[at..].to_owned());
        let base = self.bundle.url_of(&link).strip_suffix(&link).unwrap().to_owned();
        Owner { client, base, link, cookie: None }
    }

    /// What the organisation sees of a request.
    pub(crate) async fn seen(&self, request: &Value) -> Value {
        self.get(self.admin(), &path(request)).await.json()
    }

    /// The request as it is stored.
    pub(crate) async fn kept(&self, request: &Value) -> OnboardingRequest {
        let organisation = request["data"]["tenant"]["id"].as_str().unwrap().parse().unwrap();
        let id = request["id"].as_str().unwrap().parse().unwrap();
        self.store().onboarding(organisation, id).await.unwrap().unwrap()
    }

    /// What the organisation sees of a request once it has that status.
    pub(crate) async fn seen_as(&self, request: &Value, status: &str) -> Value {
        for _ in 0..300 {
            let seen = self.seen(request).await;
            if seen["status"] == status {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{REQUESTS}: not {status}: {}", self.seen(request).await);
    }
}

impl Owner {
    /// Another browser with the same link.
    pub(crate) fn elsewhere(&self) -> Self {
        Self { cookie: None, ..self.clone() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.cookie {
            Some(cookie) => request.header("cookie", format!("other=1; {cookie}")),
            None => request,
        }
    }

    /// Sends it and keeps the cookie that comes with the answer.
    pub(crate) async fn sends(&mut self, request: RequestBuilder) -> Answered {
        let answer = send(request).await;
        if let Some(cookie) = answer.header("set-cookie") {
            let (cookie, attributes) = cookie.split_once("; ").unwrap();
            assert_eq!(attributes, "Path=/; Max-Age=172800; Secure; HttpOnly; SameSite=Lax");
            assert!(cookie.starts_with("__Host-onboarding-"), "{cookie}");
            self.cookie = Some(cookie.to_owned());
        }
        if answer.status != 303 {
            assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{answer:?}");
        }
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        answer
    }

    pub(crate) async fn opens(&mut self, path: &str) -> Answered {
        self.sends(self.request(Method::GET, path)).await
    }

    /// Opens the link that he was given.
    pub(crate) async fn opens_link(&mut self) -> Answered {
        self.opens(&self.link.clone()).await
    }

    /// Looks at the link until its page has that heading, and gives the page.
    pub(crate) async fn finds(&mut self, expected: &str) -> Answered {
        for _ in 0..150 {
            let page = self.opens_link().await;
            if heading(&page) == expected {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("not {expected}: {:?}", self.opens_link().await);
    }

    /// Sends a form of a page.
    pub(crate) async fn posts(&mut self, path: &str, form: &[(&str, &str)]) -> Answered {
        self.sends(self.request(Method::POST, path).form(form)).await
    }

    /// Opens the link and agrees.
    pub(crate) async fn agrees(&mut self) -> Answered {
        assert_eq!(self.opens_link().await.status, 200);
        self.posts(&self.link.clone(), &[("decision", "agree")]).await
    }

    /// Follows a redirect to one of our own pages.
    pub(crate) async fn follows(&mut self, answer: &Answered) -> Answered {
        assert_eq!(answer.status, 303, "{answer:?}");
        let location = answer.header("location").unwrap();
        assert!(location.starts_with("/onboarding/"), "{location}");
        self.opens(location).await
    }
}

/// The heading of a page.
pub(crate) fn heading(page: &Answered) -> &str {
    let (_, rest) = page.text.split_once("<h1").unwrap();
    rest.split_once('>').unwrap().1.split_once("</h1>").unwrap().0
}

/// Where a page leads by itself.
pub(crate) fn onward(page: &Answered) -> String {
    let (_, rest) =
        page.text.split_once("http-equiv=\"refresh\" content=\"0;url=").unwrap_or_else(|| panic!("{page:?}"));
    unescaped(rest.split_once('"').unwrap().0)
}

/// The addresses that a page links to, with what `marker` is in them.
pub(crate) fn linked(page: &Answered, marker: &str) -> Vec<String> {
    let links = page.text.split("href=\"").skip(1).map(|rest| unescaped(rest.split_once('"').unwrap().0));
    links.filter(|link| link.contains(marker)).collect()
}

fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&").replace("&amp;", "&").replace("&#39;", "'").replace("&#34;", "\"")
}
