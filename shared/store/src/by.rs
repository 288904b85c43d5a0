//! Who wrote an item.

use aws_sdk_dynamodb::types::AttributeValue;
use wattbook_domain::{Actor, OrganisationId};

use crate::items::Item;

/// The attribute that says who wrote an account, a request or an entity.
pub(crate) const BY: &str = "by";

/// An item of an organisation as somebody writes it.
pub(crate) fn written(mut item: Item, organisation: OrganisationId, by: &Actor) -> Item {
    item.insert(BY.to_owned(), AttributeValue::S(text(organisation, by)));
    item
}

/// Who writes, as it is stored. Each byte of it is paid for with every write, and an app id begins with its organisation,
/// which the key of the item has already: a credential of that is the rest of its app id, from the dot on.
pub(crate) fn text(organisation: OrganisationId, by: &Actor) -> String {
    let own = match by {
        Actor::Credential(id) => id.strip_prefix(&compact(organisation)).filter(|rest| rest.starts_with('.')),
        _ => None,
    };
    own.map_or_else(|| by.to_string(), str::to_owned)
}

/// Who wrote, as it was stored; nobody that is known if it is another text.
pub(crate) fn read(organisation: OrganisationId, text: &str) -> Option<Actor> {
    if text.starts_with('.') {
        return Some(Actor::Credential(compact(organisation) + text));
    }
    text.parse().ok()
}

fn compact(organisation: OrganisationId) -> String {
    organisation.to_string().replace('-', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_stored_without_its_organisation() {
        let (organisation, other) = (OrganisationId::new_random(), OrganisationId::new_random());
        let by = Actor::Credential(format!("{}.AbCdEfGhIjKl", compact(organisation)));
        assert_eq!(text(organisation, &by), ".AbCdEfGhIjKl");
        for by in [by, Actor::Credential("x".into()), Actor::Import("i".into()), Actor::Owner] {
            for organisation in [organisation, other] {
                assert_eq!(read(organisation, &text(organisation, &by)), Some(by.clone()));
            }
        }
        assert_eq!(read(organisation, "nobody"), None);
    }
}
