//! Evaluates the values of a template: parameters, references and the functions that join them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use serde_yaml_ng::{Mapping, Value as Yaml};

use super::{EVENT_BUS, FUNCTION, HTTP_API, Resource, SECRET, Surroundings, TABLE, TemplateError, operation_name};

/// The account that the local bundle pretends to run in.
pub(crate) const ACCOUNT_ID: &str = "000000000000";
/// The id of the HTTP API that the local bundle pretends to be.
pub(crate) const API_ID: &str = "local";

/// What names stand for.
pub(super) struct Scope {
    names: BTreeMap<String, Json>,
    attributes: BTreeMap<(String, &'static str), String>,
}

impl Scope {
    pub(super) fn new(
        document: &Yaml,
        resources: &[Resource<'_>],
        surroundings: &Surroundings,
    ) -> Result<Self, TemplateError> {
        let mut scope = Self { names: pseudo_parameters(surroundings), attributes: BTreeMap::new() };
        scope.add_parameters(document, surroundings)?;
        for resource in resources {
            scope.add_resource(*resource, surroundings);
        }
        Ok(scope)
    }

    fn add_parameters(&mut self, document: &Yaml, surroundings: &Surroundings) -> Result<(), TemplateError> {
        let none = Mapping::new();
        let declared = document.get("Parameters").and_then(Yaml::as_mapping).unwrap_or(&none);
        for (name, body) in declared {
            let name = name.as_str().unwrap_or_default();
            let place = format!("Parameters.{name}");
            let value = match (surroundings.parameters.get(name), body.get("Default")) {
                (Some(given), _) => allowed(given, body, &place)?,
                (None, Some(default)) => self.evaluate(default, &place)?,
                (None, None) => return Err(TemplateError::Missing { place, what: "Default" }),
            };
            self.names.insert(name.to_owned(), value);
        }
        match surroundings.parameters.keys().find(|name| declared.get(name.as_str()).is_none()) {
            Some(unknown) => Err(TemplateError::NotUnderstood {
                place: format!("the parameter {unknown}"),
                reason: "the template declares no such parameter".into(),
            }),
            None => Ok(()),
        }
    }

    fn add_resource(&mut self, resource: Resource<'_>, surroundings: &Surroundings) {
        let id = resource.logical_id;
        let region = &surroundings.region;
        let (name, arn) = match resource.kind {
            TABLE => {
                let name = surroundings.table_name.clone();
                let arn = format!("arn:aws:dynamodb:{region}:{ACCOUNT_ID}:table/{name}");
                self.attributes.insert((id.to_owned(), "StreamArn"), format!("{arn}/stream/local"));
                (name, Some(arn))
            }
            FUNCTION => {
                let name = operation_name(id);
                let arn = format!("arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{name}");
                (name, Some(arn))
            }
            EVENT_BUS => (surroundings.event_bus.clone(), None),
            HTTP_API => (API_ID.to_owned(), None),
            // Deployed this is an ARN; only references to the secret's value are resolved here, and
            // the logical id finds it.
            SECRET => (id.to_owned(), None),
            _ => return,
        };
        self.names.insert(id.to_owned(), Json::String(name));
        if let Some(arn) = arn {
            self.attributes.insert((id.to_owned(), "Arn"), arn);
        }
    }

    /// Evaluates `value`, which stands at `place`.
    pub(super) fn evaluate(&self, value: &Yaml, place: &str) -> Result<Json, TemplateError> {
        match value {
            Yaml::Null => Ok(Json::Null),
            Yaml::Bool(value) => Ok(Json::Bool(*value)),
            Yaml::Number(number) => serde_json::to_value(number).map_err(|error| not_understood(place, &error)),
            Yaml::String(text) => Ok(Json::String(text.clone())),
            Yaml::Sequence(items) => items.iter().map(|item| self.evaluate(item, place)).collect(),
            Yaml::Mapping(mapping) => self.mapping(mapping, place),
            Yaml::Tagged(tagged) => {
                self.intrinsic(tagged.tag.to_string().trim_start_matches('!'), &tagged.value, place)
            }
        }
    }

    /// Like [`Scope::evaluate`], for a value that must come out as text.
    pub(super) fn text(&self, value: &Yaml, place: &str) -> Result<String, TemplateError> {
        scalar(self.evaluate(value, place)?, place)
    }

    fn mapping(&self, mapping: &Mapping, place: &str) -> Result<Json, TemplateError> {
        if let (1, Some((key, argument))) = (mapping.len(), mapping.iter().next()) {
            match key.as_str() {
                Some("Ref") => return self.intrinsic("Ref", argument, place),
                Some(key) if key.starts_with("Fn::") => {
                    return self.intrinsic(key.trim_start_matches("Fn::"), argument, place);
                }
                _ => {}
            }
        }
        let mut evaluated = Map::new();
        for (key, value) in mapping {
            let key = key.as_str().ok_or_else(|| not_understood(place, &"a key is not text"))?;
            evaluated.insert(key.to_owned(), self.evaluate(value, &format!("{place}.{key}"))?);
        }
        Ok(Json::Object(evaluated))
    }

    fn intrinsic(&self, name: &str, argument: &Yaml, place: &str) -> Result<Json, TemplateError> {
        match name {
            "Ref" => self.reference(&self.text(argument, place)?, place),
            "GetAtt" => self.attribute(argument, place).map(Json::String),
            "Sub" => self.substitute(argument, place).map(Json::String),
            "Join" => self.join(argument, place).map(Json::String),
            _ => Err(not_understood(place, &format_args!("the local bundle does not evaluate `{name}`"))),
        }
    }

    fn reference(&self, name: &str, place: &str) -> Result<Json, TemplateError> {
        self.names
            .get(name)
            .cloned()
            .ok_or_else(|| TemplateError::Unresolved { place: place.into(), reference: name.into() })
    }

    /// `Name.Attribute`, or the two as a list.
    fn attribute(&self, argument: &Yaml, place: &str) -> Result<String, TemplateError> {
        let path = match self.evaluate(argument, place)? {
            Json::Array(parts) => {
                parts.into_iter().map(|part| scalar(part, place)).collect::<Result<Vec<_>, _>>()?.join(".")
            }
            other => scalar(other, place)?,
        };
        let found = path.split_once('.').and_then(|(resource, attribute)| {
            self.attributes
                .iter()
                .find(|((name, key), _)| name == resource && *key == attribute)
                .map(|(_, value)| value.clone())
        });
        found.ok_or_else(|| TemplateError::Unresolved { place: place.into(), reference: path })
    }

    /// Text, or a list of text and a mapping of names that only this text knows.
    fn substitute(&self, argument: &Yaml, place: &str) -> Result<String, TemplateError> {
        let own = argument.get(1).map(|names| self.evaluate(names, place)).transpose()?;
        let pattern = argument.get(0).unwrap_or(argument);
        let pattern = pattern.as_str().ok_or_else(|| not_understood(place, &"Sub takes text"))?;
        let mut result = String::with_capacity(pattern.len());
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or_else(|| not_understood(place, &"`${` is not closed"))?;
            result.push_str(before);
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str("${");
                result.push_str(literal);
                result.push('}');
            } else if let Some(value) = own.as_ref().and_then(|own| own.get(name)) {
                result.push_str(&scalar(value.clone(), place)?);
            } else if name.contains('.') {
                result.push_str(&self.attribute(&Yaml::String(name.into()), place)?);
            } else {
                result.push_str(&scalar(self.reference(name, place)?, place)?);
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }

    fn join(&self, argument: &Yaml, place: &str) -> Result<String, TemplateError> {
        match self.evaluate(argument, place)? {
            Json::Array(arguments) => match <[Json; 2]>::try_from(arguments) {
                Ok([Json::String(delimiter), Json::Array(parts)]) => Ok(parts
                    .into_iter()
                    .map(|part| scalar(part, place))
                    .collect::<Result<Vec<_>, _>>()?
                    .join(&delimiter)),
                _ => Err(not_understood(place, &"Join takes a delimiter and a list")),
            },
            _ => Err(not_understood(place, &"Join takes a delimiter and a list")),
        }
    }
}

fn pseudo_parameters(surroundings: &Surroundings) -> BTreeMap<String, Json> {
    [
        ("AWS::AccountId", ACCOUNT_ID),
        ("AWS::Partition", "aws"),
        ("AWS::Region", surroundings.region.as_str()),
        ("AWS::StackName", "wattbook"),
        ("AWS::URLSuffix", "amazonaws.com"),
    ]
    .map(|(name, value)| (name.to_owned(), Json::String(value.to_owned())))
    .into()
}

fn allowed(given: &str, parameter: &Yaml, place: &str) -> Result<Json, TemplateError> {
    let allowed = parameter.get("AllowedValues").and_then(Yaml::as_sequence);
    let text = |value: &Yaml| match value {
        Yaml::Number(number) => number.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    match allowed {
        Some(values) if !values.iter().any(|value| text(value) == given) => {
            Err(not_understood(place, &format_args!("`{given}` is not among its allowed values")))
        }
        _ => Ok(Json::String(given.to_owned())),
    }
}

/// Numbers and booleans become text where text is wanted, as they do in a deployment.
pub(super) fn scalar(value: Json, place: &str) -> Result<String, TemplateError> {
    match value {
        Json::String(text) => Ok(text),
        Json::Number(number) => Ok(number.to_string()),
        Json::Bool(value) => Ok(value.to_string()),
        _ => Err(not_understood(place, &"a single value is wanted here")),
    }
}

pub(super) fn not_understood(place: &str, reason: &dyn std::fmt::Display) -> TemplateError {
    TemplateError::NotUnderstood { place: place.into(), reason: reason.to_string() }
}
