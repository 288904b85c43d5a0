//! What is read in this dialect, described for the contract.
//!
//! [`super::request`] reads bodies by hand, so that every fault is heard of at once; these types
//! say the same in the words of JSON Schema. A test holds the two together.

use serde::Deserialize;
use utoipa::ToSchema;

use wattbook_api::schema_types::{
    Country, Day, EmailText, Energy, ExternalIdText, Input, LabelPartner, Line16, Line100, Line256, Service,
};

/// An account to provision, with its installations and meters. One call brings at most 90 unique
/// values: e-mail, external account id, authentication provider id, external installation ids and
/// external meter ids.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProvisionAccount, example = json!(example()))]
pub struct AccountBody {
    /// The brand it belongs to. It must exist, and the credential must reach it.
    pub labelpartner: LabelPartner,
    /// The customer.
    pub customer_info: CustomerBody,
    /// The installations. The first is the primary one, the only one that services act on.
    #[schema(min_items = 1)]
    pub installation_info: Vec<InstallationBody>,
    /// Whether the e-mail counts as verified; if not, which is the default, a verification is owed.
    pub create_verified_user: Option<bool>,
}

/// A move: from when on an installation, with its meters, is another customer's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Move)]
pub struct MoveBody {
    /// The day; not before the last recorded move of the installation.
    pub move_date: Day,
    /// Who moves in.
    pub to: MoveToBody,
}

/// Who moves in. An account is created for them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MoveTo)]
pub struct MoveToBody {
    /// The customer.
    pub customer_info: CustomerBody,
    /// Whether the e-mail counts as verified; if not, which is the default, a verification is owed.
    pub create_verified_user: Option<bool>,
}

/// The customer of an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerInfo)]
pub struct CustomerBody {
    /// Your own id of the account. Unique; never changes.
    pub external_account_id: ExternalIdText,
    /// Where the customer is written to. Unique, whatever its case.
    pub email: EmailText,
    /// The customer's id at your identity provider, for single sign-on. Unique.
    pub external_authentication_provider_id: Option<Line256>,
    /// The person.
    pub contact_info: ContactBody,
}

/// A person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactInfo)]
pub struct ContactBody {
    /// Given name.
    pub firstname: Line100,
    /// Family name.
    pub lastname: Line100,
}

/// What to set of a customer. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerChange)]
pub struct CustomerChangeBody {
    /// Cannot be changed; may be stated.
    pub external_account_id: Option<ExternalIdText>,
    /// Another e-mail has to be verified anew.
    pub email: Option<EmailText>,
    /// The customer's id at your identity provider, for single sign-on. Unique.
    pub external_authentication_provider_id: Option<Line256>,
    /// The person.
    pub contact_info: Option<ContactChangeBody>,
}

/// What to set of a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactChange)]
pub struct ContactChangeBody {
    /// Given name.
    pub firstname: Option<Line100>,
    /// Family name.
    pub lastname: Option<Line100>,
}

/// What to set of an installation. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InstallationChange)]
pub struct InstallationChangeBody {
    /// Cannot be changed; may be stated.
    pub external_installation_id: Option<ExternalIdText>,
    /// The brand it is served under.
    pub labelpartner: Option<LabelPartner>,
    /// The parts of the address to set.
    pub address_info: Option<AddressBody>,
    /// What is delivered; the meters must fit.
    pub service_information: Option<ServiceBody>,
}

/// An installation of an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InstallationInfo)]
pub struct InstallationBody {
    /// Your own id of the installation. Unique; never changes.
    pub external_installation_id: ExternalIdText,
    /// The brand it is served under, if that is not the account's.
    pub labelpartner: Option<LabelPartner>,
    /// Where it is.
    pub address_info: Option<AddressBody>,
    /// What is delivered. Absent: the label partner's default.
    pub service_information: Option<ServiceBody>,
    /// Its meters, at most one of each energy type and input method. A `BR` service needs at least
    /// one, and an `external_meter_id` on each.
    pub meters: Option<Vec<MeterBody>>,
    /// Also accepted here, where the published description lists it. Must agree with the account's.
    pub create_verified_user: Option<bool>,
}

/// An installation to add to an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddInstallation)]
pub struct AddInstallationBody {
    /// Your own id of the installation. Unique; never changes.
    pub external_installation_id: ExternalIdText,
    /// The brand it is served under, if that is not the account's.
    pub labelpartner: Option<LabelPartner>,
    /// Where it is.
    pub address_info: Option<AddressBody>,
    /// What is delivered. Absent: the label partner's default.
    pub service_information: Option<ServiceBody>,
    /// Its meters, by the same rules as when an account is provisioned.
    pub meters: Option<Vec<MeterBody>>,
}

