//! A server on a database of its own, a clock that the test holds, and short words to set the scene with.
#![allow(dead_code)]

mod answer;
mod cluster;
mod crowd;
mod database;
mod dice;
mod list;
mod log;
mod plan;
mod pooler;
pub mod privacy;
mod scene;
mod schema;
mod server;
mod socket;
mod tile;
mod verbs;
mod wire;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use axum::{Router, body::Body, response::Response};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Request, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use sea_orm::Statement;
use serde_json::{Value, json};
use sojorn::{
    app::App,
    config::{Config, Sources},
    domain::{Clock, Domain, Random, budget::Budgets},
    graphql::Limits,
    store::db::Observer,
};
use tower::ServiceExt;
use uuid::Uuid;

pub use self::{
    answer::Answer,
    cluster::{Cluster, Stop},
    crowd::{PERSON, numbered, numbered_sql},
    database::{Database, url_of},
    dice::Dice,
    list::List,
    log::Log,
    plan::Plan,
    pooler::Pooler,
    scene::{Beacon, Person, Post},
    schema::{Field, Input, Ref, Schema, Type},
    server::Server,
    socket::{Events, Socket},
    tile::{Address, Tile},
    wire::{PASSWORD, Session, old_hash, session_of},
};

/// The secret that the test servers sign with.
pub const SECRET: &str = "a secret of the tests, 32 characters or more";

/// The budgets that the settings have by themselves, as documented.
pub const USUAL_BUDGETS: Budgets = Budgets {
    cost: 20_000,
    posts: 30,
    follows: 100,
    likes: 600,
    votes: 60,
    blocks: 200,
    key_claims: 100,
    sign_ins: 5,
    sign_ins_an_hour: 25,
    sign_ins_from: 25,
    sign_ups_from: 5,
};

/// Budgets that nobody comes to the end of.
pub const ENDLESS: Budgets = Budgets {
    cost: 1 << 40,
    posts: 1 << 40,
    follows: 1 << 40,
    likes: 1 << 40,
    votes: 1 << 40,
    blocks: 1 << 40,
    key_claims: 1 << 40,
    sign_ins: 1 << 40,
    sign_ins_an_hour: 1 << 40,
    sign_ins_from: 1 << 40,
    sign_ups_from: 1 << 40,
};

/// A server under test.
pub struct TestApp {
    /// Its database; dropped with it.
    pub database: Database,
    pub router: Router,
    pub domain: Arc<Domain>,
    config: Config,
    micros: Arc<AtomicI64>,
    statements: Arc<Mutex<Vec<Statement>>>,
    /// Whatever a test is about, log, spans and numbers hold nothing of what was said in it.
    _confidence: privacy::Confidence,
}

impl TestApp {
    /// A server on a new, empty database. Its clock stands at 2026-03-01 12:00 UTC.
    pub async fn new() -> Self {
        Self::on(Database::new().await).await
    }

    /// A server on this database.
    pub async fn on(database: Database) -> Self {
        Self::with(database, |_| ()).await
    }

    /// A server on a new database that takes no larger operations than one that nobody has set otherwise. The others take
    /// larger ones: tests ask for much at once.
    pub async fn with_usual_limits() -> Self {
        Self::with(Database::new().await, |config| config.limits = Limits::USUAL).await
    }

    /// A server on this database with other settings.
    pub async fn with(database: Database, change: impl FnOnce(&mut Config)) -> Self {
        Self::with_random(database, Random::system(), change).await
    }

