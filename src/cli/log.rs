//! The log, on standard error, and traces, if they are sent somewhere. They are for operators, and hold nothing of what people
//! write, who they are and where.

use std::{
    error::Error,
    io::{IsTerminal, stderr},
    panic::{PanicHookInfo, set_hook},
};

use tracing::Level;
use tracing_subscriber::{EnvFilter, Layer, filter::Targets, fmt, prelude::*};

use crate::{
    config::Config,
    traces::{self, Traces},
};

/// Begins them.
pub(super) fn begin(config: &Config) -> Result<Option<Traces>, Box<dyn Error>> {
    let (traces, spans) = config.otlp_endpoint.as_deref().map(traces::begin).transpose()?.unzip();
    let lines = fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
    let lines = if config.log_json { lines.json().boxed() } else { lines.boxed() };
    let lines = lines.with_filter(ours()).with_filter(EnvFilter::new(&config.log));
    tracing_subscriber::registry().with(spans).with(lines).init();
    set_hook(Box::new(tell));
    Ok(traces)
}

/// Whatever the setting asks for: what the libraries for HTTP, GraphQL and the database say at their lower levels may show
/// the bytes that they carry, and is not ours to decide.
fn ours() -> Targets {
    let ours = Targets::new().with_default(Level::INFO).with_target("sojorn", Level::TRACE);
    // What a trigger of somebody's notes may be what it is about.
    ours.with_target("sqlx::postgres::notice", Level::ERROR)
}

/// A panic is told by its place. What it says may quote what was worked on: that a character is not at an index of a
/// text, and the text.
fn tell(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    tracing::error!(place, "a fault of ours: a panic");
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        panic::{catch_unwind, take_hook},
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is logged meanwhile.
    fn logged(act: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = fmt::layer().with_ansi(false).with_writer(move || writer.clone()).with_filter(ours());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), act);
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_panic_is_told_without_what_it_says() {
        let before = take_hook();
        let log = logged(|| {
            set_hook(Box::new(tell));
            let secret = "é, a text of somebody's";
            assert!(catch_unwind(|| secret[1..].len()).is_err());
        });
        set_hook(before);
        assert!(log.contains("a panic") && log.contains("src/cli/log.rs:"), "{log}");
        assert!(!log.contains("somebody"), "{log}");
    }

    #[test]
    fn of_other_crates_no_details_are_told() {
        let log = logged(|| {
            tracing::trace!(target: "sojorn::http", "ours");
            tracing::info!(target: "hyper::proto", "theirs, for operators");
            tracing::info!(target: "sqlx::postgres::notice", "bytes of a row");
            tracing::debug!(target: "hyper::proto", "their details");
            tracing::trace!(target: "sqlx::query", "their bytes");
        });
        assert!(log.contains("ours") && log.contains("for operators"), "{log}");
        assert!(!log.contains("details") && !log.contains("bytes"), "{log}");
    }
}
