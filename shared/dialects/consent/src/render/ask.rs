//! The page that asks for consent.

use askama::Template;
use wattbook_domain::catalogue::attributes::{Attribute, Values};

use super::{DeviceView, Frame, Line, plain};
use crate::{
    Language, date,
    form::{NO, YES, field},
    page::Ask,
    texts::{AskTexts, FieldTexts, translated},
};

/// So many words fit on a page side by side; of more one is picked from a list.
const MAX_RADIOS: usize = 5;

#[derive(Template)]
#[template(path = "ask.html")]
pub(super) struct AskTemplate<'a> {
    frame: Frame<'a>,
    ask: &'static AskTexts,
    fields: &'static FieldTexts,
    problems: Vec<ProblemView<'a>>,
    question: Line<'a>,
    name: &'a str,
    brand_of: Option<Line<'a>>,
    device: DeviceView<'a>,
    reads: &'static str,
    controls: &'static str,
    how_withdrawn: Line<'a>,
    next: Line<'a>,
    good_until: Line<'a>,
    machine_time: String,
    time: String,
    inputs: Vec<FieldView<'a>>,
    reason_hint: Line<'a>,
}

/// Something to put right, in the list above the page.
struct ProblemView<'a> {
    id: String,
    title: &'a str,
    words: String,
}

/// A field.
struct FieldView<'a> {
    /// Its id in the page, and its name in the form.
    id: String,
    title: &'a str,
    hint: Option<&'a str>,
    required: bool,
    typed: &'a str,
    problem: Option<String>,
    input: Input<'a>,
}

/// How a value is given.
enum Input<'a> {
    /// It is typed. Without `type="email"`: browsers refuse addresses with letters beyond ASCII, which there are.
    Line { mode: &'static str, autocomplete: &'static str, capitals: &'static str },
    /// It is one of a few.
    Radios(Vec<Choice<'a>>),
    /// It is one of many.
    Select(Vec<Choice<'a>>),
}

struct Choice<'a> {
    id: String,
    value: &'a str,
    label: &'a str,
    chosen: bool,
}

impl FieldView<'_> {
    /// The ids of what describes it.
    fn described_by(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.id));
        let problem = self.problem.as_ref().map(|_| format!("{}-problem", self.id));
        let ids: Vec<_> = hint.into_iter().chain(problem).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

pub(super) fn of<'a>(page: &Ask<'a>, frame: Frame<'a>) -> AskTemplate<'a> {
    let (language, texts) = (frame.language, frame.texts);
    let name = page.asker.name();
    let kind = texts.types.of(page.device.entity_type);
    let device = DeviceView::of(&page.device, language);
    let inputs: Vec<_> = page.asked.attributes().iter().map(|attribute| input(page, attribute, language)).collect();
    let problems: Vec<_> = inputs.iter().filter_map(problem).collect();
    let question = plain(kind.question, Some(&page.asker));
    let heading = if problems.is_empty() { question } else { format!("{}: {question}", texts.layout.error) };
    AskTemplate {
        frame: frame.titled(&heading),
        ask: &texts.ask,
        fields: &texts.fields,
        problems,
        question: Line::of(kind.question, name),
        name,
        brand_of: page.asker.brand.map(|_| Line::of(texts.ask.brand_of, page.asker.organisation)),
        reads: kind.reads,
        controls: kind.controls.unwrap_or(texts.ask.nothing_controlled),
        how_withdrawn: Line::of(texts.ask.how_withdrawn, name),
        next: match page.sign_in {
            Some(_) => Line::of(texts.ask.sign_in, device.manufacturer),
            None => Line::plain(texts.ask.no_sign_in),
        },
        device,
        good_until: Line::of(texts.ask.good_until, ""),
        machine_time: date::machine(page.good_until),
        time: date::written(page.good_until, language),
        inputs,
        reason_hint: Line::of(texts.ask.reason_hint, name),
    }
}

fn problem<'a>(field: &FieldView<'a>) -> Option<ProblemView<'a>> {
    let words = field.problem.clone()?;
    Some(ProblemView { id: field.id.clone(), title: field.title, words })
}

fn input<'a>(page: &Ask<'a>, attribute: &'a Attribute, language: Language) -> FieldView<'a> {
    let kind = page.asked.identifies(&attribute.name);
    let tried = page.tried;
    let typed = tried.map(|tried| tried.typed(&attribute.name)).unwrap_or_default();
    let problem = tried.and_then(|tried| tried.problem(&attribute.name));
    FieldView {
        id: field(&attribute.name),
        title: translated(attribute.title.as_str(), language),
        hint: attribute.description.as_ref().map(|description| translated(description.as_str(), language)),
        required: attribute.required,
        typed,
        problem: problem.map(|problem| problem.words(attribute, kind, language)),
        input: match &attribute.values {
            Values::Text { email: true, .. } => Input::Line { mode: "email", autocomplete: "email", capitals: "none" },
            Values::Text { .. } if kind.is_some() => {
                Input::Line { mode: "text", autocomplete: "off", capitals: "characters" }
            }
            Values::Text { .. } => Input::Line { mode: "text", autocomplete: "off", capitals: "sentences" },
            Values::Whole { least, .. } if least.is_some_and(|least| least >= 0) => {
                Input::Line { mode: "numeric", autocomplete: "off", capitals: "none" }
            }
            Values::Number { least, .. } if least.is_some_and(|least| least >= 0.0) => {
                Input::Line { mode: "decimal", autocomplete: "off", capitals: "none" }
            }
            // The keyboards for numbers of some telephones have no minus.
            Values::Whole { .. } | Values::Number { .. } => {
                Input::Line { mode: "text", autocomplete: "off", capitals: "none" }
            }
            Values::Words(words) => {
                let words = words.iter().map(|word| (word.as_str(), translated(word.as_str(), language)));
                let few = words.len() <= MAX_RADIOS;
                let choices = choices(attribute, words, typed, few, language);
                if few { Input::Radios(choices) } else { Input::Select(choices) }
            }
            Values::Truth => {
                let texts = &crate::texts::Texts::of(language).fields;
                let answers = [(YES, texts.yes), (NO, texts.no)].into_iter();
                Input::Radios(choices(attribute, answers, typed, true, language))
            }
        },
    }
}

/// One of a few that need not be chosen can be left open again.
fn choices<'a>(
    attribute: &Attribute,
    values: impl Iterator<Item = (&'a str, &'a str)>,
    typed: &str,
    few: bool,
    language: Language,
) -> Vec<Choice<'a>> {
    let open = (few && !attribute.required).then(|| ("", crate::texts::Texts::of(language).fields.no_answer));
    let all = values.chain(open).enumerate();
    let choice = |(index, (value, label))| Choice {
        // What is wrong leads to the first of them.
        id: if index == 0 { field(&attribute.name) } else { format!("{}-{index}", field(&attribute.name)) },
        value,
        label,
        chosen: !(attribute.required && typed.is_empty()) && value == typed,
    };
    all.map(choice).collect()
}
