//! Lists: how large a page is, where it begins, and where the next one does.

use std::borrow::Cow;

use serde::{Serialize, de::DeserializeOwned};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{ArrayBuilder, ObjectBuilder},
    },
};
use wattbook_api::{
    Answer, Failure, Faults, Principal, Request, Services,
    contract::{self, Operation, Parameter, schema_of},
    fault::Reason,
    page_token::{self, Fingerprint},
    reader::Parameters,
    schema_types::{EntityTypeWord, ExternalIdText, Line64},
};
use wattbook_domain::{
    AccessLevel, AccountId, ExternalId, Flaw, LabelPartnerCode, Text,
    catalogue::{EntityType, matched},
};

use crate::catalogue::entity_type;

/// The entries of a page where nobody says how many.
const PAGE_SIZE: usize = 25;

/// The most entries of a page.
const MOST: usize = 100;

const SIZE: &str = "pageSize";
const TOKEN: &str = "continuationToken";

/// A page that is asked for.
pub struct Page {
    /// How many entries it may have.
    pub size: usize,
    list: Fingerprint,
    token: Option<String>,
    path: String,
    query: Vec<(String, String)>,
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct ListView<T> {
    /// What is on the page.
    pub data: Vec<T>,
    /// Where to go on.
    pub links: Links,
    /// About the page.
    pub meta: PageMeta,
}

// By hand, as what is derived has one name for the lists of everything.
impl<T: ToSchema> PartialSchema for ListView<T> {
    fn schema() -> RefOr<Schema> {
        let entries = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
        ObjectBuilder::new()
            .description(Some("A page of a list."))
            .property("data", entries.description(Some("What is on the page.")))
            .property("links", Ref::from_schema_name(Links::name()))
            .property("meta", Ref::from_schema_name(PageMeta::name()))
            .required("data")
            .required("links")
            .required("meta")
            .into()
    }
}

impl<T: ToSchema> ToSchema for ListView<T> {
    fn name() -> Cow<'static, str> {
        format!("{}List", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into(), T::schema()));
        schemas.push((Links::name().into(), Links::schema()));
        schemas.push((PageMeta::name().into(), PageMeta::schema()));
        T::schemas(schemas);
    }
}

/// Where to go on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Links {
    /// The next page, as a path with its query; null on the last one.
    #[schema(required = true)]
    next: Option<String>,
}

/// About a page.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageMeta {
    /// How many entries a page may have. One may have fewer although more follow.
    page_size: usize,
    /// Leads to the next page, with the same parameters; null on the last one.
    #[schema(required = true)]
    continuation_token: Option<String>,
}

impl Page {
    /// Reads what a page is asked for by, after all other parameters of the query have been. No other parameter is known.
    ///
    /// # Errors
    /// The query has faults.
    pub fn read(
        request: &Request,
        caller: &Principal,
        mut query: Parameters<'_>,
        mut faults: Faults,
    ) -> Result<Self, Failure> {
        let shaping: Vec<_> = query.given().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        // Of a collective's entities the collective makes the list, too.
        let list = Fingerprint::of(
            request.path(),
            &caller.reach,
            shaping.iter().map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let size = query.optional(SIZE, size, &mut faults);
        let token = query.optional(TOKEN, |token| Ok(token.to_owned()), &mut faults);
        query.close(&mut faults);
        faults.none()?;
        let size = size.unwrap_or(PAGE_SIZE);
        Ok(Self { size, list, token, path: request.path().to_owned(), query: shaping })
    }

    /// Where it begins: what was kept of the page before.
    ///
    /// # Errors
    /// The token is none of this list.
    pub fn place<P: DeserializeOwned>(&self, services: &Services) -> Result<Option<P>, Failure> {
        let Some(token) = &self.token else { return Ok(None) };
        page_token::open(services.signing_keys()?, &self.list, token).map(Some).map_err(|_| {
            let message = "is not a token of this list: send it as it came, with the same parameters and credential, or \
                           leave it out to begin anew";
            let mut faults = Faults::default();
            faults.query(TOKEN, Reason::new("invalid_token", message));
            Failure::Faults(faults)
        })
    }

    /// Answers with the page.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn answer<T: Serialize, P: Serialize>(
        &self,
        services: &Services,
        data: Vec<T>,
        next: Option<P>,
    ) -> Result<Answer, Failure> {
        let token = next.map(|place| page_token::seal(services.signing_keys()?, &self.list, &place)).transpose()?;
        let next = token.as_deref().map(|token| self.link(token)).transpose()?;
        let meta = PageMeta { page_size: self.size, continuation_token: token };
        Answer::json(200, &ListView { data, links: Links { next }, meta })
    }

