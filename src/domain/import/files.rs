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

use super::{ImportError, Table, follows, posts, profiles, table::CsvTable};

/// How many bytes were read of all files, as they are on the disk.
#[derive(Clone, Default)]
pub(super) struct BytesRead(Arc<AtomicU64>);

impl BytesRead {
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The three files.
pub(super) struct Files {
    profiles: CsvTable,
    follows: CsvTable,
    posts: CsvTable,
    bytes_read: BytesRead,
    total_bytes: u64,
}

impl Files {
    /// Opens them, and reads their headers.
    pub(super) fn open(folder: &Path) -> Result<Self, ImportError> {
        let bytes_read = BytesRead::default();
        let mut total_bytes = 0;
        let mut open = |name: &str, layout| {
            let (name, file, is_compressed) = find(folder, name)?;
            total_bytes += file.metadata().map_or(0, |metadata| metadata.len());
            let counted = Counted { file, read: bytes_read.clone() };
            let text: Box<dyn Read + Send> = if is_compressed {
                // A file that was put together of several is several streams.
                Box::new(MultiGzDecoder::new(BufReader::new(counted)))
            } else {
                Box::new(counted)
            };
            CsvTable::new(name, text, layout)
        };
        let profiles = open("profiles.csv", profiles::LAYOUT)?;
        let follows = open("follows.csv", follows::LAYOUT)?;
        let posts = open("posts.csv", posts::LAYOUT)?;
        Ok(Self { profiles, follows, posts, bytes_read, total_bytes })
    }

    pub(super) fn table(&mut self, table: Table) -> &mut CsvTable {
        match table {
            Table::Profiles => &mut self.profiles,
            Table::Follows => &mut self.follows,
            Table::Posts => &mut self.posts,
        }
    }

    pub(super) fn name(&self, table: Table) -> &str {
        match table {
            Table::Profiles => self.profiles.name(),
            Table::Follows => self.follows.name(),
            Table::Posts => self.posts.name(),
        }
    }

    pub(super) fn bytes_read(&self) -> BytesRead {
        self.bytes_read.clone()
    }

    pub(super) fn total_bytes(&self) -> u64 {
        self.total_bytes
    }
}

/// Opens a file that is there as it is or compressed, and says which. Both would leave open which one is meant.
fn find(folder: &Path, plain: &str) -> Result<(String, File, bool), ImportError> {
    let compressed = format!("{plain}.gz");
    let error = |file: &str, problem: String| ImportError::File { file: file.to_owned(), problem };
    let open = |name: &str| match File::open(folder.join(name)) {
        Ok(file) => Ok(Some(file)),
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(problem) => Err(error(name, format!("cannot be opened: {problem}"))),
    };
    match (open(plain)?, open(&compressed)?) {
        (Some(file), None) => Ok((plain.to_owned(), file, false)),
        (None, Some(file)) => Ok((compressed, file, true)),
        (None, None) => Err(error(
            plain,
            format!("is not in {} (nor is {compressed}); all three files are needed", folder.display()),
        )),
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
