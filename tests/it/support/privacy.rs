//! What leaves the server besides its answers holds no address, no token, no text of anybody and no place. Every test
//! watches for that, whatever else it is about: all that the server logs, at any level, is looked at.
//!
//! The fields of spans are looked at when they are written, and the numbers when the server goes ([`Confidence`]).

use std::{
    collections::BTreeSet,
    fmt::{Debug, Write},
    sync::{Arc, Mutex, MutexGuard, Once, PoisonError},
};

use serde_json::Value;
use sojorn::metrics::Metrics;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::Context, prelude::*};
use uuid::Uuid;

/// What was told, and what must not be, by this process.
static KNOWN: Mutex<Known> = Mutex::new(Known::new());

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was told, and what must not be.
pub struct Known {
    /// What the log has said, with each number as 0: few different texts are left, however long a test is.
    told: Texts,
    /// What was sent in confidence, in the same way.
    secrets: Texts,
    faults: Vec<String>,
}

/// Different texts, in the order in which they came, and how many of them were compared with all others before.
struct Texts {
    all: Vec<String>,
    known: BTreeSet<String>,
    compared: usize,
}

impl Texts {
    const fn new() -> Self {
        Self { all: Vec::new(), known: BTreeSet::new(), compared: 0 }
    }

    fn add(&mut self, text: String) {
        if self.known.insert(text.clone()) {
            self.all.push(text);
        }
    }
}

impl Known {
    pub const fn new() -> Self {
        Self { told: Texts::new(), secrets: Texts::new(), faults: Vec::new() }
    }

    /// Remembers a text that nothing but answers may hold. Short ones are words that anybody may say.
    pub fn secret(&mut self, text: &str) {
        let text = without_numbers(text);
        if text.len() >= 10 {
            self.secrets.add(text);
        }
    }

    /// Looks at something that has left the server.
    pub fn look_at(&mut self, text: &str) {
        if let Some(what) = gives_away(text) {
            self.faults.push(format!("{what} in: {text}"));
        }
        self.told.add(without_numbers(text));
    }

    /// What was told and must not be, since the last time.
    pub fn faults(&mut self) -> Vec<String> {
        let Self { told, secrets, faults } = self;
        for (index, text) in told.all.iter().enumerate() {
            let new = if index < told.compared { secrets.compared } else { 0 };
            let found = secrets.all[new..].iter().filter(|secret| text.contains(secret.as_str()));
            faults.extend(found.map(|secret| format!("{secret:?} in: {text}")));
        }
        (told.compared, secrets.compared) = (told.all.len(), secrets.all.len());
        std::mem::take(faults)
    }

    /// Whether something was told that has this in it.
    pub fn has_heard(&self, part: &str) -> bool {
        self.told.all.iter().any(|text| text.contains(part))
    }
}

/// Watches all that is logged from now on. What the server warns of is shown when a test fails.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let shown = fmt::layer().with_test_writer().with_filter(EnvFilter::new("warn"));
        let watched = Watch.with_filter(EnvFilter::new("info,sojorn=trace"));
        tracing_subscriber::registry().with(shown).with(watched).init();
    });
}

/// Remembers a text that nothing but answers may hold.
pub fn secret(text: &str) {
    known().secret(text);
}

/// Remembers every text in the body of a request.
pub fn sent_as(body: &Value) {
    match body {
        Value::Array(items) => items.iter().for_each(sent_as),
        body => sent(body["query"].as_str().unwrap_or_default(), &body["variables"]),
    }
}

/// Remembers every text in an operation.
pub fn sent(query: &str, variables: &Value) {
    for text in query.split('"').skip(1).step_by(2) {
        secret(text);
    }
    match variables {
        Value::String(text) => secret(text),
        Value::Array(items) => items.iter().for_each(|item| sent("", item)),
        Value::Object(fields) => fields.values().for_each(|field| sent("", field)),
        _ => {}
    }
}

/// Looks at something that has left the server.
pub fn look_at(text: &str) {
    known().look_at(text);
}

/// Whether the log has said something that has this in it.
pub fn has_heard(part: &str) -> bool {
    known().has_heard(part)
}

/// That nothing was told that must not be.
#[track_caller]
pub fn nothing_is_told() {
    let faults = known().faults();
    // A test that has failed already says why.
    assert!(
        faults.is_empty() || std::thread::panicking(),
        "what was sent in confidence is told:\n{}",
        faults.join("\n")
    );
}

/// [`nothing_is_told`], when this is dropped: not by these numbers either.
pub struct Confidence(pub Arc<Metrics>);

impl Drop for Confidence {
    fn drop(&mut self) {
        for line in self.0.text().lines() {
            look_at(labels(line));
        }
        nothing_is_told();
    }
}

/// A line of the numbers without what is a number: its value, and the bounds of buckets.
pub fn labels(line: &str) -> &str {
    if line.contains("le=\"") { "" } else { line.rsplit_once(' ').map_or(line, |(series, _)| series) }
}

/// Each number as 0, and each id.
fn without_numbers(text: &str) -> String {
    let is_digit = |c: &char| c.is_ascii_hexdigit();
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.get(..36).is_some_and(|id| Uuid::try_parse(id).is_ok()) {
            plain.push('0');
            rest = &rest[36..];
            continue;
        }
        let run: String = rest.chars().take_while(is_digit).collect();
        if run.chars().any(|c| c.is_ascii_digit()) {
            plain.push('0');
            rest = &rest[run.len()..];
        } else {
            let end = run.len().max(first.len_utf8());
            plain.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    plain
}

/// What a text gives away by its look, whoever wrote it.
pub fn gives_away(text: &str) -> Option<&'static str> {
    let is_of_address = |c: char| c.is_alphanumeric() || "._+-".contains(c);
    let address = text.match_indices('@').any(|(at, _)| {
        let host: String = text[at + 1..].chars().take_while(|c| is_of_address(*c)).collect();
        text[..at].ends_with(is_of_address) && host.trim_matches('.').contains('.')
    });
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let token = text.split(|c| !is_of_token(c)).any(|word| {
        let has = |is: fn(&char) -> bool| word.chars().any(|c| is(&c));
        let is_mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
        word.starts_with("eyJ") || (word.len() >= 40 && is_mixed)
    });
    // Three digits behind a point are a hundred metres, unless they say how long something took.
    let timeless: String = text.split_inclusive(' ').filter(|word| !word.contains("_secs=")).collect();
    let number = timeless.split(|c: char| !c.is_ascii_digit() && c != '.').any(|word| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        word.split_once('.').is_some_and(|(whole, part)| digits(whole) && digits(part) && part.len() >= 3)
    });
    let lower = text.to_lowercase();
    let place = ["latitude", "longitude", "point("].iter().any(|word| lower.contains(word));
    [(address, "an address"), (token, "a token"), (number, "a number like those of a place"), (place, "a place")]
        .into_iter()
        .find_map(|(is_there, what)| is_there.then_some(what))
}

/// The part of the log that looks at it.
struct Watch;

impl<S: Subscriber> Layer<S> for Watch {
    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut text = Said::default();
        span.record(&mut text);
        look_at(&text.0);
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut text = Said::default();
        values.record(&mut text);
        look_at(&text.0);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Said::default();
        event.record(&mut text);
        look_at(&text.0);
    }
}

/// The fields of a line of the log.
#[derive(Default)]
struct Said(String);

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}
