//! Runs functions and hello-world in turn, and takes the middle of what they show.

use std::path::PathBuf;

use serde_json::Value;

use crate::{
    prepare::PrepareError,
    process::{Process, ProcessError},
    sample::{self, Sample, Serial, Wrong},
};

/// Why a function has no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MeasureError {
    /// Its process failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// It answered, but not with a success.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// What its sample event needs is not there.
    #[error(transparent)]
    Unprepared(Box<PrepareError>),
    /// No run was asked for.
    #[error("nothing was measured")]
    Nothing,
}

/// A function that is measured.
#[derive(Debug)]
pub(crate) struct Subject {
    /// Its name.
    pub(crate) name: String,
    /// Its binary.
    pub(crate) binary: PathBuf,
    /// What it is asked.
    pub(crate) sample: Sample,
    /// Its whole environment.
    pub(crate) environment: Vec<(String, String)>,
}

/// How often things are done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Processes started per function.
    pub(crate) runs: u32,
    /// Invocations after the first one of a process.
    pub(crate) warm: u32,
}

/// What was measured: of one process, or the middle of several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Figures {
    /// Start of the process → first answer, in seconds.
    pub(crate) first: f64,
    /// A later invocation, from the event to the answer, in seconds.
    pub(crate) warm: f64,
    /// Peak resident memory, in bytes.
    pub(crate) peak: f64,
}

/// A function beside hello-world.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The function.
    pub(crate) own: Figures,
    /// The function divided by the hello-world that ran right before it.
    pub(crate) ratio: Figures,
    /// Every hello-world that ran.
    pub(crate) hello: Vec<Figures>,
}

impl Figures {
    fn divided_by(self, other: Self) -> Self {
        Self { first: self.first / other.first, warm: self.warm / other.warm, peak: self.peak / other.peak }
    }

    /// The middle of each figure; `None` of nothing.
    pub(crate) fn median(of: &[Self]) -> Option<Self> {
        let middle = |figure: fn(&Self) -> f64| median(of.iter().map(figure).collect());
        Some(Self {
            first: middle(|figures| figures.first)?,
            warm: middle(|figures| figures.warm)?,
            peak: middle(|figures| figures.peak)?,
        })
    }
}

/// Runs `hello` and `subject` in turn, so that what changes on the machine meanwhile (clock rates,
/// neighbours) meets both alike and drops out of the ratio of each pair.
///
/// # Errors
/// Either of them failed, or answered with a failure.
pub(crate) async fn compare(
    hello: &Subject,
    subject: &Subject,
    effort: Effort,
    serial: &mut Serial,
) -> Result<Comparison, MeasureError> {
    // Brings both binaries into the page cache, and finds out before the long part if one fails.
    ask(hello, serial).await?;
    ask(subject, serial).await?;
    let (mut hellos, mut own, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.runs {
        let yardstick = run(hello, effort.warm, serial).await?;
        let figures = run(subject, effort.warm, serial).await?;
        hellos.push(yardstick);
        own.push(figures);
        ratios.push(figures.divided_by(yardstick));
    }
    let own = Figures::median(&own).ok_or(MeasureError::Nothing)?;
    let ratio = Figures::median(&ratios).ok_or(MeasureError::Nothing)?;
    Ok(Comparison { own, ratio, hello: hellos })
}

/// Starts `subject`, takes its answer to one event, and stops it.
///
/// # Errors
/// It failed, or answered with a failure.
pub(crate) async fn ask(subject: &Subject, serial: &mut Serial) -> Result<Value, MeasureError> {
    let event = subject.sample.fresh(serial);
    let mut process = Process::start(&subject.binary, &subject.environment, event).await?;
    let (_, answer) = process.first().await?;
    Ok(sample::judge(&subject.name, &answer)?)
}

/// Starts `subject` once, asks it `warm` times more after its first answer, and stops it.
async fn run(subject: &Subject, warm: u32, serial: &mut Serial) -> Result<Figures, MeasureError> {
    let event = subject.sample.fresh(serial);
    let mut process = Process::start(&subject.binary, &subject.environment, event).await?;
    let (first, answer) = process.first().await?;
    sample::judge(&subject.name, &answer)?;
    let mut times = Vec::new();
    for _ in 0..warm {
        let (took, answer) = process.further(subject.sample.fresh(serial)).await?;
        sample::judge(&subject.name, &answer)?;
        times.push(took.as_secs_f64());
    }
    let warm = median(times).ok_or(MeasureError::Nothing)?;
    let peak = f64::from(process.stop().await?) * 1024.0;
    Ok(Figures { first: first.as_secs_f64(), warm, peak })
}

/// The middle of `values`: of an even number, what lies between the two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    let lower = values.get(values.len().checked_sub(1)? / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let near = |value: f64, expected: f64| (value - expected).abs() < 1e-9;
        assert!(near(median(vec![9.0, 1.0, 2.0]).unwrap(), 2.0));
        assert!(near(median(vec![9.0, 1.0, 2.0, 3.0]).unwrap(), 2.5));
        assert_eq!(median(vec![]), None);
    }

    #[test]
    fn ratios_are_taken_figure_by_figure() {
        let own = Figures { first: 6.0, warm: 1.0, peak: 30.0 };
        let hello = Figures { first: 4.0, warm: 2.0, peak: 10.0 };
        assert_eq!(own.divided_by(hello), Figures { first: 1.5, warm: 0.5, peak: 3.0 });
    }
}
