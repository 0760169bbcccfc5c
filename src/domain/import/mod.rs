//! Importing a network from CSV files: people, who follows whom, posts, replies, beacons and likes. All or nothing, and
//! doing it again adds nothing. `docs/import.md` describes the files.
//!
//! Rows are known by what they say: a person by the handle, a follow by its two people, a post by author, time and text,
//! and by its `id` where the file has one. By the `id` alone it could not be, since two files may both call something 1.
//! Ids are hashes of just that. A row that is there already stays as it is.

mod cells;
mod error;
mod files;
mod follows;
mod likes;
mod posts;
mod profiles;
mod table;

use std::path::Path;

use uuid::Uuid;

pub use self::error::ImportError;
use self::{
    error::misfit,
    files::{BytesRead, Files},
    table::{CsvTable, Row},
};
pub use crate::store::import::Table;
use crate::store::{
    Db,
    bulk::{Bulk, CopyRow},
    import,
};

/// What ids of imported rows are hashed from, besides what the rows say. Changing it makes every import new.
const NAMESPACE: Uuid = Uuid::from_u128(0x8d1f_6f0e_50a4_4c1b_9c55_1d6f_a1f3_07c2);

/// What came of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Which table it fills.
    pub table: Table,
    /// Rows that were read.
    pub read: u64,
    /// Rows that were added. The others were there already.
    pub added: u64,
}

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A file is read.
    Reading {
        /// Its name.
        file: &'a str,
        /// Bytes of all files that are read.
        done: u64,
        /// Bytes of all files.
        of: u64,
    },
    /// What was read is compared and written.
    Writing(Table),
    /// All is written, and the database counts it.
    Analyzing,
}

/// Imports `profiles.csv`, `follows.csv`, `posts.csv` and, if it is there, `likes.csv` of a folder, each as it is or with
/// `.gz`.
///
/// # Errors
///
/// When a file is missing or a row is wrong, or the database fails. Nothing was imported then.
pub async fn run(
    db: &Db,
    folder: &Path,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Vec<Count>, ImportError> {
    let mut files = Files::open(folder)?;
    let mut bulk = Bulk::begin(db).await?;
    import::stage(&mut bulk).await?;
    let (done, of) = (files.bytes_read(), files.total_bytes());
    let mut reading = Reading { bulk: &mut bulk, done, of, progress };
    let mut counts = Vec::new();
    for (table, file) in files.tables() {
        let read = match table {
            Table::Profiles => reading.copy(file, profiles::staged).await?,
            Table::Follows => reading.copy(file, follows::staged).await?,
            Table::Posts => reading.copy(file, posts::staged).await?,
            Table::Likes => reading.copy(file, likes::staged).await?,
        };
        counts.push(Count { table, read, added: 0 });
    }
    import::staged(&mut bulk).await?;
    if let Some(fault) = import::first_fault(&mut bulk).await? {
        return Err(misfit(&files, &fault));
    }
    for count in &mut counts {
        progress(Progress::Writing(count.table));
        count.added = import::insert(&mut bulk, count.table).await?;
    }
    bulk.commit().await?;
    progress(Progress::Analyzing);
    import::analyze(db).await?;
    Ok(counts)
}

/// The files on their way into the database.
struct Reading<'r> {
    bulk: &'r mut Bulk,
    done: BytesRead,
    of: u64,
    progress: &'r mut (dyn FnMut(Progress<'_>) + Send),
}

impl Reading<'_> {
    async fn copy<T: CopyRow>(
        &mut self,
        file: &mut CsvTable,
        staged: fn(&Row<'_>) -> Result<T, ImportError>,
    ) -> Result<u64, ImportError> {
        let mut copy = self.bulk.copy::<T>().await?;
        let mut rows: u64 = 0;
        while let Some(row) = file.next_row()? {
            if rows.is_multiple_of(1024) {
                (self.progress)(Progress::Reading { file: row.file(), done: self.done.get(), of: self.of });
            }
            copy.push(&staged(&row)?).await?;
            rows += 1;
        }
        copy.finish().await?;
        Ok(rows)
    }
}
