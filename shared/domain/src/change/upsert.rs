//! An account as another system states it, with all its parts, brought into one that may have some of them.
//!
//! What is stated is set, what is new is added, and nothing is removed: so the same statement twice changes nothing the
//! second time.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{CustomerChange, set, set_some};
use crate::{
    Account, Claim, Flaw, Installation, Meter, Place, Reach,
    draft::{AccountDraft, InstallationDraft, MeterDraft},
    rules::{self, Breach},
};

/// Where the parts of an account stand in a draft, by their positions in both.
#[derive(Default)]
struct Places {
    installations: HashMap<usize, usize>,
    meters: HashMap<(usize, usize), usize>,
}

impl Account {
    /// Brings in what is `stated`: the customer, each installation by its external id, and each meter by its external
    /// id or, where one has none, by what it measures and how it is read. What is added comes from `filled`, the same
    /// draft with all that follows from it. An installation that `reach` does not cover is not found, and so stands in
    /// the way.
    ///
    /// # Errors
    /// Every rule that is broken, by where in the draft; the account is then not to be used.
    pub fn upsert(
        &mut self,
        stated: &AccountDraft,
        filled: &AccountDraft,
        reach: &Reach,
        now: Timestamp,
    ) -> Result<(), Vec<(Breach, Flaw)>> {
        if self.is_deleted() {
            return Err(vec![(Breach::Account, Flaw::Deleted)]);
        }
        let mut broken = Vec::new();
        if self.change_customer(customer(stated), now).is_err() {
            broken.push((Breach::At(Place::ExternalAccountId), Flaw::Immutable));
        }
        let mut places = Places::default();
        for (at, (stated, filled)) in stated.installations.iter().zip(&filled.installations).enumerate() {
            let named = |it: &Installation| {
                stated.external_id.as_ref() == Some(&it.external_id) && reach.covers_brand(&it.label_partner)
            };
            let found = self.installations.iter_mut().enumerate().find(|(_, it)| named(it));
            if let Some((position, installation)) = found {
                places.installations.insert(position, at);
                let mut note = |meter, of| {
                    places.meters.insert((position, meter), of);
                };
                let set = installation.upsert(stated, &mut note);
                broken.extend(set.err().map(|flaw| (Breach::PostalCode { installation: at }, flaw)));
            } else if let Some(new) = filled.clone().complete(self.label_partner.as_ref()) {
                let position = self.installations.len();
                places.installations.insert(position, at);
                places.meters.extend((0..new.meters.len()).map(|meter| ((position, meter), meter)));
                self.installations.push(new);
            }
        }
        for (breach, flaw) in rules::check_account(self) {
            let by_value = if let Breach::At(place) = breach { stated.place_of(self, place) } else { None };
            broken.push((by_value.map_or_else(|| places.of(breach), Breach::At), flaw));
        }
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}

impl AccountDraft {
    /// Where the draft states the value that stands at `place` in an account, if it does.
    #[must_use]
    pub fn place_of(&self, account: &Account, place: Place) -> Option<Place> {
        let sought = account.claims().into_iter().find(|claim| claim.place == place)?;
        let same = |claim: &Claim| (claim.kind, &claim.value) == (sought.kind, &sought.value);
        rules::claims(self).into_iter().find(same).map(|claim| claim.place)
    }
}

impl Places {
    /// Where in the draft a rule is broken. What the draft does not state is told of what it is a part of.
    fn of(&self, breach: Breach) -> Breach {
        let (installation, meter) = match breach {
            Breach::Account
            | Breach::At(
                Place::Email | Place::ExternalAccountId | Place::AuthenticationProviderId | Place::CustomerNumber,
            ) => return breach,
            Breach::Meters { installation }
            | Breach::PostalCode { installation }
            | Breach::ContractNumber { installation }
            | Breach::ContractEnd { installation }
            | Breach::At(Place::ExternalInstallationId { installation }) => (installation, None),
            Breach::Meter { installation, meter } | Breach::At(Place::ExternalMeterId { installation, meter }) => {
                (installation, Some(meter))
            }
        };
        let Some(at) = self.installations.get(&installation).copied() else { return Breach::Account };
        match (breach, meter.and_then(|meter| self.meters.get(&(installation, meter)).copied())) {
            (Breach::ContractNumber { .. }, _) => Breach::ContractNumber { installation: at },
            (Breach::ContractEnd { .. }, _) => Breach::ContractEnd { installation: at },
            (Breach::Meter { .. }, Some(meter)) => Breach::Meter { installation: at, meter },
            (Breach::At(_), Some(meter)) => Breach::At(Place::ExternalMeterId { installation: at, meter }),
            _ => Breach::Meters { installation: at },
        }
    }
}

impl Installation {
    /// Sets what is stated, and adds the meters that are new. Of each stated meter it tells `place` where it is then,
    /// and where it stands in the draft.
    fn upsert(&mut self, stated: &InstallationDraft, place: &mut dyn FnMut(usize, usize)) -> Result<(), Flaw> {
        set(&mut self.label_partner, stated.label_partner.clone());
        set(&mut self.service_type, stated.service_type);
        self.contract.set(&stated.contract);
        for (at, (meter, found)) in stated.meters.iter().zip(self.known(&stated.meters)).enumerate() {
            if let Some((position, known)) = found.and_then(|it| Some((it, self.meters.get_mut(it)?))) {
                known.upsert(meter);
                place(position, at);
            } else {
                place(self.meters.len(), at);
                self.meters.push(meter.clone().complete());
            }
        }
        let Some(parts) = stated.address.clone() else { return Ok(()) };
        let address = self.address.get_or_insert_default();
        address.set(parts);
        address.check()
    }

    /// The positions of the meters that are stated, as far as they are there: by their ids first, so that none is taken
    /// for another whose id is stated, too; and of the rest those of the same kind, of which there is one at most.
    fn known(&self, stated: &[MeterDraft]) -> Vec<Option<usize>> {
        let by_id = |it: &MeterDraft| {
            let id = it.external_id.as_ref()?;
            self.meters.iter().position(|known| known.external_id.as_ref() == Some(id))
        };
        let mut found: Vec<_> = stated.iter().map(by_id).collect();
        for (at, meter) in stated.iter().enumerate() {
            let alike = |known: &Meter| {
                (known.energy_type, known.input_method) == (meter.energy_type, meter.input_method)
                    && (known.external_id.is_none() || meter.external_id.is_none())
            };
            let position = self.meters.iter().position(alike).filter(|it| !found.contains(&Some(*it)));
            if let Some(open @ None) = found.get_mut(at) {
                *open = position;
            }
        }
        found
    }
}

impl Meter {
    fn upsert(&mut self, stated: &MeterDraft) {
        let MeterDraft { external_id, input_method, energy_type, serial_number, register } = stated.clone();
        set_some(&mut self.external_id, external_id);
        set_some(&mut self.input_method, input_method);
        set_some(&mut self.energy_type, energy_type);
        set_some(&mut self.serial_number, serial_number);
        self.register.set(register);
    }
}

fn customer(stated: &AccountDraft) -> CustomerChange {
    let AccountDraft { external_id, email, authentication_provider_id, first_name, last_name, phone, mobile, .. } =
        stated.clone();
    CustomerChange { external_id, email, authentication_provider_id, first_name, last_name, phone, mobile }
}

#[cfg(test)]
mod tests;
