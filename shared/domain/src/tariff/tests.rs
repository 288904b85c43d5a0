use proptest::prelude::*;

use super::{set::keys, *};

fn day(text: &str) -> Option<Date> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

/// As callers state it.
fn stated(text: &str) -> Option<DateOrTime> {
    (!text.is_empty()).then(|| DateOrTime::parse(text).unwrap())
}

/// A tariff for electricity from one day until another; an empty text is no day.
fn electricity(id: u64, from: &str, until: &str) -> TariffChange {
    TariffChange {
        master_tariff_id: Some(id),
        effective_date: stated(from),
        end_date: stated(until),
        ..TariffChange::default()
    }
}

fn likely(id: u64, from: &str, until: &str) -> TariffChange {
    TariffChange { likelihood: Share::of_percent(74.03).ok(), ..electricity(id, from, until) }
}

fn gas(id: u64) -> TariffChange {
    TariffChange { service: Some(TariffService::Gas), ..electricity(id, "", "") }
}

fn of_table(id: u64) -> LikelyTariff {
    LikelyTariff {
        service: TariffService::Electricity,
        likelihood: Share::of_percent(74.03).unwrap(),
        source: Text::parse("table").ok(),
        facts: TariffFacts {
            code: Text::parse("E-1").ok(),
            name: Text::parse("Residential").ok(),
            ..Tariff::new(TariffService::Electricity, None, id).facts
        },
    }
}

/// What is there after the changes, each as its id, with `~` if it is a default; or what is wrong.
fn set(tariffs: &mut Vec<Tariff>, changes: Vec<TariffChange>) -> Result<Vec<String>, Vec<(usize, Flaw)>> {
    let wrong = set_all(tariffs, changes, None);
    let shown =
        |tariff: &Tariff| format!("{}{}", if tariff.defaulted { "~" } else { "" }, tariff.facts.master_tariff_id);
    if wrong.is_empty() { Ok(tariffs.iter().map(shown).collect()) } else { Err(wrong) }
}

