use std::collections::{BTreeMap, BTreeSet};

use wattbook_domain::{AccessLevel, AnswerKey};

use super::*;

fn job() -> ImportJob {
    serde_json::from_value(serde_json::json!({
        "id": ImportId::new_random(), "organisation": OrganisationId::new_random(), "access": "admin",
        "dialect": "provisioning", "format": "ndjson", "source": {"key": "k", "etag": "e", "bytes": 1}, "status": "running",
        "splitting": {}, "answer_key": AnswerKey::new_random(), "version": 1, "created_at": "2026-01-01T00:00:00Z",
    }))
    .map(|job: ImportJob| ImportJob { access: AccessLevel::Admin, ..job })
    .unwrap()
}

fn record(number: u64, id: &str, padding: usize) -> Record {
    let body = format!("{{\"customer_info\":{{\"external_account_id\":{id:?}}},\"x\":\"{}\"}}", "x".repeat(padding));
    Record { number, row: number + 1, body: Ok(body) }
}

#[test]
fn every_record_is_in_one_part_and_those_of_an_id_in_one_lane_in_their_order() {
    let records = || (1..=1000).map(|number| record(number, &format!("id {}", number % 300), 10)).collect::<Vec<_>>();
    let mut sent = [7; ImportJob::LANES];
    let parts = cut(&job(), 3, records(), &mut sent);
    let (mut seen, mut lanes) = (BTreeSet::new(), BTreeMap::new());
    let mut next = [8; ImportJob::LANES];
    for part in &parts {
        assert_eq!((part.window, part.number), (3, next[part.lane]));
        next[part.lane] += 1;
        for line in &part.lines {
            assert!(seen.insert(line.number) && line.row == line.number + 1);
            assert_eq!(*lanes.entry(line.number % 300).or_insert(part.lane), part.lane);
        }
        assert!(part.lines.is_sorted_by_key(|line| line.number) && part.lines.len() <= PART.0);
    }
    assert_eq!((seen.len(), sent.iter().sum::<u64>()), (1000, 7 * 8 + u64::try_from(parts.len()).unwrap()));
    assert!(sent.iter().all(|sent| *sent > 7), "all lanes have something to do");
    let mut again = [7; ImportJob::LANES];
    let text = |parts: &[Part]| serde_json::to_value(parts.iter().map(|part| &part.lines).collect::<Vec<_>>()).unwrap();
    assert_eq!(text(&cut(&job(), 3, records(), &mut again)), text(&parts));
}

#[test]
fn a_part_fits_into_a_message() {
    let records = (1..=12).map(|number| record(number, "same", crate::MAX_RECORD_BYTES - 200)).collect();
    let parts = cut(&job(), 0, records, &mut [0; ImportJob::LANES]);
    assert_eq!(parts.len(), 12);
    let records = (1..=1000).map(|number| record(number, "same", 900)).collect();
    let parts = cut(&job(), 0, records, &mut [0; ImportJob::LANES]);
    for part in parts {
        let bytes = serde_json::to_string(&part).unwrap().len();
        assert!(bytes < 200 * 1024, "{bytes}");
    }
}

#[test]
fn what_is_wrong_with_a_record_goes_along() {
    let faults = vec![LineFault::new("malformed_body", "is no JSON object")];
    let record = Record { number: 1, row: 2, body: Err(faults.clone()) };
    let parts = cut(&job(), 0, vec![record], &mut [0; ImportJob::LANES]);
    let part: Part = serde_json::from_str(&serde_json::to_string(&parts[0]).unwrap()).unwrap();
    assert!(part.lines[0].body.is_none());
    assert_eq!(part.lines[0].faults, faults);
}
