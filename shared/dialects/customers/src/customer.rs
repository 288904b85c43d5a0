//! Customers, as this dialect shows and changes them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wattbook_api::{
    Failure, Faults,
    fault::{Pointer, Reason},
    schema_types::{Country, EmailText},
};
use wattbook_domain::{
    Account, Address, CountryCode, CustomerNumber, Email, Flaw, PhoneNumber, SiteAddress, Text, change::CustomerChange,
    entity::Setting,
};

use crate::seen::Seen;

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = CustomerResponse)]
pub struct CustomerView {
    /// Where the customer is.
    #[schema(required = true)]
    address: Option<AddressView>,
    /// The day of birth; always null, as it is not kept.
    #[schema(required = true)]
    birth_date: Option<String>,
    /// The number of the customer; null until one is drawn.
    #[schema(required = true)]
    customer_id: Option<u32>,
    /// `Private` or `Business`; null where it is not known.
    #[schema(required = true)]
    customer_type: Option<&'static str>,
    /// Where the customer is written to, and the name to sign in with.
    #[schema(required = true)]
    email: Option<String>,
    /// Given name.
    #[schema(required = true)]
    first_name: Option<String>,
    /// Whether a contract in force is about broadband.
    is_broadband_customer: bool,
    /// Whether one is about district heating.
    is_district_heating_customer: bool,
    /// Whether one is about the grid.
    is_net_customer: bool,
    /// Whether one is about electricity.
    is_power_customer: bool,
    /// Family name.
    #[schema(required = true)]
    last_name: Option<String>,
    /// The number of a mobile telephone.
    #[schema(required = true)]
    mobile_number: Option<String>,
    /// The number of a company; always null, as it is not kept.
    #[schema(required = true)]
    organization_no: Option<String>,
    /// A telephone number.
    #[schema(required = true)]
    phone_number: Option<String>,
    /// Always null: nobody is shown a PIN.
    #[schema(required = true)]
    pin: Option<String>,
    /// Whether the e-mail is still to be verified.
    requires_profile_confirmation: bool,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = ElwAddress)]
pub struct AddressView {
    /// The whole of it in one line.
    #[schema(required = true)]
    address_text: Option<String>,
    /// The city.
    #[schema(required = true)]
    city: Option<String>,
    /// Care of; always null.
    #[schema(required = true)]
    co_address: Option<String>,
    /// The country.
    #[schema(required = true, value_type = Option<Country>)]
    country_code: Option<String>,
    /// The entrance; always null.
    #[schema(required = true)]
    entrance: Option<String>,
    /// The floor; always null.
    #[schema(required = true)]
    floor: Option<String>,
    /// What follows the number of the house.
    #[schema(required = true)]
    house_letter: Option<String>,
    /// The number of the house.
    #[schema(required = true)]
    house_no: Option<String>,
    /// Whether it can be changed here; it cannot.
    is_editable: bool,
    /// A post-office box; always null.
    #[serde(rename = "POBox")]
    #[schema(required = true)]
    po_box: Option<i32>,
    /// The postal code.
    #[schema(required = true)]
    zip_code: Option<String>,
}

impl AddressView {
    /// Of an installation.
    #[must_use]
    pub fn of(address: &Address) -> Self {
        let Address { street, house_number, suffix, postal_code, country } = address;
        let house = [street.as_ref().map(Text::as_str), house_number.as_ref().map(Text::as_str)];
        let house = joined(house.into_iter().chain([suffix.as_ref().map(Text::as_str)]), " ");
        let rest = [postal_code.as_ref().map(Text::as_str), country.as_ref().map(CountryCode::as_str)];
        Self {
            address_text: joined([house.as_deref()].into_iter().chain(rest), ", "),
            country_code: country.as_ref().map(|country| country.as_str().to_owned()),
            house_letter: show(suffix.as_ref()),
            house_no: show(house_number.as_ref()),
            zip_code: show(postal_code.as_ref()),
            ..Self::nothing()
        }
    }

    fn of_site(address: &SiteAddress) -> Option<Self> {
        let text = address.free_text.as_ref().map(ToString::to_string).or_else(|| address.formatted())?;
        Some(Self {
            address_text: Some(text),
            city: show(address.city.as_ref()),
            country_code: address.country.as_ref().map(|country| country.as_str().to_owned()),
            zip_code: show(address.postal_code.as_ref()),
            ..Self::nothing()
        })
    }

    fn nothing() -> Self {
        Self {
            address_text: None,
            city: None,
            co_address: None,
            country_code: None,
            entrance: None,
            floor: None,
            house_letter: None,
            house_no: None,
            is_editable: false,
            po_box: None,
            zip_code: None,
        }
    }

    /// The whole of it in one line.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.address_text.as_deref()
    }
}

impl CustomerView {
    /// Of an account, as whoever calls sees it.
    #[must_use]
    pub fn of(seen: &Seen) -> Self {
        use wattbook_domain::ContractKind::{Broadband, DistrictHeating, Net, Power};
        let (account, today) = (&seen.account, seen.today());
        let in_force = seen.installations().filter(|it| it.contract.is_active(today));
        let kinds: std::collections::BTreeSet<_> =
            in_force.flat_map(wattbook_domain::Installation::contract_kinds).collect();
        let contact = &account.customer.contact;
        let own_address = AddressView::of_site(&account.site.address());
        let first = || seen.installations().find_map(|it| it.address.as_ref()).map(AddressView::of);
        Self {
            address: own_address.or_else(first),
            birth_date: None,
            customer_id: account.number.map(CustomerNumber::get),
            customer_type: customer_type(account),
            email: account.customer.email.as_ref().map(|email| email.as_str().to_owned()),
            first_name: show(contact.first_name.as_ref()),
            is_broadband_customer: kinds.contains(&Broadband),
            is_district_heating_customer: kinds.contains(&DistrictHeating),
            is_net_customer: kinds.contains(&Net),
            is_power_customer: kinds.contains(&Power),
            last_name: show(contact.last_name.as_ref()),
            mobile_number: show(contact.mobile.as_ref()),
            organization_no: None,
            phone_number: show(contact.phone.as_ref()),
            pin: None,
            requires_profile_confirmation: !account.customer.email_verified,
        }
    }
}

