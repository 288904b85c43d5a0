//! The words of the pages, in each language a table of one type: a text that is missing does not compile.
//!
//! Texts are plain, without markup. What stands in braces is filled in: `{name}` is who asks, by the name that the person
//! knows. What they say is about any device; what is of one type stands in [`TypeTexts`].

mod catalogue;
mod de;
mod en;
mod fr;
mod nl;

use std::fmt::Display;

use wattbook_domain::{catalogue::EntityType, onboarding::FailureCode};

use crate::Language;
pub(crate) use catalogue::translated;

/// The version of what a person agrees to. It is kept with the consent, and is raised with every change of what the
/// consent page says (a test holds it to that).
pub const TEXT_VERSION: u32 = 1;

/// All texts of a language.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Texts {
    pub(crate) layout: LayoutTexts,
    pub(crate) types: TypesTexts,
    pub(crate) ask: AskTexts,
    pub(crate) fields: FieldTexts,
    pub(crate) problems: ProblemTexts,
    pub(crate) ended: EndedTexts,
    pub(crate) withdrawal: WithdrawalTexts,
    pub(crate) links: LinkTexts,
    pub(crate) refused: RefusedTexts,
    pub(crate) dates: DateTexts,
}

/// What stands around every page.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct LayoutTexts {
    /// Above the page, where nobody is known who asks.
    pub(crate) nobody: &'static str,
    /// What the links to the other languages are called for those who hear the page.
    pub(crate) languages: &'static str,
    /// In front of the title of a page on which something is to be put right.
    pub(crate) error: &'static str,
}

/// The types of entities.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct TypesTexts {
    pub(crate) ev: TypeTexts,
    pub(crate) pv: TypeTexts,
    pub(crate) smart_meter: TypeTexts,
    pub(crate) retrofit_meter: TypeTexts,
    pub(crate) battery: TypeTexts,
    pub(crate) boiler: TypeTexts,
    pub(crate) charge_pole: TypeTexts,
    pub(crate) heat_pump: TypeTexts,
}

/// One type of entities.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct TypeTexts {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What the consent page asks. With `{name}`.
    pub(crate) question: &'static str,
    /// What is read of it.
    pub(crate) reads: &'static str,
    /// What is controlled, if anything is.
    pub(crate) controls: Option<&'static str>,
}

/// The consent page.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct AskTexts {
    pub(crate) who: &'static str,
    /// With `{organisation}`.
    pub(crate) brand_of: &'static str,
    pub(crate) device: &'static str,
    pub(crate) manufacturer: &'static str,
    /// Instead of the manufacturer of a meter, which is reached by its country or a dongle.
    pub(crate) reached_by: &'static str,
    pub(crate) model: &'static str,
    /// Behind an identifier that is kept in another form. With `{settled}`.
    pub(crate) read_as: &'static str,
    pub(crate) what: &'static str,
    pub(crate) reads: &'static str,
    pub(crate) controls: &'static str,
    pub(crate) nothing_controlled: &'static str,
    pub(crate) how_long: &'static str,
    pub(crate) until_withdrawn: &'static str,
    /// With `{name}`.
    pub(crate) how_withdrawn: &'static str,
    pub(crate) next: &'static str,
    /// With `{manufacturer}`.
    pub(crate) sign_in: &'static str,
    pub(crate) no_sign_in: &'static str,
    /// With `{time}`.
    pub(crate) good_until: &'static str,
    pub(crate) missing: &'static str,
    pub(crate) agree: &'static str,
    pub(crate) decline: &'static str,
    pub(crate) give_reason: &'static str,
    pub(crate) reason: &'static str,
    /// With `{name}`.
    pub(crate) reason_hint: &'static str,
}

/// The fields of a form.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct FieldTexts {
    pub(crate) optional: &'static str,
    pub(crate) choose: &'static str,
    pub(crate) no_answer: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    /// Above the list of what is wrong.
    pub(crate) problems: &'static str,
    /// In front of what is wrong with a field, for those who hear the page.
    pub(crate) problem: &'static str,
}

/// What is wrong with a value.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct ProblemTexts {
    pub(crate) required: &'static str,
    pub(crate) choose: &'static str,
    /// With `{max}`.
    pub(crate) too_long: &'static str,
    /// With `{min}`.
    pub(crate) too_short: &'static str,
    pub(crate) email: &'static str,
    pub(crate) unseen: &'static str,
    /// With `{example}`.
    pub(crate) number: &'static str,
    pub(crate) whole_number: &'static str,
    /// With `{least}` and `{most}`.
    pub(crate) between: &'static str,
    /// With `{least}`.
    pub(crate) at_least: &'static str,
    /// With `{most}`.
    pub(crate) at_most: &'static str,
    /// With `{lengths}` and `{found}`.
    pub(crate) identifier_length: &'static str,
    /// Lengths. With `{one}` and `{other}`.
    pub(crate) either: &'static str,
    /// Lengths. With `{least}` and `{most}`.
    pub(crate) range: &'static str,
    /// With `{found}` and `{place}`.
    pub(crate) identifier_character: &'static str,
    /// Behind that. With `{digit}`.
    pub(crate) perhaps: &'static str,
    /// With `{example}`.
    pub(crate) identifier_form: &'static str,
    pub(crate) check_digit: &'static str,
    pub(crate) taken: &'static str,
    pub(crate) other: &'static str,
}

