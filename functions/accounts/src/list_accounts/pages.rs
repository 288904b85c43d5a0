//! Pages: where one begins, what is on it, and where the next one does.

use std::{cmp::Ordering, collections::HashMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use wattbook_accounts::answer::Fields;
use wattbook_api::{Failure, Faults, Services, fault::Reason, page_token};
use wattbook_domain::{Account, AccountId, AccountStatus, LabelPartnerCode, ListField, Reach, listed::folded};
use wattbook_store::{
    Store,
    listing::{Budget, Counting, Entry, List, Position, Range, Walk},
};

use super::{
    answer::{self, AccountList, Brief},
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
    rows: Vec<Row>,
    count: (u64, bool),
    /// Of the place after the last one: how many matches of the offset are left, and after which account;
    /// none if nothing follows.
    next: Option<(u64, Position)>,
}

/// An account on the page.
struct Row {
    /// What it is sorted by, if that is not the name.
    sorted: Vec<String>,
    position: Position,
    /// All that is shown of it, if the index has that.
    brief: Option<Brief>,
}

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
        // What was counted in part, or a moment ago, is at least what has been seen since.
        let count = count.max(end).min(MAX_COUNT);
        let last = shown.checked_sub(1).and_then(|last| found.rows.get(last));
        let after = match last {
            Some(row) if shown < found.rows.len() => Some((0, row.position.clone())),
            _ => found.next,
        };
        let token = after.map(|(left, after)| {
            let sorted = last.map(|row| row.sorted.clone()).unwrap_or_default();
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
        let known = place.map(|place| place.count);
        let sized = known.is_none() && self.is_whole();
        let walk = Walk {
            range: &self.range,
            fields: &self.fields([]),
            after: place.map(|place| place.after.clone()),
            skip: place.map_or(self.asked.page_start, |place| place.left),
            take: usize::try_from(self.asked.page_count).unwrap_or_default(),
            counting: if sized || known.is_some() { Counting::OneMore } else { Counting::UpTo(MAX_COUNT + 1) },
            budget: BUDGET,
        };
        let matches = |entry: &Entry| criteria.match_inside(entry);
        let keep = |entry: &Entry| self.row(Vec::new(), entry);
        let matches: &(dyn Fn(&Entry) -> bool + Send + Sync) = &matches;
        let size = async { if sized { self.store.size_of_list(&self.range.list).await.map(Some) } else { Ok(None) } };
        let walked = self.store.walk(&walk, keep, criteria.look_inside().then_some(matches));
        // Neither needs the other: together they take the time of the longer one.
        let (size, walked) = tokio::try_join!(size, walked)?;
        let count = known.or(size.map(|size| (size.min(MAX_COUNT), size <= MAX_COUNT)));
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
        let most = usize::try_from(MAX_COUNT).unwrap_or(usize::MAX);
        let walk = Walk {
            range: &self.range,
            fields: &self.fields(sort.iter().map(|(field, _)| *field)),
            after: None,
            skip: 0,
            take: most,
            counting: Counting::OneMore,
            budget: BUDGET,
        };
        let matches = |entry: &Entry| criteria.match_inside(entry);
        let keep = |entry: &Entry| {
            let key = |(field, _): &SortKey| folded(entry.get(*field).unwrap_or_default());
            self.row(sort.iter().map(key).collect(), entry)
        };
        let matches: &(dyn Fn(&Entry) -> bool + Send + Sync) = &matches;
        let walked = self.store.walk(&walk, keep, criteria.look_inside().then_some(matches)).await?;
        if !walked.complete || walked.next.is_some() {
            return Err(too_many());
        }
        let mut rows: Vec<Row> = walked.page;
        rows.sort_unstable_by(|one, other| compare(sort, one.place(), other.place()));
        let count = u64::try_from(rows.len()).unwrap_or_default();
        let begin = match &self.place {
            Some(place) => {
                let last = (place.sorted.as_slice(), &place.after);
                rows.partition_point(|row| compare(sort, row.place(), last) != Ordering::Greater)
            }
            None => usize::try_from(self.asked.page_start).unwrap_or(usize::MAX),
        };
        let take = usize::try_from(self.asked.page_count).unwrap_or_default();
        let more = rows.len() > begin.saturating_add(take);
        let rows: Vec<_> = rows.into_iter().skip(begin).take(take).collect();
        let next = rows.last().filter(|_| more).map(|row| (0, row.position.clone()));
        Ok(Found { rows, count: (count, true), next })
    }

    /// Whether the index has all that is to be shown.
    fn is_brief(&self) -> bool {
        self.asked.fields == Fields::Min
    }

    /// The fields that are looked at: those that decide, `more`, and what is shown of them.
    fn fields(&self, more: impl IntoIterator<Item = ListField>) -> Vec<ListField> {
        let shown = Brief::FIELDS.into_iter().filter(|_| self.is_brief());
        distinct(self.asked.criteria.fields().into_iter().chain(more).chain(shown).collect())
    }

    fn row(&self, sorted: Vec<String>, entry: &Entry) -> Row {
        let brief = self.is_brief().then(|| Brief::of(entry));
        Row { sorted, position: entry.position().clone(), brief }
    }

    /// The accounts of these rows, in their order, and how many rows that took: an account that is gone, or
    /// does not match any more, is left out; and what would make the answer too large waits for the next page.
    async fn show(&self, rows: &[Row]) -> Result<(Vec<Box<RawValue>>, usize), Failure> {
        let (mut results, mut bytes, mut shown) = (Vec::new(), 0, 0);
        for batch in rows.chunks(BATCH) {
            let accounts = if self.is_brief() { HashMap::new() } else { self.accounts(batch).await? };
            for row in batch {
                let account = || row.position.account().and_then(|id| accounts.get(&id));
                let view = match &row.brief {
                    Some(brief) => Some(brief.view()?),
                    None => account().map(|it| answer::account(it, self.reach, self.asked.fields)).transpose()?,
                };
                if let Some(view) = view {
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

    /// The accounts of these rows that belong to the list. The index may be ahead of what the table shows for
    /// half the price, so an account that does not appear there is asked for again, as it is now: else it
    /// would be on no page.
    async fn accounts(&self, rows: &[Row]) -> Result<HashMap<AccountId, Account>, Failure> {
        let organisation = self.range.list.organisation;
        let mut ids: Vec<_> = rows.iter().filter_map(|row| row.position.account()).collect();
        let mut accounts = self.store.accounts_eventually(organisation, &ids).await?;
        accounts.retain(|_, account| self.belongs(account));
        ids.retain(|id| !accounts.contains_key(id));
        if !ids.is_empty() {
            let now = self.store.accounts(organisation, &ids).await?;
            accounts.extend(now.into_iter().filter(|(_, account)| self.belongs(account)));
        }
        Ok(accounts)
    }

    fn belongs(&self, account: &Account) -> bool {
        self.range.list.has(account)
            && self.reach.covers(account.organisation, account.label_partner.as_ref())
            && self.asked.criteria.matches(&Entry::of(account))
    }
}

impl Row {
    fn place(&self) -> (&[String], &Position) {
        (&self.sorted, &self.position)
    }
}

/// By the keys, each in its own direction, and then by name and id, so that no two are alike.
fn compare(sort: &[SortKey], one: (&[String], &Position), other: (&[String], &Position)) -> Ordering {
    let keys = sort.iter().zip(one.0.iter().zip(other.0));
    let by_key = |((_, backwards), (one, other)): (&SortKey, (&String, &String))| {
        if *backwards { other.cmp(one) } else { one.cmp(other) }
    };
    keys.map(by_key).find(|order| order.is_ne()).unwrap_or_else(|| one.1.cmp(other.1))
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
