use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{MAX_RECORD_BYTES, template};

const DIALECTS: [Dialect; 3] = [Dialect::Provisioning, Dialect::Accounts, Dialect::Onboarding];

/// What a record of a file was read as: its row, and its body or the codes of what is wrong with it.
type Seen = (u64, Result<Value, Vec<String>>);

/// Reads a file that comes in pieces of that size. Between any two records the reader may be another one, which goes on
/// where the first was.
fn read(dialect: Dialect, format: Format, file: &[u8], piece: usize, resume: bool) -> (Vec<Seen>, Option<Refusal>) {
    let mut reader = Reader::at(dialect, Place::beginning(format)).unwrap();
    let mut seen = Vec::new();
    let mut fed = 0;
    loop {
        match reader.next_record() {
            Err(refusal) => return (seen, Some(refusal)),
            Ok(Some(record)) => {
                assert_eq!(record.number, u64::try_from(seen.len()).unwrap() + 1);
                let body = record.body.map(|body| serde_json::from_str(&body).unwrap());
                seen.push((record.row, body.map_err(|faults| faults.into_iter().map(|fault| fault.code).collect())));
                if let Some(place) = reader.place().filter(|_| resume) {
                    let place: Place = serde_json::from_str(&serde_json::to_string(&place).unwrap()).unwrap();
                    fed = usize::try_from(place.offset).unwrap();
                    reader = Reader::at(dialect, place).unwrap();
                }
            }
            Ok(None) if fed == file.len() => {
                if reader.at_end {
                    return (seen, None);
                }
                reader.end();
            }
            Ok(None) => {
                let end = file.len().min(fed + piece);
                reader.feed(&file[fed..end]);
                fed = end;
            }
        }
    }
}

fn whole(dialect: Dialect, format: Format, file: &[u8]) -> (Vec<Seen>, Option<Refusal>) {
    let whole = read(dialect, format, file, file.len().max(1), false);
    for piece in [1, 2, 3, 1000] {
        assert_eq!(read(dialect, format, file, piece, true), whole, "in pieces of {piece}");
    }
    whole
}

fn lines(file: impl AsRef<[u8]>) -> Vec<Seen> {
    let (seen, refusal) = whole(Dialect::Provisioning, Format::Ndjson, file.as_ref());
    assert_eq!(refusal, None);
    seen
}

fn rows(file: impl AsRef<[u8]>) -> Vec<Seen> {
    let (seen, refusal) = whole(Dialect::Onboarding, Format::Csv, file.as_ref());
    assert_eq!(refusal, None);
    seen
}

fn refused(dialect: Dialect, file: impl AsRef<[u8]>) -> Refusal {
    whole(dialect, Format::Csv, file.as_ref()).1.unwrap()
}

fn ok(row: u64, body: Value) -> Seen {
    (row, Ok(body))
}

fn wrong(row: u64, code: &str) -> Seen {
    (row, Err(vec![code.to_owned()]))
}

#[test]
fn lines_are_objects_however_files_were_joined() {
    let one = |row| ok(row, json!({"a": 1}));
    assert_eq!(lines(""), []);
    assert_eq!(lines("\n\n \r\n"), []);
    assert_eq!(lines("{\"a\":1}"), [one(1)], "no line break at the end");
    assert_eq!(lines("\u{feff}{\"a\":1}\r\n\r\n{\"a\": 1}\n"), [one(1), one(3)]);
    assert_eq!(lines("{\"a\":1}\n\u{feff}{\"a\":1}\n{\"a\":1}\u{feff}{\"a\":1}"), [one(1), one(2), one(3), one(3)]);
    assert_eq!(lines("{\"a\":1}{\"a\":1} {\"a\":1}\r{\"a\":1}"), [one(1), one(1), one(1), one(1)]);
    assert_eq!(lines("{\"a\":\"\u{feff}x\"}"), [ok(1, json!({"a": "\u{feff}x"}))], "inside of a text it is the text's");
}

