//! The scene of the matrix: an author of every kind with posts, replies and beacons of every kind, and viewers that are
//! something to all of them. It is written straight into the tables, adopted oddities included.

use std::{collections::BTreeMap, fmt::Write};

use uuid::Uuid;

use super::rule::{Author, Content, Relation};
use crate::support::{Person, TestApp};

/// Where the signed beacons are, as latitude and longitude.
pub const PLACE: (f64, f64) = (40.7, -73.9);

/// One cell of the matrix: the same content as each kind of thing.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    pub author: Author,
    pub content: Content,
    /// A post, with a video. Not of contents that only beacons can be.
    pub root: Option<Uuid>,
    /// A reply of the author's to somebody else's public post.
    pub reply: Option<Uuid>,
    /// Somebody else's public reply to `root`.
    pub answer: Option<Uuid>,
    /// A beacon that the author has signed.
    pub beacon: Uuid,
}

/// Who looks.
#[derive(Clone, Debug)]
pub struct Viewer {
    is: Is,
    pub person: Option<Person>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Is {
    /// The same to every author.
    Other(Relation),
    /// That author, and a stranger to the others.
    Author(Author),
}

impl Viewer {
    pub fn relation_to(&self, author: Author) -> Relation {
        match self.is {
            Is::Other(relation) => relation,
            Is::Author(me) if me == author => Relation::Myself,
            Is::Author(_) => Relation::Stranger,
        }
    }

    /// Whether a row of the table is this viewer's to fill.
    pub fn fills(&self, relation: Relation, author: Author) -> bool {
        self.is == Is::Other(relation) || (relation == Relation::Myself && self.is == Is::Author(author))
    }

    pub fn is_author(&self) -> bool {
        matches!(self.is, Is::Author(_))
    }

    pub fn is_author_of(&self, cell: &Cell) -> bool {
        self.is == Is::Author(cell.author)
    }

    /// What the author's follow of this viewer is, if there is one: authors have nothing to do with each other.
    pub fn is_followed_by(&self, author: Author) -> Option<&'static str> {
        matches!(self.is, Is::Other(relation) if relation != Relation::SignedOut).then(|| follows_back(author))
    }

    /// Whether the server takes this person's token at all.
    pub fn is_let_in(&self) -> bool {
        !matches!(self.is, Is::Author(me) if me.state() != "active")
    }
}

pub struct World {
    pub app: TestApp,
    pub authors: BTreeMap<Author, Person>,
    pub viewers: Vec<Viewer>,
    pub cells: Vec<Cell>,
    /// Follows every author and is followed by every author, and has nothing to do with the viewers.
    pub hub: Person,
    /// Wrote the answers; public.
    pub replier: Person,
    /// The public post that the authors' replies reply to.
    pub topic: Uuid,
    /// A public post without a video, by the same.
    pub still: Uuid,
    sql: String,
}

