//! Installations as accounts have them, and how they go from one to another.

use super::reference::{Account, Model, NewInstallation};

/// An installation of an account.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) it: NewInstallation,
    /// The ids of meters that others took the place of.
    pub(super) former_meters: Vec<Option<u8>>,
    pub(super) moved_in: Option<i8>,
    /// The serial number of the account that had it before.
    from: Option<usize>,
}

impl Held {
    pub(super) fn new(it: NewInstallation) -> Self {
        Self { it, former_meters: Vec::new(), moved_in: None, from: None }
    }
}

/// An installation that an account moved out of.
#[derive(Debug, Clone)]
pub(super) struct Stay {
    pub(super) id: u8,
    pub(super) moved_in: Option<i8>,
    from: Option<usize>,
    pub(super) moved_out: i8,
}

impl Model {
    /// Who has an installation, and where among the others.
    fn holder(&self, id: u8) -> Option<(usize, usize)> {
        let holds = |account: &Account| account.installations.iter().position(|held| held.it.id == id);
        self.accounts.iter().enumerate().find_map(|(at, account)| Some((at, holds(account)?)))
    }

    pub(super) fn relocate(&mut self, id: u8, to: u8, email: Option<u8>, day: i8) -> u16 {
        let Some((at, place)) = self.holder(id) else { return 404 };
        if self.accounts[at].installations[place].moved_in.is_some_and(|last| day < last) {
            return 409;
        }
        let there = self.accounts.iter().position(|account| account.id == to);
        let receiver = match (email, there) {
            (Some(_), Some(_)) | (None, None) => return 409,
            (None, Some(there)) if there == at || self.accounts[there].status == "DELETED" => return 409,
            (Some(email), None) if self.accounts.iter().any(|account| account.email == Some(email)) => return 409,
            (_, Some(there)) => there,
            (Some(email), None) => {
                self.push(Account { id: to, email: Some(email), ..Account::default() });
                self.len() - 1
            }
        };
        let from = &mut self.accounts[at];
        let mut held = from.installations.remove(place);
        from.stays.push(Stay { id, moved_in: held.moved_in, from: held.from, moved_out: day });
        (held.moved_in, held.from) = (Some(day), Some(from.serial));
        self.accounts[receiver].installations.push(held);
        201
    }

    /// The account with a serial number, if it is there, and its last stay in an installation.
    fn former(&self, serial: usize, id: u8) -> Option<(usize, usize)> {
        let at = self.accounts.iter().position(|account| account.serial == serial)?;
        Some((at, self.accounts[at].stays.iter().rposition(|stay| stay.id == id)?))
    }

    pub(super) fn correct(&mut self, id: u8, day: i8) -> u16 {
        let Some((at, place)) = self.holder(id) else { return 404 };
        let Some(serial) = self.accounts[at].installations[place].from else { return 409 };
        if let Some((former, stay)) = self.former(serial, id) {
            let stay = &mut self.accounts[former].stays[stay];
            if stay.moved_in.is_some_and(|since| day < since) {
                return 409;
            }
            stay.moved_out = day;
        }
        self.accounts[at].installations[place].moved_in = Some(day);
        200
    }

    pub(super) fn undo(&mut self, id: u8) -> u16 {
        let Some((at, place)) = self.holder(id) else { return 404 };
        let former = self.accounts[at].installations[place].from.and_then(|serial| self.former(serial, id));
        let Some((former, stay)) = former else { return 409 };
        if self.accounts[former].status == "DELETED" {
            return 409;
        }
        let mut held = self.accounts[at].installations.remove(place);
        let stay = self.accounts[former].stays.remove(stay);
        (held.moved_in, held.from) = (stay.moved_in, stay.from);
        self.accounts[former].installations.push(held);
        200
    }
}
