//! An account as a caller describes it, before it is one.
//!
//! In a draft every value may be missing: absent, or refused already. The rules that span values
//! run on drafts and pass over what is missing, so that one faulty value does not hide another.

use jiff::Timestamp;

use crate::{
    Account, Address, Building, Contact, Contract, Customer, Email, EnergyType, ExternalId, InputMethod, Installation,
    InstallationId, LabelPartnerCode, Meter, MeterId, Name, OrganisationId, PhoneNumber, ProviderId, Register,
    SerialNumber, ServiceType,
};

/// A meter to be.
#[derive(Debug, Clone, Default)]
pub struct MeterDraft {
    /// The id under which readings arrive.
    pub external_id: Option<ExternalId>,
    /// How readings come in.
    pub input_method: Option<InputMethod>,
    /// What it measures.
    pub energy_type: Option<EnergyType>,
    /// What is printed on it.
    pub serial_number: Option<SerialNumber>,
    /// What it counts with.
    pub register: Register,
}

/// An installation to be.
#[derive(Debug, Clone, Default)]
pub struct InstallationDraft {
    /// The organisation's own id.
    pub external_id: Option<ExternalId>,
    /// Its brand, if it is not the account's.
    pub label_partner: Option<LabelPartnerCode>,
    /// Where it is.
    pub address: Option<Address>,
    /// What is delivered, the label partner's default filled in.
    pub service_type: Option<ServiceType>,
    /// The contract under which it is supplied.
    pub contract: Contract,
    /// Its meters.
    pub meters: Vec<MeterDraft>,
}

/// An account to be.
#[derive(Debug, Clone, Default)]
pub struct AccountDraft {
    /// The brand.
    pub label_partner: Option<LabelPartnerCode>,
    /// The organisation's own id.
    pub external_id: Option<ExternalId>,
    /// Where the customer is written to.
    pub email: Option<Email>,
    /// Whether the address counts as verified from the start.
    pub email_verified: bool,
    /// The customer's id at an identity provider.
    pub authentication_provider_id: Option<ProviderId>,
    /// Given name.
    pub first_name: Option<Name>,
    /// Family name.
    pub last_name: Option<Name>,
    /// A telephone number.
    pub phone: Option<PhoneNumber>,
    /// The number of a mobile telephone.
    pub mobile: Option<PhoneNumber>,
    /// The installations, the primary one first.
    pub installations: Vec<InstallationDraft>,
}

impl AccountDraft {
    /// The draft that an account would come from.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let customer = &account.customer;
        Self {
            label_partner: account.label_partner.clone(),
            external_id: customer.external_id.clone(),
            email: customer.email.clone(),
            email_verified: customer.email_verified,
            authentication_provider_id: customer.authentication_provider_id.clone(),
            first_name: customer.contact.first_name.clone(),
            last_name: customer.contact.last_name.clone(),
            phone: customer.contact.phone.clone(),
            mobile: customer.contact.mobile.clone(),
            installations: account.installations.iter().map(InstallationDraft::of).collect(),
        }
    }

    /// Makes the account, with new ids. `None` if a mandatory value is missing, of which the
    /// caller has been told by then.
    #[must_use]
    pub fn complete(self, organisation: OrganisationId, now: Timestamp) -> Option<Account> {
        let label_partner = self.label_partner?;
        let installations = self
            .installations
            .into_iter()
            .map(|installation| installation.complete(Some(&label_partner)))
            .collect::<Option<_>>()?;
        Some(Account {
            customer: Customer {
                external_id: Some(self.external_id?),
                email: Some(self.email?),
                email_verified: self.email_verified,
                token_requested_at: (!self.email_verified).then_some(now),
                registration: None,
                authentication_provider_id: self.authentication_provider_id,
                contact: Contact {
                    first_name: Some(self.first_name?),
                    last_name: Some(self.last_name?),
                    phone: self.phone,
                    mobile: self.mobile,
                },
            },
            installations,
            ..Account::blank(organisation, Some(label_partner), now)
        })
    }
}

impl InstallationDraft {
    fn of(installation: &Installation) -> Self {
        Self {
            external_id: Some(installation.external_id.clone()),
            label_partner: Some(installation.label_partner.clone()),
            address: installation.address.clone(),
            service_type: Some(installation.service_type),
            contract: installation.contract.clone(),
            meters: installation.meters.iter().map(MeterDraft::of).collect(),
        }
    }

    /// Makes the installation, with new ids, of the account's brand if it states none. `None` if a
    /// mandatory value is missing; the brand is one.
    #[must_use]
    pub fn complete(self, account_brand: Option<&LabelPartnerCode>) -> Option<Installation> {
        Some(Installation {
            id: InstallationId::new_random(),
            ordinal: None,
            external_id: self.external_id?,
            label_partner: self.label_partner.or_else(|| account_brand.cloned())?,
            address: self.address,
            service_type: self.service_type?,
            contract: self.contract,
            moved_in: None,
            moved_from: None,
            meters: self.meters.into_iter().map(MeterDraft::complete).collect(),
            former_meters: Vec::new(),
        })
    }
}

impl MeterDraft {
    fn of(meter: &Meter) -> Self {
        Self {
            external_id: meter.external_id.clone(),
            input_method: meter.input_method,
            energy_type: meter.energy_type,
            serial_number: meter.serial_number.clone(),
            register: meter.register.clone(),
        }
    }

    /// Makes the meter, with a new id.
    #[must_use]
    pub fn complete(self) -> Meter {
        Meter {
            id: MeterId::new_random(),
            ordinal: None,
            external_id: self.external_id,
            input_method: self.input_method,
            energy_type: self.energy_type,
            serial_number: self.serial_number,
            register: self.register,
            building: Building::default(),
            installed_on: None,
        }
    }
}
