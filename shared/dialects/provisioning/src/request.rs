//! Reading the nested body.

use jiff::civil::Date;
use serde_json::Value;
use wattbook_domain::{
    Address, CountryCode, Email, EnergyType, ExternalId, Flaw, InputMethod, LabelPartnerCode, Name, ServiceType, Text,
    change::{CustomerChange, InstallationChange},
    draft::{AccountDraft, InstallationDraft, MeterDraft},
    rules,
};

use crate::breach_pointer;
use wattbook_api::{
    Faults, Principal,
    fault::Pointer,
    reader::{Members, boolean, text},
};

/// Reads the body of `POST /account`, noting every fault, those of the rules included. What comes
/// back is complete if no fault was noted.
pub fn account(body: &Value, principal: &Principal, faults: &mut Faults) -> AccountDraft {
    let mut members = Members::of(Pointer::root(), body, faults);
    let label_partner = members.required("labelpartner", |v| usable(v, principal), faults);
    let mut draft = AccountDraft::default();
    read_customer(members.required_object("customer_info", faults), &mut draft, faults);
    let mut verified = Verified::default();
    for mut installation in members.required_list("installation_info", faults) {
        verified.read(&mut installation, faults);
        draft.installations.push(read_installation(installation, label_partner.as_ref(), principal, faults));
    }
    verified.read(&mut members, faults);
    members.close(faults);
    draft.label_partner = label_partner;
    draft.email_verified = verified.0.unwrap_or(false);
    for (breach, flaw) in rules::check(&draft) {
        faults.body(&breach_pointer(breach), flaw);
    }
    faults.sort_by(body);
    draft
}

fn read_customer(mut customer: Members<'_>, draft: &mut AccountDraft, faults: &mut Faults) {
    draft.external_id = customer.required("external_account_id", text(ExternalId::parse), faults);
    draft.email = customer.required("email", text(Email::parse), faults);
    draft.authentication_provider_id =
        customer.optional("external_authentication_provider_id", text(Text::parse), faults);
    let mut contact = customer.required_object("contact_info", faults);
    draft.first_name = contact.required("firstname", text(Name::parse), faults);
    draft.last_name = contact.required("lastname", text(Name::parse), faults);
    contact.close(faults);
    customer.close(faults);
}

/// Reads the body of `POST /installation/{external_installation_id}/move`: when, and who moves in.
pub fn relocation(body: &Value, faults: &mut Faults) -> (Option<Date>, AccountDraft) {
    let mut members = Members::of(Pointer::root(), body, faults);
    let date = members.required("move_date", text(|day| day.parse().map_err(|_| Flaw::Date)), faults);
    let mut to = members.required_object("to", faults);
    let mut draft = AccountDraft::default();
    read_customer(to.required_object("customer_info", faults), &mut draft, faults);
    draft.email_verified = to.optional("create_verified_user", boolean, faults).unwrap_or(false);
    to.close(faults);
    members.close(faults);
    faults.sort_by(body);
    (date, draft)
}

/// `create_verified_user`, which the seed lists among the fields of an installation although it is
/// said of the account: accepted in both places, as long as they agree.
#[derive(Default)]
struct Verified(Option<bool>);

impl Verified {
    const NAME: &str = "create_verified_user";

    fn read(&mut self, members: &mut Members<'_>, faults: &mut Faults) {
        let Some(stated) = members.optional(Self::NAME, boolean, faults) else { return };
        if *self.0.get_or_insert(stated) != stated {
            let flaw = Flaw::Contradiction { other: "another create_verified_user of this request" };
            faults.body(&members.path().child(Self::NAME), flaw);
        }
    }
}

/// A label partner that the caller can use. One of the same organisation that it cannot use is
/// refused like one that does not exist.
fn usable(value: &Value, principal: &Principal) -> Result<LabelPartnerCode, wattbook_api::fault::Reason> {
    let code = text(LabelPartnerCode::parse)(value)?;
    match principal.default_service_type(&code) {
        Some(_) => Ok(code),
        None => Err(Flaw::UnknownLabelPartner.into()),
    }
}

/// Reads the body of `PUT /account/{account_id}/customer-info`: like `customer_info`, everything
/// optional.
pub fn customer_change(body: &Value, faults: &mut Faults) -> CustomerChange {
    let mut members = Members::of(Pointer::root(), body, faults);
    let mut change = CustomerChange {
        external_id: members.optional("external_account_id", text(ExternalId::parse), faults),
        email: members.optional("email", text(Email::parse), faults),
        authentication_provider_id: members.optional("external_authentication_provider_id", text(Text::parse), faults),
        ..CustomerChange::default()
    };
    if let Some(mut contact) = members.optional_object("contact_info", faults) {
        change.first_name = contact.optional("firstname", text(Name::parse), faults);
        change.last_name = contact.optional("lastname", text(Name::parse), faults);
        contact.close(faults);
    }
    members.close(faults);
    faults.sort_by(body);
    change
}

