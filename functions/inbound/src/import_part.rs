//! On the queue of what is imported: carries out the records of a part of a file, and writes what came of each.
//!
//! A lane's parts come in their order, and each is counted when it is done, on the condition that it is the next: so a part
//! that comes again is counted once. What it did the first time it does not do again, for each record has an idempotency
//! key of its own; and its report, which is there before it is counted, is then written anew.

use wattbook_api::{Entry, Failure, Function, Message, Principal, Resource, Services, contract::Declaration};
use wattbook_domain::{
    Actor,
    import::{ImportCounts, ImportJob, ImportOutcome},
};
use wattbook_events::imports::{self, InstallationView, LineFaultView, LineView, MAX_FAULTS};
use wattbook_import::{
    objects,
    part::{Line, Part},
};
use wattbook_intake::{Intake, Mode, Outcome};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "import-part",
    entry: Entry::Queue(|services, message| Box::pin(import(services, message))),
    uses: &[Resource::Table, Resource::SigningKeys, Resource::BUCKET],
    contract: Declaration::NONE,
};

async fn import(services: &Services, message: &Message) -> Result<(), Failure> {
    let part: Part = message.read()?;
    let store = services.store()?;
    let Some(progress) = store.import_progress(part.organisation_id, part.import_id).await? else { return Ok(()) };
    if progress.job.has_ended() {
        return Ok(());
    }
    let done = progress.lanes.get(part.lane).map(|lane| lane.done).unwrap_or_default();
    if done < part.number {
        // One before it was put aside: it waits for that.
        if done + 1 != part.number {
            return Err(Failure::Contended);
        }
        carry_out(services, &progress.job, &part).await?;
    }
    imports::end(services, part.organisation_id, part.import_id).await
}

/// Carries out the records of a part, and notes that it is done.
async fn carry_out(services: &Services, job: &ImportJob, part: &Part) -> Result<(), Failure> {
    let organisation = services.store()?.organisation(job.organisation).await?.ok_or(Failure::NotFound)?;
    let caller = Principal::acting(Actor::Import(job.id.to_string()), job.access.clone(), &organisation);
    let (mut report, mut counts) = (String::new(), ImportCounts::default());
    for line in &part.lines {
        let view = match &line.body {
            Some(body) => {
                let key = format!("import {} {}", job.id, line.number);
                let (dialect, mode) = (job.dialect, Mode::Upsert);
                let intake = Intake { dialect, mode, key: &key, body: body.get().as_bytes() };
                told(line, intake.carry_out(services, &caller).await?)
            }
            None => unread(line),
        };
        counts.add(view.outcome);
        report += &serde_json::to_string(&view).map_err(|error| Failure::Internal(error.into()))?;
        report.push('\n');
    }
    services.bucket()?.put(&objects::report(part), report, "application/x-ndjson").await?;
    // If it is not the next any more, it was done by somebody else meanwhile, and has been counted.
    services.store()?.end_part(job, part.lane, part.number, &counts).await?;
    Ok(())
}

/// What came of a record that was carried out.
fn told(line: &Line, Outcome { effect, ids, faults, faults_omitted }: Outcome) -> LineView {
    let omitted = faults_omitted + faults.len().saturating_sub(MAX_FAULTS);
    let installations = ids.installations.into_iter().map(|it| InstallationView {
        installation_id: it.installation_id.to_string(),
        external_installation_id: it.external_installation_id.to_string(),
    });
    let faults = faults.into_iter().take(MAX_FAULTS).map(|fault| LineFaultView {
        code: fault.code.to_owned(),
        path: fault.path,
        column: None,
        message: fault.message,
        account_id: fault.account_id,
        onboarding_id: fault.onboarding_id,
    });
    LineView {
        record: line.number,
        row: line.row,
        outcome: effect,
        account_id: ids.account_id.map(|id| id.to_string()),
        external_account_id: ids.external_account_id.map(|id| id.to_string()),
        installations: installations.collect(),
        onboarding_id: ids.onboarding_id.map(|id| id.to_string()),
        reference: ids.reference.map(|reference| reference.to_string()),
        faults: faults.collect(),
        faults_omitted: (omitted > 0).then_some(omitted),
    }
}

/// Of one that could not be read.
fn unread(line: &Line) -> LineView {
    let faults = line.faults.iter().take(MAX_FAULTS).cloned();
    let faults = faults.map(|fault| LineFaultView {
        code: fault.code,
        path: fault.path,
        column: fault.column,
        message: fault.message,
        ..LineFaultView::default()
    });
    let omitted = line.faults.len().saturating_sub(MAX_FAULTS);
    LineView {
        record: line.number,
        row: line.row,
        outcome: ImportOutcome::Invalid,
        account_id: None,
        external_account_id: None,
        installations: Vec::new(),
        onboarding_id: None,
        reference: None,
        faults: faults.collect(),
        faults_omitted: (omitted > 0).then_some(omitted),
    }
}
