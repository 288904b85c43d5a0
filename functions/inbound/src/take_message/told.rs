//! The event that says what came of a message.

use serde_json::{Map, Value};
use wattbook_api::{Failure, Principal, bus::Event, clock};
use wattbook_domain::events;
use wattbook_intake::{Asked, Intake, Outcome};

/// What there is to tell.
pub(super) struct Told<'a> {
    /// As whom it was done.
    pub(super) caller: &'a Principal,
    /// What the sender knows it by.
    pub(super) correlation_id: &'a str,
    /// What was asked for.
    pub(super) request: &'a Intake<'a>,
    /// What came of it.
    pub(super) outcome: &'a Outcome,
}

impl Told<'_> {
    /// The event. The same message is told of under the same id each time.
    pub(super) fn event(&self, asked: &Asked) -> Result<Event, Failure> {
        let kind = if self.outcome.effect.is_refusal() { asked.rejected } else { asked.completed };
        let reach = &self.caller.reach;
        let mut detail = Map::new();
        detail.insert("organisation_id".into(), reach.organisation.to_string().into());
        if let Some(label_partner) = self.caller.brand() {
            detail.insert("label_partner".into(), label_partner.as_str().into());
        }
        detail.insert("correlation_id".into(), self.correlation_id.into());
        match serde_json::to_value(self.outcome).map_err(|error| Failure::Internal(error.into()))? {
            Value::Object(outcome) => detail.extend(outcome),
            _ => return Err(Failure::Internal("an outcome is no object".into())),
        }
        let once = self.request.once(self.caller);
        let id = events::of_message(kind, reach.organisation, self.correlation_id, once.fingerprint());
        Ok(Event { id, kind, occurred_at: clock::now(), detail })
    }
}
