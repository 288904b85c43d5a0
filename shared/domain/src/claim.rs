//! Claims: the values of an account that may belong to one account only.

use crate::{Account, CustomerNumber, Email, ExternalId, ProviderId};

/// What kind of value is claimed. Values of different kinds never collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimKind {
    /// The customer's e-mail address, by its canonical form.
    Email,
    /// The organisation's own id of an account.
    ExternalAccountId,
    /// The organisation's own id of an installation.
    ExternalInstallationId,
    /// The id under which a meter's readings arrive.
    ExternalMeterId,
    /// The customer's id at an identity provider.
    AuthenticationProviderId,
    /// The number by which customers' apps know the account.
    CustomerNumber,
}

impl ClaimKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Email,
        Self::ExternalAccountId,
        Self::ExternalInstallationId,
        Self::ExternalMeterId,
        Self::AuthenticationProviderId,
        Self::CustomerNumber,
    ];

    /// A short word for messages.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Email => "e-mail",
            Self::ExternalAccountId => "external account id",
            Self::ExternalInstallationId => "external installation id",
            Self::ExternalMeterId => "external meter id",
            Self::AuthenticationProviderId => "authentication provider id",
            Self::CustomerNumber => "customer number",
        }
    }
}

/// Where in an account a value stands, so that each dialect can name it in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The customer's e-mail.
    Email,
    /// The external account id.
    ExternalAccountId,
    /// The external id of the installation at this position.
    ExternalInstallationId {
        /// The position of the installation, from 0.
        installation: usize,
    },
    /// The external id of a meter.
    ExternalMeterId {
        /// The position of the installation, from 0.
        installation: usize,
        /// The position of the meter in it, from 0.
        meter: usize,
    },
    /// The customer's id at an identity provider.
    AuthenticationProviderId,
    /// The number that is drawn for the account, which no caller states.
    CustomerNumber,
}

/// One value that an account claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What kind of value.
    pub kind: ClaimKind,
    /// The value in the form that is compared.
    pub value: String,
    /// Where it stands.
    pub place: Place,
}

impl Claim {
    /// The most unique values one call may bring: a DynamoDB transaction has 100 actions, and the
    /// account, its idempotency record and moves of claims need some of them.
    pub const MAX_PER_CALL: usize = 90;

    /// The claim of an e-mail.
    #[must_use]
    pub fn email(email: &Email) -> Self {
        Self { kind: ClaimKind::Email, value: email.canonical(), place: Place::Email }
    }

    /// The claim of an external account id.
    #[must_use]
    pub fn external_account_id(id: &ExternalId) -> Self {
        Self { kind: ClaimKind::ExternalAccountId, value: id.canonical().into_owned(), place: Place::ExternalAccountId }
    }

    /// The claim of a customer's id at an identity provider.
    #[must_use]
    pub fn authentication_provider_id(id: &ProviderId) -> Self {
        Self {
            kind: ClaimKind::AuthenticationProviderId,
            value: id.canonical().into_owned(),
            place: Place::AuthenticationProviderId,
        }
    }

    /// The claim of an account's number.
    #[must_use]
    pub fn customer_number(number: CustomerNumber) -> Self {
        Self { kind: ClaimKind::CustomerNumber, value: number.to_string(), place: Place::CustomerNumber }
    }

    /// The claim of the external id of the installation at a position.
    #[must_use]
    pub fn external_installation_id(id: &ExternalId, installation: usize) -> Self {
        Self {
            kind: ClaimKind::ExternalInstallationId,
            value: id.canonical().into_owned(),
            place: Place::ExternalInstallationId { installation },
        }
    }

    /// The claim of the external id of a meter.
    #[must_use]
    pub fn external_meter_id(id: &ExternalId, installation: usize, meter: usize) -> Self {
        Self {
            kind: ClaimKind::ExternalMeterId,
            value: id.canonical().into_owned(),
            place: Place::ExternalMeterId { installation, meter },
        }
    }
}

impl Account {
    /// Every value the account claims. Exactly these are guarded by claims in the store.
    #[must_use]
    pub fn claims(&self) -> Vec<Claim> {
        let customer = &self.customer;
        let mut claims = Vec::new();
        claims.extend(customer.external_id.as_ref().map(Claim::external_account_id));
        claims.extend(customer.email.as_ref().map(Claim::email));
        claims.extend(customer.authentication_provider_id.as_ref().map(Claim::authentication_provider_id));
        for (i, installation) in self.installations.iter().enumerate() {
            claims.push(Claim::external_installation_id(&installation.external_id, i));
            for (m, meter) in installation.meters.iter().enumerate() {
                claims.extend(meter.external_id.as_ref().map(|id| Claim::external_meter_id(id, i, m)));
            }
        }
        claims.extend(self.number.map(Claim::customer_number));
        claims
    }
}
