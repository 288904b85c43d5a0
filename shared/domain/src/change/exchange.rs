//! How one meter takes the place of another.

use jiff::{Timestamp, civil::Date};

use super::{Changed, Part, Refused, refuse};
use crate::{Account, Flaw, FormerMeter, InstallationId, MeterId, draft::MeterDraft};

impl Account {
    /// Puts a new meter in the place of another one from a day on. What is not stated of how it is read and of
    /// what it measures is as it was. The old one's id is given up, and the installation keeps that it had it.
    ///
    /// # Errors
    /// There is none of these ids; the new meter measures something else, or breaks a rule; or `date` is before
    /// the old one was installed, before the account has the installation, or more than a year after `now`.
    pub fn replace_meter(
        &mut self,
        installation: InstallationId,
        id: MeterId,
        replacement: MeterDraft,
        date: Date,
        now: Timestamp,
    ) -> Changed {
        let (_, found) = self.find_installation(installation)?;
        let moved_in = found.moved_in;
        let place = found.meters.iter_mut().find(|meter| meter.id == id).ok_or(Refused::Missing)?;
        let mut new = replacement.complete();
        new.input_method = new.input_method.or(place.input_method);
        new.energy_type = new.energy_type.or(place.energy_type);
        new.installed_on = Some(date);
        let new_id = new.id;
        let old = std::mem::replace(place, new);
        let measures_else = old.energy_type.is_some() && old.energy_type != place.energy_type;
        let too_early = old.installed_on.filter(|since| date < *since).map(|since| Flaw::BeforeInstalled { since });
        found.former_meters.push(FormerMeter { meter: old, removed_on: date, replaced_by: new_id });

        let mut refused = Vec::new();
        if let Some(flaw) = too_early.or(self.check_day(moved_in, date, now).err()) {
            refused.push((Part::Date, flaw));
        }
        if measures_else {
            refused.push((Part::EnergyType, Flaw::Contradiction { other: "the meter whose place it takes" }));
        }
        if let Err(Refused::Parts(parts)) = self.check_changed_meter() {
            refused.extend(parts);
        }
        refuse(refused.into_iter())
    }
}
