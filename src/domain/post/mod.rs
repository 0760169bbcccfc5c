//! Posts: writing, changing, pinning and deleting them, and finding them.

mod create;
mod delete;
mod edit;
mod find;
mod mentions;
mod pin;
mod tags;

use entity::{PostId, ProfileId};

pub(super) use self::tags::hashtags;
pub use self::{create::NewPost, edit::Edit};
pub use crate::store::post::{Kind, Post};
use crate::{
    domain::{Domain, Error, Failure, RefusalCode},
    policy::{Viewer, permission},
    store::{self, Executor, Tx},
};

/// The longest text of a post or beacon, in characters.
pub(super) const MAX_BODY: usize = 5_000;

/// Whom a post is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Anybody who may view the author's profile.
    Public,
    /// Accepted followers.
    Followers,
    /// The author's circle.
    Circle,
    /// The author alone.
    OnlyMe,
}

impl Visibility {
    /// As it is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Followers => "followers",
            Self::Circle => "circle",
            Self::OnlyMe => "only_me",
        }
    }

    /// As it was stored; an unknown word counts as `only_me`.
    #[must_use]
    pub fn of(word: Option<&str>) -> Self {
        match word {
            Some("public") => Self::Public,
            Some("followers") => Self::Followers,
            Some("circle") => Self::Circle,
            _ => Self::OnlyMe,
        }
    }

    /// As the viewer is told. Who is in a circle is the secret of whose circle it is, from the members too: to everybody
    /// but the author, a post for the circle is one for followers.
    #[must_use]
    pub fn told(self, viewer: Viewer, author: ProfileId) -> Self {
        if self == Self::Circle && viewer.id() != Some(author) { Self::Followers } else { self }
    }
}

impl Domain {
    /// The post, if it exists for the viewer and is the viewer's own to change.
    async fn own_post(&self, db: &impl Executor, viewer: Viewer, id: PostId) -> Result<Post, Failure> {
        let post = store::post::by_ids(db, viewer, self.now(), &[id]).await?.pop().ok_or_else(not_found)?;
        if permission::may_change(viewer, Some(post.author.id)) {
            Ok(post)
        } else {
            Err(Failure::refused(RefusalCode::NotAllowed, "postId", "only its author may do that"))
        }
    }

    /// A post that the viewer may see, while nothing else between the two people can change: a block waits until what is
    /// done to the post is done, and who waits for a block finds no post. `field` of the input names it.
    pub(in crate::domain) async fn lock_visible_post(
        &self,
        tx: &Tx,
        viewer: Viewer,
        id: PostId,
        field: &'static str,
    ) -> Result<Post, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let read = async || {
            let post = store::post::by_ids(tx, viewer, self.now(), &[id]).await?.pop();
            post.ok_or_else(|| Failure::refused(RefusalCode::NotFound, field, "there is no such post"))
        };
        store::follow::lock_pair(tx, me, read().await?.author.id).await?;
        read().await
    }

    /// As [`Self::own_post`], locked until the transaction ends. The lock comes first: what is read behind it is what
    /// will be changed, and nobody deletes it meanwhile.
    async fn lock_own_post(&self, tx: &Tx, viewer: Viewer, id: PostId) -> Result<Post, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let is_own = store::post::lock(tx, id, me).await?;
        let post = self.own_post(tx, viewer, id).await?;
        if is_own { Ok(post) } else { Err(not_found()) }
    }

    /// The post as it is now, after a change.
    async fn changed_post(&self, db: &impl Executor, viewer: Viewer, id: PostId) -> Result<Post, Failure> {
        let post = store::post::by_ids(db, viewer, self.now(), &[id]).await?.pop();
        // Expired in this very moment, or its author suspended.
        post.ok_or_else(not_found)
    }
}

fn not_found() -> Failure {
    Failure::refused(RefusalCode::NotFound, "postId", "there is no such post")
}
