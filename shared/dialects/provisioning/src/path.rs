//! What the path of a request names: an account, an installation of it, a meter of that. By our
//! ids or, with `?id_type=external`, all by the caller's.

use wattbook_domain::{Account, Claim, ExternalId, Flaw, Installation, InstallationId, MeterId};

use wattbook_api::{Failure, Faults, Principal, Request, Services, fault::Reason, reader::Parameters};

/// Whose ids a path has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum IdType {
    /// Ours.
    Internal,
    /// The caller's.
    External,
}

impl IdType {
    /// Reads `id_type`; ours where it is absent.
    pub fn read(query: &mut Parameters<'_>, faults: &mut Faults) -> Self {
        let word = |word: &str| match word {
            "internal" => Ok(Self::Internal),
            "external" => Ok(Self::External),
            _ => Err(Reason::from(Flaw::NotOneOf { allowed: &["internal", "external"] })),
        };
        query.optional("id_type", word, faults).unwrap_or(Self::Internal)
    }

    /// The account that the path names, if the caller can see it. What is no id at all is not
    /// found either: the answer must not tell the two apart.
    ///
    /// # Errors
    /// There is none, or the store failed.
    pub async fn account(
        self,
        services: &Services,
        principal: &Principal,
        request: &Request,
    ) -> Result<Account, Failure> {
        let (store, organisation) = (services.store()?, principal.reach.organisation);
        let id = request.path_parameter("account_id");
        let found = match self {
            Self::Internal => match id.parse() {
                Ok(id) => store.account(organisation, id).await?,
                Err(_) => None,
            },
            Self::External => match ExternalId::parse(id) {
                Ok(id) => store.account_by_claim(organisation, &Claim::external_account_id(&id)).await?,
                Err(_) => None,
            },
        };
        found
            .filter(|account| principal.reach.covers(account.organisation, account.label_partner.as_ref()))
            .ok_or(Failure::NotFound)
    }

    /// The installation that the path names, if the caller can see it.
    ///
    /// # Errors
    /// There is none.
    pub fn installation(
        self,
        account: &Account,
        principal: &Principal,
        request: &Request,
    ) -> Result<InstallationId, Failure> {
        let id = request.path_parameter("installation_id");
        let named = |installation: &&Installation| {
            let given = match self {
                Self::Internal => installation.id.to_string() == id,
                Self::External => installation.external_id.is(id),
            };
            given && principal.reach.covers_brand(&installation.label_partner)
        };
        account.installations.iter().find(named).map(|installation| installation.id).ok_or(Failure::NotFound)
    }

    /// The meter that the path names.
    ///
    /// # Errors
    /// There is none.
    pub fn meter(self, account: &Account, installation: InstallationId, request: &Request) -> Result<MeterId, Failure> {
        let id = request.path_parameter("meter_id");
        let mut meters =
            account.installations.iter().filter(|candidate| candidate.id == installation).flat_map(|i| &i.meters);
        let meter = meters.find(|meter| match self {
            Self::Internal => meter.id.to_string() == id,
            Self::External => meter.external_id.as_ref().is_some_and(|external| external.is(id)),
        });
        meter.map(|meter| meter.id).ok_or(Failure::NotFound)
    }
}
