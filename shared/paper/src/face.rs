//! The fonts, and what the letters of a text look like in them.

use std::{ops::Range, str::FromStr};

use harfrust::{Direction, FontRef, Language, ShapeOptions, Shaper, ShaperData, UnicodeBuffer};
use read_fonts::{
    TableProvider,
    tables::{cmap::Cmap, hmtx::Hmtx},
    types::GlyphId,
};

use crate::PaperError;

static FILES: [&[u8]; 2] =
    [include_bytes!("../fonts/NotoSans-subset.ttf"), include_bytes!("../fonts/Vazirmatn-subset.ttf")];

/// Which of the fonts.
pub(crate) type FaceIndex = usize;

/// The fonts, read.
pub(crate) struct Faces([Face; FILES.len()]);

/// A font.
pub(crate) struct Face {
    /// Its name in files, and on their pages.
    pub(crate) name: &'static str,
    pub(crate) bytes: &'static [u8],
    /// From the lowest to the highest, and how high capitals are, at size 1000.
    pub(crate) reach: [f32; 3],
    file: FontRef<'static>,
    data: ShaperData,
    letters: Cmap<'static>,
    widths: Hmtx<'static>,
    units: f32,
}

/// A letter or a part of one, where it is drawn; in sizes of a font of size 1.
#[derive(Debug, Clone)]
pub(crate) struct Glyph {
    pub(crate) id: u16,
    /// What it stands for, by the bytes of its text.
    pub(crate) range: Range<usize>,
    /// From where it stands to the next.
    pub(crate) advance: f32,
    /// How far from there it is drawn.
    pub(crate) offset: (f32, f32),
}

impl Faces {
    pub(crate) fn load() -> Result<Self, PaperError> {
        let [latin, arabic] = FILES;
        Ok(Self([Face::load("NotoSans", latin)?, Face::load("Vazirmatn", arabic)?]))
    }

    pub(crate) fn all(&self) -> &[Face] {
        &self.0
    }

    /// The font for a letter that follows one in font `before`. Spaces and the like are in several, and stay with their word;
    /// what is in none is an empty box of the first.
    pub(crate) fn find(&self, letter: char, before: FaceIndex) -> FaceIndex {
        let has = |face: &Face| face.letters.map_codepoint(letter).is_some();
        if is_unseen(letter) || self.0.get(before).is_some_and(has) {
            before
        } else {
            self.0.iter().position(has).unwrap_or_default()
        }
    }

    pub(crate) fn shapers(&self) -> Vec<Shaper<'_>> {
        self.0.iter().map(|face| face.data.shaper(&face.file).build()).collect()
    }
}

impl Face {
    fn load(name: &'static str, bytes: &'static [u8]) -> Result<Self, PaperError> {
        let file = FontRef::new(bytes)?;
        let (data, letters, widths) = (ShaperData::new(&file), file.cmap()?, file.hmtx()?);
        let units = f32::from(file.head()?.units_per_em()).max(1.0);
        let (lines, capitals) = (file.hhea()?, file.os2()?.s_cap_height().unwrap_or_default());
        let reach = [lines.descender().to_i16(), lines.ascender().to_i16(), capitals];
        let reach = reach.map(|height| f32::from(height) / units * 1000.0);
        Ok(Self { name, bytes, reach, file, data, letters, widths, units })
    }

    /// How wide a glyph is by itself, at size 1.
    pub(crate) fn width(&self, glyph: u16) -> f32 {
        self.widths.advance(GlyphId::new(glyph.into())).map(f32::from).unwrap_or_default() / self.units
    }
}

impl From<read_fonts::ReadError> for PaperError {
    fn from(_: read_fonts::ReadError) -> Self {
        Self::Font
    }
}

/// Whether a character is for the letters beside it and never seen: joiners, directions, variants.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The glyphs of a text in one font and one direction, from left to right, in sizes of a font of size 1.
pub(crate) fn shape(shaper: &Shaper<'_>, text: &str, is_rtl: bool, language: Option<&str>) -> Vec<Glyph> {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    if let Some(language) = language.and_then(|language| Language::from_str(language).ok()) {
        buffer.set_language(language);
    }
    // The script; the direction that it would have is not always that of its place, as with digits.
    buffer.guess_segment_properties();
    buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
    let glyphs = shaper.shape(buffer, ShapeOptions::new());
    let units = em(shaper.units_per_em()).max(1.0);
    let mut starts: Vec<_> = glyphs.glyph_infos().iter().map(|info| offset(info.cluster)).collect();
    starts.sort_unstable();
    starts.dedup();
    let sized = glyphs.glyph_infos().iter().zip(glyphs.glyph_positions()).map(|(info, position)| {
        let start = offset(info.cluster);
        let next = starts.partition_point(|other| *other <= start);
        let end = starts.get(next).copied().unwrap_or(text.len());
        Glyph {
            id: u16::try_from(info.glyph_id).unwrap_or_default(),
            range: start..end,
            advance: em(position.x_advance) / units,
            offset: (em(position.x_offset) / units, em(position.y_offset) / units),
        }
    });
    sized.collect()
}

/// Units of a font; there are no larger ones in a font's file.
fn em(units: i32) -> f32 {
    i16::try_from(units).map(f32::from).unwrap_or_default()
}

/// A place in a text, which is in memory, so its length is a number of this size.
fn offset(cluster: u32) -> usize {
    usize::try_from(cluster).unwrap_or_default()
}
