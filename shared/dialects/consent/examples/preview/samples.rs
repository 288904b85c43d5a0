//! A page of every kind, with what it may have to bear.

use wattbook_consent::{
    Ask, AskWithdrawal, Asked, Asker, Device, DeviceId, Ended, Language, Onward, Outcome, Page, Problem, Refusal,
    Submission, Tried,
};
use wattbook_domain::{
    IdentifierKind, Text,
    catalogue::{
        EntityType, IdentifyingAttribute,
        attributes::{Attribute, AttributeName, Attributes, Values},
    },
    onboarding::FailureCode,
};

const DEMO: Asker<'static> = Asker { organisation: "Demo Energy", brand: None };
const NORTH: Asker<'static> = Asker { organisation: "Demo Energy", brand: Some("North") };

/// Markup, quotes, another direction of writing, a word without an end, signs of several code points.
pub(crate) const HOSTILE: [&str; 5] = [
    "<script>document.title='broken'</script>\"'&lt;<img src=https://example.com/x.png>",
    "شركة الطاقة <b>\"العربية\"</b>",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvorsitzendenstellvertreter",
    "👩‍💻 Énergie ⚡️ & Söhne",
    "--> ]]> </title></style></textarea> {{ name }} {name} %3Cscript%3E",
];

const AUDI: Device<'static> = Device {
    entity_type: EntityType::Ev,
    manufacturer: "Audi",
    model: None,
    id: Some(DeviceId { title: "VIN", written: "WAUZZZGEZNA012345", settled: "WAUZZZGEZNA012345" }),
};

const METER: Device<'static> = Device {
    entity_type: EntityType::SmartMeter,
    manufacturer: "Belgium",
    model: None,
    id: Some(DeviceId { title: "Metering point", written: "54 1448 8600 0000 0011", settled: "541448860000000011" }),
};

const INVERTER: Device<'static> =
    Device { entity_type: EntityType::Pv, manufacturer: "Huawei", model: Some("SUN2000-6KTL"), id: None };

/// Every page, by a name that can stand in a path. Addresses of others are below `elsewhere`.
pub(crate) fn samples(language: Language, elsewhere: &str) -> Vec<(&'static str, Page<'static>)> {
    let mut pages = asking(language, elsewhere);
    let back: &str = kept(format!("{elsewhere}/back?outcome=succeeded"));
    let ended = |outcome| Page::Ended(Ended { asker: NORTH, outcome, return_to: Some(back), withdrawal: None });
    pages.extend([
        ("onward", Page::Onward(Onward { asker: NORTH, name: "Audi", address: back })),
        ("waiting", Page::Waiting { asker: NORTH }),
        (
            "succeeded",
            Page::Ended(Ended {
                asker: NORTH,
                outcome: Outcome::Succeeded,
                return_to: Some(back),
                withdrawal: Some("/ask-withdrawal"),
            }),
        ),
        ("declined", ended(Outcome::Declined)),
        ("canceled", ended(Outcome::Canceled)),
        ("failed-refused-by-owner", ended(Outcome::Failed { code: FailureCode::RefusedByOwner })),
        ("failed-sign-in", ended(Outcome::Failed { code: FailureCode::SignInFailed })),
        ("failed-unreachable", ended(Outcome::Failed { code: FailureCode::ManufacturerUnreachable })),
        ("failed-not-yours", ended(Outcome::Failed { code: FailureCode::NotYourDevice })),
        ("failed-taken-over", ended(Outcome::Failed { code: FailureCode::TakenOver })),
        ("failed-expired", ended(Outcome::Failed { code: FailureCode::Expired })),
        ("failed-not-connected", ended(Outcome::Failed { code: FailureCode::NotConnected })),
        ("already-used", Page::AlreadyUsed { asker: Some(DEMO) }),
        ("expired", Page::Expired { asker: Some(DEMO) }),
        ("unknown", Page::Unknown),
        ("ask-withdrawal", Page::AskWithdrawal(AskWithdrawal { asker: NORTH, device: AUDI })),
        ("withdrawn", Page::Withdrawn { asker: NORTH }),
        ("other-browser", Page::OtherBrowser),
        ("refused-unreadable", Page::Refused(Refusal::Unreadable)),
        ("refused-method", Page::Refused(Refusal::Method { allowed: "GET, HEAD, POST" })),
        ("refused-too-large", Page::Refused(Refusal::TooLarge)),
        ("refused-internal", Page::Refused(Refusal::Internal)),
        ("refused-busy", Page::Refused(Refusal::Busy)),
    ]);
    pages
}

