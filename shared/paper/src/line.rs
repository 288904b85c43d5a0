//! Letters on a page.

use pdf_writer::{Content, Name, Str, TextStr};

use crate::{embed::Used, face::Glyph, text::Run};

/// What is shown one behind the other, from a place on.
struct Shown {
    start: (f32, f32),
    parts: Vec<Part>,
    /// Where the reader of the file is after the parts.
    pen: f32,
}

enum Part {
    Glyphs(Vec<u8>),
    /// To the left, in thousandths of the size.
    Back(f32),
}

/// Draws a run of a line in the font that is set.
///
/// Readers copy what each glyph stands for. Where that is not enough, the text is stated beside the glyphs: of several that
/// are one together, and of letters that share a glyph, as all do that the font lacks. What is read from right to left is
/// drawn from left to right like the rest: readers turn it round, and would turn what is stated for a whole line too.
pub(crate) fn draw(content: &mut Content, font: &mut Used<'_>, run: &Run, size: f32, from: (f32, f32)) {
    let mut x = from.0;
    let mut shown: Option<Shown> = None;
    for cluster in run.glyphs.chunk_by(|left, right| left.range == right.range) {
        let text = run.text.get(cluster.first().map_or(0..0, |glyph| glyph.range.clone())).unwrap_or_default();
        let is_known = stands_for(font, cluster, text);
        if !is_known {
            finish(content, shown.take());
            state(content, text);
        }
        for glyph in cluster {
            let place = (x + glyph.offset.0 * size, from.1 + glyph.offset.1 * size);
            add(content, &mut shown, font, glyph, size, place);
            x += glyph.advance * size;
        }
        if !is_known {
            finish(content, shown.take());
            content.end_marked_content();
        }
    }
    finish(content, shown);
}

fn state(content: &mut Content, text: &str) {
    content.begin_marked_content_with_properties(Name(b"Span")).properties().actual_text(TextStr(text));
}

/// Whether readers find a text by its glyphs.
fn stands_for(font: &mut Used<'_>, cluster: &[Glyph], text: &str) -> bool {
    let [glyph] = cluster else { return false };
    let number = font.number(glyph.id);
    font.stands_for(number, text)
}

fn add(
    content: &mut Content,
    shown: &mut Option<Shown>,
    font: &mut Used<'_>,
    glyph: &Glyph,
    size: f32,
    place: (f32, f32),
) {
    // What stands higher or lower is shown by itself.
    if shown.as_ref().is_some_and(|shown| (shown.start.1 - place.1).abs() > 0.001) {
        finish(content, shown.take());
    }
    let shown = shown.get_or_insert_with(|| Shown { start: place, parts: Vec::new(), pen: place.0 });
    let back = ((shown.pen - place.0) / size * 1000.0).round();
    if back != 0.0 {
        shown.parts.push(Part::Back(back));
        shown.pen -= back * size / 1000.0;
    }
    let code = font.number(glyph.id).to_be_bytes();
    match shown.parts.last_mut() {
        Some(Part::Glyphs(codes)) => codes.extend(code),
        _ => shown.parts.push(Part::Glyphs(code.into())),
    }
    shown.pen += font.face.width(glyph.id) * size;
}

fn finish(content: &mut Content, shown: Option<Shown>) {
    let Some(Shown { start: (x, y), parts, .. }) = shown else { return };
    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, hundredths(x), hundredths(y)]);
    let mut shown = content.show_positioned();
    let mut items = shown.items();
    for part in parts {
        match part {
            Part::Glyphs(codes) => items.show(Str(&codes)),
            Part::Back(back) => items.adjust(back),
        };
    }
}

fn hundredths(place: f32) -> f32 {
    (place * 100.0).round() / 100.0
}
