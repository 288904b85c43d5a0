//! What the store does for requests and entities, past the functions.

use jiff::{SignedDuration, Timestamp};
use wattbook_domain::{
    AccountId, OrganisationId,
    entity::{DisconnectReason, Entity},
    onboarding::{Occurrence, OnboardingId, OnboardingRequest, OnboardingStatus, Unmoved},
};
use wattbook_store::{OnboardingError, SealedTokens, Store, StoreError, Wanted};

use super::made::{VIN, agree, agreed, connected, household, offboarding, request, running, tokens, vin, wanted};
use crate::support::{BY, Running, body};

#[tokio::test]
async fn a_device_belongs_to_one_until_its_request_ends() {
    let (running, store, organisation) = running().await;
    let first = request(organisation, VIN);
    store.create_onboarding(&first, BY, None).await.unwrap();
    // The same once more is our own write, whose answer was lost.
    store.create_onboarding(&first, BY, None).await.unwrap();
    let second = request(running.bundle.demo().other_organisation_id.parse().unwrap(), "wauzzz-ge1nb 090045");
    let Err(OnboardingError::Taken(holder)) = store.create_onboarding(&second, BY, None).await else { panic!() };
    assert_eq!((holder.onboarding, holder.organisation), (first.id, organisation));
    assert_eq!(running.consistent_devices().await.requests.len(), 1);
    let canceled = first.after(&Occurrence::Canceled { reason: None }, Timestamp::now()).unwrap();
    store.replace_onboarding(&first, &canceled, BY).await.unwrap();
    assert!(matches!(store.replace_onboarding(&first, &agreed(&first), BY).await, Err(OnboardingError::Stale)));
    store.create_onboarding(&second, BY, None).await.unwrap();
    let devices = running.consistent_devices().await;
    assert_eq!(devices.live().map(|it| it.id).collect::<Vec<_>>(), [second.id]);
    running.bundle.stop().await;
}

/// The tokens that are due now; a deployed stack has those of other tests, too.
async fn due_tokens(store: &Store, organisation: OrganisationId) -> Vec<(Entity, SealedTokens)> {
    let mut due = store.due_tokens(Timestamp::now(), 100).await.unwrap();
    due.retain(|(entity, _)| entity.organisation == organisation);
    due
}

#[tokio::test]
async fn a_connected_device_is_its_accounts_until_it_is_offboarded() {
    let (running, store, organisation) = running().await;
    let account: AccountId = running.provisioned(running.admin(), &body(1)).await.parse().unwrap();
    let collective = household(organisation);
    let mut first = request(organisation, VIN);
    (first.account, first.collective) = (Some(account), Some(collective.id));
    assert!(matches!(store.create_onboarding(&first, BY, None).await, Err(OnboardingError::CollectiveGone)));
    store.create_collective(&collective, None).await.unwrap();
    store.create_onboarding(&first, BY, None).await.unwrap();
    let waiting = store.connect_device(&first, None, Timestamp::now()).await.unwrap_err();
    assert!(matches!(waiting, OnboardingError::Unmoved(Unmoved::TooEarly)));
    let first = agree(&store, &first).await;
    let (done, entity) = store.connect_device(&first, Some(&tokens()), Timestamp::now()).await.unwrap();
    assert_eq!((done.status, entity.onboarding), (OnboardingStatus::Succeeded, first.id));
    assert!(matches!(store.connect_device(&first, None, Timestamp::now()).await, Err(OnboardingError::Stale)));
    let read = store.account(organisation, account).await.unwrap().unwrap();
    assert_eq!((read.entities.len(), read.onboardings.len(), read.version), (1, 1, 3));
    assert_eq!(store.members(organisation, collective.id, None, 10).await.unwrap().0, std::slice::from_ref(&entity));
    let due = due_tokens(&store, organisation).await;
    assert_eq!(due.iter().map(|(due, tokens)| (due, tokens.version)).collect::<Vec<_>>(), [(&entity, 1)]);
    running.consistent_devices().await;
    let offboarding = offboarding(&entity);
    let gone = store.offboard(&entity, &offboarding, BY, None).await.unwrap().unwrap();
    assert_eq!(gone.disconnected.map(|it| it.reason), Some(DisconnectReason::Offboarded));
    assert_eq!(store.offboard(&gone, &offboarding, BY, None).await.unwrap(), None);
    assert!(due_tokens(&store, organisation).await.is_empty());
    assert!(store.account(organisation, account).await.unwrap().unwrap().entities.is_empty());
    running.consistent_devices().await;
    store.create_onboarding(&request(organisation, VIN), BY, None).await.unwrap();
    running.consistent_devices().await;
    running.bundle.stop().await;
}

