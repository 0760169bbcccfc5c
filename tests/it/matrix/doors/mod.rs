//! Everything that a client can ask to find out whether a post, a beacon or a profile exists, as one viewer.

pub mod live;
mod people;
mod places;
mod posts;

use std::collections::HashSet;

use serde_json::Value;
use uuid::Uuid;

use super::{
    rule::Author,
    world::{Cell, Viewer, World},
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
