//! An anonymous beacon does not tell who made it, nor any beacon where its maker was.

use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{create, look_up, made, on_map};
use crate::support::{Person, TestApp};

const LATITUDE: f64 = 44.977_753_19;
const LONGITUDE: f64 = -93.265_011_47;

/// Every row of these tables as text; of all tables when none is named.
async fn dump(app: &TestApp, only: &[&str]) -> String {
    let tables = "SELECT string_agg(table_name, ',') FROM information_schema.tables
                  WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'spatial_ref_sys'";
    let mut text = Vec::new();
    for table in app.database.text(tables).await.split(',') {
        if only.is_empty() || only.contains(&table) {
            let rows = format!("SELECT string_agg(t::text, E'\\n') FROM {table} AS t");
            text.push(app.database.text(&rows).await);
        }
    }
    text.join("\n").to_lowercase()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

async fn anonymous(app: &TestApp, me: &Person, precision: &str) -> (Uuid, String) {
    let place = json!({ "latitude": LATITUDE, "longitude": LONGITUDE });
    let (id, key) = made(&create(app, me, json!({ "location": place, "precision": precision })).await);
    (id, key.unwrap())
}

#[tokio::test]
async fn nothing_that_is_kept_names_the_maker() {
    let app = TestApp::new().await;
    // A name that no bytes in hexadecimal digits spell.
    let zoe = app.person("zoe").await;
    app.advance(chrono::TimeDelta::milliseconds(41_777));
    app.forget_statements();
    let (id, key) = anonymous(&app, &zoe, "BLOCK").await;
    assert_eq!(id.get_version_num(), 4, "an id that tells no time");

    let row = |what: &str| format!("SELECT {what} FROM posts WHERE id = '{id}'");
    assert_eq!(app.database.text(&row("author_id IS NULL")).await, "true");
    assert_eq!(app.database.text(&row("created_at = '2026-03-01 12:00:00+00'")).await, "true");
    assert_eq!(app.database.text(&row("expires_at = '2026-03-01 16:00:00+00'")).await, "true");
    let hash = app.database.text(&row("encode(manage_key_hash, 'hex')")).await;
    assert_eq!(hash, hex(&Sha256::digest(key.as_bytes())));

    let all = dump(&app, &[]).await;
    assert!(all.contains(&id.to_string()) && all.contains(&zoe.id.to_string()), "the dump shows ids");
    assert!(!all.contains(&key.to_lowercase()));
    // She is in her own row, and in nothing that was written for the beacon.
    let written = dump(&app, &["posts", "beacon_allowances", "post_revisions"]).await;
    for trace in [zoe.id.to_string(), hex(zoe.id.as_bytes()), "zoe".to_owned(), "12:00:41".to_owned()] {
        assert!(!written.contains(&trace), "{trace} in {written}");
    }
    // No two rows were written by the same transaction: PostgreSQL marks each row with its own.
    let together =
        "SELECT count(*) FROM posts JOIN beacon_allowances ON posts.xmin::text = beacon_allowances.xmin::text";
    assert_eq!(app.database.number(together).await, 0);
}

#[tokio::test]
async fn the_true_place_is_kept_and_sent_nowhere() {
    let app = TestApp::new().await;
    let people = [app.person("ada").await, app.person("ben").await];
    app.forget_statements();
    for (person, precision) in people.iter().zip(["BLOCK", "NEIGHBORHOOD"]) {
        let (id, _) = anonymous(&app, person, precision).await;
        let location = look_up(&app, Some(person), id).await["location"].clone();
        assert_ne!(location["latitude"], json!(LATITUDE));
        assert_ne!(location["longitude"], json!(LONGITUDE));
        let signed = json!({ "anonymous": false, "precision": precision,
                             "location": { "latitude": LATITUDE, "longitude": LONGITUDE } });
        made(&create(&app, person, signed).await);
    }
    let all = dump(&app, &[]).await;
    let statements = app.statements().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(statements.contains("INSERT INTO posts"));
    for number in [LATITUDE, LONGITUDE] {
        // Six digits behind the point are a decimetre. As PostGIS writes numbers: the bytes, the lowest first.
        let digits = format!("{:.6}", number.abs());
        let bytes = hex(&number.to_le_bytes());
        for trace in [digits.as_str(), bytes.as_str()] {
            assert!(!all.contains(trace), "{trace} is kept");
            assert!(!statements.to_lowercase().contains(trace), "{trace} was sent to the database");
        }
    }
}

#[tokio::test]
async fn blocks_are_no_test_of_who_made_it() {
    let app = TestApp::new().await;
    let (ada, ben, cleo) = (app.person("ada").await, app.person("ben").await, app.person("cleo").await);
    let (id, _) = anonymous(&app, &ada, "BLOCK").await;
    let signed = json!({ "anonymous": false, "location": { "latitude": LATITUDE, "longitude": LONGITUDE } });
    let (signed, _) = made(&create(&app, &ada, signed).await);
    app.block(&ada, &ben).await;
    app.block(&cleo, &ada).await;
    let seen = look_up(&app, None, id).await;
    // Its maker sees what everybody sees.
    for viewer in [&ada, &ben, &cleo] {
        assert_eq!(look_up(&app, Some(viewer), id).await, seen, "{}", viewer.handle);
    }
    assert_eq!(look_up(&app, Some(&ada), signed).await["author"]["handle"], json!("ada"));
    for blocked in [&ben, &cleo] {
        assert_eq!(on_map(&app, Some(blocked)).await, (json!([id]), json!(1)), "{}", blocked.handle);
        assert_eq!(look_up(&app, Some(blocked), signed).await, json!(null));
    }
    assert_eq!(on_map(&app, Some(&ada)).await.1, json!(2));
    // Nor is what becomes of its maker's account.
    for state in ["suspended", "banned", "deactivated", "pending_deletion"] {
        app.set_state(&ada, state).await;
        assert_eq!(on_map(&app, None).await, (json!([id]), json!(1)), "{state}");
    }
}
