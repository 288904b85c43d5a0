use proptest::prelude::*;

use super::*;

/// What stands in a line, from left to right by runs.
fn read(line: &Line) -> String {
    line.runs.iter().map(|run| &*run.text).collect()
}

fn lines_of(text: &str, width: f32) -> Vec<String> {
    let faces = Faces::load().unwrap();
    Setter::new(&faces, None).set(text, width, false).iter().map(read).collect()
}

#[test]
fn lines_end_at_words_and_numbers_stay_whole() {
    assert_eq!(lines_of("a b c", 100.0), ["a b c"]);
    assert_eq!(lines_of("one two\nthree\r\n\r\n four \t", 100.0), ["one two", "three", "four"]);
    assert_eq!(lines_of("electricity delivered", 8.0), ["electricity", "delivered"]);
    assert_eq!(lines_of("Rotterdam-Noord", 6.0), ["Rotterdam-", "Noord"]);
    assert_eq!(lines_of("costs of 12 345", 6.0), ["costs of", "12 345"]);
    assert_eq!(lines_of("an amount -12,50", 6.5), ["an amount", "-12,50"]);
    let broken = lines_of("Zählpunktbezeichnung", 5.0);
    assert!(broken.len() > 1 && broken.concat() == "Zählpunktbezeichnung", "{broken:?}");
    // A letter and its mark are never parted, and what is wider than a line has one for itself.
    assert_eq!(lines_of("e\u{301}e\u{301}", 0.1), ["e\u{301}", "e\u{301}"]);
    assert_eq!(lines_of("\u{0} \n \u{ffff}", 5.0), [""; 0]);
}

#[test]
fn what_is_read_from_the_right_is_set_from_the_right() {
    let faces = Faces::load().unwrap();
    let setter = Setter::new(&faces, Some("fa"));
    let lines = setter.set("خانم علی‌زاده 23 (Sunflow)", 100.0, false);
    let runs: Vec<_> = lines[0].runs.iter().map(|run| &*run.text).collect();
    assert_eq!(runs, [")", "Sunflow", " (", "23", "خانم علی‌زاده "]);
    assert!(lines[0].runs.iter().all(|run| run.width > 0.0));
    // Letters that join have another shape than alone, and none is missing.
    let joined = &setter.set("سلام", 100.0, false)[0].runs[0].glyphs;
    let alone = &setter.set("س", 100.0, false)[0].runs[0].glyphs;
    assert!(joined.iter().all(|glyph| glyph.id != 0 && glyph.id != alone[0].id));
    let first = joined.iter().map(|glyph| glyph.range.start).collect::<Vec<_>>();
    assert!(first.is_sorted_by(|left, right| left > right), "{first:?}");
}

#[test]
fn a_long_text_that_goes_the_other_way_starts_on_the_other_side() {
    let faces = Faces::load().unwrap();
    let setter = Setter::new(&faces, None);
    let text = "برق مصرفی در ساعات کم‌باری";
    assert!(!setter.set(text, 100.0, false)[0].is_turned);
    assert!(setter.set(text, 5.0, false).iter().all(|line| line.is_turned));
    assert!(setter.set(text, 5.0, true).iter().all(|line| !line.is_turned));
}

#[test]
fn fonts_have_the_letters_that_are_promised() {
    let faces = Faces::load().unwrap();
    let setter = Setter::new(&faces, None);
    for text in [
        "ÆØÅßÿŁőșțİığĦŻžǍƏə€£₴₺Đặng Thị Hồng",
        "Εξοικονόμηση ΆΈΉΊΪΌΎΫΏ ώϊΰ",
        "Україна Ђорђе Қазақстан Ӣ ё й",
        "پچژگک‌ی ۱۲۳٫۴۵٬ ؟ ٠١٢ ٹڈڑںھہے ټځډښڼۍ ڕڵۆێە لله لأ",
        "– — ‘’ “” „ … • · × − ² ³ ½ ° § № ™",
    ] {
        for run in setter.set(text, 1000.0, false).iter().flat_map(|line| &line.runs) {
            for glyph in &run.glyphs {
                assert_ne!(glyph.id, 0, "{:?}", run.text.get(glyph.range.clone()));
            }
        }
    }
    // Others are an empty box, which is still what it stands for.
    let run = &setter.set("中😀", 1000.0, false)[0].runs[0];
    assert!(run.glyphs.iter().all(|glyph| glyph.id == 0 && glyph.advance > 0.0));
}

proptest! {
    #[test]
    fn nothing_is_lost_at_the_ends_of_lines_but_spaces(
        text in "([a-z]{0,9}|[א-תء-ی]{0,9}|[\u{300}-\u{36f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}()\\[\\] \t\n-]|\\PC){0,80}",
        width in 0.0_f32..20.0,
    ) {
        let seen = |text: &str| {
            let mut seen: Vec<_> = text.chars().filter(|letter| !letter.is_whitespace()).collect();
            // Lines are read here as they are drawn.
            seen.sort_unstable();
            seen
        };
        prop_assert_eq!(seen(&lines_of(&text, width).concat()), seen(&paragraphs(&text).concat()));
    }
}
