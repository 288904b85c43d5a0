//! The size of an item as DynamoDB counts it
//! (AWS, "DynamoDB item sizes and formats").

use aws_sdk_dynamodb::types::AttributeValue;

use crate::items::Item;

/// Bytes an item takes, never less than the service counts.
pub(crate) fn item(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + attribute(value)).sum()
}

fn attribute(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        // About one byte for two digits, and one; counted generously.
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 2,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        // A document has three bytes of its own and one for each element.
        AttributeValue::M(members) => {
            3 + members.iter().map(|(name, value)| 1 + name.len() + attribute(value)).sum::<usize>()
        }
        AttributeValue::L(elements) => 3 + elements.iter().map(|value| 1 + attribute(value)).sum::<usize>(),
        AttributeValue::Ss(set) | AttributeValue::Ns(set) => set.iter().map(String::len).sum(),
        AttributeValue::Bs(set) => set.iter().map(|bytes| bytes.as_ref().len()).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn counts_names_values_and_document_overhead() {
        let text = |value: &str| AttributeValue::S(value.into());
        let flat: Item = HashMap::from([("pk".into(), text("abc"))]);
        assert_eq!(item(&flat), 5);
        let nested: Item = HashMap::from([(
            "m".into(),
            AttributeValue::M(HashMap::from([(
                "l".into(),
                AttributeValue::L(vec![text("é"), AttributeValue::Bool(true)]),
            )])),
        )]);
        assert_eq!(item(&nested), 1 + 3 + (1 + 1 + (3 + (1 + 2) + (1 + 1))));
    }
}
