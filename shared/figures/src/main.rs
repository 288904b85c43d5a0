//! Measures the functions as they ship.
//!
//! ```text
//! cargo run -p wattbook-figures
//! ```
//!
//! builds every function and a hello-world with one SDK call in the release profile, and prints for each function: the
//! size of its binary, plain and zipped; the time from the start of its process to its first answer,
//! under a stub of the Lambda Runtime API over plain HTTP; the median time of the invocations that
//! follow; and the most memory it held (`VmHWM`, read before the process is killed). Beside each
//! figure stands its ratio to hello-world's, and at the end of the row whether the budget is kept.
//! A second table has, for each operation, its requests to the store and the capacity units consumed.
//!
//! Times depend on the machine and on what else it does; ratios hardly do. Hello-world and function
//! run in turn, process by process, and of either the fastest run counts: neighbours and interrupts
//! only ever add. (The median over the pairs was tried; with two busy neighbours it strayed between
//! 1.0 and 1.7 for the same binary.) `hello-world` itself may be named as a function: how far its
//! ratios are from 1 is the noise that is left.
//!
//! A function's times are its own. The store here is embedded and, with `cargo run`, not optimised;
//! how long it thinks says nothing about DynamoDB. A relay between function and store measures from
//! a request's last byte to its answer, and that is left out of both times and shown beside them. It
//! is measured in each run, not estimated from later ones. Turned down: answers recorded beforehand
//! (they fit no new id), and taking off the warm median (a first call is slower in the store, too).
//!
//! What is measured is the success: each event carries unique values of its own, what it needs is
//! made beforehand by the functions themselves, and a function that answers anything else than a
//! success has no figures and fails the command.
//!
//! ```text
//! cargo run -p wattbook-figures -- --lists 100000
//! ```
//!
//! measures instead what pages of a list and searches in it cost with a thousand accounts and with so many.
//!
//! ```text
//! cargo run -p wattbook-figures --release -- --import 100000
//! ```
//!
//! measures instead how fast a file of so many lines is imported, what each line costs, and whether importers at once
//! get in each other's way.
//!
//! ```text
//! cargo run -p wattbook-figures --release -- --passwords 10000
//! ```
//!
//! measures instead what can be learnt of who there is from so many wrong passwords.
//!
//! ```text
//! cargo run -p wattbook-figures -- --quick
//! ```
//!
//! builds nothing, takes what `--profile ci` has left, and asks a few functions a few times: whether this command
//! still works. Its figures say nothing.
//!
//! Not in the figures: the download of the package, the start of the micro-VM, TLS to DynamoDB, the
//! way there, and the throttled CPU of a small function.

mod event;
mod imports;
mod lists;
mod measure;
mod operations;
mod passwords;
mod prepare;
mod process;
mod relay;
mod report;
mod runtime_api;
mod sample;
mod store;
mod workspace;

use std::{error::Error as _, io, process::ExitCode};

use clap::Parser;

use crate::{
    measure::{Effort, MeasureError, Subject},
    operations::Cost,
    prepare::Preparation,
    report::Row,
    sample::{Sample, SampleError, Serial},
    store::{Store, StoreError},
    workspace::{HELLO, PROVISION, Workspace, WorkspaceError},
};

/// Prints size, start-up time, warm time and peak memory of each function beside a hello-world
/// built the same way, what each operation costs at the store, and whether the budget is kept.
/// Builds in the release profile first.
///
/// Fails when a function answers anything but a success, and with --check when one is over budget.
#[derive(Debug, Parser)]
#[command(name = "wattbook-figures")]
struct Options {
    /// Functions to measure; all if none is named. `hello-world` shows the noise
    functions: Vec<String>,
    /// Processes to start per function
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Further invocations of each process
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    warm: u32,
    /// Profile to build and measure; only `release` is what ships
    #[arg(long, value_name = "NAME", default_value = "release")]
    profile: String,
    /// Measure what was built before
    #[arg(long)]
    no_build: bool,
    /// Fail if a function is over budget
    #[arg(long)]
    check: bool,
    /// Only see whether this works: a few calls of a few functions, as `--profile ci` has built them
    #[arg(long, conflicts_with_all = ["check", "lists", "profile"])]
    quick: bool,
    /// Measure instead what pages and searches cost in a list of so many accounts
    #[arg(long, value_name = "N", conflicts_with_all = ["functions", "store_endpoint"])]
    lists: Option<usize>,
    /// Measure instead how a file of so many lines is imported
    #[arg(long, value_name = "N", conflicts_with_all = ["functions", "store_endpoint", "lists"])]
    import: Option<u64>,
    /// Measure instead what so many wrong passwords tell
    #[arg(long, value_name = "N", conflicts_with_all = ["functions", "store_endpoint", "lists", "import"])]
    passwords: Option<usize>,
    /// A DynamoDB to use instead of an embedded one, as http://host:port; it must not check signatures
    #[arg(long, value_name = "URL", requires = "table")]
    store_endpoint: Option<String>,
    /// The table there; it is made if it does not exist
    #[arg(long, value_name = "NAME", requires = "store_endpoint")]
    table: Option<String>,
}

