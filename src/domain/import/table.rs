//! Reading a CSV file row by row: which column is which, and which line is which.

use std::io::{Chain, Read};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};

use super::{ImportError, error::shown};

/// The columns that a file may have, in any order.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// Those that it must have.
    pub(super) required: &'static [&'static str],
    /// Those that read as empty when they are missing.
    pub(super) optional: &'static [&'static str],
    /// Optional ones that mean nothing without another.
    pub(super) dependent: &'static [(&'static str, &'static str)],
}

/// What is read after each file. It ends a last line that has no end, and is a record of its own unless a quotation mark
/// was left open.
const END: &[u8] = b"\n\0\n";

/// A file under way.
pub(super) struct CsvTable {
    name: String,
    reader: Reader<Chain<Box<dyn Read + Send>, &'static [u8]>>,
    record: ByteRecord,
    line: u64,
    width: usize,
    /// Where in a row each column of the layout stands.
    columns: Vec<(&'static str, usize)>,
}

impl CsvTable {
    /// Reads the header.
    pub(super) fn new(name: String, text: Box<dyn Read + Send>, layout: Layout) -> Result<Self, ImportError> {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            // Told by ourselves, in our words.
            .flexible(true)
            // By itself the crate counts the lines of files with CRLF one short; the CR is taken off below.
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(64 * 1024)
            .from_reader(text.chain(END));
        let mut table = Self { name, reader, record: ByteRecord::new(), line: 1, width: 0, columns: Vec::new() };
        if !table.advance()? {
            let problem = "is empty: the first line names the columns".to_owned();
            return Err(ImportError::File { file: table.name, problem });
        }
        table.width = table.record.len();
        table.columns = table.header(layout)?;
        Ok(table)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The next row, if there is one.
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, ImportError> {
        if !self.advance()? {
            return Ok(None);
        }
        if self.record.len() != self.width {
            let problem = format!("has {} columns, and the header {}", self.record.len(), self.width);
            return Err(self.problem(&problem));
        }
        Ok(Some(Row { table: self }))
    }

    /// Reads the next record that is not a blank line.
    fn advance(&mut self) -> Result<bool, ImportError> {
        while self.read()? {
            // The reader stands behind the line break that ends the record. What it calls the record's own position may
            // be that of a blank line before it.
            let breaks: u64 = self.record.as_slice().iter().map(|byte| u64::from(*byte == b'\n')).sum();
            self.line = self.reader.position().line() - breaks - 1;
            let last = &self.record[self.record.len() - 1];
            if last.ends_with(END) {
                self.line += 1;
                return Err(self.problem("a quotation mark that opens here is never closed"));
            }
            if self.record.len() > 1 || !matches!(last, b"\r" | b"" | b"\0") {
                return Ok(true);
            }
            // Were it not the end, a file could hide its rows behind it.
            if last == b"\0" {
                return if self.read()? { Err(self.problem("holds a NUL character")) } else { Ok(false) };
            }
        }
        Ok(false)
    }

    fn read(&mut self) -> Result<bool, ImportError> {
        self.reader.read_byte_record(&mut self.record).map_err(|error| {
            let problem = format!("cannot be read beyond line {}: {error}", self.line);
            ImportError::File { file: self.name.clone(), problem }
        })
    }

    fn header(&self, layout: Layout) -> Result<Vec<(&'static str, usize)>, ImportError> {
        let mut found: Vec<(&'static str, usize)> = Vec::new();
        let mut unknown = Vec::new();
        for at in 0..self.width {
            let name = String::from_utf8_lossy(self.bytes(at));
            match layout.required.iter().chain(layout.optional).find(|column| **column == name) {
                None => unknown.push(shown(&name)),
                Some(column) if found.iter().any(|(known, _)| known == column) => {
                    return Err(self.problem(&format!("the column \"{column}\" is there twice")));
                }
                Some(column) => found.push((column, at)),
            }
        }
        if !unknown.is_empty() {
            let known: Vec<_> = layout.required.iter().chain(layout.optional).copied().collect();
            let (unknown, known) = (unknown.join(", "), known.join(", "));
            return Err(self.problem(&format!("unknown columns: {unknown}. The columns are {known}")));
        }
        let missing = |column: &&&str| !found.iter().any(|(known, _)| known == *column);
        let missing: Vec<_> = layout.required.iter().filter(missing).map(|column| format!("\"{column}\"")).collect();
        if !missing.is_empty() {
            return Err(self.problem(&format!("missing columns: {}", missing.join(", "))));
        }
        let has = |column: &str| found.iter().any(|(known, _)| *known == column);
        if let Some((column, other)) = layout.dependent.iter().find(|(column, other)| has(column) && !has(other)) {
            return Err(self.problem(&format!("the column \"{column}\" needs the column \"{other}\"")));
        }
        Ok(found)
    }

    /// A cell of the current record.
    fn bytes(&self, at: usize) -> &[u8] {
        let bytes = &self.record[at];
        if at + 1 == self.record.len() { bytes.strip_suffix(b"\r").unwrap_or(bytes) } else { bytes }
    }

    fn problem(&self, problem: &str) -> ImportError {
        ImportError::Line { file: self.name.clone(), line: self.line, problem: problem.to_owned() }
    }
}

/// A row of a file.
pub(super) struct Row<'t> {
    table: &'t CsvTable,
}

impl<'t> Row<'t> {
    pub(super) fn file(&self) -> &'t str {
        &self.table.name
    }

