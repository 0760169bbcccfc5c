use super::Table;
use crate::store::{StoreError, bulk::Bulk};

/// What is wrong with a staged row as seen from other rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The column names somebody who is neither in the files nor in the database.
    Nobody {
        /// Whose row it is.
        table: Table,
        /// Where the row stands in its file.
        line: u64,
        /// Which column.
        column: &'static str,
        /// The handle.
        handle: String,
    },
    /// An earlier row says something about the same thing.
    Twice {
        /// Whose row it is.
        table: Table,
        /// Where the row stands in its file.
        line: u64,
        /// Which column.
        column: &'static str,
        /// Where the earlier row stands.
        first: u64,
    },
}

/// The first row whose column is no handle that anybody has.
macro_rules! nobody {
    ($table:literal, $column:literal) => {
        concat!(
            "SELECT line, ",
            $column,
            " FROM ",
            $table,
            " AS row",
            " WHERE NOT EXISTS (SELECT 1 FROM import_profiles WHERE handle = row.",
            $column,
            ")",
            " AND NOT EXISTS (SELECT 1 FROM profiles WHERE lower(handle) = row.",
            $column,
            ")",
            " ORDER BY line LIMIT 1"
        )
    };
}

/// The first row, in the order in which the files are read, that does not fit to the others.
pub async fn first_fault(bulk: &mut Bulk) -> Result<Option<Fault>, StoreError> {
    for (table, column, sql) in [(Table::Profiles, "handle", SAME_PROFILE), (Table::Follows, "following", SAME_PAIR)] {
        if let Some((line, first)) = bulk.one::<(i64, i64)>(sql).await? {
            return Ok(Some(Fault::Twice { table, line: line.unsigned_abs(), column, first: first.unsigned_abs() }));
        }
    }
    for (table, column, sql) in [
        (Table::Follows, "follower", NO_FOLLOWER),
        (Table::Follows, "following", NO_FOLLOWING),
        (Table::Posts, "author", NO_AUTHOR),
    ] {
        if let Some((line, handle)) = bulk.one::<(i64, String)>(sql).await? {
            return Ok(Some(Fault::Nobody { table, line: line.unsigned_abs(), column, handle }));
        }
    }
    Ok(None)
}

const SAME_PROFILE: &str = "
    SELECT line, first FROM (SELECT line, min(line) OVER (PARTITION BY handle) AS first FROM import_profiles) AS rows
    WHERE line > first ORDER BY line LIMIT 1";

const SAME_PAIR: &str = "
    SELECT line, first
    FROM (SELECT line, min(line) OVER (PARTITION BY follower, following) AS first FROM import_follows) AS rows
    WHERE line > first ORDER BY line LIMIT 1";

const NO_FOLLOWER: &str = nobody!("import_follows", "follower");
const NO_FOLLOWING: &str = nobody!("import_follows", "following");
const NO_AUTHOR: &str = nobody!("import_posts", "author");
