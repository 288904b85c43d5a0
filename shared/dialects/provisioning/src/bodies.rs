//! The bodies of this dialect, each declared once: what is derived reads it, every fault at once, and
//! describes it in the contract. [`super::request`] makes drafts and changes of them.

use deserr::{Deserr, ValuePointerRef};
use jiff::civil::Date;
use utoipa::ToSchema;
use wattbook_domain::{
    AccountId, ContractKind, CountryCode, Decimal, Email, EnergyType, ExternalId, Flaw, InputMethod, LabelPartnerCode,
    Name, PhoneNumber, ProviderId, SerialNumber, ServiceType, Text,
};

use wattbook_api::{
    Faults,
    body::{self, at_least_one},
    fault::Reason,
    schema_types::{
        ContractKindWord, Country, Day, EmailText, Energy, ExternalIdText, Id100, Id256, Input, LabelPartner, Line16,
        Line100, PhoneText, Service,
    },
};

/// An account to provision, with its installations and meters. One call brings at most 90 unique
/// values: e-mail, external account id, authentication provider id, external installation ids and
/// external meter ids.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = ProvisionAccount)]
pub struct AccountBody {
    /// The brand it belongs to. It must exist, and the credential must reach it.
    #[schema(value_type = LabelPartner)]
    pub labelpartner: LabelPartnerCode,
    /// The customer.
    pub customer_info: CustomerBody,
    /// The installations. The first is the primary one, the only one that services act on.
    #[deserr(try_from(Vec<InstallationBody>) = at_least_one -> Reason)]
    #[schema(min_items = 1)]
    pub installation_info: Vec<InstallationBody>,
    /// Whether the e-mail counts as verified; if not, which is the default, a verification is owed.
    #[deserr(default)]
    pub create_verified_user: Option<bool>,
}

/// A move: from when on an installation, with its meters, is another customer's.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = Move)]
pub struct MoveBody {
    /// The day; not before the last recorded move of the installation or, without one, before the account was
    /// created, and not more than a year ahead.
    #[deserr(try_from(&String) = day -> Flaw)]
    #[schema(value_type = Day)]
    pub move_date: Date,
    /// Who moves in.
    pub to: MoveToBody,
}

/// A correction of the last move of an installation.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = MoveCorrection)]
pub struct MoveCorrectionBody {
    /// The day that it was on, within the same bounds as the day of a move.
    #[deserr(try_from(&String) = day -> Flaw)]
    #[schema(value_type = Day)]
    pub move_date: Date,
}

/// Who moves in: a new customer, for whom an account is created, or one who has an account, by our id of it or by
/// yours. Exactly one of the three.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields, validate = one_comer -> Faults)]
#[serde(deny_unknown_fields)]
#[schema(as = MoveTo)]
pub struct MoveToBody {
    /// Our id of an account.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub account_id: Option<AccountId>,
    /// Your own id of an account.
    #[deserr(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub external_account_id: Option<ExternalId>,
    /// A new customer.
    #[deserr(default)]
    pub customer_info: Option<CustomerBody>,
    /// Whether the e-mail of a new customer counts as verified; if not, which is the default, a verification is owed.
    #[deserr(default)]
    pub create_verified_user: Option<bool>,
}

/// The customer of an account.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerInfo)]
pub struct CustomerBody {
    /// Your own id of the account. Unique; never changes.
    #[schema(value_type = ExternalIdText)]
    pub external_account_id: ExternalId,
    /// Where the customer is written to. Unique, whatever its case.
    #[schema(value_type = EmailText)]
    pub email: Email,
    /// The customer's id at your identity provider, for single sign-on. Unique.
    #[deserr(default)]
    #[schema(value_type = Option<Id256>)]
    pub external_authentication_provider_id: Option<ProviderId>,
    /// The person.
    pub contact_info: ContactBody,
}

/// A person.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactInfo)]
pub struct ContactBody {
    /// Given name.
    #[schema(value_type = Line100)]
    pub firstname: Name,
    /// Family name.
    #[schema(value_type = Line100)]
    pub lastname: Name,
    /// A telephone number.
    #[deserr(default)]
    #[schema(value_type = Option<PhoneText>)]
    pub phone_number: Option<PhoneNumber>,
    /// The number of a mobile telephone.
    #[deserr(default)]
    #[schema(value_type = Option<PhoneText>)]
    pub mobile_number: Option<PhoneNumber>,
}

