//! The model: what accounts are and what each operation does to them, as simply as it can be said.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    accounts,
    moves::{Held, Stay},
};
use crate::support::day;

pub(super) const ENERGY: [&str; 4] = ["ELECTRICITY", "GAS", "HEAT", "WATER"];

pub(super) fn service_type(batch: bool) -> &'static str {
    if batch { "BR-LR-NILM-noHW" } else { "RT-HR-NILM-HW" }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewMeter {
    pub(super) id: Option<u8>,
    pub(super) energy: u8,
    /// Since when it is there, if it took another's place.
    pub(super) since: Option<i8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewInstallation {
    pub(super) id: u8,
    pub(super) batch: bool,
    pub(super) meters: Vec<NewMeter>,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Provision {
        account: u8,
        email: u8,
        installations: Vec<NewInstallation>,
        dry: bool,
    },
    ChangeEmail {
        account: u8,
        email: u8,
    },
    ChangeProvider {
        account: u8,
        provider: u8,
    },
    Register {
        account: u8,
    },
    AddInstallation {
        account: u8,
        new: NewInstallation,
    },
    ChangeService {
        account: u8,
        id: u8,
        batch: bool,
    },
    MakePrimary {
        account: u8,
        id: u8,
    },
    RemoveInstallation {
        account: u8,
        id: u8,
    },
    AddMeter {
        account: u8,
        id: u8,
        new: NewMeter,
    },
    ChangeMeter {
        account: u8,
        id: u8,
        meter: u8,
        energy: u8,
    },
    RemoveMeter {
        account: u8,
        id: u8,
        meter: u8,
    },
    ReplaceMeter {
        account: u8,
        id: u8,
        meter: u8,
        new: NewMeter,
        day: i8,
    },
    /// To a new account with this e-mail, or to one that is there.
    Move {
        id: u8,
        to: u8,
        email: Option<u8>,
        day: i8,
    },
    CorrectMove {
        id: u8,
        day: i8,
    },
    UndoMove {
        id: u8,
    },
    /// Asks for a token, and sets a password with it.
    Reset {
        account: u8,
    },
    Erase {
        account: u8,
    },
    /// One of the other dialect.
    Here(accounts::Step),
}

impl NewMeter {
    pub(super) fn to_json(&self) -> Value {
        let mut meter = json!({"meter_energy_type": ENERGY[usize::from(self.energy)]});
        if let Some(id) = self.id {
            meter["external_meter_id"] = json!(format!("m{id}"));
        }
        meter
    }
}

impl NewInstallation {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "external_installation_id": format!("i{}", self.id),
            "service_information": {"service_type": service_type(self.batch)},
            "meters": self.meters.iter().map(NewMeter::to_json).collect::<Vec<_>>(),
        })
    }

    /// Whether its meters fit its service type and each other.
    fn is_sound(&self) -> bool {
        let distinct =
            (1..self.meters.len()).all(|i| self.meters[..i].iter().all(|m| m.energy != self.meters[i].energy));
        let fits = !self.batch || (!self.meters.is_empty() && self.meters.iter().all(|meter| meter.id.is_some()));
        distinct && fits
    }
}

/// What can be seen of an installation: id, service, meters with the days since when, former meters, day of the move.
type SeenInstallation = (String, String, Vec<String>, Vec<String>, Option<String>);

/// What can be seen of an account: e-mail, provider id and status; installations; those that it moved out of, with the days.
pub(super) type Seen =
    (Option<String>, Option<String>, &'static str, Vec<SeenInstallation>, Vec<(String, Option<String>, String)>);

#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) id: u8,
    /// Another one for each account that ever was.
    pub(super) serial: usize,
    pub(super) email: Option<u8>,
    /// Whether the e-mail was last written in capitals.
    pub(super) capitals: bool,
    /// The id at the identity provider.
    pub(super) provider: Option<u8>,
    /// Whether this very e-mail has been verified.
    pub(super) registered: bool,
    pub(super) installations: Vec<Held>,
    pub(super) stays: Vec<Stay>,
    /// Whether it belongs to no brand, which an installation would be served under.
    pub(super) brandless: bool,
    pub(super) status: &'static str,
    pub(super) owner: Option<u8>,
    pub(super) properties: BTreeMap<u8, u8>,
    pub(super) tariffs: Vec<accounts::Tariff>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            id: 0,
            serial: 0,
            email: None,
            capitals: false,
            provider: None,
            registered: false,
            installations: Vec::new(),
            stays: Vec::new(),
            brandless: false,
            status: "ACTIVE",
            owner: None,
            properties: BTreeMap::new(),
            tariffs: Vec::new(),
        }
    }
}

