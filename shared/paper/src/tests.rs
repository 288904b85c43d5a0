use std::io::Read;

use flate2::read::ZlibDecoder;
use proptest::prelude::*;

use super::*;
use crate::sheet::Item;

const EMPTY: InvoicePaper<'static> = InvoicePaper {
    title: "",
    sender: &[],
    recipient: &[],
    facts: &[],
    columns: ("", ""),
    lines: &[],
    total: ("", ""),
    notes: &[],
    language: "",
};

const INVOICE: InvoicePaper<'static> = InvoicePaper {
    title: "Invoice 10042",
    sender: &["Sunflow", "1 Solar Road"],
    recipient: &["Zoë Łukasiewicz", "Οδός Ερμού 5", "улица Мира 7"],
    facts: &[("Due date", "2026-02-17"), ("Customer", "8841-220")],
    columns: ("Description", "Amount"),
    lines: &[PaperLine { description: "Electricity", amount: "12.50" }],
    total: ("Total", "EUR 12.50"),
    notes: &["Thank you."],
    language: "en",
};

fn pages(invoice: &InvoicePaper<'_>) -> Vec<Vec<Item>> {
    let faces = Faces::load().unwrap();
    let language = language(invoice.language);
    let setter = Setter::new(&faces, language);
    layout::compose(&setter, invoice, language.is_some_and(is_right_to_left)).items
}

/// The lines of text of a page, each with where it starts and ends.
fn texts(page: &[Item]) -> Vec<(String, f32, f32)> {
    let text = |item: &Item| match item {
        Item::Text { x, style, line, .. } => {
            Some((line.runs.iter().map(|run| &*run.text).collect(), *x, x + line.width * style.size))
        }
        Item::Rule { .. } => None,
    };
    page.iter().filter_map(text).collect()
}

fn contains(file: &[u8], part: &str) -> bool {
    file.windows(part.len()).any(|window| window == part.as_bytes())
}

#[test]
fn the_same_invoice_is_the_same_file() {
    let file = render(&INVOICE).unwrap();
    assert!(file.starts_with(b"%PDF-1.7") && file.trim_ascii_end().ends_with(b"%%EOF"));
    assert_eq!(render(&INVOICE).unwrap(), file);
    let other = InvoicePaper { notes: &["Thank you!"], ..INVOICE };
    assert_ne!(render(&other).unwrap(), file);
}

#[test]
fn a_file_says_what_it_is_and_not_when_it_was_made() {
    let file =
        render(&InvoicePaper { title: "Invoice <1> & \u{0}\u{ffff}more", language: "nl-BE", ..INVOICE }).unwrap();
    for part in ["/Creator (Wattbook)", "/Lang (nl-BE)", "/Title (Invoice <1> & more)", "/StructTreeRoot"] {
        assert!(contains(&file, part), "{part}");
    }
    for date in ["CreationDate", "ModDate"] {
        assert!(!contains(&file, date), "{date}");
    }
    for (tag, known) in
        [("no-such-language", true), ("", false), ("é", false), ("n", false), ("1x", false), ("nl\n", false)]
    {
        assert_eq!(language(tag).is_some(), known, "{tag:?}");
    }
    assert!(contains(&render(&InvoicePaper { language: "(", ..INVOICE }).unwrap(), "/Lang (und)"));
}

#[test]
fn a_file_has_the_fonts_that_it_uses() {
    let persian = InvoicePaper { recipient: &["شیرین"], ..INVOICE };
    for (invoice, latin, arabic) in [(EMPTY, false, false), (INVOICE, true, false), (persian, true, true)] {
        let file = render(&invoice).unwrap();
        assert_eq!((contains(&file, "+NotoSans"), contains(&file, "+Vazirmatn")), (latin, arabic));
        assert!(file.len() < 40_000, "{}", file.len());
    }
}

