//! What can be learnt from signing in with wrong passwords.
//!
//! Half of the names exist and half do not, and they are tried in turn, each as often as it is answered without a wait. A
//! stopwatch tells the two apart as well as the area under the curve says: 0.5 is a guess, 1 is certainty.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use wattbook_local::{Bundle, InvokeError, LocalError, Options};

use crate::{
    event::{self, Silent},
    sample::{Sample, SampleError},
    workspace::Workspace,
};

const AUTHORIZE: &str = "authorize-person";
const ADMINISTER: &str = "administer-users";

/// How often a name is tried before it has to wait.
const FREE: usize = 5;
/// How many names are tried from one address: less than an address may try.
const NAMES_OF_AN_ADDRESS: usize = 10;
/// How often the right password is shown.
const RIGHT: usize = 50;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordsError {
    /// The bundle does not start.
    #[error("the local bundle does not start")]
    Bundle(#[from] LocalError),
    /// The sample event is not usable.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A function gave no answer.
    #[error("a function gave no answer")]
    NoAnswer(#[from] InvokeError),
    /// A user was made without a password.
    #[error(transparent)]
    Silent(#[from] Silent),
    /// Somebody is answered otherwise than the others.
    #[error("{what} is answered {answer}")]
    Otherwise {
        /// Who.
        what: &'static str,
        /// With what.
        answer: Value,
    },
    /// The report cannot be written.
    #[error("the report cannot be written")]
    Report(#[from] io::Error),
}

struct Measured {
    bundle: Bundle,
    event: Value,
}

impl Measured {
    /// What showing a password comes to, and how long that takes.
    async fn shown(&self, name: &str, password: &str, address: usize) -> Result<(Value, Duration), PasswordsError> {
        let mut event = self.event.clone();
        event::show(&mut event, &format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}"))));
        let [.., high, middle, low] = address.to_be_bytes();
        event::set(&mut event, "/requestContext/http/sourceIp", &format!("10.{high}.{middle}.{low}"));
        let began = Instant::now();
        let answer = self.bundle.invoke(AUTHORIZE, &event).await?;
        Ok((answer, began.elapsed()))
    }

    /// A user of the demo organisation; his password.
    async fn user(&self, name: &str) -> Result<String, PasswordsError> {
        let event = json!({
            "action": "create-user", "organisation_id": self.bundle.demo().organisation_id, "email": name,
            "first_name": "Sam", "last_name": "Staff", "roles": ["Staff"],
        });
        Ok(event::member(ADMINISTER, &self.bundle.invoke(ADMINISTER, &event).await?, "password")?)
    }
}

/// Tries `tries` wrong passwords, and prints what they tell.
///
/// # Errors
/// A name that exists is answered otherwise than one that does not, a name that was not tried has to wait, or one that was
/// tried has not.
pub(crate) async fn measure(out: &mut impl Write, workspace: &Workspace, tries: usize) -> Result<(), PasswordsError> {
    let event = Sample::read(&workspace.event(AUTHORIZE))?.event;
    let measured = Measured { bundle: Bundle::start(Options::default()).await?, event };
    let names = tries.div_ceil(2 * FREE);
    for n in 0..names {
        measured.user(&known(n)).await?;
    }
    let (other, last) = ("bystander@example.com", known(names.saturating_sub(1)));
    let right = measured.user(other).await?;
    eprintln!("{names} users made");
    let (mut of_known, mut of_unknown) = (Vec::new(), Vec::new());
    let (refused, _) = measured.shown("nobody@example.com", "wrong", 0).await?;
    for n in 0..names {
        let address = 1 + n / NAMES_OF_AN_ADDRESS;
        for turn in 0..FREE {
            let both = [(known(n), &mut of_known), (format!("stranger-{n}@example.com"), &mut of_unknown)];
            // Each comes first as often as the other.
            let both: Vec<_> = if turn % 2 == 0 { both.into() } else { both.into_iter().rev().collect() };
            for (name, times) in both {
                let (answer, time) = measured.shown(&name, "a wrong password", address).await?;
                if answer != refused {
                    return Err(PasswordsError::Otherwise { what: "a wrong password", answer });
                }
                times.push(time.as_secs_f64());
            }
        }
    }
    let mut of_right = Vec::new();
    for _ in 0..RIGHT {
        let (answer, time) = measured.shown(other, &right, 0).await?;
        if answer == refused {
            return Err(PasswordsError::Otherwise { what: "the right password of somebody else", answer });
        }
        of_right.push(time.as_secs_f64());
    }
    // Where nobody may try at all, nothing is hashed.
    let mut of_waiting = Vec::new();
    for _ in 0..RIGHT {
        let (answer, time) = measured.shown(&last, "a wrong password", 0).await?;
        if answer == refused {
            return Err(PasswordsError::Otherwise { what: "a name that has been tried too often", answer });
        }
        of_waiting.push(time.as_secs_f64());
    }
    let told = area(&of_known, &of_unknown);
    writeln!(out, "{:<44}{:>8}{:>12}{:>12}{:>12}", "", "tries", "median ms", "p90 ms", "× unknown")?;
    let unknown = quantile(&of_unknown, 0.5);
    for (what, times) in [
        ("wrong password, name that exists", &of_known),
        ("wrong password, name that does not", &of_unknown),
        ("right password", &of_right),
        ("name that has to wait", &of_waiting),
    ] {
        let (median, high) = (quantile(times, 0.5), quantile(times, 0.9));
        let (count, ratio) = (times.len(), median / unknown);
        writeln!(out, "{what:<44}{count:>8}{:>12.2}{:>12.2}{ratio:>12.3}", median * 1e3, high * 1e3)?;
    }
    writeln!(out, "a stopwatch tells a name that exists from one that does not: {told:.3} (a guess is 0.5)")?;
    measured.bundle.stop().await;
    Ok(())
}

fn known(n: usize) -> String {
    format!("known-{n}@example.com")
}

/// The value below which that share of all lies.
fn quantile(times: &[f64], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few")]
    let place = (sorted.len().saturating_sub(1) as f64 * share) as usize;
    sorted.get(place).copied().unwrap_or_default()
}

/// How likely one of `some` is greater than one of `others`, ties counting half.
fn area(some: &[f64], others: &[f64]) -> f64 {
    let mut all: Vec<_> = some.iter().map(|&it| (it, true)).chain(others.iter().map(|&it| (it, false))).collect();
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let ranks: f64 =
        all.iter().enumerate().filter(|(_, (_, is_of_some))| *is_of_some).map(|(at, _)| at as f64 + 1.0).sum();
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let (some, others) = (some.len() as f64, others.len() as f64);
    (ranks - some * (some + 1.0) / 2.0) / (some * others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_is_a_guess_and_what_is_apart_is_certain() {
        let near = |value: f64, expected: f64| (value - expected).abs() < 1e-9;
        assert!(near(area(&[1.0, 4.0], &[2.0, 3.0]), 0.5));
        assert!(near(area(&[3.0, 4.0], &[1.0, 2.0]), 1.0));
        assert!(near(quantile(&[3.0, 1.0, 2.0], 0.5), 2.0));
    }
}