/// A postal address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddressInfo)]
pub struct AddressBody {
    /// The postal code.
    pub postal_code: Option<Line16>,
    /// The country.
    pub country_code: Option<Country>,
    /// The street; the name is the dialect's.
    pub street_no: Option<Line100>,
    /// The number in the street.
    pub house_no: Option<Line16>,
    /// What follows the number: a letter, a floor.
    pub suffix: Option<Line16>,
}

/// What is delivered to an installation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceInformation)]
pub struct ServiceBody {
    /// The service type.
    pub service_type: Option<Service>,
}

/// A meter of an installation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MeterInfo)]
pub struct MeterBody {
    /// The id under which readings arrive. Unique; never changes once set.
    pub external_meter_id: Option<ExternalIdText>,
    /// How readings come in: from hardware, or in batches.
    pub meter_input_method: Option<Input>,
    /// What it measures.
    pub meter_energy_type: Option<Energy>,
    /// What is printed on it.
    pub meter_serial_number: Option<Line100>,
}

/// A body that shows every member.
#[must_use]
pub fn example() -> serde_json::Value {
    serde_json::json!({
        "labelpartner": "NORTH",
        "customer_info": {
            "external_account_id": "9999999999332",
            "email": "jo@example.com",
            "external_authentication_provider_id": "idp|42",
            "contact_info": {"firstname": "John", "lastname": "Doe"},
        },
        "installation_info": [{
            "external_installation_id": "9999832104326",
            "labelpartner": "NORTH",
            "address_info": {
                "postal_code": "1011AB", "country_code": "NL", "street_no": "Damrak", "house_no": "1", "suffix": "A",
            },
            "service_information": {"service_type": "BR-LR-NILM-noHW"},
            "meters": [{
                "external_meter_id": "9999167256101", "meter_input_method": "IMPORT",
                "meter_energy_type": "GAS", "meter_serial_number": "9999167256101",
            }],
            "create_verified_user": false,
        }],
        "create_verified_user": false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use wattbook_domain::{AccessLevel, LabelPartner, LabelPartnerCode, Name, Organisation, OrganisationId};

    use super::*;
    use crate::request;
    use wattbook_api::{Faults, Principal};

    fn principal() -> Principal {
        let north = LabelPartner {
            code: LabelPartnerCode::parse("NORTH").unwrap(),
            name: Name::parse("North").unwrap(),
            default_service_type: "RT-HR-NILM-HW".parse().unwrap(),
        };
        let organisation = Organisation {
            id: OrganisationId::new_random(),
            name: Name::parse("Demo").unwrap(),
            label_partners: vec![north],
        };
        Principal::new("app".into(), AccessLevel::Admin, &organisation)
    }

    fn is_read(body: &Value) -> bool {
        let mut faults = Faults::default();
        request::account(body, &principal(), &mut faults);
        faults.is_empty()
    }

    fn is_described(body: &Value) -> bool {
        serde_json::from_value::<AccountBody>(body.clone()).is_ok()
    }

    /// Every member of every object of the example, as the path to it.
    fn members(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    found.push(format!("{path}/{name}"));
                    members(value, &format!("{path}/{name}"), found);
                }
            }
            Value::Array(array) => {
                for (i, value) in array.iter().enumerate() {
                    members(value, &format!("{path}/{i}"), found);
                }
            }
            _ => {}
        }
    }

    fn without(body: &Value, path: &str) -> Value {
        let (parent, name) = path.rsplit_once('/').unwrap();
        let mut body = body.clone();
        body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
        body
    }

    /// The reader and the schema know the same members, and call the same ones mandatory.
    #[test]
    fn reader_and_schema_agree() {
        let body = example();
        assert!(is_read(&body) && is_described(&body));
        let mut paths = Vec::new();
        members(&body, "", &mut paths);
        assert_eq!(paths.len(), 26);
        for path in paths {
            let shorter = without(&body, &path);
            // The example's service type asks for a meter with an id, which no schema says.
            let by_rule = path.ends_with("/meters") || path.ends_with("/external_meter_id");
            assert_eq!(is_read(&shorter), is_described(&shorter) && !by_rule, "without {path}");
            let (parent, name) = path.rsplit_once('/').unwrap();
            let mut longer = body.clone();
            let value = longer.pointer(&path).unwrap().clone();
            longer.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(format!("{name}_"), value);
            assert!(!is_read(&longer) && !is_described(&longer), "with {path}_");
        }
    }
}
