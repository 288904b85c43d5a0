//! What a list of accounts may be searched, filtered and sorted by, and how texts are compared for that.

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization;

use crate::{
    Account, AccountStatus, CountryCode, Email, ExternalId, LabelPartnerCode, Text, TimeZone, text::composed,
    words::words,
};

words! {
    /// A field that a list can be searched, filtered and sorted by.
    ListField {
        /// Our id.
        AccountId = "accountId",
        /// The organisation's own id.
        ProviderAccountId = "providerAccountId",
        /// What the account is called.
        AccountName = "accountName",
        /// The organisation's own id of a group of accounts.
        CustomerOrgId = "customerOrgId",
        /// What that group is called.
        CustomerOrgName = "customerOrgName",
        /// Who looks after the account.
        Owner = "owner",
        /// Whether it is in use.
        Status = "status",
        /// What it stands for.
        Type = "type",
        /// Where the customer is written to.
        Email = "email",
        /// The city.
        City = "city",
        /// The state or province.
        State = "state",
        /// The postal code.
        Zip = "zip",
        /// The country.
        Country = "country",
        /// The brand.
        LabelPartner = "labelPartner",
        /// The time zone.
        TimeZone = "timeZone",
    }
}

impl Account {
    /// What a list may look at, as far as it is known. Our id and a status of `ACTIVE` are left out: the
    /// one is part of every key, the other is what nearly every account has.
    #[must_use]
    pub fn listed(&self) -> Vec<(ListField, String)> {
        let (profile, customer, address) = (&self.profile, &self.customer, self.site.address());
        let status = Some(profile.status).filter(|status| *status != AccountStatus::Active);
        [
            (ListField::ProviderAccountId, customer.external_id.as_ref().map(ExternalId::to_string)),
            (ListField::AccountName, self.name()),
            (ListField::CustomerOrgId, profile.customer_org_id.as_ref().map(ExternalId::to_string)),
            (ListField::CustomerOrgName, profile.customer_org_name.as_ref().map(Text::to_string)),
            (ListField::Owner, profile.owner.as_ref().map(Text::to_string)),
            (ListField::Status, status.map(|status| status.word().to_owned())),
            (ListField::Type, profile.account_type.map(|it| it.word().to_owned())),
            (ListField::Email, customer.email.as_ref().map(Email::as_str).map(str::to_owned)),
            (ListField::City, address.city.as_ref().map(Text::to_string)),
            (ListField::State, address.state.as_ref().map(Text::to_string)),
            (ListField::Zip, address.postal_code.as_ref().map(Text::to_string)),
            (ListField::Country, address.country.as_ref().map(CountryCode::as_str).map(str::to_owned)),
            (ListField::LabelPartner, self.label_partner.as_ref().map(LabelPartnerCode::to_string)),
            (ListField::TimeZone, self.time_zone().map(TimeZone::to_string)),
        ]
        .into_iter()
        .filter_map(|(field, text)| Some((field, text?)))
        .collect()
    }
}

/// A text in the form in which lists compare: full case folding over compatibility composition (NFKC), so
/// that neither case nor the way of spelling a letter counts.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let composed: String = text.nfkc().collect();
    CaseMapper::new().fold_string(&composed).nfkc().collect()
}

/// Whether two texts are the same, however their letters are composed.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    composed(one) == composed(other)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{Name, OrganisationId};

    #[test]
    fn neither_case_nor_spelling_counts() {
        for (one, other) in
            [("STRASSE", "straße"), ("Ⅷ ﬁ", "viii FI"), ("Zo\u{eb}", "ZOE\u{308}"), ("Peet's", "PEET'S")]
        {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("Zoe"), folded("Zoë"));
    }

    #[test]
    fn an_account_of_which_nothing_is_known_has_nothing_to_list() {
        let mut account = Account::blank(OrganisationId::new_random(), None, Timestamp::UNIX_EPOCH);
        assert_eq!(account.listed(), []);
        account.profile.status = AccountStatus::Deleted;
        account.customer.contact.last_name = Name::parse("Doe").ok();
        let expected = [(ListField::AccountName, "Doe".to_owned()), (ListField::Status, "DELETED".to_owned())];
        assert_eq!(account.listed(), expected);
    }
}
