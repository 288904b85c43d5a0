//! What is printed, and how it stands to the budget.

use std::io::{self, Write};

use crate::{
    measure::{Comparison, Figures, MeasureError},
    workspace::Size,
};

/// What a shipped function may cost.
const BUDGET: Budget = Budget { size: 6.0, zipped: 2.6, first: 1.5, peak: 12.0 };

/// Bytes in an MB.
const MEGA: f64 = 1_000_000.0;

/// The columns of the table.
const COLUMNS: [&str; 11] = [
    "function",
    "bytes",
    "MB",
    "zipped MB",
    "first answer ms",
    "× hello",
    "warm p50 ms",
    "× hello",
    "peak RSS MB",
    "× hello",
    "budget",
];

/// Sizes in MB; `first` as a multiple of hello-world's.
struct Budget {
    size: f64,
    zipped: f64,
    first: f64,
    peak: f64,
}

/// One function's part of the report.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: String,
    /// Its binary.
    pub(crate) size: Size,
    /// Its figures, or why it has none.
    pub(crate) outcome: Result<Comparison, MeasureError>,
}

impl Row {
    /// What exceeds the budget.
    pub(crate) fn over(&self) -> Vec<&'static str> {
        let figures = self.outcome.as_ref().ok();
        let limits = [
            ("size", Some(f64::from(self.size.plain) / MEGA), BUDGET.size),
            ("zipped", Some(f64::from(self.size.zipped) / MEGA), BUDGET.zipped),
            ("first answer", figures.map(|figures| figures.ratio.first), BUDGET.first),
            ("peak RSS", figures.map(|figures| figures.own.peak / MEGA), BUDGET.peak),
        ];
        limits
            .into_iter()
            .filter(|(_, value, limit)| value.is_some_and(|value| value > *limit))
            .map(|(name, ..)| name)
            .collect()
    }

    /// The last column.
    fn verdict(&self) -> String {
        let over = self.over();
        match (&self.outcome, over.is_empty()) {
            (Ok(_), true) => "ok".to_owned(),
            (Ok(_), false) => format!("over: {}", over.join(", ")),
            (Err(_), true) => "failed".to_owned(),
            (Err(_), false) => format!("failed; over: {}", over.join(", ")),
        }
    }

    fn cells(&self) -> Vec<String> {
        let mut cells = vec![self.name.clone()];
        cells.extend(sizes(self.size));
        let figures = self.outcome.as_ref().ok();
        cells.extend(measured(figures.map(|figures| (figures.own, Some(figures.ratio)))));
        cells.push(self.verdict());
        cells
    }
}

/// Prints the table, the budget, and what went wrong.
///
/// # Errors
/// It cannot be written.
pub(crate) fn print(out: &mut impl Write, hello: (&str, Size), rows: &[Row]) -> io::Result<()> {
    let compared = rows.iter().filter_map(|row| row.outcome.as_ref().ok());
    let runs: Vec<Figures> = compared.flat_map(|row| row.hello.iter().copied()).collect();
    let mut yardstick = vec![hello.0.to_owned()];
    yardstick.extend(sizes(hello.1));
    yardstick.extend(measured(Figures::median(&runs).map(|figures| (figures, None))));
    yardstick.push("the yardstick".to_owned());

    let mut table = vec![COLUMNS.map(str::to_owned).to_vec(), yardstick];
    table.extend(rows.iter().map(Row::cells));
    write_table(out, &table)?;

    let Budget { size, zipped, first, peak } = BUDGET;
    writeln!(
        out,
        "\nBudget: ≤ {size} MB, zipped ≤ {zipped} MB, first answer ≤ {first} × hello, peak RSS ≤ {peak} MB; \
         an MB is a million bytes.\n\
         Times and memory are medians. × hello is the median over pairs of one run each, hello-world\n\
         and then the function, so it is not quite the quotient of the two medians."
    )?;
    for row in rows {
        if let Err(error) = &row.outcome {
            writeln!(out, "failed: {}: {error}", row.name)?;
        }
    }
    Ok(())
}

fn sizes(size: Size) -> [String; 3] {
    let mega = |bytes| format!("{:.2}", f64::from(bytes) / MEGA);
    [size.plain.to_string(), mega(size.plain), mega(size.zipped)]
}

/// The columns from the first answer on: each figure and its multiple of hello-world's.
fn measured(figures: Option<(Figures, Option<Figures>)>) -> [String; 6] {
    let Some((own, ratio)) = figures else {
        return std::array::from_fn(|_| "-".to_owned());
    };
    let times =
        |figure: fn(Figures) -> f64| ratio.map_or_else(|| "1".to_owned(), |ratio| format!("{:.2}", figure(ratio)));
    [
        format!("{:.2}", own.first * 1000.0),
        times(|figures| figures.first),
        format!("{:.3}", own.warm * 1000.0),
        times(|figures| figures.warm),
        format!("{:.2}", own.peak / MEGA),
        times(|figures| figures.peak),
    ]
}

/// Writes `table` as Markdown, with the cells of each column padded to one width.
fn write_table(out: &mut impl Write, table: &[Vec<String>]) -> io::Result<()> {
    let length = |cell: &String| cell.chars().count();
    let mut widths = vec![0; COLUMNS.len()];
    for row in table {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = length(cell).max(*width);
        }
    }
    for (number, row) in table.iter().enumerate() {
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            // Text to the left, numbers to the right.
            if column == 0 || column + 1 == COLUMNS.len() {
                write!(out, "| {cell:<width$} ")?;
            } else {
                write!(out, "| {cell:>width$} ")?;
            }
        }
        writeln!(out, "|")?;
        if number == 0 {
            for (column, &width) in widths.iter().enumerate() {
                let end = if column == 0 || column + 1 == COLUMNS.len() { '-' } else { ':' };
                write!(out, "| {}{end} ", "-".repeat(width.saturating_sub(1)))?;
            }
            writeln!(out, "|")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(plain: u32, first: f64) -> Row {
        let own = Figures { first: 0.005, warm: 0.0002, peak: 9e6 };
        let ratio = Figures { first, warm: 1.0, peak: 1.2 };
        Row {
            name: "some-function".to_owned(),
            size: Size { plain, zipped: 2_600_000 },
            outcome: Ok(Comparison { own, ratio, hello: vec![own] }),
        }
    }

    #[test]
    fn the_budget_includes_its_limits() {
        assert_eq!(row(6_000_000, 1.5).verdict(), "ok");
        assert_eq!(row(6_000_001, 1.51).verdict(), "over: size, first answer");
    }

    #[test]
    fn a_failure_shows_no_times() {
        let mut row = row(1, 1.0);
        row.outcome = Err(MeasureError::Nothing);
        let mut out = Vec::new();
        print(&mut out, ("hello-world", row.size), &[row]).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("| failed "), "{out}");
        assert!(out.contains("failed: some-function: nothing was measured"), "{out}");
    }
}
