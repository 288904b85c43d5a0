//! Members that the published objects have and that mean nothing to us: each is read, kept and given
//! back in one and the same form.

use deserr::Deserr;
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};
use wattbook_api::{
    Faults,
    schema_types::{Line32, Line64, Line255},
};
use wattbook_domain::{Text, property, tariff};

use crate::{
    answer::number,
    lenient::{MAX_ID, Quantity, WholeNumber, Words},
};

/// Declares the members of a structure of the domain, which are named there as here.
macro_rules! details {
    ($(#[$doc:meta])+ $name:ident of $kept:path { $($(#[$member_doc:meta])+ $member:ident: $type:ty as $schema:ident,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Default, Deserr, Serialize, ToSchema)]
        #[deserr(error = Faults, rename_all = camelCase)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $(
                $(#[$member_doc])+
                #[deserr(default)]
                #[serde(skip_serializing_if = "Option::is_none")]
                #[schema(value_type = Option<$schema>)]
                pub $member: Option<$type>,
            )+
        }

        impl From<$name> for $kept {
            fn from(read: $name) -> Self {
                Self { $($member: read.$member.map(Into::into),)+ }
            }
        }

        impl From<$kept> for $name {
            fn from(kept: $kept) -> Self {
                Self { $($member: kept.$member.map(Into::into),)+ }
            }
        }
    };
}

details! {
    /// What is kept of a property besides.
    PropertyDetails of property::PropertyDetails {
        /// What it is called.
        display_name: Text<255> as Line255,
        /// The unit of its value.
        unit: Text<64> as Line64,
        /// The time of use that it is for.
        period: Text<64> as Line64,
        /// Where it comes from.
        source: Text<64> as Line64,
        /// By what its value is multiplied.
        data_factor: Quantity as DecimalNumber,
        /// The scenarios that it is for, with commas.
        scenarios: Text<255> as Line255,
        /// How its value is compared.
        operator: Text<32> as Line32,
        /// How long its intervals are, in milliseconds.
        duration: WholeNumber as Id,
    }
}

details! {
    /// What is kept of a tariff besides.
    TariffDetails of tariff::TariffDetails {
        /// The id of this version of it.
        tariff_id: WholeNumber as Id,
        /// The id of the version before.
        prior_tariff_id: WholeNumber as Id,
        /// What it is called in the book of tariffs.
        tariff_book_name: Text<255> as Line255,
        /// Whether it is the usual one, an alternative, or comes on top, such as `DEFAULT`.
        tariff_type: Text<32> as Line32,
        /// The code of its supplier.
        lse_code: Text<64> as Line64,
        /// The id of who distributes.
        distribution_lse_id: WholeNumber as Id,
        /// The id of the territory that it is for.
        territory_id: WholeNumber as Id,
        /// How many customers have it.
        customer_count: WholeNumber as Id,
        /// Where that number comes from.
        customer_count_source: Text<255> as Line255,
        /// By which day a version of it applies.
        effective_on_rule: Text<64> as Line64,
        /// What is charged for, with commas, such as `CONSUMPTION_BASED,MINIMUM`; a list is taken, too.
        charge_types: Words as Line255,
        /// How often it is charged, such as `DAILY`.
        charge_period: Text<32> as Line32,
        /// The least consumption in a month that it is for.
        min_monthly_consumption: Quantity as DecimalNumber,
        /// The most consumption in a month that it is for.
        max_monthly_consumption: Quantity as DecimalNumber,
        /// The least demand in a month that it is for.
        min_monthly_demand: Quantity as DecimalNumber,
        /// The most demand in a month that it is for.
        max_monthly_demand: Quantity as DecimalNumber,
        /// Whether its prices go by the time.
        has_time_of_use_rates: bool as bool,
        /// Whether its prices go by how much is used.
        has_tiered_rates: bool as bool,
        /// Whether some of its prices are contracted.
        has_contracted_rates: bool as bool,
        /// Whether it is for certain customers alone.
        has_tariff_applicability: bool as bool,
        /// Whether some of its prices are for certain customers alone.
        has_rate_applicability: bool as bool,
        /// Whether what is fed in counts against what is used.
        has_net_metering: bool as bool,
        /// Whether it is in use.
        is_active: bool as bool,
        /// Who may see it, such as `PUBLIC`.
        privacy: Text<32> as Line32,
    }
}

impl Serialize for WholeNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        number(self.0.number()).serialize(serializer)
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// An id of others, or a number of things.
struct Id;

impl PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
        number.format(Some(format)).minimum(Some(0)).maximum(Some(MAX_ID)).into()
    }
}

impl ToSchema for Id {}

/// A number that is kept to six decimals.
struct DecimalNumber;

impl PartialSchema for DecimalNumber {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Number);
        number.minimum(Some(-1_000_000_000)).maximum(Some(1_000_000_000)).into()
    }
}

impl ToSchema for DecimalNumber {}
