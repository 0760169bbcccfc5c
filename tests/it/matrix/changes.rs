//! Mutations as doors: what a viewer may not see, every mutation answers as it answers an id that was never used.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    doors::{Room, Walk},
    rule::{Author, Relation, exists},
};

/// Mutations of a post that its author alone can do.
const OF_OWN_POSTS: [&str; 4] = ["editPost", "pinPost", "unpinPost", "deletePost"];
/// Those that everybody can do who sees it.
const OF_POSTS: [&str; 6] = ["likePost", "unlikePost", "savePost", "unsavePost", "hidePost", "toggleReaction"];
/// Mutations of what two people are to each other, those last that change it.
const OF_PROFILES: [&str; 8] = [
    "claimKeyBundle",
    "addToCircle",
    "removeFromCircle",
    "acceptFollowRequest",
    "rejectFollowRequest",
    "removeFollower",
    "follow",
    "unfollow",
];

impl Walk<'_> {
    /// Every mutation that leaves posts, beacons and relations as they are.
    pub async fn change(&mut self) {
        let (roots, replies, beacons) = (self.all(|c| c.root), self.all(|c| c.reply), self.all(|c| Some(c.beacon)));
        let found = self.found_by(&["resolveBeacon"], "beaconId", &beacons).await;
        self.door_by_id("resolveBeacon", Room::Beacon, found);
        if self.viewer.person.is_none() {
            for field in OF_OWN_POSTS.into_iter().chain(OF_POSTS) {
                self.is_asked_to_sign_in(field, "postId", &roots[..11]).await;
            }
            self.is_asked_to_sign_in("createPost", "parentId", &roots[..11]).await;
            return;
        }
        for (room, ids) in [(Room::Root, &roots), (Room::Reply, &replies)] {
            for field in OF_POSTS {
                let found = self.found_by(&[field], "postId", ids).await;
                self.door_by_id(field, room, found);
            }
            let found = self.found_by(&["createPost"], "parentId", ids).await;
            self.door_by_id("createPost", room, found);
        }
        let found = self.found_by(&["editPost"], "postId", &roots).await;
        self.door_by_id("editPost", Room::Root, found);
        let found = self.found_by(&["editPost"], "postId", &replies).await;
        self.door_by_id("editPost", Room::Reply, found);
        // Only so many can be pinned at the same time.
        let found = self.found_by(&["pinPost", "unpinPost"], "postId", &roots).await;
        self.door_by_id("pinPost, unpinPost", Room::Root, found);
        // A beacon is no post.
        assert_eq!(self.found_by(&["editPost"], "postId", &beacons[..14]).await, HashSet::new());
    }

    /// Every mutation of the relation between viewer and author.
    pub async fn relate(&mut self) {
        let authors: Vec<_> = self.world.authors.values().map(|person| person.id).collect();
        for field in OF_PROFILES {
            if self.viewer.person.is_none() {
                self.is_asked_to_sign_in(field, "profileId", &authors).await;
                continue;
            }
            let found = self.found_by(&[field], "profileId", &authors).await;
            self.door(field, Room::Profile, found);
        }
    }

    /// Blocks and unblocks: whom the viewer has blocked, he may block and unblock again, and nobody else who does not
    /// exist for him. Not as an author: two of them at once would be in each other's way.
    pub async fn block(&mut self) {
        let authors: Vec<_> = self.world.authors.values().map(|person| person.id).collect();
        let of_block: fn(Author) -> bool = |author| exists(Relation::Stranger, author);
        for (field, is_blocked) in [("block", of_block), ("unblock", |_| true)] {
            if self.viewer.person.is_none() {
                self.is_asked_to_sign_in(field, "profileId", &authors).await;
            } else if !self.viewer.is_author() {
                let found = self.found_by(&[field], "profileId", &authors).await;
                self.door(field, Room::Profile, found);
                self.doors.last_mut().unwrap().of_blocked = Some(is_blocked);
            }
        }
    }

    /// Deletes: as an author what is the author's own, and as somebody else nothing, try as he may.
    pub async fn delete(&mut self) {
        let (roots, beacons) = (self.all(|cell| cell.root), self.all(|cell| Some(cell.beacon)));
        if self.viewer.person.is_some() {
            let found = self.found_by(&["deletePost"], "postId", &roots).await;
            self.door_by_id("deletePost", Room::Root, found);
        }
        let found = self.found_by(&["deleteBeacon"], "beaconId", &beacons).await;
        self.door_by_id("deleteBeacon", Room::Beacon, found);
    }

    /// Sends the mutations for each of the ids; those that they do not treat as an id that was never used.
    async fn found_by(&mut self, fields: &[&str], id_field: &str, ids: &[Uuid]) -> HashSet<Uuid> {
        let mut found = HashSet::new();
        for ids in ids.chunks(18 / fields.len()) {
            let asked: Vec<_> = ids.iter().copied().chain([Uuid::new_v4()]).collect();
            let data = self.ask(&document(fields, id_field, &asked)).await;
            for field in fields {
                let errors = |at: usize| &data[format!("{field}{at}")]["userErrors"];
                let unused = errors(ids.len());
                assert_eq!(unused[0]["code"], "NOT_FOUND", "{field} of an id that was never used");
                found.extend((0..ids.len()).filter(|at| errors(*at) != unused).map(|at| ids[at]));
            }
        }
        found
    }

    /// Whoever is signed out learns nothing from a mutation: the answer is the same whatever the id.
    async fn is_asked_to_sign_in(&mut self, field: &str, id_field: &str, ids: &[Uuid]) {
        let mut bodies = HashSet::new();
        for id in ids {
            let answer = self.world.app.ask(None, &document(&[field], id_field, &[*id])).await;
            assert_eq!(answer.codes(), ["UNAUTHENTICATED"], "{field}: {}", answer.body);
            assert!(answer.json["data"].is_null());
            bodies.insert(answer.body);
        }
        assert_eq!(bodies.len(), 1, "{field}: {bodies:?}");
    }
}

/// The mutations for each of the ids, one id after the other.
fn document(fields: &[&str], id_field: &str, ids: &[Uuid]) -> String {
    let one = |field: &str, at: usize, id: Uuid| {
        let change = match field {
            "editPost" => " allowReplies: true",
            "createPost" => " body: \"a reply\"",
            "toggleReaction" => " emoji: \"👍\"",
            _ => "",
        };
        let input = format!("{{ {id_field}: \"{id}\"{change} }}");
        format!("{field}{at}: {field}(input: {input}) {{ userErrors {{ code message path }} }}")
    };
    let of_id = |(at, id): (usize, &Uuid)| fields.iter().map(|field| one(field, at, *id)).collect::<Vec<_>>();
    let all: Vec<_> = ids.iter().enumerate().flat_map(of_id).collect();
    format!("mutation {{ {} }}", all.join(" "))
}
