//! Pages that fill with rows, from the top down.

use crate::{
    tags::Block,
    text::{Line, Setter, paragraphs},
};

/// A4, and all else here, in points.
pub(crate) const PAGE_WIDTH: f32 = 595.28;
pub(crate) const PAGE_HEIGHT: f32 = 841.89;
/// Left and right.
pub(crate) const MARGIN: f32 = 62.0;
pub(crate) const TOP: f32 = 56.0;
/// Where rows end; the page's number stands below.
pub(crate) const BOTTOM: f32 = PAGE_HEIGHT - 62.0;
/// What rows have.
pub(crate) const CONTENT_WIDTH: f32 = PAGE_WIDTH - 2.0 * MARGIN;

/// How many lines of a heading are repeated. More would be no heading, and could fill a page by themselves.
const REPEATED_LINES: usize = 2;

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) size: f32,
    /// From line to line.
    pub(crate) leading: f32,
    /// From black, 0, to white, 255.
    pub(crate) ink: u8,
    pub(crate) is_strong: bool,
}

/// Where a text stands, from the side where reading starts; on a page from right to left that is the right one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) start: f32,
    pub(crate) width: f32,
    /// Numbers end on the right in any language, so that their digits stand below each other.
    pub(crate) is_amount: bool,
}

/// A text in a row.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) column: Column,
    pub(crate) style: Style,
    pub(crate) lines: Vec<Line>,
    pub(crate) spoken: Spoken,
}

/// What a text is to those who have it read to them.
#[derive(Clone)]
pub(crate) struct Spoken {
    pub(crate) block: Block,
    /// The text itself, where the order of what is drawn is not that of reading.
    pub(crate) text: Option<Box<str>>,
}

/// Something on a page.
pub(crate) enum Item {
    /// A line of text, by where its first letter stands.
    Text { x: f32, baseline: f32, style: Style, line: Line, block: Option<usize> },
    /// A line drawn across the content.
    Rule { y: f32, thickness: f32, ink: u8 },
}

/// Pages, laid out.
pub(crate) struct Pages {
    /// By page.
    pub(crate) items: Vec<Vec<Item>>,
    /// What the items name.
    pub(crate) blocks: Vec<Spoken>,
    pub(crate) is_rtl: bool,
}

