//! Pages that tell how things are.

use askama::Template;

use super::{Frame, Line};
use crate::{
    Page, Refusal,
    origin::linkable,
    page::{Asker, Ended, Onward, Outcome},
    texts::{Notice, Texts},
};

#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct NoticeTemplate<'a> {
    frame: Frame<'a>,
    tone: &'static str,
    heading: &'static str,
    paragraphs: Vec<Line<'a>>,
    links: Vec<LinkView<'a>>,
}

struct LinkView<'a> {
    about: Option<&'static str>,
    address: &'a str,
    text: Line<'a>,
    class: &'static str,
}

/// What is told.
struct Told<'a> {
    tone: &'static str,
    heading: &'static str,
    paragraphs: Vec<Line<'a>>,
    links: Vec<LinkView<'a>>,
}

pub(super) fn of<'a>(page: &Page<'a>, frame: Frame<'a>) -> NoticeTemplate<'a> {
    let Told { tone, heading, paragraphs, links } = told(page, frame.texts);
    NoticeTemplate { frame: frame.titled(heading), tone, heading, paragraphs, links }
}

fn told<'a>(page: &Page<'a>, texts: &'static Texts) -> Told<'a> {
    match page {
        Page::Onward(Onward { name, address, .. }) => {
            let text = Line::of(texts.ended.go_on, name);
            let link = linkable(address).map(|address| LinkView { about: None, address, text, class: "button" });
            let told = Told::of(&texts.ended.onward, None);
            Told {
                paragraphs: vec![Line::of(texts.ended.onward.text, name)],
                links: link.into_iter().collect(),
                ..told
            }
        }
        Page::Waiting { asker } => {
            let link = LinkView {
                about: None,
                // The same address, without what else may stand in its query.
                address: "?",
                text: Line::plain(texts.ended.look_again),
                class: "button",
            };
            Told { links: vec![link], ..Told::of(&texts.ended.waiting, Some(asker)) }
        }
        Page::Ended(ended) => told_end(ended, texts),
        Page::AlreadyUsed { asker } => Told::of(&texts.links.used, None).then(whom_to_ask(asker.as_ref(), texts)),
        Page::Expired { asker } => Told::of(&texts.links.expired, None).then(whom_to_ask(asker.as_ref(), texts)),
        Page::Unknown => Told::of(&texts.links.unknown, None).then(whom_to_ask(None, texts)),
        Page::Withdrawn { asker } => Told::of(&texts.withdrawal.withdrawn, Some(asker)).toned("good"),
        Page::OtherBrowser => Told::of(&texts.links.other_browser, None),
        Page::Refused(refusal) => Told::of(refused(*refusal, texts), None),
        // They have templates of their own.
        Page::Ask(_) | Page::AskWithdrawal(_) => Told::of(&texts.refused.internal, None),
    }
}

impl<'a> Told<'a> {
    fn of(notice: &'static Notice, asker: Option<&Asker<'a>>) -> Self {
        let text = Line::of(notice.text, asker.map(Asker::name).unwrap_or_default());
        Self { tone: "plain", heading: notice.heading, paragraphs: vec![text], links: Vec::new() }
    }

    fn then(mut self, text: Line<'a>) -> Self {
        self.paragraphs.push(text);
        self
    }

    fn toned(self, tone: &'static str) -> Self {
        Self { tone, ..self }
    }
}

fn told_end<'a>(ended: &Ended<'a>, texts: &'static Texts) -> Told<'a> {
    let of = |notice| Told::of(notice, Some(&ended.asker));
    let name = ended.asker.name();
    let mut told = match ended.outcome {
        Outcome::Succeeded => of(&texts.ended.succeeded).toned("good"),
        Outcome::Declined => of(&texts.ended.declined),
        Outcome::Canceled => of(&texts.ended.canceled),
        Outcome::Failed { code } => {
            let why = Line::plain(texts.ended.failures.of(code));
            let paragraphs = vec![why, Line::of(texts.ended.new_link, name)];
            Told { tone: "bad", heading: texts.ended.failed, paragraphs, links: Vec::new() }
        }
    };
    let back = ended.return_to.and_then(linkable).map(|address| LinkView {
        about: None,
        address,
        text: Line::of(texts.ended.back, name),
        class: "button",
    });
    let withdrawal = ended.withdrawal.map(|address| LinkView {
        about: Some(texts.ended.may_withdraw),
        address,
        text: Line::plain(texts.ended.withdraw),
        class: "link",
    });
    told.links.extend(back.into_iter().chain(withdrawal));
    told
}

fn whom_to_ask<'a>(asker: Option<&Asker<'a>>, texts: &'static Texts) -> Line<'a> {
    match asker {
        Some(asker) => Line::of(texts.links.ask, asker.name()),
        None => Line::plain(texts.links.ask_sender),
    }
}

const fn refused(refusal: Refusal, texts: &'static Texts) -> &'static Notice {
    match refusal {
        Refusal::Unreadable => &texts.refused.unreadable,
        Refusal::Method { .. } => &texts.refused.method,
        Refusal::TooLarge => &texts.refused.too_large,
        Refusal::Internal => &texts.refused.internal,
        Refusal::Busy => &texts.refused.busy,
    }
}
