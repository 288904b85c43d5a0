//! What a new onboarding request is asked for with.

use std::collections::BTreeMap;

use deserr::Deserr;
use serde_json::Value;
use utoipa::ToSchema;
use wattbook_api::{
    Faults,
    fault::Pointer,
    schema_types::{ExternalIdText, LabelPartner, Line64, Line100},
};
use wattbook_domain::{
    AccountId, ExternalId, Flaw, LabelPartnerCode, Name, OrganisationId,
    catalogue::{
        EntityType, ManufacturerName,
        attributes::{AttributeName, AttributeValue},
    },
    entity::CollectiveId,
    onboarding::ReturnUrl,
};

use crate::{
    catalogue,
    schema::{Members, ValueBody},
};

/// A device to onboard: what it is, what names it, and what is known of it besides.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields, rename_all = camelCase)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = CreateOnboardingRequest)]
pub struct OnboardingBody {
    /// What it is: one of the entity types. Capitals, blanks and dashes make no difference.
    #[deserr(rename = "type", try_from(&String) = type_named -> Flaw)]
    #[serde(rename = "type")]
    #[schema(value_type = Line64)]
    pub entity_type: EntityType,
    /// Who makes it, or another way to it, by a name of the catalogue. Capitals, accents, blanks and signs make no
    /// difference.
    #[schema(value_type = Line64)]
    pub manufacturer: ManufacturerName,
    /// The organisation that it is for; yours, if you leave it out, and no other.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub tenant_id: Option<OrganisationId>,
    /// The collective that the entity is to be a part of.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub collective_id: Option<CollectiveId>,
    /// The brand that it is for. Without it that of the account, or of a credential that reaches one brand alone.
    #[deserr(default)]
    #[schema(value_type = Option<LabelPartner>)]
    pub label_partner: Option<LabelPartnerCode>,
    /// The vehicle identification number, where the manufacturer asks for it.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 128)]
    pub vin: Option<String>,
    /// The number of the metering point, where the manufacturer asks for it.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 128)]
    pub ean: Option<String>,
    /// The code or serial number of the device, where the manufacturer asks for it.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 128)]
    pub code: Option<String>,
    /// The e-mail that the owner signs in with at the manufacturer, where that asks for it.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 254)]
    pub email: Option<String>,
    /// The model, where the manufacturer asks for it.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    pub model: Option<String>,
    /// Your own name for the request and the entity.
    #[deserr(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub reference: Option<ExternalId>,
    /// Whose device it is. It is shown to nobody but you.
    #[deserr(default)]
    #[schema(value_type = Option<Line100>)]
    pub owner: Option<Name>,
    /// Other attributes that the manufacturer asks for, by their names.
    #[deserr(default)]
    #[schema(value_type = Option<Object>, additional_properties = true)]
    pub properties: Option<Members<ValueBody>>,
    /// Where the owner is sent when he is done, with `onboardingId` and `status` appended, and `error` if it failed. It
    /// has to be at an origin that your organisation has allowed.
    #[deserr(default, try_from(Option<String>) = address -> Flaw)]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2000)]
    pub return_url: Option<ReturnUrl>,
    /// The account that the entity is to belong to, by our id.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub account_id: Option<AccountId>,
    /// The meter that it is at, by your own id; its account is that of the entity.
    #[deserr(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub external_meter_id: Option<ExternalId>,
    /// Whether the device may be taken over from whoever has it, once its new owner has proved it to be his.
    #[deserr(default)]
    pub take_over: Option<bool>,
}

/// The attributes that stand beside the others, for the sake of those who know them there.
const KNOWN: [&str; 5] = ["vin", "ean", "code", "email", "model"];

impl OnboardingBody {
    /// Everything that is stated of the device. What stands in two places is noted.
    pub fn attributes(&self, faults: &mut Faults) -> BTreeMap<AttributeName, AttributeValue> {
        let beside = [&self.vin, &self.ean, &self.code, &self.email, &self.model];
        let mut stated = BTreeMap::new();
        for (name, text) in KNOWN.iter().zip(beside).filter_map(|(name, text)| Some((name, text.as_ref()?))) {
            stated.extend(AttributeName::parse(name).ok().map(|name| (name, AttributeValue::Text(text.clone()))));
        }
        for (name, ValueBody(value)) in self.properties.iter().flat_map(|members| &members.0) {
            if stated.insert(name.clone(), value.clone()).is_some() {
                let twice = Flaw::Contradiction { other: "the member of this name beside properties; state it once" };
                faults.body(&Pointer::root().child("properties").child(name), twice);
            }
        }
        stated
    }
}

/// Where an attribute stands in the body, or is to stand.
#[must_use]
pub fn place(attribute: &AttributeName, body: &Value) -> Pointer {
    let properties = Pointer::root().child("properties");
    let beside = KNOWN.contains(&attribute.as_str());
    let inside = body.get("properties").is_some_and(|members| members.get(attribute.as_str()).is_some());
    if beside && !inside { Pointer::root().child(attribute) } else { properties.child(attribute) }
}

fn type_named(raw: &str) -> Result<EntityType, Flaw> {
    catalogue::entity_type(raw).ok_or(Flaw::NotOneOf { allowed: EntityType::WORDS })
}

fn address(raw: Option<String>) -> Result<Option<ReturnUrl>, Flaw> {
    raw.map(|raw| ReturnUrl::parse(&raw)).transpose()
}
