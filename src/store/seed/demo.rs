//! Rows of the demo network. Each is put: inserted, or set back to what it was made as. Nothing else is touched.

use chrono::{DateTime, Utc};
use entity::{PostId, ProfileId};

use crate::store::{StoreError, Tx, db::Executor, profile::uuids, sql::Sql};

/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    /// The id.
    pub id: ProfileId,
    /// The handle, which nobody else has.
    pub handle: String,
    /// What to be called.
    pub display_name: &'static str,
    /// About the person.
    pub bio: &'static str,
    /// The person's place in the web.
    pub website: Option<&'static str>,
    /// The picture.
    pub avatar_url: String,
    /// The wide picture.
    pub cover_url: String,
    /// The privacy switch.
    pub is_private: bool,
    /// Whether the profile speaks for an authority.
    pub is_official: bool,
    /// Since when, if the person is new.
    pub created_at: DateTime<Utc>,
}

/// Whether somebody else has this handle.
pub async fn is_handle_taken(tx: &Tx, id: ProfileId, handle: &str) -> Result<bool, StoreError> {
    let mut sql = Sql::new("SELECT 1 FROM profiles WHERE lower(handle) = ");
    sql.bind(handle).text(" AND id <> ").bind(id);
    Ok(tx.execute(sql).await? > 0)
}

/// Puts a person.
pub async fn put_person(tx: &Tx, person: &Person) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO profiles (id, handle, display_name, bio, website, avatar_url, cover_url,");
    sql.text(" is_private, is_official, created_at) VALUES (").bind(person.id).text(", ").bind(person.handle.as_str());
    sql.text(", ").bind(person.display_name).text(", ").bind(person.bio).text(", ").bind(person.website).text(", ");
    sql.bind(person.avatar_url.as_str()).text(", ").bind(person.cover_url.as_str()).text(", ").bind(person.is_private);
    sql.text(", ").bind(person.is_official).text(", ").bind(person.created_at);
    sql.text(") ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, display_name = excluded.display_name,");
    sql.text(" bio = excluded.bio, website = excluded.website, avatar_url = excluded.avatar_url,");
    sql.text(" cover_url = excluded.cover_url, is_private = excluded.is_private, is_official = excluded.is_official,");
    sql.text(" state = 'active'");
    tx.execute(sql).await?;
    Ok(())
}

/// Puts a person's account.
pub async fn put_account(tx: &Tx, person: ProfileId, email: &str, password_hash: &str) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO accounts (profile_id, email, password_hash) VALUES (");
    sql.bind(person).text(", ").bind(email).text(", ").bind(password_hash);
    sql.text(") ON CONFLICT (profile_id) DO UPDATE SET email = excluded.email,");
    sql.text(" password_hash = excluded.password_hash");
    tx.execute(sql).await?;
    Ok(())
}

