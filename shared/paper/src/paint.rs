//! Pages as a file.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::{
    Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr,
    types::{Direction, TabOrder, TextRenderingMode},
    writers::{Resources, StructTreeRoot},
};

use crate::{
    PaperError,
    embed::Used,
    face::Faces,
    line::draw,
    sheet::{CONTENT_WIDTH, Item, MARGIN, PAGE_HEIGHT, PAGE_WIDTH, Pages},
    tags::{self, Part},
    text::paragraphs,
};

/// How wide the line around strong letters is, at size 1.
const STRONG: f32 = 0.03;

/// Writes pages.
pub(crate) fn write(faces: &Faces, laid: &Pages, title: &str, language: Option<&str>) -> Result<Vec<u8>, PaperError> {
    let mut pdf = Pdf::new();
    let mut next = Ref::new(1);
    let (catalog, info, root, tree, resources) = (next.bump(), next.bump(), next.bump(), next.bump(), next.bump());
    let mut fonts: Vec<_> = faces.all().iter().map(|face| (next.bump(), Used::new(face))).collect();

    let mut parts: Vec<Vec<Part>> = vec![Vec::new(); laid.blocks.len()];
    let mut pages = Vec::new();
    for (key, items) in (0..).zip(&laid.items) {
        let (id, stream) = (next.bump(), next.bump());
        let (content, marked) = content(items, &mut fonts);
        for (number, block) in (0..).zip(&marked) {
            if let Some(parts) = parts.get_mut(*block) {
                parts.push((id, number));
            }
        }
        compress(&mut pdf, stream, &content.finish())?;
        let mut page = pdf.page(id);
        page.parent(tree).contents(stream).media_box(Rect::new(0.0, 0.0, PAGE_WIDTH, PAGE_HEIGHT));
        page.struct_parents(key).tab_order(TabOrder::StructureOrder);
        page.pair(Name(b"Resources"), resources);
        page.finish();
        pages.push((id, marked));
    }
    fonts.retain(|(_, font)| font.is_used());
    for (id, font) in &fonts {
        font.write(&mut pdf, *id, &mut next)?;
    }
    let mut all = pdf.indirect(resources).start::<Resources<'_>>();
    let mut named = all.fonts();
    for (id, font) in &fonts {
        named.pair(Name(font.face.name.as_bytes()), *id);
    }
    named.finish();
    all.finish();
    let count = i32::try_from(pages.len()).map_err(|_| PaperError::Unwritable)?;
    pdf.pages(tree).kids(pages.iter().map(|(id, _)| *id)).count(count);

    let elements = tags::write(&mut pdf, &mut next, root, &laid.blocks, parts);
    let lists: Vec<_> = pages.iter().map(|(_, marked)| (next.bump(), marked)).collect();
    for (id, marked) in &lists {
        let elements = marked.iter().filter_map(|block| elements.get(block + 1));
        pdf.indirect(*id).array().items(elements.copied());
    }
    let mut structure = pdf.indirect(root).start::<StructTreeRoot<'_>>();
    structure.children().items(elements.first().copied());
    let mut places = structure.parent_tree();
    let mut numbers = places.nums();
    for (key, (id, _)) in (0..).zip(&lists) {
        numbers.insert(key, *id);
    }
    numbers.finish();
    places.finish();
    structure.parent_tree_next_key(count);
    structure.finish();

    let title = paragraphs(title).join(" ");
    pdf.document_info(info).title(TextStr(&title)).creator(TextStr("Wattbook"));
    let mut whole = pdf.catalog(catalog);
    whole.pages(tree).lang(TextStr(language.unwrap_or("und")));
    whole.pair(Name(b"StructTreeRoot"), root);
    whole.mark_info().marked(true);
    let direction = if laid.is_rtl { Direction::R2L } else { Direction::L2R };
    whole.viewer_preferences().display_doc_title(true).direction(direction);
    whole.finish();
    Ok(pdf.finish())
}

/// What is drawn on a page, and of which blocks its marked parts are, by their numbers.
fn content(items: &[Item], fonts: &mut [(Ref, Used<'_>)]) -> (Content, Vec<usize>) {
    let mut content = Content::new();
    let mut marked = Vec::new();
    for item in items {
        match item {
            Item::Text { x, baseline, style, line, block } => {
                match block.and_then(|block| Some((block, i32::try_from(marked.len()).ok()?))) {
                    Some((block, number)) => {
                        marked.push(block);
                        content.begin_marked_content_with_properties(Name(b"Span")).properties().identify(number);
                    }
                    None => drop(content.begin_marked_content(Name(b"Artifact"))),
                }
                content.begin_text().set_fill_gray(shade(style.ink));
                if style.is_strong {
                    content.set_stroke_gray(shade(style.ink)).set_line_width(style.size * STRONG);
                    content.set_text_rendering_mode(TextRenderingMode::FillStroke);
                } else {
                    content.set_text_rendering_mode(TextRenderingMode::Fill);
                }
                let mut x = *x;
                for run in &line.runs {
                    if let Some((_, font)) = fonts.get_mut(run.face) {
                        content.set_font(Name(font.face.name.as_bytes()), style.size);
                        draw(&mut content, font, run, style.size, (x, PAGE_HEIGHT - baseline));
                    }
                    x += run.width * style.size;
                }
                content.end_text().end_marked_content();
            }
            Item::Rule { y, thickness, ink } => {
                content.begin_marked_content(Name(b"Artifact"));
                content.set_stroke_gray(shade(*ink)).set_line_width(*thickness);
                let y = PAGE_HEIGHT - y;
                content.move_to(MARGIN, y).line_to(MARGIN + CONTENT_WIDTH, y).stroke().end_marked_content();
            }
        }
    }
    (content, marked)
}

fn shade(ink: u8) -> f32 {
    (f32::from(ink) / 2.55).round() / 100.0
}

/// Writes a stream of bytes, packed.
pub(crate) fn compress(pdf: &mut Pdf, id: Ref, bytes: &[u8]) -> Result<(), PaperError> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    let bytes = packer.write_all(bytes).and_then(|()| packer.finish()).map_err(|_| PaperError::Unwritable)?;
    pdf.stream(id, &bytes).filter(Filter::FlateDecode);
    Ok(())
}
