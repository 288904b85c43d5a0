//! Parameters of operations.

use serde_json::{Value, json};

use super::Shape;

/// A parameter of an operation.
#[derive(Debug, Clone)]
pub struct Parameter {
    name: &'static str,
    place: &'static str,
    description: String,
    shape: Shape,
    required: bool,
}

impl Parameter {
    /// A variable of the path.
    #[must_use]
    pub fn path(name: &'static str, schema: impl Into<Shape>, description: &str) -> Self {
        Self { required: true, ..Self::new(name, "path", schema, description) }
    }

    /// A variable of the path that is an id of the caller's. Those that a path cannot have are given in the query.
    #[must_use]
    pub fn own_id_in_path(name: &'static str, description: &str) -> Self {
        let description = format!("{description} Without `/`, `%` and `?`, encoded or not: such an id goes by query.");
        Self::path(name, json!({ "type": "string", "minLength": 1 }), &description)
    }

    /// A query parameter, which may be absent.
    #[must_use]
    pub fn query(name: &'static str, schema: impl Into<Shape>, description: &str) -> Self {
        Self::new(name, "query", schema, description)
    }

    /// A header, which may be absent.
    #[must_use]
    pub fn header(name: &'static str, schema: impl Into<Shape>, description: &str) -> Self {
        Self::new(name, "header", schema, description)
    }

    fn new(name: &'static str, place: &'static str, schema: impl Into<Shape>, description: &str) -> Self {
        Self { name, place, description: description.to_owned(), shape: schema.into(), required: false }
    }

    /// What it is where it is absent.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        if let Some(schema) = self.shape.schema.as_object_mut() {
            schema.insert("default".into(), value.into());
        }
        self
    }

    /// It has to be there.
    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Its name, as it is sent.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// As OpenAPI has it, beside the schemas it refers to. Lists are written with commas.
    pub(super) fn value(self) -> (Value, Shape) {
        let Self { name, place, description, shape, required } = self;
        let schema = &shape.schema;
        let mut value = json!({ "name": name, "in": place, "description": description, "schema": schema });
        if let Some(members) = value.as_object_mut() {
            if required {
                members.insert("required".into(), true.into());
            }
            if schema.get("type").is_some_and(|kind| kind == "array") {
                members.insert("style".into(), "form".into());
                members.insert("explode".into(), false.into());
            }
        }
        (value, shape)
    }
}

pub(super) fn if_match() -> Parameter {
    let description = "The version that the change is for; another one answers 412.";
    Parameter::header("If-Match", text(), description)
}

pub(super) fn if_none_match() -> Parameter {
    let description = "Versions you have; if the current one is among them, the answer is 304.";
    Parameter::header("If-None-Match", text(), description)
}

pub(super) fn idempotency_key() -> Parameter {
    let description = "Makes the call safe to repeat for 24 hours: a repetition is answered like the first one.";
    let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$" });
    Parameter::header("Idempotency-Key", schema, description)
}

pub(super) fn dry_run() -> Parameter {
    let description = "Check everything, store nothing, and answer what would be stored.";
    Parameter::query("dryRun", json!({ "type": "boolean" }), description).default(false)
}

fn text() -> Value {
    json!({ "type": "string" })
}
