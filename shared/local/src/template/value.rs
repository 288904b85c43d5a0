//! Evaluates the values of a template: parameters, references and the functions that join them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use serde_yaml_ng::{Mapping, Value as Yaml};

use super::{
    BUCKET, EVENT_BUS, FUNCTION, HTTP_API, QUEUE, RULE, Resource, SECRET, Surroundings, TABLE, TemplateError, bucket,
    operation_name, queue,
};

/// The account that the local bundle pretends to run in.
pub(crate) const ACCOUNT_ID: &str = "000000000000";
/// The id of the HTTP API that the local bundle pretends to be.
pub(crate) const API_ID: &str = "local";

/// A role lets nobody in here, but its ARN is handed from one template to another.
const ROLE: &str = "AWS::IAM::Role";

/// What names stand for.
pub(super) struct Scope<'t> {
    names: BTreeMap<String, Json>,
    attributes: BTreeMap<(String, &'static str), String>,
    conditions: Option<&'t Yaml>,
}

impl<'t> Scope<'t> {
    /// The names that a template has before its resources: `parameters`, and what AWS gives.
    pub(super) fn new(
        document: &'t Yaml,
        parameters: &BTreeMap<String, String>,
        surroundings: &Surroundings,
    ) -> Result<Self, TemplateError> {
        let (names, attributes) = (pseudo_parameters(surroundings), BTreeMap::new());
        let mut scope = Self { names, attributes, conditions: document.get("Conditions") };
        scope.add_parameters(document, parameters)?;
        Ok(scope)
    }

    fn add_parameters(&mut self, document: &Yaml, given: &BTreeMap<String, String>) -> Result<(), TemplateError> {
        let none = Mapping::new();
        let declared = document.get("Parameters").and_then(Yaml::as_mapping).unwrap_or(&none);
        for (name, body) in declared {
            let name = name.as_str().unwrap_or_default();
            let place = format!("Parameters.{name}");
            let value = match (given.get(name), body.get("Default")) {
                (Some(given), _) => allowed(given, body, &place)?,
                (None, Some(default)) => self.evaluate(default, &place)?,
                (None, None) => return Err(TemplateError::Missing { place, what: "Default" }),
            };
            self.names.insert(name.to_owned(), value);
        }
        match given.keys().find(|name| declared.get(name.as_str()).is_none()) {
            Some(unknown) => Err(TemplateError::NotUnderstood {
                place: format!("the parameter {unknown}"),
                reason: "the template declares no such parameter".into(),
            }),
            None => Ok(()),
        }
    }