/// The streams of a file, unpacked.
fn streams(file: &[u8]) -> Vec<String> {
    let starts = (0..file.len()).filter(|start| file[*start..].starts_with(b"\nstream\n"));
    let unpack = |start| {
        let mut bytes = Vec::new();
        ZlibDecoder::new(&file[start + 8..]).read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    starts.map(unpack).collect()
}

#[test]
fn what_is_copied_from_a_file_is_what_is_written_in_it() {
    let file = render(&InvoicePaper { notes: &["Zoë ᴥ 😀 ω\u{330}", "شیرین"], ..INVOICE }).unwrap();
    let streams = streams(&file);
    // Either a glyph stands for a letter, or the letter is stated.
    let glyphs: String = streams.iter().filter(|stream| stream.contains("begincmap")).cloned().collect();
    for letter in "InvoiceElectricityZoëŁΟδόςулицаشیرن12.50".chars() {
        assert!(glyphs.contains(&format!("> <{:04X}>", u32::from(letter))), "{letter}");
    }
    let page = streams.iter().find(|stream| stream.contains("BDC")).unwrap();
    assert_eq!(page.matches("/ActualText").count(), 2, "{page}");
    assert_eq!(page.matches("BDC").count() + page.matches("BMC").count(), page.matches("EMC").count());
}

#[test]
fn lines_go_on_over_pages_below_the_same_heading() {
    assert_eq!(pages(&EMPTY).len(), 1);
    assert_eq!(pages(&InvoicePaper { lines: &[], ..INVOICE }).len(), 1);
    assert_eq!(pages(&INVOICE).len(), 1);
    for count in [10, 17, 18, 19, 20, 21, 22, 23, 24, 45, 200] {
        let lines = vec![PaperLine { description: "Electricity", amount: "12.50" }; count];
        let invoice = InvoicePaper { lines: &lines, ..INVOICE };
        let pages = pages(&invoice);
        let all: Vec<Vec<_>> = pages.iter().map(|page| texts(page)).collect();
        let on = |page: &[(String, f32, f32)], text: &str| page.iter().filter(|(other, ..)| other == text).count();
        assert_eq!(all.iter().map(|page| on(page, "Electricity")).sum::<usize>(), count);
        assert_eq!(all.iter().map(|page| on(page, "Total")).sum::<usize>(), 1);
        for (number, page) in (1..).zip(&all) {
            let lines = on(page, "Electricity");
            assert_eq!(on(page, "Description"), usize::from(lines > 0), "{count} lines, page {number}");
            assert!(lines > 0 || on(page, "Total") == 0, "{count} lines: a total alone");
            assert_eq!(on(page, &format!("{number} / {}", all.len())), usize::from(all.len() > 1));
            assert_eq!(on(page, "Invoice 10042"), 1);
        }
        assert_eq!(all.len(), pages.len());
        assert_eq!(count > 18, all.len() > 1, "{count}");
        let file = render(&invoice).unwrap();
        assert!(contains(&file, &format!("/Count {}", all.len())), "{count}");
    }
}

#[test]
fn amounts_end_where_their_column_does() {
    let lines = [("A", "1.00"), ("B", "−1,234,567.89 EUR"), ("C", "0")]
        .map(|(description, amount)| PaperLine { description, amount });
    for language in ["en", "fa"] {
        let texts = texts(&pages(&InvoicePaper { lines: &lines, language, ..INVOICE })[0]);
        let end = |text: &str| texts.iter().find(|(other, ..)| other == text).unwrap().2;
        for amount in ["−1,234,567.89 EUR", "0", "EUR 12.50", "Amount"] {
            assert!((end(amount) - end("1.00")).abs() < 0.01, "{amount} in {language}");
        }
    }
}

#[test]
fn all_of_a_text_is_inside_its_page() {
    let word = "Wort".repeat(200);
    let words = "Wörter und noch mehr ".repeat(400);
    let lines = [PaperLine { description: &word, amount: &word }, PaperLine { description: &words, amount: "1" }];
    for language in ["de", "ar"] {
        let invoice = InvoicePaper {
            title: &word,
            sender: &[&word, &words],
            recipient: &[&words],
            facts: &[(&word, &words)],
            columns: (&words, &word),
            lines: &lines,
            total: (&word, &words),
            notes: &[&word, &words],
            language,
        };
        for page in pages(&invoice) {
            for item in &page {
                let Item::Text { x, baseline, style, line, .. } = item else { continue };
                let end = x + line.width * style.size;
                assert!(*x > sheet::MARGIN - 0.1 && end < sheet::PAGE_WIDTH - sheet::MARGIN + 0.1, "{x} to {end}");
                assert!((sheet::TOP..sheet::PAGE_HEIGHT).contains(baseline));
            }
        }
        assert!(render(&invoice).is_ok());
    }
}

#[test]
fn in_a_language_from_right_to_left_the_page_is_the_other_way_round() {
    let start = |language| texts(&pages(&InvoicePaper { language, ..INVOICE })[0])[2].1;
    assert!(start("en") < 100.0 && start("fa-IR") > 300.0 && start("pa-Arab") > 300.0 && start("ar-Latn") < 100.0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_strange(
        texts in prop::collection::vec(any::<String>(), 8),
        mixed in "([a-z]{0,9}|[א-תء-ی]{0,9}|[\u{300}-\u{36f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}()\\[\\] \t\n-]|\\PC){0,80}",
        language in "[a-z]{2}(-[A-Za-z0-9]{1,8}){0,4}|\\PC{0,9}",
    ) {
        let lines = [
            PaperLine { description: &texts[0], amount: &texts[1] },
            PaperLine { description: &mixed, amount: &mixed },
        ];
        let invoice = InvoicePaper {
            title: &texts[2],
            sender: &[&texts[3], &mixed],
            recipient: &[&texts[4]],
            facts: &[(&texts[5], &mixed)],
            columns: (&mixed, &texts[6]),
            lines: &lines,
            total: (&texts[7], &texts[0]),
            notes: &[&mixed],
            language: &language,
        };
        prop_assert!(render(&invoice).is_ok());
    }
}
