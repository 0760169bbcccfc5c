//! The doors to posts and replies.

use super::{PAGE, Room, Walk};

impl Walk<'_> {
    pub(super) async fn feeds(&mut self) {
        for feed in ["globalFeed", "quipFeed", "homeFeed"] {
            if feed == "homeFeed" && self.viewer.person.is_none() {
                continue;
            }
            let ids = self.pages("/c", |page| format!("{{ c: {feed}({page}) {PAGE} }}")).await;
            assert_eq!(ids.contains(&self.world.still), feed != "quipFeed", "{feed} as {:?}", self.viewer);
            self.door(feed, Room::Root, ids);
            self.doors.last_mut().unwrap().is_home = feed == "homeFeed";
            // From the other end, in small pages.
            let ids = self.backwards(feed).await;
            self.door(&format!("{feed}, backwards"), Room::Root, ids);
            self.doors.last_mut().unwrap().is_home = feed == "homeFeed";
        }
        // What may not be seen takes no place: one row is asked for, and one comes.
        for feed in ["globalFeed", "quipFeed"] {
            let data = self.ask(&format!("{{ {feed}(first: 1) {{ nodes {{ id }} }} }}")).await;
            assert_eq!(data[feed]["nodes"].as_array().unwrap().len(), 1, "{feed} as {:?}", self.viewer);
        }
    }

    pub(super) async fn parents(&mut self) {
        let answers = self.all(|cell| cell.answer);
        let found = self.nodes(&answers, "/parent/id").await;
        self.door_by_id("parent, by nodes", Room::Root, found);
        let field = |page: String| {
            format!(
                "{{ p: profile(by: {{ id: \"{}\" }}) {{ c: posts(kind: REPLIES, {page}) {{
                     nodes {{ parent {{ id body author {{ handle }} }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}",
                self.world.replier.id
            )
        };
        let found = self.pages("/p/c", field).await;
        self.door("parent, by profile.posts", Room::Root, found);
    }

    /// The replies to what everybody may see, and to what the viewer may see or not.
    pub(super) async fn replies(&mut self) {
        let topic = self.world.topic;
        let field = |page: String| format!("{{ p: post(id: \"{topic}\") {{ replyCount c: replies({page}) {PAGE} }} }}");
        let ids = self.pages("/p/c", field).await;
        let data = self.ask(&format!("{{ post(id: \"{topic}\") {{ replyCount }} }}")).await;
        assert_eq!(data["post"]["replyCount"].as_i64(), i64::try_from(ids.len()).ok(), "as {:?}", self.viewer);
        self.door("replies", Room::Reply, ids);
    }

    /// Everything has the same hashtag.
    pub(super) async fn hashtag(&mut self) {
        let field =
            |page: String| format!("{{ h: hashtag(name: \"matrix\") {{ postCount c: posts({page}) {PAGE} }} }}");
        let ids = self.pages("/h/c", field).await;
        let data = self.ask("{ hashtag(name: \"matrix\") { postCount } }").await;
        assert_eq!(data["hashtag"]["postCount"].as_i64(), i64::try_from(ids.len()).ok(), "as {:?}", self.viewer);
        for room in [Room::Root, Room::Reply] {
            self.door("hashtag", room, ids.clone());
        }
    }

    /// Every text has the same word, and every author a name that begins in the same way and one that is like it.
    pub(super) async fn search(&mut self) {
        let found = async |walk: &mut Self, query: &str, kind: &str| {
            let field = |page: String| {
                let nodes = "... on Post { id } ... on Profile { id }";
                format!(
                    "{{ c: search(query: \"{query}\", kinds: [{kind}], {page}) {{
                         nodes {{ {nodes} }} pageInfo {{ hasNextPage endCursor }} }} }}"
                )
            };
            walk.pages("/c", field).await
        };
        for query in ["matrix", "#MATRIX", "nothing or matrix"] {
            let ids = found(self, query, "POST").await;
            for room in [Room::Root, Room::Reply] {
                self.door(&format!("search({query})"), room, ids.clone());
            }
        }
        for query in ["author", "@Author.", "name of", "authr"] {
            let ids = found(self, query, "PROFILE").await;
            self.door(&format!("search({query})"), Room::Profile, ids);
        }
        let tags = "{ search(query: \"mat\", kinds: [HASHTAG]) { nodes { ... on Hashtag { name postCount } } } }";
        let data = self.ask(tags).await;
        assert_eq!(data["search"]["nodes"][0]["name"], "matrix", "as {:?}", self.viewer);
    }

    /// Everybody has marked everything; what there is for the viewer is shown.
    pub(super) async fn marked(&mut self) {
        if self.viewer.person.is_none() {
            return;
        }
        for list in ["likedPosts", "savedPosts"] {
            let ids = self.pages("/v/c", |page| format!("{{ v: viewer {{ c: {list}({page}) {PAGE} }} }}")).await;
            for room in [Room::Root, Room::Reply] {
                self.door(list, room, ids.clone());
            }
        }
    }
}
