//! Schemas of values, and what a generator of clients makes of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

const COMPONENTS: &str = "#/components/schemas/";

/// The schema of a body, with every other that it refers to.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// The schema.
    pub schema: Value,
    /// What it refers to, by name.
    pub named: BTreeMap<String, Value>,
}

impl From<Value> for Shape {
    fn from(schema: Value) -> Self {
        Self { schema, named: BTreeMap::new() }
    }
}

/// The schema of what is read or written as `T`, by its name.
#[must_use]
pub fn json<T: ToSchema>() -> Shape {
    let mut others = Vec::new();
    T::schemas(&mut others);
    let mut named: BTreeMap<_, _> = others.iter().map(|(name, schema)| (name.clone(), value(schema))).collect();
    let name = T::name().into_owned();
    let schema = reference(&name);
    named.insert(name, schema_of::<T>());
    Shape { schema, named }
}

/// Any JSON object.
#[must_use]
pub fn any() -> Shape {
    json!({ "type": "object", "additionalProperties": true }).into()
}

/// The schema of `T` itself, for where it has no name.
#[must_use]
pub fn schema_of<T: ToSchema>() -> Value {
    value(&T::schema())
}

/// A reference to a schema among the components.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("{COMPONENTS}{name}") })
}

fn value(schema: &impl serde::Serialize) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

/// Puts a document's schemas into the form that readers and generators make most of:
/// a text or number without a list of values is said where it is used, since its name would become a type that says
/// nothing; what stands beside a reference counts for the member, and not for what is referred to; what may be null
/// is described as a whole; a pattern of words is a list of them; an object that is put together of others has their
/// members itself; what nothing refers to is left out.
pub(super) fn tidy(document: &mut Value) {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    put_together(document, &schemas);
    let plain: Map<_, _> = schemas.into_iter().filter(|(_, schema)| is_plain(schema)).collect();
    walk(document, &plain);
    loop {
        let text = document.to_string();
        let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
        let before = schemas.len();
        schemas.retain(|name, _| text.contains(&format!("\"{COMPONENTS}{name}\"")));
        if schemas.len() == before {
            return;
        }
    }
}

/// Wherever `allOf` puts objects together, there is one object in its place.
fn put_together(value: &mut Value, schemas: &Map<String, Value>) {
    match value {
        Value::Object(members) => {
            let parts = members.get("allOf").and_then(Value::as_array);
            if let Some(mut whole) = parts.and_then(|parts| object_of(parts, schemas)) {
                members.remove("allOf");
                whole.append(members);
                *members = whole;
            }
            members.values_mut().for_each(|member| put_together(member, schemas));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| put_together(element, schemas)),
        _ => {}
    }
}

/// The object that has the members of all of these, if they are objects.
fn object_of(parts: &[Value], schemas: &Map<String, Value>) -> Option<Map<String, Value>> {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in parts {
        let name = part.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(COMPONENTS));
        let part = name.map_or(Some(part), |name| schemas.get(name))?;
        let inner = part.get("allOf").and_then(Value::as_array);
        let object = match inner {
            Some(parts) => object_of(parts, schemas)?,
            None => part.as_object().filter(|part| part.get("type").is_some_and(|kind| kind == "object"))?.clone(),
        };
        properties.extend(object.get("properties").and_then(Value::as_object).cloned().unwrap_or_default());
        required.extend(object.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
    }
    let mut whole = Map::new();
    whole.insert("type".into(), "object".into());
    if !required.is_empty() {
        whole.insert("required".into(), required.into());
    }
    whole.insert("properties".into(), properties.into());
    Some(whole)
}

fn is_plain(schema: &Value) -> bool {
    let scalar = |kind: &Value| kind.as_str().is_some_and(|kind| kind != "object" && kind != "array");
    let kind = schema.get("type");
    let scalar = kind.is_some_and(|kind| scalar(kind) || kind.as_array().is_some_and(|all| all.iter().all(scalar)));
    scalar && schema.get("enum").is_none()
}

fn walk(value: &mut Value, plain: &Map<String, Value>) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|member| walk(member, plain));
            take_in(members, plain);
            list_words(members);
            describe_as_a_whole(members);
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| walk(element, plain)),
        _ => {}
    }
}

/// A reference to a plain value becomes the value; what stands beside the reference goes before.
fn take_in(members: &mut Map<String, Value>, plain: &Map<String, Value>) {
    let name = members.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(COMPONENTS));
    let Some(Value::Object(referred)) = name.and_then(|name| plain.get(name)) else { return };
    let referred = referred.clone();
    members.remove("$ref");
    let beside = std::mem::replace(members, referred);
    members.extend(beside);
}

/// A pattern of whole words alone is a list of values, or one value.
fn list_words(members: &mut Map<String, Value>) {
    let pattern = members.get("pattern").and_then(Value::as_str);
    let Some(inner) = pattern.and_then(|pattern| pattern.strip_prefix('^')?.strip_suffix('$')) else { return };
    let words = inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(inner);
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
    let words: Vec<_> = words.split('|').map(str::to_owned).collect();
    if !words.iter().all(|word| is_word(word)) {
        return;
    }
    members.remove("pattern");
    let or_null =
        members.get("type").and_then(Value::as_array).is_some_and(|kinds| kinds.iter().any(|it| it == "null"));
    let mut values: Vec<Value> = words.into_iter().map(Value::from).collect();
    if let ([word], false) = (values.as_slice(), or_null) {
        members.insert("const".into(), word.clone());
        return;
    }
    values.extend(or_null.then_some(Value::Null));
    members.insert("enum".into(), values.into());
}

/// `oneOf` of null and something: the description is the member's, and a plain type takes null in.
fn describe_as_a_whole(members: &mut Map<String, Value>) {
    let Some(choices) = members.get_mut("oneOf").and_then(Value::as_array_mut) else { return };
    let null = json!({ "type": "null" });
    if choices.len() != 2 || !choices.contains(&null) {
        return;
    }
    let Some(Value::Object(mut other)) = choices.iter().find(|choice| **choice != null).cloned() else { return };
    if let Some(Value::String(kind)) = other.get("type").cloned() {
        other.insert("type".into(), json!([kind, "null"]));
    } else if let Some(Value::Array(kinds)) = other.get_mut("type") {
        kinds.push("null".into());
    } else {
        let description = other.remove("description");
        // The null last, as in a plain type.
        *choices = vec![Value::Object(other), null];
        members.extend(description.map(|description| ("description".to_owned(), description)));
        return;
    }
    // A list of values has to have null among them.
    if let Some(Value::Array(values)) = other.get_mut("enum") {
        values.push(Value::Null);
    }
    members.remove("oneOf");
    let beside = std::mem::replace(members, other);
    members.extend(beside);
}
