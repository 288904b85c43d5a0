//! The pages as HTML.

mod ask;
mod notice;
mod withdrawal;

use askama::Template;

use crate::{
    Device, Language, Page,
    origin::linkable,
    page::{AskWithdrawal, Asker, Onward},
    texts::{AskTexts, Texts, filled, translated},
};

/// The one style of all pages.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

/// The page as HTML.
pub(crate) fn html(page: &Page<'_>, language: Language) -> askama::Result<String> {
    let html = match page {
        Page::Ask(asked) => ask::of(asked, frame(page, language)).render(),
        Page::AskWithdrawal(AskWithdrawal { asker, device }) => {
            withdrawal::of(asker, device, frame(page, language)).render()
        }
        _ => notice::of(page, frame(page, language)).render(),
    }?;
    Ok(if html.contains(is_unfit) { html.replace(is_unfit, " ") } else { html })
}

/// Whether a character is an error wherever it stands in HTML (13.2.3.5): controls and noncharacters. What somebody
/// wrote for an identifier may have some, which are no part of it.
fn is_unfit(c: char) -> bool {
    let code = u32::from(c);
    (c.is_control() && c != '\n') || code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code)
}

/// What stands around every page.
struct Frame<'a> {
    language: Language,
    texts: &'static Texts,
    title: String,
    asker: Option<&'a str>,
    is_visited: bool,
    /// Where the browser goes by itself.
    onward: Option<&'a str>,
    style: &'static str,
}

impl Frame<'_> {
    /// With its title: what the page is about, and who asks, once.
    fn titled(self, heading: &str) -> Self {
        let title = match self.asker {
            Some(name) if !heading.contains(name) => format!("{heading} – {name}"),
            _ => heading.to_owned(),
        };
        Self { title, ..self }
    }
}

fn frame<'a>(page: &Page<'a>, language: Language) -> Frame<'a> {
    Frame {
        language,
        texts: Texts::of(language),
        title: String::new(),
        asker: page.asker().map(|asker| asker.name()),
        is_visited: page.is_visited(),
        onward: match page {
            Page::Onward(Onward { address, .. }) => linkable(address),
            _ => None,
        },
        style: STYLE,
    }
}

/// A text with a name in it, which is kept apart from the direction of writing around it.
struct Line<'a> {
    before: &'static str,
    name: Option<&'a str>,
    after: &'static str,
}

impl<'a> Line<'a> {
    /// The text with `name` at its one place, if it has one.
    fn of(text: &'static str, name: &'a str) -> Self {
        let parts = text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)));
        match parts {
            Some((before, after)) => Self { before, name: Some(name), after },
            None => Self::plain(text),
        }
    }

    /// The text as it is.
    const fn plain(text: &'static str) -> Self {
        Self { before: text, name: None, after: "" }
    }
}

/// A device, in words.
struct DeviceView<'a> {
    labels: &'static AskTexts,
    kind: &'static str,
    maker: &'static str,
    manufacturer: &'a str,
    model: Option<&'a str>,
    id: Option<IdView<'a>>,
}

struct IdView<'a> {
    title: &'a str,
    written: &'a str,
    /// Unless it is written so.
    settled: Option<Line<'a>>,
}

impl<'a> DeviceView<'a> {
    fn of(device: &Device<'a>, language: Language) -> Self {
        let texts = Texts::of(language);
        let is_meter = matches!(device.entity_type, wattbook_domain::catalogue::EntityType::SmartMeter);
        let id = device.id.map(|id| IdView {
            title: translated(id.title, language),
            written: id.written,
            settled: (id.written != id.settled).then(|| Line::of(texts.ask.read_as, id.settled)),
        });
        Self {
            labels: &texts.ask,
            kind: texts.types.of(device.entity_type).name,
            maker: if is_meter { texts.ask.reached_by } else { texts.ask.manufacturer },
            manufacturer: translated(device.manufacturer, language),
            model: device.model,
            id,
        }
    }
}

/// A text with the name of who asks, for where there is no markup.
fn plain(text: &str, asker: Option<&Asker<'_>>) -> String {
    let name = asker.map(Asker::name).unwrap_or_default();
    filled(text, &[("name", &name)])
}