/// Puts a follow.
pub async fn put_follow(
    tx: &Tx,
    follower: ProfileId,
    following: ProfileId,
    status: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO follows (follower_id, following_id, status, created_at) VALUES (");
    sql.bind(follower).text(", ").bind(following).text(", ").bind(status).text(", ").bind(at);
    sql.text(") ON CONFLICT (follower_id, following_id) DO UPDATE SET status = excluded.status");
    tx.execute(sql).await?;
    Ok(())
}

/// Puts a block. Where there is one, there are no follows.
pub async fn put_block(tx: &Tx, by: ProfileId, whom: ProfileId) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO blocks (blocker_id, blocked_id) VALUES (");
    sql.bind(by).text(", ").bind(whom).text(") ON CONFLICT DO NOTHING");
    tx.execute(sql).await?;
    for (one, other) in [(by, whom), (whom, by)] {
        let mut sql = Sql::new("DELETE FROM follows WHERE follower_id = ");
        sql.bind(one).text(" AND following_id = ").bind(other);
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Takes a person into another's circle.
pub async fn put_circle_member(tx: &Tx, owner: ProfileId, member: ProfileId) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO circle_members (owner_id, member_id) VALUES (");
    sql.bind(owner).text(", ").bind(member).text(") ON CONFLICT DO NOTHING");
    tx.execute(sql).await?;
    Ok(())
}

/// A post or a reply.
#[derive(Clone, Debug)]
pub struct Post {
    /// The id.
    pub id: PostId,
    /// Who wrote it.
    pub author: ProfileId,
    /// What it replies to.
    pub parent: Option<PostId>,
    /// What it says.
    pub body: Option<&'static str>,
    /// Its hashtags.
    pub tags: Vec<String>,
    /// Where its picture is.
    pub image_url: Option<String>,
    /// Where its video is.
    pub video_url: Option<String>,
    /// Where the still of its video is.
    pub thumbnail_url: Option<String>,
    /// How long the video is, in milliseconds.
    pub duration_ms: Option<i32>,
    /// Whom it is for.
    pub visibility: &'static str,
    /// Whether it comes first on its author's page.
    pub is_pinned: bool,
    /// When, if it is new.
    pub created_at: DateTime<Utc>,
}

/// Puts a post.
pub async fn put_post(tx: &Tx, post: Post) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO posts (id, author_id, parent_id, body, tags, image_url, video_url,");
    sql.text(" thumbnail_url, duration_ms, visibility, is_pinned, created_at, status) VALUES (").bind(post.id);
    sql.text(", ").bind(post.author).text(", ").bind(post.parent).text(", ").bind(post.body).text(", ").bind(post.tags);
    sql.text(", ").bind(post.image_url).text(", ").bind(post.video_url).text(", ").bind(post.thumbnail_url).text(", ");
    sql.bind(post.duration_ms).text(", ").bind(post.visibility).text(", ").bind(post.is_pinned).text(", ");
    sql.bind(post.created_at).text(", 'active') ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id,");
    sql.text(" body = excluded.body, tags = excluded.tags, image_url = excluded.image_url,");
    sql.text(" video_url = excluded.video_url, thumbnail_url = excluded.thumbnail_url,");
    sql.text(" duration_ms = excluded.duration_ms, visibility = excluded.visibility,");
    sql.text(" is_pinned = excluded.is_pinned, status = 'active', edited_at = NULL, deleted_at = NULL");
    tx.execute(sql).await?;
    Ok(())
}

/// Puts an emoji on a post.
pub async fn put_reaction(
    tx: &Tx,
    person: ProfileId,
    post: PostId,
    emoji: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO post_reactions (profile_id, post_id, emoji, created_at) VALUES (");
    sql.bind(person).text(", ").bind(post).text(", ").bind(emoji).text(", ").bind(at);
    sql.text(") ON CONFLICT (post_id, profile_id) DO UPDATE SET emoji = excluded.emoji");
    tx.execute(sql).await?;
    Ok(())
}

/// Puts what these people were told of one another's acts. What happened before `read` they have read.
pub async fn put_notifications(tx: &Tx, people: &[ProfileId], read: DateTime<Utc>) -> Result<(), StoreError> {
    let people = uuids(people);
    let mut sql = Sql::new("DELETE FROM notifications WHERE recipient_id = ANY(");
    sql.bind(people.clone()).text("::uuid[]) AND actor_id = ANY(").bind(people.clone()).text("::uuid[])");
    tx.execute(sql).await?;
    let mut sql = Sql::new("INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at, read_at)");
    sql.text(" SELECT recipient, actor, kind, post, act.at, CASE WHEN act.at < ")
        .bind(read)
        .text(" THEN act.at END FROM (");
    sql.text("SELECT following_id, follower_id, CASE status WHEN 'accepted' THEN 'follow' ELSE 'follow_request' END,");
    sql.text(" NULL::uuid, created_at FROM follows");
    for (marks, kind) in [("post_likes", "like"), ("post_reactions", "reaction")] {
        sql.text(" UNION ALL SELECT posts.author_id, mark.profile_id, '")
            .text(kind)
            .text("', posts.id, mark.created_at");
        sql.text(" FROM ").text(marks).text(" AS mark JOIN posts ON posts.id = mark.post_id");
    }
    sql.text(" UNION ALL SELECT parent.author_id, reply.author_id, 'reply', reply.id, reply.created_at");
    sql.text(" FROM posts AS reply JOIN posts AS parent ON parent.id = reply.parent_id");
    sql.text(") AS act (recipient, actor, kind, post, at) WHERE recipient <> actor AND recipient = ANY(");
    sql.bind(people.clone()).text("::uuid[]) AND actor = ANY(").bind(people).text("::uuid[])");
    tx.execute(sql).await?;
    Ok(())
}
