//! Who watches, who makes beacons, and who may know of which.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use sea_orm::sqlx::{Executor, PgPool};
use serde_json::json;
use uuid::Uuid;

/// What the server signs with.
pub const SECRET: &str = "a secret of the benchmark, long enough";
/// Places that are watched, far enough from each other.
pub const AREAS: usize = 200;
/// People who watch: each by several sockets.
const PEOPLE: usize = 3_000;

/// Whose a beacon is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    Anonymous,
    Public,
    Private,
}

/// What a subscriber is to the authors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    SignedOut,
    Stranger,
    Follower,
    Blocking,
}

#[derive(Clone)]
pub struct World {
    pub authors: Vec<(Author, String)>,
    people: Vec<String>,
}

/// The middle of an area.
pub fn area(number: usize) -> (f64, f64) {
    ((number / 20) as f64 * 2.0 + 30.0, (number % 20) as f64 * 2.0)
}

fn relation(subscriber: usize) -> Relation {
    // Not in step with the areas.
    match (subscriber / AREAS + subscriber % AREAS) % 10 {
        0..=2 => Relation::SignedOut,
        3..=5 => Relation::Stranger,
        6..=8 => Relation::Follower,
        _ => Relation::Blocking,
    }
}

impl World {
    pub async fn new(url: &str) -> Self {
        let pool = PgPool::connect(url).await.unwrap();
        let id = |salt: u128, n: usize| Uuid::from_u128((salt << 64) | (n as u128) | (4 << 76) | (1 << 63));
        let mut sql = "TRUNCATE profiles, posts, follows, blocks, live_events CASCADE;".to_owned();
        let mut authors = Vec::new();
        for n in 0..30 {
            let author = [Author::Anonymous, Author::Public, Author::Private][n % 3];
            let profile = id(1, n);
            sql += &format!(
                "INSERT INTO profiles (id, handle, is_private) VALUES ('{profile}', 'author_{n}', {});",
                author == Author::Private
            );
            authors.push((author, token(profile)));
        }
        let mut people = Vec::new();
        for n in 0..PEOPLE {
            let profile = id(2, n);
            sql +=
                &format!("INSERT INTO profiles (id, handle, is_private) VALUES ('{profile}', 'watcher_{n}', false);");
            people.push(token(profile));
        }
        // Each person is one thing to all authors.
        for (kind, table) in [
            (Relation::Follower, "INSERT INTO follows (follower_id, following_id, status) SELECT"),
            (Relation::Blocking, "INSERT INTO blocks (blocker_id, blocked_id) SELECT"),
        ] {
            let ids: Vec<_> = (0..PEOPLE).filter(|n| Self::is(*n) == kind).map(|n| format!("'{}'", id(2, n))).collect();
            let status = if kind == Relation::Follower { ", 'accepted'" } else { "" };
            sql += &format!(
                "{table} person.id, author.id{status} FROM profiles AS person, profiles AS author
                 WHERE person.id IN ({}) AND author.handle LIKE 'author%';",
                ids.join(",")
            );
        }
        sql += "ANALYZE;";
        pool.execute(sea_orm::sqlx::AssertSqlSafe(sql)).await.unwrap();
        Self { authors, people }
    }

    /// What a person is to the authors.
    fn is(person: usize) -> Relation {
        match person % 7 {
            0..=2 => Relation::Stranger,
            3..=5 => Relation::Follower,
            _ => Relation::Blocking,
        }
    }

    /// The token of a subscriber: of a person who is to the authors what the subscriber has to be.
    pub fn token_of(&self, subscriber: usize) -> Option<String> {
        let wanted = relation(subscriber);
        if wanted == Relation::SignedOut {
            return None;
        }
        let first = (subscriber * 7) % (PEOPLE - 7);
        (first..first + 7).find(|person| Self::is(*person) == wanted).map(|person| self.people[person].clone())
    }

    pub fn may_know(subscriber: usize, author: Author) -> bool {
        match (author, relation(subscriber)) {
            (Author::Anonymous, _) | (_, Relation::Follower) => true,
            (Author::Public, relation) => relation != Relation::Blocking,
            (Author::Private, _) => false,
        }
    }
}

fn token(profile: Uuid) -> String {
    let claims = json!({ "sub": profile, "exp": 4_000_000_000_i64 });
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}