/// What to set of a customer. What is absent stays.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerChange)]
pub struct CustomerChangeBody {
    /// Cannot be changed; may be stated.
    #[deserr(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub external_account_id: Option<ExternalId>,
    /// Another e-mail has to be verified anew.
    #[deserr(default)]
    #[schema(value_type = Option<EmailText>)]
    pub email: Option<Email>,
    /// The customer's id at your identity provider, for single sign-on. Unique.
    #[deserr(default)]
    #[schema(value_type = Option<Id256>)]
    pub external_authentication_provider_id: Option<ProviderId>,
    /// The person.
    #[deserr(default)]
    pub contact_info: Option<ContactChangeBody>,
}

/// What to set of a person.
#[derive(Debug, Default, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactChange)]
pub struct ContactChangeBody {
    /// Given name.
    #[deserr(default)]
    #[schema(value_type = Option<Line100>)]
    pub firstname: Option<Name>,
    /// Family name.
    #[deserr(default)]
    #[schema(value_type = Option<Line100>)]
    pub lastname: Option<Name>,
    /// A telephone number.
    #[deserr(default)]
    #[schema(value_type = Option<PhoneText>)]
    pub phone_number: Option<PhoneNumber>,
    /// The number of a mobile telephone.
    #[deserr(default)]
    #[schema(value_type = Option<PhoneText>)]
    pub mobile_number: Option<PhoneNumber>,
}

/// What to set of an installation. What is absent stays.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = InstallationChange)]
pub struct InstallationChangeBody {
    /// Cannot be changed; may be stated.
    #[deserr(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub external_installation_id: Option<ExternalId>,
    /// The brand it is served under.
    #[deserr(default)]
    #[schema(value_type = Option<LabelPartner>)]
    pub labelpartner: Option<LabelPartnerCode>,
    /// The parts of the address to set.
    #[deserr(default)]
    pub address_info: Option<AddressBody>,
    /// What is delivered; the meters must fit.
    #[deserr(default)]
    pub service_information: Option<ServiceBody>,
    /// The contract under which it is supplied.
    #[deserr(default)]
    pub contract_information: Option<ContractBody>,
}

/// An installation of an account.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = InstallationInfo)]
pub struct InstallationBody {
    /// Your own id of the installation. Unique; never changes.
    #[schema(value_type = ExternalIdText)]
    pub external_installation_id: ExternalId,
    /// The brand it is served under, if that is not the account's.
    #[deserr(default)]
    #[schema(value_type = Option<LabelPartner>)]
    pub labelpartner: Option<LabelPartnerCode>,
    /// Where it is.
    #[deserr(default)]
    pub address_info: Option<AddressBody>,
    /// What is delivered. Absent: the label partner's default.
    #[deserr(default)]
    pub service_information: Option<ServiceBody>,
    /// The contract under which it is supplied.
    #[deserr(default)]
    pub contract_information: Option<ContractBody>,
    /// Its meters, at most one of each energy type and input method. A `BR` service needs at least
    /// one, and an `external_meter_id` on each.
    #[deserr(default)]
    pub meters: Option<Vec<MeterBody>>,
    /// Also accepted here, where the published description lists it. Must agree with the account's.
    #[deserr(default)]
    pub create_verified_user: Option<bool>,
}

/// An installation to add to an account.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = AddInstallation)]
pub struct AddInstallationBody {
    /// Your own id of the installation. Unique; never changes.
    #[schema(value_type = ExternalIdText)]
    pub external_installation_id: ExternalId,
    /// The brand it is served under, if that is not the account's.
    #[deserr(default)]
    #[schema(value_type = Option<LabelPartner>)]
    pub labelpartner: Option<LabelPartnerCode>,
    /// Where it is.
    #[deserr(default)]
    pub address_info: Option<AddressBody>,
    /// What is delivered. Absent: the label partner's default.
    #[deserr(default)]
    pub service_information: Option<ServiceBody>,
    /// The contract under which it is supplied.
    #[deserr(default)]
    pub contract_information: Option<ContractBody>,
    /// Its meters, by the same rules as when an account is provisioned.
    #[deserr(default)]
    pub meters: Option<Vec<MeterBody>>,
}

