//! A row in COPY's text format: columns with tabs between, a line break at the end.
//! <https://www.postgresql.org/docs/current/sql-copy.html>

use std::fmt::{Display, Write};

use chrono::{DateTime, Utc};

/// Writes the columns of one row after another.
#[derive(Default)]
pub struct RowWriter {
    buffer: String,
    is_in_row: bool,
}

impl RowWriter {
    /// What was written so far.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.as_bytes()
    }

    pub(super) fn clear(&mut self) {
        self.buffer.clear();
    }

    pub(super) fn end_row(&mut self) {
        self.buffer.push('\n');
        self.is_in_row = false;
    }

    fn begin_column(&mut self) {
        if self.is_in_row {
            self.buffer.push('\t');
        }
        self.is_in_row = true;
    }

    /// A value whose text holds nothing to escape: a number, a truth value, an id, a word of ours.
    pub fn plain(&mut self, value: impl Display) -> &mut Self {
        self.begin_column();
        // Writing to a string cannot fail.
        let _ = write!(self.buffer, "{value}");
        self
    }

    /// Text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.begin_column();
        self.escaped(text);
        self
    }

    /// A moment.
    pub fn time(&mut self, at: DateTime<Utc>) -> &mut Self {
        self.plain(at.format("%Y-%m-%d %H:%M:%S%.6f+00"))
    }

    /// A list of texts.
    pub fn texts(&mut self, texts: &[String]) -> &mut Self {
        self.begin_column();
        self.buffer.push('{');
        for (nth, text) in texts.iter().enumerate() {
            self.buffer.push_str(if nth == 0 { "\"" } else { ",\"" });
            // First as an element of an array, then as a part of a column.
            self.escaped(&text.replace('\\', "\\\\").replace('"', "\\\""));
            self.buffer.push('"');
        }
        self.buffer.push('}');
        self
    }

    /// A value, or NULL.
    pub fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        match value {
            Some(value) => write(self, value),
            None => self.plain("\\N"),
        }
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\\' => self.buffer.push_str("\\\\"),
                '\t' => self.buffer.push_str("\\t"),
                '\n' => self.buffer.push_str("\\n"),
                '\r' => self.buffer.push_str("\\r"),
                c => self.buffer.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_people_write_stays_in_its_column() {
        let mut row = RowWriter::default();
        row.text("a\tb\\N\r\n").plain(-7).maybe(None::<&str>, RowWriter::text).maybe(Some("\\N"), RowWriter::text);
        row.end_row();
        row.texts(&["x".to_owned(), "q\"\\\n,}".to_owned()]).texts(&[]);
        row.time(DateTime::UNIX_EPOCH);
        row.end_row();
        let lines = "a\\tb\\\\N\\r\\n\t-7\t\\N\t\\\\N\n\
                     {\"x\",\"q\\\\\"\\\\\\\\\\n,}\"}\t{}\t1970-01-01 00:00:00.000000+00\n";
        assert_eq!(std::str::from_utf8(row.bytes()).unwrap(), lines);
    }
}
