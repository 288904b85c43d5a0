//! The page that asks whether consent is to be withdrawn.

use askama::Template;

use super::{DeviceView, Frame, Line};
use crate::{Device, page::Asker, texts::WithdrawalTexts};

#[derive(Template)]
#[template(path = "withdrawal.html")]
pub(super) struct WithdrawalTemplate<'a> {
    frame: Frame<'a>,
    texts: &'static WithdrawalTexts,
    what: Line<'a>,
    device: DeviceView<'a>,
}

pub(super) fn of<'a>(asker: &Asker<'a>, device: &Device<'a>, frame: Frame<'a>) -> WithdrawalTemplate<'a> {
    let texts = &frame.texts.withdrawal;
    WithdrawalTemplate {
        what: Line::of(texts.what, asker.name()),
        device: DeviceView::of(device, frame.language),
        texts,
        frame: frame.titled(texts.question),
    }
}