fn asking(language: Language, elsewhere: &str) -> Vec<(&'static str, Page<'static>)> {
    let sign_in: &str = kept(format!("{elsewhere}/sign-in?client_id=wattbook"));
    let back: &str = kept(format!("{elsewhere}/back"));
    let nothing = asked(Vec::new());
    let everything = asked(every_attribute());
    let ask = |asker, device, asked, tried| {
        Page::Ask(Ask {
            asker,
            device,
            good_until: "2026-11-29T14:05:00Z".parse().unwrap_or_default(),
            sign_in: Some(sign_in).filter(|_| matches!(device.entity_type, EntityType::Ev)),
            return_to: Some(back),
            asked,
            tried,
        })
    };
    let wrong =
        b"decision=agree&a-code=12O&a-email=jo%40&a-peakPower=6.500&a-phases=9&a-energyType=WIND&a-reversible=maybe";
    let wrong = Submission::read(wrong).and_then(|form| form.values(&everything, language).err());
    let hostile = Submission::read(hostile_form().as_bytes()).and_then(|form| form.values(&everything, language).err());
    let taken = Submission::read(b"decision=agree&a-code=HV2140123456")
        .map(|form| form.refused(&everything, vec![(name("code"), Problem::Taken)]));
    let [markup, arabic, word, emoji, more] = HOSTILE;
    let strange = Device {
        entity_type: EntityType::Battery,
        manufacturer: word,
        model: Some(emoji),
        id: Some(DeviceId { title: more, written: markup, settled: arabic }),
    };
    vec![
        ("ask", ask(DEMO, AUDI, nothing, None)),
        ("ask-meter", ask(NORTH, METER, nothing, None)),
        ("ask-missing", ask(NORTH, INVERTER, everything, None)),
        ("ask-tried", ask(NORTH, INVERTER, everything, kept_try(wrong))),
        ("ask-taken", ask(NORTH, INVERTER, everything, kept_try(taken))),
        ("ask-hostile", ask(Asker { organisation: markup, brand: Some(arabic) }, strange, nothing, None)),
        (
            "ask-hostile-tried",
            ask(Asker { organisation: arabic, brand: Some(word) }, strange, everything, kept_try(hostile)),
        ),
    ]
}

fn hostile_form() -> String {
    let [markup, arabic, word, emoji, more] = HOSTILE.map(|text| text.replace('&', "%26").replace('%', "%25"));
    format!("decision=agree&a-code={markup}&a-email={arabic}&a-peakPower={word}&a-phases={emoji}&a-plan={more}")
}

fn every_attribute() -> Vec<Attribute> {
    let words = |words: &[&str]| Values::Words(words.iter().filter_map(|word| Text::parse(word).ok()).collect());
    let about = "That of the inverter: it stands on its type plate.";
    let email = "The e-mail address that the owner signs in with at the manufacturer.";
    [
        ("code", "Serial number", Some(about), true, Values::Text { least: 4, most: 64, email: false }),
        ("email", "E-mail", Some(email), true, Values::Text { least: 0, most: 254, email: true }),
        ("model", "Model", None, false, Values::Text { least: 1, most: 64, email: false }),
        ("peakPower", "Peak power (kW)", None, true, Values::Number { least: Some(0.0), most: Some(100_000.0) }),
        ("phases", "Phases", None, false, Values::Whole { least: Some(1), most: Some(3) }),
        ("energyType", "Energy", None, true, words(&["ELECTRICITY", "GAS"])),
        ("plan", "Betriebsart", Some("Wie im Handbuch"), true, words(&["A", "B", "C", "D", "E", "F", "G"])),
        ("reversible", "Cools, too", None, false, Values::Truth),
    ]
    .into_iter()
    .filter_map(|(attribute, title, description, required, values)| {
        let description = description.and_then(|text| Text::parse(text).ok());
        Some(Attribute { name: name(attribute), title: Text::parse(title).ok()?, description, required, values })
    })
    .collect()
}

fn asked(attributes: Vec<Attribute>) -> Asked<'static> {
    let identifier = IdentifyingAttribute { attribute: name("code"), kind: IdentifierKind::Serial };
    Asked { attributes: Box::leak(Box::new(Attributes(attributes))), identifier: Box::leak(Box::new(identifier)) }
}

#[expect(clippy::expect_used, reason = "the names are those above")]
fn name(raw: &str) -> AttributeName {
    AttributeName::parse(raw).expect("an attribute's name")
}

/// A page borrows what it says; samples live as long as the program.
fn kept(text: String) -> &'static str {
    text.leak()
}

fn kept_try(tried: Option<Tried>) -> Option<&'static Tried> {
    tried.map(|tried| &*Box::leak(Box::new(tried)))
}
