//! Which route a request takes, by API Gateway's rules for an HTTP API.
//!
//! A route that matches in full comes before one that ends in a greedy variable (`{proxy+}`), and
//! that before `$default`. Of several that match in full, fixed segments come before variables. For
//! one path, a named method comes before `ANY`. Nothing else is mapped: `HEAD` does not take a
//! `GET` route.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use matchit::Router;
use percent_encoding::percent_decode_str;

use crate::{
    error::LocalError,
    template::{DEFAULT_ROUTE, FunctionDefinition, RouteDefinition},
};

const ANY: &str = "ANY";

/// A route and the function that it leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) key: String,
    /// The operation's name.
    pub(crate) function: String,
    pub(crate) authorizer: Option<String>,
}

/// The route that a request takes, with the values of its variables, percent-decoded.
#[derive(Debug)]
pub(crate) struct Matched {
    pub(crate) route: Arc<Route>,
    pub(crate) parameters: Vec<(String, String)>,
}

/// All routes of the API.
#[derive(Default)]
pub(crate) struct Routes {
    exact: Level,
    greedy: Level,
    default: Option<Arc<Route>>,
}

/// Routes of one degree of precision.
#[derive(Default)]
struct Level {
    by_method: BTreeMap<String, Router<Arc<Route>>>,
    /// For the methods that no route names.
    otherwise: Router<Arc<Route>>,
}

impl Routes {
    pub(crate) fn new(functions: &[FunctionDefinition]) -> Result<Self, LocalError> {
        let mut routes = Self::default();
        let (mut exact, mut greedy) = (Vec::new(), Vec::new());
        for (function, route) in functions.iter().flat_map(|f| f.routes.iter().map(move |route| (f, route))) {
            let target = Arc::new(Route {
                key: route.key(),
                function: function.name.clone(),
                authorizer: route.authorizer.clone(),
            });
            if route.path == DEFAULT_ROUTE {
                if routes.default.replace(target).is_some() {
                    return Err(cannot_serve(route, "there are two of it"));
                }
            } else if route.path.ends_with("+}") {
                greedy.push((route, target));
            } else {
                exact.push((route, target));
            }
        }
        routes.exact = Level::new(&exact)?;
        routes.greedy = Level::new(&greedy)?;
        Ok(routes)
    }

    /// The route that a request of `method` for `path` takes, if any does.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Matched> {
        self.exact.find(method, path).or_else(|| self.greedy.find(method, path)).or_else(|| {
            let route = self.default.clone()?;
            Some(Matched { route, parameters: Vec::new() })
        })
    }
}

impl Level {
    fn new(routes: &[(&RouteDefinition, Arc<Route>)]) -> Result<Self, LocalError> {
        let mut level = Self::default();
        let methods: BTreeSet<&str> = routes.iter().map(|(route, _)| route.method.as_str()).collect();
        for method in methods {
            let named: Vec<_> = routes.iter().filter(|(route, _)| route.method == method).collect();
            // `ANY` fills the paths that the method does not name itself.
            let taken: BTreeSet<String> = named.iter().map(|(route, _)| shape(&route.path)).collect();
            let any = routes.iter().filter(|(route, _)| route.method == ANY && !taken.contains(&shape(&route.path)));
            let mut matcher = Router::new();
            for (route, target) in named.into_iter().chain(any) {
                matcher
                    .insert(pattern(&route.path), Arc::clone(target))
                    .map_err(|error| cannot_serve(route, &error.to_string()))?;
            }
            if method == ANY {
                level.otherwise = matcher;
            } else {
                level.by_method.insert(method.to_owned(), matcher);
            }
        }
        Ok(level)
    }

    fn find(&self, method: &str, path: &str) -> Option<Matched> {
        let found = self.by_method.get(method).unwrap_or(&self.otherwise).at(path).ok()?;
        let decoded = |value| percent_decode_str(value).decode_utf8_lossy().into_owned();
        Some(Matched {
            route: Arc::clone(found.value),
            parameters: found.params.iter().map(|(name, value)| (name.to_owned(), decoded(value))).collect(),
        })
    }
}

/// The path with the names of its variables left out, by which two routes are the same.
fn shape(path: &str) -> String {
    path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment }).collect::<Vec<_>>().join("/")
}

/// The path as the matcher writes it: `{*proxy}` for `{proxy+}`.
fn pattern(path: &str) -> String {
    match path.strip_suffix("+}").and_then(|path| path.rsplit_once('{')) {
        Some((before, name)) => format!("{before}{{*{name}}}"),
        None => path.to_owned(),
    }
}

fn cannot_serve(route: &RouteDefinition, reason: &str) -> LocalError {
    LocalError::Route { route: route.key(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(keys: &[&str]) -> Result<Routes, LocalError> {
        let function = |key: &&str| {
            let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
            FunctionDefinition {
                logical_id: (*key).to_owned(),
                name: (*key).to_owned(),
                stream: None,
                environment: BTreeMap::new(),
                routes: vec![RouteDefinition { method: method.into(), path: path.into(), authorizer: None }],
            }
        };
        Routes::new(&keys.iter().map(function).collect::<Vec<_>>())
    }

    fn taken(routes: &Routes, method: &str, path: &str) -> String {
        routes.find(method, path).map_or_else(|| "none".to_owned(), |matched| matched.route.function.clone())
    }

    #[test]
    fn the_most_specific_route_is_taken() {
        let routes = routes(&[
            "GET /account/{id}",
            "GET /account/types",
            "GET /account/{proxy+}",
            "ANY /account/{id}",
            "GET /account/{account}/meter/{meter}",
            "$default",
        ])
        .unwrap();
        assert_eq!(taken(&routes, "GET", "/account/1"), "GET /account/{id}");
        assert_eq!(taken(&routes, "GET", "/account/types"), "GET /account/types");
        assert_eq!(taken(&routes, "PUT", "/account/1"), "ANY /account/{id}");
        assert_eq!(taken(&routes, "PUT", "/account/types"), "ANY /account/{id}");
        assert_eq!(taken(&routes, "GET", "/account/1/2/3"), "GET /account/{proxy+}");
        assert_eq!(taken(&routes, "PUT", "/account/1/2/3"), "$default");
        assert_eq!(taken(&routes, "GET", "/account/1/meter/2"), "GET /account/{account}/meter/{meter}");
        assert_eq!(taken(&routes, "GET", "/"), "$default");
    }

    #[test]
    fn head_takes_no_get_route_and_without_default_there_may_be_none() {
        let routes = routes(&["GET /account/{id}"]).unwrap();
        assert_eq!(taken(&routes, "HEAD", "/account/1"), "none");
        assert_eq!(taken(&routes, "GET", "/account"), "none");
        assert_eq!(taken(&routes, "GET", "/account/1/"), "none");
    }

    #[test]
    fn variables_are_percent_decoded() {
        let routes = routes(&["GET /a/{id}/{rest+}"]).unwrap();
        let matched = routes.find("GET", "/a/x%2Fy%20z/1/%C3%A9").unwrap();
        let expected = [("id", "x/y z"), ("rest", "1/é")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(matched.parameters, expected);
    }

    #[test]
    fn two_routes_that_cannot_be_told_apart_are_an_error() {
        let error = routes(&["GET /a/{id}", "GET /a/{other}"]).err().unwrap();
        assert!(error.to_string().contains("GET /a/{other}"), "{error}");
        assert!(routes(&["$default", "$default"]).is_err());
    }
}
