//! Lines of text: where they end, and what stands in them from left to right.

use std::ops::Range;

use harfrust::Shaper;
use unicode_bidi::{BidiInfo, Level};

use crate::face::{FaceIndex, Faces, Glyph, shape};

/// Sets texts.
pub(crate) struct Setter<'a> {
    faces: &'a Faces,
    shapers: Vec<Shaper<'a>>,
    language: Option<&'a str>,
}

/// A line, set.
#[derive(Clone)]
pub(crate) struct Line {
    /// From left to right.
    pub(crate) runs: Vec<Run>,
    /// At size 1.
    pub(crate) width: f32,
    /// It is one of several of a text that goes the other way than its page, so it starts on the other side.
    pub(crate) is_turned: bool,
    /// Some of it is read from right to left.
    pub(crate) has_rtl: bool,
}

/// A part of a line in one font and one direction.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) face: FaceIndex,
    pub(crate) text: Box<str>,
    pub(crate) glyphs: Vec<Glyph>,
    /// At size 1.
    pub(crate) width: f32,
}

/// A part of a text in one font and one direction, by its bytes.
#[derive(Clone)]
struct Piece {
    range: Range<usize>,
    level: Level,
    face: FaceIndex,
}

/// What cannot be parted: a letter with what stands on it, or letters that are drawn as one.
struct Cluster {
    range: Range<usize>,
    width: f32,
}

impl<'a> Setter<'a> {
    pub(crate) fn new(faces: &'a Faces, language: Option<&'a str>) -> Self {
        Self { faces, shapers: faces.shapers(), language }
    }

    /// The lines of a text that is `width` wide at size 1, on a page of this direction.
    pub(crate) fn set(&self, text: &str, width: f32, is_page_rtl: bool) -> Vec<Line> {
        let mut lines = Vec::new();
        for paragraph in paragraphs(text) {
            let bidi = BidiInfo::new(&paragraph, None);
            let is_rtl = bidi.paragraphs.first().is_some_and(|whole| whole.level.is_rtl());
            let pieces = self.pieces(&paragraph, &bidi.levels);
            let ranges = breaks(&paragraph, &self.clusters(&paragraph, &pieces), width);
            let is_turned = ranges.len() > 1 && is_rtl != is_page_rtl;
            lines.extend(ranges.into_iter().map(|range| self.line(&paragraph, &pieces, &range, is_turned)));
        }
        lines
    }

    fn pieces(&self, text: &str, levels: &[Level]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for (start, letter) in text.char_indices() {
            let end = start + letter.len_utf8();
            let level = levels.get(start).copied().unwrap_or_else(Level::ltr);
            let face = self.faces.find(letter, pieces.last().map_or(0, |piece| piece.face));
            match pieces.last_mut() {
                Some(last) if last.level == level && last.face == face => last.range.end = end,
                _ => pieces.push(Piece { range: start..end, level, face }),
            }
        }
        pieces
    }

    fn shape(&self, text: &str, piece: &Piece) -> Vec<Glyph> {
        let shaper = self.shapers.get(piece.face);
        shaper.map(|shaper| shape(shaper, text, piece.level.is_rtl(), self.language)).unwrap_or_default()
    }

    /// The clusters of a text in the order in which they are read.
    fn clusters(&self, text: &str, pieces: &[Piece]) -> Vec<Cluster> {
        let mut clusters: Vec<Cluster> = Vec::new();
        for piece in pieces {
            let mut glyphs = self.shape(text.get(piece.range.clone()).unwrap_or_default(), piece);
            glyphs.sort_by_key(|glyph| glyph.range.start);
            for glyph in glyphs {
                let range = piece.range.start + glyph.range.start..piece.range.start + glyph.range.end;
                match clusters.last_mut() {
                    Some(last) if last.range == range => last.width += glyph.advance,
                    _ => clusters.push(Cluster { range, width: glyph.advance }),
                }
            }
        }
        clusters
    }

