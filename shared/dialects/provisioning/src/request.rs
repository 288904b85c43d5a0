//! What the bodies of this dialect ask for, in the words of the domain.
//!
//! Values are read first ([`bodies`](super::bodies)). Rules that span several of them wait until all could be
//! read; only of label partners it is said at once whether the caller can use them.

use jiff::civil::Date;
use serde_json::Value;
use wattbook_domain::{
    AccountId, Address, Contract, ExternalId, Flaw, LabelPartnerCode, Register,
    change::{CustomerChange, InstallationChange, MeterChange},
    draft::{AccountDraft, InstallationDraft, MeterDraft},
    rules,
};

use crate::{
    bodies::{
        AccountBody, AddInstallationBody, AddressBody, ContractBody, CustomerBody, CustomerChangeBody,
        InstallationBody, InstallationChangeBody, MeterBody, MoveBody, MoveCorrectionBody, MoveToBody, RegisterBody,
        ReplacementBody, ServiceBody,
    },
    breach_pointer,
};
use wattbook_api::{Faults, Principal, body, fault::Pointer};

/// Reads the body of `POST /account`, noting every fault. What comes back is complete if no fault was
/// noted.
pub fn account(body: &Value, principal: &Principal, faults: &mut Faults) -> AccountDraft {
    stated_account(body, principal, faults).1
}

/// The same as it is stated, and then with the service types that follow where none is stated.
pub fn stated_account(body: &Value, principal: &Principal, faults: &mut Faults) -> (AccountDraft, AccountDraft) {
    let root = Pointer::root();
    let installations = body.get("installation_info").and_then(Value::as_array).map_or(0, Vec::len);
    let brands = (0..installations).map(|i| root.child("installation_info").child(i));
    refuse_unusable([root.clone()].into_iter().chain(brands), body, principal, faults);
    let read = body::read::<AccountBody>(body, faults);
    let stated = read.map(|read| account_draft(read, faults)).unwrap_or_default();
    let draft = filled_in(stated.clone(), principal);
    note_broken(&draft, "", faults);
    faults.sort_by(body);
    (stated, draft)
}

/// Who moves in.
#[derive(Debug, Clone)]
pub enum Incoming {
    /// Somebody new.
    New(Box<AccountDraft>),
    /// Who has the account of our id.
    Id(AccountId),
    /// Who has the account of the caller's own id.
    Own(ExternalId),
}

/// Reads the body of `POST /installation/{external_installation_id}/move`: when, and who moves in.
pub fn relocation(body: &Value, faults: &mut Faults) -> Option<(Date, Incoming)> {
    let MoveBody { move_date, to } = body::read(body, faults)?;
    let MoveToBody { account_id, external_account_id, customer_info, create_verified_user } = to;
    let verified = create_verified_user.unwrap_or(false);
    let new = |read| Incoming::New(Box::new(AccountDraft { email_verified: verified, ..customer(read) }));
    let known = account_id.map(Incoming::Id).or(external_account_id.map(Incoming::Own));
    Some((move_date, known.or(customer_info.map(new))?))
}

/// Reads the body of `PUT /installation/{external_installation_id}/move`.
pub fn move_correction(body: &Value, faults: &mut Faults) -> Option<Date> {
    body::read(body, faults).map(|MoveCorrectionBody { move_date }| move_date)
}

/// Reads the body of `POST …/meter/{meter_id}/replacement`: when, and which meter comes.
pub fn replacement(body: &Value, faults: &mut Faults) -> Option<(Date, MeterDraft)> {
    let ReplacementBody { exchange_date, meter } = body::read(body, faults)?;
    Some((exchange_date, meter_draft(meter)))
}

/// Reads the body of `PUT /account/{account_id}/customer-info`.
pub fn customer_change(body: &Value, faults: &mut Faults) -> CustomerChange {
    let Some(read) = body::read::<CustomerChangeBody>(body, faults) else { return CustomerChange::default() };
    let person = read.contact_info.unwrap_or_default();
    CustomerChange {
        external_id: read.external_account_id,
        email: read.email,
        authentication_provider_id: read.external_authentication_provider_id,
        first_name: person.firstname,
        last_name: person.lastname,
        phone: person.phone_number,
        mobile: person.mobile_number,
    }
}

/// Reads the body of `POST /account/{account_id}/installation`. The service type is left open where
/// only the account's brand could fill it in.
pub fn installation(body: &Value, principal: &Principal, faults: &mut Faults) -> InstallationDraft {
    refuse_unusable([Pointer::root()], body, principal, faults);
    let Some(read) = body::read::<AddInstallationBody>(body, faults) else { return InstallationDraft::default() };
    let draft = installation_draft(InstallationBody {
        external_installation_id: read.external_installation_id,
        labelpartner: read.labelpartner,
        address_info: read.address_info,
        service_information: read.service_information,
        contract_information: read.contract_information,
        meters: read.meters,
        create_verified_user: None,
    });
    let alone = filled_in(AccountDraft { installations: vec![draft], ..AccountDraft::default() }, principal);
    note_broken(&alone, "/installation_info/0", faults);
    faults.sort_by(body);
    alone.installations.into_iter().next().unwrap_or_default()
}

