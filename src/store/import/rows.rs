use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::{
    bulk::{CopyRow, RowWriter},
    geo::{self, Point},
};

/// A person.
#[derive(Clone, Debug)]
pub struct StagedProfile {
    /// Where the row stands in its file.
    pub line: u64,
    /// The id of the profile, if it is not there yet.
    pub id: Uuid,
    /// In lower case.
    pub handle: String,
    /// What to be called instead of the handle.
    pub display_name: Option<String>,
    /// The privacy switch.
    pub is_private: bool,
    /// Whether the profile speaks for an authority.
    pub is_official: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl CopyRow for StagedProfile {
    const STATEMENT: &'static str =
        "COPY import_profiles (line, id, handle, display_name, is_private, is_official, created_at) FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.line).plain(self.id).text(&self.handle).maybe(self.display_name.as_deref(), RowWriter::text);
        row.plain(self.is_private).plain(self.is_official).time(self.created_at);
    }
}

/// Who follows whom.
#[derive(Clone, Debug)]
pub struct StagedFollow {
    /// Where the row stands in its file.
    pub line: u64,
    /// Who follows: a handle in lower case.
    pub follower: String,
    /// Who is followed: a handle in lower case.
    pub following: String,
    /// `accepted` or `pending`.
    pub status: &'static str,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl CopyRow for StagedFollow {
    const STATEMENT: &'static str = "COPY import_follows (line, follower, following, status, created_at) FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.line).text(&self.follower).text(&self.following).plain(self.status).time(self.created_at);
    }
}

/// A post, a reply or a beacon.
#[derive(Clone, Debug)]
pub struct StagedPost {
    /// Where the row stands in its file.
    pub line: u64,
    /// The same for posts of the same author, time and text that have no name: the id of the first of them.
    pub key: Uuid,
    /// What the file calls it.
    pub name: Option<String>,
    /// What the file calls the post that it replies to.
    pub parent: Option<String>,
    /// A handle in lower case.
    pub author: String,
    /// What it says.
    pub body: Option<String>,
    /// Whom it is for.
    pub visibility: &'static str,
    /// Where its video is.
    pub video_url: Option<String>,
    /// How long the video is, in milliseconds.
    pub duration_ms: Option<i32>,
    /// Its hashtags.
    pub tags: Vec<String>,
    /// What makes it a beacon.
    pub beacon: Option<StagedBeacon>,
    /// When it leaves.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// What a beacon has and a post has not.
#[derive(Clone, Copy, Debug)]
pub struct StagedBeacon {
    /// What it is about.
    pub beacon_type: &'static str,
    /// Where it is.
    pub location: Point,
}

impl CopyRow for StagedPost {
    const STATEMENT: &'static str = "COPY import_posts (line, key, name, parent, author, body, visibility, video_url, \
                                     duration_ms, tags, is_beacon, beacon_type, location, expires_at, created_at) \
                                     FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.line).plain(self.key).maybe(self.name.as_deref(), RowWriter::text);
        row.maybe(self.parent.as_deref(), RowWriter::text).text(&self.author);
        row.maybe(self.body.as_deref(), RowWriter::text)
            .plain(self.visibility)
            .maybe(self.video_url.as_deref(), RowWriter::text);
        row.maybe(self.duration_ms, RowWriter::plain).texts(&self.tags).plain(self.beacon.is_some());
        row.maybe(self.beacon.map(|beacon| beacon.beacon_type), RowWriter::plain);
        row.maybe(self.beacon.map(|beacon| geo::point_text(beacon.location)), RowWriter::plain);
        row.maybe(self.expires_at, RowWriter::time).time(self.created_at);
    }
}

/// Who likes which post.
#[derive(Clone, Debug)]
pub struct StagedLike {
    /// Where the row stands in its file.
    pub line: u64,
    /// Who likes it: a handle in lower case.
    pub profile: String,
    /// What the files call the post.
    pub post: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl CopyRow for StagedLike {
    const STATEMENT: &'static str = "COPY import_likes (line, profile, post, created_at) FROM STDIN";

    fn write(&self, row: &mut RowWriter) {
        row.plain(self.line).text(&self.profile).text(&self.post).time(self.created_at);
    }
}
