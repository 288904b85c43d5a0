//! The numbers by which customers' apps know an account and what it has (seed `customer-api-esmart`).
//!
//! An account has one that is unique, drawn at random so that nobody counts up to another's. What it has, has ordinals:
//! they follow from nothing but the order in which it came, so none of them needs a claim. None is given twice, also when
//! what had it is gone. Their names are short where they are stored: each byte of an account is paid for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Account, Meter, account::is_default};

/// The number of a customer: nine or ten digits, below 2³¹, for many a client keeps it in 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerNumber(u32);

/// The text is no number of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no number of a customer")]
pub struct NoCustomerNumber;

impl CustomerNumber {
    /// The least there is.
    pub const LEAST: u32 = 100_000_000;
    /// The greatest.
    pub const MOST: u32 = i32::MAX.unsigned_abs();

    /// One by chance. It may be taken: with a million customers one in two thousand is.
    #[must_use]
    pub fn new_random() -> Self {
        let range = u128::from(Self::MOST - Self::LEAST) + 1;
        // The low 62 bits of such a UUID are random.
        let offset = (Uuid::new_v4().as_u128() & u128::from(u64::MAX >> 2)) % range;
        Self(Self::LEAST + u32::try_from(offset).unwrap_or_default())
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for CustomerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CustomerNumber {
    type Err = NoCustomerNumber;

    /// # Errors
    /// It is no number of nine or ten digits, or too great.
    fn from_str(raw: &str) -> Result<Self, NoCustomerNumber> {
        let digits = raw.bytes().all(|b| b.is_ascii_digit());
        let number = raw.parse().ok().filter(|number| digits && (Self::LEAST..=Self::MOST).contains(number));
        number.map(Self).ok_or(NoCustomerNumber)
    }
}

/// The last ordinals that an account has given: to what it has, or had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordinals {
    /// To an installation.
    #[serde(default, rename = "i", skip_serializing_if = "is_default")]
    pub installation: u32,
    /// To a meter.
    #[serde(default, rename = "m", skip_serializing_if = "is_default")]
    pub meter: u32,
}

/// The meters of an account that have numbers of their own beside its number: the last three digits tell them apart.
const METERS: u32 = 1000;

impl Account {
    /// The account with numbers for all that has none: its own by chance, where it has none.
    #[must_use]
    pub fn numbered(&self) -> Self {
        let mut account = self.with_ordinals();
        account.number.get_or_insert_with(CustomerNumber::new_random);
        account
    }

    /// The account with ordinals for all that has none.
    #[must_use]
    pub fn with_ordinals(&self) -> Self {
        let mut account = self.clone();
        let Self { installations, former_installations, ordinals, .. } = &mut account;
        // A number that a contract states is none that another one gets by its ordinal.
        let former = former_installations.iter().map(|it| &it.contract);
        let contracts = installations.iter().map(|it| &it.contract).chain(former);
        let stated: Vec<_> = contracts.filter_map(|contract| contract.number).collect();
        for installation in installations {
            if installation.ordinal.is_none() {
                let mut next = ordinals.installation + 1..;
                ordinals.installation = next.find(|ordinal| !stated.contains(ordinal)).unwrap_or_default();
                installation.ordinal = Some(ordinals.installation);
            }
            for meter in installation.meters.iter_mut().filter(|meter| meter.ordinal.is_none()) {
                ordinals.meter += 1;
                meter.ordinal = Some(ordinals.meter);
            }
        }
        account
    }

    /// The number of a meter of the account as an asset: that of the account and three digits more. Only the first 999
    /// meters that an account has had have one.
    #[must_use]
    pub fn asset_number(&self, meter: &Meter) -> Option<u64> {
        let ordinal = meter.ordinal.filter(|ordinal| *ordinal < METERS)?;
        Some(u64::from(self.number?.get()) * u64::from(METERS) + u64::from(ordinal))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        Email, ExternalId, LabelPartnerCode, Name, OrganisationId,
        draft::{AccountDraft, InstallationDraft, MeterDraft},
    };

