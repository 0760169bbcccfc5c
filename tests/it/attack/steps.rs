//! Steps: what people do through the API and operators by their commands. The model says what each has to answer.

use chrono::TimeDelta;
use serde_json::Value;
use sojorn::domain::account::Sanction;

use super::{
    marks::Marks,
    model::{Beacon, Model, Post},
    world::World,
};

/// What a step may be; often, what changes who sees what.
#[rustfmt::skip]
const STEPS: [&str; 28] = [
    "follow", "follow", "follow", "unfollow", "acceptFollowRequest", "acceptFollowRequest", "rejectFollowRequest",
    "removeFollower", "block", "block", "unblock", "unblock", "addToCircle", "removeFromCircle", "privacy", "privacy",
    "createPost", "createPost", "createPost", "editPost", "deletePost", "likePost", "hidePost", "createBeacon",
    "voteBeacon", "deleteBeacon", "suspend", "time",
];

/// What comes of an act: it is done, or refused with this code.
type Outcome = Result<(), &'static str>;

const NOT_FOUND: Outcome = Err("NOT_FOUND");
const NOT_ALLOWED: Outcome = Err("NOT_ALLOWED");

impl World<'_> {
    /// Anybody does anything.
    pub async fn step(&mut self) -> Result<(), String> {
        self.pass(TimeDelta::seconds(1));
        let acting = |at: &usize| self.model.people[*at].is_active() && self.model.people[*at].handle.is_some();
        let acting: Vec<_> = (0..self.model.people.len()).filter(acting).collect();
        if acting.is_empty() {
            return Ok(());
        }
        let me = *self.dice.pick(&acting);
        match *self.dice.pick(&STEPS) {
            "time" => {
                self.pass(TimeDelta::minutes(6));
                Ok(())
            }
            "suspend" => self.sanction().await,
            "createPost" => self.create_post(me).await,
            "createBeacon" => self.create_beacon(me).await,
            verb @ ("editPost" | "deletePost" | "likePost" | "hidePost") => self.do_to_post(me, verb).await,
            verb @ ("voteBeacon" | "deleteBeacon") => self.do_to_beacon(me, verb).await,
            "privacy" => {
                let is_private = self.dice.percent(50);
                let then = |model: &mut Model, _: &Value| model.set_private(me, is_private);
                self.act(me, "updateProfile", format!("isPrivate:{is_private}"), Ok(()), then).await
            }
            verb => self.do_to_person(me, verb).await,
        }
    }

    async fn do_to_person(&mut self, me: usize, verb: &'static str) -> Result<(), String> {
        let others: Vec<_> = (0..self.model.people.len()).filter(|other| *other != me).collect();
        // The star as often as all others together.
        let other = if me != 0 && self.dice.percent(50) { 0 } else { *self.dice.pick(&others) };
        let model = &self.model;
        let outcome = match verb {
            "unblock" if model.blocks.contains(&(me, other)) => Ok(()),
            "block" if model.blocks.contains(&(me, other)) && model.exists(None, other) => Ok(()),
            _ if !model.exists(Some(me), other) => NOT_FOUND,
            "acceptFollowRequest" if !model.asks_or_follows(other, me) => NOT_FOUND,
            "addToCircle" if !model.follows(Some(other), me) => NOT_ALLOWED,
            _ => Ok(()),
        };
        let input = format!("profileId:\"{}\"", model.people[other].id);
        let then = |model: &mut Model, _: &Value| model.relate_by(verb, me, other);
        self.act(me, verb, input, outcome, then).await
    }

    async fn create_post(&mut self, me: usize) -> Result<(), String> {
        let visibility = *self.dice.pick(&["PUBLIC", "FOLLOWERS", "CIRCLE", "ONLY_ME"]);
        let parent = self.dice.percent(40).then(|| self.dice.below(self.model.posts.len()));
        let [marker, picture] = [(); 2].map(|()| self.dice.marker());
        let other = self.dice.below(self.model.people.len());
        let outcome = match parent {
            Some(parent) if !self.is_seen_post(me, parent) => NOT_FOUND,
            Some(parent) if !self.model.posts[parent].allow_replies => NOT_ALLOWED,
            _ => Ok(()),
        };
        let parent_id = parent.map(|parent| format!(",parentId:\"{}\"", self.model.posts[parent].id));
        let handle = self.model.people[other].handle.as_deref().unwrap_or("nobody");
        let input = format!(
            "body:\"{marker} world #all #{marker} @{handle}\",visibility:{visibility}{},\
             imageUrl:\"https://pics.example/{picture}\"",
            parent_id.unwrap_or_default()
        );
        let then = |model: &mut Model, payload: &Value| {
            let visibility =
                ["public", "followers", "circle", "only_me"].into_iter().find(|w| w.to_uppercase() == visibility);
            let post =
                Post { visibility, parent, ..Post::new(Some(me), [marker, picture], &payload["post"]["id"], model) };
            model.posts.push(post);
        };
        self.act(me, "createPost", input, outcome, then).await
    }

    async fn create_beacon(&mut self, me: usize) -> Result<(), String> {
        let is_anonymous = self.dice.percent(50);
        let [marker, picture] = [(); 2].map(|()| self.dice.marker());
        let allowed = self.allowances.entry(me).or_default();
        *allowed += 1;
        let outcome = if *allowed > 3 { Err("LIMIT_REACHED") } else { Ok(()) };
        let input = format!(
            "body:\"{marker} world\",type:FIRE,imageUrl:\"https://pics.example/{picture}\",\
             location:{{latitude:10.01,longitude:20.01}},anonymous:{is_anonymous}"
        );
        let then = |model: &mut Model, payload: &Value| {
            let author = (!is_anonymous).then_some(me);
            let beacon = Beacon { has_place: true, is_resolved: false, vouches: 0, reports: 0 };
            let post = Post::new(author, [marker, picture], &payload["beacon"]["id"], model);
            model.posts.push(Post { beacon: Some(beacon), ..post });
        };
        self.act(me, "createBeacon", input, outcome, then).await
    }

    fn is_seen_post(&self, me: usize, post: usize) -> bool {
        self.model.posts[post].beacon.is_none() && self.model.visible(Some(me), post)
    }

    async fn do_to_post(&mut self, me: usize, verb: &'static str) -> Result<(), String> {
        let is_change = matches!(verb, "editPost" | "deletePost");
        let own: Vec<_> = (0..self.model.posts.len()).filter(|at| self.model.is_author(Some(me), *at)).collect();
        let post = if is_change && self.dice.percent(80) && !own.is_empty() {
            *self.dice.pick(&own)
        } else {
            self.dice.below(self.model.posts.len())
        };
        let outcome = match verb {
            _ if !self.is_seen_post(me, post) => NOT_FOUND,
            _ if is_change && !own.contains(&post) => NOT_ALLOWED,
            _ => Ok(()),
        };
        let marker = self.dice.marker();
        let id = self.model.posts[post].id;
        let input = match verb {
            "editPost" => format!("postId:\"{id}\",body:\"{marker} world\",visibility:FOLLOWERS"),
            _ => format!("postId:\"{id}\""),
        };
        let then = |model: &mut Model, _: &Value| match verb {
            "editPost" => model.posts[post].edit(marker),
            "deletePost" => model.posts[post].is_deleted = true,
            "likePost" => drop(model.likes.insert((me, post))),
            _ => drop(model.hides.insert((me, post))),
        };
        self.act(me, verb, input, outcome, then).await
    }

    async fn do_to_beacon(&mut self, me: usize, verb: &'static str) -> Result<(), String> {
        let beacons: Vec<_> = (0..self.model.posts.len()).filter(|at| self.model.posts[*at].beacon.is_some()).collect();
        let at = *self.dice.pick(&beacons);
        let is_report = self.dice.percent(60);
        let (post, is_vote) = (&self.model.posts[at], verb == "voteBeacon");
        let is_resolved = post.beacon.as_ref().is_some_and(|beacon| beacon.is_resolved);
        let is_own = post.author == Some(me);
        let outcome = match verb {
            _ if !self.model.visible(Some(me), at) => NOT_FOUND,
            _ if is_vote == is_own => NOT_ALLOWED,
            _ if is_vote && is_resolved => Err("CONFLICT"),
            _ => Ok(()),
        };
        let vote = if is_report { ",vote:REPORT" } else { ",vote:VOUCH" };
        let input = format!("beaconId:\"{}\"{}", post.id, if is_vote { vote } else { "" });
        let then = |model: &mut Model, _: &Value| {
            if is_vote {
                model.votes.insert((me, at), is_report);
            } else {
                model.posts[at].is_deleted = true;
            }
        };
        self.act(me, verb, input, outcome, then).await
    }

    /// An operator suspends somebody, or lifts that.
    async fn sanction(&mut self) -> Result<(), String> {
        let at = self.dice.below(self.model.people.len());
        let person = &mut self.model.people[at];
        let Some(handle) = person.handle.clone() else { return Ok(()) };
        let (sanction, state) = match person.state {
            "active" => (Sanction::Suspend, "suspended"),
            "suspended" | "banned" => (Sanction::Restore, "active"),
            _ => return Ok(()),
        };
        person.state = state;
        self.arena.app.domain.sanction(&handle, sanction).await.map_err(|error| format!("{error:?}"))?;
        self.history.push(format!("{sanction:?} {at}"));
        self.remember();
        Ok(())
    }
}

