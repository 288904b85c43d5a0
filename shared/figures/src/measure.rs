//! Runs functions and hello-world in turn, and takes of each what the machine disturbed least.

use std::path::PathBuf;

use serde_json::Value;

use crate::{
    prepare::PrepareError,
    process::{Process, ProcessError},
    sample::{self, Sample, Serial, Wrong},
    store::Store,
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

/// What was measured: of one process, or what counts of several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Figures {
    /// Start of the process → first answer, without the store's time, in seconds.
    pub(crate) first: f64,
    /// A later invocation, from the event to the answer, without the store's time, in seconds.
    pub(crate) warm: f64,
    /// Peak resident memory, in bytes.
    pub(crate) peak: f64,
}

/// A function beside hello-world.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The function.
    pub(crate) own: Figures,
    /// The function divided by the hello-world that ran in turn with it.
    pub(crate) ratio: Figures,
    /// What the store took of the time until the first answer, in seconds.
    pub(crate) store: f64,
    /// Every hello-world that ran.
    pub(crate) hello: Vec<Figures>,
}

impl Figures {
    fn divided_by(self, other: Self) -> Self {
        Self { first: self.first / other.first, warm: self.warm / other.warm, peak: self.peak / other.peak }
    }

    /// What counts of several runs; `None` of none. The least time, because whatever else the machine
    /// does only ever adds to it; the most memory, which nothing disturbs.
    pub(crate) fn of(runs: &[Self]) -> Option<Self> {
        runs.iter().copied().reduce(|one, other| Self {
            first: one.first.min(other.first),
            warm: one.warm.min(other.warm),
            peak: one.peak.max(other.peak),
        })
    }
}

/// Runs `hello` and `subject` in turn, so that what changes on the machine meanwhile (clock rates,
/// neighbours) meets both alike and drops out of the ratio.
///
/// # Errors
/// Either of them failed, or answered with a failure.
pub(crate) async fn compare(
    store: &Store,
    hello: &Subject,
    subject: &Subject,
    effort: Effort,
    serial: &mut Serial,
) -> Result<Comparison, MeasureError> {
    // Brings both binaries into the page cache, and finds out before the long part if one fails.
    ask(store, hello, serial).await?;
    ask(store, subject, serial).await?;
    let (mut hellos, mut own, mut stores) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.runs {
        hellos.push(run(store, hello, effort.warm, serial).await?.0);
        let (figures, away) = run(store, subject, effort.warm, serial).await?;
        own.push(figures);
        stores.push(away);
    }
    let own = Figures::of(&own).ok_or(MeasureError::Nothing)?;
    let yardstick = Figures::of(&hellos).ok_or(MeasureError::Nothing)?;
    let store = median(stores).ok_or(MeasureError::Nothing)?;
    Ok(Comparison { own, ratio: own.divided_by(yardstick), store, hello: hellos })
}

/// Starts `subject`, takes its answer to one event, and stops it.
///
/// # Errors
/// It failed, or answered with a failure.
pub(crate) async fn ask(store: &Store, subject: &Subject, serial: &mut Serial) -> Result<Value, MeasureError> {
    let event = subject.sample.fresh(serial).to_string();
    let mut process = Process::start(&subject.binary, &subject.environment, event).await?;
    let (_, answer) = process.first().await?;
    store.take_time();
    Ok(sample::judge(&subject.name, &answer)?)
}

/// Starts `subject` once, asks it `warm` times more after its first answer, and stops it. The second
/// figure is what the store took until the first answer, in seconds.
async fn run(store: &Store, subject: &Subject, warm: u32, serial: &mut Serial) -> Result<(Figures, f64), MeasureError> {
    let event = subject.sample.fresh(serial).to_string();
    let mut process = Process::start(&subject.binary, &subject.environment, event).await?;
    let (first, answer) = process.first().await?;
    let away = store.take_time();
    sample::judge(&subject.name, &answer)?;
    let mut times = Vec::new();
    for _ in 0..warm {
        let (took, answer) = process.further(subject.sample.fresh(serial).to_string()).await?;
        times.push(took.saturating_sub(store.take_time()).as_secs_f64());
        sample::judge(&subject.name, &answer)?;
    }
    let warm = median(times).ok_or(MeasureError::Nothing)?;
    let peak = f64::from(process.stop().await?) * 1024.0;
    Ok((Figures { first: first.saturating_sub(away).as_secs_f64(), warm, peak }, away.as_secs_f64()))
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
    fn the_least_time_and_the_most_memory_count() {
        let runs = [(3.0, 7.0, 1.0), (2.0, 8.0, 2.0)].map(|(first, warm, peak)| Figures { first, warm, peak });
        assert_eq!(Figures::of(&runs), Some(Figures { first: 2.0, warm: 7.0, peak: 2.0 }));
        assert_eq!(Figures::of(&[]), None);
    }

    #[test]
    fn ratios_are_taken_figure_by_figure() {
        let own = Figures { first: 6.0, warm: 1.0, peak: 30.0 };
        let hello = Figures { first: 4.0, warm: 2.0, peak: 10.0 };
        assert_eq!(own.divided_by(hello), Figures { first: 1.5, warm: 0.5, peak: 3.0 });
    }
}
