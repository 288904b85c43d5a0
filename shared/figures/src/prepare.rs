//! What has to exist before a sample event can succeed: an account to read, a credential to accept.
//!
//! The functions under measurement make it themselves, so that no second writer of the table has to
//! be kept in step with them.

use serde_json::{Value, json};

use crate::{
    event::{self, Silent},
    measure::{self, MeasureError, Subject},
    sample::{Sample, SampleError, Serial},
    store::Store,
    workspace::{OPERATOR, PROVISION, Workspace},
};

/// Why a function could not be prepared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrepareError {
    /// A sample event is not usable.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The function that writes what is needed failed.
    #[error("{0}, which has to run before: {1}")]
    Writer(&'static str, #[source] MeasureError),
    /// The function that writes what is needed does not say what it wrote.
    #[error(transparent)]
    Silent(#[from] Silent),
}

/// The function that has to run before `name`, if there is one.
pub(crate) fn writer(name: &str) -> Option<&'static str> {
    match name {
        "get-provisioned-account" => Some(PROVISION),
        "authorize-request" | "issue-token" => Some(OPERATOR),
        _ => None,
    }
}

/// Makes subjects for measurement.
pub(crate) struct Preparation<'a> {
    /// Where binaries and samples are.
    pub(crate) workspace: &'a Workspace,
    /// What the functions work on.
    pub(crate) store: &'a Store,
}

impl Preparation<'_> {
    /// The function `name` with a sample event that will succeed.
    ///
    /// # Errors
    /// There is no sample, or what it needs could not be made.
    pub(crate) async fn subject(&self, name: &str, serial: &mut Serial) -> Result<Subject, PrepareError> {
        let mut event = Sample::read(&self.workspace.event(name))?.event;
        match writer(name) {
            Some(PROVISION) => event::address(&mut event, "external", &self.account(serial).await?),
            Some(OPERATOR) => {
                let (id, key) = self.credential(serial).await?;
                event::accredit(&mut event, &id, &key);
            }
            _ => {}
        }
        Ok(self.with(name, Sample::new(event)))
    }

    /// Provisions an account and gives the caller's id for it.
    async fn account(&self, serial: &mut Serial) -> Result<String, PrepareError> {
        let sample = Sample::read(&self.workspace.event(PROVISION))?;
        let answer = self.ask(PROVISION, sample, serial).await?;
        Ok(event::member(PROVISION, &event::body(&answer), "external_account_id")?)
    }

    /// Creates an organisation and gives the id and the key of a credential of it.
    async fn credential(&self, serial: &mut Serial) -> Result<(String, String), PrepareError> {
        let sample = Sample::read(&self.workspace.event(OPERATOR))?;
        let organisation = self.ask(OPERATOR, sample, serial).await?;
        let organisation = event::member(OPERATOR, &organisation, "organisation_id")?;
        let order = json!({ "action": "issue-credential", "organisation_id": organisation, "access": "admin" });
        let credential = self.ask(OPERATOR, Sample::new(order), serial).await?;
        Ok((event::member(OPERATOR, &credential, "app_id")?, event::member(OPERATOR, &credential, "app_key")?))
    }

    async fn ask(&self, name: &'static str, sample: Sample, serial: &mut Serial) -> Result<Value, PrepareError> {
        let subject = self.with(name, sample);
        measure::ask(self.store, &subject, serial).await.map_err(|error| PrepareError::Writer(name, error))
    }

    fn with(&self, name: &str, sample: Sample) -> Subject {
        let binary = self.workspace.binary(name);
        Subject { name: name.to_owned(), binary, sample, environment: self.store.environment(name) }
    }
}