/// What kind of customer an account is of, by the class that tariffs go by.
#[must_use]
pub fn customer_type(account: &Account) -> Option<&'static str> {
    account.customer_class().map(|class| if class.number() == 1 { "Private" } else { "Business" })
}

/// What can be changed of a customer; other members may be sent as they are.
#[derive(Debug, Default, ToSchema)]
#[schema(as = CustomerPatch, rename_all = "PascalCase")]
pub struct CustomerPatch {
    /// Digits alone, 14 at most; null takes it out.
    #[schema(value_type = Option<String>, pattern = "^[0-9\\u0660-\\u0669\\u06f0-\\u06f9]{1,14}$")]
    pub phone_number: Setting<PhoneNumber>,
    /// The same of a mobile telephone.
    #[schema(value_type = Option<String>, pattern = "^[0-9\\u0660-\\u0669\\u06f0-\\u06f9]{1,14}$")]
    pub mobile_number: Setting<PhoneNumber>,
    /// At most 100 characters. Another one has to be verified anew, and is the name to sign in with from then on.
    #[schema(value_type = Option<EmailText>, nullable = false)]
    pub email: Option<Email>,
}

/// The most characters of an e-mail (seed `customer-api-esmart`).
const MAX_EMAIL: usize = 100;

impl CustomerPatch {
    /// Reads it, noting every fault. A member that cannot be changed here may be sent as it is shown, for clients send
    /// back what they have read.
    pub fn read(body: &Value, shown: &CustomerView, faults: &mut Faults) -> Self {
        let Value::Object(members) = body else {
            faults.body(&Pointer::root(), Reason::wrong_type("an object", body));
            return Self::default();
        };
        let known = serde_json::to_value(shown).unwrap_or_default();
        let mut patch = Self::default();
        for (name, value) in members {
            let at = Pointer::root().child(name);
            match name.as_str() {
                "PhoneNumber" => patch.phone_number = phone(value, &at, faults),
                "MobileNumber" => patch.mobile_number = phone(value, &at, faults),
                "Email" => patch.email = email(value, &at, faults),
                _ => {
                    // What is not known at all is passed over, as everywhere in this dialect.
                    if known.get(name).is_some_and(|shown| shown != value) {
                        faults.body(&at, Flaw::Immutable);
                    }
                }
            }
        }
        patch
    }

    /// Carries it out.
    ///
    /// # Errors
    /// None that the account brings about: ids are not changed.
    pub fn apply(&self, account: &mut Account, now: jiff::Timestamp) -> Result<(), Failure> {
        let change = CustomerChange { email: self.email.clone(), ..CustomerChange::default() };
        account.change_customer(change, now).map_err(|_| Failure::Contended)?;
        let contact = &mut account.customer.contact;
        contact.phone = self.phone_number.of(contact.phone.as_ref());
        contact.mobile = self.mobile_number.of(contact.mobile.as_ref());
        Ok(())
    }
}

fn phone(value: &Value, at: &Pointer, faults: &mut Faults) -> Setting<PhoneNumber> {
    let read = match value {
        Value::Null => return Setting::Removed,
        // An app may clear what it shows in a field.
        Value::String(text) if text.is_empty() => return Setting::Removed,
        Value::String(text) => PhoneNumber::parse(text).map_err(Reason::from),
        other => Err(Reason::wrong_type("a string of digits", other)),
    };
    read.map_or_else(
        |reason| {
            faults.body(at, reason);
            Setting::default()
        },
        Setting::Set,
    )
}

fn email(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Email> {
    let read = match value {
        Value::String(text) if text.chars().count() > MAX_EMAIL => Err(Flaw::TooLong { max: MAX_EMAIL }.into()),
        Value::String(text) => Email::parse(text).map_err(Reason::from),
        other => Err(Reason::wrong_type("a string", other)),
    };
    read.map_err(|reason| faults.body(at, reason)).ok()
}

/// A customer who is tied to another one. How to reach him is told to nobody else.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = Associate)]
pub struct AssociateView {
    /// The number of the customer.
    #[schema(required = true)]
    customer_id: Option<u32>,
    /// Given name.
    #[schema(required = true)]
    first_name: Option<String>,
    /// Family name.
    #[schema(required = true)]
    last_name: Option<String>,
    /// `Private` or `Business`; null where it is not known.
    #[schema(required = true)]
    customer_type: Option<&'static str>,
    /// How they are tied, in the words of whoever brought it in.
    relationship_type: String,
}

impl AssociateView {
    /// Of an account that is tied in that way.
    #[must_use]
    pub fn of(account: &Account, relationship_type: &str) -> Self {
        let contact = &account.customer.contact;
        Self {
            customer_id: account.number.map(CustomerNumber::get),
            first_name: show(contact.first_name.as_ref()),
            last_name: show(contact.last_name.as_ref()),
            customer_type: customer_type(account),
            relationship_type: relationship_type.to_owned(),
        }
    }
}

fn joined<'t>(parts: impl IntoIterator<Item = Option<&'t str>>, by: &str) -> Option<String> {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(by))
}

fn show<T: ToString>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}