/// Reads the body of `POST /account/{account_id}/installation`: an element of `installation_info`.
/// The service type is left open where only the account's brand could fill it in.
pub fn installation(body: &Value, principal: &Principal, faults: &mut Faults) -> InstallationDraft {
    let members = Members::of(Pointer::root(), body, faults);
    let draft = read_installation(members, None, principal, faults);
    let alone = AccountDraft { installations: vec![draft], ..AccountDraft::default() };
    for (breach, flaw) in rules::check(&alone) {
        faults.body(&breach_pointer(breach).below("/installation_info/0"), flaw);
    }
    faults.sort_by(body);
    alone.installations.into_iter().next().unwrap_or_default()
}

/// Reads the body of `PUT /account/{account_id}/installation/{installation_id}`.
pub fn installation_change(body: &Value, principal: &Principal, faults: &mut Faults) -> InstallationChange {
    let mut members = Members::of(Pointer::root(), body, faults);
    let change = InstallationChange {
        external_id: members.optional("external_installation_id", text(ExternalId::parse), faults),
        label_partner: members.optional("labelpartner", |v| usable(v, principal), faults),
        address: members.optional_object("address_info", faults).map(|members| read_address(members, faults)),
        service_type: members.optional_object("service_information", faults).and_then(|mut service| {
            let service_type = service.optional("service_type", text(str::parse), faults);
            service.close(faults);
            service_type
        }),
    };
    members.close(faults);
    faults.sort_by(body);
    change
}

/// Reads the body of a meter, to be added or to be changed.
pub fn meter(body: &Value, faults: &mut Faults) -> MeterDraft {
    let meter = read_meter(Members::of(Pointer::root(), body, faults), faults);
    faults.sort_by(body);
    meter
}

fn read_installation(
    mut members: Members<'_>,
    account_brand: Option<&LabelPartnerCode>,
    principal: &Principal,
    faults: &mut Faults,
) -> InstallationDraft {
    let external_id = members.required("external_installation_id", text(ExternalId::parse), faults);
    // Of a brand that was refused nothing is known, not even that it is the account's.
    let states_brand = members.states("labelpartner");
    let own_brand = members.optional("labelpartner", |v| usable(v, principal), faults);
    let address = members.optional_object("address_info", faults).map(|members| read_address(members, faults));
    let service_type = match members.optional_object("service_information", faults) {
        Some(service) => read_service_type(service, faults),
        None => ServiceTypeGiven::No,
    };
    let meters = members.optional_list("meters", faults);
    let meters = meters.into_iter().map(|members| read_meter(members, faults)).collect();
    members.close(faults);
    let brand = if states_brand { own_brand.as_ref() } else { account_brand };
    let service_type = match service_type {
        ServiceTypeGiven::Yes(service_type) => service_type,
        ServiceTypeGiven::No => brand.and_then(|brand| principal.default_service_type(brand)),
    };
    InstallationDraft { external_id, label_partner: own_brand, address, service_type, meters }
}

/// Whether a service type is stated; one that was refused must not be replaced by the default.
enum ServiceTypeGiven {
    Yes(Option<ServiceType>),
    No,
}

fn read_service_type(mut members: Members<'_>, faults: &mut Faults) -> ServiceTypeGiven {
    let stated = members.states("service_type");
    let service_type = members.optional("service_type", text(str::parse), faults);
    members.close(faults);
    if stated { ServiceTypeGiven::Yes(service_type) } else { ServiceTypeGiven::No }
}

fn read_address(mut members: Members<'_>, faults: &mut Faults) -> Address {
    let address = Address {
        street: members.optional("street_no", text(Name::parse), faults),
        house_number: members.optional("house_no", text(Text::parse), faults),
        suffix: members.optional("suffix", text(Text::parse), faults),
        postal_code: members.optional("postal_code", text(Text::parse), faults),
        country: members.optional("country_code", text(CountryCode::parse), faults),
    };
    members.close(faults);
    address
}

fn read_meter(mut members: Members<'_>, faults: &mut Faults) -> MeterDraft {
    let meter = MeterDraft {
        external_id: members.optional("external_meter_id", text(ExternalId::parse), faults),
        input_method: members.optional("meter_input_method", text(str::parse::<InputMethod>), faults),
        energy_type: members.optional("meter_energy_type", text(str::parse::<EnergyType>), faults),
        serial_number: members.optional("meter_serial_number", text(Name::parse), faults),
    };
    members.close(faults);
    meter
}