/// Takes the device of `holder` over, and gives what is left of both.
async fn taken_over(running: &Running, store: &Store, account: Option<AccountId>) -> OnboardingRequest {
    let mut second = request(running.bundle.demo().organisation_id.parse().unwrap(), VIN);
    second.account = account;
    assert!(matches!(store.create_onboarding(&second, BY, None).await, Err(OnboardingError::Taken(_))));
    second.taking_over = true;
    store.create_onboarding(&second, BY, None).await.unwrap();
    running.consistent_devices().await;
    let third = OnboardingRequest { id: OnboardingId::new_random(), ..second.clone() };
    assert!(matches!(store.create_onboarding(&third, BY, None).await, Err(OnboardingError::Taken(_))));
    let second = agree(store, &second).await;
    store.connect_device(&second, None, Timestamp::now()).await.unwrap().0
}

#[tokio::test]
async fn who_proves_the_device_takes_it_over_from_a_request_and_from_an_entity() {
    let (running, store, organisation) = running().await;
    let account: AccountId = running.provisioned(running.admin(), &body(1)).await.parse().unwrap();
    let first = request(running.bundle.demo().other_organisation_id.parse().unwrap(), VIN);
    store.create_onboarding(&first, BY, None).await.unwrap();
    let second = taken_over(&running, &store, None).await;
    let devices = running.consistent_devices().await;
    assert_eq!((devices.live().count(), devices.connected().count()), (0, 1));
    let lost = store.onboarding(first.organisation, first.id).await.unwrap().unwrap();
    assert_eq!(lost.failure.map(wattbook_domain::onboarding::FailureCode::word), Some("taken_over"));
    // From an entity without an account, from one of an account, and from one of the same account.
    for account in [Some(account), None, Some(account), Some(account)] {
        let taker = taken_over(&running, &store, account).await;
        let devices = running.consistent_devices().await;
        let connected: Vec<_> = devices.connected().map(|it| it.onboarding).collect();
        assert_eq!(connected, [taker.id]);
    }
    let before = store.entity(organisation, second.entity).await.unwrap().unwrap();
    assert_eq!(before.disconnected.map(|it| it.reason), Some(DisconnectReason::TakenOver));
    running.bundle.stop().await;
}

