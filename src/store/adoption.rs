//! What a database that earlier tools left holds that could not be made safe. Such rows are kept as they are; the
//! visibility rule makes sure that they open nothing and break no answer.

use sea_orm::FromQueryResult;

use super::{Db, Executor, StoreError, geo, sql::Sql};

/// A kind of row that needs a person's decision, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Finding {
    /// How many rows.
    pub rows: i64,
    /// What is wrong with them, and how they are treated.
    pub what: String,
}

const CHECKS: &[(&str, &str)] = &[
    (
        "SELECT 1 FROM follows WHERE status IS NULL OR status NOT IN ('accepted', 'pending')",
        "follows whose status is neither accepted nor pending: they open nothing and are in no list",
    ),
    ("SELECT 1 FROM follows WHERE follower_id = following_id", "follows of oneself: they open nothing new"),
    ("SELECT 1 FROM profiles WHERE handle IS NULL", "profiles without a handle: they and their posts exist for nobody"),
    (
        "SELECT 1 FROM profiles WHERE handle IS NOT NULL AND handle !~ '^[a-z0-9_.]{3,30}$'",
        "profiles whose handle breaks today's rule: kept, and found without regard to case",
    ),
    (
        "SELECT 1 FROM profiles GROUP BY lower(handle) HAVING count(*) > 1 AND lower(handle) IS NOT NULL",
        "handles that several profiles share but for case: the oldest one is found",
    ),
    (
        "SELECT 1 FROM profiles WHERE is_private IS NULL",
        "profiles that are neither private nor public: they count as private",
    ),
    (
        "SELECT 1 FROM posts WHERE author_id IS NULL AND is_beacon IS NOT TRUE",
        "posts without an author that are no beacons: they exist for nobody",
    ),
    (
        "SELECT 1 FROM posts WHERE visibility IS NULL OR visibility NOT IN ('public', 'followers', 'circle', 'only_me')",
        "posts of unknown visibility: they count as only_me",
    ),
    ("SELECT 1 FROM posts WHERE status IS NULL", "posts without a status: they are not active and exist for nobody"),
    (
        // Those of follows and posts may be others in an adopted database; the server removes these rows itself.
        "SELECT 1 FROM pg_constraint WHERE contype = 'f' AND confdeltype IN ('a', 'r') \
         AND confrelid IN ('profiles'::regclass, 'posts'::regclass) \
         AND conrelid NOT IN ('follows'::regclass, 'posts'::regclass)",
        "references of other tables to people or posts that hold on to them: whom they name cannot be deleted for good",
    ),
    (geo::WITHOUT_PLACE, "beacons without a place: they exist for nobody"),
    (
        "SELECT 1 FROM profiles WHERE created_at = 'epoch' UNION ALL SELECT 1 FROM follows WHERE created_at = 'epoch' \
         UNION ALL SELECT 1 FROM posts WHERE created_at = 'epoch'",
        "rows without a time: they were given the first of January 1970, so that lists can be ordered",
    ),
];

/// What was found, most of it in adopted databases only. Only numbers leave: nobody's rows are shown.
pub async fn findings(db: &Db) -> Result<Vec<Finding>, StoreError> {
    let mut sql = Sql::new("");
    for (index, (rows, what)) in CHECKS.iter().enumerate() {
        sql.text(if index == 0 { "" } else { " UNION ALL " });
        sql.text("SELECT (SELECT count(*) FROM (")
            .text(rows)
            .text(") AS found) AS rows, ")
            .bind(*what)
            .text("::text AS what");
    }
    Ok(db.all::<Finding>(sql).await?.into_iter().filter(|finding| finding.rows > 0).collect())
}