#[test]
fn a_line_that_is_no_object_is_wrong_and_the_next_is_read() {
    let one = |row| ok(row, json!({"a": 1}));
    let file = "{\"a\":1}\n{\"a\":\n1}\n[{\"a\":1}]\n7\n{\"a\":1}, {\"a\":1}\n{\"a\":1}\n";
    let malformed = |row| wrong(row, "malformed_body");
    let expected = [
        one(1),
        malformed(2),
        wrong(3, "wrong_type"),
        wrong(4, "wrong_type"),
        wrong(5, "wrong_type"),
        one(6),
        malformed(6),
        one(7),
    ];
    // The third line is the number 1, and a bracket that belongs to nothing.
    let seen: Vec<_> = lines(file).into_iter().filter(|seen| *seen != malformed(3)).collect();
    assert_eq!(seen, expected);
    assert_eq!(lines(b"{\"a\":\"\xe9\"}\n{\"a\":1}"), [wrong(1, "not_utf8"), one(2)]);
    assert_eq!(lines("{\"a\":\"\u{fffd}\"}\n{\"a\":1}".as_bytes()), [wrong(1, "not_utf8"), one(2)]);
    assert_eq!(whole(Dialect::Accounts, Format::Ndjson, b"\xff\xfe{\0").1, Some(Refusal::NotUtf8 { row: 1, byte: 0 }));
}

#[test]
fn a_line_is_as_long_as_it_may_be_and_no_longer() {
    let line = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8));
    let file = [line(MAX_RECORD_BYTES), line(MAX_RECORD_BYTES + 1), line(3_000_000), "{\"a\":1}".into()].join("\n");
    for piece in [file.len(), 65_536, 4099] {
        let (seen, refusal) = read(Dialect::Accounts, Format::Ndjson, file.as_bytes(), piece, true);
        assert_eq!((refusal, seen.len()), (None, 4));
        assert!(seen[0].1.is_ok() && seen[3] == ok(4, json!({"a": 1})), "{piece}");
        assert_eq!(seen[1..3], [wrong(2, "line_too_long"), wrong(3, "line_too_long")]);
    }
}

#[test]
fn a_line_has_as_many_objects_as_it_may_have() {
    let seen = lines("{}".repeat(100) + "\n" + &"{}".repeat(101));
    let (first, second) = seen.split_at(100);
    assert!(first.iter().all(|seen| *seen == ok(1, json!({}))), "{first:?}");
    assert_eq!((second.len(), second.last()), (101, Some(&wrong(2, "too_many_objects"))));
}

#[test]
fn cells_are_parted_by_whatever_the_spreadsheet_took() {
    let expected = [ok(2, json!({"type": "EV", "vin": "V1"}))];
    for delimiter in [",", ";", "\t"] {
        for end in ["\r\n", "\n", "\r"] {
            for mark in ["", "\u{feff}"] {
                let file = format!("{mark}Type{delimiter}VIN{end}EV{delimiter}V1{end}");
                assert_eq!(rows(&file), expected, "{file:?}");
                let file = format!("{mark}sep={delimiter}{end}type{delimiter}vin{end}EV{delimiter}V1");
                assert_eq!(rows(&file), expected, "{file:?}");
            }
        }
    }
    assert_eq!(rows("\"sep=|\"\ntype|vin\nEV|V1"), expected);
    // A comma in a name does not make commas what cells are parted by.
    assert_eq!(rows("properties.a,b;type;vin\n;EV;V1"), expected);
    assert_eq!(rows("vin\nV1"), [ok(2, json!({"vin": "V1"}))]);
}

