//! Users, as this dialect shows them.

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_domain::{
    Account, CustomerNumber, Email,
    user::{Privilege, Role, User},
};

/// A person who can sign in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = UserResponse)]
pub struct UserView {
    /// Our id.
    #[schema(format = "uuid")]
    user_id: String,
    /// The name to sign in with.
    #[schema(required = true)]
    user_name: Option<String>,
    /// Given name.
    #[schema(required = true)]
    first_name: Option<String>,
    /// Family name.
    #[schema(required = true)]
    last_name: Option<String>,
    /// Where the person is written to.
    #[schema(required = true)]
    email: Option<String>,
    /// The number of a mobile telephone.
    #[schema(required = true)]
    mobile_number: Option<String>,
    /// The customers that the person is.
    customer_ids: Vec<u32>,
    /// The participants that the person belongs to: those customers.
    participant_ids: Vec<u32>,
    /// What the person may do, in groups.
    roles: Vec<&'static str>,
}

impl UserView {
    /// The user that a customer is.
    #[must_use]
    pub fn of_customer(account: &Account) -> Self {
        let (contact, email) = (&account.customer.contact, account.customer.email.as_ref().map(Email::as_str));
        let ids: Vec<_> = account.number.map(CustomerNumber::get).into_iter().collect();
        Self {
            user_id: account.id.to_string(),
            user_name: email.map(str::to_owned),
            first_name: contact.first_name.as_ref().map(ToString::to_string),
            last_name: contact.last_name.as_ref().map(ToString::to_string),
            email: email.map(str::to_owned),
            mobile_number: contact.mobile.as_ref().map(ToString::to_string),
            customer_ids: ids.clone(),
            participant_ids: ids,
            roles: vec![Role::Customer.word()],
        }
    }

    /// Another one.
    #[must_use]
    pub fn of(user: &User) -> Self {
        Self {
            user_id: user.id.to_string(),
            user_name: Some(user.email.as_str().to_owned()),
            first_name: Some(user.first_name.to_string()),
            last_name: Some(user.last_name.to_string()),
            email: Some(user.email.as_str().to_owned()),
            mobile_number: user.mobile.as_ref().map(ToString::to_string),
            customer_ids: Vec::new(),
            participant_ids: Vec::new(),
            roles: user.roles.iter().map(|role| role.word()).collect(),
        }
    }
}

/// What whoever has these roles may do.
#[must_use]
pub fn privileges<'r>(roles: impl IntoIterator<Item = &'r Role>) -> Vec<&'static str> {
    let all: std::collections::BTreeSet<_> = roles.into_iter().flat_map(|role| role.privileges()).collect();
    all.into_iter().map(|it: &Privilege| it.word()).collect()
}