    fn line(&self, text: &str, pieces: &[Piece], line: &Range<usize>, is_turned: bool) -> Line {
        let cut = |piece: &Piece| {
            let range = piece.range.start.max(line.start)..piece.range.end.min(line.end);
            (!range.is_empty()).then(|| Piece { range, ..piece.clone() })
        };
        let first = pieces.partition_point(|piece| piece.range.end <= line.start);
        let pieces: Vec<_> = pieces.iter().skip(first).map_while(cut).collect();
        let levels: Vec<_> = pieces.iter().map(|piece| piece.level).collect();
        let order = BidiInfo::reorder_visual(&levels).into_iter().filter_map(|index| pieces.get(index));
        let run = |piece: &Piece| {
            let text = text.get(piece.range.clone()).unwrap_or_default();
            let glyphs = self.shape(text, piece);
            let width = glyphs.iter().map(|glyph| glyph.advance).sum();
            Run { face: piece.face, text: text.into(), glyphs, width }
        };
        let runs: Vec<_> = order.map(run).collect();
        let width = runs.iter().map(|run| run.width).sum();
        let has_rtl = levels.iter().any(Level::is_rtl);
        Line { runs, width, is_turned, has_rtl }
    }
}

/// The paragraphs of a text, without what has no place on paper: control characters, and what is no character by decree,
/// which the metadata of a file could not have either.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    let parts = text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']);
    let clean = |part: &str| {
        let kept = part.chars().map(|letter| if letter == '\t' { ' ' } else { letter });
        let kept: String = kept.filter(|letter| !letter.is_control() && !is_no_character(*letter)).collect();
        kept.trim().to_owned()
    };
    parts.map(clean).filter(|part| !part.is_empty()).collect()
}

fn is_no_character(letter: char) -> bool {
    u32::from(letter) & 0xfffe == 0xfffe || matches!(letter, '\u{fdd0}'..='\u{fdef}')
}

/// A place in a text, and how wide all before it is.
#[derive(Clone, Copy, Default)]
struct Mark {
    at: usize,
    used: f32,
}

/// Where the lines of a text are: as many words in each as its width holds. Numbers that are written in groups of digits
/// are kept together where that is possible, and a word that is wider than a line is broken.
fn breaks(text: &str, clusters: &[Cluster], width: f32) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    // Where the line starts, and the last places where it may end and where it may end at need.
    let (mut start, mut end, mut need) = (Mark::default(), Mark::default(), Mark::default());
    let mut here = Mark::default();
    let mut last = ' ';
    for (index, cluster) in clusters.iter().enumerate() {
        let letters = text.get(cluster.range.clone()).unwrap_or_default();
        let is_space = letters.chars().all(is_breaking_space);
        here.at = cluster.range.start;
        // Spaces may stand beyond the edge, where nobody sees them.
        while !is_space && here.used + cluster.width - start.used > width && here.at > start.at {
            let cut = [end, need, here].into_iter().find(|cut| cut.at > start.at).unwrap_or(here);
            lines.push(start.at..cut.at);
            start = cut;
        }
        here = Mark { at: cluster.range.end, used: here.used + cluster.width };
        let next = clusters.get(index + 1).and_then(|next| text.get(next.range.clone())?.chars().next()).unwrap_or(' ');
        if is_space && last.is_numeric() && next.is_numeric() {
            need = here;
        } else if is_space || letters == "\u{200b}" {
            end = here;
        } else if is_hyphen(letters) && last.is_alphanumeric() && next.is_alphabetic() {
            // Between words, and not before a number.
            end = here;
        }
        last = letters.chars().next_back().unwrap_or(last);
    }
    lines.push(start.at..text.len());
    lines.into_iter().filter_map(|line| trim(text, line)).collect()
}

/// A line without the spaces at its ends.
fn trim(text: &str, line: Range<usize>) -> Option<Range<usize>> {
    let whole = text.get(line.clone())?;
    let end = line.start + whole.trim_end_matches(is_breaking_space).len();
    let start = line.end - whole.trim_start_matches(is_breaking_space).len();
    (start < end).then_some(start..end)
}

/// A space that a line may end at, which those of fixed width inside numbers are not.
fn is_breaking_space(letter: char) -> bool {
    letter.is_whitespace() && !matches!(letter, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

fn is_hyphen(letters: &str) -> bool {
    matches!(letters, "-" | "\u{2010}" | "\u{2013}" | "\u{2014}" | "/")
}

#[cfg(test)]
mod tests;
