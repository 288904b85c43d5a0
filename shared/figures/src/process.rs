//! One function in one process, from its start to its end.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use axum::body::Bytes;
use tokio::process::{Child, Command};

use crate::runtime_api::{Ending, Outcome, RuntimeApi, TIME_LIMIT};

/// How much of what a function wrote is worth repeating, in bytes.
const TAIL: u64 = 600;

/// Why a process gave no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// It could not be started or watched.
    #[error("the process cannot be run: {0}")]
    Run(#[from] io::Error),
    /// It ended by itself.
    #[error("the process ended with {status}{said}")]
    Ended {
        /// Its last status.
        status: ExitStatus,
        /// What it wrote last.
        said: String,
    },
    /// It reported an error to the runtime.
    #[error("the function reported an error: {0}")]
    Reported(String),
    /// It took too long.
    #[error("no answer within {} s", TIME_LIMIT.as_secs())]
    Late,
    /// The stub is gone.
    #[error("the runtime stub stopped")]
    NoStub,
    /// The kernel does not tell the peak memory.
    #[error("the peak memory of the process cannot be read")]
    NoPeak,
}

/// A running function with its stub. It is killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    api: RuntimeApi,
    child: Child,
    output: File,
    started: Instant,
}

impl Process {
    /// Starts `binary` with `environment` and nothing else in its environment. The first event is
    /// in line before the process is, so that nothing but the function decides when it is answered.
    ///
    /// # Errors
    /// The process cannot be started.
    pub(crate) async fn start(
        binary: &Path,
        environment: &[(String, String)],
        first_event: String,
    ) -> Result<Self, ProcessError> {
        let api = RuntimeApi::start().await?;
        api.offer(first_event);
        let output = tempfile::tempfile()?;
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output.try_clone()?)
            .kill_on_drop(true);
        let started = Instant::now();
        let child = command.spawn()?;
        Ok(Self { api, child, output, started })
    }

    /// The first answer, and the time from the start of the process until then.
    ///
    /// # Errors
    /// There is no answer, or it is an error.
    pub(crate) async fn first(&mut self) -> Result<(Duration, Bytes), ProcessError> {
        let ending = self.ending().await?;
        Ok((ending.at - self.started, answer(ending.outcome)?))
    }

    /// The answer to one more event, and how long the function had it.
    ///
    /// # Errors
    /// There is no answer, or it is an error.
    pub(crate) async fn further(&mut self, event: String) -> Result<(Duration, Bytes), ProcessError> {
        self.api.offer(event);
        let ending = self.ending().await?;
        Ok((ending.took, answer(ending.outcome)?))
    }

    /// The most memory that the process has held at one moment, in KiB; it is killed afterwards.
    ///
    /// # Errors
    /// The kernel does not say.
    pub(crate) async fn stop(mut self) -> Result<u32, ProcessError> {
        let id = self.child.id().ok_or(ProcessError::NoPeak)?;
        let status = tokio::task::spawn_blocking(move || std::fs::read_to_string(format!("/proc/{id}/status")))
            .await
            .map_err(io::Error::from)??;
        self.child.kill().await?;
        peak(&status).ok_or(ProcessError::NoPeak)
    }

    async fn ending(&mut self) -> Result<Ending, ProcessError> {
        tokio::select! {
            // An answer counts even if the process ends right after it.
            biased;
            ending = self.api.ending() => ending.ok_or(ProcessError::NoStub),
            status = self.child.wait() => {
                Err(ProcessError::Ended { status: status?, said: last_words(&mut self.output) })
            }
            () = tokio::time::sleep(TIME_LIMIT) => Err(ProcessError::Late),
        }
    }
}

fn answer(outcome: Outcome) -> Result<Bytes, ProcessError> {
    match outcome {
        Outcome::Answered(answer) => Ok(answer),
        Outcome::Failed(report) | Outcome::NotStarted(report) => {
            Err(ProcessError::Reported(String::from_utf8_lossy(&report).into_owned()))
        }
    }
}

/// `VmHWM` of a process, which the kernel starts anew for each program that is executed.
fn peak(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// What a function wrote last, as the end of a sentence.
fn last_words(output: &mut File) -> String {
    let mut read = || {
        let length = output.seek(SeekFrom::End(0))?;
        output.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        output.read_to_end(&mut tail)?;
        io::Result::Ok(tail)
    };
    match read() {
        Ok(tail) if !tail.is_empty() => format!(": {}", String::from_utf8_lossy(&tail).trim()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_found() {
        assert_eq!(peak("Name:\tx\nVmPeak:\t   9 kB\nVmHWM:\t    6404 kB\n"), Some(6404));
        assert_eq!(peak("Name:\tx\n"), None);
    }

    #[tokio::test]
    async fn a_process_that_ends_says_why() {
        let mut process = Process::start(Path::new("/bin/ls"), &[], String::new()).await.unwrap();
        let why = process.first().await.unwrap_err();
        assert!(matches!(why, ProcessError::Ended { status, .. } if status.success()), "{why}");
    }
}
