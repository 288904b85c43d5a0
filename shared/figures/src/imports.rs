//! How fast files are imported, and what a line costs.
//!
//! Capacity and requests do not depend on the machine; times here are those of the embedded store, which handles one
//! request after the other. The files are put into the bucket, as large ones are.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{self, Write},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::config::Credentials;
use flate2::{Compression, write::GzEncoder};
use wattbook_api::bucket::{Bucket, BucketError, BucketSettings, BucketSettingsError};
use wattbook_domain::{
    OrganisationId,
    import::{ImportCounts, ImportId, ImportOutcome, ImportProgress, ImportStatus},
};
use wattbook_local::{Bundle, LocalError, Options};
use wattbook_store::{Store, StoreError, Usage, Wanted};

use crate::lists::connect;

/// The function that carries out lines.
const IMPORT_PART: &str = "import-part";

/// How many importers there are at once.
const AT_ONCE: u64 = 8;

/// Why imports could not be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportsError {
    /// The bundle does not start.
    #[error("the local bundle does not start")]
    Bundle(#[from] LocalError),
    /// The store cannot be reached.
    #[error("the store cannot be reached")]
    Store(#[from] StoreError),
    /// The bucket cannot be reached.
    #[error("the bucket cannot be reached")]
    Settings(#[from] BucketSettingsError),
    /// A file cannot be put into the bucket.
    #[error("a file cannot be put into the bucket")]
    Bucket(#[from] BucketError),
    /// The templates have no bucket.
    #[error("the templates have no bucket")]
    NoBucket,
    /// The demo organisation has no id.
    #[error("the demo organisation has no id")]
    Nobody,
    /// An import did not end as it should.
    #[error("an import ended as {status} with {counts:?}")]
    Ended {
        /// How.
        status: &'static str,
        /// With what.
        counts: ImportCounts,
    },
    /// A file cannot be made, or the report cannot be written.
    #[error("the report cannot be written")]
    Report(#[from] io::Error),
}

/// What is measured with.
struct Measured {
    bundle: Bundle,
    store: Store,
    bucket: Bucket,
    organisation: OrganisationId,
    seen: BTreeSet<ImportId>,
}

/// What one measurement has found.
struct Found {
    what: String,
    lines: u64,
    time: Duration,
    used: Usage,
}

/// Imports a file of so many lines, imports it again, and then as many new ones by several importers at once.
///
/// # Errors
/// An import does not end as it should.
pub(crate) async fn measure(out: &mut impl Write, lines: u64) -> Result<(), ImportsError> {
    let bundle = Bundle::start(Options::default()).await?;
    let (store, bucket) = (connect(&bundle)?, bucket(&bundle)?);
    let organisation = bundle.demo().organisation_id.parse().map_err(|_| ImportsError::Nobody)?;
    let mut measured = Measured { bundle, store, bucket, organisation, seen: BTreeSet::new() };
    let each = lines / AT_ONCE;
    let new = expected(0, lines);
    let ImportCounts { created, unchanged, conflict, invalid, .. } = new;
    let old = ImportCounts { unchanged: created + unchanged, conflict, invalid, ..ImportCounts::default() };
    let several: Vec<_> = (0..AT_ONCE).map(|n| (lines + n * each, each)).collect();
    let of_several = several.iter().map(|(from, lines)| expected(*from, *lines));
    let of_several = of_several.fold(ImportCounts::default(), ImportCounts::plus);
    writeln!(out, "{:36} {:>8} {:>12} {:>14} {:>15}", "", "lines", "lines/s", "units/line", "requests/line")?;
    measured.import("new customers".into(), &[(0, lines)], new).await?.report(out)?;
    measured.import("the same file again".into(), &[(0, lines)], old).await?.report(out)?;
    let what = format!("new ones, {AT_ONCE} importers at once");
    measured.import(what, &several, of_several).await?.report(out)?;
    measured.bundle.stop().await;
    Ok(())
}

impl Found {
    /// Writes it down at once: the next measurement takes its time.
    fn report(self, out: &mut impl Write) -> io::Result<()> {
        let Self { what, lines, time, used } = self;
        #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
        let per_line = |sum: f64| sum / lines as f64;
        #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
        let (speed, requests) = (per_line(time.as_secs_f64()).recip(), per_line(used.round_trips as f64));
        writeln!(out, "{what:36} {lines:>8} {speed:>12.0} {:>14.2} {requests:>15.3}", per_line(used.capacity_units))?;
        out.flush()
    }
}

impl Measured {
    /// Imports files, each of customers from one number on, at once; together they come to this.
    async fn import(
        &mut self,
        what: String,
        files: &[(u64, u64)],
        expected: ImportCounts,
    ) -> Result<Found, ImportsError> {
        let (before, began) = (self.bundle.usage(IMPORT_PART), Instant::now());
        for (from, lines) in files {
            let key = format!("incoming/{}/provisioning/{what} {from}.ndjson.gz", self.organisation);
            self.bucket.put(&key, file(*from, *lines)?, "application/gzip").await?;
        }
        let mut counts = ImportCounts::default();
        for progress in self.ended(files.len()).await? {
            if progress.job.status != ImportStatus::Completed {
                return Err(ImportsError::Ended { status: progress.job.status.word(), counts: progress.counts() });
            }
            counts = counts.plus(progress.counts());
        }
        if counts != expected {
            return Err(ImportsError::Ended { status: ImportStatus::Completed.word(), counts });
        }
        let (after, time) = (self.bundle.usage(IMPORT_PART), began.elapsed());
        let used = Usage {
            round_trips: after.round_trips - before.round_trips,
            capacity_units: after.capacity_units - before.capacity_units,
            ..after
        };
        Ok(Found { what, lines: counts.sum(), time, used })
    }

    /// The imports that have not been seen before, once as many as are waited for have ended.
    async fn ended(&mut self, count: usize) -> Result<Vec<ImportProgress>, ImportsError> {
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let wanted = Wanted { organisation: self.organisation, brand: None, filters: &[], after: None, size: 100 };
            let mut ended = Vec::new();
            for job in self.store.list_imports(wanted).await?.entries {
                if !self.seen.contains(&job.id) && job.has_ended() {
                    ended.extend(self.store.import_progress(job.organisation, job.id).await?);
                }
            }
            if ended.len() == count {
                self.seen.extend(ended.iter().map(|progress| progress.job.id));
                return Ok(ended);
            }
        }
    }
}

fn bucket(bundle: &Bundle) -> Result<Bucket, ImportsError> {
    let access = bundle.store();
    Ok(Bucket::connect(BucketSettings {
        name: bundle.bucket("Bucket").ok_or(ImportsError::NoBucket)?.to_owned(),
        region: access.region.clone(),
        credentials: Credentials::new("figures", "figures", None, None, "figures"),
        endpoint: Some(bundle.url()),
    })?)
}

/// What line `n` of a file is, whose first one is `from`: of a hundred lines one is invalid, one wants the e-mail of the line
/// before it, and one is the line before it again.
fn outcome(from: u64, n: u64) -> ImportOutcome {
    match n % 100 {
        17 => ImportOutcome::Invalid,
        43 if n > from => ImportOutcome::Conflict,
        71 if n > from => ImportOutcome::Unchanged,
        _ => ImportOutcome::Created,
    }
}

/// What a file of so many lines comes to.
fn expected(from: u64, lines: u64) -> ImportCounts {
    let mut counts = ImportCounts::default();
    (from..from + lines).for_each(|n| counts.add(outcome(from, n)));
    counts
}

/// A compressed file of customers.
fn file(from: u64, lines: u64) -> io::Result<Vec<u8>> {
    let mut file = GzEncoder::new(Vec::new(), Compression::fast());
    for n in from..from + lines {
        let (id, email) = match outcome(from, n) {
            ImportOutcome::Invalid => (n, "nobody".to_owned()),
            ImportOutcome::Conflict => (n, email(n - 1)),
            ImportOutcome::Unchanged => (n - 1, email(n - 1)),
            _ => (n, email(n)),
        };
        let mut line = String::new();
        let _ = write!(
            line,
            r#"{{"labelpartner":"NORTH","customer_info":{{"external_account_id":"a-{id}","email":"{email}","contact_info":{{"firstname":"Jo","lastname":"Doe"}}}},"installation_info":[{{"external_installation_id":"i-{id}","service_information":{{"service_type":"BR-LR-NILM-noHW"}},"meters":[{{"external_meter_id":"m-{id}","meter_input_method":"IMPORT","meter_energy_type":"GAS"}}]}}]}}"#
        );
        line.push('\n');
        file.write_all(line.as_bytes())?;
    }
    file.finish()
}

fn email(n: u64) -> String {
    format!("jo-{n}@example.com")
}