    fn link(&self, token: &str) -> Result<String, Failure> {
        let size = self.size.to_string();
        let shaping = self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs: Vec<_> = shaping.chain([(SIZE, size.as_str()), (TOKEN, token)]).collect();
        let query = serde_urlencoded::to_string(pairs).map_err(|error| Failure::Internal(error.into()))?;
        Ok(format!("{}?{query}", self.path))
    }
}

/// The brand that a caller's lists are of; none for all of the organisation.
#[must_use]
pub fn brand(caller: &Principal) -> Option<&LabelPartnerCode> {
    match &caller.reach.access {
        AccessLevel::Admin => None,
        AccessLevel::LabelPartner { label_partner } => Some(label_partner),
    }
}

/// Declares the parameters of every list.
#[must_use]
pub fn paged(operation: Operation) -> Operation {
    let size = serde_json::json!({ "type": "integer", "minimum": 1, "maximum": MOST });
    let token = serde_json::json!({ "type": "string" });
    operation
        .with(Parameter::query(SIZE, size, "How many entries a page may have.").default(PAGE_SIZE))
        .with(Parameter::query(TOKEN, token, "Leads to the next page: see `meta.continuationToken`."))
}

/// Declares the filters that lists of requests and of entities have in common.
#[must_use]
pub fn filtered(operation: Operation) -> Operation {
    let uuid = serde_json::json!({ "type": "string", "format": "uuid" });
    operation
        .with(Parameter::query("type", contract::json::<EntityTypeWord>(), "Only those of this type."))
        .with(Parameter::query("manufacturer", schema_of::<Line64>(), "Only those of this manufacturer."))
        .with(Parameter::query("accountId", uuid, "Only those of this account."))
        .with(Parameter::query("reference", schema_of::<ExternalIdText>(), "Only those of this reference of yours."))
}

/// Reads them: what entries of the list have to have.
pub fn filters(query: &mut Parameters<'_>, faults: &mut Faults) -> Vec<(&'static str, String)> {
    let all = [
        ("type", query.optional("type", type_word, faults)),
        ("manufacturer", query.optional("manufacturer", manufacturer, faults)),
        ("account", query.optional("accountId", account_id, faults)),
        ("reference", query.optional("reference", reference, faults)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn type_word(raw: &str) -> Result<String, Reason> {
    let word = entity_type(raw).map(|it| it.word().to_owned());
    word.ok_or_else(|| Flaw::NotOneOf { allowed: EntityType::WORDS }.into())
}

fn manufacturer(raw: &str) -> Result<String, Reason> {
    Ok(matched(Text::<64>::parse(raw)?.as_str()))
}

fn account_id(raw: &str) -> Result<String, Reason> {
    raw.parse::<AccountId>().map(|id| id.to_string()).map_err(|_| Flaw::AccountId.into())
}

fn reference(raw: &str) -> Result<String, Reason> {
    Ok(ExternalId::parse(raw)?.canonical().into_owned())
}

fn size(raw: &str) -> Result<usize, Reason> {
    let size = raw.parse().ok().filter(|size| (1..=MOST).contains(size));
    size.ok_or_else(|| Flaw::OutOfRange { least: "1", most: "100" }.into())
}
