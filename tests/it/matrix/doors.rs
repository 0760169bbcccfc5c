//! Everything that a client can ask to find out whether a post, a beacon or a profile exists, as one viewer.

use std::collections::HashSet;

use serde_json::Value;
use uuid::Uuid;

use super::{
    rule::Author,
    world::{Cell, PLACE, Viewer, World},
};

/// What a door leads to, of a cell or of its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Root,
    Reply,
    Beacon,
    Profile,
}

/// What came through one door.
pub struct Door {
    pub name: String,
    pub room: Room,
    /// An author was let through with what is the author's own only: to the others, authors are strangers like others.
    pub is_own: bool,
    /// Only the posts of those whom the viewer follows, and the viewer's own, belong here.
    pub is_home: bool,
    /// Only those authors belong here who ask to follow the viewer.
    pub is_requests: bool,
    /// Which of the authors belong here whom the viewer has blocked; none at other doors.
    pub of_blocked: Option<fn(Author) -> bool>,
    pub ids: HashSet<Uuid>,
}

/// A number that the API says, and the door whose ids it has to count.
pub struct Count {
    pub name: String,
    pub of: CountOf,
    pub says: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
pub enum CountOf {
    /// The visible root posts of an author.
    Roots(Author),
    /// All visible beacons.
    Beacons,
    /// All visible authors.
    Authors,
}

/// One viewer on the way through all doors.
pub struct Walk<'a> {
    pub world: &'a World,
    pub viewer: &'a Viewer,
    pub doors: Vec<Door>,
    pub counts: Vec<Count>,
    /// Every id that any answer held, wherever it stood: ids, texts, addresses.
    pub mentioned: HashSet<Uuid>,
}

const PAGE: &str = "{ nodes { id } pageInfo { hasNextPage endCursor } }";
const POST: &str = "id body author { id handle } videoUrl visibility";
const BEACON: &str = "id text: body signer: author { id handle } location { latitude }";

impl<'a> Walk<'a> {
    pub fn new(world: &'a World, viewer: &'a Viewer) -> Self {
        Self { world, viewer, doors: Vec::new(), counts: Vec::new(), mentioned: HashSet::new() }
    }

    /// Every door that only shows.
    pub async fn look(&mut self) {
        self.feeds().await;
        self.look_ups().await;
        self.profiles().await;
        self.parents().await;
        self.replies().await;
        self.marked().await;
        self.notifications().await;
        self.hashtag().await;
        self.search().await;
        self.beacons().await;
        self.export().await;
    }

