//! What is printed, and how it stands to the budget.

use std::io::{self, Write};

use crate::{
    measure::{Comparison, Figures, MeasureError},
    operations::{Cost, OperationError},
    workspace::Size,
};

/// What a shipped function may cost.
const BUDGET: Budget = Budget { size: 6.0, zipped: 2.6, first: 1.3, peak: 12.0, hashing_peak: 40.0 };

/// Bytes in an MB.
const MEGA: f64 = 1_000_000.0;

/// The columns of the functions' table.
const COLUMNS: [&str; 12] = [
    "function",
    "bytes",
    "MB",
    "zipped MB",
    "first answer ms",
    "× hello",
    "store's ms",
    "warm p50 ms",
    "× hello",
    "peak RSS MB",
    "× hello",
    "budget",
];

/// The columns of the operations' table.
const OPERATION_COLUMNS: [&str; 5] = ["operation", "answer", "round trips", "capacity units", "budget"];

/// Sizes in MB; `first` as a multiple of hello-world's.
struct Budget {
    size: f64,
    zipped: f64,
    first: f64,
    peak: f64,
    /// Of a function that hashes passwords.
    hashing_peak: f64,
}

/// One function's part of the report.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: String,
    /// Its binary.
    pub(crate) size: Size,
    /// Whether it hashes passwords.
    pub(crate) hashes: bool,
    /// Its figures, or why it has none.
    pub(crate) outcome: Result<Comparison, MeasureError>,
}

impl Row {
    /// What exceeds the budget.
    pub(crate) fn over(&self) -> Vec<&'static str> {
        let figures = self.outcome.as_ref().ok();
        let peak = if self.hashes { BUDGET.hashing_peak } else { BUDGET.peak };
        let limits = [
            ("size", Some(f64::from(self.size.plain) / MEGA), BUDGET.size),
            ("zipped", Some(f64::from(self.size.zipped) / MEGA), BUDGET.zipped),
            ("first answer", figures.map(|figures| figures.ratio.first), BUDGET.first),
            ("peak RSS", figures.map(|figures| figures.own.peak / MEGA), peak),
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
        cells.extend(measured(figures.map(|figures| (figures.own, Some((figures.ratio, figures.store))))));
        cells.push(self.verdict());
        cells
    }
}

/// Prints the table of functions, the budget, and what went wrong.
///
/// # Errors
/// It cannot be written.
pub(crate) fn print(out: &mut impl Write, hello: (&str, Size), rows: &[Row]) -> io::Result<()> {
    let compared = rows.iter().filter_map(|row| row.outcome.as_ref().ok());
    let runs: Vec<Figures> = compared.flat_map(|row| row.hello.iter().copied()).collect();
    let mut yardstick = vec![hello.0.to_owned()];
    yardstick.extend(sizes(hello.1));
    yardstick.extend(measured(Figures::of(&runs).map(|figures| (figures, None))));
    yardstick.push("the yardstick".to_owned());

    let mut table = vec![COLUMNS.map(str::to_owned).to_vec(), yardstick];
    table.extend(rows.iter().map(Row::cells));
    write_table(out, &table)?;

    let over: Vec<_> = rows.iter().filter(|row| !row.over().is_empty()).collect();
    writeln!(out, "\n{} of {} functions are over budget.", over.len(), rows.len())?;
    for row in over {
        writeln!(out, "over: {}: {}", row.name, row.over().join(", "))?;
    }
    let Budget { size, zipped, first, peak, hashing_peak } = BUDGET;
    writeln!(
        out,
        "\nBudget: ≤ {size} MB, zipped ≤ {zipped} MB, first answer ≤ {first} × hello, peak RSS ≤ {peak} MB, or \
         {hashing_peak} MB if it hashes passwords; an MB is a million bytes.\n\
         hello-world reads one item by the SDK and answers.\n\
         First answer: from the start of the process to its first answer, without the time for which it waited\n\
         for the store; store's ms is that time, its median. Warm p50: the same of the later answers.\n\
         Times are of the least disturbed run, memory is of the largest. × hello compares with the runs of\n\
         hello-world that took turns with the function; its own row has all of its runs."
    )?;
    for row in rows {
        if let Err(error) = &row.outcome {
            writeln!(out, "failed: {}: {error}", row.name)?;
        }
    }
    Ok(())
}

