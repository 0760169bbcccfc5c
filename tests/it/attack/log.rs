//! What the server logs, all of it, on the thread of the test.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use super::{marks::MARK, model::Model};

#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>, Arc<AtomicUsize>);

impl Log {
    /// Begins to listen; as long as the guard lives.
    pub fn listen() -> (Self, DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_env_filter("info,sojorn=trace")
            .with_writer(log.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// How much was checked so far.
    pub fn bytes(&self) -> usize {
        self.1.load(Ordering::Relaxed)
    }

    /// That nothing of what people have written, and nobody's name, was logged since the last time.
    pub fn check(&self, model: &Model) -> Result<(), String> {
        let lines = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        self.1.fetch_add(lines.len(), Ordering::Relaxed);
        let handles = model.people.iter().filter_map(|person| person.handle.as_deref());
        match [MARK].into_iter().chain(handles).find_map(|word| lines.lines().find(|line| line.contains(word))) {
            Some(line) => Err(format!("the log tells: {line}")),
            None => Ok(()),
        }
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
