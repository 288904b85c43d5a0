//! Who calls, as the authorizer found out and as a function reads it.
//!
//! The authorizer's context carries all that a function needs to know of the caller's
//! organisation, so that no function reads it again. Both directions stand here, side by side.

use std::collections::HashMap;

use serde_json::{Map, Value};
use wattbook_domain::{AccessLevel, Actor, LabelPartnerCode, Organisation, OrganisationId, Reach, ServiceType};

/// The caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Who it is: what it writes is told of as written by this.
    pub actor: Actor,
    /// Which resources it can see.
    pub reach: Reach,
    /// The label partners it can use, with their default service types.
    pub label_partners: Vec<(LabelPartnerCode, ServiceType)>,
}

impl Principal {
    /// The caller with a credential of that organisation. A label-partner credential is not told
    /// of the other brands.
    #[must_use]
    pub fn new(app_id: String, access: AccessLevel, organisation: &Organisation) -> Self {
        Self::acting(Actor::Credential(app_id), access, organisation)
    }

    /// The same where no credential calls, but an import or a message that is known to be the organisation's.
    #[must_use]
    pub fn acting(actor: Actor, access: AccessLevel, organisation: &Organisation) -> Self {
        let reach = Reach { organisation: organisation.id, access };
        let label_partners = organisation
            .label_partners
            .iter()
            .filter(|partner| reach.covers_brand(&partner.code))
            .map(|partner| (partner.code.clone(), partner.default_service_type))
            .collect();
        Self { actor, reach, label_partners }
    }

    /// The credential's app id, if a credential calls.
    #[must_use]
    pub fn app_id(&self) -> Option<&str> {
        if let Actor::Credential(id) = &self.actor { Some(id) } else { None }
    }

    /// The default service type of a label partner that the caller can use.
    #[must_use]
    pub fn default_service_type(&self, code: &LabelPartnerCode) -> Option<ServiceType> {
        self.label_partners.iter().find(|(known, _)| known == code).map(|(_, service_type)| *service_type)
    }

    /// The brand that a caller's lists are of; none for all of the organisation.
    #[must_use]
    pub const fn brand(&self) -> Option<&LabelPartnerCode> {
        self.reach.access.label_partner()
    }

    /// The context that the authorizer hands to API Gateway. Flat strings, because that is what
    /// every kind of integration passes on.
    #[must_use]
    pub fn to_context(&self) -> Map<String, Value> {
        let partners: Vec<_> =
            self.label_partners.iter().map(|(code, service_type)| format!("{code}={service_type}")).collect();
        let mut context = Map::new();
        context.insert("app_id".into(), self.app_id().unwrap_or_default().into());
        context.insert("organisation_id".into(), self.reach.organisation.to_string().into());
        match &self.reach.access {
            AccessLevel::Admin => context.insert("access".into(), "admin".into()),
            AccessLevel::LabelPartner { label_partner } => {
                context.insert("label_partner".into(), label_partner.to_string().into());
                context.insert("access".into(), "labelpartner".into())
            }
        };
        context.insert("label_partners".into(), partners.join(";").into());
        context
    }

    /// Reads the context back. `None` for anything but a complete one: whoever is not known for
    /// certain is nobody.
    #[must_use]
    pub fn from_context(context: &HashMap<String, Value>) -> Option<Self> {
        let text = |name: &str| context.get(name).and_then(Value::as_str);
        let access = match text("access")? {
            "admin" => AccessLevel::Admin,
            "labelpartner" => {
                AccessLevel::LabelPartner { label_partner: LabelPartnerCode::parse(text("label_partner")?).ok()? }
            }
            _ => return None,
        };
        let partner = |pair: &str| {
            let (code, service_type) = pair.split_once('=')?;
            Some((LabelPartnerCode::parse(code).ok()?, service_type.parse().ok()?))
        };
        let label_partners =
            text("label_partners")?.split(';').filter(|pair| !pair.is_empty()).map(partner).collect::<Option<_>>()?;
        let organisation: OrganisationId = text("organisation_id")?.parse().ok()?;
        let actor = Actor::Credential(text("app_id")?.to_owned());
        Some(Self { actor, reach: Reach { organisation, access }, label_partners })
    }
}

#[cfg(test)]
mod tests {
    use wattbook_domain::{LabelPartner, Name};

    use super::*;

    fn organisation() -> Organisation {
        let partner = |code: &str, service_type: &str| LabelPartner {
            code: LabelPartnerCode::parse(code).unwrap(),
            name: Name::parse(code).unwrap(),
            default_service_type: service_type.parse().unwrap(),
        };
        Organisation {
            id: OrganisationId::new_random(),
            name: Name::parse("Demo").unwrap(),
            label_partners: vec![partner("NORTH", "RT-HR-NILM-HW"), partner("SOUTH", "BR-LR-no-NILM-noHW")],
            return_origins: std::collections::BTreeSet::new(),
        }
    }

    #[test]
    fn survives_the_way_through_the_gateway() {
        let north = LabelPartnerCode::parse("NORTH").unwrap();
        for access in [AccessLevel::Admin, AccessLevel::LabelPartner { label_partner: north.clone() }] {
            let principal = Principal::new("app".into(), access, &organisation());
            let context = principal.to_context().into_iter().collect();
            assert_eq!(Principal::from_context(&context), Some(principal));
        }
    }

    /// The greatest organisation there can be, in what the authorizer answers.
    #[test]
    fn the_context_is_small_enough_for_api_gateway() {
        const MOST_BYTES: usize = 8 * 1024;
        let longest = ServiceType::all().max_by_key(|service_type| service_type.to_string().len()).unwrap();
        let partner = |n: usize| LabelPartner {
            code: LabelPartnerCode::parse(&format!("P{n:031}")).unwrap(),
            name: Name::parse(&"N".repeat(100)).unwrap(),
            default_service_type: longest,
        };
        let label_partners = (0..Organisation::MAX_LABEL_PARTNERS).map(partner).collect();
        let greatest = Organisation { label_partners, ..organisation() };
        let (app_id, _) = crate::secret::new_credential(greatest.id).unwrap();
        let principal = Principal::new(app_id, AccessLevel::Admin, &greatest);
        let answer = serde_json::json!({"isAuthorized": true, "context": principal.to_context()}).to_string();
        assert!(answer.len() < MOST_BYTES, "{}", answer.len());
        assert_eq!(Principal::from_context(&principal.to_context().into_iter().collect()), Some(principal));
    }

    #[test]
    fn a_brand_is_not_told_of_the_others() {
        let north = LabelPartnerCode::parse("NORTH").unwrap();
        let principal =
            Principal::new("app".into(), AccessLevel::LabelPartner { label_partner: north }, &organisation());
        assert_eq!(principal.label_partners.len(), 1);
        assert!(!principal.reach.covers_brand(&LabelPartnerCode::parse("SOUTH").unwrap()));
    }

    #[test]
    fn an_incomplete_context_is_nobody() {
        let whole = Principal::new("app".into(), AccessLevel::Admin, &organisation()).to_context();
        for name in whole.keys() {
            let mut context: HashMap<_, _> = whole.clone().into_iter().collect();
            context.remove(name);
            assert_eq!(Principal::from_context(&context), None, "without {name}");
            context.insert(name.clone(), "nonsense".into());
            if name != "app_id" {
                assert_eq!(Principal::from_context(&context), None, "with a wrong {name}");
            }
        }
    }
}