#[test]
fn rows_are_counted_as_a_spreadsheet_shows_them() {
    let file = "type;owner;vin\r\n\r\nEV;\"two\r\nlines\";V1\r\n;;\r\nEV;\"a \"\"b\"\"; c\";V2\r\n\r\n\r\nEV;d;V3";
    let row = |row, owner: &str, vin: &str| ok(row, json!({"type": "EV", "owner": owner, "vin": vin}));
    assert_eq!(rows(file), [row(3, "two\r\nlines", "V1"), row(5, "a \"b\"; c", "V2"), row(8, "d", "V3")]);
    assert_eq!(rows("\n;;\ntype;vin\nEV;V1"), [ok(4, json!({"type": "EV", "vin": "V1"}))]);
    let cr = file.replace("\r\n\r\nEV", "\r\rEV").replace("\r\n;;\r\n", "\r;;\r");
    assert_eq!(rows(cr).iter().map(|(row, _)| *row).collect::<Vec<_>>(), [3, 5, 8]);
}

#[test]
fn rows_may_be_short_and_only_empty_cells_may_be_too_many() {
    let file = "type;vin;owner\nEV\nEV;V1;;;\nEV;V1;o;x;y\n \u{a0};V1 \n";
    let expected = [
        ok(2, json!({"type": "EV"})),
        ok(3, json!({"type": "EV", "vin": "V1"})),
        wrong(4, "cell_without_column"),
        ok(5, json!({"vin": "V1"})),
    ];
    assert_eq!(rows(file), expected);
    assert_eq!(
        rows("type;;vin\nEV;;V1\nEV;x;V1"),
        [ok(2, json!({"type": "EV", "vin": "V1"})), wrong(3, "cell_without_column")]
    );
}

#[test]
fn joined_files_have_their_names_and_marks_again() {
    let file = "\u{feff}type;vin;\nEV;V1\n\u{feff}type;vin\nEV;V2\ntype;vin;;\nEV;V3";
    let row = |row, vin: &str| ok(row, json!({"type": "EV", "vin": vin}));
    assert_eq!(rows(file), [row(2, "V1"), row(4, "V2"), row(6, "V3")]);
}

