//! Somebody who has left something in every table, among others who stay.

use sea_orm::sqlx;
use uuid::Uuid;

use super::member;
use crate::support::{Beacon, Database, Person, Post, Session, TestApp};

pub struct Scene {
    pub app: TestApp,
    pub ada: Person,
    pub session: Session,
    pub ben: Person,
    /// A post of Ben's that Ada has marked in every way.
    pub liked: Uuid,
    /// Ben's reply to a post of Ada's.
    pub reply: Uuid,
}

impl Scene {
    pub async fn new() -> Self {
        let app = TestApp::new().await;
        let (ada, session) = member(&app, "ada").await;
        let (ben, eve, fay) = (app.person("ben").await, app.person("eve").await, app.person("fay").await);
        let liked = app.post(&ben, Post::public("of ben")).await;
        let mine = app.post(&ada, Post { pinned: true, ..Post::public("of ada") }).await;
        app.post(&ada, Post::of("only_me", "a secret")).await;
        let deleted = app.post(&ada, Post::public("thought better of it")).await;
        app.post(&ada, Post { parent: Some(liked), ..Post::public("a reply") }).await;
        let reply = app.post(&ben, Post { parent: Some(mine), ..Post::public("to ada") }).await;
        app.beacon(Beacon { author: Some(ada.id), ..Beacon::at(44.9, -93.2) }).await;
        for (one, other) in [(&ada, &ben), (&ben, &ada)] {
            app.follow(one, other, "accepted").await;
            app.circle(one, other).await;
        }
        app.block(&ada, &eve).await;
        app.block(&fay, &ada).await;
        for (person, post) in [(ada.id, liked), (ben.id, liked), (ben.id, mine), (ada.id, mine)] {
            app.database
                .run(&format!(
                    "INSERT INTO post_likes (profile_id, post_id) VALUES ('{person}', '{post}');
                     INSERT INTO post_reactions (profile_id, post_id, emoji) VALUES ('{person}', '{post}', '👍');
                     INSERT INTO post_saves (profile_id, post_id) VALUES ('{person}', '{post}');
                     INSERT INTO post_hides (profile_id, post_id) VALUES ('{person}', '{post}');"
                ))
                .await;
        }
        app.database
            .run(&format!(
                "UPDATE posts SET deleted_at = '2026-03-01' WHERE id = '{deleted}';
                 UPDATE posts SET tags = '{{rain}}' WHERE id = '{mine}';
                 INSERT INTO post_revisions (post_id, revised_at, body) VALUES ('{mine}', '2026-03-01', 'of aad');
                 UPDATE profiles SET bio = 'Hello', identity_key = 'identity' WHERE id = '{0}';
                 INSERT INTO post_mentions VALUES ('{reply}', '{0}'), ('{mine}', '{1}');
                 INSERT INTO notifications_read VALUES ('{0}', '2026-02-01');
                 INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at) VALUES
                     ('{0}', '{1}', 'reply', '{reply}', '{2}'), ('{1}', '{0}', 'mention', '{mine}', '{2}');
                 INSERT INTO key_bundles VALUES ('{0}', 7, 5, decode(repeat('01', 32), 'hex'),
                     decode(repeat('02', 64), 'hex'), '2026-03-01');
                 INSERT INTO handed_out_prekeys VALUES ('{0}', 9, decode(repeat('05', 32), 'hex'));
                 INSERT INTO one_time_prekeys VALUES ('{0}', 1, decode(repeat('03', 32), 'hex'), NULL),
                     ('{0}', 2, decode(repeat('04', 32), 'hex'), '2026-03-01');",
                ada.id,
                ben.id,
                app.now()
            ))
            .await;
        let beacon = app.beacon(Beacon::at(-44.9, 93.2)).await;
        let vote = format!("INSERT INTO beacon_votes VALUES ('{beacon}', '{}', 'vouch')", ada.id);
        app.database.run(&vote).await;
        let made = app
            .ask(
                &ada,
                "mutation { createBeacon(input: { body: \"ice\", type: HAZARD,
            location: { latitude: 45, longitude: -93 } }) { userErrors { code } } }",
            )
            .await;
        made.data("/createBeacon");
        Self { app, ada, session, ben, liked, reply }
    }
}

/// Where in the database this id is, as `table.column`: every column of every table that can hold one.
pub async fn places_of(database: &Database, id: Uuid) -> Vec<String> {
    let columns: Vec<String> = sqlx::query_scalar(
        "SELECT c.table_name || '.' || c.column_name FROM information_schema.columns AS c
         JOIN information_schema.tables AS t USING (table_schema, table_name)
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.udt_name IN ('uuid', '_uuid', 'text', 'jsonb')
           -- Events are forgotten within minutes, whosoever they are.
           AND c.table_name NOT IN ('spatial_ref_sys', 'live_events')
         ORDER BY 1",
    )
    .fetch_all(&database.pool)
    .await
    .unwrap();
    assert!(columns.len() > 40, "{columns:?}");
    let mut places = Vec::new();
    for place in columns {
        let (table, column) = place.split_once('.').unwrap();
        // Also inside of arrays and longer texts.
        let rows = format!("SELECT count(*) FROM {table} WHERE {column}::text LIKE '%{id}%'");
        if database.number(&rows).await > 0 {
            places.push(place);
        }
    }
    places
}

/// The columns that refer to profiles, as `table.column`.
pub async fn references_to_profiles(database: &Database) -> Vec<String> {
    let sql = "SELECT conrelid::regclass || '.' || attname FROM pg_constraint
        JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)
        WHERE contype = 'f' AND confrelid = 'profiles'::regclass ORDER BY 1";
    sqlx::query_scalar(sql).fetch_all(&database.pool).await.unwrap()
}
