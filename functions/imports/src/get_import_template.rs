//! `GET /imports/template`: a file to begin with.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request,
    contract::{Parameter, json, schema_of},
    fault::Reason,
    schema_types::ImportDialectWord,
};
use wattbook_domain::import::ImportDialect;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "get-import-template",
    |_, request| Box::pin(std::future::ready(get(request))),
    |operation| {
        let dialect = Parameter::query("dialect", json::<ImportDialectWord>(), "What the rows are to be bodies of.");
        operation
            .named("Download a template", "The names of all columns, as CSV, to be filled in a spreadsheet.")
            .with(dialect.required())
            .answers_as("text/csv", schema_of::<String>().into(), "The file.")
    },
)
.using(&[]);

fn get(request: &Request) -> Result<Answer, Failure> {
    request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let dialect = query.required("dialect", |raw| raw.parse::<ImportDialect>().map_err(Reason::from), &mut faults);
    query.close(&mut faults);
    faults.none()?;
    let dialect = dialect.ok_or(Failure::NotFound)?;
    let name = format!("attachment; filename=\"{}.csv\"", dialect.word());
    let template = wattbook_import::template(dialect);
    Ok(Answer::text(200, "text/csv; charset=utf-8", template).header("content-disposition", name))
}
