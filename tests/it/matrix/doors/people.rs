//! The doors to people, and to what the viewer alone sees.

use std::collections::HashSet;

use serde_json::Value;
use uuid::Uuid;

use super::{CountOf, PAGE, Room, Walk, ids_of, uuid};
use crate::matrix::world::Cell;

impl Walk<'_> {
    pub(super) async fn profiles(&mut self) {
        let authors = self.world.authors.clone();
        let ids: Vec<_> = authors.values().map(|person| person.id).collect();
        let found = self.each(&ids, |id| format!("profile(by: {{ id: \"{id}\" }}) {{ id handle }}")).await;
        self.door("profile(by: id)", Room::Profile, found);
        let found = self.each(&ids, |id| format!("node(id: \"{id}\") {{ id ... on Profile {{ handle }} }}")).await;
        self.door("node(id:)", Room::Profile, found);
        let found = self.nodes(&ids, "/id").await;
        self.door("nodes(ids:)", Room::Profile, found);
        for shout in [false, true] {
            let handle = |id: Uuid| {
                let handle = &authors.values().find(|person| person.id == id).unwrap().handle;
                if shout { handle.to_uppercase() } else { handle.clone() }
            };
            let found = self.each(&ids, |id| format!("profile(by: {{ handle: \"{}\" }}) {{ id }}", handle(id))).await;
            self.door("profile(by: handle)", Room::Profile, found);
        }
        for (kind, rooms) in
            [("ROOTS", &[Room::Root][..]), ("REPLIES", &[Room::Reply]), ("ALL", &[Room::Root, Room::Reply])]
        {
            let mut found = HashSet::new();
            for id in &ids {
                let field = |page: String| {
                    format!("{{ p: profile(by: {{ id: \"{id}\" }}) {{ c: posts(kind: {kind}, {page}) {PAGE} }} }}")
                };
                found.extend(self.pages("/p/c", field).await);
            }
            for room in rooms {
                self.door(&format!("profile.posts(kind: {kind})"), *room, found.clone());
            }
            let apart: Vec<_> = self.all(|cell| if kind == "ROOTS" { cell.reply } else { cell.root });
            assert!(kind == "ALL" || apart.iter().all(|id| !found.contains(id)), "{kind} holds others");
        }
        for (author, person) in authors {
            let data = self.ask(&format!("{{ p: profile(by: {{ id: \"{}\" }}) {{ postCount }} }}", person.id)).await;
            let says = data.pointer("/p/postCount").and_then(Value::as_i64);
            self.count("postCount", CountOf::Roots(author), says);
        }
        self.lists().await;
    }

    /// The lists of somebody whom everybody may see, and the viewer's own requests.
    pub(super) async fn lists(&mut self) {
        let hub = self.world.hub.id;
        for (list, count) in [("followers", "followerCount"), ("following", "followingCount")] {
            let field =
                |page: String| format!("{{ p: profile(by: {{ id: \"{hub}\" }}) {{ c: {list}({page}) {PAGE} }} }}");
            let ids = self.pages("/p/c", field).await;
            self.door(list, Room::Profile, ids);
            let counts = format!("{{ p: profile(by: {{ id: \"{hub}\" }}) {{ {count} {list} {{ totalCount }} }} }}");
            let data = self.ask(&counts).await;
            self.count(count, CountOf::Authors, data["p"][count].as_i64());
            self.count(&format!("{list}.totalCount"), CountOf::Authors, data["p"][list]["totalCount"].as_i64());
        }
        if self.viewer.person.is_some() {
            let data = self.ask("{ viewer { followRequests(first: 100) { nodes { from { id } } totalCount } } }").await;
            let requests = &data["viewer"]["followRequests"];
            let nodes = requests["nodes"].as_array().unwrap();
            assert_eq!(requests["totalCount"].as_i64(), i64::try_from(nodes.len()).ok(), "followRequests.totalCount");
            let ids = nodes.iter().map(|node| uuid(&node["from"]["id"])).collect();
            self.door("followRequests", Room::Profile, ids);
            self.doors.last_mut().unwrap().is_requests = true;
        }
    }

    /// Every post mentions everybody, and everybody was told of that by its author.
    pub(super) async fn notifications(&mut self) {
        if self.viewer.person.is_none() || self.viewer.is_author() {
            return;
        }
        let fields = "nodes { actor { id } post { id } } pageInfo { hasNextPage endCursor }";
        let (mut posts, mut actors, mut page) = (HashSet::new(), HashSet::new(), "first: 100".to_owned());
        loop {
            let data = self.ask(&format!("{{ viewer {{ c: notifications({page}) {{ {fields} }} }} }}")).await;
            let connection = &data["viewer"]["c"];
            for node in connection["nodes"].as_array().unwrap() {
                assert!(posts.insert(uuid(&node["post"]["id"])), "{node} came twice");
                actors.insert(uuid(&node["actor"]["id"]));
            }
            if connection["pageInfo"]["hasNextPage"] != true {
                break;
            }
            page = format!("first: 100, after: {}", connection["pageInfo"]["endCursor"]);
        }
        let data = self.ask("{ viewer { unreadNotificationCount } }").await;
        let says = data["viewer"]["unreadNotificationCount"].as_i64();
        assert_eq!(says, i64::try_from(posts.len()).ok(), "as {:?}", self.viewer);
        for room in [Room::Root, Room::Reply] {
            self.door("notifications", room, posts.clone());
        }
    }

    /// What is exported of others: the posts that the viewer has marked, and those who ask to follow. What is the viewer's
    /// own is no door.
    pub(super) async fn export(&mut self) {
        if self.viewer.person.is_none() {
            return;
        }
        let answer = self.world.app.ask(self.viewer.person.as_ref(), "{ exportMyData }").await;
        let mut export = answer.data("/exportMyData");
        let own: HashSet<_> = ["posts", "beacons"].map(|name| export[name].take()).iter().flat_map(ids_of).collect();
        // Those exist for the viewer there alone.
        let blocked = export["blockedProfiles"].take();
        let [me, _] = ["profile", "keys"].map(|name| export[name].take());
        assert_eq!(uuid(&me["id"]), self.viewer.person.as_ref().unwrap().id);
        self.mention(&export.to_string());
        let mine = |cell: &&Cell| self.viewer.is_author_of(cell);
        let written = self.world.cells.iter().filter(mine).flat_map(|cell| [cell.root, cell.reply, Some(cell.beacon)]);
        assert_eq!(own, written.flatten().collect(), "{:?} exports all that is the viewer's own", self.viewer);
        assert_eq!(blocked.as_array().map(Vec::is_empty), Some(false), "everybody has blocked somebody");
        for list in ["likes", "saves"] {
            let ids: HashSet<_> = ids_of(&export[list]).collect();
            for room in [Room::Root, Room::Reply] {
                self.door(&format!("exportMyData, {list}"), room, ids.clone());
            }
        }
        let followers = export["followers"].as_array().unwrap().iter();
        let requests =
            followers.filter(|follower| follower["status"] == "pending").map(|follower| uuid(&follower["id"]));
        self.door("exportMyData, followers", Room::Profile, requests.collect());
        self.doors.last_mut().unwrap().is_requests = true;
    }
}