#[test]
fn names_that_mean_nothing_or_the_same_are_all_named() {
    let unknown = |names: &[&str]| Refusal::UnknownColumns(names.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(refused(Dialect::Onboarding, "vin,colour,wheels\n1,2,3"), unknown(&["colour", "wheels"]));
    assert_eq!(refused(Dialect::Provisioning, "properties.x;email\n1;2"), unknown(&["properties.x"]));
    assert_eq!(refused(Dialect::Onboarding, "properties.\n1"), unknown(&["properties."]));
    let repeated = refused(Dialect::Provisioning, "email;E-Mail;customer_info.email;firstname;suffix");
    assert_eq!(repeated, Refusal::RepeatedColumns(vec!["E-Mail".into(), "customer_info.email".into()]));
    assert!(unknown(&["a\nb"]).to_string().contains("\"ab\""));
}

#[test]
fn what_is_not_utf8_is_refused_with_row_and_byte() {
    let refusal = refused(Dialect::Onboarding, b"type;owner\nEV;\"a\nb\"\n\nEV;M\xfcller\nEV;c");
    assert_eq!(refusal, Refusal::NotUtf8 { row: 4, byte: 25 });
    assert!(refusal.to_string().starts_with("row 4 is not UTF-8, at byte 25"));
    assert_eq!(refused(Dialect::Onboarding, b"type;\xfc\n"), Refusal::NotUtf8 { row: 1, byte: 5 });
    assert_eq!(refused(Dialect::Onboarding, b"type;owner\nEV;\xc3"), Refusal::NotUtf8 { row: 2, byte: 14 });
    // As a gateway hands it on that took it for text.
    let lost = refused(Dialect::Onboarding, "type;owner\nEV;M\u{fffd}ller\n".as_bytes());
    assert_eq!(lost, Refusal::NotUtf8 { row: 2, byte: 15 });
    for mark in [[0xff, 0xfe], [0xfe, 0xff]] {
        assert_eq!(
            refused(Dialect::Onboarding, [&mark[..], b"t\0y\0p\0e\0"].concat()),
            Refusal::NotUtf8 { row: 1, byte: 0 }
        );
    }
}

#[test]
fn a_quotation_mark_that_is_never_closed_ends_the_reading() {
    let (seen, refusal) = whole(Dialect::Onboarding, Format::Csv, b"type;owner\nEV;a\nEV;\"b\nEV;c\n");
    assert_eq!((seen.len(), refusal), (1, Some(Refusal::UnclosedQuote { row: 3 })));
    let long = format!("type;owner\nEV;\"{}", "a\n".repeat(MAX_RECORD_BYTES));
    let (_, refusal) = read(Dialect::Onboarding, Format::Csv, long.as_bytes(), 4099, false);
    assert_eq!(refusal, Some(Refusal::RowTooLong { row: 2 }));
    let wide = format!("type;owner\nEV;a{}\n", ";".repeat(20_000));
    assert_eq!(
        read(Dialect::Onboarding, Format::Csv, wide.as_bytes(), 4099, false).1,
        Some(Refusal::RowTooLong { row: 2 })
    );
}

#[test]
fn a_row_of_each_dialect_is_the_body_that_it_means() {
    let file = "Label Partner;external-account-id;Email;first name;LASTNAME;create_verified_user;external_installation_id;\
                house_no;Postal Code;service_type;external_meter_id_2;meter_energy_type_2;external_meter_id_4;\
                installation_info.0.meters.3.meter_energy_type\n\
                NORTH;9999999999332;jo@example.com;NO;Null;WAHR;000123;1;NA;BR-LR-NILM-noHW;m2;GAS;m4;HEAT\n\
                NORTH;8,71687E+17;;;;vielleicht;;;;;;;8.71687E+17;\n";
    let (seen, refusal) = whole(Dialect::Provisioning, Format::Csv, file.as_bytes());
    assert_eq!(refusal, None);
    let body = json!({
        "labelpartner": "NORTH",
        "customer_info": {
            "external_account_id": "9999999999332", "email": "jo@example.com",
            "contact_info": {"firstname": "NO", "lastname": "Null"},
        },
        "create_verified_user": true,
        "installation_info": [{
            "external_installation_id": "000123",
            "address_info": {"house_no": "1", "postal_code": "NA"},
            "service_information": {"service_type": "BR-LR-NILM-noHW"},
            "meters": [
                {"external_meter_id": "m2", "meter_energy_type": "GAS"},
                {"external_meter_id": "m4", "meter_energy_type": "HEAT"},
            ],
        }],
    });
    assert_eq!(seen[0], ok(2, body));
    let codes = ["spreadsheet_number", "wrong_type", "spreadsheet_number"].map(str::to_owned);
    assert_eq!(seen[1], (3, Err(codes.to_vec())));

    let file = "providerAccountId;zip;address.lat;lon;properties.customerClass;Properties.size:number\n1;01067;52,37;-4.9;1;2,5";
    let (seen, _) = whole(Dialect::Accounts, Format::Csv, file.as_bytes());
    let body = json!({
        "providerAccountId": "1",
        "address": {"zip": "01067", "lat": 52.37, "lon": -4.9},
        "properties": {
            "customerClass": {"keyName": "customerClass", "dataValue": "1"},
            "size": {"keyName": "size", "dataValue": 2.5},
        },
    });
    assert_eq!(seen, [ok(2, body)]);
    let file = "type;takeOver;properties.homeId;properties.max:number;properties.is:boolean\nEV;false;7;7;1";
    let body = json!({"type": "EV", "takeOver": false, "properties": {"homeId": "7", "max": 7, "is": true}});
    assert_eq!(rows(file), [ok(2, body)]);
}

#[test]
fn what_is_wrong_with_a_cell_says_where_it_is() {
    let mut reader = Reader::at(Dialect::Provisioning, Place::beginning(Format::Csv)).unwrap();
    reader.feed(b"External Meter ID 2;labelpartner\n8,71687E+17;NORTH\n");
    reader.end();
    let faults = reader.next_record().unwrap().unwrap().body.unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].column.as_deref(), Some("External Meter ID 2"));
    assert_eq!(faults[0].path.as_deref(), Some("/installation_info/0/meters/0/external_meter_id"));
    assert!(faults[0].message.contains("spreadsheet"));
}

