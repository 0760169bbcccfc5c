use super::Table;
use crate::store::{StoreError, bulk::Bulk};

/// A staged row that does not fit to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whose row it is.
    pub table: Table,
    /// Where the row stands in its file.
    pub line: u64,
    /// Which column.
    pub column: &'static str,
    /// Why not.
    pub misfit: Misfit,
}

/// What is wrong with a row as seen from other rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// This handle is that of somebody who is neither in the files nor in the database.
    Nobody(String),
    /// This is not what the file of posts calls one.
    NoPost(String),
    /// This is what the file of posts calls a beacon, which nobody replies to or likes.
    Beacon(String),
    /// The post is a reply to a reply, and so on, to itself; or to one that is.
    Circle,
    /// An earlier row says something about the same thing.
    Twice {
        /// Where the earlier row stands.
        first: u64,
    },
}

/// What no two rows of a file may have in common: in the words of the file, and staged.
const UNIQUE: [(Table, &str, &str); 4] = [
    (Table::Profiles, "handle", "handle"),
    (Table::Follows, "following", "follower, following"),
    (Table::Posts, "id", "name"),
    (Table::Likes, "post_id", "profile, post"),
];

/// Columns that hold a handle, which somebody has to have.
const HANDLES: [(Table, &str); 4] =
    [(Table::Follows, "follower"), (Table::Follows, "following"), (Table::Posts, "author"), (Table::Likes, "profile")];

/// Columns that hold the name of a post: in the words of the file, and staged.
const POSTS: [(Table, &str, &str); 2] = [(Table::Posts, "parent_id", "parent"), (Table::Likes, "post_id", "post")];

/// The first row that does not fit to the others, of each thing that can be wrong in turn.
pub async fn first_fault(bulk: &mut Bulk) -> Result<Option<Fault>, StoreError> {
    let fault = |table, line: i64, column, misfit| Some(Fault { table, line: line.unsigned_abs(), column, misfit });
    for (table, column, staged) in UNIQUE {
        if let Some((line, first)) = bulk.one::<(i64, i64)>(&same_as_earlier(table, staged)).await? {
            return Ok(fault(table, line, column, Misfit::Twice { first: first.unsigned_abs() }));
        }
    }
    for (table, column) in HANDLES {
        if let Some((line, handle)) = bulk.one::<(i64, String)>(&of_nobody(table, column)).await? {
            return Ok(fault(table, line, column, Misfit::Nobody(handle)));
        }
    }
    for (table, column, staged) in POSTS {
        if let Some((line, name)) = bulk.one::<(i64, String)>(&of_no_post(table, staged)).await? {
            return Ok(fault(table, line, column, Misfit::NoPost(name)));
        }
        if let Some((line, name)) = bulk.one::<(i64, String)>(&of_beacon(table, staged)).await? {
            return Ok(fault(table, line, column, Misfit::Beacon(name)));
        }
    }
    let circle = first_in_circle(bulk).await?;
    Ok(circle.and_then(|line| fault(Table::Posts, line, "parent_id", Misfit::Circle)))
}

/// Where the rows of a file are.
fn staged(table: Table) -> &'static str {
    match table {
        Table::Profiles => "import_profiles",
        Table::Follows => "import_follows",
        Table::Posts => "import_posts",
        Table::Likes => "import_likes",
    }
}

/// The first row that has in these columns what an earlier one has.
fn same_as_earlier(table: Table, columns: &str) -> String {
    let table = staged(table);
    format!(
        "SELECT line, first
         FROM (SELECT line, min(line) OVER (PARTITION BY {columns}) AS first FROM {table}
               WHERE ({columns}) IS NOT NULL) AS rows
         WHERE line > first ORDER BY line LIMIT 1"
    )
}

/// The first row whose column is no handle that anybody has.
fn of_nobody(table: Table, column: &str) -> String {
    let table = staged(table);
    format!(
        "SELECT line, {column} FROM {table} AS row
         WHERE NOT EXISTS (SELECT 1 FROM import_profiles WHERE handle = row.{column})
           AND NOT EXISTS (SELECT 1 FROM profiles WHERE lower(handle) = row.{column})
         ORDER BY line LIMIT 1"
    )
}

/// The first row whose column is the name of no post.
fn of_no_post(table: Table, column: &str) -> String {
    let table = staged(table);
    format!(
        "SELECT line, {column} FROM {table} AS row
         WHERE {column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM import_posts AS post WHERE post.name = row.{column})
         ORDER BY line LIMIT 1"
    )
}

/// The first row whose column is the name of a beacon.
fn of_beacon(table: Table, column: &str) -> String {
    let table = staged(table);
    format!(
        "SELECT row.line, row.{column} FROM {table} AS row
         JOIN import_posts AS post ON post.name = row.{column} AND post.is_beacon
         ORDER BY row.line LIMIT 1"
    )
}

/// The first row from which the way from parent to parent never ends.
///
/// Replies to replies know how far up they have looked, and look twice as far in each round. Whoever has seen the end is
/// out. Once nobody is, all who are left see others who are left. So a thread of a million takes some twenty rounds, and
/// threads as people have them two or three.
async fn first_in_circle(bulk: &mut Bulk) -> Result<Option<i64>, StoreError> {
    bulk.run(WAYS).await?;
    while bulk.run(DROP_ENDED).await? > 0 {
        bulk.run(LOOK_FARTHER).await?;
    }
    Ok(bulk.one::<(Option<i64>,)>("SELECT min(line) FROM import_ways").await?.and_then(|(line,)| line))
}

const WAYS: &str = "
    CREATE TEMPORARY TABLE import_ways ON COMMIT DROP AS
    SELECT reply.line, parent.line AS up FROM import_posts AS reply
    JOIN import_posts AS parent ON parent.name = reply.parent
    WHERE parent.parent IS NOT NULL";

const DROP_ENDED: &str = "
    DELETE FROM import_ways AS way WHERE NOT EXISTS (SELECT 1 FROM import_ways WHERE line = way.up)";

const LOOK_FARTHER: &str = "
    UPDATE import_ways AS way SET up = next.up FROM import_ways AS next WHERE next.line = way.up";