    fn installation(id: usize, meters: usize) -> InstallationDraft {
        InstallationDraft {
            external_id: ExternalId::parse(&format!("i{id}")).ok(),
            service_type: "RT-HR-NILM-HW".parse().ok(),
            meters: vec![MeterDraft::default(); meters],
            ..InstallationDraft::default()
        }
    }

    fn account(installations: Vec<InstallationDraft>) -> Account {
        let draft = AccountDraft {
            label_partner: LabelPartnerCode::parse("NORTH").ok(),
            external_id: ExternalId::parse("a").ok(),
            email: Email::parse("jo@x.nl").ok(),
            first_name: Name::parse("Jo").ok(),
            last_name: Name::parse("Doe").ok(),
            installations,
            ..AccountDraft::default()
        };
        draft.complete(OrganisationId::new_random(), Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_number_is_read_as_it_is_written_and_nothing_else_is_one() {
        for _ in 0..1000 {
            let number = CustomerNumber::new_random();
            assert!((CustomerNumber::LEAST..=CustomerNumber::MOST).contains(&number.get()));
            assert_eq!(number.to_string().parse(), Ok(number));
        }
        for none in ["", "1", "99999999", "2147483648", "+100000000", " 100000000", "1e9", "100000000.0", "٠١٢٣٤٥٦٧٨"]
        {
            assert_eq!(none.parse::<CustomerNumber>(), Err(NoCustomerNumber), "{none}");
        }
    }

    #[test]
    fn what_is_gone_keeps_its_ordinal_and_what_comes_back_has_it_again() {
        let mut account = account(vec![installation(1, 1), installation(2, 2)]).numbered();
        let number = account.number.unwrap().get();
        let point = |account: &Account, at: usize| account.installations[at].ordinal;
        assert_eq!((point(&account, 0), point(&account, 1)), (Some(1), Some(2)));
        let asset = account.asset_number(&account.installations[1].meters[1]);
        assert_eq!(asset, Some(u64::from(number) * 1000 + 3));
        let gone = account.installations.remove(1);
        let brand = account.label_partner.clone();
        account.installations.push(installation(3, 1).complete(brand.as_ref()).unwrap());
        account.installations.push(gone);
        let account = account.numbered();
        assert_eq!((point(&account, 1), point(&account, 2)), (Some(3), Some(2)));
        assert_eq!(account.asset_number(&account.installations[2].meters[1]), asset);
        assert_eq!(account.number.unwrap().get(), number);
        assert_eq!(account.numbered(), account);
    }

    #[test]
    fn a_number_that_a_contract_states_is_no_ordinal_of_another() {
        let mut account = account(vec![installation(1, 0), installation(2, 0)]);
        account.installations[1].contract.number = Some(1);
        let account = account.numbered();
        assert_eq!((account.installations[0].ordinal, account.installations[1].ordinal), (Some(2), Some(3)));
    }

    #[test]
    fn beyond_999_meters_have_no_number_as_assets() {
        let mut account = account(vec![installation(1, 0)]);
        account.installations[0].meters = (0..1001).map(|_| MeterDraft::default().complete()).collect();
        let account = account.numbered();
        let numbers = account.installations[0].meters.iter().map(|meter| account.asset_number(meter));
        assert_eq!(numbers.flatten().count(), 999);
    }

    proptest! {
        #[test]
        fn no_two_parts_have_one_number(meters in prop::collection::vec(0usize..4, 1..8)) {
            let account = account(meters.into_iter().enumerate().map(|(i, n)| installation(i, n)).collect()).numbered();
            let mut assets: Vec<_> = account
                .installations
                .iter()
                .flat_map(|it| &it.meters)
                .map(|meter| account.asset_number(meter).unwrap())
                .collect();
            let all = assets.len();
            assets.sort_unstable();
            assets.dedup();
            prop_assert_eq!(assets.len(), all);
        }
    }
}
