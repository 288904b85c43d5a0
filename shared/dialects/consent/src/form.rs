//! What a person sends with a form.

use std::collections::BTreeMap;

use wattbook_domain::{
    Flaw, Text,
    catalogue::{
        IdentifyingAttribute,
        attributes::{Attribute, AttributeName, AttributeValue, Attributes, Values},
    },
};

use crate::{Language, Problem, number};

/// The field by whose value a button says what it does.
pub(crate) const DECISION: &str = "decision";
/// The field of the reason for declining.
pub(crate) const REASON: &str = "reason";
pub(crate) const AGREE: &str = "agree";
pub(crate) const DECLINE: &str = "decline";
pub(crate) const WITHDRAW: &str = "withdraw";
pub(crate) const YES: &str = "yes";
pub(crate) const NO: &str = "no";

/// The most characters of a reason.
pub(crate) const MAX_REASON: usize = 500;

/// The most characters of a field that are looked at: more than any value may have.
const MAX_TYPED: usize = 2000;

/// What is asked for beside the consent.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The attributes that are still missing.
    pub attributes: &'a Attributes,
    /// What names the manufacturer's devices, whether it is one of them or not.
    pub identifier: &'a IdentifyingAttribute,
}

/// What the person wants.
#[derive(Clone, PartialEq, Eq)]
pub enum Decision {
    /// He agrees.
    Agree,
    /// He does not.
    Decline {
        /// Why, if he says so. Line breaks are spaces, and what cannot be seen is left out.
        reason: Option<Text<MAX_REASON>>,
    },
    /// He agreed, and no longer does.
    Withdraw,
}

/// A form that was sent. Who handles one of the consent page takes [`Decision::Agree`] and [`Decision::Decline`] alone,
/// and who handles one of the withdrawal page [`Decision::Withdraw`].
pub struct Submission {
    decision: Decision,
    fields: BTreeMap<String, String>,
}

/// A try that failed: what was typed, and what is wrong with it.
pub struct Tried {
    typed: BTreeMap<String, String>,
    problems: Vec<(AttributeName, Problem)>,
}

impl<'a> Asked<'a> {
    /// The identifier's kind, if `name` is that of the attribute which names a device.
    pub(crate) fn identifies(&self, name: &AttributeName) -> Option<wattbook_domain::IdentifierKind> {
        (self.identifier.attribute == *name).then_some(self.identifier.kind)
    }

    pub(crate) fn attributes(&self) -> &'a [Attribute] {
        &self.attributes.0
    }
}

impl Submission {
    /// Reads a body of `application/x-www-form-urlencoded`. Of a field that stands twice the first is taken; fields
    /// that nobody asked for are passed over.
    ///
    /// `None`: it is no form, or says not exactly one of agree, decline, withdraw.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body).ok()?;
        let mut decisions: Vec<_> = pairs.iter().filter(|(name, _)| name == DECISION).map(|(_, it)| it).collect();
        decisions.dedup();
        let [decision] = decisions.as_slice() else { return None };
        let decision = (*decision).clone();
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            fields.entry(name).or_insert_with(|| line(&value));
        }
        let decision = match decision.as_str() {
            AGREE => Decision::Agree,
            DECLINE => Decision::Decline { reason: reason(fields.get(REASON).map(String::as_str).unwrap_or_default()) },
            WITHDRAW => Decision::Withdraw,
            _ => return None,
        };
        Some(Self { decision, fields })
    }

    /// What the person wants.
    #[must_use]
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The values that were asked for. What was left empty is absent.
    ///
    /// # Errors
    /// They are not what is asked for; the page shows what was typed, with what is wrong.
    pub fn values(
        &self,
        asked: &Asked<'_>,
        language: Language,
    ) -> Result<BTreeMap<AttributeName, AttributeValue>, Tried> {
        let (mut values, mut problems) = (BTreeMap::new(), Vec::new());
        for attribute in asked.attributes() {
            match self.value(attribute, language) {
                Ok(value) => values.extend(value.map(|value| (attribute.name.clone(), value))),
                Err(problem) => problems.push((attribute.name.clone(), problem)),
            }
        }
        for (name, flaw) in asked.identifier.check(asked.attributes, &values) {
            // What was typed and is no number is not missing.
            if problems.iter().all(|(known, _)| *known != name) {
                problems.push((name, flaw.into()));
            }
        }
        if problems.is_empty() { Ok(values) } else { Err(self.refused(asked, problems)) }
    }

    /// A try that failed for other reasons, such as that the device is another owner's by now.
    #[must_use]
    pub fn refused(&self, asked: &Asked<'_>, problems: Vec<(AttributeName, Problem)>) -> Tried {
        let typed = |attribute: &Attribute| {
            let field = field(&attribute.name);
            self.fields.get(&field).map(|typed| (field, typed.clone()))
        };
        Tried { typed: asked.attributes().iter().filter_map(typed).collect(), problems }
    }

    fn value(&self, attribute: &Attribute, language: Language) -> Result<Option<AttributeValue>, Problem> {
        let typed = self.fields.get(&field(&attribute.name)).map(String::as_str).unwrap_or_default();
        if typed.is_empty() {
            return Ok(None);
        }
        let value = match attribute.values {
            Values::Text { .. } | Values::Words(_) => Ok(AttributeValue::Text(typed.to_owned())),
            Values::Whole { .. } => number::whole(typed, language).ok_or(Problem::WholeNumber),
            Values::Number { .. } => number::decimal(typed, language).ok_or(Problem::Number),
            Values::Truth => match typed {
                YES => Ok(AttributeValue::Truth(true)),
                NO => Ok(AttributeValue::Truth(false)),
                _ => Err(Flaw::OfAnotherType { expected: "true or false" }.into()),
            },
        };
        value.map(Some)
    }
}

impl Tried {
    /// What was typed for an attribute.
    pub(crate) fn typed(&self, name: &AttributeName) -> &str {
        self.typed.get(&field(name)).map(String::as_str).unwrap_or_default()
    }

    /// What is wrong with it.
    pub(crate) fn problem(&self, name: &AttributeName) -> Option<&Problem> {
        self.problems.iter().find(|(of, _)| of == name).map(|(_, problem)| problem)
    }

    /// For which attributes something is wrong, and what: for programs, and fit for a log.
    #[must_use]
    pub fn codes(&self) -> Vec<(&AttributeName, &'static str)> {
        self.problems.iter().map(|(name, problem)| (name, problem.code())).collect()
    }
}

/// The name of an attribute's field, and its id in the page. No other field has a dash in its name.
pub(crate) fn field(name: &AttributeName) -> String {
    format!("a-{name}")
}

/// One line of what was typed: line breaks are spaces, what cannot be seen and what stands around it is left out.
fn line(raw: &str) -> String {
    // Browsers end each line of what was typed with two characters (HTML, "newline normalization").
    let raw = raw.replace("\r\n", "\n");
    let spaced = raw.chars().take(MAX_TYPED).map(|c| if c.is_control() { ' ' } else { c });
    let mut line: String = spaced.collect();
    while let Err(Flaw::InvisibleCharacter { found }) = Text::<MAX_TYPED>::parse(line.trim()) {
        line = line.replace(found, "");
    }
    line.trim().to_owned()
}

/// A reason is nothing to trouble anybody with: one that is too long is cut off.
fn reason(line: &str) -> Option<Text<MAX_REASON>> {
    let cut: String = line.chars().take(MAX_REASON).collect();
    Text::parse(cut.trim()).ok()
}

#[cfg(test)]
mod tests;
