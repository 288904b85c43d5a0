//! The template's table in the SDK's terms.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::{
    error::BuildError,
    operation::create_table::builders::CreateTableInputBuilder,
    types::{
        AttributeDefinition as SdkAttribute, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        LocalSecondaryIndex, Projection, ProjectionType, ScalarAttributeType, TableDescription,
    },
};

use crate::template::{IndexDefinition, KeyDefinition, ProjectionDefinition, TableDefinition};

/// The request that makes the table.
pub(crate) fn create_table(table: &TableDefinition) -> Result<CreateTableInputBuilder, BuildError> {
    let attributes = table
        .attributes
        .iter()
        .map(|attribute| {
            SdkAttribute::builder()
                .attribute_name(&attribute.attribute_name)
                .attribute_type(ScalarAttributeType::from(attribute.attribute_type.as_str()))
                .build()
        })
        .collect::<Result<_, _>>()?;
    Ok(CreateTableInputBuilder::default()
        .table_name(&table.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(key_schema(&table.keys)?))
        .set_global_secondary_indexes(some_of(&table.global_indexes, global_index)?)
        .set_local_secondary_indexes(some_of(&table.local_indexes, local_index)?))
}

/// An empty list of indexes is refused; there has to be none.
fn some_of<T>(
    indexes: &[IndexDefinition],
    make: fn(&IndexDefinition) -> Result<T, BuildError>,
) -> Result<Option<Vec<T>>, BuildError> {
    if indexes.is_empty() {
        return Ok(None);
    }
    indexes.iter().map(make).collect::<Result<_, _>>().map(Some)
}

fn global_index(index: &IndexDefinition) -> Result<GlobalSecondaryIndex, BuildError> {
    GlobalSecondaryIndex::builder()
        .index_name(&index.index_name)
        .set_key_schema(Some(key_schema(&index.key_schema)?))
        .projection(projection(&index.projection))
        .build()
}

fn local_index(index: &IndexDefinition) -> Result<LocalSecondaryIndex, BuildError> {
    LocalSecondaryIndex::builder()
        .index_name(&index.index_name)
        .set_key_schema(Some(key_schema(&index.key_schema)?))
        .projection(projection(&index.projection))
        .build()
}

fn key_schema(keys: &[KeyDefinition]) -> Result<Vec<KeySchemaElement>, BuildError> {
    keys.iter()
        .map(|key| {
            KeySchemaElement::builder()
                .attribute_name(&key.attribute_name)
                .key_type(KeyType::from(key.key_type.as_str()))
                .build()
        })
        .collect()
}

fn projection(projection: &ProjectionDefinition) -> Projection {
    let others = Some(projection.non_key_attributes.clone()).filter(|names| !names.is_empty());
    Projection::builder()
        .projection_type(ProjectionType::from(projection.projection_type.as_str()))
        .set_non_key_attributes(others)
        .build()
}

/// In what the table that is there differs from the template's. A table made from an older
/// template would otherwise fail at the first query of an index that it lacks.
pub(crate) fn difference(table: &TableDefinition, there: &TableDescription) -> Option<&'static str> {
    let key = |attribute: &str, kind: &str| (attribute.to_owned(), kind.to_owned());
    let wanted: Vec<_> = table.keys.iter().map(|part| key(&part.attribute_name, &part.key_type)).collect();
    let found: Vec<_> =
        there.key_schema().iter().map(|part| key(part.attribute_name(), part.key_type().as_str())).collect();
    if wanted != found {
        return Some("keys");
    }
    let wanted: BTreeSet<_> =
        table.global_indexes.iter().chain(&table.local_indexes).map(|index| index.index_name.as_str()).collect();
    let global = there.global_secondary_indexes().iter().filter_map(|index| index.index_name());
    let local = there.local_secondary_indexes().iter().filter_map(|index| index.index_name());
    (wanted != global.chain(local).collect()).then_some("indexes")
}