impl Post {
    fn new(author: Option<usize>, [marker, picture]: [String; 2], id: &Value, model: &Model) -> Self {
        Self {
            id: id.as_str().unwrap_or_default().parse().unwrap_or_default(),
            author,
            marker,
            picture,
            earlier: Vec::new(),
            visibility: Some("public"),
            status: Some("active"),
            is_deleted: false,
            expires_at: None,
            created_at: model.now,
            parent: None,
            allow_replies: true,
            has_video: false,
            beacon: None,
        }
    }

    fn edit(&mut self, marker: String) {
        self.earlier.push(std::mem::replace(&mut self.marker, marker));
        self.visibility = Some("followers");
    }
}

impl Model {
    fn asks_or_follows(&self, who: usize, whom: usize) -> bool {
        matches!(self.follows.get(&(who, whom)), Some(Some("pending" | "accepted")))
    }

    /// What a verb that is not refused makes of two people.
    fn relate_by(&mut self, verb: &str, me: usize, other: usize) {
        let status = self.follows.get(&(other, me)).copied().flatten();
        match verb {
            "follow" if !self.asks_or_follows(me, other) => {
                let person = &self.people[other];
                let is_open = person.is_private == Some(false) || person.is_official;
                let before = self.follows.insert((me, other), Some(if is_open { "accepted" } else { "pending" }));
                // An odd row gives way.
                if before.is_some() && !is_open {
                    self.circles.remove(&(other, me));
                }
            }
            "unfollow" => self.leave(me, other),
            "acceptFollowRequest" => drop(self.follows.insert((other, me), Some("accepted"))),
            "rejectFollowRequest" if status == Some("pending") => self.leave(other, me),
            "removeFollower" if status == Some("accepted") => self.leave(other, me),
            "block" if !self.blocks.contains(&(me, other)) => {
                for (one, two) in [(me, other), (other, me)] {
                    self.leave(one, two);
                    self.circles.remove(&(one, two));
                }
                self.blocks.insert((me, other));
            }
            "unblock" => drop(self.blocks.remove(&(me, other))),
            "addToCircle" => drop(self.circles.insert((me, other))),
            "removeFromCircle" => drop(self.circles.remove(&(me, other))),
            _ => {}
        }
    }

    /// Who ceases to follow leaves the circle.
    fn leave(&mut self, who: usize, whom: usize) {
        if self.follows.remove(&(who, whom)).is_some() {
            self.circles.remove(&(whom, who));
        }
    }

    fn set_private(&mut self, me: usize, is_private: bool) {
        self.people[me].is_private = Some(is_private);
        let mut asking =
            self.follows.iter_mut().filter(|((_, whom), status)| *whom == me && **status == Some("pending"));
        if !is_private {
            asking.by_ref().for_each(|(_, status)| *status = Some("accepted"));
        }
    }
}