fn all(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

#[test]
fn two_for_one_service_apply_on_no_common_day() {
    for (first, second, fit) in [
        (("", ""), ("2026-01-01", ""), false),
        (("", "2026-01-01"), ("2026-01-01", ""), true),
        (("", "2026-01-02"), ("2026-01-01", ""), false),
        (("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01"), true),
        (("2026-01-01", "2026-03-01"), ("2026-02-01", "2026-02-02"), false),
        (("2026-01-01", ""), ("2026-02-01", ""), false),
        (("", "2026-01-01"), ("2025-12-31", "2026-06-01"), false),
    ] {
        for ((from_1, until_1), (from_2, until_2)) in [(first, second), (second, first)] {
            let (one, two) = (electricity(1, from_1, until_1), electricity(2, from_2, until_2));
            let mut tariffs = Vec::new();
            set(&mut tariffs, vec![one.clone()]).unwrap();
            assert_eq!(set(&mut tariffs, vec![two.clone()]).is_ok(), fit, "{one:?} {two:?}");
            let together = set(&mut Vec::new(), vec![one, two]);
            let overlaps = Err(vec![(0, Flaw::Overlap), (1, Flaw::Overlap)]);
            assert!(if fit { together.is_ok() } else { together == overlaps }, "{together:?}");
        }
    }
    assert_eq!(set(&mut Vec::new(), vec![gas(2), electricity(1, "", "")]), Ok(all(&["1", "2"])));
}

#[test]
fn a_tariff_ends_after_it_begins() {
    for until in ["2026-01-01", "2025-12-31"] {
        let backwards = electricity(1, "2026-01-01", until);
        assert_eq!(set(&mut Vec::new(), vec![backwards]), Err(vec![(0, Flaw::EndsBeforeStart)]));
    }
}

#[test]
fn a_change_is_for_the_one_of_its_service_and_effective_date() {
    let mut tariffs = Vec::new();
    set(&mut tariffs, vec![electricity(1, "2026-01-01", "2027-01-01"), gas(2)]).unwrap();
    let named =
        TariffChange { name: Text::parse("Day").ok(), effective_date: stated("2026-01-01"), ..TariffChange::default() };
    assert_eq!(set(&mut tariffs, vec![named]), Ok(all(&["1", "2"])));
    assert_eq!(tariffs[0].facts.name.as_ref().map(Text::as_str), Some("Day"));
    assert_eq!((tariffs[0].end_date, tariffs[1].facts.name.as_ref()), (day("2027-01-01"), None));
    let nameless = TariffChange { master_tariff_id: None, ..electricity(0, "2028-01-01", "") };
    assert_eq!(set(&mut tariffs, vec![nameless]), Err(vec![(0, Flaw::Required)]));
}

fn of(id: u64, service: TariffService, from: &str) -> TariffChange {
    TariffChange { service: Some(service), ..electricity(id, from, "") }
}

/// Service and id of each.
fn services(tariffs: &[Tariff]) -> Vec<(TariffService, u64)> {
    tariffs.iter().map(|tariff| (tariff.service, tariff.facts.master_tariff_id)).collect()
}

/// A client that does not know the word for a service sends its tariff back without it.
#[test]
fn one_without_a_service_is_that_of_its_id_and_effective_date() {
    use TariffService::{Electricity, Heat, Water};
    let mut tariffs = Vec::new();
    let all = vec![of(1, Electricity, ""), of(1, Heat, ""), of(1, Water, ""), of(2, Water, "2027-01-01")];
    // The last one of water begins where none ends.
    assert_eq!(set(&mut tariffs, all.clone()), Err(vec![(2, Flaw::Overlap), (3, Flaw::Overlap)]));
    let mut tariffs = Vec::new();
    let ended = TariffChange { end_date: stated("2027-01-01"), ..of(1, Water, "") };
    set(&mut tariffs, [&all[..2], &[ended, all[3].clone()]].concat()).unwrap();
    let before = tariffs.clone();
    let back = |known: Option<TariffService>, id, from| TariffChange { service: known, ..electricity(id, from, "") };
    for changes in [
        vec![back(None, 2, "2027-01-01")],
        vec![back(None, 1, "")],
        vec![back(Some(Electricity), 1, ""), back(None, 1, ""), back(None, 1, ""), back(None, 2, "2027-01-01")],
        vec![back(None, 1, ""), back(None, 1, ""), back(None, 1, ""), back(None, 2, "2027-01-01")],
        vec![back(None, 1, ""), back(Some(Heat), 1, "")],
    ] {
        set(&mut tariffs, changes.clone()).unwrap();
        assert_eq!(tariffs, before, "{changes:?}");
    }
    // What is said again is told from what is changed.
    let ended = TariffChange { end_date: stated("2027-01-01"), ..back(None, 1, "") };
    let named = TariffChange { name: Text::parse("Warm").ok(), ..back(None, 1, "") };
    set(&mut tariffs, vec![back(Some(Electricity), 1, ""), named.clone(), ended.clone()]).unwrap();
    assert_eq!((tariffs[1].facts.name.is_some(), tariffs[1].end_date, &tariffs[2..]), (true, None, &before[2..]));
    set(&mut tariffs, vec![ended.clone(), back(Some(Electricity), 1, "")]).unwrap();
    assert_eq!(tariffs[2..], before[2..]);
    let other = TariffChange { name: Text::parse("Wet").ok(), ..named };
    let unclear = vec![back(Some(Electricity), 1, ""), other];
    assert_eq!(set(&mut tariffs.clone(), unclear), Err(vec![(1, Flaw::ServiceUnclear)]));
    // One that nobody has is for electricity, and so is another one for the day.
    set(&mut tariffs, vec![back(None, 3, "")]).unwrap();
    assert_eq!(services(&tariffs), [(Electricity, 3), (Heat, 1), (Water, 1), (Water, 2)]);
    let fourth = vec![back(None, 3, ""), back(None, 1, ""), back(None, 1, ""), back(None, 1, "")];
    assert_eq!(set(&mut tariffs, fourth), Err(vec![(3, REPEATED)]));
}

#[test]
fn a_day_that_is_stated_by_a_time_is_that_of_the_zone() {
    let zone = TimeZone::parse("Europe/Amsterdam").unwrap();
    let mut tariffs = Vec::new();
    let change = |from: &str, until: &str| vec![electricity(1, from, until)];
    let days = |tariffs: &[Tariff]| (tariffs[0].effective_date, tariffs[0].end_date);
    set_all(&mut tariffs, change("2026-11-30T23:00:00Z", "9999-12-31T23:59:59Z"), Some(&zone));
    assert_eq!(days(&tariffs), (day("2026-12-01"), day("9999-12-31")));
    // The same day in other words.
    set_all(&mut tariffs, change("2026-12-01T12:00:00+01:00", "2027-01-01"), Some(&zone));
    assert_eq!((tariffs.len(), days(&tariffs)), (1, (day("2026-12-01"), day("2027-01-01"))));
    let twice = [change("2026-11-30T23:00:00Z", ""), change("2026-12-01", "")].concat();
    assert_eq!(set_all(&mut tariffs, twice, Some(&zone)), [(1, REPEATED)]);
    // Without a zone, as it is written.
    let mut tariffs = Vec::new();
    set_all(&mut tariffs, change("2026-11-30T23:00:00Z", ""), None);
    assert_eq!(days(&tariffs), (day("2026-11-30"), None));
    let backwards = change("2026-11-30T23:30:00Z", "2026-12-01T00:30:00+01:00");
    assert_eq!(set_all(&mut Vec::new(), backwards, Some(&zone)), [(0, Flaw::EndsBeforeStart)]);
}

#[test]
fn a_tariff_applies_from_its_first_day_to_the_one_before_its_end() {
    for (from, until, first, last, applies) in [
        ("", "", "", "", true),
        ("", "", "2026-01-01", "2026-01-01", true),
        ("2026-01-01", "2027-01-01", "2026-12-31", "", true),
        ("2026-01-01", "2027-01-01", "2027-01-01", "", false),
        ("2026-01-01", "2027-01-01", "", "2026-01-01", true),
        ("2026-01-01", "2027-01-01", "", "2025-12-31", false),
        ("2026-01-01", "2026-01-02", "2025-12-01", "2026-12-31", true),
        ("", "9999-12-31", "9999-12-30", "9999-12-30", true),
    ] {
        let mut tariffs = Vec::new();
        set(&mut tariffs, vec![electricity(1, from, until)]).unwrap();
        assert_eq!(tariffs[0].applies_within(day(first), day(last)), applies, "{from} {until} {first} {last}");
    }
    let mut tariffs = Vec::new();
    set(&mut tariffs, vec![electricity(1, "2026-01-01", "")]).unwrap();
    let [before, then] = ["2025-12-31", "2026-01-01"].map(|text| day(text).unwrap());
    assert_eq!((tariffs[0].is_active_on(before), tariffs[0].is_active_on(then)), (false, true));
    // What is stated goes before.
    tariffs[0].details.is_active = Some(false);
    assert!(!tariffs[0].is_active_on(then));
}

#[test]
fn another_tariff_takes_nothing_over() {
    let mut tariffs = Vec::new();
    let details = TariffDetails { lse_code: Text::parse("PGE").ok(), ..TariffDetails::default() };
    let first = TariffChange {
        name: Text::parse("Day").ok(),
        details,
        closed_date: stated("2026-06-01"),
        ..electricity(1, "2026-01-01", "2027-01-01")
    };
    set(&mut tariffs, vec![first]).unwrap();
    set(&mut tariffs, vec![electricity(2, "2026-01-01", "")]).unwrap();
    let second = Tariff::new(TariffService::Electricity, day("2026-01-01"), 2);
    assert_eq!(tariffs, [second]);
}

#[test]
fn a_default_never_displaces_what_is_stated() {
    let mut tariffs = Vec::new();
    set_default(&mut tariffs, Some(of_table(1)));
    set_default(&mut tariffs, Some(of_table(2)));
    assert_eq!(set(&mut tariffs, vec![]), Ok(all(&["~2"])));
    set_default(&mut tariffs, None);
    assert!(tariffs.is_empty());
    set(&mut tariffs, vec![electricity(3, "2026-01-01", "2027-01-01")]).unwrap();
    set_default(&mut tariffs, Some(of_table(1)));
    assert_eq!(set(&mut tariffs, vec![]), Ok(all(&["3"])));
    set(&mut tariffs, vec![gas(4)]).unwrap();
    set_default(&mut tariffs, None);
    assert_eq!(set(&mut tariffs, vec![]), Ok(all(&["3", "4"])));
}

#[test]
fn what_is_stated_displaces_the_default_of_its_service() {
    let mut tariffs = Vec::new();
    set_default(&mut tariffs, Some(of_table(1)));
    assert_eq!(set(&mut tariffs, vec![gas(2)]), Ok(all(&["~1", "2"])));
    assert_eq!(set(&mut tariffs, vec![electricity(3, "2030-01-01", "")]), Ok(all(&["3", "2"])));
    // So does what is set together with it, in either order; where it is not in the way, it stays.
    for changes in [
        vec![likely(1, "", ""), electricity(3, "2030-01-01", "")],
        vec![electricity(3, "2030-01-01", ""), likely(1, "", "")],
    ] {
        assert_eq!(set(&mut Vec::new(), changes), Ok(all(&["3"])));
    }
    let beside = vec![likely(1, "", "2030-01-01"), electricity(3, "2030-01-01", "")];
    assert_eq!(set(&mut Vec::new(), beside), Ok(all(&["~1", "3"])));
    assert_eq!(
        set(&mut Vec::new(), vec![likely(1, "", "2030-01-01"), likely(2, "2030-01-01", "")]),
        Ok(all(&["~1", "~2"]))
    );
}

#[test]
fn a_default_is_confirmed_by_being_stated() {
    let mut tariffs = Vec::new();
    set_default(&mut tariffs, Some(of_table(1)));
    let unchanged = tariffs.clone();
    assert_eq!(set(&mut tariffs, vec![likely(1, "", "")]), Ok(all(&["~1"])));
    assert_eq!(tariffs, unchanged);
    set(&mut tariffs, vec![electricity(1, "", "")]).unwrap();
    let confirmed = Tariff {
        likelihood: Some(Share::WHOLE),
        defaulted: false,
        facts: of_table(1).facts,
        ..Tariff::new(TariffService::Electricity, None, 1)
    };
    assert_eq!(tariffs, [confirmed]);
}

fn change() -> impl Strategy<Value = TariffChange> {
    let date = || prop::option::of((1i8..4).prop_map(|month| DateOrTime::from(jiff::civil::date(2026, month, 1))));
    (any::<bool>(), date(), date(), prop::option::weighted(0.8, 0u64..4), prop::option::of(50f64..=100.0)).prop_map(
        |(gas, effective_date, end_date, master_tariff_id, percent)| TariffChange {
            service: gas.then_some(TariffService::Gas),
            effective_date,
            end_date,
            master_tariff_id,
            likelihood: percent.and_then(|percent| Share::of_percent(percent).ok()),
            ..TariffChange::default()
        },
    )
}

proptest! {
    /// Whatever is set, one change after another: no two overlap, their order is theirs, and nothing that was
    /// stated is lost unless it is named.
    #[test]
    fn what_is_taken_is_sound(changes in prop::collection::vec(prop::collection::vec(change(), 1..4), 1..6)) {
        let mut tariffs: Vec<Tariff> = Vec::new();
        for list in changes {
            let mut tried = tariffs.clone();
            if !set_all(&mut tried, list.clone(), None).is_empty() {
                continue;
            }
            let meant = keys(&tariffs, &list, None);
            let named = |tariff: &Tariff| meant.contains(&Ok(tariff.key()));
            for tariff in tariffs.iter().filter(|tariff| !tariff.defaulted && !named(tariff)) {
                prop_assert!(tried.iter().any(|kept| kept.key() == tariff.key()));
            }
            tariffs = tried;
            for (at, one) in tariffs.iter().enumerate() {
                prop_assert!(tariffs.iter().skip(at + 1).all(|other| !one.overlaps(other)));
                prop_assert_eq!(one.defaulted, one.likelihood.is_some_and(|share| share < Share::WHOLE));
            }
            prop_assert!(tariffs.is_sorted_by(|one, other| one.order(other) == Ordering::Less));
            // Said again, it changes nothing; but what gave way has to be named anew, also by its service.
            let whole = list.iter().all(|change| change.master_tariff_id.is_some());
            let means_the_same = keys(&tariffs, &list, None) == meant;
            let mut again = tariffs.clone();
            prop_assert!(!whole || !means_the_same || (set_all(&mut again, list, None).is_empty() && again == tariffs));
        }
    }
}
