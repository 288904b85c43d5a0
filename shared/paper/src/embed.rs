//! Fonts inside a file: the letters that it uses, how wide they are, and what they are when they are copied.

use std::collections::BTreeMap;

use pdf_writer::{
    Finish, Name, Pdf, Rect, Ref, Str,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};
use subsetter::GlyphRemapper;

use crate::{PaperError, face::Face, paint::compress};

const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A font, and what a file uses of it.
pub(crate) struct Used<'a> {
    pub(crate) face: &'a Face,
    glyphs: GlyphRemapper,
    texts: BTreeMap<u16, Box<str>>,
}

impl<'a> Used<'a> {
    pub(crate) fn new(face: &'a Face) -> Self {
        Self { face, glyphs: GlyphRemapper::new(), texts: BTreeMap::new() }
    }

    /// The number of a glyph in the file.
    pub(crate) fn number(&mut self, glyph: u16) -> u16 {
        self.glyphs.remap(glyph)
    }

    /// Whether a glyph, by its number in the file, stands for this text. It stands for the first that it is asked for.
    pub(crate) fn stands_for(&mut self, number: u16, text: &str) -> bool {
        **self.texts.entry(number).or_insert_with(|| text.into()) == *text
    }

    pub(crate) fn is_used(&self) -> bool {
        self.glyphs.num_gids() > 1 || !self.texts.is_empty()
    }

    /// Writes the font.
    pub(crate) fn write(&self, pdf: &mut Pdf, id: Ref, next: &mut Ref) -> Result<(), PaperError> {
        let (descendant, descriptor, unicode, file) = (next.bump(), next.bump(), next.bump(), next.bump());
        let name = format!("{}+{}", self.prefix(), self.face.name);
        let name = Name(name.as_bytes());
        let mut font = pdf.type0_font(id);
        font.base_font(name).encoding_predefined(Name(b"Identity-H")).descendant_font(descendant).to_unicode(unicode);
        font.finish();

        let mut font = pdf.cid_font(descendant);
        font.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM).font_descriptor(descriptor);
        font.cid_to_gid_map_predefined(Name(b"Identity")).default_width(0.0);
        let widths = self.glyphs.remapped_gids().map(|glyph| (self.face.width(glyph) * 1000.0).round());
        font.widths().consecutive(0, widths);
        font.finish();

        let [descent, ascent, capitals] = self.face.reach;
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(-1000.0, descent, 2000.0, ascent))
            .italic_angle(0.0)
            .ascent(ascent)
            .descent(descent)
            .cap_height(capitals)
            .stem_v(80.0)
            .font_file2(file);

        let mut texts = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (number, text) in &self.texts {
            texts.pair_with_multiple(*number, text.chars());
        }
        compress(pdf, unicode, &texts.finish())?;
        let subset = subsetter::subset(self.face.bytes, 0, &self.glyphs).map_err(|_| PaperError::Font)?;
        compress(pdf, file, &subset)
    }

    /// Six letters that differ between subsets of a font.
    fn prefix(&self) -> String {
        let hash = |hash: u64, glyph: u16| (hash ^ u64::from(glyph)).wrapping_mul(0x0100_0000_01b3);
        let mut hash = self.glyphs.remapped_gids().fold(0xcbf2_9ce4_8422_2325, hash);
        let letter = |_| {
            let letter = u8::try_from(hash % 26).unwrap_or_default();
            hash /= 26;
            char::from(b'A' + letter)
        };
        (0..6).map(letter).collect()
    }
}