    async fn feeds(&mut self) {
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

    async fn look_ups(&mut self) {
        let (roots, replies, beacons) = (self.all(|c| c.root), self.all(|c| c.reply), self.all(|c| Some(c.beacon)));
        for (room, ids) in [(Room::Root, &roots), (Room::Reply, &replies), (Room::Beacon, &beacons)] {
            let (field, fields) = if room == Room::Beacon { ("beacon", BEACON) } else { ("post", POST) };
            let found = self.each(ids, |id| format!("{field}(id: \"{id}\") {{ {fields} }}")).await;
            self.door_by_id(&format!("{field}(id:)"), room, found);
            let fields = format!("id ... on Post {{ {POST} }} ... on Beacon {{ {BEACON} }}");
            let found = self.each(ids, |id| format!("node(id: \"{id}\") {{ {fields} }}")).await;
            self.door_by_id("node(id:)", room, found);
            let found = self.nodes(ids, "/id").await;
            self.door_by_id("nodes(ids:)", room, found);
        }
        // One is not the other.
        let found = self.each(&beacons, |id| format!("post(id: \"{id}\") {{ id }}")).await;
        assert_eq!(found, HashSet::new(), "a beacon was found as a post");
        let found = self.each(&roots, |id| format!("beacon(id: \"{id}\") {{ id }}")).await;
        assert_eq!(found, HashSet::new(), "a post was found as a beacon");
    }

    async fn profiles(&mut self) {
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
    async fn lists(&mut self) {
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

    async fn parents(&mut self) {
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
    async fn replies(&mut self) {
        let topic = self.world.topic;
        let field = |page: String| format!("{{ p: post(id: \"{topic}\") {{ replyCount c: replies({page}) {PAGE} }} }}");
        let ids = self.pages("/p/c", field).await;
        let data = self.ask(&format!("{{ post(id: \"{topic}\") {{ replyCount }} }}")).await;
        assert_eq!(data["post"]["replyCount"].as_i64(), i64::try_from(ids.len()).ok(), "as {:?}", self.viewer);
        self.door("replies", Room::Reply, ids);
    }

    /// Everything has the same hashtag.
    async fn hashtag(&mut self) {
        let field =
            |page: String| format!("{{ h: hashtag(name: \"matrix\") {{ postCount c: posts({page}) {PAGE} }} }}");
        let ids = self.pages("/h/c", field).await;
        let data = self.ask("{ hashtag(name: \"matrix\") { postCount } }").await;
        assert_eq!(data["hashtag"]["postCount"].as_i64(), i64::try_from(ids.len()).ok(), "as {:?}", self.viewer);
        for room in [Room::Root, Room::Reply] {
            self.door("hashtag", room, ids.clone());
        }
    }

    /// Every post mentions everybody, and everybody was told of that by its author.
    async fn notifications(&mut self) {
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

    /// Every text has the same word, and every author a name that begins in the same way and one that is like it.
    async fn search(&mut self) {
        let found = async |walk: &mut Self, query: &str, kind: &str| {
            let field = |page: String| {
                let nodes = "... on Post { id } ... on Profile { id } ... on Hashtag { id: name }";
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
    async fn marked(&mut self) {
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

    /// What is exported of others: the posts that the viewer has marked, and those who ask to follow. What is the viewer's
    /// own is no door.
    async fn export(&mut self) {
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

    async fn beacons(&mut self) {
        let (lat, long) = PLACE;
        let (south, north, west, east) = (lat - 0.1, lat + 0.1, long - 0.1, long + 0.1);
        let corner = |lat: f64, long: f64| format!("{{ latitude: {lat}, longitude: {long} }}");
        let ring = [corner(south, west), corner(south, east), corner(north, east), corner(north, west)].join(", ");
        let areas = [
            ("circle", format!("{{ circle: {{ center: {}, radiusMeters: 2000 }} }}", corner(lat, long))),
            ("bounds", format!("{{ bounds: {{ south: {south}, west: {west}, north: {north}, east: {east} }} }}")),
            ("polygon", format!("{{ polygon: [{ring}] }}")),
        ];
        for (name, area) in areas {
            for order in ["DISTANCE", "NEWEST", "PRIORITY"] {
                let field = |page: String| format!("{{ c: beacons(area: {area}, orderBy: {order}, {page}) {PAGE} }}");
                let ids = self.pages("/c", field).await;
                self.door(&format!("beacons({name}, {order})"), Room::Beacon, ids);
            }
            let data = self.ask(&format!("{{ beacons(area: {area}) {{ totalCount }} }}")).await;
            let says = data["beacons"]["totalCount"].as_i64();
            self.count(&format!("beacons({name}).totalCount"), CountOf::Beacons, says);
        }
        let map = format!("bounds: {{ south: {south}, west: {west}, north: {north}, east: {east} }}, zoom: 4");
        let data = self.ask(&format!("{{ beaconClusters({map}) {{ count beacon {{ id }} }} }}")).await;
        let clusters = data["beaconClusters"].as_array().unwrap();
        self.count("beaconClusters", CountOf::Beacons, clusters.iter().map(|cluster| cluster["count"].as_i64()).sum());
    }

    // --- How to ask --------------------------------------------------------------------------------------------------

    /// Asks, and keeps in mind every id that the answer holds.
    pub async fn ask(&mut self, document: &str) -> Value {
        let answer = self.world.app.ask(self.viewer.person.as_ref(), document).await;
        self.mention(&answer.body);
        // Who is in a circle is the author's secret, also from whoever is in it.
        assert!(self.viewer.is_author() || !answer.body.contains("\"CIRCLE\""), "{:?}", self.viewer);
        answer.data("")
    }

    fn mention(&mut self, text: &str) {
        let words = text.split(['"', ' ', '/']);
        self.mentioned.extend(words.filter(|word| word.len() == 36).filter_map(|word| word.parse::<Uuid>().ok()));
    }

    /// The ids on all pages of the connection at this pointer; none, where there is no such connection.
    async fn pages(&mut self, at: &str, document: impl Fn(String) -> String) -> HashSet<Uuid> {
        let (mut ids, mut page) = (HashSet::new(), "first: 100".to_owned());
        loop {
            let data = self.ask(&document(page)).await;
            let Some(connection) = data.pointer(at) else { return ids };
            for node in connection["nodes"].as_array().unwrap() {
                let thing = node.get("parent").unwrap_or(node);
                assert!(thing.is_null() || ids.insert(uuid(&thing["id"])), "{thing} came twice");
            }
            if connection["pageInfo"]["hasNextPage"] != true {
                return ids;
            }
            page = format!("first: 100, after: {}", connection["pageInfo"]["endCursor"]);
        }
    }

    async fn backwards(&mut self, feed: &str) -> HashSet<Uuid> {
        let (mut ids, mut page) = (HashSet::new(), "last: 30".to_owned());
        loop {
            let fields = "nodes { id } pageInfo { hasPreviousPage startCursor }";
            let data = self.ask(&format!("{{ c: {feed}({page}) {{ {fields} }} }}")).await;
            let connection = &data["c"];
            ids.extend(connection["nodes"].as_array().unwrap().iter().map(|node| uuid(&node["id"])));
            if connection["pageInfo"]["hasPreviousPage"] != true {
                return ids;
            }
            page = format!("last: 30, before: {}", connection["pageInfo"]["startCursor"]);
        }
    }

    /// Asks for each of the ids by a field of its own; those that were found.
    async fn each(&mut self, ids: &[Uuid], field: impl Fn(Uuid) -> String) -> HashSet<Uuid> {
        let mut found = HashSet::new();
        for ids in ids.chunks(15) {
            let fields: Vec<_> = ids.iter().enumerate().map(|(at, id)| format!("a{at}: {}", field(*id))).collect();
            let data = self.ask(&format!("{{ {} }}", fields.join(" "))).await;
            for (at, id) in ids.iter().enumerate() {
                let thing = &data[format!("a{at}")];
                if !thing.is_null() {
                    assert_eq!(uuid(&thing["id"]), *id);
                    found.insert(*id);
                }
            }
        }
        found
    }

    /// Asks for the ids by `nodes`; the ids at this pointer of what was found.
    async fn nodes(&mut self, ids: &[Uuid], at: &str) -> HashSet<Uuid> {
        let mut found = HashSet::new();
        for ids in ids.chunks(100) {
            let list: Vec<_> = ids.iter().map(|id| format!("\"{id}\"")).collect();
            let fields = "id ... on Post { body parent { id body } } ... on Beacon { body } ... on Profile { handle }";
            let data = self.ask(&format!("{{ nodes(ids: [{}]) {{ {fields} }} }}", list.join(", "))).await;
            let nodes = data["nodes"].as_array().unwrap();
            assert_eq!(nodes.len(), ids.len());
            for (id, node) in ids.iter().zip(nodes).filter(|(_, node)| !node.is_null()) {
                assert_eq!(uuid(&node["id"]), *id);
                found.extend(node.pointer(at).filter(|id| !id.is_null()).map(uuid));
            }
        }
        found
    }

    /// What is asked for by its id: of all cells, and by authors of their own.
    pub fn all(&self, of: impl Fn(&Cell) -> Option<Uuid>) -> Vec<Uuid> {
        let is_asked = |cell: &&Cell| !self.viewer.is_author() || self.viewer.is_author_of(cell);
        self.world.cells.iter().filter(is_asked).filter_map(of).collect()
    }

    pub fn door(&mut self, name: &str, room: Room, ids: HashSet<Uuid>) {
        let name = name.to_owned();
        self.doors.push(Door { name, room, is_own: false, is_home: false, is_requests: false, of_blocked: None, ids });
    }

    /// A door through which the things of [`Self::all`] were asked for.
    pub fn door_by_id(&mut self, name: &str, room: Room, ids: HashSet<Uuid>) {
        self.door(name, room, ids);
        self.doors.last_mut().unwrap().is_own = self.viewer.is_author();
    }

    fn count(&mut self, name: &str, of: CountOf, says: Option<i64>) {
        self.counts.push(Count { name: name.to_owned(), of, says });
    }
}

/// The ids in a list of objects: their own, or those of the posts that they are about.
fn ids_of(list: &Value) -> impl Iterator<Item = Uuid> {
    list.as_array().unwrap().iter().map(|thing| uuid(thing.get("postId").unwrap_or(&thing["id"])))
}

pub fn uuid(value: &Value) -> Uuid {
    value.as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("{value} is no id"))
}
