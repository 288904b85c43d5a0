//! Which route a request takes, by API Gateway's rules for an HTTP API.
//!
//! A route that matches in full comes before one that ends in a greedy variable (`{proxy+}`), and
//! that before `$default`. Of several that match in full, fixed segments come before variables. For
//! one path, a named method comes before `ANY`. Nothing else is mapped: `HEAD` does not take a
//! `GET` route.
//!
//! Here all parts share one address, as behind a distribution: of a route that several have, the
//! first part's is taken, and what nobody has is answered by the part that knows most of the path.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use matchit::Router;

use crate::{
    error::LocalError,
    template::{DEFAULT_ROUTE, FunctionDefinition, RouteDefinition},
};

const ANY: &str = "ANY";

/// A route and the function that it leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) key: String,
    /// The part that it belongs to.
    pub(crate) part: String,
    /// The function's id.
    pub(crate) function: String,
    pub(crate) authorizer: Option<String>,
}

/// The route that a request takes, with the values of its variables.
#[derive(Debug)]
pub(crate) struct Matched {
    pub(crate) route: Arc<Route>,
    pub(crate) parameters: Vec<(String, String)>,
}

/// All routes of all parts.
#[derive(Default)]
pub(crate) struct Routes {
    exact: Level,
    greedy: Level,
    /// Each part's, with the paths that the part has.
    defaults: Vec<(Arc<Route>, Vec<String>)>,
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
        let mut taken = BTreeMap::new();
        for (function, route) in functions.iter().flat_map(|f| f.routes.iter().map(move |route| (f, route))) {
            let target = Arc::new(Route {
                key: route.key(),
                part: function.part.clone(),
                function: function.id.clone(),
                authorizer: route.authorizer.clone(),
            });
            if route.path == DEFAULT_ROUTE {
                if routes.defaults.iter().any(|(other, _)| other.part == target.part) {
                    return Err(cannot_serve(route, "there are two of it"));
                }
                routes.defaults.push((target, paths(functions, &function.part)));
            } else if *taken.entry((&route.method, shape(&route.path))).or_insert(&function.part) != &function.part {
                // An earlier part has it.
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

    /// The route that a request of `method` for `path` takes, if any does. The path is decoded:
    /// API Gateway does so before it looks, so that an encoded `/` parts two segments.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Matched> {
        self.exact.find(method, path).or_else(|| self.greedy.find(method, path)).or_else(|| self.unmatched(path))
    }

    fn unmatched(&self, path: &str) -> Option<Matched> {
        let known = |paths: &[String]| paths.iter().map(|known| segments_of(known, path)).max().unwrap_or_default();
        // Of equals the last is the greatest, and the first part is to be it.
        let (route, _) = self.defaults.iter().rev().max_by_key(|(_, paths)| known(paths))?;
        Some(Matched { route: Arc::clone(route), parameters: Vec::new() })
    }
}

fn paths(functions: &[FunctionDefinition], part: &str) -> Vec<String> {
    let of_part = functions.iter().filter(|function| function.part == part);
    of_part.flat_map(|function| &function.routes).map(|route| route.path.clone()).collect()
}

/// How many segments of `path`, from its start, are as `known` has them.
fn segments_of(known: &str, path: &str) -> usize {
    let is = |known: &str, given: &str| known == given || (known.starts_with('{') && !given.is_empty());
    known.split('/').zip(path.split('/')).skip(1).take_while(|(known, given)| is(known, given)).count()
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
        Some(Matched {
            route: Arc::clone(found.value),
            parameters: found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
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
        routes_of_parts(&keys.iter().map(|key| ("", *key)).collect::<Vec<_>>())
    }

    fn routes_of_parts(keys: &[(&str, &str)]) -> Result<Routes, LocalError> {
        let function = |(part, key): &(&str, &str)| {
            let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
            FunctionDefinition {
                id: format!("{part}{key}"),
                part: (*part).to_owned(),
                logical_id: (*key).to_owned(),
                name: (*key).to_owned(),
                trigger: None,
                timeout: std::time::Duration::from_secs(3),
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
    fn variables_have_their_values() {
        let routes = routes(&["GET /a/{id}/{rest+}"]).unwrap();
        let matched = routes.find("GET", "/a/x y/1/é").unwrap();
        let expected = [("id", "x y"), ("rest", "1/é")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(matched.parameters, expected);
    }

    #[test]
    fn the_first_part_has_what_several_have_and_the_best_informed_answers_for_nobody() {
        let routes = routes_of_parts(&[
            ("one ", "POST /token"),
            ("one ", "GET /account/{id}"),
            ("one ", "$default"),
            ("two ", "POST /token"),
            ("two ", "GET /account/{other}"),
            ("two ", "GET /rest/v1/{kind}/{id}"),
            ("two ", "$default"),
        ])
        .unwrap();
        for (method, path, expected) in [
            ("POST", "/token", "one POST /token"),
            ("GET", "/account/1", "one GET /account/{id}"),
            ("GET", "/rest/v1/a/1", "two GET /rest/v1/{kind}/{id}"),
            ("GET", "/token", "one $default"),
            ("GET", "/account/1/2", "one $default"),
            ("GET", "/rest", "two $default"),
            ("PUT", "/rest/v1/a/1/2", "two $default"),
            ("GET", "/", "one $default"),
            ("GET", "/nowhere", "one $default"),
        ] {
            assert_eq!(taken(&routes, method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn two_routes_that_cannot_be_told_apart_are_an_error() {
        let error = routes(&["GET /a/{id}", "GET /a/{other}"]).err().unwrap();
        assert!(error.to_string().contains("GET /a/{other}"), "{error}");
        assert!(routes(&["$default", "$default"]).is_err());
    }
}
