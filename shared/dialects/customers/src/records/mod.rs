//! Records that an organisation brings in: one by one, or as lines of a file. Each is of a kind, and is called something
//! within it; what it says is read and checked here, whichever way it came.

mod bodies;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wattbook_api::{
    Caller, Failure, Faults, Principal, Services, body, clock,
    fault::{Pointer, Reason},
    http::{ETag, Precondition},
    own::seen,
    writing::Rounds,
};
use wattbook_domain::{
    Account, AccountId, Flaw,
    import::ImportOutcome,
    record::{App, AppName, Associate, Invoice, Message, MessageState, Record, RecordKind, Terms, TermsKind},
};
use wattbook_store::{RecordOf, RecordPut, Stored};

use crate::{
    invoices, readings,
    seen::{CustomerId, Seen},
};

pub use bodies::{AppBody, AssociateBody, InvoiceBody, MessageBody, RecordBody, TermsBody};
use bodies::{KeyedBody, OfReading};

/// A record that was put.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = RecordResponse)]
pub struct RecordView {
    /// The kind of record.
    kind: &'static str,
    /// What it is called within its kind.
    key: String,
    /// The number of the customer that it belongs to; null if it belongs to the organisation.
    #[schema(required = true)]
    customer_id: Option<u32>,
    /// Counts the changes of it.
    version: u64,
}

impl RecordView {
    /// Counts the changes of it.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }
}

/// What came of putting one.
#[derive(Debug)]
pub struct Brought {
    /// In a word.
    pub effect: ImportOutcome,
    /// The account that it belongs to, if it does.
    pub account: Option<AccountId>,
    /// What is answered.
    pub view: RecordView,
}

/// What is brought.
pub struct Bringing<'a> {
    /// What it is stored with.
    pub services: &'a Services,
    /// Who brings it.
    pub caller: &'a Principal,
    /// What it is called within its kind.
    pub key: &'a str,
    /// Whether that stands in the body, as `Key`, and not in the path.
    pub has_key_in_body: bool,
    /// What it says.
    pub document: &'a Value,
    /// What was wrong so far.
    pub faults: Faults,
    /// Which version the caller asks for.
    pub precondition: Precondition,
    /// Whether nothing is to be stored.
    pub dry_run: bool,
}

/// Puts what a body states that has its kind and its key in itself, or adds the reading that it is.
///
/// # Errors
/// As [`Bringing::put`] and [`readings::add`].
pub async fn bring(
    services: &Services,
    caller: &Principal,
    document: &Value,
    mut faults: Faults,
) -> Result<Brought, Failure> {
    let is_reading = document.get("Kind").and_then(Value::as_str) == Some(RecordKind::Reading.word());
    if is_reading {
        return bring_reading(services, caller, document, faults).await;
    }
    let keyed: Option<KeyedBody> = body::read(document, &mut faults);
    let Some(KeyedBody { kind, key }) = keyed else { return Err(Failure::Faults(faults)) };
    let (precondition, key) = (Precondition::none(), key.as_str());
    Bringing { services, caller, key, has_key_in_body: true, document, faults, precondition, dry_run: false }
        .put(kind)
        .await
}

async fn bring_reading(
    services: &Services,
    caller: &Principal,
    document: &Value,
    mut faults: Faults,
) -> Result<Brought, Failure> {
    let of: Option<OfReading> = body::read(document, &mut faults);
    let Some(of) = of else { return Err(Failure::Faults(faults)) };
    let unknown = |what| Reason::new("unknown", format!("is no {what} that this credential can see"));
    let at = |name| Pointer::root().child(name);
    let seen = match Seen::named(services, Caller::Organisation(caller.clone()), &of.customer_id).await {
        Ok(seen) => seen,
        Err(Failure::NotFound) => {
            faults.body(&at("CustomerId"), unknown("customer"));
            return Err(Failure::Faults(faults));
        }
        Err(failure) => return Err(failure),
    };
    let Ok(point) = seen.delivery_point(&of.delivery_point_id.to_string()) else {
        faults.body(&at("DeliveryPointId"), unknown("delivery point of the customer"));
        return Err(Failure::Faults(faults));
    };
    // Whose it is has been found out, in more forms than the body of a reading knows.
    let mut stated = document.clone();
    if let Some(members) = stated.as_object_mut() {
        members.remove("CustomerId");
    }
    let Some(reading) = readings::read(&seen, point, &stated, &mut faults) else { return Err(Failure::Faults(faults)) };
    let added = readings::add(services, &seen.account, &reading, false).await?;
    let effect = if added.is_new { ImportOutcome::Created } else { ImportOutcome::Unchanged };
    let view = RecordView {
        kind: RecordKind::Reading.word(),
        key: reading.id(),
        customer_id: seen.account.number.map(wattbook_domain::CustomerNumber::get),
        version: 1,
    };
    Ok(Brought { effect, account: Some(seen.account.id), view })
}

