use crate::store::{StoreError, bulk::Bulk};

/// A table that is imported into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// People.
    Profiles,
    /// Who follows whom.
    Follows,
    /// Posts, replies and beacons.
    Posts,
    /// Who likes which post.
    Likes,
}

/// Inserts what is staged for a table and not there yet: people first. Answers how many rows were added.
pub async fn insert(bulk: &mut Bulk, table: Table) -> Result<u64, StoreError> {
    match table {
        Table::Profiles => {
            let added = bulk.run(PROFILES).await?;
            bulk.run(PEOPLE).await?;
            bulk.run("ANALYZE import_people").await?;
            Ok(added)
        }
        Table::Follows => bulk.run(FOLLOWS).await,
        Table::Posts => bulk.run(POSTS).await,
        Table::Likes => bulk.run(LIKES).await,
    }
}

/// Whoever has the handle already is meant by it, and stays as is. So does a profile of an earlier import that has a new
/// handle by now: it is known by its id.
const PROFILES: &str = "
    INSERT INTO profiles (id, handle, display_name, is_private, is_official, created_at)
    SELECT id, handle, display_name, is_private, is_official, created_at FROM import_profiles AS row
    WHERE NOT EXISTS (SELECT 1 FROM profiles WHERE lower(handle) = row.handle)
    ORDER BY line
    ON CONFLICT DO NOTHING";

/// Whom an earlier import made is meant by the old handle, whoever has it by now. Resolved after the insert, which may have met somebody who took a handle at the same moment.
const PEOPLE: &str = "
    INSERT INTO import_people (handle, id)
    SELECT named.handle, coalesce(
        (SELECT profiles.id FROM profiles JOIN import_profiles USING (id) WHERE import_profiles.handle = named.handle),
        (SELECT id FROM profiles WHERE lower(profiles.handle) = named.handle ORDER BY created_at, id LIMIT 1),
        (SELECT id FROM import_profiles WHERE import_profiles.handle = named.handle))
    FROM (SELECT handle FROM import_profiles
          UNION SELECT follower FROM import_follows
          UNION SELECT following FROM import_follows
          UNION SELECT author FROM import_posts
          UNION SELECT profile FROM import_likes) AS named (handle)";

/// In the order of the primary key, which is then built from end to end. An old and a new handle can stand for one
/// person, nobody follows himself, and a block that came meanwhile stands.
const FOLLOWS: &str = "
    INSERT INTO follows (follower_id, following_id, status, created_at)
    SELECT follower.id, following.id, row.status, row.created_at
    FROM import_follows AS row
    JOIN import_people AS follower ON follower.handle = row.follower
    JOIN import_people AS following ON following.handle = row.following
    WHERE follower.id <> following.id AND NOT EXISTS (SELECT 1 FROM blocks
        WHERE (blocker_id, blocked_id) IN ((follower.id, following.id), (following.id, follower.id)))
    ORDER BY follower.id, following.id
    ON CONFLICT DO NOTHING";

/// Posts of one author with the same time and text are told apart by their names, or by counting them; so the key of a
/// post that has a name is its id. In the order of time, so that posts that are read together stand together; a parent
/// may come after its reply, since references are checked when all are there.
///
/// Beacons are signed and exact. No beacon was voted on, so the defaults say the rest.
const POSTS: &str = "
    INSERT INTO posts (id, author_id, parent_id, body, visibility, status, video_url, duration_ms, tags, is_beacon,
                       beacon_type, location, precision_level, expires_at, created_at)
    SELECT CASE nth WHEN 1 THEN key ELSE overlay(overlay(md5(key || ':' || nth) PLACING '8' FROM 13)
                                                 PLACING 'a' FROM 17)::uuid END,
           people.id, parent_id, body, visibility, 'active', video_url, duration_ms, tags, is_beacon,
           beacon_type, location, 'exact', expires_at, created_at
    FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY line) AS nth FROM import_posts) AS row
    JOIN import_people AS people ON people.handle = row.author
    LEFT JOIN (SELECT name, key FROM import_posts) AS named (parent_name, parent_id) ON parent_name = row.parent
    ORDER BY created_at, line
    ON CONFLICT DO NOTHING";

/// In the order of the primary key. An old and a new handle can stand for one person. Triggers count what is added.
const LIKES: &str = "
    INSERT INTO post_likes (post_id, profile_id, created_at)
    SELECT post.key, people.id, row.created_at
    FROM import_likes AS row
    JOIN import_posts AS post ON post.name = row.post
    JOIN import_people AS people ON people.handle = row.profile
    ORDER BY post.key, people.id
    ON CONFLICT DO NOTHING";