impl Account {
    /// The e-mail as it was last written.
    pub(super) fn letter(&self) -> Option<String> {
        let email = self.email?;
        Some(if self.capitals { format!("E{email}@Example.com") } else { format!("e{email}@example.com") })
    }

    /// Another e-mail has to be verified.
    pub(super) fn write_to(&mut self, email: u8, capitals: bool) {
        self.registered &= self.email == Some(email);
        self.email = Some(email);
        self.capitals = capitals;
    }

    /// The unique values it holds: installations, then meters.
    fn ids(&self) -> (Vec<u8>, Vec<u8>) {
        let installations = self.installations.iter().map(|held| held.it.id).collect();
        let meters = self.installations.iter().flat_map(|held| &held.it.meters).filter_map(|meter| meter.id).collect();
        (installations, meters)
    }

    fn repeats(&self) -> bool {
        let twice = |mut ids: Vec<u8>| {
            ids.sort_unstable();
            ids.windows(2).any(|pair| pair[0] == pair[1])
        };
        let (installations, meters) = self.ids();
        twice(installations) || twice(meters)
    }

    fn clashes(&self, other: &Self) -> bool {
        let ((own_i, own_m), (other_i, other_m)) = (self.ids(), other.ids());
        self.id == other.id
            || (self.email.is_some() && self.email == other.email)
            || (self.provider.is_some() && self.provider == other.provider)
            || own_i.iter().any(|id| other_i.contains(id))
            || own_m.iter().any(|id| other_m.contains(id))
    }
}

#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) accounts: Vec<Account>,
    /// How many there ever were.
    serial: usize,
}

impl Model {
    pub(super) fn len(&self) -> usize {
        self.accounts.len()
    }

    pub(super) fn owes_a_verification(&self, id: u8) -> bool {
        self.find(id).is_some_and(|account| account.email.is_some() && !account.registered)
    }

    pub(super) fn can_be_written_to(&self, id: u8) -> bool {
        self.find(id).is_some_and(|account| account.email.is_some() && account.status != "DELETED")
    }

    pub(super) fn find(&self, id: u8) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    pub(super) fn has(&self, id: u8) -> bool {
        self.find(id).is_some()
    }

    pub(super) fn clashes(&self, new: &Account) -> bool {
        self.accounts.iter().any(|other| other.clashes(new))
    }

    pub(super) fn push(&mut self, new: Account) {
        self.serial += 1;
        self.accounts.push(Account { serial: self.serial, ..new });
    }

    pub(super) fn status(&mut self, id: u8, status: &'static str) -> Option<()> {
        self.accounts.iter_mut().find(|account| account.id == id)?.status = status;
        Some(())
    }

    pub(super) fn erase(&mut self, id: u8) -> bool {
        let before = self.len();
        self.accounts.retain(|account| account.id != id);
        self.len() < before
    }

    pub(super) fn account(&self, id: u8) -> Option<Seen> {
        let account = self.find(id)?;
        let text = |days: i8| day(days.into());
        let installation = |held: &Held| {
            let meter = |meter: &NewMeter| format!("{} since {:?}", meter.to_json(), meter.since.map(text));
            let meters = held.it.meters.iter().map(meter).collect();
            let former = held.former_meters.iter().map(|id| format!("{:?}", id.map(|id| format!("m{id}")))).collect();
            let id = format!("i{}", held.it.id);
            (id, service_type(held.it.batch).to_owned(), meters, former, held.moved_in.map(text))
        };
        let stay = |stay: &Stay| (format!("i{}", stay.id), stay.moved_in.map(text), text(stay.moved_out));
        let status = match (account.registered, account.installations.iter().any(|held| !held.it.meters.is_empty())) {
            _ if account.status == "DELETED" => "deleted",
            (false, _) => "provisioned",
            (true, false) => "registered",
            (true, true) => "active",
        };
        let provider = account.provider.map(|provider| format!("p{provider}"));
        let installations = account.installations.iter().map(installation).collect();
        Some((account.letter(), provider, status, installations, account.stays.iter().map(stay).collect()))
    }