/// An account is erased first, and what it had a moment later: until then its devices can be taken from nobody, which is
/// no reason to turn the taker away.
#[tokio::test]
async fn a_device_whose_account_was_just_erased_is_looked_at_anew() {
    let (running, store, organisation) = running().await;
    let entity = connected(&store, &request(organisation, VIN)).await;
    let orphan = Entity { account: Some(AccountId::new_random()), version: entity.version + 1, ..entity.clone() };
    store.replace_entity(&entity, &orphan, BY, None).await.unwrap();
    let mut taker = request(organisation, VIN);
    taker.taking_over = true;
    store.create_onboarding(&taker, BY, None).await.unwrap();
    let taker = agree(&store, &taker).await;
    let early = store.connect_device(&taker, None, Timestamp::now()).await.unwrap_err();
    assert!(matches!(early, OnboardingError::Store(StoreError::Busy(_))), "{early:?}");
    let parted = store.disconnect_device(&orphan, DisconnectReason::SignInEnded, BY, Timestamp::now()).await;
    assert!(matches!(parted, Err(OnboardingError::Stale)), "{parted:?}");
    store.erase_onboarding(organisation, entity.onboarding).await.unwrap();
    store.connect_device(&taker, None, Timestamp::now()).await.unwrap();
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn erasing_leaves_nothing() {
    let (running, store, organisation) = running().await;
    let before = running.uncounted().await;
    let live = request(organisation, VIN);
    store.create_onboarding(&live, BY, None).await.unwrap();
    let connected = request(organisation, &vin(46));
    store.create_onboarding(&connected, BY, None).await.unwrap();
    let agreed = agree(&store, &connected).await;
    store.connect_device(&agreed, Some(&tokens()), Timestamp::now()).await.unwrap();
    assert_eq!(running.uncounted().await, before + 2 + 4);
    for id in [live.id, connected.id, connected.id] {
        store.erase_onboarding(organisation, id).await.unwrap();
        running.consistent_devices().await;
    }
    assert_eq!(running.uncounted().await, before);
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_account_takes_requests_as_long_as_it_is_there_and_not_deleted() {
    let (running, store, organisation) = running().await;
    let mut stray = request(organisation, VIN);
    stray.account = Some(AccountId::new_random());
    assert!(matches!(store.create_onboarding(&stray, BY, None).await, Err(OnboardingError::AccountGone)));
    let account = running.provisioned(running.admin(), &body(1)).await;
    stray.account = Some(account.parse().unwrap());
    let path = format!("/rest/v1/accounts/{account}");
    assert_eq!(running.change(reqwest::Method::DELETE, running.admin(), &path, None).await.status, 200);
    assert!(matches!(store.create_onboarding(&stray, BY, None).await, Err(OnboardingError::AccountGone)));
    assert!(running.consistent_devices().await.requests.is_empty());
    running.bundle.stop().await;
}

#[tokio::test]
async fn lists_show_the_newest_first_page_by_page() {
    let (running, store, organisation) = running().await;
    let mut made = Vec::new();
    for number in 0..7 {
        let mut it = request(organisation, &vin(number));
        it.created_at = Timestamp::now() + SignedDuration::from_secs(number.into());
        store.create_onboarding(&it, BY, None).await.unwrap();
        if number % 2 == 0 {
            store.replace_onboarding(&it, &agreed(&it), BY).await.unwrap();
        }
        made.push(it.id);
    }
    made.reverse();
    for filters in [vec![], vec![("type", "EV".to_owned())], vec![("status", "InProgress".to_owned())]] {
        let expected: Vec<_> = match filters.first() {
            Some(("status", _)) => made.iter().copied().step_by(2).collect(),
            _ => made.clone(),
        };
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store
                .list_onboardings(Wanted { filters: &filters, after, size: 2, ..wanted(organisation) })
                .await
                .unwrap();
            assert!(page.entries.len() <= 2);
            seen.extend(page.entries.iter().map(|it| it.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected, "{filters:?}");
    }
    let failed = [("status", "Failed".to_owned())];
    let none = store.list_onboardings(Wanted { filters: &failed, ..wanted(organisation) }).await.unwrap();
    assert_eq!((none.entries.len(), none.next), (0, None));
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_due_is_found_when_its_time_is_up() {
    let (running, store, organisation) = running().await;
    let first = request(organisation, VIN);
    store.create_onboarding(&first, BY, None).await.unwrap();
    let due = first.expires_at.unwrap();
    let overdue = async |now: Timestamp| {
        let mut overdue = store.overdue_onboardings(now, 100).await.unwrap();
        overdue.retain(|request| request.organisation == organisation);
        overdue
    };
    assert!(overdue(due - SignedDuration::from_secs(1)).await.is_empty());
    assert_eq!(overdue(due).await, std::slice::from_ref(&first));
    let expired = first.after(&Occurrence::Expired, due).unwrap();
    store.replace_onboarding(&first, &expired, BY).await.unwrap();
    assert!(overdue(due).await.is_empty());
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_keeps_nothing_from_being_due() {
    let (running, store, organisation) = running().await;
    let stale = request(organisation, VIN);
    store.create_onboarding(&stale, BY, None).await.unwrap();
    let due = stale.expires_at.unwrap();
    let stored = running.scan().await.into_iter().find(|item| item.contains_key("onboarding")).unwrap();
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let mut broken = stored.clone();
    broken.extend([("pk".to_owned(), text("O#x#R#broken")), ("onboarding".to_owned(), text("none"))]);
    let put = running.table_client().put_item().table_name(running.bundle.table()).set_item(Some(broken));
    put.send().await.unwrap();
    assert_eq!(store.overdue_onboardings(due, 10).await.unwrap(), [stale]);
    running.bundle.stop().await;
}
