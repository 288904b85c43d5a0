//! Pages: where one begins, what is on it, and where the next one does.

use std::{cmp::Ordering, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use wattbook_api::{Failure, Faults, Services, fault::Reason, page_token};
use wattbook_domain::{Account, AccountStatus, LabelPartnerCode, Reach, listed::folded};
use wattbook_store::{
    Store,
    listing::{Budget, Counting, Entry, List, Position, Range, Walk},
};

use super::{
    answer::{self, AccountList},
    asked::{Asked, SortKey, refuse_token},
};

/// How far matches are counted, and the most that are sorted.
const MAX_COUNT: u64 = 100_000;
/// How much one request may look at. The function has more time than this, for what is under way then and for
/// the accounts of the page.
const BUDGET: Budget = Budget { entries: 200_000, time: Duration::from_secs(10) };
/// How large the accounts of an answer may be in sum, in bytes. Lambda takes 6 MB, in which every quote of
/// the JSON is escaped.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// How many accounts are read and written at a time: large ones are not all held at once.
const BATCH: usize = 100;

/// Where a page begins: what a token carries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    /// How many matches come before it.
    #[serde(rename = "s")]
    start: u64,
    /// How many of them are still to be passed over.
    #[serde(rename = "l")]
    left: u64,
    /// What was found out of how many match, and whether that is exact.
    #[serde(rename = "n")]
    count: (u64, bool),
    /// The last account before it.
    #[serde(rename = "p")]
    after: Position,
    /// In another order than by name: what that account is sorted by.
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    sorted: Vec<String>,
}

/// One request for a page.
pub(crate) struct Page<'a> {
    services: &'a Services,
    store: &'a Store,
    reach: &'a Reach,
    asked: &'a Asked,
    range: Range,
    place: Option<Place>,
}

/// Where accounts stand that are on the page, and what is known of the rest.
struct Found {
    /// Each with what it is sorted by, if that is not the name.
    rows: Vec<Row>,
    count: (u64, bool),
    /// Of the place after the last one: how many matches of the offset are left, and after which account;
    /// none if nothing follows.
    next: Option<(u64, Position)>,
}

type Row = (Vec<String>, Position);

impl<'a> Page<'a> {
    /// The page that is asked for of the accounts of `brand`, or of the whole organisation.
    pub(crate) fn new(
        services: &'a Services,
        reach: &'a Reach,
        asked: &'a Asked,
        brand: Option<LabelPartnerCode>,
    ) -> Result<Self, Failure> {
        let keys = services.signing_keys()?;
        let token = asked.token.as_deref().map(|token| page_token::open::<Place>(keys, &asked.list, token));
        let list =
            List { organisation: reach.organisation, brand, deleted: asked.status == Some(AccountStatus::Deleted) };
        let range = Range {
            list,
            prefix: asked.criteria.prefix.clone(),
            backwards: asked.is_by_name() && asked.is_backwards(),
        };
        let place = token.transpose().map_err(refuse_token)?;
        Ok(Self { services, store: services.store()?, reach, asked, range, place })
    }

    pub(crate) async fn answer(&self) -> Result<AccountList, Failure> {
        let found = if self.asked.is_by_name() { self.by_name().await? } else { self.sorted().await? };
        let start = self.place.as_ref().map_or(self.asked.page_start, |place| place.start);
        let (results, shown) = self.show(&found.rows).await?;
        let end = start + u64::try_from(shown).unwrap_or_default();
        let (count, is_exact) = found.count;
        // What was counted in part is at least what has been seen since.
        let count = if is_exact { count } else { count.max(end).min(MAX_COUNT) };
        let last = shown.checked_sub(1).and_then(|last| found.rows.get(last));
        let after = match last {
            Some((_, position)) if shown < found.rows.len() => Some((0, position.clone())),
            _ => found.next,
        };
        let token = after.map(|(left, after)| {
            let sorted = last.map(|(keys, _)| keys.clone()).unwrap_or_default();
            let place = Place { start: end, left, count: (count, is_exact), after, sorted };
            page_token::seal(self.services.signing_keys()?, &self.asked.list, &place)
        });
        Ok(AccountList {
            status: "success",
            count,
            kind: "Account",
            results,
            page_start: start,
            page_count: self.asked.page_count,
            next_page_token: token.transpose()?,
            count_is_exact: (!is_exact).then_some(false),
        })
    }

    /// Whether all accounts of the list match.
    fn is_whole(&self) -> bool {
        self.range.prefix.is_empty() && !self.asked.criteria.look_inside()
    }

