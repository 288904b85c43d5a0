//! Writing properties.

use serde::Serialize;
use serde_json::Number;
use utoipa::ToSchema;
use wattbook_api::schema_types::PropertyTypeWord;
use wattbook_domain::{
    Account,
    property::{self, KeyName, Property},
};

use super::{percent, show};
use crate::{details::PropertyDetails, request::StatedProperty};

/// A property.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PropertyData)]
pub struct PropertyView {
    /// Its key.
    key_name: String,
    /// What its values are, if we know the key or it was stated.
    #[schema(required = true, value_type = Option<PropertyTypeWord>)]
    data_type: Option<&'static str>,
    /// Its value.
    #[schema(required = true)]
    data_value: Option<String>,
    /// From when on it holds (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    from_date_time: Option<String>,
    /// Until when it holds (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    to_date_time: Option<String>,
    /// How sure the value is, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<f64>)]
    accuracy: Option<Number>,
    #[serde(flatten)]
    details: PropertyDetails,
}

impl PropertyView {
    /// A property of an account.
    #[must_use]
    pub fn of(key: &KeyName, property: &Property) -> Self {
        Self {
            data_value: Some(property.value.to_string()),
            from_date_time: show(property.from.as_ref()),
            to_date_time: show(property.to.as_ref()),
            accuracy: property.accuracy.map(percent),
            data_type: property::data_type(key.as_str()).or(property.data_type).map(property::DataType::word),
            details: property.details.clone().into(),
            ..Self::of_field(key.as_str(), None)
        }
    }

    /// A field of an account, in the form of a property.
    fn of_field(key: &str, value: Option<String>) -> Self {
        Self {
            key_name: key.to_owned(),
            data_type: property::data_type(key).map(property::DataType::word),
            data_value: value,
            from_date_time: None,
            to_date_time: None,
            accuracy: None,
            details: PropertyDetails::default(),
        }
    }

    /// What the property operation has set.
    #[must_use]
    pub fn of_set(set: &StatedProperty, account: &Account) -> Self {
        let property = set.change.properties.first().and_then(|(key, _)| account.properties.get_key_value(key));
        match (property, set.change.tariffs.first()) {
            (Some((key, property)), _) => Self::of(key, property),
            (None, Some(tariff)) => {
                let source = tariff.source.clone();
                Self {
                    accuracy: tariff.likelihood.map(percent),
                    details: PropertyDetails { source, ..PropertyDetails::default() },
                    ..Self::of_field(&set.key, Some(set.value.clone()))
                }
            }
            (None, None) => Self::of_field(&set.key, Some(set.value.clone())),
        }
    }
}
