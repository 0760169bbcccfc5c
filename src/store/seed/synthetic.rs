//! Rows of synthetic networks, copied straight into their tables: an id that is there already fails the whole.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::{
    Db, StoreError,
    bulk::{self, Bulk, CopyRow, RowWriter},
    geo::{self, Point},
};

/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    /// The id.
    pub id: Uuid,
    /// The handle.
    pub handle: String,
    /// What to be called.
    pub display_name: String,
    /// The privacy switch.
    pub is_private: bool,
    /// Whether the profile speaks for an authority.
    pub is_official: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl CopyRow for Person {
    const STATEMENT: &'static str =
        "COPY profiles (id, handle, display_name, is_private, is_official, created_at) FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.id).text(&self.handle).text(&self.display_name).plain(self.is_private).plain(self.is_official);
        row.time(self.created_at);
    }
}

/// Who follows whom.
#[derive(Clone, Copy, Debug)]
pub struct Follow {
    /// Who follows.
    pub follower: Uuid,
    /// Who is followed.
    pub following: Uuid,
    /// `accepted` or `pending`.
    pub status: &'static str,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl CopyRow for Follow {
    const STATEMENT: &'static str = "COPY follows (follower_id, following_id, status, created_at) FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.follower).plain(self.following).plain(self.status).time(self.created_at);
    }
}

/// Who has blocked whom.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Who has.
    pub by: Uuid,
    /// Whom.
    pub whom: Uuid,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl CopyRow for Block {
    const STATEMENT: &'static str = "COPY blocks (blocker_id, blocked_id, created_at) FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.by).plain(self.whom).time(self.created_at);
    }
}

/// Who is in whose circle.
#[derive(Clone, Copy, Debug)]
pub struct CircleMember {
    /// Whose circle it is.
    pub owner: Uuid,
    /// Who is in it.
    pub member: Uuid,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl CopyRow for CircleMember {
    const STATEMENT: &'static str = "COPY circle_members (owner_id, member_id, created_at) FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.owner).plain(self.member).time(self.created_at);
    }
}

/// A post or a reply.
#[derive(Clone, Debug)]
pub struct Post {
    /// The id.
    pub id: Uuid,
    /// Who wrote it.
    pub author: Uuid,
    /// What it replies to.
    pub parent: Option<Uuid>,
    /// What it says.
    pub body: String,
    /// Its hashtags.
    pub tags: Vec<String>,
    /// Where its video is, and how long it is in milliseconds.
    pub video: Option<(String, u64)>,
    /// Whom it is for.
    pub visibility: &'static str,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl CopyRow for Post {
    const STATEMENT: &'static str = "COPY posts (id, author_id, parent_id, body, tags, video_url, duration_ms, \
                                     visibility, created_at) FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.id).plain(self.author).maybe(self.parent, RowWriter::plain).text(&self.body).texts(&self.tags);
        let (url, duration) =
            (self.video.as_ref().map(|video| video.0.as_str()), self.video.as_ref().map(|video| video.1));
        row.maybe(url, RowWriter::text).maybe(duration, RowWriter::plain).plain(self.visibility).time(self.created_at);
    }
}

/// A beacon.
#[derive(Clone, Debug)]
pub struct Beacon {
    /// The id.
    pub id: Uuid,
    /// Who signed it.
    pub author: Option<Uuid>,
    /// What it says.
    pub body: String,
    /// What it is about.
    pub beacon_type: &'static str,
    /// How bad it is.
    pub severity: &'static str,
    /// How exact its place is.
    pub precision: &'static str,
    /// Its place, as it may be stored.
    pub location: Point,
    /// How many vouched for it.
    pub vouches: u64,
    /// How many reported it.
    pub reports: u64,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it leaves.
    pub expires_at: DateTime<Utc>,
}

impl CopyRow for Beacon {
    const STATEMENT: &'static str = "COPY posts (id, author_id, body, is_beacon, beacon_type, severity, \
                                     precision_level, location, vouch_count, report_count, created_at, expires_at) \
                                     FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.id).maybe(self.author, RowWriter::plain).text(&self.body).plain(true).plain(self.beacon_type);
        row.plain(self.severity).plain(self.precision).plain(geo::point_text(self.location)).plain(self.vouches);
        row.plain(self.reports).time(self.created_at).time(self.expires_at);
    }
}

/// Who likes which post.
#[derive(Clone, Copy, Debug)]
pub struct Like {
    /// Which post.
    pub post: Uuid,
    /// Who likes it.
    pub by: Uuid,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl CopyRow for Like {
    const STATEMENT: &'static str = "COPY post_likes (post_id, profile_id, created_at) FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.post).plain(self.by).time(self.created_at);
    }
}

/// Who has left which emoji on a post.
#[derive(Clone, Copy, Debug)]
pub struct Reaction {
    /// Which post.
    pub post: Uuid,
    /// Who has.
    pub by: Uuid,
    /// Which emoji.
    pub emoji: &'static str,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl CopyRow for Reaction {
    const STATEMENT: &'static str = "COPY post_reactions (post_id, profile_id, emoji, created_at) FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.post).plain(self.by).text(self.emoji).time(self.created_at);
    }
}

/// Spares PostgreSQL the look-ups of foreign keys, which are a third of the work, and other triggers, where the role may
/// do so. Whatever a synthetic row refers to is a row of the same transaction, and everybody is active.
pub async fn skip_triggers(bulk: &mut Bulk) -> Result<(), StoreError> {
    bulk.run(
        "DO $$ BEGIN
             IF current_setting('is_superuser') = 'on' THEN
                 PERFORM set_config('session_replication_role', 'replica', true);
             END IF;
         END $$",
    )
    .await?;
    Ok(())
}

/// Counts likes and reactions, which is what the triggers do that were skipped. Where the role may not skip them, all is
/// counted already, and nothing happens.
pub async fn count_marks(bulk: &mut Bulk) -> Result<(), StoreError> {
    bulk.run(
        "INSERT INTO post_mark_counts (post_id, mark, count)
         SELECT post_id, '', count(*) FROM post_likes WHERE counts GROUP BY post_id
         UNION ALL SELECT post_id, emoji, count(*) FROM post_reactions WHERE counts GROUP BY post_id, emoji
         ORDER BY 1, 2
         ON CONFLICT DO NOTHING",
    )
    .await?;
    Ok(())
}

/// Brings the planner's numbers about the tables that were filled up to date.
pub async fn analyze(db: &Db) -> Result<(), StoreError> {
    const TABLES: [&str; 9] = [
        "profiles",
        "follows",
        "blocks",
        "circle_members",
        "posts",
        "post_tags",
        "post_likes",
        "post_reactions",
        "post_mark_counts",
    ];
    bulk::analyze(db, &TABLES).await
}