#[test]
fn the_templates_are_files_that_can_be_read() {
    for dialect in DIALECTS {
        let template = template(dialect);
        assert_eq!(whole(dialect, Format::Csv, template.as_bytes()), (vec![], None));
        let names = template.lines().nth(1).unwrap();
        let filled = format!("{template}{}", names.split(';').map(|_| "1").collect::<Vec<_>>().join(";"));
        let (seen, refusal) = whole(dialect, Format::Csv, filled.as_bytes());
        assert!(refusal.is_none() && matches!(&seen[..], [(2, Ok(body))] if body.is_object()), "{seen:?}");
    }
}

/// A cell as a spreadsheet quotes it.
fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// Whatever the size of a file, no more of it is held than a record and what was fed last.
#[test]
fn a_file_of_any_size_is_read_in_the_same_memory() {
    for (format, head, line) in [
        (Format::Csv, "type;owner\n", format!("EV;\"{}\"\n", "a\n".repeat(500))),
        (Format::Ndjson, "", format!("{{\"a\":\"{}\"}}{{}}\n", "a".repeat(1000))),
    ] {
        let mut reader = Reader::at(Dialect::Onboarding, Place::beginning(format)).unwrap();
        reader.feed(head.as_bytes());
        let chunk = line.repeat(64);
        let (mut records, mut most) = (0, 0);
        for _ in 0..800 {
            reader.feed(chunk.as_bytes());
            while reader.next_record().unwrap().is_some() {
                records += 1;
            }
            most = most.max(reader.bytes.capacity() + reader.ready.capacity());
        }
        assert!(records >= 800 * 64 && most < 4 * chunk.len(), "{records} records, {most} bytes");
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        table in prop::collection::vec(prop::array::uniform3("[a-zäß€,;\t\"\n\r ]{0,6}"), 0..12),
        delimiter in prop::sample::select(vec![",", ";", "\t"]),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        piece in 1..40_usize,
    ) {
        let mut file = ["owner", "model", "reference"].join(delimiter);
        let mut expected = Vec::new();
        for (i, cells) in table.iter().enumerate() {
            file = file + end + &cells.each_ref().map(|cell| quoted(cell)).join(delimiter);
            let members = ["owner", "model", "reference"].into_iter().zip(cells).map(|(name, cell)| (name, cell.trim()));
            let body: serde_json::Map<_, _> =
                members.filter(|(_, cell)| !cell.is_empty()).map(|(name, cell)| (name.to_owned(), json!(cell))).collect();
            if !body.is_empty() {
                expected.push(ok(u64::try_from(i).unwrap() + 2, Value::Object(body)));
            }
        }
        prop_assert_eq!(read(Dialect::Onboarding, Format::Csv, file.as_bytes(), piece, true), (expected, None));
    }

    #[test]
    fn no_file_is_read_otherwise_in_pieces(file in prop::collection::vec(prop::sample::select(b"{}\"a:1, ;\t\r\n\xef\xbb\xbf\xe9typevin=".to_vec()), 0..80), piece in 1..40_usize) {
        for format in [Format::Csv, Format::Ndjson] {
            let whole = read(Dialect::Onboarding, format, &file, file.len().max(1), false);
            prop_assert_eq!(read(Dialect::Onboarding, format, &file, piece, true), whole);
        }
    }

    #[test]
    fn rows_of_anything_panic_nowhere(rest in prop::collection::vec(any::<u8>(), 0..200), piece in 1..40_usize) {
        let file = [b"type;vin;owner\n".to_vec(), rest].concat();
        let whole = read(Dialect::Onboarding, Format::Csv, &file, file.len(), false);
        prop_assert_eq!(read(Dialect::Onboarding, Format::Csv, &file, piece, true), whole);
    }
}
