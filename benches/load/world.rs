//! The seeded database, and who and what in it is asked for.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::{Request, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use sea_orm::{
    Statement,
    sqlx::{self, AssertSqlSafe, PgPool},
};
use serde_json::json;
use sojorn::{
    app::App,
    config::Sources,
    domain::{Clock, Random},
    store::db::Observer,
};
use tower::ServiceExt;
use uuid::Uuid;

use crate::{operations::Operation, server::UNRATIONED};

/// What the servers of the benchmark sign with.
pub const SECRET: &str = "a secret of the benchmark, long enough";

pub struct World {
    pub profiles: i64,
    pub follows: i64,
    pub posts: i64,
    pub beacons: i64,
    /// Access tokens of people who follow some others.
    pub viewers: Vec<String>,
    /// Handles of public profiles with posts.
    pub handles: Vec<String>,
    /// Places with beacons around.
    pub places: Vec<(f64, f64)>,
    app: App,
    statements: Arc<Mutex<Vec<Statement>>>,
}

impl World {
    pub async fn open(url: &str) -> Self {
        let pool = PgPool::connect(url).await.unwrap();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&statements);
        let mut config = Sources::of([("DATABASE_URL", url), ("JWT_SECRET", SECRET), UNRATIONED]).config().unwrap();
        config.database.observer = Some(Observer(Arc::new(move |statement: &Statement| {
            seen.lock().unwrap().push(statement.clone());
        })));
        let app = App::new(&config, Clock::system(), Random::system()).await.unwrap();
        let count = async |of: &str| -> i64 {
            sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {of}"))).fetch_one(&pool).await.unwrap()
        };
        // The middle half by number of followees: neither lurkers nor collectors.
        let people: Vec<Uuid> = sqlx::query_scalar(
            "SELECT id FROM (SELECT follower_id AS id, ntile(4) OVER (ORDER BY count(*)) AS quarter FROM follows
             WHERE status = 'accepted' GROUP BY follower_id) AS people WHERE quarter IN (2, 3) ORDER BY md5(id::text) LIMIT 100",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        let handles = sqlx::query_scalar(
            "SELECT handle FROM profiles WHERE is_private IS FALSE AND state = 'active' AND (
             SELECT count(*) FROM (SELECT 1 FROM posts WHERE author_id = profiles.id AND is_beacon IS NOT TRUE LIMIT 5) AS few) = 5
             ORDER BY md5(handle) LIMIT 100",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        let places = sqlx::query_as(
            "SELECT ST_Y(location::geometry), ST_X(location::geometry) FROM posts WHERE is_beacon ORDER BY md5(id::text) LIMIT 100",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        Self {
            profiles: count("profiles").await,
            follows: count("follows").await,
            posts: count("posts").await,
            beacons: count("posts WHERE is_beacon").await,
            viewers: people.into_iter().map(token).collect(),
            handles,
            places,
            app,
            statements,
        }
    }

    /// The statement that does the work of an operation, as the server sends it, with the values of each who asks.
    pub async fn main_statements(&self, operation: &Operation) -> Vec<String> {
        let mut found = Vec::new();
        for (token, variables) in &operation.asked {
            self.statements.lock().unwrap().clear();
            let body = json!({ "query": operation.query, "variables": variables }).to_string();
            let request = Request::post("/graphql")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::AUTHORIZATION, format!("Bearer {token}"));
            let answer = self.app.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
            assert!(answer.status().is_success());
            let statements = self.statements.lock().unwrap();
            found.extend(
                statements.iter().find(|sent| sent.sql.contains(operation.main_statement)).map(ToString::to_string),
            );
        }
        assert!(!found.is_empty(), "no statement with {}", operation.main_statement);
        found
    }
}

fn token(person: Uuid) -> String {
    let now = chrono::Utc::now().timestamp();
    let claims = json!({ "sub": person, "iat": now, "exp": now + 86_400 });
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}