    /// Takes a step, and tells the status that answers it.
    pub(super) fn take(&mut self, step: &Step) -> u16 {
        match step {
            Step::Provision { account, email, installations, dry } => {
                let installations: Vec<_> = installations.iter().map(|new| Held::new(new.clone())).collect();
                let new = Account { id: *account, email: Some(*email), installations, ..Account::default() };
                if new.repeats() || new.installations.iter().any(|held| !held.it.is_sound()) {
                    return 400;
                }
                if self.clashes(&new) {
                    return 409;
                }
                if *dry {
                    return 200;
                }
                self.push(new);
                201
            }
            Step::ChangeEmail { account, email } => self.change(*account, 200, |account| {
                account.write_to(*email, true);
                Some(())
            }),
            Step::ChangeProvider { account, provider } => self.change(*account, 200, |account| {
                account.provider = Some(*provider);
                Some(())
            }),
            Step::Register { account } => {
                let owes = self.owes_a_verification(*account);
                if owes { self.register(*account) } else { 400 }
            }
            Step::Reset { account } => self.register(*account),
            Step::AddInstallation { new, .. } if !new.is_sound() => 400,
            Step::AddInstallation { new, .. } if NewAlone(new).repeats() => 400,
            Step::AddInstallation { account, .. } if self.find(*account).is_some_and(|found| found.brandless) => 409,
            Step::AddInstallation { account, new } => self.change(*account, 201, |account| {
                account.installations.push(Held::new(new.clone()));
                Some(())
            }),
            Step::ChangeService { account, id, batch } => self.change_at(*account, *id, 200, |installation| {
                installation.batch = *batch;
                Some(())
            }),
            Step::MakePrimary { account, id } => self.change(*account, 200, |account| {
                let at = account.installations.iter().position(|held| held.it.id == *id)?;
                let installation = account.installations.remove(at);
                account.installations.insert(0, installation);
                Some(())
            }),
            Step::RemoveInstallation { account, id } => {
                let Some(found) = self.accounts.iter_mut().find(|found| found.id == *account) else { return 404 };
                match found.installations.iter().position(|held| held.it.id == *id) {
                    _ if found.status == "DELETED" => 409,
                    None => 404,
                    // The primary one, or the last one.
                    Some(0) => 409,
                    Some(at) => {
                        found.installations.remove(at);
                        204
                    }
                }
            }
            Step::AddMeter { account, id, new } => self.change_at(*account, *id, 201, |installation| {
                installation.meters.push(new.clone());
                Some(())
            }),
            Step::ChangeMeter { account, id, meter, energy } => self.change_at(*account, *id, 200, |installation| {
                installation.meters.iter_mut().find(|found| found.id == Some(*meter))?.energy = *energy;
                Some(())
            }),
            Step::RemoveMeter { account, id, meter } => self.change_at(*account, *id, 204, |installation| {
                let at = installation.meters.iter().position(|found| found.id == Some(*meter))?;
                installation.meters.remove(at);
                Some(())
            }),
            Step::ReplaceMeter { account, id, meter, new, day } => self.replace(*account, *id, *meter, new, *day),
            Step::Move { id, to, email, day } => self.relocate(*id, *to, *email, *day),
            Step::CorrectMove { id, day } => self.correct(*id, *day),
            Step::UndoMove { id } => self.undo(*id),
            Step::Erase { account } => {
                if self.erase(*account) {
                    204
                } else {
                    404
                }
            }
            Step::Here(step) => self.take_here(step),
        }
    }