/// A postal address.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = AddressInfo)]
pub struct AddressBody {
    /// The postal code.
    #[deserr(default)]
    #[schema(value_type = Option<Line16>)]
    pub postal_code: Option<Text<16>>,
    /// The country.
    #[deserr(default)]
    #[schema(value_type = Option<Country>)]
    pub country_code: Option<CountryCode>,
    /// The street; the name is the dialect's.
    #[deserr(default)]
    #[schema(value_type = Option<Line100>)]
    pub street_no: Option<Name>,
    /// The number in the street.
    #[deserr(default)]
    #[schema(value_type = Option<Line16>)]
    pub house_no: Option<Text<16>>,
    /// What follows the number: a letter, a floor.
    #[deserr(default)]
    #[schema(value_type = Option<Line16>)]
    pub suffix: Option<Text<16>>,
}

/// What is delivered to an installation.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceInformation)]
pub struct ServiceBody {
    /// The service type.
    #[deserr(default)]
    #[schema(value_type = Option<Service>)]
    pub service_type: Option<ServiceType>,
}

/// A meter of an installation.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = MeterInfo)]
pub struct MeterBody {
    /// The id under which readings arrive. Unique; never changes once set.
    #[deserr(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub external_meter_id: Option<ExternalId>,
    /// How readings come in: from hardware, or in batches.
    #[deserr(default)]
    #[schema(value_type = Option<Input>)]
    pub meter_input_method: Option<InputMethod>,
    /// What it measures.
    #[deserr(default)]
    #[schema(value_type = Option<Energy>)]
    pub meter_energy_type: Option<EnergyType>,
    /// What is printed on it.
    #[deserr(default)]
    #[schema(value_type = Option<Id100>)]
    pub meter_serial_number: Option<SerialNumber>,
    /// What it counts with.
    #[deserr(default)]
    pub meter_register: Option<RegisterBody>,
}

/// What a meter counts with. What is absent stays, or is not known.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = MeterRegister)]
pub struct RegisterBody {
    /// How many digits it shows before the decimal point. After the greatest number it begins at 0 again.
    #[deserr(default, try_from(Option<u8>) = some_digits -> Flaw)]
    #[schema(minimum = 1, maximum = 12)]
    pub digits: Option<u8>,
    /// How many it shows behind it.
    #[deserr(default, try_from(Option<u8>) = some_decimals -> Flaw)]
    #[schema(minimum = 0, maximum = 6)]
    pub decimals: Option<u8>,
    /// By how much what it shows is multiplied.
    #[deserr(default, try_from(Option<f64>) = some_constant -> Flaw)]
    #[schema(value_type = Option<f64>, exclusive_minimum = 0, maximum = 1_000_000)]
    pub constant: Option<Decimal>,
    /// What it counts, such as `kWh`.
    #[deserr(default)]
    #[schema(value_type = Option<Line16>)]
    pub unit: Option<Text<16>>,
}

/// The contract under which an installation is supplied. What is absent stays, or is not known.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractInformation)]
pub struct ContractBody {
    /// Your own number of it, unique within the account. Without one it has a number of ours.
    #[deserr(default, try_from(Option<i64>) = some_number -> Flaw)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 2_147_483_647)]
    pub contract_no: Option<u32>,
    /// The number of the ledger that it is billed by.
    #[deserr(default, try_from(Option<i64>) = some_number -> Flaw)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 2_147_483_647)]
    pub ledger_no: Option<u32>,
    /// The first day. A move sets it for whoever moves in.
    #[deserr(default, try_from(&Option<String>) = maybe_day -> Flaw)]
    #[schema(value_type = Option<Day>)]
    pub start_date: Option<Date>,
    /// The first day that it is over.
    #[deserr(default, try_from(&Option<String>) = maybe_day -> Flaw)]
    #[schema(value_type = Option<Day>)]
    pub end_date: Option<Date>,
    /// What it is about, in the place of what it was. Without any, that follows from what the meters measure; without any
    /// that is known, it is electricity and its grid.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<ContractKindWord>>)]
    pub kinds: Option<Vec<ContractKind>>,
}

