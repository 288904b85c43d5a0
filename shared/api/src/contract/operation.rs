//! One operation of a document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    Failures, Parameter, Refusal, Shape,
    parameter::{dry_run, idempotency_key, if_match, if_none_match},
};

/// What an operation declares, in addition to what follows from its route: any operation may be throttled, and fail
/// on our side; one that is not open may refuse whoever is nobody; a POST that is not open can be made safe to repeat,
/// and it and a PUT can be rehearsed.
pub struct Operation {
    method: String,
    path: String,
    id: Option<&'static str>,
    summary: &'static str,
    description: &'static str,
    parameters: Vec<Parameter>,
    /// The bodies that it takes, by their media types.
    bodies: Vec<(&'static str, Shape)>,
    answers: Vec<Success>,
    /// Headers of every answer to what was carried out.
    headers: BTreeSet<&'static str>,
    refusals: BTreeSet<Refusal>,
    failures: &'static Failures,
    security: Option<Value>,
    keyed: bool,
}

/// What was recorded of an operation.
#[derive(Debug, Default)]
pub struct Examples {
    /// The body of a request, with its media type.
    pub request: Option<(String, Value)>,
    /// An answer: its status and its body.
    pub answer: Option<(u16, Value)>,
}

struct Success {
    status: u16,
    description: &'static str,
    media_type: &'static str,
    body: Option<Shape>,
    /// Whether it is an answer to what was carried out, and not to a rehearsal.
    real: bool,
}

impl Operation {
    /// What follows from the route alone.
    pub(super) fn new(method: &str, path: &str, open: bool, failures: &'static Failures) -> Self {
        let keyed = !open && method == "POST";
        let mut operation = Self {
            method: method.to_owned(),
            path: path.to_owned(),
            id: None,
            summary: "",
            description: "",
            parameters: Vec::new(),
            bodies: Vec::new(),
            answers: Vec::new(),
            headers: BTreeSet::new(),
            refusals: [Refusal::TooManyRequests, Refusal::Internal, Refusal::Busy].into(),
            failures,
            security: open.then(|| json!([])),
            keyed,
        };
        if !open {
            operation.refusals.extend([Refusal::Faults, Refusal::Unauthorized]);
            if matches!(method, "POST" | "PUT") {
                operation.parameters.push(dry_run());
            }
        }
        if keyed {
            operation.refusals.extend([Refusal::KeyReused, Refusal::Erased]);
            operation.headers.insert("Idempotent-Replayed");
        }
        operation
    }

    /// The route's path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it is of that method.
    #[must_use]
    pub fn is(&self, method: &str) -> bool {
        self.method == method
    }

    /// Its title, and what else there is to know.
    #[must_use]
    pub fn named(self, summary: &'static str, description: &'static str) -> Self {
        Self { summary, description, ..self }
    }

    /// Its id, where it is not the function's name.
    #[must_use]
    pub fn id(self, id: &'static str) -> Self {
        Self { id: Some(id), ..self }
    }

    /// A POST that is safe to repeat by itself, or only reads: no key makes it so.
    #[must_use]
    pub fn without_key(mut self) -> Self {
        self.keyed = false;
        self.refusals.retain(|refusal| !matches!(refusal, Refusal::KeyReused | Refusal::Erased));
        self.headers.remove("Idempotent-Replayed");
        self
    }

