//! Going through a list: a page of it, and how many match.

use std::time::{Duration, Instant};

use wattbook_domain::ListField;

use crate::{
    Store, StoreError,
    listing::{Entry, Position, Range, query::Ask},
};

/// How much of a list one request may look at, before it answers with what it has.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Entries.
    pub entries: u64,
    /// Time. At least one part of the list is looked at all the same, so that every request gets on.
    pub time: Duration,
}

/// How far to count the matches once the page is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// Not at all: only whether there is another one.
    OneMore,
    /// Up to so many.
    UpTo(u64),
}

/// What is wanted of a range.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    /// Of what.
    pub range: &'a Range,
    /// The fields that are looked at, besides the id.
    pub fields: &'a [ListField],
    /// Only what comes after this.
    pub after: Option<Position>,
    /// How many matches to pass over before the page.
    pub skip: u64,
    /// How many matches the page takes.
    pub take: usize,
    /// What to do after the page.
    pub counting: Counting,
    /// How much may be looked at.
    pub budget: Budget,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Walked<T> {
    /// The page.
    pub page: Vec<T>,
    /// How many of the matches that were to be passed over have been.
    pub skipped: u64,
    /// How many matches were seen: passed over, in the page, and counted after it.
    pub matched: u64,
    /// Whether `matched` is all there are, from where the walk began.
    pub complete: bool,
    /// Where to go on: after the page or, if the budget ended before it was full, after what was looked at.
    /// Nothing follows if there is no such place.
    pub next: Option<Position>,
}

/// The most entries that one request of the store is asked for: about a megabyte.
const PART: u64 = 3_000;

impl Store {
    /// Goes through a range in its order. `pick` says what the page keeps of a match, and is `None` for
    /// every entry that is not one; without it, all entries match and nothing is looked into.
    ///
    /// # Errors
    /// The store failed.
    pub async fn walk<T: Send>(
        &self,
        walk: &Walk<'_>,
        keep: impl Fn(&Entry) -> T + Send + Sync,
        matches: Option<&(dyn Fn(&Entry) -> bool + Send + Sync)>,
    ) -> Result<Walked<T>, StoreError> {
        let began = Instant::now();
        let mut progress = Progress { left: walk.skip, ..Progress::default() };
        let (mut page, mut after, mut seen, mut part_size) = (Vec::new(), walk.after.clone(), 0, 0);
        loop {
            let open = u64::try_from(walk.take.saturating_sub(page.len())).unwrap_or_default();
            let (ask, limit) = match matches {
                // What is only counted need not be sent.
                None if progress.left > 0 => (Ask::Count, progress.left),
                None if open > 0 => (Ask::Entries(walk.fields), open.saturating_add(1)),
                None => (Ask::Count, if walk.counting == Counting::OneMore { 1 } else { PART }),
                // How many of the next entries match is not known: from a guess on, ever more.
                Some(_) if walk.counting == Counting::OneMore => {
                    part_size =
                        if part_size == 0 { open.saturating_add(1).max(100) } else { (part_size * 2).min(PART) };
                    (Ask::Entries(walk.fields), part_size)
                }
                Some(_) => (Ask::Entries(walk.fields), PART),
            };
            let part = self.part(walk.range, after.as_ref(), ask, limit.min(PART)).await?;
            seen += part.count;
            if matches!(ask, Ask::Count) {
                progress.pass(part.count);
            }
            for entry in &part.entries {
                if matches.is_none_or(|matches| matches(entry)) && progress.is_next(page.len() < walk.take) {
                    progress.last = Some(entry.position().clone());
                    page.push(keep(entry));
                }
            }
            after = part.next;
            let full = progress.left == 0 && page.len() >= walk.take;
            let counted = match walk.counting {
                Counting::OneMore => progress.beyond > 0,
                Counting::UpTo(most) => progress.matched >= most && progress.beyond > 0,
            };
            if after.is_none() || (full && counted) {
                let next = progress.last.filter(|_| progress.beyond > 0);
                let complete = after.is_none();
                return Ok(Walked { page, skipped: progress.skipped, matched: progress.matched, complete, next });
            }
            if seen >= walk.budget.entries || began.elapsed() >= walk.budget.time {
                // Nobody knows whether more follows a full page: then there may be.
                let next = if full { progress.last } else { after };
                return Ok(Walked {
                    page,
                    skipped: progress.skipped,
                    matched: progress.matched,
                    complete: false,
                    next,
                });
            }
        }
    }
}

/// How far a walk has come.
#[derive(Default)]
struct Progress {
    /// Matches that are still to be passed over.
    left: u64,
    /// Matches that have been.
    skipped: u64,
    /// Matches of all kinds.
    matched: u64,
    /// Matches after the page.
    beyond: u64,
    /// The last of the page.
    last: Option<Position>,
}

impl Progress {
    /// Another match; whether it is one of the page, which has room or not.
    fn is_next(&mut self, has_room: bool) -> bool {
        if self.left == 0 && has_room {
            self.matched += 1;
            return true;
        }
        self.pass(1);
        false
    }

    /// So many further matches that are not for the page.
    fn pass(&mut self, count: u64) {
        self.matched += count;
        let skipped = count.min(self.left);
        self.left -= skipped;
        self.skipped += skipped;
        self.beyond += count - skipped;
    }
}
