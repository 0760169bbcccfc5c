//! What the calls do, one after the other: a few people, and what stands between them.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// People of a group.
pub const PEOPLE: usize = 4;

/// What somebody does.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Follow(usize),
    Unfollow(usize),
    Accept(usize),
    Reject(usize),
    Block(usize),
    Unblock(usize),
    Private(bool),
    Like(Uuid),
    Unlike(Uuid),
    Reply(Uuid),
    Delete(Uuid),
}

/// A post that there was at some time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Post {
    pub author: usize,
    pub parent: Option<Uuid>,
    pub deleted: bool,
}

/// How things stand in a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State {
    pub private: [bool; PEOPLE],
    /// `(follower, followed)`, and whether it is accepted.
    pub follows: BTreeMap<(usize, usize), bool>,
    /// `(blocker, blocked)`.
    pub blocks: BTreeSet<(usize, usize)>,
    pub posts: BTreeMap<Uuid, Post>,
    /// `(who, post)`.
    pub likes: BTreeSet<(usize, Uuid)>,
}

/// What is answered: a refusal, or how the viewer follows, where that is told.
pub type Heard = &'static str;

impl State {
    pub fn exists(&self, viewer: usize, other: usize) -> bool {
        !self.blocks.contains(&(viewer, other)) && !self.blocks.contains(&(other, viewer))
    }

    pub fn sees(&self, viewer: usize, post: Uuid) -> bool {
        let Some(Post { author, deleted, .. }) = self.posts.get(&post) else { return false };
        let is_open = !self.private[*author] || self.follows.get(&(viewer, *author)) == Some(&true);
        !deleted && self.exists(viewer, *author) && (*author == viewer || is_open)
    }

    /// Whether nobody follows past a block, and nobody waits to follow somebody who is public.
    pub fn can_be(&self) -> bool {
        self.follows.iter().all(|(&(follower, followed), &accepted)| {
            follower != followed && self.exists(follower, followed) && (accepted || self.private[followed])
        })
    }

    fn status(&self, follower: usize, followed: usize) -> Heard {
        match self.follows.get(&(follower, followed)) {
            None => "NONE",
            Some(false) => "PENDING",
            Some(true) => "ACCEPTED",
        }
    }

    /// Does it. Answers what is answered; `made` is the id of the reply.
    pub fn apply(&mut self, me: usize, act: Act, made: Option<Uuid>) -> Heard {
        match act {
            Act::Follow(other)
            | Act::Unfollow(other)
            | Act::Accept(other)
            | Act::Reject(other)
            | Act::Block(other)
            | Act::Unblock(other)
                if !self.exists(me, other) && !self.blocks.contains(&(me, other)) =>
            {
                "NOT_FOUND"
            }
            Act::Block(other) => {
                self.follows.remove(&(me, other));
                self.follows.remove(&(other, me));
                self.blocks.insert((me, other));
                "OK"
            }
            Act::Unblock(other) => {
                self.blocks.remove(&(me, other));
                "OK"
            }
            Act::Follow(other) | Act::Unfollow(other) | Act::Accept(other) | Act::Reject(other)
                if !self.exists(me, other) =>
            {
                "NOT_FOUND"
            }
            Act::Follow(other) => {
                let accepted = !self.private[other];
                self.follows.entry((me, other)).or_insert(accepted);
                self.status(me, other)
            }
            Act::Unfollow(other) => {
                self.follows.remove(&(me, other));
                self.status(me, other)
            }
            Act::Accept(other) => match self.follows.get_mut(&(other, me)) {
                Some(accepted) => {
                    *accepted = true;
                    self.status(me, other)
                }
                None => "NOT_FOUND",
            },
            Act::Reject(other) => {
                if self.follows.get(&(other, me)) == Some(&false) {
                    self.follows.remove(&(other, me));
                }
                self.status(me, other)
            }
            Act::Private(on) => {
                self.private[me] = on;
                if !on {
                    self.follows.iter_mut().filter(|(pair, _)| pair.1 == me).for_each(|(_, accepted)| *accepted = true);
                }
                "OK"
            }
            Act::Like(post) | Act::Unlike(post) | Act::Reply(post) | Act::Delete(post) if !self.sees(me, post) => {
                "NOT_FOUND"
            }
            Act::Like(post) => {
                self.likes.insert((me, post));
                "OK"
            }
            Act::Unlike(post) => {
                self.likes.remove(&(me, post));
                "OK"
            }
            Act::Reply(parent) => {
                // A reply that was refused has no id, and cannot have been made.
                let Some(id) = made else { return "MADE" };
                self.posts.insert(id, Post { author: me, parent: Some(parent), deleted: false });
                "OK"
            }
            Act::Delete(post) => match self.posts.get_mut(&post) {
                Some(post) if post.author == me => {
                    post.deleted = true;
                    "OK"
                }
                _ => "NOT_ALLOWED",
            },
        }
    }
}
