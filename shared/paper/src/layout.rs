//! What stands where on an invoice.

use crate::{
    InvoicePaper,
    sheet::{CONTENT_WIDTH, Column, Pages, Sheet, Style, height},
    tags::{Block, Head},
    text::Setter,
};

const TITLE: Style = Style { size: 19.0, leading: 26.0, ink: 0, is_strong: true };
const NAME: Style = Style { size: 11.0, leading: 16.0, ink: 0, is_strong: true };
const SENDER: Style = Style { size: 9.0, leading: 13.0, ink: 60, is_strong: false };
const RECIPIENT: Style = Style { size: 10.5, leading: 15.0, ink: 0, is_strong: false };
const LABEL: Style = Style { size: 9.5, leading: 15.0, ink: 90, is_strong: false };
const VALUE: Style = Style { ink: 0, ..LABEL };
const HEADING: Style = Style { size: 9.0, leading: 14.0, ink: 0, is_strong: true };
const LINE: Style = Style { size: 9.5, leading: 14.0, ink: 0, is_strong: false };
const TOTAL: Style = Style { size: 11.5, leading: 17.0, ink: 0, is_strong: true };
const NOTE: Style = Style { size: 9.0, leading: 13.5, ink: 40, is_strong: false };
const RUNNING: Style = Style { size: 8.0, leading: 12.0, ink: 110, is_strong: false };

const WHOLE: Column = Column { start: 0.0, width: CONTENT_WIDTH, is_amount: false };
/// Beside the window of an envelope.
const SENDERS: Column = Column { start: CONTENT_WIDTH - 185.0, width: 185.0, is_amount: false };
/// Behind the window of an envelope, which is 45 mm below the edge and as high as that again.
const RECIPIENTS: Column = Column { start: 0.0, width: 255.0, is_amount: false };
const WINDOW: f32 = 138.0;
const BELOW_WINDOW: f32 = 244.0;
/// Between columns.
const GAP: f32 = 18.0;

/// Lays an invoice out.
pub(crate) fn compose(setter: &Setter<'_>, invoice: &InvoicePaper<'_>, is_rtl: bool) -> Pages {
    let mut sheet = Sheet::new(setter, is_rtl);
    addresses(&mut sheet, invoice);
    let title = sheet.cell(invoice.title, WHOLE, TITLE, Block::Heading);
    sheet.row(vec![title], 60.0);
    let running = sheet.cell(invoice.title, WHOLE, RUNNING, Block::Paragraph);
    sheet.running = Some(running).filter(|running| !running.lines.is_empty());
    sheet.gap(10.0);
    facts(&mut sheet, invoice.facts);
    table(&mut sheet, invoice);
    for note in invoice.notes {
        let note = sheet.cell(note, WHOLE, NOTE, Block::Paragraph);
        sheet.row(vec![note], 0.0);
        sheet.gap(7.0);
    }
    sheet.finish(RUNNING)
}

/// Both side by side, if the sender does not take more than the page.
fn addresses(sheet: &mut Sheet<'_>, invoice: &InvoicePaper<'_>) {
    for (number, line) in invoice.sender.iter().enumerate() {
        let line = sheet.cell(line, SENDERS, if number == 0 { NAME } else { SENDER }, Block::Paragraph);
        sheet.row(vec![line], 0.0);
    }
    let is_beside = sheet.laid.items.len() == 1;
    let below = sheet.y;
    if is_beside {
        sheet.y = WINDOW;
    }
    for line in invoice.recipient {
        let line = sheet.cell(line, RECIPIENTS, RECIPIENT, Block::Paragraph);
        sheet.row(vec![line], 0.0);
    }
    if sheet.laid.items.len() == 1 {
        sheet.y = sheet.y.max(below + GAP).max(BELOW_WINDOW);
    } else {
        sheet.gap(GAP);
    }
}

/// Labels, and what they say beside them.
fn facts(sheet: &mut Sheet<'_>, facts: &[(&str, &str)]) {
    let labels = facts.iter().map(|(label, _)| natural(sheet, label, LABEL, 170.0)).fold(0.0, f32::max);
    let labels = Column { start: 0.0, width: labels, is_amount: false };
    let start = if labels.width > 0.0 { labels.width + GAP } else { 0.0 };
    let values = Column { start, width: CONTENT_WIDTH - start, is_amount: false };
    for (row, (label, value)) in facts.iter().enumerate() {
        let label = sheet.cell(label, labels, LABEL, Block::Cell { table: 0, row, head: Head::OfRow });
        let value = sheet.cell(value, values, VALUE, Block::Cell { table: 0, row, head: Head::No });
        sheet.row(vec![label, value], 0.0);
    }
    sheet.gap(22.0);
}

/// The lines and the total.
fn table(sheet: &mut Sheet<'_>, invoice: &InvoicePaper<'_>) {
    let amounts = invoice.lines.iter().map(|line| natural(sheet, line.amount, LINE, 150.0));
    let widest = amounts.fold(natural(sheet, invoice.columns.1, HEADING, 150.0), f32::max);
    let widest = widest.max(natural(sheet, invoice.total.1, TOTAL, 190.0)).max(50.0);
    let columns = [
        Column { start: 0.0, width: CONTENT_WIDTH - widest - GAP, is_amount: false },
        Column { start: CONTENT_WIDTH - widest, width: widest, is_amount: true },
    ];
    let pair = |sheet: &Sheet<'_>, texts: (&str, &str), style, row, heads: [Head; 2]| {
        let cell = |text, column, head| sheet.cell(text, column, style, Block::Cell { table: 1, row, head });
        let ([text, amount], [text_head, amount_head]) = (columns, heads);
        vec![cell(texts.0, text, text_head), cell(texts.1, amount, amount_head)]
    };
    let total = pair(sheet, invoice.total, TOTAL, usize::MAX, [Head::OfRow, Head::No]);
    let total_height = height(&total) + 12.0;
    let heading = pair(sheet, invoice.columns, HEADING, 0, [Head::OfColumn; 2]);
    if height(&heading) > 0.0 && !invoice.lines.is_empty() {
        // A heading alone at the end of a page would be of no use.
        sheet.row(heading.clone(), 50.0);
        sheet.gap(3.0);
        sheet.rule(0.8, 0);
        sheet.gap(4.0);
        sheet.heading = heading;
    }
    for (number, line) in (1..).zip(invoice.lines) {
        let row = pair(sheet, (line.description, line.amount), LINE, number, [Head::No; 2]);
        // The last line takes the total with it, so that a total is never alone on its page.
        let is_last = number == invoice.lines.len();
        sheet.row(row, if is_last { total_height } else { 3.0 });
        sheet.gap(3.0);
        if !is_last {
            sheet.rule(0.4, 205);
            sheet.gap(3.0);
        }
    }
    sheet.heading.clear();
    if height(&total) > 0.0 {
        sheet.make_room(total_height);
        sheet.gap(1.0);
        sheet.rule(1.0, 0);
        sheet.gap(6.0);
        sheet.row(total, 0.0);
    }
    sheet.gap(26.0);
}

/// How wide a text is if it may be this wide at most.
fn natural(sheet: &Sheet<'_>, text: &str, style: Style, most: f32) -> f32 {
    let lines = sheet.setter.set(text, most / style.size, false);
    // A little more, so that it has room when it is set again.
    lines.iter().map(|line| line.width * style.size + 0.5).fold(0.0, f32::max)
}
