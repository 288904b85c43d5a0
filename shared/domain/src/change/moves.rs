//! How an installation goes from one account to another: its last move, and how that is mended.
//!
//! Two accounts tell of a move. Who has the installation knows since when, and who had it before; who had it
//! knows until when.

use jiff::{Timestamp, civil::Date};

use super::{Changed, Part, Refused, check_ahead};
use crate::{Account, AccountId, Building, Flaw, FormerInstallation, Installation, InstallationId};

impl Account {
    /// Moves out of an installation, and gives it as whoever moves in gets it: with its ids and its
    /// meters. The account keeps that it had it, and may be left without any.
    ///
    /// # Errors
    /// There is none of that id; or `date` is before the last recorded move of the installation, without one
    /// before the account was created, or more than a year after `now`.
    pub fn move_out(&mut self, id: InstallationId, date: Date, now: Timestamp) -> Result<Installation, Refused> {
        let moved_in = self.find_installation(id)?.1.moved_in;
        self.check_day(moved_in, date, now).map_err(at_date)?;
        let mut moved = self.take(id)?;
        self.former_installations.push(FormerInstallation {
            id,
            ordinal: moved.ordinal.take(),
            meter_ordinals: moved.meters.iter_mut().filter_map(|it| Some((it.id, it.ordinal.take()?))).collect(),
            external_id: moved.external_id.clone(),
            label_partner: moved.label_partner.clone(),
            address: moved.address.clone(),
            contract: moved.contract.clone(),
            kinds: moved.contract_kinds(),
            moved_in,
            moved_from: moved.moved_from,
            moved_out: date,
        });
        moved.contract = moved.contract.begun(date);
        moved.moved_in = Some(date);
        moved.moved_from = Some(self.id);
        for meter in &mut moved.meters {
            meter.building = Building::default();
        }
        Ok(moved)
    }

    /// The account that an installation came from by its last move.
    ///
    /// # Errors
    /// There is none of that id, or it never moved.
    pub fn moved_from(&self, id: InstallationId) -> Result<AccountId, Refused> {
        let installation = self.installations.iter().find(|it| it.id == id).ok_or(Refused::Missing)?;
        installation.moved_from.ok_or_else(never_moved)
    }

    /// Puts another day on the last move of an installation; `self` has it, and `former` had it before, if that
    /// is still there.
    ///
    /// # Errors
    /// There is none of that id, it never moved, or the day would be one that [`Self::move_out`] refuses.
    pub fn correct_move(
        &mut self,
        former: Option<&mut Self>,
        id: InstallationId,
        date: Date,
        now: Timestamp,
    ) -> Changed {
        self.moved_from(id)?;
        match former {
            Some(former) => {
                let moved_in = former.last_stay(id)?.moved_in;
                former.check_day(moved_in, date, now).map_err(at_date)?;
                former.last_stay(id)?.moved_out = date;
            }
            // Since when an account had it that is erased, nobody knows.
            None => check_ahead(date, now).map_err(at_date)?,
        }
        let installation = self.find_installation(id)?.1;
        let moved_in = installation.moved_in.replace(date);
        // A contract that began with the move begins with it still.
        if installation.contract.starts_on == moved_in {
            installation.contract.starts_on = Some(date);
        }
        Ok(())
    }

    /// Undoes the last move of an installation, as if it had never been: `self` has it, and `former` gets it back,
    /// as its last one.
    ///
    /// # Errors
    /// There is none of that id, it never moved, or the rules of the former account do not bear it.
    pub fn undo_move(&mut self, former: &mut Self, id: InstallationId) -> Changed {
        self.moved_from(id)?;
        former.check_live()?;
        let mut installation = self.take(id)?;
        let stays = &mut former.former_installations;
        let last = stays.iter().rposition(|stay| stay.id == id).ok_or_else(never_moved)?;
        let stay = stays.remove(last);
        installation.moved_in = stay.moved_in;
        installation.moved_from = stay.moved_from;
        installation.contract = stay.contract;
        installation.ordinal = stay.ordinal;
        for meter in &mut installation.meters {
            meter.ordinal = stay.meter_ordinals.get(&meter.id).copied();
        }
        former.add_installation(installation)
    }

    fn take(&mut self, id: InstallationId) -> Result<Installation, Refused> {
        let (position, _) = self.find_installation(id)?;
        Ok(self.installations.remove(position))
    }

    /// The last stay in an installation that the account moved out of.
    fn last_stay(&mut self, id: InstallationId) -> Result<&mut FormerInstallation, Refused> {
        let stay = self.former_installations.iter_mut().rfind(|stay| stay.id == id);
        stay.ok_or_else(never_moved)
    }
}

fn never_moved() -> Refused {
    Refused::whole(Flaw::NeverMoved)
}

fn at_date(flaw: Flaw) -> Refused {
    Refused::Parts(vec![(Part::Date, flaw)])
}