/// Notes what is wrong with a key, where that stands.
fn key_fault(faults: &mut Faults, is_in_body: bool, reason: Reason) {
    if is_in_body {
        faults.body(&Pointer::root().child("Key"), reason);
    } else {
        faults.query("key", reason);
    }
}

/// The kind that a word names, if its records are brought one by one.
#[must_use]
pub fn kind(word: &str) -> Option<RecordKind> {
    word.parse().ok().filter(|kind| RecordKind::BROUGHT.contains(kind))
}

impl Bringing<'_> {
    /// Puts a record of a kind in the place of what it was. What changes nothing is not written.
    ///
    /// # Errors
    /// There are faults, all of which are told, what it belongs to is nothing that the caller sees, it is in another
    /// version than the caller asks for, or the store failed.
    pub async fn put(mut self, kind: RecordKind) -> Result<Brought, Failure> {
        match kind {
            RecordKind::App => {
                let read: Option<AppBody> = self.read();
                let name = self.keyed(AppName::parse(self.key));
                let app = read.zip(name).map(|(read, short_name)| App { short_name, name: read.name });
                self.store_of_organisation(app).await
            }
            RecordKind::Terms => {
                let read: Option<TermsBody> = self.read();
                let named = self.terms_key();
                if let Some((app, _)) = &named
                    && self.services.store()?.record::<App>(self.organisation(), app.as_str()).await?.is_none()
                {
                    self.of_key(Reason::new("unknown", "names an app that is not there"));
                }
                let terms = read.zip(named).map(|(read, (app, kind))| Terms {
                    app,
                    kind,
                    version: read.version,
                    url: read.url,
                });
                self.store_of_organisation(terms).await
            }
            RecordKind::Associate => self.put_associate().await,
            RecordKind::Message => self.put_message().await,
            RecordKind::Invoice => self.put_invoice().await,
            // Readings have an operation of their own.
            RecordKind::Reading => Err(Failure::NotFound),
        }
    }

    /// Deletes a record of a kind; `customer` says whose it is, if it is one's.
    ///
    /// # Errors
    /// There is none that the caller sees, it is in another version than the caller asks for, or the store failed.
    pub async fn delete(self, kind: RecordKind, customer: Option<&str>) -> Result<(), Failure> {
        let account = match customer {
            Some(raw) if kind.is_of_accounts() => Some(self.account(raw).await?.ok_or(Failure::NotFound)?),
            _ if kind.is_of_accounts() => {
                let mut faults = Faults::default();
                faults.query("customerId", Reason::required());
                return Err(Failure::Faults(faults));
            }
            _ => None,
        };
        let of = account.as_ref().map_or(self.organisation(), invoices::of);
        match kind {
            RecordKind::App => self.delete_of::<App>(of, &self.key.to_ascii_lowercase()).await,
            RecordKind::Terms => self.delete_of::<Terms>(of, &self.key.to_ascii_lowercase()).await,
            RecordKind::Message => self.delete_of::<Message>(of, &self.numbered()?).await,
            RecordKind::Associate => {
                let other = self.account(self.key).await?.ok_or(Failure::NotFound)?;
                self.delete_of::<Associate>(of, &other.id.to_string()).await
            }
            RecordKind::Invoice => {
                let (id, number) = (self.numbered()?, self.number()?);
                self.delete_of::<Invoice>(of, &id).await?;
                match &account {
                    Some(account) => invoices::forget_files(self.services, account, Some(number)).await,
                    None => Ok(()),
                }
            }
            RecordKind::Reading => Err(Failure::NotFound),
        }
    }

    async fn put_associate(mut self) -> Result<Brought, Failure> {
        let read: Option<AssociateBody> = self.read();
        let owner = self.owner().await?;
        let other = self.account(self.key).await?;
        match (&other, &owner) {
            (None, _) => {
                self.of_key(Reason::new("unknown", "is no customer that this credential can see"));
            }
            (Some(other), Some(owner)) if other.id == owner.id => {
                let reason =
                    Reason::new(Flaw::SameAccount.code(), "is the customer himself, who is no associate of his own");
                self.of_key(reason);
            }
            _ => {}
        }
        let tie =
            read.zip(other).map(|(read, other)| Associate { account: other.id, relationship: read.relationship_type });
        self.store_of(owner, tie).await
    }

    async fn put_message(mut self) -> Result<Brought, Failure> {
        let read: Option<MessageBody> = self.read();
        let number = self.key_number();
        let owner = self.owner().await?;
        let (Some(read), Some(number), Some(account)) = (read, number, &owner) else {
            return Err(Failure::Faults(self.faults));
        };
        let old: Option<Stored<Message>> =
            self.services.store()?.record(invoices::of(account), &format!("{number:010}")).await?;
        let message = read.message(number, old.as_ref().map(|it| &it.value), clock::now());
        self.store_of(owner, Some(message)).await
    }

    async fn put_invoice(mut self) -> Result<Brought, Failure> {
        let read: Option<InvoiceBody> = self.read();
        let number = self.key_number();
        let owner = self.owner().await?;
        let pdf = read.as_ref().and_then(|it| it.pdf.as_deref()).and_then(|pdf| self.pdf(pdf));
        let (Some(read), Some(number), Some(account), true) = (read, number, &owner, self.faults.is_empty()) else {
            return Err(Failure::Faults(self.faults));
        };
        let old: Option<Stored<Invoice>> =
            self.services.store()?.record(invoices::of(account), &format!("{number:010}")).await?;
        self.check(old.as_ref())?;
        let kept = old.as_ref().is_some_and(|it| it.value.has_own_pdf);
        if let Some(pdf) = pdf.as_ref().filter(|_| !self.dry_run) {
            // Before the record that tells of it: one without a record is nowhere shown, and goes with the account.
            self.services.bucket()?.put(&invoices::own_pdf(account, number), pdf.clone(), "application/pdf").await?;
        }
        let invoice = read.invoice(number, pdf.is_some() || kept);
        self.store_of(owner, Some(invoice)).await
    }

    /// Notes what is wrong with the key.
    fn of_key(&mut self, reason: impl Into<Reason>) {
        key_fault(&mut self.faults, self.has_key_in_body, reason.into());
    }

    fn organisation(&self) -> RecordOf {
        RecordOf::Organisation(self.caller.reach.organisation)
    }

    fn read<B: deserr::Deserr<Faults>>(&mut self) -> Option<B> {
        body::read(self.document, &mut self.faults)
    }

    /// What the key says; what is wrong with it is noted as the parameter that it is.
    fn keyed<T>(&mut self, read: Result<T, Flaw>) -> Option<T> {
        read.map_err(|flaw| self.of_key(flaw)).ok()
    }

    fn terms_key(&mut self) -> Option<(AppName, TermsKind)> {
        let parts = self.key.rsplit_once('.').and_then(|(app, kind)| Some((app, kind.parse().ok()?)));
        let Some((app, kind)) = parts else {
            let message = "must be the short name of an app, a point, and `general` or `additional`";
            self.of_key(Reason::new("not_allowed", message));
            return None;
        };
        self.keyed(AppName::parse(app)).map(|app| (app, kind))
    }

    fn key_number(&mut self) -> Option<u32> {
        let number = self.key.parse().ok().filter(|number| (1..=0x7fff_ffff_u32).contains(number));
        self.keyed(number.ok_or(Flaw::OutOfRange { least: "1", most: "2147483647" }))
    }

    fn number(&self) -> Result<u32, Failure> {
        self.key.parse().map_err(|_| Failure::NotFound)
    }

    fn numbered(&self) -> Result<String, Failure> {
        Ok(format!("{:010}", self.number()?))
    }

    /// A PDF in base64.
    fn pdf(&mut self, encoded: &str) -> Option<Vec<u8>> {
        let pdf = STANDARD.decode(encoded.trim()).ok().filter(|pdf| pdf.starts_with(b"%PDF-"));
        if pdf.is_none() {
            self.faults.body(&Pointer::root().child("Pdf"), Reason::new("invalid_value", "must be a PDF, in base64"));
        }
        pdf
    }

    /// The account that the record belongs to.
    async fn owner(&mut self) -> Result<Option<Account>, Failure> {
        let at = Pointer::root().child("CustomerId");
        let raw = match self.document.get("CustomerId") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            // The reader of the body says what is wrong.
            _ => return Ok(None),
        };
        let found = self.account(&raw).await?;
        if found.is_none() {
            self.faults.body(&at, Reason::new("unknown", "is no customer that this credential can see"));
        }
        Ok(found)
    }

    async fn account(&self, raw: &str) -> Result<Option<Account>, Failure> {
        let Some(id) = CustomerId::parse(raw) else { return Ok(None) };
        let found = id.find(self.services.store()?, self.caller).await?;
        Ok(seen(self.caller, found, |it| it.label_partner.as_ref()).ok().filter(|it| !it.is_deleted()))
    }

    async fn store_of_organisation<R: Record>(self, record: Option<R>) -> Result<Brought, Failure> {
        let of = self.organisation();
        // What all brands share is for whoever reaches all of them.
        if self.caller.brand().is_some() {
            return Err(Failure::Forbidden);
        }
        self.store(of, None, record).await
    }

    async fn store_of<R: Record>(self, owner: Option<Account>, record: Option<R>) -> Result<Brought, Failure> {
        match &owner {
            Some(account) => self.store(invoices::of(account), Some(account), record).await,
            None => Err(Failure::Faults(self.faults)),
        }
    }

    async fn store<R: Record>(
        self,
        of: RecordOf,
        owner: Option<&Account>,
        record: Option<R>,
    ) -> Result<Brought, Failure> {
        let Some(new) = record.filter(|_| self.faults.is_empty()) else { return Err(Failure::Faults(self.faults)) };
        let (store, mut rounds) = (self.services.store()?, Rounds::default());
        loop {
            let old: Option<Stored<R>> = store.record(of, &new.id()).await?;
            self.check(old.as_ref())?;
            let unchanged = old.as_ref().is_some_and(|it| it.value == new);
            let put = if unchanged || self.dry_run {
                RecordPut::Done
            } else {
                store.put_record(of, old.as_ref(), &new).await?
            };
            match put {
                RecordPut::Done => {
                    let effect = match (&old, unchanged) {
                        (None, _) => ImportOutcome::Created,
                        (Some(_), true) => ImportOutcome::Unchanged,
                        (Some(_), false) => ImportOutcome::Updated,
                    };
                    let version = old.map_or(0, |old| old.version) + u64::from(!unchanged);
                    return Ok(self.brought::<R>(owner, effect, version));
                }
                RecordPut::NoOwner => return Err(Failure::NotFound),
                RecordPut::Taken => {
                    let mut faults = Faults::default();
                    let message = format!("is the number of another customer's {}", R::KIND.word());
                    key_fault(&mut faults, self.has_key_in_body, Reason::new("taken", message));
                    return Err(Failure::Rules(faults));
                }
                RecordPut::Stale => rounds.again().await?,
            }
        }
    }

    fn check<R: Record>(&self, old: Option<&Stored<R>>) -> Result<(), Failure> {
        old.map_or_else(|| self.precondition.check_absent(), |old| self.precondition.check(ETag(old.version)))
    }

    fn brought<R: Record>(&self, owner: Option<&Account>, effect: ImportOutcome, version: u64) -> Brought {
        let view = RecordView {
            kind: R::KIND.word(),
            key: self.key.to_owned(),
            customer_id: owner.and_then(|account| account.number).map(wattbook_domain::CustomerNumber::get),
            version,
        };
        Brought { effect, account: owner.map(|account| account.id), view }
    }

    async fn delete_of<R: Record>(&self, of: RecordOf, id: &str) -> Result<(), Failure> {
        if matches!(of, RecordOf::Organisation(_)) && self.caller.brand().is_some() {
            return Err(Failure::Forbidden);
        }
        let mut rounds = Rounds::default();
        loop {
            let old: Stored<R> = self.services.store()?.record(of, id).await?.ok_or(Failure::NotFound)?;
            self.precondition.check(ETag(old.version))?;
            if self.dry_run || self.services.store()?.delete_record(of, &old).await? {
                return Ok(());
            }
            rounds.again().await?;
        }
    }
}

/// The state of a message that nobody has looked at.
const FRESH: MessageState = MessageState::Unread;
