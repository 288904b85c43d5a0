//! A secret's part of the template, and the references to secrets in the functions' environments.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Resource, TemplateError, value::Scope, value::not_understood};

/// How a secret is made up when there is none yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretDefinition {
    /// Its logical id.
    pub logical_id: String,
    /// The JSON object that the generated text becomes a member of, with the member's name. The
    /// secret is the bare text if absent.
    pub within: Option<(serde_json::Map<String, serde_json::Value>, String)>,
    /// How many characters are generated.
    pub length: usize,
    /// The sets of characters drawn from.
    pub alphabets: Vec<String>,
    /// Whether at least one character of each set must be there.
    pub each_alphabet: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "these are the switches that CloudFormation has")]
struct Generate {
    secret_string_template: Option<String>,
    #[serde(rename = "GenerateStringKey")]
    member: Option<String>,
    #[serde(default = "default_length")]
    password_length: usize,
    #[serde(default)]
    exclude_characters: String,
    #[serde(default)]
    exclude_lowercase: bool,
    #[serde(default)]
    exclude_numbers: bool,
    #[serde(default)]
    exclude_punctuation: bool,
    #[serde(default)]
    exclude_uppercase: bool,
    #[serde(default)]
    include_space: bool,
    #[serde(default = "default_each")]
    require_each_included_type: bool,
}

/// What Secrets Manager generates if it is not told a length.
fn default_length() -> usize {
    32
}

fn default_each() -> bool {
    true
}

pub(super) fn read(resource: Resource<'_>, scope: &Scope<'_>) -> Result<SecretDefinition, TemplateError> {
    let place = resource.place();
    let generate = resource
        .property("GenerateSecretString")
        .ok_or_else(|| TemplateError::Missing { place: place.clone(), what: "GenerateSecretString" })?;
    let generate: Generate =
        serde_json::from_value(scope.evaluate(generate, &place)?).map_err(|error| not_understood(&place, &error))?;
    let within = match (&generate.secret_string_template, &generate.member) {
        (Some(object), Some(key)) => {
            let object = serde_json::from_str(object).map_err(|error| not_understood(&place, &error))?;
            Some((object, key.clone()))
        }
        (None, None) => None,
        _ => return Err(not_understood(&place, &"SecretStringTemplate and GenerateStringKey go together")),
    };
    let alphabets = alphabets(&generate);
    if alphabets.is_empty() || (generate.require_each_included_type && alphabets.len() > generate.password_length) {
        return Err(not_understood(&place, &"no text can be generated under these exclusions"));
    }
    Ok(SecretDefinition {
        logical_id: resource.logical_id.to_owned(),
        within,
        length: generate.password_length,
        alphabets,
        each_alphabet: generate.require_each_included_type,
    })
}

fn alphabets(generate: &Generate) -> Vec<String> {
    [
        (!generate.exclude_uppercase, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        (!generate.exclude_lowercase, "abcdefghijklmnopqrstuvwxyz"),
        (!generate.exclude_numbers, "0123456789"),
        (!generate.exclude_punctuation, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
        (generate.include_space, " "),
    ]
    .into_iter()
    .filter(|(included, _)| *included)
    .map(|(_, alphabet)| alphabet.chars().filter(|c| !generate.exclude_characters.contains(*c)).collect::<String>())
    .filter(|alphabet| !alphabet.is_empty())
    .collect()
}

/// Puts the values of `secrets`, by logical id, in place of the dynamic references in `text`:
/// `{{resolve:secretsmanager:<id>:SecretString}}`, or with a further `:<member>` one member of a
/// secret that is a JSON object. `place` says where the text stands.
///
/// # Errors
/// A reference is to another service, to no secret of the template, or to no member of it.
pub fn resolve_secrets(text: &str, secrets: &BTreeMap<String, String>, place: &str) -> Result<String, TemplateError> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{resolve:") {
        let (reference, after) =
            after.split_once("}}").ok_or_else(|| not_understood(place, &"`{{resolve:` is not closed"))?;
        result.push_str(before);
        result.push_str(&resolve(reference, secrets, place)?);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}

fn resolve(reference: &str, secrets: &BTreeMap<String, String>, place: &str) -> Result<String, TemplateError> {
    let unresolved = || TemplateError::Unresolved { place: place.into(), reference: reference.into() };
    let parts: Vec<&str> = reference.split(':').collect();
    let (id, member) = match parts.as_slice() {
        ["secretsmanager", id] | ["secretsmanager", id, "SecretString" | ""] => (id, None),
        ["secretsmanager", id, "SecretString", member] => (id, Some(*member)),
        _ => return Err(unresolved()),
    };
    let secret = secrets.get(*id).ok_or_else(unresolved)?;
    match member {
        None => Ok(secret.clone()),
        Some(member) => serde_json::from_str::<serde_json::Value>(secret)
            .ok()
            .and_then(|object| object.get(member).and_then(|value| value.as_str().map(str::to_owned)))
            .ok_or_else(unresolved),
    }
}
