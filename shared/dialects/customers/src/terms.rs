//! Terms of apps, as this dialect shows them, and their acceptance.

use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{Failure, Faults, Services};
use wattbook_domain::{
    Account, OrganisationId,
    record::{App, AppName, Terms, TermsKind},
};
use wattbook_store::RecordOf;

use crate::date;

/// The current terms of an app.
#[derive(Debug, Clone)]
pub struct Current {
    /// The app.
    pub app: AppName,
    general: Option<Terms>,
    additional: Option<Terms>,
}

impl Current {
    /// Those of the app of a path.
    ///
    /// # Errors
    /// There is no such app, or the store failed.
    pub async fn find(services: &Services, organisation: OrganisationId, raw: &str) -> Result<Self, Failure> {
        let name = AppName::parse(raw).map_err(|_| Failure::NotFound)?;
        let (store, of) = (services.store()?, RecordOf::Organisation(organisation));
        let app = store.record::<App>(of, name.as_str()).await?.ok_or(Failure::NotFound)?.value.short_name;
        let ids = [TermsKind::General, TermsKind::Additional].map(|kind| Terms::id_of(&app, kind));
        let mut current = Self { app, general: None, additional: None };
        for terms in store.records::<Terms>(of, &ids).await?.into_iter().map(|it| it.value) {
            match terms.kind {
                TermsKind::General => current.general = Some(terms),
                TermsKind::Additional => current.additional = Some(terms),
            }
        }
        Ok(current)
    }

    const fn of(&self, kind: TermsKind) -> Option<&Terms> {
        match kind {
            TermsKind::General => self.general.as_ref(),
            TermsKind::Additional => self.additional.as_ref(),
        }
    }

    /// Accepts the current version of those of a kind, if there is one.
    pub fn accept(&self, account: &mut Account, kind: TermsKind, now: jiff::Timestamp) {
        if let Some(terms) = self.of(kind) {
            account.terms.entry(self.app.clone()).or_default().accept(terms, now);
        }
    }

    /// What an account has accepted of them.
    #[must_use]
    pub fn view(&self, account: &Account) -> TermsView {
        TermsView {
            app_short_name: self.app.as_str().to_owned(),
            general_terms: self.of_kind(account, TermsKind::General),
            additional_terms: self.of_kind(account, TermsKind::Additional),
        }
    }

    fn of_kind(&self, account: &Account, kind: TermsKind) -> TermsOfKindView {
        let (terms, accepted) = (self.of(kind), account.terms.get(&self.app).and_then(|it| it.of(kind)));
        let is_accepted = terms.zip(accepted).is_some_and(|(terms, accepted)| terms.version == accepted.version);
        TermsOfKindView {
            version: terms.map(|it| it.version.to_string()),
            url: terms.and_then(|it| it.url.as_ref()).map(ToString::to_string),
            is_accepted,
            accepted_version: accepted.map(|it| it.version.to_string()),
            accepted_at: accepted.map(|it| date::written(it.at)),
        }
    }
}

/// The terms of an app, and what the customer has accepted of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = TermsResponse)]
pub struct TermsView {
    /// The app.
    app_short_name: String,
    /// Those that everybody accepts.
    pub general_terms: TermsOfKindView,
    /// Those for more than that.
    pub additional_terms: TermsOfKindView,
}

/// Terms of a kind.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = AppTerms)]
pub struct TermsOfKindView {
    /// The current version; null where there are none.
    #[schema(required = true)]
    version: Option<String>,
    /// Where they can be read.
    #[schema(required = true)]
    url: Option<String>,
    /// Whether the current version is accepted.
    pub is_accepted: bool,
    /// The version that was accepted last; null if none is.
    #[schema(required = true)]
    accepted_version: Option<String>,
    /// When.
    #[schema(required = true)]
    accepted_at: Option<String>,
}

/// Which terms are accepted.
#[derive(Debug, Default, Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = TermsRequest, rename_all = "PascalCase")]
pub struct TermsBody {
    /// Whether the current version of the general terms is. `false` leaves them as they are.
    #[deserr(rename = "AcceptGeneralTerms", default)]
    pub accept_general_terms: Option<bool>,
    /// The same of the additional ones.
    #[deserr(rename = "AcceptAdditionalTerms", default)]
    pub accept_additional_terms: Option<bool>,
}