/// An exchange: from when on another meter is in the place of one.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = MeterReplacement)]
pub struct ReplacementBody {
    /// The day; not before the meter was installed or the account has the installation, as far as that is known,
    /// and not more than a year ahead.
    #[deserr(try_from(&String) = day -> Flaw)]
    #[schema(value_type = Day)]
    pub exchange_date: Date,
    /// The new meter. It measures what the old one did; how it is read is as before unless stated. It may have the
    /// same id.
    pub meter: MeterBody,
}

/// A body that shows every member.
#[must_use]
pub fn example() -> serde_json::Value {
    serde_json::json!({
        "labelpartner": "NORTH",
        "customer_info": {
            "external_account_id": "9999999999338",
            "email": "jo@example.com",
            "external_authentication_provider_id": "idp|42",
            "contact_info": {"firstname": "John", "lastname": "Doe"},
        },
        "installation_info": [{
            "external_installation_id": "9999832104325",
            "labelpartner": "NORTH",
            "address_info": {
                "postal_code": "1011AB", "country_code": "NL", "street_no": "Damrak", "house_no": "1", "suffix": "A",
            },
            "service_information": {"service_type": "BR-LR-NILM-noHW"},
            "meters": [{
                "external_meter_id": "9999167256102", "meter_input_method": "IMPORT",
                "meter_energy_type": "GAS", "meter_serial_number": "9999167256102",
            }],
            "create_verified_user": false,
        }],
        "create_verified_user": false,
    })
}

/// Says who moves in exactly once; whether an e-mail is verified is said of a new customer alone.
fn one_comer(to: MoveToBody, at: ValuePointerRef<'_>) -> Result<MoveToBody, Faults> {
    let at = |member| body::pointer(at).child(member);
    let mut faults = Faults::default();
    let stated = [
        ("account_id", to.account_id.is_some()),
        ("external_account_id", to.external_account_id.is_some()),
        ("customer_info", to.customer_info.is_some()),
    ];
    let mut stated = stated.into_iter().filter(|(_, stated)| *stated);
    if stated.next().is_none() {
        let message = "is required, unless account_id or external_account_id says who moves in";
        faults.body(&at("customer_info"), Reason::new("required", message));
    }
    for (member, _) in stated {
        faults.body(&at(member), Flaw::Contradiction { other: "who else is stated to move in" });
    }
    if to.create_verified_user.is_some() && (to.account_id.is_some() || to.external_account_id.is_some()) {
        faults.body(&at("create_verified_user"), Flaw::Contradiction { other: "an account that is there already" });
    }
    if faults.is_empty() { Ok(to) } else { Err(faults) }
}

fn day(raw: &str) -> Result<Date, Flaw> {
    raw.parse().map_err(|_| Flaw::Date)
}

#[expect(clippy::ref_option, reason = "it is what the reader of bodies hands over")]
fn maybe_day(raw: &Option<String>) -> Result<Option<Date>, Flaw> {
    raw.as_deref().map(day).transpose()
}

fn some_number(stated: Option<i64>) -> Result<Option<u32>, Flaw> {
    let within = |number: i64| u32::try_from(number).ok().filter(|number| (1..=0x7fff_ffff).contains(number));
    let out_of_range = Flaw::OutOfRange { least: "1", most: "2147483647" };
    stated.map(|number| within(number).ok_or(out_of_range)).transpose()
}

fn some_digits(stated: Option<u8>) -> Result<Option<u8>, Flaw> {
    let within = stated.is_none_or(|digits| (1..=12).contains(&digits));
    if within { Ok(stated) } else { Err(Flaw::OutOfRange { least: "1", most: "12" }) }
}

fn some_decimals(stated: Option<u8>) -> Result<Option<u8>, Flaw> {
    let within = stated.is_none_or(|decimals| decimals <= 6);
    if within { Ok(stated) } else { Err(Flaw::OutOfRange { least: "0", most: "6" }) }
}

fn some_constant(stated: Option<f64>) -> Result<Option<Decimal>, Flaw> {
    let out_of_range = || Flaw::OutOfRange { least: "0.000001", most: "1000000" };
    let within = |constant: &f64| (0.000_001..=1e6).contains(constant);
    stated.map(|constant| Some(constant).filter(within).ok_or_else(out_of_range).and_then(Decimal::of)).transpose()
}
