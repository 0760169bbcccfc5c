use chrono::TimeDelta;
use entity::PostId;
use uuid::Uuid;

use super::{MAX_BODY, Post, Visibility, mentions::handles, tags::hashtags};
use crate::{
    domain::{Domain, Error, Failure, Refusal, RefusalCode, budget::Ration, notification::Kind, once::Once, text},
    policy::Viewer,
    store,
};

/// A post can be made to leave after a year at the latest.
const MAX_LIFE_MINUTES: i32 = 366 * 24 * 60;
/// A day, in milliseconds; longer videos do not exist here.
const MAX_DURATION_MS: i32 = 24 * 60 * 60 * 1000;

/// What a person wants to post.
#[derive(Clone, Debug)]
pub struct NewPost {
    /// What it says; may be missing when there is a picture or a video.
    pub body: Option<String>,
    /// Where its picture is, a checked address.
    pub image_url: Option<String>,
    /// Where its video is, a checked address.
    pub video_url: Option<String>,
    /// Where the still of its video is, a checked address.
    pub thumbnail_url: Option<String>,
    /// How long the video is, in milliseconds.
    pub duration_ms: Option<i32>,
    /// Whom it is for.
    pub visibility: Visibility,
    /// What it replies to.
    pub parent: Option<PostId>,
    /// Whether it may be replied to.
    pub allow_replies: bool,
    /// After how many minutes it leaves.
    pub expires_in_minutes: Option<i32>,
}

impl Domain {
    /// Posts something, `once` if the request can come again.
    pub async fn create_post(&self, viewer: Viewer, new: NewPost, once: Option<&Once>) -> Result<Post, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let body = check(&new)?;
        let now = self.now();
        let id = PostId(self.random.time_ordered_id(now));
        let mentioned = body.as_deref().map(handles).unwrap_or_default();
        let row = store::post::NewPost {
            id,
            author: me,
            created_at: now,
            expires_at: new.expires_in_minutes.map(|minutes| now + TimeDelta::minutes(minutes.into())),
            tags: body.as_deref().map(hashtags).unwrap_or_default(),
            body,
            image_url: new.image_url,
            video_url: new.video_url,
            thumbnail_url: new.thumbnail_url,
            duration_ms: new.duration_ms,
            visibility: new.visibility.word(),
            parent: new.parent,
            allow_replies: new.allow_replies,
        };
        if self.earlier(once).await?.is_none() {
            self.ration(Ration::Posts, me)?;
        }
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                if let Some(made) = self.unless_made(&tx, once, id.0.as_bytes()).await? {
                    let made = PostId(Uuid::from_slice(&made).unwrap_or_default());
                    let post = store::post::by_ids(&tx, viewer, now, &[made]).await?.pop();
                    return post.ok_or_else(Failure::made_and_gone);
                }
                let mut replied_to = None;
                if let Some(parent) = new.parent {
                    let parent = self.lock_visible_post(&tx, viewer, parent, "parentId").await?;
                    if !parent.allow_replies {
                        let message = "the post may not be replied to";
                        return Err(Failure::refused(RefusalCode::NotAllowed, "parentId", message));
                    }
                    replied_to = Some(parent);
                }
                store::post::insert(&tx, row.clone()).await?;
                if let Some(parent) = &replied_to {
                    store::notification::tell(&tx, Kind::Reply, me, Some(id), &[parent.author.id], now).await?;
                }
                if !mentioned.is_empty() {
                    self.mention(&tx, viewer, (id, me), &mentioned, replied_to.as_ref()).await?;
                }
                // Only whoever is suspended in this very moment does not see the own post.
                let post = store::post::by_ids(&tx, viewer, now, &[id]).await?.pop().ok_or(Error::Unauthenticated)?;
                tx.commit().await?;
                Ok(post)
            })
            .await
    }
}

fn check(new: &NewPost) -> Result<Option<String>, Failure> {
    let mut refusals = Vec::new();
    let mut refuse = |field, message: &str| refusals.push(Refusal::new(RefusalCode::Invalid, field, message));
    let body = match text::checked("body", new.body.as_deref().unwrap_or_default(), MAX_BODY) {
        Ok(None) if new.image_url.is_none() && new.video_url.is_none() => {
            refuse("body", "a post needs a text, a picture or a video");
            None
        }
        Ok(body) => body,
        Err(refusal) => return Err(refusal.into()),
    };
    if let Some(duration) = new.duration_ms {
        if new.video_url.is_none() {
            refuse("durationMs", "only a video has a duration");
        } else if !(0..=MAX_DURATION_MS).contains(&duration) {
            refuse("durationMs", "the duration must be between 0 and a day");
        }
    }
    if new.expires_in_minutes.is_some_and(|minutes| !(1..=MAX_LIFE_MINUTES).contains(&minutes)) {
        refuse("expiresInMinutes", "a post can leave after a minute at the earliest and a year at the latest");
    }
    if refusals.is_empty() { Ok(body) } else { Err(Failure::Refused(refusals)) }
}