    /// As [`Self::with`], with other random bytes.
    pub async fn with_random(database: Database, random: Random, change: impl FnOnce(&mut Config)) -> Self {
        privacy::watch();
        let mut config = Sources::of([("DATABASE_URL", &database.url), ("JWT_SECRET", SECRET)]).config().unwrap();
        assert_eq!(config.limits, Limits::USUAL);
        config.limits = Limits {
            bytes: 1_000_000,
            tokens: 100_000,
            selections: 100_000,
            aliases: 10_000,
            root_fields: 10_000,
            cost: 1_000_000,
            ..Limits::USUAL
        };
        assert_eq!(config.domain.budgets, USUAL_BUDGETS);
        config.domain.budgets = ENDLESS;
        config.database.max_connections = 8;
        let statements = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&statements);
        config.database.observer = Some(Observer(Arc::new(move |statement: &Statement| {
            seen.lock().unwrap().push(statement.clone());
        })));
        change(&mut config);
        let start: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().unwrap();
        let micros = Arc::new(AtomicI64::new(start.timestamp_micros()));
        let App { domain, router, .. } = App::new(&config, clock(&micros), random).await.unwrap();
        let confidence = privacy::Confidence(Arc::clone(domain.metrics()));
        Self { database, router, domain, config, micros, statements, _confidence: confidence }
    }

    /// Another server on this database, with the same clock and other settings, that is asked as this one is.
    pub async fn beside(&self, url: &str, change: impl FnOnce(&mut Config)) -> Self {
        let other = Self::with(Database::of(url, String::new(), true).await, change).await;
        other.micros.store(self.micros.load(Ordering::SeqCst), Ordering::SeqCst);
        other
    }

    /// Another server on the same database, with the same clock, that listens on a port of its own.
    pub async fn serve(&self) -> Server {
        self.serve_with(|_| ()).await
    }

    /// As [`Self::serve`], with other settings.
    pub async fn serve_with(&self, change: impl FnOnce(&mut Config)) -> Server {
        let mut config = self.config.clone();
        change(&mut config);
        Server::start(App::new(&config, clock(&self.micros), Random::system()).await.unwrap()).await
    }

    /// What the server's clock says.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).unwrap()
    }

    /// Moves the server's clock.
    pub fn advance(&self, by: TimeDelta) {
        self.micros.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }

    /// Asks, signed in as `viewer` or signed out.
    pub async fn ask<'a>(&self, viewer: impl Into<Option<&'a Person>>, query: &str) -> Answer {
        self.ask_with(viewer, query, json!({})).await
    }

    /// Asks with variables.
    pub async fn ask_with<'a>(&self, viewer: impl Into<Option<&'a Person>>, query: &str, variables: Value) -> Answer {
        let token = viewer.into().map(|person| person.token.clone());
        self.ask_by_token(token.as_deref(), query, variables).await
    }

    /// Asks with this access token.
    pub async fn ask_by_token(&self, token: Option<&str>, query: &str, variables: Value) -> Answer {
        privacy::sent(query, &variables);
        let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            privacy::secret(token);
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(self.call(request).await).await
    }

    /// Sends any request; what came back may be any bytes.
    async fn call(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Forgets which statements were sent so far.
    pub fn forget_statements(&self) {
        self.statements.lock().unwrap().clear();
    }

    /// The statements that were sent since they were last forgotten, without BEGIN and COMMIT.
    pub fn statements(&self) -> Vec<Statement> {
        self.statements.lock().unwrap().clone()
    }

    /// An access token like those of `sojorn token`: genuine, of no session, good for 15 minutes by the server's clock.
    pub fn token(&self, profile: Uuid) -> String {
        let now = self.now().timestamp();
        sign(&json!({ "sub": profile, "iat": now, "exp": now + 900, "jti": Uuid::new_v4() }), SECRET)
    }
}

/// A clock that the test holds.
fn clock(micros: &Arc<AtomicI64>) -> Clock {
    let hands = Arc::clone(micros);
    Clock::of(move || DateTime::from_timestamp_micros(hands.load(Ordering::SeqCst)).unwrap())
}

/// Signs any claims with any secret.
pub fn sign(claims: &Value, secret: &str) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

/// The value of a header.
pub fn header_of<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// A folder of this checkout with packages from npm, which `script/test` installs.
pub fn node(folder: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    assert!(folder.join("node_modules").exists(), "npm ci --ignore-scripts in {}, or script/test", folder.display());
    folder
}

/// A folder of real data, if it is on this machine: below `SOJORN_DATA`, or `../shared/data`.
pub fn data_folder(name: &str) -> Option<std::path::PathBuf> {
    let root = std::env::var_os("SOJORN_DATA").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        std::path::PathBuf::from,
    );
    let folder = root.join(name);
    if !folder.exists() {
        assert!(std::env::var_os("SOJORN_DATA").is_none(), "SOJORN_DATA is set, and there is no {}", folder.display());
        eprintln!("skipped: there is no {}", folder.display());
    }
    folder.exists().then_some(folder)
}

/// Imports a folder of files; how many profiles, follows and posts were added.
pub async fn import(app: &TestApp, folder: &std::path::Path) -> Vec<u64> {
    let db = app.database.patient().await;
    let counts = sojorn::domain::import::run(&db, folder, &mut |_| ()).await.unwrap();
    counts.into_iter().map(|count| count.added).collect()
}
