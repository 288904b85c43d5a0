//! Which account a request is about: by our id or by the caller's own, in the path or in the query.

use wattbook_domain::{Account, AccountId, Claim, ExternalId};

use wattbook_api::{Failure, Faults, Principal, Request, Services, fault::Reason};

/// Who asks, and for which account; `also` reads what else the request says.
///
/// # Errors
/// The caller is not known, the request has faults, there is no such account, or the store failed.
pub async fn asked<T: Send>(
    services: &Services,
    request: &Request,
    also: impl FnOnce(&mut Faults) -> T + Send,
) -> Result<(Principal, Account, T), Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let also = also(&mut faults);
    let target = Target::of(request, &mut faults);
    faults.none()?;
    let account = target.find(services, &principal).await?.ok_or(Failure::NotFound)?;
    Ok((principal, account, also))
}

/// Which account a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The one with our id.
    Id(AccountId),
    /// The one with the caller's own id.
    Own(ExternalId),
    /// None: what was given is no id, and so the id of nothing. That must not be told from an id that
    /// nobody has.
    Nothing,
}

impl Target {
    /// The account that path or query name. Our id wins over the caller's.
    pub fn of(request: &Request, faults: &mut Faults) -> Self {
        Self::named(request, faults).unwrap_or_else(|| {
            let message = "is required, unless accountId is given";
            faults.query("providerAccountId", Reason::new("required", message));
            Self::Nothing
        })
    }

    /// The account that path or query name, if they name one.
    pub fn named(request: &Request, faults: &mut Faults) -> Option<Self> {
        match (request.path_parameter("accountId"), request.path_parameter("providerAccountId")) {
            ("", "") => {
                let mut query = request.query();
                let id = query.optional("accountId", |id| Ok(Self::id(id)), faults);
                let parse = |own: &str| match ExternalId::parse(own) {
                    // A plus sign that came as a space is likely: of such an id it is said what is wrong.
                    Err(flaw) if own.contains(' ') => Err(Reason::from(flaw)),
                    read => Ok(read.map_or(Self::Nothing, Self::Own)),
                };
                let own = query.optional("providerAccountId", parse, faults);
                id.or(own).or_else(|| query.first("providerAccountId").map(|_| Self::Nothing))
            }
            ("", own) => Some(Self::own(own)),
            (id, _) => Some(Self::id(id)),
        }
    }

    fn id(raw: &str) -> Self {
        raw.parse().map_or(Self::Nothing, Self::Id)
    }

    fn own(raw: &str) -> Self {
        ExternalId::parse(raw).map_or(Self::Nothing, Self::Own)
    }

    /// The account, if there is one that the caller can see.
    ///
    /// # Errors
    /// The store failed.
    pub async fn find(&self, services: &Services, principal: &Principal) -> Result<Option<Account>, Failure> {
        let (store, organisation) = (services.store()?, principal.reach.organisation);
        let found = match self {
            Self::Id(id) => store.account(organisation, *id).await?,
            Self::Own(own) => store.account_by_claim(organisation, &Claim::external_account_id(own)).await?,
            Self::Nothing => None,
        };
        Ok(found.filter(|account| principal.reach.covers(account.organisation, account.label_partner.as_ref())))
    }
}
