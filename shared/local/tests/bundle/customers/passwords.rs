//! Signing in: what wrong passwords cost, that nobody learns which names there are, and when it ends.

use reqwest::Method;
use serde_json::json;

use super::{refusal, refused};
use crate::{
    registration::PASSWORD,
    support::{Answered, Running, send},
};

/// What an answer tells, but for how long there is to wait.
fn told(answer: &Answered) -> (u16, String, bool) {
    (answer.status, answer.text.clone(), answer.header("retry-after").is_some())
}

/// A wrong password, a name that nobody has, and a customer who has not registered: not a byte tells them apart, and
/// each has to wait after five.
#[tokio::test]
async fn names_that_nobody_has_are_answered_like_those_that_somebody_has() {
    let running = Running::start().await;
    let (customer, other) = (running.customer(1).await, running.customer(2).await);
    running.provisioned(running.admin(), &crate::support::body(3)).await;
    let names = [&customer.name, &running.name("nobody@example.com"), &running.name("jo-3@example.com")];
    for attempt in 1..=8 {
        let mut answers = Vec::new();
        for name in names {
            answers.push(running.authenticate(name, &format!("wrong {attempt}"), 2).await);
        }
        for answer in &answers {
            let expected = if attempt > 5 { (429, "TooManyTries") } else { (401, "Unauthenticated") };
            let (status, code, _) = refusal(answer);
            assert_eq!((status, &*code), expected, "{attempt}: {answer:?}");
        }
        // The seconds that are left may differ by one, in the text, too.
        if attempt <= 5 {
            assert!(answers.iter().all(|answer| told(answer) == told(&answers[0])), "{answers:?}");
        }
        for answer in answers.iter().filter(|_| attempt > 5) {
            let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=30).contains(&wait), "{answer:?}");
        }
    }
    // Not even the right password is tried now, by whichever way it comes; others sign in as before.
    assert_eq!(running.authenticate(&customer.name, PASSWORD, 2).await.status, 429);
    let grant = running.password_grant(&customer.name, PASSWORD).await;
    assert!(grant.header("retry-after").is_some() && grant.status == 429, "{grant:?}");
    let basic = running.as_customer(&customer, Method::GET, &customer.path(""), None).await;
    assert_eq!(refusal(&basic), refused(429, "TooManyTries", &[]));
    assert_eq!(running.authenticate(&other.name, PASSWORD, 2).await.status, 200);
    running.bundle.stop().await;
}

/// Four are free, and the right one forgets them.
#[tokio::test]
async fn the_right_password_forgets_the_wrong_ones() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    for round in 0..3 {
        for attempt in 0..4 {
            assert_eq!(running.authenticate(&customer.name, &format!("wrong {round} {attempt}"), 2).await.status, 401);
        }
        // The case of a name makes no difference.
        let name = running.name(&customer.email.to_uppercase());
        assert_eq!(running.authenticate(&name, PASSWORD, 2).await.status, 200, "{round}");
    }
    running.bundle.stop().await;
}

/// That there is nothing for somebody in an area is told after the right password alone.
#[tokio::test]
async fn who_has_nothing_in_an_area_hears_it_after_the_right_password() {
    let running = Running::start().await;
    let gas = running.customer_of(running.admin(), &crate::support::body(1)).await;
    assert_eq!(running.authenticate(&gas.name, PASSWORD, 2).await.status, 200);
    let absent = running.authenticate(&gas.name, PASSWORD, 1).await;
    assert_eq!(refusal(&absent), refused(410, "NotInArea", &[]));
    let wrong = running.authenticate(&gas.name, "wrong", 1).await;
    assert_eq!(refusal(&wrong), refused(401, "Unauthenticated", &[]));
    for (login, faults) in [
        (json!({}), vec!["Required UserName", "Required Password", "Required Area"]),
        (json!({"UserName": gas.name, "Password": PASSWORD, "Area": 3}), vec!["NotAllowed Area"]),
        (json!({"UserName": 1, "Password": PASSWORD, "Area": "2"}), vec!["WrongType UserName", "WrongType Area"]),
    ] {
        let answer = running.post_openly("/api/Authenticate", &login).await;
        assert_eq!(refusal(&answer), refused(400, "InvalidRequest", &faults), "{login}");
    }
    let small = json!({"UserName": gas.name, "Password": PASSWORD, "Area": 2});
    assert_eq!(running.post_openly("/api/authenticate", &small).await.status, 200);
    running.bundle.stop().await;
}

