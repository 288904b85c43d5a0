//! What Secrets Manager would keep.

use std::{collections::BTreeMap, path::Path};

use crate::{error::LocalError, private_file, template::SecretDefinition};

/// The value of each secret, by logical id: those of an earlier start, and a new one for each that
/// has none. Hashes and tokens made with them hold across restarts that way.
pub(crate) fn load_or_generate(
    definitions: &[SecretDefinition],
    file: &Path,
) -> Result<BTreeMap<String, String>, LocalError> {
    let mut secrets: BTreeMap<String, String> = private_file::read_json(file)?.unwrap_or_default();
    let mut added = false;
    for definition in definitions {
        if !secrets.contains_key(&definition.logical_id) {
            secrets.insert(definition.logical_id.clone(), generate(definition)?);
            added = true;
        }
    }
    if added {
        private_file::write(file, serde_json::json!(secrets).to_string().as_bytes())?;
    }
    Ok(secrets)
}

fn generate(definition: &SecretDefinition) -> Result<String, LocalError> {
    let text = loop {
        let text = random_text(&definition.alphabets.concat(), definition.length)?;
        let complete = definition.alphabets.iter().all(|alphabet| text.contains(|c| alphabet.contains(c)));
        // Drawing again until every kind is there favours no text over another.
        if complete || !definition.each_alphabet {
            break text;
        }
    };
    Ok(match &definition.within {
        None => text,
        Some((object, member)) => {
            let mut object = object.clone();
            object.insert(member.clone(), text.into());
            serde_json::Value::Object(object).to_string()
        }
    })
}

fn random_text(alphabet: &str, length: usize) -> Result<String, LocalError> {
    let alphabet = alphabet.as_bytes();
    // Bytes from here up would make the first characters of the alphabet likelier than the rest.
    let fair = 256 - 256 % alphabet.len().max(1);
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 64];
    while text.len() < length {
        getrandom::fill(&mut bytes).map_err(LocalError::Random)?;
        let characters = bytes
            .iter()
            .map(|byte| usize::from(*byte))
            .filter(|byte| *byte < fair)
            .filter_map(|byte| alphabet.get(byte % alphabet.len()))
            .map(|byte| char::from(*byte));
        text.extend(characters.take(length - text.len()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(logical_id: &str) -> SecretDefinition {
        let object = serde_json::json!({"current": "k1"}).as_object().cloned().unwrap();
        SecretDefinition {
            logical_id: logical_id.into(),
            within: Some((object, "k1".into())),
            length: 64,
            alphabets: vec!["ABC".into(), "abc".into(), "12".into()],
            each_alphabet: true,
        }
    }

    #[test]
    fn secrets_are_generated_once_and_kept() {
        let directory = tempfile::TempDir::new().unwrap();
        let file = directory.path().join("secrets.json");
        let first = load_or_generate(&[definition("A")], &file).unwrap();
        let second = load_or_generate(&[definition("A"), definition("B")], &file).unwrap();
        assert_eq!(first["A"], second["A"]);
        assert_ne!(second["A"], second["B"]);
        assert_eq!(load_or_generate(&[definition("B")], &file).unwrap(), second);
    }

    #[test]
    fn a_secret_has_the_shape_that_the_template_asks_for() {
        let secret = generate(&definition("A")).unwrap();
        let secret: serde_json::Value = serde_json::from_str(&secret).unwrap();
        assert_eq!(secret["current"], "k1");
        let key = secret["k1"].as_str().unwrap();
        assert_eq!(key.len(), 64);
        for needed in ["ABC", "abc", "12"] {
            assert!(key.contains(|c| needed.contains(c)), "{key} has none of {needed}");
        }
        assert!(key.chars().all(|c| "ABCabc12".contains(c)));
    }
}
