//! `POST /api/Authenticate`: whether a name and a password are right, and who it is.

use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services, body,
    contract::{Refusal, json},
    persons::{self, Outcome, Shown, SignedIn},
};
use wattbook_customers::area::Area;
use wattbook_domain::{CustomerNumber, Flaw};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::open(
    "authenticate-user",
    |services, request| Box::pin(authenticate(services, request)),
    |operation| {
        operation
            .named(
                "Authenticate a person",
                "A wrong password, a name that nobody has and somebody who may not sign in are answered alike. After five wrong \
                 passwords in a row a name has to wait, half a minute at first and a quarter of an hour at most.",
            )
            .takes(json::<LoginBody>())
            .answers(200, json::<LoginView>(), "Who it is.")
            .refuses(&[Refusal::WrongCredential, Refusal::NotInArea, Refusal::TooManyTries])
    },
);

/// Who signs in, and where.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = LoginRequestSimple, rename_all = "PascalCase")]
struct LoginBody {
    /// The e-mail.
    #[deserr(rename = "UserName")]
    user_name: String,
    /// The password.
    #[deserr(rename = "Password")]
    password: String,
    /// 1 for Net, 2 for Power.
    #[deserr(rename = "Area", try_from(u8) = known_area -> Flaw)]
    #[schema(value_type = u8, minimum = 1, maximum = 2)]
    area: Area,
}

/// Who it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = LoginResponseExtended)]
struct LoginView {
    /// The customers that the person is.
    customer_ids: Vec<u32>,
    /// Where the password was checked.
    auth_provider: &'static str,
    /// How far the person has come.
    #[schema(pattern = "^Registered$")]
    registration_status: &'static str,
    /// The user's id.
    user_auth_id: String,
}

async fn authenticate(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let document = request.json(&mut faults)?.value;
    let read: Option<LoginBody> = body::read(&document, &mut faults);
    let Some(login) = read.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
    let shown = Shown { name: &login.user_name, password: &login.password, address: request.source_address() };
    let signed_in = match persons::by_password(services, &shown).await? {
        Outcome::Known(signed_in) => signed_in,
        Outcome::Unknown => return Err(Failure::Unauthenticated),
        Outcome::Wait(wait) => return Err(Failure::TooManyTries { wait }),
    };
    let customer_ids = match &signed_in {
        SignedIn::Customer(account) => {
            let mut kinds = account.installations.iter().map(wattbook_domain::Installation::contract_kinds);
            if !kinds.any(|kinds| login.area.has(&kinds)) {
                return Err(Failure::NotInArea);
            }
            account.number.map(CustomerNumber::get).into_iter().collect()
        }
        SignedIn::User(_) => Vec::new(),
    };
    let view = LoginView {
        customer_ids,
        auth_provider: "Wattbook",
        registration_status: "Registered",
        user_auth_id: signed_in.person().user.to_string(),
    };
    Ok(Answer::json(200, &view)?.header("cache-control", "no-store"))
}

fn known_area(number: u8) -> Result<Area, Flaw> {
    Area::numbered(&number.to_string()).ok_or(Flaw::NotOneOf { allowed: &["1", "2"] })
}
