//! Lists in pages: how large a page is, where it begins, and where the next one does. What the members are called is for
//! each dialect to say ([`PageMeta`]).

use std::{borrow::Cow, marker::PhantomData};

use serde::{Serialize, de::DeserializeOwned};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{ArrayBuilder, ObjectBuilder},
    },
};
use wattbook_domain::Flaw;

use crate::{
    Answer, Failure, Faults, Principal, Request, Services,
    contract::{Operation, Parameter},
    fault::Reason,
    page_token::{self, Fingerprint},
    reader::Parameters,
};

/// The entries of a page where nobody says how many.
const PAGE_SIZE: usize = 25;

/// The most entries of a page.
const MOST: usize = 100;

/// What a dialect says about a page, and what it calls its parameters.
pub trait PageMeta: Serialize + ToSchema {
    /// The parameter of how many entries a page may have.
    const SIZE: &'static str;
    /// The parameter that leads to a page.
    const TOKEN: &'static str;

    /// About a page of up to that many entries, and what leads to the next one.
    fn new(page_size: usize, continuation_token: Option<String>) -> Self;
}

// That of the dialects of `snake_case`.
/// About a page.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PageMeta)]
pub struct SnakeCase {
    /// How many entries a page may have. One may have fewer although more follow.
    page_size: usize,
    /// Leads to the next page, with the same parameters; null on the last one.
    #[schema(required = true)]
    continuation_token: Option<String>,
}

impl PageMeta for SnakeCase {
    const SIZE: &'static str = "page_size";
    const TOKEN: &'static str = "continuation_token";

    fn new(page_size: usize, continuation_token: Option<String>) -> Self {
        Self { page_size, continuation_token }
    }
}

/// A page that is asked for.
pub struct Page<M> {
    /// How many entries it may have.
    pub size: usize,
    list: Fingerprint,
    token: Option<String>,
    path: String,
    query: Vec<(String, String)>,
    dialect: PhantomData<fn() -> M>,
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct ListView<T, M> {
    /// What is on the page.
    pub data: Vec<T>,
    /// Where to go on.
    pub links: Links,
    /// About the page.
    pub meta: M,
}

// By hand, as what is derived has one name for the lists of everything.
impl<T: ToSchema, M: ToSchema> PartialSchema for ListView<T, M> {
    fn schema() -> RefOr<Schema> {
        let entries = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
        ObjectBuilder::new()
            .description(Some("A page of a list."))
            .property("data", entries.description(Some("What is on the page.")))
            .property("links", Ref::from_schema_name(Links::name()))
            .property("meta", Ref::from_schema_name(M::name()))
            .required("data")
            .required("links")
            .required("meta")
            .into()
    }
}

impl<T: ToSchema, M: ToSchema> ToSchema for ListView<T, M> {
    fn name() -> Cow<'static, str> {
        format!("{}List", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into(), T::schema()));
        schemas.push((Links::name().into(), Links::schema()));
        schemas.push((M::name().into(), M::schema()));
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

impl<M: PageMeta> Page<M> {
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
        // Of the parts of something, such as a collective's entities, the path makes the list, too.
        let list = Fingerprint::of(
            request.path(),
            &caller.reach,
            shaping.iter().map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let size = query.optional(M::SIZE, size, &mut faults);
        let token = query.optional(M::TOKEN, |token| Ok(token.to_owned()), &mut faults);
        query.close(&mut faults);
        faults.none()?;
        let (size, path) = (size.unwrap_or(PAGE_SIZE), request.path().to_owned());
        Ok(Self { size, list, token, path, query: shaping, dialect: PhantomData })
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
            faults.query(M::TOKEN, Reason::new("invalid_token", message));
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
        Answer::json(200, &ListView { data, links: Links { next }, meta: M::new(self.size, token) })
    }

    fn link(&self, token: &str) -> Result<String, Failure> {
        let size = self.size.to_string();
        let shaping = self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs: Vec<_> = shaping.chain([(M::SIZE, size.as_str()), (M::TOKEN, token)]).collect();
        let query = serde_urlencoded::to_string(pairs).map_err(|error| Failure::Internal(error.into()))?;
        Ok(format!("{}?{query}", self.path))
    }
}

/// Declares the parameters of every list.
#[must_use]
pub fn paged<M: PageMeta>(operation: Operation) -> Operation {
    let size = serde_json::json!({ "type": "integer", "minimum": 1, "maximum": MOST });
    let token = serde_json::json!({ "type": "string" });
    let leads = format!("Leads to the next page: see `meta.{}`.", M::TOKEN);
    operation
        .with(Parameter::query(M::SIZE, size, "How many entries a page may have.").default(PAGE_SIZE))
        .with(Parameter::query(M::TOKEN, token, &leads))
}

fn size(raw: &str) -> Result<usize, Reason> {
    let size = raw.parse().ok().filter(|size| (1..=MOST).contains(size));
    size.ok_or_else(|| Flaw::OutOfRange { least: "1", most: "100" }.into())
}
