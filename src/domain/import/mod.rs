//! Importing a network from CSV files: people, who follows whom, posts and beacons. All or nothing, and doing it again
//! adds nothing.
//!
//! Rows are known by what they say, not by an id in the files: a person by the handle, a follow by its two people, a
//! post by author, time and text. Ids are hashes of just that. A row that is there already stays as it is.

mod cells;
mod error;
mod files;
mod follows;
mod posts;
mod profiles;
mod table;

use std::path::Path;

use uuid::Uuid;

pub use self::error::ImportError;
use self::{error::misfit, files::Files, table::Row};
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

/// Imports `profiles.csv`, `follows.csv` and `posts.csv` of a folder, each as it is or with `.gz`.
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
    let mut counts = Vec::new();
    for table in [Table::Profiles, Table::Follows, Table::Posts] {
        let read = match table {
            Table::Profiles => copy(&mut files, &mut bulk, table, profiles::staged, progress).await?,
            Table::Follows => copy(&mut files, &mut bulk, table, follows::staged, progress).await?,
            Table::Posts => copy(&mut files, &mut bulk, table, posts::staged, progress).await?,
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

async fn copy<T: CopyRow>(
    files: &mut Files,
    bulk: &mut Bulk,
    table: Table,
    staged: fn(&Row<'_>) -> Result<T, ImportError>,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<u64, ImportError> {
    let total = files.total_bytes();
    let done = files.bytes_read();
    let file = files.table(table);
    let mut copy = bulk.copy::<T>().await?;
    let mut rows: u64 = 0;
    while let Some(row) = file.next_row()? {
        if rows.is_multiple_of(1024) {
            progress(Progress::Reading { file: row.file(), done: done.get(), of: total });
        }
        copy.push(&staged(&row)?).await?;
        rows += 1;
    }
    copy.finish().await?;
    Ok(rows)
}