/// They are refused unread, whatever their letters.
#[tokio::test]
async fn credentials_in_an_address_are_refused() {
    let running = Running::start().await;
    let (customer, other) = (running.customer(1).await, running.customer(2).await);
    running.with_records(&customer, &other).await;
    let path = customer.path("/invoices/900/pdf");
    for (query, faults) in [
        (
            format!("userName={}&password={}&area=2", customer.name, PASSWORD.replace(' ', "%20")),
            vec!["CredentialsInQuery userName", "CredentialsInQuery password"],
        ),
        ("PASSWORD=x".to_owned(), vec!["CredentialsInQuery PASSWORD"]),
        ("username=".to_owned(), vec!["CredentialsInQuery username"]),
    ] {
        let path = format!("{path}?{query}");
        let good = running.person_request((&customer.name, PASSWORD), Method::GET, &path);
        for request in [running.request(Method::GET, &path), good] {
            let answer = send(request).await;
            assert_eq!(refusal(&answer), refused(400, "InvalidRequest", &faults), "{query}");
            assert!(!answer.text.contains(PASSWORD) && !answer.text.contains(&customer.email));
        }
    }
    // Nothing was tried.
    for _ in 0..6 {
        send(running.request(Method::GET, &format!("{path}?userName={}&password=wrong", customer.name))).await;
    }
    assert_eq!(running.authenticate(&customer.name, PASSWORD, 2).await.status, 200);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_token_for_a_password_reads_and_the_grant_refuses_in_its_own_words() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let answer = running.password_grant(&customer.name, PASSWORD).await;
    let token = answer.json();
    assert_eq!(
        (answer.status, token["token_type"].as_str(), token["expires_in"].as_i64()),
        (200, Some("Bearer"), Some(3600))
    );
    let token = token["access_token"].as_str().unwrap();
    let read = running.with_token(token, &customer.path("")).await;
    assert_eq!((read.status, read.json()["CustomerId"].as_u64()), (200, Some(customer.number)));
    let altered = running.with_token(&format!("{token}A"), &customer.path("")).await;
    assert_eq!(refusal(&altered), refused(401, "Unauthenticated", &[]));
    // It is nobody to the other APIs.
    assert_eq!(running.with_token(token, &format!("/account/{}", customer.id)).await.status, 401);
    let wrong = running.password_grant(&customer.name, "wrong").await;
    let unknown = running.password_grant(&running.name("nobody@example.com"), "wrong").await;
    for answer in [&wrong, &unknown] {
        assert_eq!((answer.status, &answer.text), (wrong.status, &wrong.text));
        assert!([400, 401].contains(&answer.status), "{answer:?}");
    }
    let form = [("grant_type", "password"), ("username", &*customer.name)];
    let without = send(running.request(Method::POST, "/v1/token").form(&form)).await;
    assert_eq!((without.status, without.json()["error"].as_str()), (400, Some("invalid_request")));
    running.bundle.stop().await;
}

/// Sign-in and token of whoever is disabled, deleted, or given another password, and of whose account is gone.
#[tokio::test]
async fn sign_ins_end_with_what_they_are_of() {
    let running = Running::start().await;
    let customer = running.customer(1).await;
    let staff = running.staff("sam@example.com", "SuperUser", None).await;
    let (sam, new) = (running.name("sam@example.com"), running.name("new@example.com"));
    let (id, password) = (staff["user_id"].clone(), staff["password"].as_str().unwrap());
    let signs_in = async |name: &str, password: &str| running.password_grant(name, password).await.status == 200;
    let of_user = |action: &'static str| running.user(action, json!({"user_id": id}));
    assert!(signs_in(&sam, password).await);
    of_user("disable-user").await;
    assert!(!signs_in(&sam, password).await);
    of_user("enable-user").await;
    let fresh = of_user("reset-password").await;
    assert!(!signs_in(&sam, password).await);
    let password = fresh["password"].as_str().unwrap();
    let token = running.password_grant(&sam, password).await.json();
    of_user("delete-user").await;
    assert!(!signs_in(&sam, password).await);
    // The token was never used, so that nothing of it is kept by the gateway.
    let token = token["access_token"].as_str().unwrap();
    assert_eq!(running.with_token(token, "/api/users/me").await.status, 401);

    // Another e-mail is verified anew, and until then nobody signs in.
    let token = running.password_grant(&customer.name, PASSWORD).await.json();
    let moved = json!({"Email": "new@example.com"});
    assert_eq!(running.as_customer(&customer, Method::PATCH, &customer.path(""), moved).await.status, 200);
    assert!(!signs_in(&customer.name, PASSWORD).await && !signs_in(&new, PASSWORD).await);
    assert_eq!(running.with_token(token["access_token"].as_str().unwrap(), &customer.path("")).await.status, 401);
    let verification = running.verification_token(&customer.id).await;
    assert_eq!(running.register(&verification, PASSWORD).await.status, 200);
    let token = running.password_grant(&new, PASSWORD).await.json();
    let erased = running.change(Method::DELETE, running.admin(), &format!("/account/{}", customer.id), None).await;
    assert_eq!(erased.status, 204);
    assert!(!signs_in(&new, PASSWORD).await);
    assert_eq!(running.with_token(token["access_token"].as_str().unwrap(), &customer.path("")).await.status, 401);
    running.forgotten("new@example.com").await;
    running.bundle.stop().await;
}
