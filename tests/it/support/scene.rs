use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{TestApp, privacy};

/// Somebody, with an access token.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    pub handle: String,
    pub token: String,
}

/// A row of `posts` to write, with everything as usual but what is named.
#[derive(Clone, Debug)]
pub struct Post {
    pub body: String,
    pub visibility: String,
    pub video_url: Option<String>,
    pub parent: Option<Uuid>,
    pub pinned: bool,
    pub expires_at: Option<DateTime<Utc>>,
}

impl Post {
    pub fn of(visibility: &str, body: &str) -> Self {
        Self {
            body: body.to_owned(),
            visibility: visibility.to_owned(),
            video_url: None,
            parent: None,
            pinned: false,
            expires_at: None,
        }
    }

    pub fn public(body: &str) -> Self {
        Self::of("public", body)
    }
}

/// A beacon to write, with everything as usual but what is named.
#[derive(Clone, Debug)]
pub struct Beacon {
    pub latitude: f64,
    pub longitude: f64,
    pub body: String,
    pub author: Option<Uuid>,
    pub kind: String,
    pub severity: String,
    pub state: String,
    pub visibility: String,
    pub vouches: i32,
    pub reports: i32,
    pub expires_at: Option<DateTime<Utc>>,
}

impl Beacon {
    pub fn at(latitude: f64, longitude: f64) -> Self {
        Self {
            latitude,
            longitude,
            body: "a beacon".to_owned(),
            author: None,
            kind: "hazard".to_owned(),
            severity: "medium".to_owned(),
            state: "active".to_owned(),
            visibility: "public".to_owned(),
            vouches: 0,
            reports: 0,
            expires_at: None,
        }
    }
}

impl TestApp {
    /// A new public profile.
    pub async fn person(&self, handle: &str) -> Person {
        self.profile(handle, "false").await
    }

    /// A new private profile.
    pub async fn private(&self, handle: &str) -> Person {
        self.profile(handle, "true").await
    }

    async fn profile(&self, handle: &str, is_private: &str) -> Person {
        let id = Uuid::new_v4();
        let at = self.now() - TimeDelta::days(30);
        self.database
            .run(&format!(
                "INSERT INTO profiles (id, handle, is_private, created_at) VALUES ('{id}', '{handle}', {is_private}, '{at}')"
            ))
            .await;
        Person { id, handle: handle.to_owned(), token: self.token(id) }
    }

    /// `follower` follows `following`, with this status, from now on. The clock moves on by a second.
    pub async fn follow(&self, follower: &Person, following: &Person, status: &str) {
        self.database
            .run(&format!(
                "INSERT INTO follows (follower_id, following_id, status, created_at)
                 VALUES ('{}', '{}', '{status}', '{}')",
                follower.id,
                following.id,
                self.now()
            ))
            .await;
        self.advance(TimeDelta::seconds(1));
    }

    /// `blocker` blocks `blocked`. Follows stay, as if the block came from an older tool: the rule must hold alone.
    pub async fn block(&self, blocker: &Person, blocked: &Person) {
        self.database
            .run(&format!("INSERT INTO blocks (blocker_id, blocked_id) VALUES ('{}', '{}')", blocker.id, blocked.id))
            .await;
    }

    /// `owner` takes `member` into the circle.
    pub async fn circle(&self, owner: &Person, member: &Person) {
        self.database
            .run(&format!("INSERT INTO circle_members (owner_id, member_id) VALUES ('{}', '{}')", owner.id, member.id))
            .await;
    }

    /// Sets `profiles.state`.
    pub async fn set_state(&self, person: &Person, state: &str) {
        self.database.run(&format!("UPDATE profiles SET state = '{state}' WHERE id = '{}'", person.id)).await;
    }

    /// `author` posts. The clock moves on by a second.
    pub async fn post(&self, author: &Person, post: Post) -> Uuid {
        privacy::secret(&post.body);
        let id = Uuid::now_v7();
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let optional = |text: Option<String>| text.map_or("NULL".to_owned(), |text| quoted(&text));
        self.database
            .run(&format!(
                "INSERT INTO posts (id, author_id, body, visibility, video_url, parent_id, is_pinned, expires_at, created_at)
                 VALUES ('{id}', '{}', {}, '{}', {}, {}, {}, {}, '{}')",
                author.id,
                quoted(&post.body),
                post.visibility,
                optional(post.video_url),
                optional(post.parent.map(|parent| parent.to_string())),
                post.pinned,
                optional(post.expires_at.map(|at| at.to_string())),
                self.now()
            ))
            .await;
        self.advance(TimeDelta::seconds(1));
        id
    }

    /// A beacon. The clock moves on by a second.
    pub async fn beacon(&self, beacon: Beacon) -> Uuid {
        privacy::secret(&beacon.body);
        let id = Uuid::new_v4();
        let author = beacon.author.map_or("NULL".to_owned(), |author| format!("'{author}'"));
        let expires = beacon.expires_at.map_or("NULL".to_owned(), |at| format!("'{at}'"));
        let Beacon { latitude, longitude, body, kind, severity, state, visibility, vouches, reports, .. } = beacon;
        self.database
            .run(&format!(
                "INSERT INTO posts (id, author_id, body, visibility, is_beacon, beacon_type, severity, beacon_state,
                                    vouch_count, report_count, expires_at, created_at, location)
                 VALUES ('{id}', {author}, '{body}', '{visibility}', true, '{kind}', '{severity}', '{state}',
                         {vouches}, {reports}, {expires}, '{}', 'SRID=4326;POINT({longitude} {latitude})')",
                self.now()
            ))
            .await;
        self.advance(TimeDelta::seconds(1));
        id
    }
}
