use std::marker::PhantomData;

use sea_orm::sqlx::postgres::{PgConnection, PgCopyIn};

use super::{RowWriter, of_sqlx};
use crate::store::StoreError;

/// How much is gathered before it is sent.
const BATCH_BYTES: usize = 256 * 1024;

/// A row that can be copied into a table.
pub trait CopyRow {
    /// `COPY table (columns) FROM STDIN`.
    const STATEMENT: &'static str;

    /// Writes the columns, in the order of the statement.
    fn write(&self, row: &mut RowWriter);
}

/// A COPY under way. Rows are sent as they come, so that memory does not grow with their number.
pub struct Copy<'c, T> {
    stream: PgCopyIn<&'c mut PgConnection>,
    rows: RowWriter,
    of: PhantomData<fn(T)>,
}

impl<'c, T: CopyRow> Copy<'c, T> {
    pub(super) async fn begin(connection: &'c mut PgConnection) -> Result<Self, StoreError> {
        let stream = connection.copy_in_raw(T::STATEMENT).await.map_err(of_sqlx)?;
        Ok(Self { stream, rows: RowWriter::default(), of: PhantomData })
    }

    /// Takes a row.
    pub async fn push(&mut self, row: &T) -> Result<(), StoreError> {
        row.write(&mut self.rows);
        self.rows.end_row();
        if self.rows.bytes().len() >= BATCH_BYTES {
            self.send().await?;
        }
        Ok(())
    }

    /// Sends the rest. Answers how many rows there were.
    pub async fn finish(mut self) -> Result<u64, StoreError> {
        self.send().await?;
        self.stream.finish().await.map_err(of_sqlx)
    }

    async fn send(&mut self) -> Result<(), StoreError> {
        self.stream.send(self.rows.bytes()).await.map_err(of_sqlx)?;
        self.rows.clear();
        Ok(())
    }
}