    fn register(&mut self, id: u8) -> u16 {
        match self.accounts.iter_mut().find(|found| found.id == id) {
            Some(found) if found.email.is_some() && found.status != "DELETED" => {
                found.registered = true;
                200
            }
            _ => 400,
        }
    }

    /// Changes an account that is not deleted as a whole, or not at all.
    pub(super) fn change(&mut self, id: u8, done: u16, edit: impl FnOnce(&mut Account) -> Option<()>) -> u16 {
        let Some(at) = self.accounts.iter().position(|account| account.id == id) else { return 404 };
        let mut changed = self.accounts[at].clone();
        if changed.status == "DELETED" {
            return 409;
        }
        if edit(&mut changed).is_none() {
            return 404;
        }
        let sound = changed.installations.iter().all(|held| held.it.is_sound());
        let clash = self.accounts.iter().enumerate().any(|(i, other)| i != at && other.clashes(&changed));
        if !sound || changed.repeats() || clash {
            return 409;
        }
        self.accounts[at] = changed;
        done
    }

    fn change_at(
        &mut self,
        account: u8,
        id: u8,
        done: u16,
        edit: impl FnOnce(&mut NewInstallation) -> Option<()>,
    ) -> u16 {
        self.change(account, done, |account| {
            let found = account.installations.iter_mut().find(|held| held.it.id == id)?;
            edit(&mut found.it)
        })
    }

    fn replace(&mut self, account: u8, id: u8, meter: u8, new: &NewMeter, day: i8) -> u16 {
        let held = self.find(account).and_then(|found| found.installations.iter().find(|held| held.it.id == id));
        let old = held.and_then(|held| Some((held, held.it.meters.iter().find(|old| old.id == Some(meter))?)));
        if let Some((held, old)) = old
            && (old.energy != new.energy || [held.moved_in, old.since].into_iter().flatten().any(|since| day < since))
        {
            return 409;
        }
        self.change(account, 201, |account| {
            let held = account.installations.iter_mut().find(|held| held.it.id == id)?;
            let old = held.it.meters.iter_mut().find(|found| found.id == Some(meter))?;
            *old = NewMeter { since: Some(day), ..new.clone() };
            held.former_meters.push(Some(meter));
            Some(())
        })
    }
}

/// An installation that is not part of an account yet.
struct NewAlone<'a>(&'a NewInstallation);

impl NewAlone<'_> {
    fn repeats(&self) -> bool {
        Account { installations: vec![Held::new(self.0.clone())], ..Account::default() }.repeats()
    }
}

/// The same of an answer.
pub(super) fn seen(account: &Value) -> Seen {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let installation = |installation: &Value| {
        let meter = |meter: &Value| {
            let mut meter = meter.clone();
            meter.as_object_mut().unwrap().remove("meter_id");
            let mut ordered = json!({"meter_energy_type": meter["meter_energy_type"]});
            if let Some(id) = meter.get("external_meter_id") {
                ordered["external_meter_id"] = id.clone();
            }
            format!("{ordered} since {:?}", meter["installed_on"].as_str())
        };
        let former = installation["former_meters"].as_array().into_iter().flatten();
        (
            text(&installation["external_installation_id"]),
            text(&installation["service_information"]["service_type"]),
            installation["meters"].as_array().unwrap().iter().map(meter).collect(),
            former.map(|meter| format!("{:?}", meter["external_meter_id"].as_str())).collect(),
            installation["moved_in"].as_str().map(str::to_owned),
        )
    };
    let installations = account["installation_info"].as_array().unwrap().iter().map(installation).collect();
    let customer = &account["customer_info"];
    let provider = customer["external_authentication_provider_id"].as_str().map(str::to_owned);
    let known = ["provisioned", "registered", "active", "deleted"];
    let status = known.into_iter().find(|word| account["status"] == *word).unwrap();
    let stay = |stay: &Value| {
        (
            text(&stay["external_installation_id"]),
            stay["moved_in"].as_str().map(str::to_owned),
            text(&stay["moved_out"]),
        )
    };
    let stays = account["former_installations"].as_array().into_iter().flatten().map(stay).collect();
    (customer["email"].as_str().map(str::to_owned), provider, status, installations, stays)
}
