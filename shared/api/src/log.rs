//! Logging: one JSON line per request, on standard output, where Lambda picks it up.
//!
//! Never logged, at any level: keys, tokens, passwords, e-mails, names, addresses, bodies, queries.
//! Identifiers are fields; a unit is part of a field's name. Libraries are held at warnings, because
//! at lower levels some of them write whole requests.

use tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::FilterFn, layer::SubscriberExt, util::SubscriberInitExt};

use crate::Environment;

/// The level that `LOG_LEVEL` asks for; `info` where it is absent or not understood.
#[must_use]
pub fn level(environment: &Environment) -> Level {
    environment.get("LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(Level::INFO)
}

/// Lets through our own events up to `level` and warnings of everybody else.
#[must_use]
pub fn filter<S>(level: Level) -> impl tracing_subscriber::layer::Filter<S> {
    FilterFn::new(move |metadata| {
        let ceiling = if metadata.target().starts_with("wattbook") { level } else { Level::WARN };
        *metadata.level() <= ceiling
    })
    .with_max_level_hint(LevelFilter::from_level(level.max(Level::WARN)))
}

/// Starts logging to standard output. A second call changes nothing.
pub fn to_stdout(environment: &Environment) {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_filter(filter(level(environment)));
    let _ = tracing_subscriber::registry().with(lines).try_init();
}

/// An error with its causes, in one line.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
