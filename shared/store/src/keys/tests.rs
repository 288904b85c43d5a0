use std::collections::HashSet;

use wattbook_domain::{ExternalId, Place};

use super::*;

/// A value made to look like another kind's or another scope's key stays its own.
#[test]
fn no_value_can_reach_the_key_of_another() {
    let organisation = OrganisationId::new_random();
    let hostile = ["1", "e#1", "*#e#1", &format!("{organisation}#e#1"), "1#CLAIM"];
    let mut keys = HashSet::new();
    for scope in [UniquenessScope::Platform, UniquenessScope::Organisation] {
        for value in hostile {
            for kind in ClaimKind::ALL {
                let value = ExternalId::parse(value).unwrap().to_string();
                let claimed = Claim { kind, value, place: Place::Email };
                assert!(keys.insert(claim(scope, organisation, &claimed)), "{claimed:?}");
            }
        }
    }
}

#[test]
fn a_sign_in_is_never_taken_for_a_definition_nor_one_for_the_other() {
    let name = ManufacturerName::parse("re.alto #SIGNIN").unwrap();
    let said = |is_sign_in| CatalogueKey { entity_type: EntityType::Ev, matched: "realtosignin", is_sign_in };
    assert_eq!(catalogue_key(&manufacturer(EntityType::Ev, &name)), Some(said(false)));
    assert_eq!(catalogue_key(&sign_in(EntityType::Ev, &name.matched())), Some(said(true)));
    for sk in ["EV", "Car#audi", "Car#audi#SIGNIN", "EV#audi#LATER", "EV#audi#LATER#SIGNIN"] {
        assert_eq!(catalogue_key(&Key { pk: CATALOGUE.into(), sk: sk.into() }), None, "{sk}");
    }
}