impl World {
    pub async fn new() -> Self {
        let app = TestApp::new().await;
        let mut world = Self {
            hub: person(&app, "hub"),
            replier: person(&app, "replier"),
            topic: Uuid::new_v4(),
            still: Uuid::new_v4(),
            authors: BTreeMap::new(),
            viewers: vec![Viewer { is: Is::Other(Relation::SignedOut), person: None }],
            cells: Vec::new(),
            // What an adopted database may hold and a new one cannot.
            sql: "ALTER TABLE profiles ALTER handle DROP NOT NULL, ALTER is_private DROP NOT NULL,
                      DROP CONSTRAINT profiles_handle_check;
                  ALTER TABLE follows DROP CONSTRAINT follows_status_check;
                  ALTER TABLE posts ALTER visibility DROP NOT NULL, ALTER status DROP NOT NULL,
                      DROP CONSTRAINT posts_visibility_check, DROP CONSTRAINT posts_author_check;"
                .to_owned(),
            app,
        };
        world.people();
        world.relations();
        world.contents();
        world.add("UPDATE posts SET tags = '{matrix}';");
        // Everybody has marked everything, also what has since ceased to exist for them.
        for marks in ["post_likes", "post_saves"] {
            world.add(&format!(
                "INSERT INTO {marks} (profile_id, post_id) SELECT profiles.id, posts.id FROM profiles, posts;"
            ));
        }
        world.add(
            "INSERT INTO post_mentions (post_id, profile_id)
                 SELECT posts.id, profiles.id FROM posts, profiles WHERE author_id IS NOT NULL;
             INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at)
                 SELECT profile_id, author_id, 'mention', post_id, created_at
                 FROM post_mentions JOIN posts ON posts.id = post_id WHERE author_id <> profile_id;",
        );
        world.app.database.run(&world.sql).await;
        world
    }

    /// Adds SQL to what is run at the end.
    fn add(&mut self, sql: &str) {
        self.sql.push_str(sql);
        self.sql.push('\n');
    }

    fn people(&mut self) {
        for author in Author::ALL {
            let person = person(&self.app, &format!("author.{}", format!("{author:?}").to_lowercase()));
            let handle = if author == Author::NoHandle { "NULL".to_owned() } else { quoted(&person.handle) };
            let is_private = author.is_private().map_or("NULL".to_owned(), |is_private| is_private.to_string());
            self.add(&format!(
                "INSERT INTO profiles (id, handle, display_name, bio, website, avatar_url, cover_url, is_private, state,
                                       identity_key, created_at)
                 VALUES ('{0}', {handle}, 'Name of {0}', 'Bio of {0}', 'https://home.example/{0}',
                         'https://avatar.example/{0}', 'https://cover.example/{0}', {is_private}, '{1}',
                         'Key of {0}', '2025-06-01');",
                person.id,
                author.state()
            ));
            self.viewers.push(Viewer { is: Is::Author(author), person: Some(person.clone()) });
            self.authors.insert(author, person);
        }
        for relation in Relation::OTHERS {
            let person = person(&self.app, &format!("viewer.{}", format!("{relation:?}").to_lowercase()));
            self.viewers.push(Viewer { is: Is::Other(relation), person: Some(person) });
        }
        let others = self.viewers.iter().filter(|viewer| matches!(viewer.is, Is::Other(_)));
        let others = others.filter_map(|viewer| viewer.person.clone());
        let troll = person(&self.app, "troll");
        for person in others.chain([self.hub.clone(), self.replier.clone(), troll.clone()]).collect::<Vec<_>>() {
            self.add(&format!("INSERT INTO profiles (id, handle) VALUES ('{}', '{}');", person.id, person.handle));
        }
        // Everybody follows somebody, is in somebody's circle, and has blocked and is blocked by somebody: who that is
        // must matter.
        for me in self.viewers.iter().filter_map(|viewer| viewer.person.as_ref()).map(|me| me.id).collect::<Vec<_>>() {
            let (friend, troll) = (self.replier.id, troll.id);
            self.follow(me, friend, "accepted");
            self.add(&format!(
                "INSERT INTO circle_members (owner_id, member_id) VALUES ('{friend}', '{me}');
                 INSERT INTO blocks (blocker_id, blocked_id) VALUES ('{troll}', '{me}'), ('{me}', '{troll}');"
            ));
        }
    }

    fn relations(&mut self) {
        let authors: Vec<_> = self.authors.iter().map(|(author, person)| (*author, person.id)).collect();
        for (author, id) in authors {
            for (follower, following) in [(id, self.hub.id), (self.hub.id, id)] {
                self.follow(follower, following, "accepted");
            }
            for relation in Relation::OTHERS {
                let viewer = self.viewer(relation).person.clone().unwrap().id;
                if let Some(status) = relation.follow() {
                    self.follow(viewer, id, status);
                }
                self.follow(id, viewer, follows_back(author));
                if relation.is_in_circle() {
                    self.add(&format!("INSERT INTO circle_members (owner_id, member_id) VALUES ('{id}', '{viewer}');"));
                }
                let block = match relation {
                    Relation::Blocked => (id, viewer),
                    Relation::Blocking => (viewer, id),
                    _ => continue,
                };
                self.add(&format!(
                    "INSERT INTO blocks (blocker_id, blocked_id) VALUES ('{}', '{}');",
                    block.0, block.1
                ));
            }
        }
    }

    fn follow(&mut self, follower: Uuid, following: Uuid, status: &str) {
        self.add(&format!(
            "INSERT INTO follows (follower_id, following_id, status) VALUES ('{follower}', '{following}', '{status}');"
        ));
    }

    fn contents(&mut self) {
        self.row(self.topic, Some(self.replier.id), false, None, "'public'", "");
        self.row(self.still, Some(self.replier.id), false, None, "'public'", "video_url = NULL");
        for (author, content) in Author::ALL.iter().flat_map(|author| Content::ALL.map(|content| (*author, content))) {
            let who = Some(self.authors[&author].id);
            let visibility = content.visibility().map_or("NULL".to_owned(), quoted);
            let change = match content {
                Content::Later => "expires_at = '2026-03-01 13:00+00'",
                Content::Expired => "expires_at = '2026-03-01 12:00+00'",
                Content::Deleted => "deleted_at = '2026-02-01'",
                Content::Removed => "status = 'removed'",
                Content::NoStatus => "status = NULL",
                Content::ReportedAway => "report_count = 5, vouch_count = 4",
                Content::Disputed => "report_count = 5, vouch_count = 5",
                Content::Doubted => "report_count = 4",
                _ => "",
            };
            let beacon = Uuid::new_v4();
            self.row(beacon, who, true, None, &visibility, change);
            let mut cell = Cell { author, content, root: None, reply: None, answer: None, beacon };
            if !content.is_of_beacons() {
                let [root, reply, answer] = [(); 3].map(|()| Uuid::new_v4());
                self.row(root, who, false, None, &visibility, change);
                self.row(reply, who, false, Some(self.topic), &visibility, change);
                self.row(answer, Some(self.replier.id), false, Some(root), "'public'", "");
                cell = Cell { root: Some(root), reply: Some(reply), answer: Some(answer), ..cell };
            }
            self.cells.push(cell);
        }
        // The newest of all, by nobody and no beacons: they exist for nobody and take nobody's place in a feed.
        for _ in 0..2 {
            self.row(Uuid::new_v4(), None, false, None, "'public'", "created_at = '2026-03-01 11:59+00'");
        }
    }

    /// A row of `posts` whose text is a word and its id, so that a text that leaks can be told. All are at the place, also those that
    /// are no beacons.
    fn row(
        &mut self,
        id: Uuid,
        author: Option<Uuid>,
        is_beacon: bool,
        parent: Option<Uuid>,
        visibility: &str,
        change: &str,
    ) {
        let uuid = |id: Option<Uuid>| id.map_or("NULL".to_owned(), |id| format!("'{id}'"));
        let (author, parent) = (uuid(author), uuid(parent));
        let (lat, long) = PLACE;
        self.add(&format!(
            "INSERT INTO posts (id, author_id, body, visibility, video_url, parent_id, is_beacon, beacon_type, location,
                                created_at)
             VALUES ('{id}', {author}, 'matrix {id}', {visibility}, 'https://video.example/{id}', {parent}, {is_beacon},
                     'fire', 'SRID=4326;POINT({long} {lat})', '2026-03-01 10:00+00');"
        ));
        if !change.is_empty() {
            let _ = write!(self.sql, "UPDATE posts SET {change} WHERE id = '{id}';");
        }
    }

    pub fn viewer(&self, relation: Relation) -> &Viewer {
        self.viewers.iter().find(|viewer| viewer.is == Is::Other(relation)).unwrap()
    }

    pub fn cell(&self, author: Author, content: Content) -> &Cell {
        self.cells.iter().find(|cell| (cell.author, cell.content) == (author, content)).unwrap()
    }
}

/// The status of the author's follow of each viewer who is no author.
fn follows_back(author: Author) -> &'static str {
    if matches!(author, Author::Public | Author::Unclear | Author::Suspended) { "accepted" } else { "pending" }
}

fn person(app: &TestApp, handle: &str) -> Person {
    let id = Uuid::new_v4();
    Person { id, handle: handle.to_owned(), token: app.token(id) }
}

fn quoted(word: &str) -> String {
    format!("'{word}'")
}
