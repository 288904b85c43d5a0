//! Properties of an account: facts under a key, such as the class of a customer or the size of a
//! building (seed `account-api-genability`, "Account Properties").

use serde::{Deserialize, Serialize};

use crate::{Decimal, Flaw, Id, Moment, Share, Text, account::is_default, details::details, words::words};

/// The key of a property.
pub type KeyName = Id<128>;

/// A property without its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Its value.
    pub value: Text<1000>,
    /// From when on it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// Until when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Moment>,
    /// How sure the value is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Share>,
    /// What its value is, as it was stated; of a key that we know, [`data_type`] says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_type: Option<DataType>,
    /// What is kept of it besides.
    #[serde(default, skip_serializing_if = "is_default")]
    pub details: PropertyDetails,
}

details! {
    /// What is kept of a property besides.
    PropertyDetails {
        /// What it is called.
        display_name: Text<255>,
        /// The unit of its value.
        unit: Text<64>,
        /// The time of use that it is for.
        period: Text<64>,
        /// Where it comes from.
        source: Text<64>,
        /// By what its value is multiplied.
        data_factor: Decimal,
        /// The scenarios that it is for, with commas.
        scenarios: Text<255>,
        /// How its value is compared.
        operator: Text<32>,
        /// How long its intervals are, in milliseconds.
        duration: u64,
    }
}

impl Property {
    /// One that holds at any time.
    pub(crate) fn new(value: Text<1000>) -> Self {
        Self { value, from: None, to: None, accuracy: None, data_type: None, details: PropertyDetails::default() }
    }
}

/// What to set of a property; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PropertyChange {
    /// Its value. A new property needs one.
    pub value: Option<Text<1000>>,
    /// From when on it holds.
    pub from: Option<Moment>,
    /// Until when it holds.
    pub to: Option<Moment>,
    /// How sure the value is.
    pub accuracy: Option<Share>,
    /// What its value is.
    pub data_type: Option<DataType>,
    /// What is to be kept of it besides.
    pub details: PropertyDetails,
}

words! {
    /// What the values of a property are.
    DataType {
        /// A text.
        String = "STRING",
        /// One of a few.
        Choice = "CHOICE",
        /// True or false.
        Boolean = "BOOLEAN",
        /// A date.
        Date = "DATE",
        /// A number with decimals.
        Decimal = "DECIMAL",
        /// A whole number.
        Integer = "INTEGER",
        /// A formula.
        Formula = "FORMULA",
        /// One that is looked up.
        Lookup = "LOOKUP",
        /// A demand.
        Demand = "DEMAND",
    }
}

words! {
    /// The class of a customer, which decides on the tariffs there are.
    CustomerClass {
        /// A household.
        Residential = "RESIDENTIAL",
        /// A business.
        General = "GENERAL",
        /// A special use, such as farming or street lights.
        SpecialUse = "SPECIAL_USE",
    }
}

/// The key of the property that holds the [`CustomerClass`].
pub const CUSTOMER_CLASS: &str = "customerClass";

/// The properties that we know, with what their values are. Any other key may be used, too: then we
/// only keep it.
const KNOWN: [(&str, DataType); 4] = [
    (CUSTOMER_CLASS, DataType::Choice),
    ("cityLimits", DataType::Choice),
    ("buildingType", DataType::Choice),
    ("buildingVintage", DataType::Integer),
];

/// What the values of a property are, if we know it.
#[must_use]
pub fn data_type(key: &str) -> Option<DataType> {
    KNOWN.into_iter().find(|(known, _)| *known == key).map(|(_, data_type)| data_type)
}

/// Whether a value can be one of the property of this key.
///
/// # Errors
/// It cannot.
pub fn check_value(key: &str, value: &str) -> Result<(), Flaw> {
    match data_type(key) {
        Some(DataType::Choice) if key == CUSTOMER_CLASS => CustomerClass::of(value).map(|_| ()),
        Some(DataType::Integer) => value.parse::<i64>().map(|_| ()).map_err(|_| Flaw::WholeNumber),
        _ => Ok(()),
    }
}

impl CustomerClass {
    /// What [`Self::of`] takes.
    pub const SPELLINGS: &'static [&'static str] = &["1", "2", "4", "RESIDENTIAL", "GENERAL", "SPECIAL_USE"];

    /// Takes the word or the number; the published examples have both.
    ///
    /// # Errors
    /// There is no such class.
    pub fn of(value: &str) -> Result<Self, Flaw> {
        match value {
            "1" => Ok(Self::Residential),
            "2" => Ok(Self::General),
            "4" => Ok(Self::SpecialUse),
            word => word.parse().map_err(|_| Flaw::NotOneOf { allowed: Self::SPELLINGS }),
        }
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Residential => 1,
            Self::General => 2,
            Self::SpecialUse => 4,
        }
    }
}
