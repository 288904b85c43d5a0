//! Why a value is refused.

/// Why a value is refused. The message says what to do; the code is stable, for programs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// More characters than allowed.
    #[error("must not be longer than {max} characters")]
    TooLong {
        /// The most that is allowed, in characters.
        max: usize,
    },
    /// Control characters, line breaks and NUL included.
    #[error("must not contain control characters or line breaks; U+{:04X} is one", u32::from(*found))]
    ControlCharacter {
        /// The first one.
        found: char,
    },
    /// White space before or after the text.
    #[error("must not begin or end with white space; U+{:04X} is that", u32::from(*found))]
    SurroundingSpace {
        /// What stands there.
        found: char,
    },
    /// A character that is not seen, or is seen as a space and is none.
    #[error("must not contain U+{:04X}, which cannot be seen or told from a space; take it out", u32::from(*found))]
    InvisibleCharacter {
        /// The first one.
        found: char,
    },
    /// Absent.
    #[error("is required")]
    Required,
    /// Not an id of an account of ours.
    #[error("must be an account id as we give them, such as 77f11344-62a9-4c2f-b8eb-e852e1c7f3ec")]
    AccountId,
    /// A field that an account cannot be without.
    #[error("cannot be taken out; set it to something else")]
    Permanent,
    /// Not an IANA time zone.
    #[error("must be the name of an IANA time zone, such as America/Los_Angeles")]
    TimeZone,
    /// Not a date, nor one with a time.
    #[error(
        "must be a date or a date with a time (RFC 3339) in the years 1 to 9999, such as 2026-11-21 or \
         2026-11-21T10:00:00+01:00: seconds up to 59, an offset of up to 14:00"
    )]
    Moment,
    /// A time that is none of the zone in brackets.
    #[error(
        "must be a time of the zone in brackets, by its IANA name: with the offset that the zone has then, or without \
         one if there is one such time and not two"
    )]
    ZoneInBrackets,
    /// Not a whole number.
    #[error("must be a whole number")]
    WholeNumber,
    /// Outside of a range.
    #[error("must be between {least} and {most}")]
    OutOfRange {
        /// The least that is allowed.
        least: &'static str,
        /// The most that is allowed.
        most: &'static str,
    },
    /// A period that ends before it begins.
    #[error("ends before it begins")]
    EndsBeforeStart,
    /// A tariff without its service, of which there are several.
    #[error("is required here: the account has this tariff for several services from this day on")]
    ServiceUnclear,
    /// Two tariffs for the same service at the same time.
    #[error("overlaps another tariff of the account for the same service; end that one first")]
    Overlap,
    /// Not an e-mail address.
    #[error("must be an e-mail address such as jo@example.com")]
    Email,
    /// A reading that is lower than the one before.
    #[error("is lower than the reading before, {}: a meter counts up", before.number())]
    ReadingTooLow {
        /// What the one before is.
        before: crate::Decimal,
    },
    /// A reading that is higher than the one after.
    #[error("is higher than the reading after it, {}: a meter counts up", after.number())]
    ReadingTooHigh {
        /// What the one after is.
        after: crate::Decimal,
    },
    /// Another reading of the same time.
    #[error("is the time of another reading, of {}; a reading is not changed", value.number())]
    ReadingExists {
        /// What that is.
        value: crate::Decimal,
    },
    /// A delivery point without a meter to read.
    #[error("has no meter to read at that time")]
    NoMeter,
    /// Before the contract began.
    #[error("is before the contract began, on {began}")]
    BeforeContract {
        /// When that was.
        began: jiff::civil::Date,
    },
    /// In the future.
    #[error("is in the future")]
    InFuture,
    /// Not a telephone number.
    #[error(
        "must be 1 to 14 digits and nothing else; a number of another country begins with 00, such as 004790000000"
    )]
    PhoneNumber,
    /// Not an ISO 3166-1 alpha-2 code.
    #[error("must be an ISO 3166-1 alpha-2 country code in capitals{}", instead(*meant))]
    CountryCode {
        /// The code that seems to be meant.
        meant: Option<&'static str>,
    },
    /// A ZIP code that lacks the zeros it begins with.
    #[error(
        "must be a ZIP code of five digits, or nine; spreadsheets and numbers drop the zeros that one begins with: \
         if {zip} is meant, send that"
    )]
    LostZero {
        /// The ZIP code that may be meant.
        zip: String,
    },
    /// Outside the service-type grammar.
    #[error(
        "must be a service type: RT or BR, HR or LR, NILM or no-NILM, HW or noHW, joined by hyphens, such as BR-LR-NILM-noHW"
    )]
    ServiceType,
    /// Not one of the listed words.
    #[error("must be one of {}", allowed.join(", "))]
    NotOneOf {
        /// The words that are allowed.
        allowed: &'static [&'static str],
    },
    /// Not a label-partner code by its form.
    #[error(
        "must be a label partner code: 1 to 32 capital letters, digits, hyphens or underscores, starting with a letter"
    )]
    LabelPartnerCode,
    /// No such label partner, or none that the caller may use: the two answer alike.
    #[error("is not a label partner that this credential can use")]
    UnknownLabelPartner,
    /// The same unique value stands twice in one request.
    #[error("is given twice in this request; every {kind} must be unique")]
    Repeated {
        /// What the value is.
        kind: &'static str,
    },
    /// The service type needs a meter.
    #[error("needs at least one meter, because readings of a BR service arrive under the meter's id")]
    MeterRequired,
    /// The service type needs an id on each meter.
    #[error("is required, because readings of a BR service arrive under the meter's id")]
    MeterIdRequired,
    /// A second meter of the same energy type and input method.
    #[error("is a second meter of the same energy type and input method; an installation has at most one of each")]
    MeterRepeated,
    /// Two places of one request say different things.
    #[error("contradicts {other}")]
    Contradiction {
        /// The other place.
        other: &'static str,
    },
    /// An external id that is to be another one.
    #[error("cannot be changed; leave it out, or state what it is")]
    Immutable,
    /// An account without installations.
    #[error("is the last installation of the account, which must have one; delete the account instead")]
    LastInstallation,
    /// Installations that are served under brands that the caller does not reach.
    #[error("has installations that are served under another brand; an admin credential reaches those")]
    OtherBrands,
    /// A move before the last one.
    #[error("is before the last recorded move of this installation, on {last}")]
    BeforeLastMove {
        /// When that was.
        last: jiff::civil::Date,
    },
    /// Something is to have happened before the account was there.
    #[error("is before the account was created, on {created}")]
    BeforeAccount {
        /// When that was.
        created: jiff::civil::Date,
    },
    /// Something is planned for a day that is likely a slip of the pen.
    #[error("is more than a year ahead; the latest day is {latest}")]
    TooFarAhead {
        /// The latest day that is taken.
        latest: jiff::civil::Date,
    },
    /// A meter is to be replaced before it was there.
    #[error("is before the meter that is replaced was installed, on {since}")]
    BeforeInstalled {
        /// When that was.
        since: jiff::civil::Date,
    },
    /// An installation without a move.
    #[error("has no recorded move that could be corrected or undone")]
    NeverMoved,
    /// The account before the last move is erased, or one that the caller cannot see.
    #[error("came from an account that is erased, or that this credential cannot see")]
    FormerAccount,
    /// No such account, or none that the caller may see: the two answer alike.
    #[error("is not an account that this credential can see")]
    UnknownAccount,
    /// An installation that is to move to where it is.
    #[error("is the account that has the installation already")]
    SameAccount,
    /// An account that is deleted, and kept.
    #[error(
        "is deleted, but kept; set its status to ACTIVE through the accounts API to have it back, or erase it to free its values"
    )]
    Deleted,
    /// Not a calendar date.
    #[error("must be a calendar date such as 2026-11-21")]
    Date,
    /// Services act on the primary installation.
    #[error("is the primary installation, which services act on; make another one primary first")]
    PrimaryInstallation,
    /// More unique values than one call may bring.
    #[error("brings {count} unique values; one call takes at most {max}")]
    TooManyClaims {
        /// How many there are.
        count: usize,
        /// How many are allowed.
        max: usize,
    },
    /// An identifier with more or fewer characters than its kind has.
    #[error("must be {what}, which has {lengths} characters, without blanks and dashes; it has {found}")]
    IdentifierLength {
        /// The kind of identifier.
        what: &'static str,
        /// How many there are to be.
        lengths: &'static str,
        /// How many there are.
        found: usize,
    },
    /// A character that an identifier of its kind does not have in that place.
    #[error("must be {what}; {found:?} (U+{:04X}), its character {place}, cannot be right: {hint}", u32::from(*found))]
    IdentifierCharacter {
        /// The kind of identifier.
        what: &'static str,
        /// The first one.
        found: char,
        /// Where it stands, from 1 on, without blanks and dashes.
        place: usize,
        /// What there is instead.
        hint: &'static str,
    },
    /// An identifier that is written otherwise.
    #[error("must be {what}, such as {example}")]
    IdentifierForm {
        /// The kind of identifier.
        what: &'static str,
        /// One of them.
        example: &'static str,
    },
    /// Fewer characters than there have to be.
    #[error("must not be shorter than {min} characters")]
    TooShort {
        /// The fewest that are allowed.
        min: usize,
    },
    /// A number beyond a bound that data set.
    #[error("must be {bound}")]
    Beyond {
        /// The bound.
        bound: String,
    },
    /// None of the words that data allow.
    #[error("must be one of {allowed}")]
    NotAmong {
        /// The words.
        allowed: String,
    },
    /// Something else than what is asked for.
    #[error("must be {expected}")]
    OfAnotherType {
        /// What is asked for.
        expected: &'static str,
    },
    /// An attribute that nobody asks for.
    #[error("is not asked for here; known are {known}")]
    UnknownAttribute {
        /// Those that are.
        known: String,
    },
    /// Not a name that an attribute can have.
    #[error("must be 1 to 40 letters and digits of ASCII, beginning with a small letter")]
    AttributeName,
    /// Not a name that a manufacturer can have.
    #[error("must have a letter or a digit, and no slash")]
    ManufacturerName,
    /// Not a link for people.
    #[error("must be an address such as https://www.example.com/help: https, a host name, no port, no spaces")]
    HttpsLink,
    /// Not an address that a browser may be sent to.
    #[error("must be an address such as https://app.example.com/done: https, without a user and without #")]
    ReturnUrl,
    /// An address that the organisation has not allowed.
    #[error(
        "is at {origin}, which your organisation does not send people to; whoever operates the deployment allows it"
    )]
    ForeignOrigin {
        /// Its origin.
        origin: String,
    },
    /// Not an address that events may be sent to.
    #[error("must be an address such as https://hooks.example.com/wattbook: https, without a user and without #")]
    ReceiverUrl,
    /// An address that is not on the internet.
    #[error("must be at a host on the internet: no private, local or reserved address, and no name that is only local")]
    ReceiverNotPublic,
    /// More webhooks than an organisation can have.
    #[error("would be one more than the {most} webhooks that an organisation can have; delete another one first")]
    TooManyWebhooks {
        /// How many it can have.
        most: usize,
    },
    /// A webhook that is told of nothing.
    #[error("is of a webhook that is disabled; enable that first")]
    WebhookDisabled,
    /// An event about something that is erased.
    #[error("is about something that has been erased since, and with it what was to be sent")]
    EventErased,
    /// Not an origin.
    #[error("must be an origin such as https://app.example.com: https, a host name, perhaps a port, and nothing else")]
    Origin,
    /// More than may be stored.
    #[error("is too much: {what} take at most {max} bytes in all")]
    TooMuch {
        /// What takes too much.
        what: &'static str,
        /// The most, in bytes.
        max: usize,
    },
    /// A request that has ended.
    #[error("has ended already: its status is {status}")]
    Ended {
        /// Its status.
        status: &'static str,
    },
    /// An entity in as many collectives as it can be in.
    #[error("is in {most} collectives, and can be in no more; take it out of another one first")]
    TooManyCollectives {
        /// How many that are.
        most: usize,
    },
    /// An entity and a collective of two brands.
    #[error("is of another brand than the collective; an entity and its collectives are of the same brand, or of none")]
    AnotherBrand,
    /// An account with as many requests as it can have.
    #[error("has had {most} onboarding requests, and can have no more")]
    TooManyOnboardings {
        /// How many that are.
        most: usize,
    },
    /// Something that cannot be taken over.
    #[error("cannot be taken over this way: the connector proves no device; whoever has it now has to offboard it")]
    Unproved,
    /// Not an id of a thing of ours.
    #[error("must be an id as we give them, such as 77f11344-62a9-4c2f-b8eb-e852e1c7f3ec")]
    ResourceId,
    /// Parts of a definition that do not go together.
    #[error("{rule}")]
    Inconsistent {
        /// What has to be.
        rule: &'static str,
    },
    /// An identifier that was not copied as it is.
    #[error(
        "must be {what}: the check digit does not agree with the rest, so compare each character with the original"
    )]
    CheckDigit {
        /// The kind of identifier.
        what: &'static str,
    },
}

