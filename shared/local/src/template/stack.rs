//! One template: what it has, under the parameters that it is given.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use serde_yaml_ng::{Mapping, Value as Yaml};

use super::{
    APPLICATION, BUCKET, EVENT_BUS, FUNCTION, FunctionDefinition, HTTP_API, QUEUE, RULE, SECRET, Surroundings, TABLE,
    TemplateError,
    api::{self, Api},
    function::{self, operation_name},
    value::{Scope, not_understood, scalar},
};

/// Resources with no part on one machine: they grant, count, keep or pass on, and serve nobody.
const WITHOUT_PART: &[&str] = &[
    "AWS::CloudFront::Distribution",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
];

/// One entry of `Resources`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resource<'t> {
    pub(super) logical_id: &'t str,
    pub(super) kind: &'t str,
    properties: Option<&'t Yaml>,
}

impl Resource<'_> {
    pub(super) fn place(&self) -> String {
        format!("Resources.{}", self.logical_id)
    }

    pub(super) fn property(&self, name: &str) -> Option<&Yaml> {
        self.properties.and_then(|properties| properties.get(name))
    }

    /// The properties with what they refer to, but those that have no part on one machine.
    pub(super) fn evaluated(&self, without_part: &[&str], scope: &Scope<'_>) -> Result<Json, TemplateError> {
        let mut evaluated = Map::new();
        for key in self.property_names().filter(|key| !without_part.contains(key)) {
            if let Some(value) = self.property(key) {
                let place = format!("{}.{key}", self.place());
                evaluated.insert(key.to_owned(), scope.evaluate(value, &place)?);
            }
        }
        Ok(evaluated.into())
    }

    pub(super) fn property_names(&self) -> impl Iterator<Item = &str> {
        self.properties.and_then(Yaml::as_mapping).into_iter().flat_map(Mapping::keys).filter_map(Yaml::as_str)
    }
}

/// A part as the template at the top has it.
pub(super) struct Application {
    /// The path of its template.
    pub(super) location: String,
    pub(super) parameters: BTreeMap<String, String>,
    /// Whether its condition leaves it out.
    pub(super) left_out: bool,
}

impl Application {
    /// The folder that its template is in.
    pub(super) fn name(&self) -> &str {
        self.location.rsplit('/').nth(1).unwrap_or_default()
    }
}

/// A template under its parameters.
pub(super) struct Stack<'t> {
    resources: Vec<Resource<'t>>,
    /// Those whose condition does not hold.
    left_out: Vec<Resource<'t>>,
    globals: Option<&'t Yaml>,
    pub(super) scope: Scope<'t>,
}

impl<'t> Stack<'t> {
    /// The template of `part`; of no part if it is that at the top.
    pub(super) fn new(
        document: &'t Yaml,
        part: &str,
        parameters: &BTreeMap<String, String>,
        surroundings: &Surroundings,
    ) -> Result<Self, TemplateError> {
        let mut scope = Scope::new(document, parameters, surroundings)?;
        let all = document
            .get("Resources")
            .and_then(Yaml::as_mapping)
            .ok_or(TemplateError::Missing { place: "the template".into(), what: "Resources" })?;
        let (mut resources, mut left_out) = (Vec::new(), Vec::new());
        for (name, body) in all {
            let resource = resource(name.as_str().unwrap_or_default(), body)?;
            match body.get("Condition").and_then(Yaml::as_str) {
                Some(condition) if !scope.condition(condition, &resource.place())? => left_out.push(resource),
                _ => {
                    scope.add_resource(resource, part, surroundings);
                    resources.push(resource);
                }
            }
        }
        let globals = document.get("Globals").and_then(|globals| globals.get("Function"));
        Ok(Self { resources, left_out, globals, scope })
    }

    /// The API and the functions, for a template that is the part called `part`.
    pub(super) fn functions(&self, part: &str) -> Result<(Api, Vec<FunctionDefinition>), TemplateError> {
        let api = match self.at_most_one(HTTP_API)? {
            Some(api) => api::read(api, part, &self.scope)?,
            None => Api::default(),
        };
        let functions = self
            .of_kind(FUNCTION)
            .map(|resource| function::read(resource, self.globals, part, &api, &self.scope))
            .collect::<Result<_, _>>()?;
        Ok((api, functions))
    }