    /// A parameter.
    #[must_use]
    pub fn with(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn takes(self, body: Shape) -> Self {
        self.takes_as("application/json", body)
    }

    /// A body of a media type; one that takes several declares each.
    #[must_use]
    pub fn takes_as(mut self, media_type: &'static str, body: Shape) -> Self {
        self.bodies.push((media_type, body));
        self.refuses(&[Refusal::Faults, Refusal::TooLarge, Refusal::MediaType])
    }

    /// What it answers when it is done.
    #[must_use]
    pub fn answers(mut self, status: u16, body: impl Into<Option<Shape>>, description: &'static str) -> Self {
        let media_type = "application/json";
        self.answers.push(Success { status, description, media_type, body: body.into(), real: true });
        self
    }

    /// The same in another form than JSON.
    #[must_use]
    pub fn answers_as(mut self, media_type: &'static str, body: Shape, description: &'static str) -> Self {
        self.answers.push(Success { status: 200, description, media_type, body: Some(body), real: true });
        self
    }

    /// What a rehearsal answers, where that is something else.
    #[must_use]
    pub fn rehearses(mut self, body: Shape, description: &'static str) -> Self {
        let media_type = "application/json";
        self.answers.push(Success { status: 200, description, media_type, body: Some(body), real: false });
        self
    }

    /// It reads one resource, which has versions.
    #[must_use]
    pub fn reads(mut self, body: Shape, description: &'static str) -> Self {
        self = self.with(if_none_match()).answers(200, body, description);
        self = self.answers(304, None, "You have the current version.");
        self.versioned().refuses(&[Refusal::NotFound])
    }

    /// It changes one resource, which has versions.
    #[must_use]
    pub fn changes(self, status: u16, body: impl Into<Option<Shape>>, description: &'static str) -> Self {
        self.conditional().answers(status, body, description).versioned()
    }

    /// It can be asked for of one version only.
    #[must_use]
    pub fn conditional(self) -> Self {
        self.with(if_match()).refuses(&[Refusal::NotFound, Refusal::Conflict, Refusal::Version])
    }

    /// It creates a resource, and says where that is.
    #[must_use]
    pub fn creates(mut self, body: Shape, description: &'static str) -> Self {
        self.headers.insert("Location");
        self.answers(201, body, description).versioned().refuses(&[Refusal::Conflict])
    }

    /// What it answers is in a version.
    #[must_use]
    pub fn versioned(mut self) -> Self {
        self.headers.insert("ETag");
        self
    }

    /// A header of what it answers.
    #[must_use]
    pub fn with_header(mut self, name: &'static str) -> Self {
        self.headers.insert(name);
        self
    }

    /// What else it may be refused with.
    #[must_use]
    pub fn refuses(mut self, refusals: &[Refusal]) -> Self {
        self.refusals.extend(refusals);
        self
    }

    /// How it writes its failures, where that is not its dialect's way.
    #[must_use]
    pub fn fails_as(self, failures: &'static Failures) -> Self {
        Self { failures, ..self }
    }

    /// A credential may be shown as Basic, though it need not.
    #[must_use]
    pub fn takes_basic_too(self) -> Self {
        Self { security: Some(json!([{}, { "basic": [] }])), ..self }
    }

    pub(super) fn own_id(&self) -> Option<&'static str> {
        self.id
    }

    /// Adds parameters that follow from the path, before the others.
    pub(super) fn prepend(&mut self, mut parameters: Vec<Parameter>) {
        parameters.append(&mut self.parameters);
        self.parameters = parameters;
    }

