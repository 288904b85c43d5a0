//! What everything that asks for something with a body is read into, before its body is: a `POST`, or a message or a
//! line of a file that asks for the same.

use deserr::Deserr;
use serde_json::Value;

use crate::{
    Failure, Faults, Principal, Request, body,
    http::MAX_BODY_BYTES,
    idempotency::Once,
    json::{self, Document},
};

/// A request that asks for something.
pub struct Posted {
    /// Who asks.
    pub caller: Principal,
    /// Whether nothing is to be stored.
    pub dry_run: bool,
    /// The idempotency key, if the request has one.
    pub once: Option<Once>,
    /// The body, as it came.
    pub document: Value,
    /// What was wrong so far.
    pub faults: Faults,
}

impl Posted {
    /// Reads all but what the body asks for.
    ///
    /// # Errors
    /// The caller is not known, or the body is no JSON.
    pub fn read(request: &Request) -> Result<Self, Failure> {
        let caller = request.principal()?;
        let (mut query, mut faults) = (request.query(), Faults::default());
        let dry_run = query.switch("dryRun", &mut faults);
        query.close(&mut faults);
        let once = Once::of(request, &caller, &mut faults);
        let document = request.json(&mut faults)?.value;
        Ok(Self { caller, dry_run, once, document, faults })
    }

    /// The same of a body that did not come over HTTP.
    ///
    /// # Errors
    /// The body is larger than one over HTTP may be, or no JSON.
    pub fn brought(caller: Principal, once: Once, body: &[u8]) -> Result<Self, Failure> {
        if body.len() > MAX_BODY_BYTES {
            return Err(Failure::BodyTooLarge);
        }
        let mut faults = Faults::default();
        let Document { value: document, .. } = json::document(body, &mut faults)?;
        Ok(Self { caller, dry_run: false, once: Some(once), document, faults })
    }

    /// What the body asks for; faults that do not stand in the way of reading it are left to be told with others.
    ///
    /// # Errors
    /// It cannot be read: all faults that were found.
    pub fn body<B: Deserr<Faults>>(&mut self) -> Result<B, Failure> {
        let body = body::read(&self.document, &mut self.faults);
        body.ok_or_else(|| Failure::Faults(std::mem::take(&mut self.faults)))
    }

    /// The same where nothing else is to be found.
    ///
    /// # Errors
    /// There are faults.
    pub fn sound_body<B: Deserr<Faults>>(&mut self) -> Result<B, Failure> {
        let body = self.body()?;
        std::mem::take(&mut self.faults).none()?;
        Ok(body)
    }
}
