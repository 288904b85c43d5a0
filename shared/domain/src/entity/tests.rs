use std::collections::HashSet;

use super::*;

#[test]
fn an_id_has_its_number_in_it() {
    let mut numbers = HashSet::new();
    for _ in 0..10_000 {
        let id = EntityId::new_random();
        let text = id.to_string();
        assert_eq!((text.as_bytes()[14], id.0.get_variant()), (b'8', uuid::Variant::RFC4122), "{text}");
        assert_eq!(text.parse::<EntityId>().unwrap(), id);
        let number = id.number().get();
        assert!(NUMBERS.contains(&number) && numbers.insert(number), "{number}");
    }
    // All of the span is used, and not the beginning of it.
    assert!(numbers.iter().any(|number| *number > NUMBERS.end / 10 * 9));
    assert!(numbers.iter().any(|number| *number < NUMBERS.end / 10));
}
