//! The change log, as all dialects show it: their lists have different forms, what is in them has one.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, Schema, Type, schema::SchemaType},
};
use wattbook_domain::{Actor, DateOrTime, Flaw, Reach, changes::ChangeEntry};
use wattbook_store::{LogOf, WantedChanges};

use crate::{
    Failure, Faults, Services,
    contract::{Operation, Parameter, Refusal, schema_of},
    fault::Reason,
    reader::Parameters,
    schema_types::{ActorWord, ChangeWord, MomentText},
};

/// The longest path that is looked for, in characters.
const MAX_PATH: usize = 255;

/// A change of an account or an entity.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeView {
    /// The version that came about by it.
    pub version: u64,
    /// When it was made.
    #[schema(format = "date-time")]
    pub at: String,
    /// What it was.
    #[schema(value_type = ChangeWord)]
    pub kind: &'static str,
    /// Who made it; `null` of what was written before that was kept.
    #[schema(required = true)]
    pub actor: Option<ActorView>,
    /// The fields that it is in. What is created is not told field by field.
    pub fields: Vec<ChangedField>,
    /// How many further fields it is in: an entry tells of 200 KB of them at most. Absent where it tells of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub omitted: Option<u64>,
}

/// Who made a change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeActor)]
pub struct ActorView {
    /// What kind of actor it was.
    #[serde(rename = "type")]
    #[schema(value_type = ActorWord)]
    pub kind: &'static str,
    /// Which one: the app id of the credential, the id of the import, the correlation id of the message; `null` where
    /// there is only one.
    #[schema(required = true)]
    pub id: Option<String>,
}

/// A field that a change is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedField {
    /// Which, as in `customer.email`: by the words of the events, members of lists by their ids or positions.
    pub path: String,
    /// The value before; `null` where there was none, and where it is secret.
    #[schema(schema_with = scalar)]
    pub from: Value,
    /// The value since.
    #[schema(schema_with = scalar)]
    pub to: Value,
}

fn scalar() -> Schema {
    let types = SchemaType::from_iter([Type::String, Type::Number, Type::Boolean, Type::Null]);
    ObjectBuilder::new().schema_type(types).into()
}

impl ChangeView {
    fn of(entry: ChangeEntry) -> Self {
        let field = |it: wattbook_domain::changes::FieldChange| ChangedField {
            path: it.path,
            from: it.from.unwrap_or_default(),
            to: it.to.unwrap_or_default(),
        };
        Self {
            version: entry.version,
            at: entry.at.to_string(),
            kind: entry.kind.word(),
            actor: entry.by.as_ref().map(ActorView::of),
            fields: entry.fields.into_iter().map(field).collect(),
            omitted: (entry.omitted > 0).then_some(entry.omitted),
        }
    }
}

impl ActorView {
    fn of(actor: &Actor) -> Self {
        Self { kind: actor.word(), id: actor.id().map(str::to_owned) }
    }
}

/// What a dialect calls the parameters.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    /// From when on.
    pub from: &'static str,
    /// Until when.
    pub to: &'static str,
    /// In which field.
    pub field: &'static str,
}

impl Names {
    /// What they are called where nobody else has named them.
    pub const OURS: Self = Self { from: "from", to: "to", field: "field" };
}

/// Which changes are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    field: Option<String>,
}

impl Filter {
    /// Reads it.
    pub fn read(query: &mut Parameters<'_>, names: Names, faults: &mut Faults) -> Self {
        let from = query.optional(names.from, moment, faults);
        let to = query.optional(names.to, moment, faults);
        if from.zip(to).is_some_and(|(from, to)| to <= from) {
            faults.query(names.to, Flaw::EndsBeforeStart);
        }
        let path = |raw: &str| match raw.chars().count() {
            0 => Err(Flaw::Empty.into()),
            length if length > MAX_PATH => Err(Reason::from(Flaw::TooLong { max: MAX_PATH })),
            _ => Ok(raw.to_owned()),
        };
        Self { from, to, field: query.optional(names.field, path, faults) }
    }

    /// A page of the changes of what the caller sees, below a version, the newest first; and the version below which the
    /// next one begins, if there may be one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn page(
        &self,
        services: &Services,
        of: LogOf,
        reach: &Reach,
        (below, size): (Option<u64>, usize),
    ) -> Result<(Vec<ChangeView>, Option<u64>), Failure> {
        let field = self.field.as_deref();
        let wanted = WantedChanges { of, reach, from: self.from, to: self.to, field, below, size };
        let page = services.store()?.changes(&wanted).await?;
        Ok((page.entries.into_iter().map(ChangeView::of).collect(), page.next))
    }
}

/// Declares what the operations that list changes have in common: their parameters, and what is to be known of them.
#[must_use]
pub fn listed(operation: Operation, summary: &'static str, names: Names) -> Operation {
    let path = serde_json::json!({ "type": "string", "minLength": 1, "maxLength": MAX_PATH });
    operation
        .named(
            summary,
            "The newest first: who made each, when, and which fields it changed from what to what. A change is told of \
             within moments.",
        )
        .refuses(&[Refusal::NotFound])
        .with(Parameter::query(names.from, schema_of::<MomentText>(), "Only changes at this time or later."))
        .with(Parameter::query(names.to, schema_of::<MomentText>(), "Only changes before this time."))
        .with(Parameter::query(
            names.field,
            path,
            "Only changes of this field and of what is in it, such as `customer` or `customer.email`, without the other \
             fields.",
        ))
}

fn moment(raw: &str) -> Result<Timestamp, Reason> {
    let since = DateOrTime::parse(raw)?.moment().instant();
    Ok(Timestamp::UNIX_EPOCH.saturating_add(since).unwrap_or(Timestamp::MAX))
}