/// What `--quick` asks, if nothing is named: the yardstick, and one of each kind that is prepared differently.
const QUICK: [&str; 5] = [HELLO, PROVISION, "get-provisioned-account", "authorize-request", "answer-unmatched-route"];

impl Options {
    fn settled(mut self) -> Self {
        if self.quick {
            (self.profile, self.no_build) = ("ci".to_owned(), true);
            (self.runs, self.warm) = (1, 2);
            if self.functions.is_empty() {
                self.functions = QUICK.map(str::to_owned).to_vec();
            }
        }
        self
    }
}

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("hello-world has no event")]
    Hello(#[from] SampleError),
    #[error(transparent)]
    Lists(#[from] lists::ListsError),
    #[error(transparent)]
    Imports(#[from] imports::ImportsError),
    #[error(transparent)]
    Passwords(#[from] passwords::PasswordsError),
    #[error("the report cannot be written")]
    Write(#[from] io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse().settled()).await {
        Ok(code) => code,
        Err(error) => {
            eprint!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprint!(": {error}");
                cause = error.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<ExitCode, Error> {
    if let Some(lines) = options.import {
        imports::measure(&mut io::stdout().lock(), lines).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let workspace = Workspace::read(&options.profile)?;
    if let Some(many) = options.lists {
        lists::measure(&mut io::stdout().lock(), &workspace, many).await?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(tries) = options.passwords {
        passwords::measure(&mut io::stdout().lock(), &workspace, tries).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let names = workspace.choose(&options.functions)?;
    if !options.no_build {
        let needed = names.iter().filter_map(|name| prepare::writer(name));
        workspace.build(names.iter().map(String::as_str).chain(needed).chain([HELLO]))?;
    }
    let store = Store::open(options.store_endpoint.zip(options.table)).await?;
    let hello = Subject {
        binary: workspace.binary(HELLO),
        sample: Sample::parse(include_str!("hello-event.json"))?,
        environment: store.environment(HELLO),
    };
    let preparation = Preparation { workspace: &workspace, store: &store };
    let effort = Effort { runs: options.runs, warm: options.warm };
    let mut serial = Serial::begin();
    let mut rows = Vec::new();
    for name in names {
        eprintln!("measuring {name}");
        let binary = workspace.binary(&name);
        let (size, hashes) = (workspace::size(&binary)?, workspace::hashes_passwords(&binary));
        let outcome = if name == HELLO {
            measure::compare(&store, &hello, &hello, effort, &mut serial).await
        } else {
            match preparation.subject(&name, &mut serial).await {
                Ok(subject) => measure::compare(&store, &hello, &subject, effort, &mut serial).await,
                Err(error) => Err(MeasureError::Unprepared(Box::new(error))),
            }
        };
        rows.push(Row { name, size, hashes, outcome });
    }
    report::print(&mut io::stdout().lock(), (HELLO, workspace::size(&hello.binary)?), &rows)?;
    let costs = operations::measure(store.bundle(), &workspace, &mut serial).await;
    report::print_operations(&mut io::stdout().lock(), &costs)?;
    store.close().await;
    let failed = rows.iter().any(|row| row.outcome.is_err()) || costs.is_err();
    let over = rows.iter().any(|row| !row.over().is_empty()) || costs.iter().flatten().any(Cost::is_over);
    Ok(if failed || (options.check && over) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
