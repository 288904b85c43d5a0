//! What the parts of an invoice are, for those who do not see where they stand.

use pdf_writer::{
    Finish, Pdf, Ref, TextStr,
    types::{StructRole, TableHeaderScope},
};

use crate::sheet::Spoken;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// The title of all of it.
    Heading,
    Paragraph,
    /// A part of a table, by numbers that differ from those of the tables and rows beside it.
    Cell {
        table: usize,
        row: usize,
        head: Head,
    },
}

/// What a cell says of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    No,
    OfRow,
    OfColumn,
}

/// A part of a page that belongs to a block: the page, and the number that the part has there.
pub(crate) type Part = (Ref, i32);

/// An element of the tree of a file.
struct Element<'a> {
    id: Ref,
    parent: Ref,
    role: StructRole,
    scope: Option<TableHeaderScope>,
    text: Option<&'a str>,
    elements: Vec<Ref>,
    parts: Vec<Part>,
}

impl Element<'_> {
    fn new(id: Ref, parent: Ref, role: StructRole) -> Self {
        Self { id, parent, role, scope: None, text: None, elements: Vec::new(), parts: Vec::new() }
    }

    fn write(&self, pdf: &mut Pdf) {
        let mut element = pdf.struct_element(self.id);
        element.kind(self.role).parent(self.parent);
        if let Some(text) = self.text {
            element.actual_text(TextStr(text));
        }
        let page = self.parts.first().map(|(page, _)| *page);
        if let Some(page) = page {
            element.page(page);
        }
        let mut children = element.children();
        for child in &self.elements {
            children.struct_element(*child);
        }
        for (other, number) in &self.parts {
            if Some(*other) == page {
                children.marked_content_id(*number);
            } else {
                children.marked_content_ref().page(*other).marked_content_id(*number);
            }
        }
        children.finish();
        if let Some(scope) = self.scope {
            element.attributes().push().table().scope(scope);
        }
    }
}

/// Writes the tree: each block with its parts, in the order of reading. It says which element each block is.
pub(crate) fn write(pdf: &mut Pdf, next: &mut Ref, root: Ref, blocks: &[Spoken], parts: Vec<Vec<Part>>) -> Vec<Ref> {
    let mut document = Element::new(next.bump(), root, StructRole::Document);
    // The table and the row that are open, by their numbers.
    let mut table: Option<(usize, Element<'_>)> = None;
    let mut row: Option<(usize, Element<'_>)> = None;
    let mut ids = Vec::new();
    for (spoken, parts) in blocks.iter().zip(parts) {
        let (place, role, scope) = describe(spoken.block);
        let is_same_table = place.map(|(number, _)| number) == table.as_ref().map(|(number, _)| *number);
        if !is_same_table || place.map(|(_, number)| number) != row.as_ref().map(|(number, _)| *number) {
            row.take().inspect(|(_, row)| row.write(pdf));
        }
        if !is_same_table {
            table.take().inspect(|(_, table)| table.write(pdf));
        }
        let parent = match place {
            None => &mut document,
            Some((table_number, row_number)) => {
                let (_, table) = table.get_or_insert_with(|| {
                    let table = Element::new(next.bump(), document.id, StructRole::Table);
                    document.elements.push(table.id);
                    (table_number, table)
                });
                let (_, row) = row.get_or_insert_with(|| {
                    let row = Element::new(next.bump(), table.id, StructRole::TR);
                    table.elements.push(row.id);
                    (row_number, row)
                });
                row
            }
        };
        let element =
            Element { scope, text: spoken.text.as_deref(), parts, ..Element::new(next.bump(), parent.id, role) };
        parent.elements.push(element.id);
        element.write(pdf);
        ids.push(element.id);
    }
    for (_, open) in row.into_iter().chain(table) {
        open.write(pdf);
    }
    document.write(pdf);
    ids.insert(0, document.id);
    ids
}

/// The table and the row of a block, what it is in a file, and what it is a heading of.
fn describe(block: Block) -> (Option<(usize, usize)>, StructRole, Option<TableHeaderScope>) {
    match block {
        Block::Heading => (None, StructRole::H1, None),
        Block::Paragraph => (None, StructRole::P, None),
        Block::Cell { table, row, head } => {
            let (role, scope) = match head {
                Head::No => (StructRole::TD, None),
                Head::OfRow => (StructRole::TH, Some(TableHeaderScope::Row)),
                Head::OfColumn => (StructRole::TH, Some(TableHeaderScope::Column)),
            };
            (Some((table, row)), role, scope)
        }
    }
}