/// Pages that are being laid out.
pub(crate) struct Sheet<'a> {
    pub(crate) setter: &'a Setter<'a>,
    pub(crate) laid: Pages,
    /// Where the next row starts.
    pub(crate) y: f32,
    /// What stands on top of each further page.
    pub(crate) running: Option<Cell>,
    /// The heading of the table that goes on.
    pub(crate) heading: Vec<Cell>,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(setter: &'a Setter<'a>, is_rtl: bool) -> Self {
        let laid = Pages { items: vec![Vec::new()], blocks: Vec::new(), is_rtl };
        Self { setter, laid, y: TOP, running: None, heading: Vec::new() }
    }

    pub(crate) fn cell(&self, text: &str, column: Column, style: Style, block: Block) -> Cell {
        let lines = self.setter.set(text, column.width / style.size, self.laid.is_rtl);
        let text = lines.iter().any(|line| line.has_rtl).then(|| paragraphs(text).join("\n").into());
        Cell { column, style, lines, spoken: Spoken { block, text } }
    }

    /// A row of texts; with less than `keep` below it, it goes to the next page.
    pub(crate) fn row(&mut self, cells: Vec<Cell>, keep: f32) {
        let whole = height(&cells) + keep;
        if self.y + whole > BOTTOM && whole < BOTTOM - TOP - 80.0 {
            self.next_page();
        }
        let leading = leading(&cells);
        let named: Vec<_> = cells.iter().map(|cell| self.name(cell)).collect();
        let mut rests: Vec<_> =
            cells.into_iter().map(|cell| (cell.column, cell.style, cell.lines.into_iter())).collect();
        loop {
            let lines: Vec<_> =
                rests.iter_mut().map(|(column, style, lines)| (*column, *style, lines.next())).collect();
            if lines.iter().all(|(_, _, line)| line.is_none()) {
                return;
            }
            if self.y + leading > BOTTOM {
                self.next_page();
            }
            for ((column, style, line), block) in lines.into_iter().zip(&named) {
                if let Some(line) = line {
                    self.put(column, style, line, leading, *block);
                }
            }
            self.y += leading;
        }
    }

    /// Goes to the next page if there is less room than this.
    pub(crate) fn make_room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.next_page();
        }
    }

    /// A line across the content.
    pub(crate) fn rule(&mut self, thickness: f32, ink: u8) {
        let y = self.y;
        self.add(Item::Rule { y, thickness, ink });
    }

    /// Room that is only needed between rows.
    pub(crate) fn gap(&mut self, height: f32) {
        self.y = (self.y + height).min(BOTTOM);
    }

    /// The pages, with their numbers if there are several.
    pub(crate) fn finish(self, style: Style) -> Pages {
        let (mut laid, setter) = (self.laid, self.setter);
        let count = laid.items.len();
        for (number, page) in (1..).zip(laid.items.iter_mut()).filter(|_| count > 1) {
            for line in setter.set(&format!("{number} / {count}"), CONTENT_WIDTH, laid.is_rtl) {
                let room = if laid.is_rtl { 0.0 } else { CONTENT_WIDTH - line.width * style.size };
                page.push(Item::Text { x: MARGIN + room, baseline: PAGE_HEIGHT - 34.0, style, line, block: None });
            }
        }
        laid
    }

    fn name(&mut self, cell: &Cell) -> Option<usize> {
        if cell.lines.is_empty() {
            return None;
        }
        self.laid.blocks.push(cell.spoken.clone());
        Some(self.laid.blocks.len() - 1)
    }

    fn next_page(&mut self) {
        self.laid.items.push(Vec::new());
        self.y = TOP;
        let running: Vec<_> = self.running.clone().into_iter().collect();
        self.repeat(&running, 1, 14.0);
        let heading = self.heading.clone();
        if !heading.is_empty() {
            self.repeat(&heading, REPEATED_LINES, 4.0);
            self.rule(0.8, 0);
            self.gap(4.0);
        }
    }

    /// What has been read before.
    fn repeat(&mut self, cells: &[Cell], lines: usize, gap: f32) {
        let leading = leading(cells);
        for number in 0..lines {
            let line = cells.iter().filter_map(|cell| Some((cell.column, cell.style, cell.lines.get(number)?.clone())));
            let line: Vec<_> = line.collect();
            if line.is_empty() {
                break;
            }
            for (column, style, line) in line {
                self.put(column, style, line, leading, None);
            }
            self.y += leading;
        }
        self.gap(gap);
    }

    fn put(&mut self, column: Column, style: Style, line: Line, leading: f32, block: Option<usize>) {
        let is_rtl = self.laid.is_rtl;
        let left = if is_rtl { CONTENT_WIDTH - column.start - column.width } else { column.start };
        let room =
            if column.is_amount || line.is_turned != is_rtl { column.width - line.width * style.size } else { 0.0 };
        // Three quarters of a line are above where its letters stand: that leaves room for marks on capitals and below.
        let (x, baseline) = (MARGIN + left + room, self.y + leading * 0.74);
        self.add(Item::Text { x, baseline, style, line, block });
    }

    fn add(&mut self, item: Item) {
        if let Some(page) = self.laid.items.last_mut() {
            page.push(item);
        }
    }
}

pub(crate) fn height(cells: &[Cell]) -> f32 {
    let heights = cells.iter().map(|cell| cell.lines.iter().map(|_| leading(cells)).sum::<f32>());
    heights.fold(0.0, f32::max)
}

fn leading(cells: &[Cell]) -> f32 {
    cells.iter().map(|cell| cell.style.leading).fold(0.0, f32::max)
}