    /// As OpenAPI has it; what it shares with others goes to the components.
    pub(super) fn write(mut self, id: &str, title: &str, tag: &str, examples: &Examples, to: &mut Components) -> Value {
        if self.refusals.contains(&Refusal::TooManyTries) {
            self.refusals.remove(&Refusal::TooManyRequests);
        }
        if self.keyed {
            self.parameters.push(idempotency_key());
            self.refusals.remove(&Refusal::Conflict);
            self.refusals.insert(Refusal::ConflictOrInProgress);
        }
        let title = if title.is_empty() { self.summary.to_owned() } else { format!("{}, {title}", self.summary) };
        let mut operation = Map::new();
        let mut set = |name: &str, value: Value| operation.insert(name.to_owned(), value);
        set("tags", json!([tag]));
        set("summary", title.into());
        set("description", self.description.into());
        set("operationId", id.into());
        if let Some(security) = self.security {
            set("security", security);
        }
        if !self.parameters.is_empty() {
            set("parameters", self.parameters.into_iter().map(|parameter| to.parameter(parameter)).collect());
        }
        if !self.bodies.is_empty() {
            let mut contents = Map::new();
            for (media_type, body) in self.bodies {
                let example = examples.request.as_ref().filter(|(recorded, _)| recorded == media_type);
                contents.insert(media_type.to_owned(), to.content(body, example.map(|(_, body)| body)));
            }
            set("requestBody", json!({ "required": true, "content": contents }));
        }
        let mut responses = Map::new();
        for answer in self.answers {
            let example = examples.answer.as_ref().filter(|(status, _)| *status == answer.status);
            let own = self.headers.iter().copied().filter(|_| answer.real);
            let names: Vec<_> = [REQUEST_ID].into_iter().chain(own).collect();
            let mut response =
                json!({ "description": answer.description, "headers": headers(&names, &mut to.headers) });
            if let (Some(body), Some(response)) = (answer.body, response.as_object_mut()) {
                let content = to.content(body, example.map(|(_, body)| body));
                response.insert("content".into(), json!({ answer.media_type: content }));
            }
            responses.insert(answer.status.to_string(), response);
        }
        for refusal in self.refusals {
            responses.insert(refusal.status().into(), to.refusal(refusal, self.failures));
        }
        responses.sort_keys();
        set("responses", responses.into());
        operation.into()
    }
}

/// The header that every answer of a function has.
pub(super) const REQUEST_ID: &str = "X-Request-Id";

/// The headers of answers, by name.
pub(super) type Headers = BTreeMap<&'static str, Value>;

/// References to headers, which are noted among those of the document.
pub(super) fn headers(names: &[&'static str], all: &mut Headers) -> Value {
    let mut references = Map::new();
    for name in names {
        let (component, kind, description) = match *name {
            "ETag" => ("ETag", "string", "The version of the resource."),
            "Location" => ("Location", "string", "Where what was created is."),
            "Idempotent-Replayed" => (
                "IdempotentReplayed",
                "boolean",
                "`true` where an earlier request under the key was answered with this.",
            ),
            "Retry-After" => ("RetryAfter", "integer", "After how many seconds to ask again."),
            "WWW-Authenticate" => ("WwwAuthenticate", "string", "What to show (RFC 7617, RFC 6750)."),
            "Accept-Encoding" => ("AcceptEncoding", "string", "The coding in which a body may come (RFC 9110)."),
            "X-Total-Count" => ("XTotalCount", "integer", "How many entries there are in all."),
            "Link" => ("Link", "string", "The next page, if there is one (RFC 8288)."),
            "Cache-Control" => ("CacheControl", "string", "How long the answer may be kept."),
            _ => ("XRequestId", "string", "Names this request in our log; quote it when you ask about it."),
        };
        all.insert(component, json!({ "description": description, "schema": { "type": kind } }));
        references.insert((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{component}") }));
    }
    references.into()
}

/// What the operations of a document share.
#[derive(Default)]
pub(super) struct Components {
    pub(super) schemas: BTreeMap<String, Value>,
    pub(super) responses: BTreeMap<String, Value>,
    pub(super) headers: Headers,
}

impl Components {
    fn parameter(&mut self, parameter: Parameter) -> Value {
        let (value, shape) = parameter.value();
        self.schemas.extend(shape.named);
        value
    }

    fn content(&mut self, body: Shape, example: Option<&Value>) -> Value {
        self.schemas.extend(body.named);
        match example {
            Some(example) => json!({ "schema": body.schema, "example": example }),
            None => json!({ "schema": body.schema }),
        }
    }

    fn refusal(&mut self, refusal: Refusal, failures: &Failures) -> Value {
        let name = refusal.name(failures);
        if !self.responses.contains_key(&name) {
            let (answer, body) = refusal.answer(failures, &mut self.headers);
            self.schemas.extend(body.named);
            self.responses.insert(name.clone(), answer);
        }
        json!({ "$ref": format!("#/components/responses/{name}") })
    }
}