/// Prints the table of operations.
///
/// # Errors
/// It cannot be written.
pub(crate) fn print_operations(out: &mut impl Write, costs: &Result<Vec<Cost>, OperationError>) -> io::Result<()> {
    let costs = match costs {
        Ok(costs) => costs,
        Err(error) => return writeln!(out, "\nfailed: {error}"),
    };
    let mut table = vec![OPERATION_COLUMNS.map(str::to_owned).to_vec()];
    table.extend(costs.iter().map(|cost| {
        let budget = match (cost.limit, cost.is_over()) {
            (None, _) => "-".to_owned(),
            (Some(_), false) => "ok".to_owned(),
            (Some(limit), true) => format!("over: at most {limit} round trips"),
        };
        vec![
            cost.operation.clone(),
            cost.status.map_or_else(|| "-".to_owned(), |status| status.to_string()),
            cost.round_trips.to_string(),
            format!("{:.1}", cost.capacity_units),
            budget,
        ]
    }));
    writeln!(out)?;
    write_table(out, &table)?;
    writeln!(
        out,
        "\nRound trips are requests to the store; capacity units are what it reports. A transaction that it\n\
         cancels (a 409, the replay of a key) consumes write units, too, but the store does not report them."
    )
}

fn sizes(size: Size) -> [String; 3] {
    let mega = |bytes| format!("{:.2}", f64::from(bytes) / MEGA);
    [size.plain.to_string(), mega(size.plain), mega(size.zipped)]
}

/// The columns from the first answer on: each figure and its multiple of hello-world's, and the
/// store's time.
fn measured(figures: Option<(Figures, Option<(Figures, f64)>)>) -> [String; 7] {
    let Some((own, compared)) = figures else {
        return std::array::from_fn(|_| "-".to_owned());
    };
    let times = |figure: fn(Figures) -> f64| {
        compared.map_or_else(|| "1".to_owned(), |(ratio, _)| format!("{:.2}", figure(ratio)))
    };
    let store = compared.map(|(_, store)| store).filter(|store| *store > 0.0);
    [
        format!("{:.2}", own.first * 1000.0),
        times(|figures| figures.first),
        store.map_or_else(|| "-".to_owned(), |store| format!("{:.2}", store * 1000.0)),
        format!("{:.3}", own.warm * 1000.0),
        times(|figures| figures.warm),
        format!("{:.2}", own.peak / MEGA),
        times(|figures| figures.peak),
    ]
}

/// Writes `table` as Markdown, with the cells of each column padded to one width.
fn write_table(out: &mut impl Write, table: &[Vec<String>]) -> io::Result<()> {
    let length = |cell: &String| cell.chars().count();
    let columns = table.first().map_or(0, Vec::len);
    let mut widths = vec![0; columns];
    for row in table {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = length(cell).max(*width);
        }
    }
    for (number, row) in table.iter().enumerate() {
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            // Text to the left, numbers to the right.
            if column == 0 || column + 1 == columns {
                write!(out, "| {cell:<width$} ")?;
            } else {
                write!(out, "| {cell:>width$} ")?;
            }
        }
        writeln!(out, "|")?;
        if number == 0 {
            for (column, &width) in widths.iter().enumerate() {
                let end = if column == 0 || column + 1 == columns { '-' } else { ':' };
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
            hashes: false,
            outcome: Ok(Comparison { own, ratio, store: 0.001, hello: vec![own] }),
        }
    }

    #[test]
    fn the_budget_includes_its_limits() {
        assert_eq!(row(6_000_000, 1.3).verdict(), "ok");
        assert_eq!(row(6_000_001, 1.31).verdict(), "over: size, first answer");
        let mut hashing = row(1, 1.0);
        hashing.outcome.as_mut().unwrap().own.peak = 36e6;
        assert_eq!(hashing.verdict(), "over: peak RSS");
        hashing.hashes = true;
        assert_eq!(hashing.verdict(), "ok");
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
