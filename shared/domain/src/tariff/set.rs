//! How tariffs are set: which of an account's each change is for, and what gives way to it.

use std::collections::HashSet;

use super::{Key, LikelyTariff, REPEATED, Tariff, TariffChange, TariffService};
use crate::{Flaw, TimeZone};

/// Which tariff each change is for.
pub(super) fn keys(tariffs: &[Tariff], changes: &[TariffChange], zone: Option<&TimeZone>) -> Vec<Result<Key, Flaw>> {
    let date = |change: &TariffChange| change.effective_date.map(|date| date.day(zone));
    let stated = |change: &TariffChange| change.service.map(|service| (service, date(change)));
    let mut keys: Vec<Option<Key>> = changes.iter().map(stated).collect();
    let mut taken: HashSet<Key> = keys.iter().copied().flatten().collect();
    // Those of the same id and day that no other change is for, electricity before others.
    let fitting = |change: &TariffChange, taken: &HashSet<Key>| {
        let fits = |tariff: &&Tariff| {
            let id = Some(tariff.facts.master_tariff_id);
            id == change.master_tariff_id && tariff.effective_date == date(change) && !taken.contains(&tariff.key())
        };
        let mut all: Vec<&Tariff> = tariffs.iter().filter(fits).collect();
        all.sort_by_key(|tariff| tariff.service != TariffService::Electricity);
        all
    };
    // First those that say what is there already: then the others can only mean what is left.
    for (key, change) in keys.iter_mut().zip(changes).filter(|(key, _)| key.is_none()) {
        let same = fitting(change, &taken).into_iter().find(|tariff| change.leaves(tariff, zone));
        *key = same.map(Tariff::key);
        taken.extend(*key);
    }
    let meant = |(key, change): (Option<Key>, &TariffChange)| {
        let key = match (key, fitting(change, &taken).as_slice()) {
            (Some(key), _) => key,
            (None, [first, _, ..]) if first.service != TariffService::Electricity => return Err(Flaw::ServiceUnclear),
            (None, [first, ..]) => first.key(),
            (None, []) => (TariffService::Electricity, date(change)),
        };
        taken.insert(key);
        Ok(key)
    };
    keys.into_iter().zip(changes).map(meant).collect()
}

/// Sets tariffs: each change by its position, with what is wrong with it. Days are those of a zone.
pub(crate) fn set_all(
    tariffs: &mut Vec<Tariff>,
    changes: Vec<TariffChange>,
    zone: Option<&TimeZone>,
) -> Vec<(usize, Flaw)> {
    let mut wrong = Vec::new();
    let mut fresh: Vec<(usize, Tariff)> = Vec::new();
    let mut seen = HashSet::new();
    let keys = keys(tariffs, &changes, zone);
    for (position, (change, key)) in changes.into_iter().zip(keys).enumerate() {
        let key = match key {
            Ok(key) if seen.insert(key) => key,
            Ok(_) => {
                wrong.push((position, REPEATED));
                continue;
            }
            Err(flaw) => {
                wrong.push((position, flaw));
                continue;
            }
        };
        let stored = tariffs.iter().position(|tariff| tariff.key() == key).map(|at| tariffs.remove(at));
        match change.apply(key, stored, zone) {
            Ok(tariff) => fresh.push((position, tariff)),
            Err(flaw) => wrong.push((position, flaw)),
        }
    }
    // What was a default gives way to whatever is set for its service now.
    tariffs.retain(|tariff| !tariff.defaulted || fresh.iter().all(|(_, other)| other.service != tariff.service));
    // Of what is set together, what is only likely gives way where it is in the way of what is stated.
    let stated: Vec<_> = fresh.iter().map(|(_, tariff)| tariff).filter(|tariff| !tariff.defaulted).cloned().collect();
    fresh.retain(|(_, tariff)| !tariff.defaulted || !stated.iter().any(|other| other.overlaps(tariff)));
    for (position, tariff) in &fresh {
        let others = fresh.iter().filter(|(other, _)| other != position).map(|(_, tariff)| tariff);
        if tariffs.iter().chain(others).any(|other| other.overlaps(tariff)) {
            wrong.push((*position, Flaw::Overlap));
        }
    }
    tariffs.extend(fresh.into_iter().map(|(_, tariff)| tariff));
    tariffs.sort_by(Tariff::order);
    wrong.sort_by_key(|(position, _)| *position);
    wrong
}

/// Replaces the default, if there is one, by the likeliest tariff. Where one is stated for its
/// service, there is no default.
pub(crate) fn set_default(tariffs: &mut Vec<Tariff>, likely: Option<LikelyTariff>) {
    tariffs.retain(|tariff| !tariff.defaulted);
    let Some(likely) = likely else { return };
    if tariffs.iter().any(|tariff| tariff.service == likely.service) {
        return;
    }
    tariffs.push(Tariff {
        likelihood: Some(likely.likelihood),
        source: likely.source,
        defaulted: true,
        facts: likely.facts,
        ..Tariff::new(likely.service, None, 0)
    });
    tariffs.sort_by(Tariff::order);
}