    pub(super) fn add_resource(&mut self, resource: Resource<'_>, part: &str, surroundings: &Surroundings) {
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
            ROLE => (id.to_owned(), Some(format!("arn:aws:iam::{ACCOUNT_ID}:role/{id}"))),
            QUEUE => {
                let [name, arn, url] = queue::names(resource, part, surroundings);
                self.attributes.insert((id.to_owned(), "QueueName"), name);
                (url, Some(arn))
            }
            EVENT_BUS => {
                let name = surroundings.event_bus.clone();
                let arn = format!("arn:aws:events:{region}:{ACCOUNT_ID}:event-bus/{name}");
                (name, Some(arn))
            }
            // Policies alone name it.
            RULE => (id.to_owned(), Some(format!("arn:aws:events:{region}:{ACCOUNT_ID}:rule/{id}"))),
            BUCKET => {
                let name = bucket::name(id);
                let arn = format!("arn:aws:s3:::{name}");
                (name, Some(arn))
            }
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
            Yaml::Sequence(items) => {
                let items = items.iter().map(|item| self.evaluate(item, place));
                Ok(items.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|item| !item.is_null()).collect())
            }
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
                Some(key @ ("Ref" | "Condition")) => return self.intrinsic(key, argument, place),
                Some(key) if key.starts_with("Fn::") => {
                    return self.intrinsic(key.trim_start_matches("Fn::"), argument, place);
                }
                _ => {}
            }
        }
        let mut evaluated = Map::new();
        for (key, value) in mapping {
            let key = key.as_str().ok_or_else(|| not_understood(place, &"a key is not text"))?;
            let value = self.evaluate(value, &format!("{place}.{key}"))?;
            // `AWS::NoValue` takes the whole entry away.
            if !value.is_null() {
                evaluated.insert(key.to_owned(), value);
            }
        }
        Ok(Json::Object(evaluated))
    }

    fn intrinsic(&self, name: &str, argument: &Yaml, place: &str) -> Result<Json, TemplateError> {
        match name {
            "Ref" => self.reference(&self.text(argument, place)?, place),
            "GetAtt" => self.attribute(argument, place).map(Json::String),
            "Sub" => self.substitute(argument, place).map(Json::String),
            "Join" => self.join(argument, place).map(Json::String),
            "Split" => self.split(argument, place),
            "If" => self.either(argument, place),
            "Condition" => self.condition(&self.text(argument, place)?, place).map(Json::Bool),
            "Equals" => self.equal(argument, place).map(Json::Bool),
            "Not" => Ok(Json::Bool(self.truths(argument, place)? == [false])),
            "And" => Ok(Json::Bool(!self.truths(argument, place)?.contains(&false))),
            "Or" => Ok(Json::Bool(self.truths(argument, place)?.contains(&true))),
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

/// Conditions, and what depends on them.
impl Scope<'_> {
    /// Whether the condition of that name holds.
    pub(super) fn condition(&self, name: &str, place: &str) -> Result<bool, TemplateError> {
        let unresolved = || TemplateError::Unresolved { place: place.into(), reference: name.into() };
        let condition = self.conditions.and_then(|all| all.get(name)).ok_or_else(unresolved)?;
        let place = format!("Conditions.{name}");
        self.evaluate(condition, &place)?.as_bool().ok_or_else(|| not_understood(&place, &"it is no condition"))
    }

    /// The name of a condition and two values, of which only the one that counts is evaluated.
    fn either(&self, argument: &Yaml, place: &str) -> Result<Json, TemplateError> {
        let Some([Yaml::String(name), then, otherwise]) = argument.as_sequence().map(Vec::as_slice) else {
            return Err(not_understood(place, &"If takes the name of a condition and two values"));
        };
        self.evaluate(if self.condition(name, place)? { then } else { otherwise }, place)
    }

    fn equal(&self, argument: &Yaml, place: &str) -> Result<bool, TemplateError> {
        match argument.as_sequence().map(Vec::as_slice) {
            Some([one, other]) => Ok(self.text(one, place)? == self.text(other, place)?),
            _ => Err(not_understood(place, &"Equals takes two values")),
        }
    }

    fn truths(&self, argument: &Yaml, place: &str) -> Result<Vec<bool>, TemplateError> {
        let conditions = argument.as_sequence().map(Vec::as_slice).unwrap_or_default();
        conditions
            .iter()
            .map(|it| self.evaluate(it, place)?.as_bool().ok_or_else(|| not_understood(place, &"it is no condition")))
            .collect()
    }

    fn split(&self, argument: &Yaml, place: &str) -> Result<Json, TemplateError> {
        match self.evaluate(argument, place)? {
            Json::Array(arguments) => match arguments.as_slice() {
                [Json::String(delimiter), Json::String(text)] => Ok(text.split(delimiter.as_str()).collect()),
                _ => Err(not_understood(place, &"Split takes a delimiter and text")),
            },
            _ => Err(not_understood(place, &"Split takes a delimiter and text")),
        }
    }
}

fn pseudo_parameters(surroundings: &Surroundings) -> BTreeMap<String, Json> {
    let mut names: BTreeMap<_, _> = [
        ("AWS::AccountId", ACCOUNT_ID),
        ("AWS::Partition", "aws"),
        ("AWS::Region", surroundings.region.as_str()),
        ("AWS::StackName", "wattbook"),
        ("AWS::URLSuffix", "amazonaws.com"),
    ]
    .map(|(name, value)| (name.to_owned(), Json::String(value.to_owned())))
    .into();
    names.insert("AWS::NoValue".to_owned(), Json::Null);
    names
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