    /// Which line it begins in.
    pub(super) fn line(&self) -> u64 {
        self.table.line
    }

    /// Whether the file has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.table.columns.iter().any(|(name, _)| *name == column)
    }

    /// The value of a column, as `parse` understands it; the sentence that it answers otherwise becomes the error.
    pub(super) fn get<T>(
        &self,
        column: &str,
        parse: impl FnOnce(&'t str) -> Result<T, String>,
    ) -> Result<T, ImportError> {
        parse(self.text(column)?).map_err(|problem| self.wrong(column, problem))
    }

    /// As [`Row::get`], for a column that may be missing or empty.
    pub(super) fn find<T>(
        &self,
        column: &str,
        parse: impl FnOnce(&'t str) -> Result<T, String>,
    ) -> Result<Option<T>, ImportError> {
        if self.text(column)?.is_empty() { Ok(None) } else { self.get(column, parse).map(Some) }
    }

    /// The error that this column is wrong.
    pub(super) fn wrong(&self, column: &str, problem: impl Into<String>) -> ImportError {
        let (file, column) = (self.table.name.clone(), column.to_owned());
        ImportError::Cell { file, line: self.table.line, column, problem: problem.into() }
    }

    fn text(&self, column: &str) -> Result<&'t str, ImportError> {
        let Some((_, at)) = self.table.columns.iter().find(|(name, _)| *name == column) else { return Ok("") };
        let bytes = self.table.bytes(*at);
        if bytes.contains(&0) {
            return Err(self.wrong(column, "holds a NUL character"));
        }
        std::str::from_utf8(bytes).map_err(|_| self.wrong(column, "is not UTF-8 text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout = Layout { required: &["a", "b"], optional: &["c", "d"], dependent: &[("d", "c")] };

    fn open(text: &str) -> Result<CsvTable, ImportError> {
        CsvTable::new("x.csv".to_owned(), Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), LAYOUT)
    }

    fn read(text: &str) -> Vec<(u64, String)> {
        let mut table = open(text).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = table.next_row().unwrap() {
            rows.push((row.line(), row.get("b", |text| Ok(text.to_owned())).unwrap()));
        }
        rows
    }

    fn error(text: &str) -> String {
        let mut table = match open(text) {
            Ok(table) => table,
            Err(error) => return error.to_string(),
        };
        loop {
            match table.next_row().map(|row| row.map(|row| row.get("b", |_| Ok(())))) {
                Ok(None) => panic!("no error in {text:?}"),
                Ok(Some(Err(error))) | Err(error) => return error.to_string(),
                Ok(Some(Ok(()))) => {}
            }
        }
    }

    #[test]
    fn lines_are_numbered_as_an_editor_numbers_them() {
        let rows = |rows: &[(u64, &str)]| rows.iter().map(|(line, b)| (*line, (*b).to_owned())).collect::<Vec<_>>();
        assert_eq!(read("a,b\n1,2\n3,4\n"), rows(&[(2, "2"), (3, "4")]));
        assert_eq!(read("a,b\n1,2\n3,4"), rows(&[(2, "2"), (3, "4")]));
        assert_eq!(read("\u{feff}a,b\r\n1,2\r\n\r\n3,4\r\n"), rows(&[(2, "2"), (4, "4")]));
        assert_eq!(read("a,b\n\n\n1,2\n\n"), rows(&[(4, "2")]));
        assert_eq!(
            read("a,b\n1,\"two\nlines\n\"\n3,\"\"\"4\"\"\"\n5,6"),
            rows(&[(2, "two\nlines\n"), (5, "\"4\""), (6, "6")])
        );
        assert_eq!(read("a,b\r\n1,\"2\r\n3\"\r\n4,\"5\"\r\n"), rows(&[(2, "2\r\n3"), (4, "5")]));
        assert_eq!(read("b,c,a\n1,2,3\n"), rows(&[(2, "1")]));
    }

    #[test]
    fn what_is_not_a_row_is_told_with_its_line() {
        assert_eq!(error(""), "x.csv: is empty: the first line names the columns");
        assert_eq!(
            error("a,b,e,\"f\n\"\n"),
            "x.csv: line 1: unknown columns: \"e\", \"f\\n\". The columns are a, b, c, d"
        );
        assert_eq!(error("b,b,a\n"), "x.csv: line 1: the column \"b\" is there twice");
        assert_eq!(error("a,b,d\n"), "x.csv: line 1: the column \"d\" needs the column \"c\"");
        assert_eq!(error("c\n"), "x.csv: line 1: missing columns: \"a\", \"b\"");
        assert_eq!(error("a,b\n1,2\n3\n"), "x.csv: line 3: has 1 columns, and the header 2");
        assert_eq!(error("a,b\n1,\"2\n\n3,4\n"), "x.csv: line 2: a quotation mark that opens here is never closed");
        assert_eq!(error("a,b\n1,2\n\0\n3,4\n"), "x.csv: line 3: holds a NUL character");
        assert_eq!(error("a,b\n1,2\n3,x\0\n"), "x.csv: line 3, column \"b\": holds a NUL character");
    }
}
