//! `GET /rest/v1/accounts`.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::Value;
use wattbook_domain::{Account, AccountStatus, Email, ExternalId, LabelPartnerCode, OrganisationId, Text};

use crate::support::{Answered, BY, Running, body, send};

const PATH: &str = "/rest/v1/accounts";

/// A new account of that name in the demo organisation.
fn account(running: &Running, name: &str, brand: Option<&str>) -> Account {
    let organisation: OrganisationId = running.bundle.demo().organisation_id.parse().unwrap();
    let brand = brand.map(|brand| LabelPartnerCode::parse(brand).unwrap());
    let mut account = Account::blank(organisation, brand, Timestamp::now());
    account.profile.name = Text::parse(name).ok();
    account
}

/// Stores accounts that have nothing unique.
async fn load(running: &Running, accounts: Vec<Account>) {
    running.store().load_accounts(&accounts).await.unwrap();
}

/// Stores accounts one by one, as the functions do.
async fn fill(running: &Running, accounts: Vec<Account>) {
    let store = running.store();
    for account in accounts {
        store.create_account(&account, BY, None).await.unwrap();
    }
    running.consistent_accounts().await;
}

async fn list(running: &Running, query: &str) -> Value {
    let answer = running.get(running.admin(), &format!("{PATH}{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    answer.json()
}

fn names(page: &Value) -> Vec<String> {
    let name = |result: &Value| result["accountName"].as_str().unwrap_or_default().to_owned();
    page["results"].as_array().unwrap().iter().map(name).collect()
}

fn token(page: &Value) -> Option<&str> {
    page["nextPageToken"].as_str()
}

/// The names of all pages, and the counts they state.
async fn walk(running: &Running, query: &str) -> (Vec<String>, BTreeSet<u64>) {
    let (mut all, mut counts, mut page) = (Vec::new(), BTreeSet::new(), list(running, query).await);
    loop {
        assert_eq!(page["pageStart"], all.len(), "{query}");
        all.extend(names(&page));
        counts.insert(page["count"].as_u64().unwrap());
        let Some(token) = token(&page) else { return (all, counts) };
        // A start of 0 is what generated clients send with each.
        page = list(running, &format!("{query}&pageToken={token}&pageStart=0")).await;
    }
}

/// What a request costs: the round trips, and the capacity units.
async fn cost(running: &Running, query: &str) -> (u64, f64, Value) {
    let before = running.bundle.usage("list-accounts");
    let page = list(running, query).await;
    let after = running.bundle.usage("list-accounts");
    (after.round_trips - before.round_trips, after.capacity_units - before.capacity_units, page)
}

#[tokio::test]
async fn an_answer_has_the_envelope_of_the_dialect() {
    let running = Running::start().await;
    let empty = list(&running, "").await;
    let expected = serde_json::json!({
        "status": "success", "count": 0, "type": "Account", "results": [], "pageStart": 0, "pageCount": 25,
    });
    assert_eq!(empty, expected);
    let id = running.provisioned(running.admin(), &body(1)).await;
    running.consistent_accounts().await;
    let one = list(&running, "?appId=x&appKey=y&fields=ext&fields2").await;
    assert_eq!((&one["count"], &one["results"][0]["accountId"]), (&1.into(), &id.clone().into()));
    assert_eq!(one["results"][0]["accountName"], "John Doe");
    running.bundle.stop().await;
}

/// 5 000 accounts, of which every page costs the same, and each is on one page.
#[tokio::test]
async fn a_page_costs_the_same_wherever_it_is() {
    let running = Running::start().await;
    let name = |i: usize| format!("Account {:04}", (i * 7919) % 5000);
    load(&running, (0..5000).map(|i| account(&running, &name(i), Some("NORTH"))).collect()).await;

    let (trips, units, first) = cost(&running, "?pageCount=40").await;
    assert_eq!((&first["count"], names(&first)[0].as_str()), (&5000.into(), "Account 0000"));
    // The counters; the entries; the accounts, as they were a moment ago: half a unit each.
    assert_eq!((trips, units), (3, 1.0 + 1.5 + 20.0));
    let (mut page, mut costs, mut all) = (first.clone(), Vec::new(), names(&first));
    while let Some(token) = token(&page) {
        let (trips, units, next) = cost(&running, &format!("?pageCount=40&pageToken={token}")).await;
        assert_eq!((&next["count"], &next["pageStart"]), (&5000.into(), &all.len().into()));
        all.extend(names(&next));
        costs.push((trips, units));
        page = next;
    }
    let ordered: Vec<_> = (0..5000).map(|i| format!("Account {i:04}")).collect();
    assert_eq!(all, ordered);
    assert_eq!(costs.len(), 124);
    assert!(costs.iter().all(|cost| *cost == (2, 1.5 + 20.0)), "{costs:?}");

    // The ids and the name are in the entries: no account is read.
    let (trips, units, brief) = cost(&running, "?pageCount=40&fields=min").await;
    assert_eq!((trips, units), (2, 1.0 + 1.5));
    assert_eq!((&brief["count"], &brief["nextPageToken"].is_string()), (&5000.into(), &true));
    let of_first = |member: &str| first["results"][3][member].clone();
    let expected =
        ["accountId", "providerAccountId", "accountName"].map(|member| (member.to_owned(), of_first(member)));
    assert_eq!(brief["results"][3], Value::Object(expected.into_iter().collect()));
    assert_eq!(names(&brief), names(&first));

    // Another number of accounts, the same cost: the list of a brand is as cheap as a short one.
    let (_, units, page) = cost(&running, "?pageCount=40&labelPartner=SOUTH").await;
    assert_eq!((&page["count"], units), (&0.into(), 1.0 + 0.5));

    // By an offset what is passed over is read, thin.
    let (trips, units, page) = cost(&running, "?pageCount=40&pageStart=4000").await;
    assert_eq!(names(&page)[0], "Account 4000");
    assert!(trips <= 5 && (100.0..150.0).contains(&(units - 22.5)), "{trips} {units}");
    assert_eq!(names(&list(&running, "?pageStart=4999").await), ["Account 4999"]);
    let beyond = list(&running, "?pageStart=5000").await;
    assert_eq!((&beyond["count"], names(&beyond).len(), token(&beyond)), (&5000.into(), 0, None));

    // The page and, once it is full, the count of those that begin so: thin, and only those.
    let begins = "?startsWith=true&searchOn=accountName&pageCount=5";
    let (trips, units, page) = cost(&running, &format!("{begins}&search=account%20012")).await;
    assert_eq!((&page["count"], names(&page)[0].as_str()), (&10.into(), "Account 0120"));
    assert_eq!((trips, units), (3, 0.5 + 2.5 + 0.5));
    let (_, units, page) = cost(&running, &format!("{begins}&search=ACCOUNT%201")).await;
    assert_eq!(page["count"], 1000);
    assert!((30.0..50.0).contains(&units), "{units}");
    let next = format!("{begins}&search=ACCOUNT%201&pageToken={}", token(&page).unwrap());
    let (trips, units, page) = cost(&running, &next).await;
    assert_eq!((trips, units, &page["count"]), (2, 0.5 + 2.5, &1000.into()));

    // A search elsewhere in the name looks at all of them once, and its further pages only at their own.
    let (_, units, page) = cost(&running, "?search=99&pageCount=5").await;
    assert_eq!(page["count"], (0..5000).filter(|i| format!("{i:04}").contains("99")).count());
    assert!((130.0..200.0).contains(&units), "{units}");
    let (_, units, _) = cost(&running, &format!("?search=99&pageCount=5&pageToken={}", token(&page).unwrap())).await;
    assert!(units < 60.0, "{units}");

    // Another order reads and sorts all of them.
    let page = list(&running, "?sortOn=status,accountName&sortOrder=ASC,DESC&pageCount=2").await;
    assert_eq!(names(&page), ["Account 4999", "Account 4998"]);
    let (trips, _, brief) =
        cost(&running, "?sortOn=status,accountName&sortOrder=ASC,DESC&pageCount=2&fields=min").await;
    assert_eq!((trips, names(&brief)), (3, names(&page)));
    let next = format!("?sortOn=status,accountName&sortOrder=ASC,DESC&pageCount=2&pageToken={}", token(&page).unwrap());
    let next = list(&running, &next).await;
    assert_eq!((names(&next), &next["count"]), (vec!["Account 4997".into(), "Account 4996".into()], &5000.into()));
    let last = list(&running, "?sortOrder=DESC&pageCount=1").await;
    assert_eq!(names(&last), ["Account 4999"]);
    assert_eq!(list(&running, "?pageCount=1000").await["results"].as_array().unwrap().len(), 1000);
    running.bundle.stop().await;
}

#[tokio::test]
async fn each_account_is_on_one_page_while_others_are_made() {
    let running = Arc::new(Running::start().await);
    load(&running, (0..400).map(|i| account(&running, &format!("Old {i:03}"), None)).collect()).await;
    let making = {
        let running = Arc::clone(&running);
        let new: Vec<_> = (0..400).map(|i| account(&running, &format!("Old {i:03} and new"), None)).collect();
        tokio::spawn(async move { fill(&running, new).await })
    };
    for query in ["?pageCount=7", "?pageCount=20&search=OLD", "?pageCount=20&sortOn=status&sortOrder=DESC"] {
        let (all, _) = walk(&running, query).await;
        let old: Vec<_> = all.iter().filter(|name| !name.ends_with("new")).cloned().collect();
        let expected: Vec<_> = (0..400).map(|i| format!("Old {i:03}")).collect();
        assert_eq!(old, expected, "{query}");
        assert!(all.is_sorted(), "{query}");
    }
    making.await.unwrap();
    assert_eq!(walk(&running, "?pageCount=100").await.1, BTreeSet::from([800]));
}

#[tokio::test]
async fn the_count_follows_every_change() {
    let running = Arc::new(Running::start().await);
    let count = async |query: &str| {
        // Within moments.
        running.consistent_accounts().await;
        list(&running, query).await["count"].as_u64().unwrap()
    };
    let tasks: Vec<_> = (0..200)
        .map(|seed| {
            let running = Arc::clone(&running);
            tokio::spawn(async move { running.provision(running.admin(), &body(seed)).await.status })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 201);
    }
    assert_eq!(
        (count("").await, count("?labelPartner=NORTH").await, count("?labelPartner=SOUTH").await),
        (200, 200, 0)
    );
    // One that is refused is not counted.
    assert_eq!(running.provision(running.admin(), &body(1)).await.status, 409);
    for seed in 0..10 {
        let path = format!("/account/account-{seed}?id_type=external");
        assert_eq!(running.change(reqwest::Method::DELETE, running.admin(), &path, None).await.status, 204);
    }
    assert_eq!((count("").await, count("?search=john").await), (190, 190));
    // Deleted, and kept: in a list of its own, until it comes back.
    let store = running.store();
    let kept = running.consistent_accounts().await.into_iter().next().unwrap();
    let mut deleted = kept.clone();
    deleted.version += 1;
    deleted.profile.status = AccountStatus::Deleted;
    store.replace_account(&kept, &deleted, BY, None).await.unwrap();
    assert_eq!((count("").await, count("?status=DELETED").await, count("?status=ACTIVE").await), (189, 1, 189));
    assert_eq!(count("?labelPartner=NORTH&status=DELETED").await, 1);
    // A change that came too late is not counted.
    let mut late = kept.clone();
    late.version += 1;
    late.label_partner = None;
    store.replace_account(&kept, &late, BY, None).await.unwrap_err();
    // One whose answer was lost is known again, and counted once.
    store.replace_account(&kept, &deleted, BY, None).await.unwrap();
    assert_eq!((count("").await, count("?status=DELETED").await), (189, 1));
    let mut back = kept.clone();
    back.version += 2;
    back.label_partner = LabelPartnerCode::parse("SOUTH").ok();
    store.replace_account(&deleted, &back, BY, None).await.unwrap();
    assert_eq!((count("").await, count("?status=DELETED").await, count("?labelPartner=SOUTH").await), (190, 0, 1));
    running.consistent_accounts().await;
}

#[tokio::test]
async fn a_credential_lists_what_it_sees() {
    let running = Running::start().await;
    let mut other = account(&running, "Foreign", Some("NORTH"));
    other.organisation = running.bundle.demo().other_organisation_id.parse().unwrap();
    let mine = [("Own", Some("NORTH")), ("South", Some("SOUTH")), ("Nobody's", None)];
    fill(&running, mine.iter().map(|(name, brand)| account(&running, name, *brand)).chain([other]).collect()).await;
    let seen = async |credential, query: &str| {
        let answer: Answered = running.get(credential, &format!("{PATH}{query}")).await;
        (names(&answer.json()), answer.json()["count"].as_u64().unwrap())
    };
    assert_eq!(seen(running.admin(), "").await, (vec!["Nobody's".into(), "Own".into(), "South".into()], 3));
    assert_eq!(seen(running.admin(), "?labelPartner=SOUTH").await, (vec!["South".into()], 1));
    for query in
        ["", "?sortOn=city", "?search=o", "?labelPartner=NORTH", "?startsWith=true&search=o&searchOn=accountName"]
    {
        assert_eq!(seen(running.brand(), query).await, (vec!["Own".into()], 1), "{query}");
    }
    assert_eq!(seen(running.brand(), "?labelPartner=SOUTH").await, (vec![], 0));
    assert_eq!(seen(running.other(), "").await, (vec!["Foreign".into()], 1));
    assert_eq!(send(running.request(reqwest::Method::GET, PATH)).await.status, 401);

    // A token is good for whoever got it, for what he asked.
    let page = list(&running, "?pageCount=1").await;
    let good = token(&page).unwrap();
    let refused = async |credential, query: String| {
        let answer = running.get(credential, &format!("{PATH}{query}")).await;
        assert_eq!((answer.status, answer.faults()), (400, vec!["InvalidValue pageToken".to_owned()]), "{query}");
    };
    refused(running.brand(), format!("?pageCount=1&pageToken={good}")).await;
    refused(running.other(), format!("?pageCount=1&pageToken={good}")).await;
    let altered = good.replacen(|c: char| c.is_ascii_lowercase(), "Z", 3);
    for query in [
        format!("?pageCount=2&pageToken={good}"),
        format!("?pageCount=1&search=o&pageToken={good}"),
        format!("?pageCount=1&email=a@x.nl&pageToken={good}"),
        format!("?pageCount=1&pageToken={altered}"),
        format!("?pageCount=1&pageToken={good}A"),
        "?pageCount=1&pageToken=".into(),
        "?pageCount=1&pageToken=%00".into(),
    ] {
        refused(running.admin(), query).await;
    }
    assert_eq!(seen(running.admin(), &format!("?pageToken={good}&pageCount=1&ignored=1")).await.0, ["Own"]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn searches_and_filters_find_what_they_say() {
    let running = Running::start().await;
    let mut accounts = Vec::new();
    for (i, (name, group)) in
        [("Peet's Briarwood", "Coffee"), ("STRASSE", "Peet's"), ("Café 12", "Coffee"), ("zoë", "Tea")]
            .iter()
            .enumerate()
    {
        let mut account = account(&running, name, Some("NORTH"));
        account.profile.customer_org_name = Text::parse(group).ok();
        account.profile.customer_org_id = ExternalId::parse(&group.to_lowercase()).ok();
        account.customer.external_id = ExternalId::parse(&format!("own-{i}")).ok();
        account.customer.email = Email::parse(&format!("jo{i}@example.com")).ok();
        account.profile.status = if i == 3 { AccountStatus::Inactive } else { AccountStatus::Active };
        accounts.push(account);
    }
    accounts.push(account(&running, "unnamed", None));
    accounts[4].profile.name = None;
    fill(&running, accounts).await;
    for (query, expected) in [
        ("?search=peet", &["Peet's Briarwood", "STRASSE"][..]),
        ("?search=PEET&searchOn=accountName", &["Peet's Briarwood"]),
        ("?search=stra%C3%9Fe", &["STRASSE"]),
        ("?search=CAFE%CC%81", &["Café 12"]),
        ("?search=zo%C3%8B&startsWith=true&searchOn=accountName", &["zoë"]),
        ("?search=12&endsWith=true", &["Café 12"]),
        ("?search=peet&startsWith=true&endsWith=true", &[]),
        ("?search=peet's+briarwood&startsWith=true&endsWith=true&searchOn=accountName", &["Peet's Briarwood"]),
        ("?search=peet's&startsWith=true&endsWith=true&searchOn=accountName", &[]),
        ("?search=%5Ec.f%C3%A9+%5Cd%7B2%7D$&isRegex=true", &["Café 12"]),
        ("?search=%28a%2B%29%2B%24&isRegex=true&searchOn=email", &[]),
        ("?search=own-2&searchOn=providerAccountId,email", &["Café 12"]),
        ("?search=jo3@&searchOn=email", &["zoë"]),
        ("?status=INACTIVE", &["zoë"]),
        ("?status=DELETED", &[]),
        ("?customerOrgId=coffee", &["Café 12", "Peet's Briarwood"]),
        ("?customerOrgId=Coffee", &[]),
        ("?email=JO1@EXAMPLE.com", &["STRASSE"]),
        ("?email=nobody@example.com", &[]),
        ("?email=jo1@example.com&status=INACTIVE", &[]),
        ("?providerAccountId=own-0", &["Peet's Briarwood"]),
        (
            "?sortOn=customerOrgName,accountName&sortOrder=DESC,ASC",
            &["zoë", "STRASSE", "Café 12", "Peet's Briarwood", ""],
        ),
        ("?sortOn=customerOrgName", &["", "Café 12", "Peet's Briarwood", "STRASSE", "zoë"]),
        ("?search=", &["", "Café 12", "Peet's Briarwood", "STRASSE", "zoë"]),
    ] {
        let page = list(&running, query).await;
        assert_eq!(
            (names(&page), &page["count"]),
            (expected.iter().map(|&n| n.to_owned()).collect(), &expected.len().into()),
            "{query}"
        );
    }
    assert_eq!(running.get(running.admin(), &format!("{PATH}?providerAccountId=own-9")).await.status, 404);
    assert_eq!(running.get(running.other(), &format!("{PATH}?providerAccountId=own-0")).await.status, 404);
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_expression_made_to_take_long_does_not() {
    let running = Running::start().await;
    load(&running, (0..200).map(|_| account(&running, &"a".repeat(250), None)).collect()).await;
    for pattern in ["(a%2B)%2B$", "(a*)*b", "(a%7Ca)*$x", "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)b"] {
        let began = Instant::now();
        list(&running, &format!("?isRegex=true&search={pattern}")).await;
        assert!(began.elapsed() < Duration::from_secs(5), "{pattern}: {:?}", began.elapsed());
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_bad_parameter_is_told_at_once() {
    let running = Running::start().await;
    for (query, faults) in [
        ("?pageCount=0", &["InvalidValue pageCount"][..]),
        ("?pageCount=1000000", &["InvalidValue pageCount"]),
        ("?pageCount=99999999999999999999999", &["InvalidValue pageCount"]),
        ("?pageCount=ten", &["InvalidValue pageCount"]),
        ("?pageCount=", &["InvalidValue pageCount"]),
        ("?pageStart=-1", &["InvalidValue pageStart"]),
        ("?pageStart=1.5", &["InvalidValue pageStart"]),
        ("?pageStart=100001", &["InvalidValue pageStart"]),
        ("?pageStart=1&pageStart=1", &["InvalidValue pageStart"]),
        ("?searchOn=name", &["InvalidValue searchOn"]),
        ("?searchOn=", &["InvalidValue searchOn"]),
        ("?sortOn=accountName,", &["InvalidValue sortOn"]),
        ("?sortOn=city,zip&sortOrder=ASC,DESC,ASC", &["InvalidValue sortOrder"]),
        ("?sortOrder=ascending", &["InvalidValue sortOrder"]),
        ("?sortOn=city,zip,state,owner,type", &["InvalidValue sortOn"]),
        ("?isRegex=yes", &["InvalidValue isRegex"]),
        ("?isRegex=true&search=(", &["InvalidValue search"]),
        ("?isRegex=true&search=(%5Cw%7B500%7D)%7B500%7D", &["InvalidValue search"]),
        ("?isRegex=true&search=a&startsWith=true&endsWith=true", &["InvalidValue startsWith", "InvalidValue endsWith"]),
        ("?fields=all", &["InvalidValue fields"]),
        ("?status=active", &["InvalidValue status"]),
        ("?type=CLIENT", &["InvalidValue type"]),
        ("?labelPartner=north", &["InvalidValue labelPartner"]),
        ("?email=jo", &["InvalidValue email"]),
        ("?providerAccountId=", &["NotNull providerAccountId"]),
        ("?pageToken=x&pageStart=1", &["InvalidValue pageToken"]),
        (
            "?pageCount=0&pageStart=-1&fields=x",
            &["InvalidValue pageCount", "InvalidValue fields", "InvalidValue pageStart"],
        ),
    ] {
        let answer = running.get(running.admin(), &format!("{PATH}{query}")).await;
        assert_eq!((answer.status, answer.faults()), (400, faults.iter().map(|&f| f.to_owned()).collect()), "{query}");
    }
    let long = running.get(running.admin(), &format!("{PATH}?search={}", "x".repeat(10_000))).await;
    assert_eq!((long.status, long.faults()), (400, vec!["InvalidValue search".to_owned()]));
    // What is not text at all is no reason to fail.
    for query in [
        "?search=%FF%FE",
        "?%00=%00",
        "?&&=",
        "?search=%00&startsWith=true&searchOn=accountName",
        "?search=%F0%9F%92%A9",
    ] {
        assert_eq!(running.get(running.admin(), &format!("{PATH}{query}")).await.status, 200, "{query}");
    }
    running.bundle.stop().await;
}