/// Reads the body of `PUT /account/{account_id}/installation/{installation_id}`.
pub fn installation_change(body: &Value, principal: &Principal, faults: &mut Faults) -> InstallationChange {
    refuse_unusable([Pointer::root()], body, principal, faults);
    let Some(read) = body::read::<InstallationChangeBody>(body, faults) else { return InstallationChange::default() };
    InstallationChange {
        external_id: read.external_installation_id,
        label_partner: read.labelpartner,
        address: read.address_info.map(address),
        service_type: read.service_information.and_then(|service| service.service_type),
        contract: read.contract_information.map(contract).unwrap_or_default(),
    }
}

/// Reads the body of a meter to be added.
pub fn meter(body: &Value, faults: &mut Faults) -> MeterDraft {
    body::read(body, faults).map(meter_draft).unwrap_or_default()
}

/// Reads the body of a meter to be changed.
pub fn meter_change(body: &Value, faults: &mut Faults) -> MeterChange {
    let draft = meter(body, faults);
    MeterChange {
        external_id: draft.external_id,
        input_method: draft.input_method,
        energy_type: draft.energy_type,
        serial_number: draft.serial_number,
        register: draft.register,
    }
}

/// Refuses the label partners that the caller cannot use, like those that do not exist. Where they
/// stand is known of a body whatever else is wrong with it.
fn refuse_unusable(
    holders: impl IntoIterator<Item = Pointer>,
    body: &Value,
    principal: &Principal,
    faults: &mut Faults,
) {
    for path in holders.into_iter().map(|holder| holder.child("labelpartner")) {
        let stated = body.pointer(path.as_str()).and_then(Value::as_str);
        let code = stated.and_then(|stated| LabelPartnerCode::parse(stated).ok());
        if code.is_some_and(|code| principal.default_service_type(&code).is_none()) {
            faults.body(&path, Flaw::UnknownLabelPartner);
        }
    }
}

/// `create_verified_user` is listed by the seed among the fields of an installation although it is said
/// of the account: accepted in both places, as long as they agree.
fn account_draft(read: AccountBody, faults: &mut Faults) -> AccountDraft {
    let name = "create_verified_user";
    let of_installation = |(i, body): (usize, &InstallationBody)| {
        (Pointer::root().child("installation_info").child(i).child(name), body.create_verified_user)
    };
    let of_account = (Pointer::root().child(name), read.create_verified_user);
    let stated = read.installation_info.iter().enumerate().map(of_installation).chain([of_account]);
    let mut verified = None;
    for (path, stated) in stated.filter_map(|(path, stated)| Some((path, stated?))) {
        if *verified.get_or_insert(stated) != stated {
            faults.body(&path, Flaw::Contradiction { other: "another create_verified_user of this request" });
        }
    }
    AccountDraft {
        email_verified: verified.unwrap_or(false),
        installations: read.installation_info.into_iter().map(installation_draft).collect(),
        label_partner: Some(read.labelpartner),
        ..customer(read.customer_info)
    }
}

fn customer(read: CustomerBody) -> AccountDraft {
    AccountDraft {
        external_id: Some(read.external_account_id),
        email: Some(read.email),
        authentication_provider_id: read.external_authentication_provider_id,
        first_name: Some(read.contact_info.firstname),
        last_name: Some(read.contact_info.lastname),
        phone: read.contact_info.phone_number,
        mobile: read.contact_info.mobile_number,
        ..AccountDraft::default()
    }
}

/// With the service type that is its brand's default, where none is stated.
fn filled_in(mut draft: AccountDraft, principal: &Principal) -> AccountDraft {
    for installation in &mut draft.installations {
        let brand = installation.label_partner.as_ref().or(draft.label_partner.as_ref());
        let default = || principal.default_service_type(brand?);
        installation.service_type = installation.service_type.or_else(default);
    }
    draft
}

fn installation_draft(read: InstallationBody) -> InstallationDraft {
    InstallationDraft {
        service_type: read.service_information.and_then(|ServiceBody { service_type }| service_type),
        external_id: Some(read.external_installation_id),
        label_partner: read.labelpartner,
        address: read.address_info.map(address),
        contract: read.contract_information.map(contract).unwrap_or_default(),
        meters: read.meters.unwrap_or_default().into_iter().map(meter_draft).collect(),
    }
}

fn address(read: AddressBody) -> Address {
    Address {
        street: read.street_no,
        house_number: read.house_no,
        suffix: read.suffix,
        postal_code: read.postal_code,
        country: read.country_code,
    }
}

fn meter_draft(read: MeterBody) -> MeterDraft {
    MeterDraft {
        external_id: read.external_meter_id,
        input_method: read.meter_input_method,
        energy_type: read.meter_energy_type,
        serial_number: read.meter_serial_number,
        register: read.meter_register.map(register).unwrap_or_default(),
    }
}

fn register(read: RegisterBody) -> Register {
    let RegisterBody { digits, decimals, constant, unit } = read;
    Register { digits, decimals, constant, unit }
}

fn contract(read: ContractBody) -> Contract {
    Contract {
        number: read.contract_no,
        ledger_number: read.ledger_no,
        starts_on: read.start_date,
        ends_on: read.end_date,
        kinds: read.kinds.unwrap_or_default().into_iter().collect(),
    }
}

/// Notes every rule that a draft breaks; of a draft of nothing there is none.
fn note_broken(draft: &AccountDraft, prefix: &str, faults: &mut Faults) {
    for (breach, flaw) in rules::check(draft) {
        faults.body(&breach_pointer(breach).below(prefix), flaw);
    }
}
