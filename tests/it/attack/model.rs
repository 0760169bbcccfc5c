//! What a world holds, and who may see it: `visible`, `visible_profile` and `may_view` as the product's rule states them,
//! in plain Rust and without a look at `policy::visibility`. If the two come to differ, one of them is wrong.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Who looks: nobody in particular, or the person at this place of [`Model::people`].
pub type Viewer = Option<usize>;

#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    /// None in an adopted row.
    pub handle: Option<String>,
    pub state: &'static str,
    pub is_private: Option<bool>,
    pub is_official: bool,
    /// Stands in the display name and the picture.
    pub card: String,
    /// Stands in the bio, the website and the cover.
    pub details: String,
    /// Stands in the address of the account and in the identity key.
    pub own: String,
    /// Stands in the hash of the password.
    pub hidden: String,
}

impl Person {
    pub fn is_active(&self) -> bool {
        self.state == "active"
    }
}

/// A post, a reply or a beacon.
#[derive(Clone, Debug)]
pub struct Post {
    pub id: Uuid,
    pub author: Option<usize>,
    /// Stands in the text and in the tags.
    pub marker: String,
    /// Stands in the addresses of the picture and the video.
    pub picture: String,
    /// What stood there before.
    pub earlier: Vec<String>,
    pub visibility: Option<&'static str>,
    pub status: Option<&'static str>,
    pub is_deleted: bool,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub parent: Option<usize>,
    pub allow_replies: bool,
    pub has_video: bool,
    pub beacon: Option<Beacon>,
}

#[derive(Clone, Debug)]
pub struct Beacon {
    pub has_place: bool,
    pub is_resolved: bool,
    /// Those that it came with.
    pub vouches: usize,
    pub reports: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub now: DateTime<Utc>,
    pub people: Vec<Person>,
    pub posts: Vec<Post>,
    /// (who, whom) and the status.
    pub follows: BTreeMap<(usize, usize), Option<&'static str>>,
    /// (who, whom).
    pub blocks: BTreeSet<(usize, usize)>,
    /// (whose, who).
    pub circles: BTreeSet<(usize, usize)>,
    /// (who, which post).
    pub likes: BTreeSet<(usize, usize)>,
    pub saves: BTreeSet<(usize, usize)>,
    pub hides: BTreeSet<(usize, usize)>,
    /// (who, which beacon), and whether it is a report.
    pub votes: BTreeMap<(usize, usize), bool>,
}

impl Model {
    /// Whether the server takes this viewer's token.
    pub fn is_let_in(&self, viewer: Viewer) -> bool {
        viewer.is_none_or(|me| self.people[me].is_active())
    }

    /// Everybody who can look, and nobody in particular.
    pub fn viewers(&self) -> Vec<Viewer> {
        let people = (0..self.people.len()).map(Some);
        [None].into_iter().chain(people).filter(|viewer| self.is_let_in(*viewer)).collect()
    }

    pub fn is_block_between(&self, viewer: Viewer, person: usize) -> bool {
        viewer.is_some_and(|me| self.blocks.contains(&(me, person)) || self.blocks.contains(&(person, me)))
    }

    pub fn follows(&self, viewer: Viewer, person: usize) -> bool {
        viewer.is_some_and(|me| self.follows.get(&(me, person)) == Some(&Some("accepted")))
    }

    /// Whether the profile exists for the viewer.
    pub fn exists(&self, viewer: Viewer, person: usize) -> bool {
        let Person { handle, .. } = &self.people[person];
        self.people[person].is_active() && handle.is_some() && !self.is_block_between(viewer, person)
    }

    /// Whether the rest of the profile is open to the viewer.
    pub fn may_view(&self, viewer: Viewer, person: usize) -> bool {
        let is_public = self.people[person].is_private == Some(false);
        self.exists(viewer, person) && (viewer == Some(person) || is_public || self.follows(viewer, person))
    }

    /// How often a beacon was vouched for and reported; who is not active is not counted.
    fn votes(&self, at: usize) -> (usize, usize) {
        let of = |is_report| {
            let votes = self.votes.iter().filter(|((_, beacon), vote)| *beacon == at && **vote == is_report);
            votes.filter(|((who, _), _)| self.people[*who].is_active()).count()
        };
        let beacon = self.posts[at].beacon.as_ref();
        let (vouches, reports) = beacon.map_or((0, 0), |beacon| (beacon.vouches, beacon.reports));
        (vouches + of(false), reports + of(true))
    }

    /// Whether the post itself is there, for anybody at all.
    fn stands(&self, at: usize) -> bool {
        let post = &self.posts[at];
        let (vouches, reports) = self.votes(at);
        let is_reported_away = reports >= 5 && reports > vouches;
        let is_over = post.expires_at.is_some_and(|at| at <= self.now);
        let has_place = post.beacon.as_ref().is_none_or(|beacon| beacon.has_place);
        !post.is_deleted && post.status == Some("active") && !is_over && !is_reported_away && has_place
    }

    /// Whether the post exists for the viewer.
    pub fn visible(&self, viewer: Viewer, post: usize) -> bool {
        self.stands(post) && self.is_meant_for(viewer, post)
    }

    /// Whether the post exists for the viewer if it is there at all. Who watches is told when a beacon ceases to be.
    pub fn is_meant_for(&self, viewer: Viewer, post: usize) -> bool {
        let post = &self.posts[post];
        let Some(author) = post.author else {
            return post.beacon.is_some() && post.visibility == Some("public");
        };
        if !self.exists(viewer, author) {
            return false;
        }
        let is_included = match post.visibility {
            Some("public") => true,
            Some("followers") => self.follows(viewer, author),
            Some("circle") => viewer.is_some_and(|me| self.circles.contains(&(author, me))),
            _ => false,
        };
        viewer == Some(author) || (self.may_view(viewer, author) && is_included)
    }

    pub fn is_author(&self, viewer: Viewer, post: usize) -> bool {
        viewer.is_some() && self.posts[post].author == viewer
    }
}