    /// A page in the order of the index.
    async fn by_name(&self) -> Result<Found, Failure> {
        let (criteria, place) = (&self.asked.criteria, self.place.as_ref());
        let mut count = place.map(|place| place.count);
        if count.is_none() && self.is_whole() {
            let size = self.store.size_of_list(&self.range.list).await?;
            count = Some((size.min(MAX_COUNT), size <= MAX_COUNT));
        }
        let walk = Walk {
            range: &self.range,
            fields: &criteria.fields(),
            after: place.map(|place| place.after.clone()),
            skip: place.map_or(self.asked.page_start, |place| place.left),
            take: usize::try_from(self.asked.page_count).unwrap_or_default(),
            counting: if count.is_some() { Counting::OneMore } else { Counting::UpTo(MAX_COUNT + 1) },
            budget: BUDGET,
        };
        let matches = |entry: &Entry| criteria.match_inside(entry);
        let keep = |entry: &Entry| (Vec::new(), entry.position().clone());
        let matches: &(dyn Fn(&Entry) -> bool + Send + Sync) = &matches;
        let walked = self.store.walk(&walk, keep, criteria.look_inside().then_some(matches)).await?;
        let counted = (walked.matched.min(MAX_COUNT), walked.complete && walked.matched <= MAX_COUNT);
        let left = walk.skip - walked.skipped;
        Ok(Found { rows: walked.page, count: count.unwrap_or(counted), next: walked.next.map(|next| (left, next)) })
    }

    /// A page in another order: every match is looked at, and sorted.
    async fn sorted(&self) -> Result<Found, Failure> {
        let (criteria, sort) = (&self.asked.criteria, &self.asked.sort);
        if self.is_whole() && self.store.size_of_list(&self.range.list).await? > MAX_COUNT {
            return Err(too_many());
        }
        let fields: Vec<_> = criteria.fields().into_iter().chain(sort.iter().map(|(field, _)| *field)).collect();
        let most = usize::try_from(MAX_COUNT).unwrap_or(usize::MAX);
        let walk = Walk {
            range: &self.range,
            fields: &distinct(fields),
            after: None,
            skip: 0,
            take: most,
            counting: Counting::OneMore,
            budget: BUDGET,
        };
        let matches = |entry: &Entry| criteria.match_inside(entry);
        let keep = |entry: &Entry| {
            let key = |(field, _): &SortKey| folded(entry.get(*field).unwrap_or_default());
            (sort.iter().map(key).collect(), entry.position().clone())
        };
        let matches: &(dyn Fn(&Entry) -> bool + Send + Sync) = &matches;
        let walked = self.store.walk(&walk, keep, criteria.look_inside().then_some(matches)).await?;
        if !walked.complete || walked.next.is_some() {
            return Err(too_many());
        }
        let mut rows: Vec<Row> = walked.page;
        rows.sort_unstable_by(|one, other| compare(sort, one, other));
        let count = u64::try_from(rows.len()).unwrap_or_default();
        let begin = match &self.place {
            Some(place) => {
                let last = (place.sorted.clone(), place.after.clone());
                rows.partition_point(|row| compare(sort, row, &last) != Ordering::Greater)
            }
            None => usize::try_from(self.asked.page_start).unwrap_or(usize::MAX),
        };
        let take = usize::try_from(self.asked.page_count).unwrap_or_default();
        let more = rows.len() > begin.saturating_add(take);
        let rows: Vec<_> = rows.into_iter().skip(begin).take(take).collect();
        let next = rows.last().filter(|_| more).map(|(_, position)| (0, position.clone()));
        Ok(Found { rows, count: (count, true), next })
    }

    /// The accounts of these rows as they are now, in their order, and how many rows that took: an account
    /// that is gone, or does not match any more, is left out; and what would make the answer too large waits
    /// for the next page.
    async fn show(&self, rows: &[Row]) -> Result<(Vec<Box<RawValue>>, usize), Failure> {
        let (mut results, mut bytes, mut shown) = (Vec::new(), 0, 0);
        for batch in rows.chunks(BATCH) {
            let ids: Vec<_> = batch.iter().filter_map(|(_, position)| position.account()).collect();
            let mut accounts = self.store.accounts(self.range.list.organisation, &ids).await?;
            for (_, position) in batch {
                let account = position.account().and_then(|id| accounts.remove(&id));
                if let Some(account) = account.filter(|account| self.belongs(account)) {
                    let view = answer::account(&account, self.reach, self.asked.fields)?;
                    bytes += view.get().len();
                    if bytes > MAX_ANSWER_BYTES && !results.is_empty() {
                        return Ok((results, shown));
                    }
                    results.push(view);
                }
                shown += 1;
            }
        }
        Ok((results, shown))
    }

    fn belongs(&self, account: &Account) -> bool {
        self.range.list.has(account)
            && self.reach.covers(account.organisation, account.label_partner.as_ref())
            && self.asked.criteria.matches(&Entry::of(account))
    }
}

/// By the keys, each in its own direction, and then by name and id, so that no two are alike.
fn compare(sort: &[SortKey], one: &Row, other: &Row) -> Ordering {
    let keys = sort.iter().zip(one.0.iter().zip(&other.0));
    let by_key = |((_, backwards), (one, other)): (&SortKey, (&String, &String))| {
        if *backwards { other.cmp(one) } else { one.cmp(other) }
    };
    keys.map(by_key).find(|order| order.is_ne()).unwrap_or_else(|| one.1.cmp(&other.1))
}

fn distinct<T: PartialEq + Copy>(all: Vec<T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for one in all {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}

fn too_many() -> Failure {
    let mut faults = Faults::default();
    let message = format!(
        "is for up to {MAX_COUNT} accounts, and for what can be read in ten seconds; narrow the list with search, status, customerOrgId, type or labelPartner, \
         or sort on accountName, for which there is no limit"
    );
    faults.query("sortOn", Reason::new("too_many_to_sort", message));
    Failure::Faults(faults)
}