impl Flaw {
    /// Whether the value is wrong by itself, whatever is stored beside it.
    #[must_use]
    pub const fn is_absolute(&self) -> bool {
        matches!(self, Self::LostZero { .. })
    }

    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong { .. } => "too_long",
            Self::ControlCharacter { .. } => "control_character",
            Self::SurroundingSpace { .. } => "surrounding_space",
            Self::InvisibleCharacter { .. } => "invisible_character",
            Self::Required | Self::ServiceUnclear => "required",
            Self::AccountId => "invalid_account_id",
            Self::Permanent => "permanent",
            Self::TimeZone => "invalid_time_zone",
            Self::Moment | Self::ZoneInBrackets => "invalid_time",
            Self::WholeNumber => "invalid_number",
            Self::OutOfRange { .. } | Self::Beyond { .. } => "out_of_range",
            Self::EndsBeforeStart => "ends_before_start",
            Self::Overlap => "overlap",
            Self::Email => "invalid_email",
            Self::ReadingTooLow { .. } => "reading_too_low",
            Self::ReadingTooHigh { .. } => "reading_too_high",
            Self::ReadingExists { .. } => "reading_exists",
            Self::NoMeter => "no_meter",
            Self::BeforeContract { .. } => "before_contract",
            Self::InFuture => "in_future",
            Self::PhoneNumber => "invalid_phone_number",
            Self::CountryCode { .. } => "invalid_country_code",
            Self::LostZero { .. } => "invalid_postal_code",
            Self::ServiceType => "invalid_service_type",
            Self::NotOneOf { .. } | Self::NotAmong { .. } => "not_allowed",
            Self::LabelPartnerCode => "invalid_label_partner",
            Self::UnknownLabelPartner => "unknown_label_partner",
            Self::Repeated { .. } => "repeated_value",
            Self::MeterRequired => "meter_required",
            Self::MeterIdRequired => "meter_id_required",
            Self::MeterRepeated => "repeated_meter",
            Self::Contradiction { .. } => "contradiction",
            Self::Immutable => "immutable",
            Self::LastInstallation => "last_installation",
            Self::BeforeLastMove { .. } => "before_last_move",
            Self::BeforeAccount { .. } => "before_account",
            Self::TooFarAhead { .. } => "too_far_ahead",
            Self::BeforeInstalled { .. } => "before_installed",
            Self::NeverMoved => "never_moved",
            Self::FormerAccount => "former_account_gone",
            Self::UnknownAccount => "unknown_account",
            Self::SameAccount => "same_account",
            Self::Deleted => "account_deleted",
            Self::Date => "invalid_date",
            Self::OtherBrands => "other_brands",
            Self::PrimaryInstallation => "primary_installation",
            Self::TooManyClaims { .. } => "too_many_unique_values",
            Self::TooShort { .. } => "too_short",
            Self::OfAnotherType { .. } => "wrong_type",
            Self::UnknownAttribute { .. } => "unknown_member",
            Self::AttributeName => "invalid_attribute_name",
            Self::ManufacturerName => "invalid_manufacturer_name",
            Self::HttpsLink => "invalid_link",
            Self::ReturnUrl | Self::Origin | Self::ReceiverUrl => "invalid_url",
            Self::ForeignOrigin { .. } | Self::ReceiverNotPublic => "url_not_allowed",
            Self::WebhookDisabled => "disabled",
            Self::EventErased => "erased",
            Self::TooMuch { .. } => "too_large",
            Self::Ended { .. } => "ended",
            Self::TooManyOnboardings { .. } | Self::TooManyCollectives { .. } | Self::TooManyWebhooks { .. } => {
                "too_many"
            }
            Self::AnotherBrand => "another_brand",
            Self::Unproved => "not_proved",
            Self::ResourceId => "invalid_id",
            Self::Inconsistent { .. } => "inconsistent",
            Self::IdentifierLength { .. } => "identifier_length",
            Self::IdentifierCharacter { .. } => "identifier_character",
            Self::IdentifierForm { .. } => "identifier_form",
            Self::CheckDigit { .. } => "check_digit",
        }
    }
}

/// How a message about a country code goes on.
fn instead(meant: Option<&str>) -> String {
    meant.map_or_else(|| ", such as NL".to_owned(), |code| format!("; for this one, send {code}"))
}
