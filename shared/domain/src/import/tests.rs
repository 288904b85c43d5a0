use jiff::Timestamp;

use super::*;
use crate::{AccessLevel, OrganisationId};

fn job() -> ImportJob {
    let order = ImportOrder {
        id: ImportId::new_random(),
        organisation: OrganisationId::new_random(),
        access: AccessLevel::Admin,
        app_id: None,
        dialect: ImportDialect::Provisioning,
        format: FileFormat::Csv,
        source: ImportSource { key: "sources/x".into(), etag: "e".into(), bytes: 1 },
    };
    ImportJob::ordered(order, Timestamp::UNIX_EPOCH)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

#[test]
fn it_ends_when_the_file_is_split_and_all_lanes_are_done() {
    let mut progress = ImportProgress { job: job().begun(at(0)), lanes: [Lane::default(); ImportJob::LANES] };
    assert_eq!(progress.ended(at(1)), None, "more may follow");
    progress.job.splitting =
        Splitting { is_done: true, records: 30, sent: [1, 2, 0, 0, 0, 0, 0, 0], ..Splitting::default() };
    progress.lanes[0] = Lane { done: 1, counts: ImportCounts { created: 10, ..ImportCounts::default() } };
    assert_eq!(progress.ended(at(1)), None);
    assert_eq!(progress.estimated_end(at(10)), Some(at(30)));
    progress.lanes[1] = Lane { done: 2, counts: ImportCounts { invalid: 20, ..ImportCounts::default() } };
    let ended = progress.ended(at(20)).unwrap();
    assert_eq!((ended.status, ended.counts.unwrap().sum(), ended.version), (ImportStatus::Completed, 30, 3));
    progress.job.failure = Some(ImportFailure { code: "cut_short".into(), message: String::new() });
    assert_eq!(progress.ended(at(20)).unwrap().status, ImportStatus::Failed);
    progress.job = ended;
    assert_eq!((progress.ended(at(21)), progress.estimated_end(at(21))), (None, None));
}

#[test]
fn it_begins_once_and_is_canceled_until_it_has_ended() {
    let begun = job().begun(at(5));
    assert_eq!((begun.status, begun.begun(at(9)).started_at), (ImportStatus::Running, Some(at(5))));
    let canceled = begun.canceled(at(6)).unwrap();
    assert_eq!(canceled.status, ImportStatus::Canceled);
    assert_eq!(canceled.canceled(at(7)), None);
}

#[test]
fn files_are_told_by_their_names() {
    for (name, format) in [
        ("a.csv", Some(FileFormat::Csv)),
        ("A b.CSV.GZ", Some(FileFormat::Csv)),
        ("x.ndjson", Some(FileFormat::Ndjson)),
        ("x.jsonl.gz", Some(FileFormat::Ndjson)),
        ("x.json", None),
        ("csv", None),
        ("x.gz", None),
    ] {
        assert_eq!(FileFormat::of_name(name), format, "{name}");
    }
}
