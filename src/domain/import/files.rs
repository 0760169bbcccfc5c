//! The files of a folder, plain or compressed.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::read::MultiGzDecoder;

use super::{ImportError, Table, follows, likes, posts, profiles, table::CsvTable};

/// How many bytes were read of all files, as they are on the disk.
#[derive(Clone, Default)]
pub(super) struct BytesRead(Arc<AtomicU64>);

impl BytesRead {
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The files, in the order in which they are read.
pub(super) struct Files {
    tables: Vec<(Table, CsvTable)>,
    bytes_read: BytesRead,
    total_bytes: u64,
}

impl Files {
    /// Opens them, and reads their headers.
    pub(super) fn open(folder: &Path) -> Result<Self, ImportError> {
        let bytes_read = BytesRead::default();
        let mut total_bytes = 0;
        let mut tables = Vec::new();
        for (table, name, layout) in [
            (Table::Profiles, "profiles.csv", profiles::LAYOUT),
            (Table::Follows, "follows.csv", follows::LAYOUT),
            (Table::Posts, "posts.csv", posts::LAYOUT),
            (Table::Likes, "likes.csv", likes::LAYOUT),
        ] {
            let Some((name, file, is_compressed)) = find(folder, name)? else {
                if table == Table::Likes {
                    continue;
                }
                let problem = format!("is not in {} (nor is {name}.gz), and is needed", folder.display());
                return Err(ImportError::File { file: name.to_owned(), problem });
            };
            total_bytes += file.metadata().map_or(0, |metadata| metadata.len());
            let counted = Counted { file, read: bytes_read.clone() };
            let text: Box<dyn Read + Send> = if is_compressed {
                // A file that was put together of several is several streams.
                Box::new(MultiGzDecoder::new(BufReader::new(counted)))
            } else {
                Box::new(counted)
            };
            tables.push((table, CsvTable::new(name, text, layout)?));
        }
        Ok(Self { tables, bytes_read, total_bytes })
    }

    pub(super) fn tables(&mut self) -> impl Iterator<Item = (Table, &mut CsvTable)> {
        self.tables.iter_mut().map(|(table, file)| (*table, file))
    }

    /// The name of the file of a table, if there is one.
    pub(super) fn name(&self, table: Table) -> &str {
        self.tables.iter().find(|(of, _)| *of == table).map_or("", |(_, file)| file.name())
    }

    pub(super) fn bytes_read(&self) -> BytesRead {
        self.bytes_read.clone()
    }

    pub(super) fn total_bytes(&self) -> u64 {
        self.total_bytes
    }
}

/// Opens a file, if it is there as it is or compressed, and says which. Both would leave open which one is meant.
fn find(folder: &Path, plain: &str) -> Result<Option<(String, File, bool)>, ImportError> {
    let compressed = format!("{plain}.gz");
    let error = |file: &str, problem: String| ImportError::File { file: file.to_owned(), problem };
    let open = |name: &str| match File::open(folder.join(name)) {
        Ok(file) => Ok(Some(file)),
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(problem) => Err(error(name, format!("cannot be opened: {problem}"))),
    };
    match (open(plain)?, open(&compressed)?) {
        (Some(file), None) => Ok(Some((plain.to_owned(), file, false))),
        (None, Some(file)) => Ok(Some((compressed, file, true))),
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(error(plain, format!("is there twice, also as {compressed}: take one of them away"))),
    }
}

struct Counted {
    file: File,
    read: BytesRead,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buffer)?;
        self.read.0.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}