    /// The operations' names of the functions that conditions leave out; of all if none is to be there.
    pub(super) fn functions_left_out(&self, all: bool) -> impl Iterator<Item = String> {
        let there = self.resources.iter().filter(move |_| all);
        let functions = self.left_out.iter().chain(there).filter(|resource| resource.kind == FUNCTION);
        functions.map(|resource| operation_name(resource.logical_id))
    }

    /// The parts, in their order.
    pub(super) fn applications(&self) -> Result<Vec<Application>, TemplateError> {
        let there = self.resources.iter().map(|resource| (resource, false));
        let all = there.chain(self.left_out.iter().map(|resource| (resource, true)));
        all.filter(|(resource, _)| resource.kind == APPLICATION)
            .map(|(resource, left_out)| self.application(resource, left_out))
            .collect()
    }

    fn application(&self, resource: &Resource<'_>, left_out: bool) -> Result<Application, TemplateError> {
        let place = resource.place();
        let location = resource
            .property("Location")
            .and_then(Yaml::as_str)
            .ok_or_else(|| TemplateError::Missing { place: place.clone(), what: "Location" })?;
        let none = Mapping::new();
        let given = match resource.property("Parameters") {
            Some(given) => given.as_mapping().ok_or_else(|| not_understood(&place, &"Parameters is not a mapping"))?,
            None => &none,
        };
        let mut parameters = BTreeMap::new();
        for (name, value) in given {
            let name = name.as_str().unwrap_or_default();
            let place = format!("{place}.Parameters.{name}");
            let value = match self.scope.evaluate(value, &place).and_then(|value| scalar(value, &place)) {
                // What it refers to may be left out with it.
                Err(TemplateError::Unresolved { .. }) if left_out => String::new(),
                value => value?,
            };
            parameters.insert(name.to_owned(), value);
        }
        Ok(Application { location: location.to_owned(), parameters, left_out })
    }

    /// A part that had data or parts of its own would lose them when it is left out.
    pub(super) fn is_a_part(&self) -> Result<(), TemplateError> {
        let own = [TABLE, SECRET, EVENT_BUS, BUCKET, APPLICATION];
        match self.resources.iter().chain(&self.left_out).find(|resource| own.contains(&resource.kind)) {
            Some(resource) => Err(not_understood(
                &resource.place(),
                &format_args!("an {} belongs into the template at the top", resource.kind),
            )),
            None => Ok(()),
        }
    }

    pub(super) fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = Resource<'t>> {
        self.resources.iter().filter(move |resource| resource.kind == kind).copied()
    }

    /// The one resource of `kind`.
    pub(super) fn only(&self, kind: &'static str) -> Result<Resource<'t>, TemplateError> {
        self.at_most_one(kind)?.ok_or(TemplateError::Missing { place: "Resources".into(), what: kind })
    }

    /// A second would have to be told apart everywhere.
    fn at_most_one(&self, kind: &'static str) -> Result<Option<Resource<'t>>, TemplateError> {
        let mut found = self.of_kind(kind);
        match (found.next(), found.next()) {
            (_, Some(second)) => Err(TemplateError::NotUnderstood {
                place: second.place(),
                reason: format!("the local bundle serves one {kind} of a template only"),
            }),
            (first, None) => Ok(first),
        }
    }
}

fn resource<'t>(logical_id: &'t str, body: &'t Yaml) -> Result<Resource<'t>, TemplateError> {
    let kind = body
        .get("Type")
        .and_then(Yaml::as_str)
        .ok_or_else(|| TemplateError::Missing { place: format!("Resources.{logical_id}"), what: "Type" })?;
    let served = [FUNCTION, HTTP_API, TABLE, EVENT_BUS, QUEUE, BUCKET, RULE, SECRET, APPLICATION];
    if !served.contains(&kind) && !WITHOUT_PART.contains(&kind) {
        return Err(TemplateError::UnknownResource { name: logical_id.into(), kind: kind.into() });
    }
    Ok(Resource { logical_id, kind, properties: body.get("Properties") })
}
