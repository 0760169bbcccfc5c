use super::{Table, files::Files};
use crate::store::{
    StoreError,
    import::{Fault, Misfit},
};

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file is missing, or cannot be read.
    #[error("{file}: {problem}")]
    File {
        /// Its name.
        file: String,
        /// A sentence.
        problem: String,
    },
    /// A line is not a row.
    #[error("{file}: line {line}: {problem}")]
    Line {
        /// The name of the file.
        file: String,
        /// Which line, from 1 for the header.
        line: u64,
        /// A sentence.
        problem: String,
    },
    /// A value is wrong.
    #[error("{file}: line {line}, column \"{column}\": {problem}")]
    Cell {
        /// The name of the file.
        file: String,
        /// Which line, from 1 for the header.
        line: u64,
        /// Which column.
        column: String,
        /// A sentence.
        problem: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The error for a row that does not fit to the others.
pub(super) fn misfit(files: &Files, fault: &Fault) -> ImportError {
    let Fault { table, line, column, misfit } = fault;
    let problem = match misfit {
        Misfit::Nobody(handle) => format!("{} is neither in profiles.csv nor in the database", shown(handle)),
        Misfit::NoPost(id) => format!("{} is the id of no row of {}", shown(id), files.name(Table::Posts)),
        Misfit::Beacon(id) => {
            let what = if *table == Table::Likes { "has no likes" } else { "has no replies" };
            format!("{} is a beacon, which {what}", shown(id))
        }
        Misfit::Circle => "whoever goes from parent to parent goes round in a circle".to_owned(),
        Misfit::Twice { first } => {
            let what = match table {
                Table::Profiles => "this handle",
                Table::Posts => "this id",
                Table::Follows | Table::Likes => "this pair",
            };
            format!("{what} is in line {first} already")
        }
    };
    ImportError::Cell { file: files.name(*table).to_owned(), line: *line, column: (*column).to_owned(), problem }
}

/// A value as it is shown in a message: in quotes, on one line, and not longer than a line.
pub(super) fn shown(value: &str) -> String {
    const LONGEST: usize = 40;
    let mut text: String = value.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if value.chars().nth(LONGEST).is_some() {
        text.push('…');
    }
    format!("\"{text}\"")
}