/// A page that only tells something.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Notice {
    pub(crate) heading: &'static str,
    /// May have `{name}`.
    pub(crate) text: &'static str,
}

/// How a request goes on and ends.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct EndedTexts {
    /// With the name of who is there instead of who asks.
    pub(crate) onward: Notice,
    /// With `{name}`, the same.
    pub(crate) go_on: &'static str,
    pub(crate) waiting: Notice,
    pub(crate) look_again: &'static str,
    pub(crate) succeeded: Notice,
    pub(crate) may_withdraw: &'static str,
    pub(crate) withdraw: &'static str,
    pub(crate) declined: Notice,
    pub(crate) canceled: Notice,
    pub(crate) failed: &'static str,
    pub(crate) failures: FailureTexts,
    /// What to do after a failure that another try may do away with. With `{name}`.
    pub(crate) new_link: &'static str,
    /// With `{name}`.
    pub(crate) back: &'static str,
}

/// Why a request failed, and what the person can do.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct FailureTexts {
    pub(crate) refused_by_owner: &'static str,
    pub(crate) sign_in_failed: &'static str,
    pub(crate) manufacturer_unreachable: &'static str,
    pub(crate) not_your_device: &'static str,
    pub(crate) taken_over: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) not_connected: &'static str,
}

/// Taking consent back.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct WithdrawalTexts {
    pub(crate) question: &'static str,
    /// With `{name}`.
    pub(crate) what: &'static str,
    pub(crate) before: &'static str,
    pub(crate) withdraw: &'static str,
    pub(crate) or_close: &'static str,
    pub(crate) withdrawn: Notice,
}

/// Links that lead nowhere any more.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct LinkTexts {
    pub(crate) used: Notice,
    pub(crate) expired: Notice,
    /// Whom to turn to. With `{name}`.
    pub(crate) ask: &'static str,
    /// The same where nobody is known who asks.
    pub(crate) ask_sender: &'static str,
    pub(crate) unknown: Notice,
    pub(crate) other_browser: Notice,
}

/// What cannot be carried out.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct RefusedTexts {
    pub(crate) unreadable: Notice,
    pub(crate) method: Notice,
    pub(crate) too_large: Notice,
    pub(crate) internal: Notice,
    pub(crate) busy: Notice,
}

/// Points in time.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct DateTexts {
    pub(crate) months: [&'static str; 12],
    /// The first day of a month, where it is not written as a number alone.
    pub(crate) first: &'static str,
    /// With `{day}`, `{month}`, `{year}`, `{hour}` and `{minute}`; it says that it is in UTC.
    pub(crate) time: &'static str,
}

impl Texts {
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &en::TEXTS,
            Language::Nl => &nl::TEXTS,
            Language::De => &de::TEXTS,
            Language::Fr => &fr::TEXTS,
        }
    }
}

impl TypesTexts {
    pub(crate) const fn of(&self, entity_type: EntityType) -> &TypeTexts {
        match entity_type {
            EntityType::Ev => &self.ev,
            EntityType::Pv => &self.pv,
            EntityType::SmartMeter => &self.smart_meter,
            EntityType::RetrofitMeter => &self.retrofit_meter,
            EntityType::Battery => &self.battery,
            EntityType::Boiler => &self.boiler,
            EntityType::ChargePole => &self.charge_pole,
            EntityType::HeatPump => &self.heat_pump,
        }
    }
}

impl FailureTexts {
    pub(crate) const fn of(&self, code: FailureCode) -> &'static str {
        match code {
            FailureCode::RefusedByOwner => self.refused_by_owner,
            FailureCode::SignInFailed => self.sign_in_failed,
            FailureCode::ManufacturerUnreachable => self.manufacturer_unreachable,
            FailureCode::NotYourDevice => self.not_your_device,
            FailureCode::TakenOver => self.taken_over,
            FailureCode::Expired => self.expired,
            FailureCode::NotConnected => self.not_connected,
        }
    }
}

/// A text with its values in it.
pub(crate) fn filled(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut whole = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{')
        && let Some((place, after)) = after.split_once('}')
    {
        whole.push_str(before);
        if let Some((_, value)) = values.iter().find(|(name, _)| *name == place) {
            whole.push_str(&value.to_string());
        }
        rest = after;
    }
    whole.push_str(rest);
    whole
}

#[cfg(test)]
mod tests;
