//! The export: everything of the viewer's own, and of others what the viewer may see.

use std::collections::BTreeMap;

use sea_orm::sqlx;
use serde_json::{Value, json};

use super::{
    export,
    scene::{Scene, references_to_profiles},
};
use crate::support::{Person, Post, TestApp};

/// Where in the export the rows are that name a person in this column.
const TOLD: [(&str, &str); 19] = [
    ("accounts.profile_id", "/account"),
    ("beacon_votes.profile_id", "/votes"),
    ("blocks.blocker_id", "/blockedProfiles"),
    ("circle_members.owner_id", "/circle"),
    ("follows.follower_id", "/following"),
    ("follows.following_id", "/followers"),
    ("key_bundles.profile_id", "/keys/bundle"),
    ("notifications.recipient_id", "/notifications"),
    ("notifications_read.profile_id", "/notificationsRead"),
    ("one_time_prekeys.profile_id", "/keys/oneTimePrekeyCount"),
    ("post_hides.profile_id", "/hides"),
    ("post_likes.profile_id", "/likes"),
    ("post_reactions.profile_id", "/reactions"),
    ("post_saves.profile_id", "/saves"),
    ("post_mentions.profile_id", "/mentions"),
    ("posts.author_id", "/posts"),
    ("posts.author_id", "/beacons"),
    ("profiles.id", "/profile"),
    ("sessions.profile_id", "/sessions"),
];

/// What is not told of whom it names, and why.
const UNTOLD_PLACES: [(&str, &str); 4] = [
    ("blocks.blocked_id", "who has blocked the viewer is for nobody but them"),
    ("notifications.actor_id", "what others were told; the acts themselves are told where they stand"),
    ("handed_out_prekeys.profile_id", "keys of earlier installations, told to others by the viewer"),
    ("circle_members.member_id", "whose circle the viewer is in is for nobody but them"),
];

/// What is not told of a row that is told, and why.
const UNTOLD: [(&str, &str); 13] = [
    ("accounts.password_hash", "a secret of the server's"),
    ("one_time_prekeys.key_id", "only how many there are"),
    ("one_time_prekeys.public_key", "only how many there are"),
    ("one_time_prekeys.claimed_at", "tells when others began to write"),
    ("beacon_votes.counts", "made from the state of the account"),
    ("post_likes.counts", "made from the state of the account"),
    ("post_reactions.counts", "made from the state of the account"),
    ("posts.is_beacon", "beacons are a list of their own"),
    ("posts.confidence", "made from the counts"),
    ("posts.priority_key", "made from the counts"),
    ("posts.manage_key_hash", "of anonymous beacons alone"),
    ("profiles.identity_key", "stands with the other keys"),
    ("sessions.id", "names the tokens of a session"),
];

/// Columns that have another name in the API, or stand for the person in whose list they are.
const RENAMED: [(&str, &str); 7] = [
    ("posts.beacon_type", "type"),
    ("posts.beacon_state", "state"),
    ("posts.precision_level", "precision"),
    ("follows.follower_id", "id"),
    ("follows.following_id", "id"),
    ("blocks.blocked_id", "id"),
    ("circle_members.member_id", "id"),
];

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

#[tokio::test]
async fn every_table_that_names_people_is_told_or_has_a_reason() {
    let Scene { app, ada, .. } = Scene::new().await;
    let export = export(&app, &ada).await;
    for reference in references_to_profiles(&app.database).await {
        let told = TOLD.iter().any(|(place, _)| *place == reference);
        let has_reason = UNTOLD_PLACES.iter().any(|(place, _)| *place == reference);
        assert!(told != has_reason, "{reference} is neither told nor listed, or both");
    }
    for (place, pointer) in TOLD {
        let told = export.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is missing"));
        assert!(!told.is_null() && *told != json!([]) && *told != json!(0), "{place}: {pointer} is empty");
    }
}

#[tokio::test]
async fn every_column_of_these_tables_is_told_or_has_a_reason() {
    let Scene { app, ada, .. } = Scene::new().await;
    let export = export(&app, &ada).await;
    // What is told of a table, wherever in the export it stands.
    let mut told: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (place, pointer) in TOLD {
        let (table, owner) = place.split_once('.').unwrap();
        let object = export.pointer(pointer).map(|found| found.get(0).unwrap_or(found)).unwrap();
        let names = object.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        told.entry(table).or_default().extend(names);
        told.entry(table).or_default().push(camel(owner));
    }
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'",
    )
    .fetch_all(&app.database.pool)
    .await
    .unwrap();
    let mut looked_at = 0;
    for (table, column) in columns.iter().filter(|(table, _)| told.contains_key(table.as_str())) {
        let place = format!("{table}.{column}");
        let renamed = RENAMED.iter().find(|(old, _)| *old == place).map(|(_, name)| (*name).to_owned());
        let is_told = told[table.as_str()].contains(&renamed.unwrap_or_else(|| camel(column)));
        let has_reason = UNTOLD.iter().any(|(untold, _)| *untold == place);
        assert!(is_told != has_reason, "{place} is neither told nor listed, or both");
        looked_at += 1;
    }
    assert!(looked_at > 80, "only {looked_at} columns were looked at");
    for (place, _) in UNTOLD {
        let is_there = columns.iter().any(|(table, column)| format!("{table}.{column}") == place);
        assert!(is_there, "there is no {place}");
    }
}

/// The whole of it, in its order.
#[tokio::test]
async fn an_export_is_one_object_in_the_words_of_the_api() {
    let Scene { app, ada, ben, liked, .. } = Scene::new().await;
    let answer = app.ask(&ada, "{ exportMyData }").await;
    let mut from = 0;
    for name in [
        "exportedAt",
        "profile",
        "account",
        "sessions",
        "keys",
        "posts",
        "beacons",
        "following",
        "followers",
        "circle",
        "blockedProfiles",
        "likes",
        "reactions",
        "saves",
        "hides",
    ] {
        let at = answer.body[from..].find(&format!("\"{name}\":"));
        from += at.unwrap_or_else(|| panic!("{name} does not come in its turn: {}", answer.body));
    }
    let export = answer.data("/exportMyData");
    assert_eq!(export["exportedAt"], app.now().to_rfc3339());
    assert_eq!(export["profile"]["id"], json!(ada.id));
    assert_eq!(export["profile"]["bio"], "Hello");
    assert_eq!(export["account"], json!({ "email": "ada@sojorn.example", "createdAt": "2026-03-01T12:00:00+00:00" }));
    assert_eq!(export["sessions"], json!([{ "createdAt": "2026-03-01T12:00:00+00:00", "endedAt": null }]));
    assert_eq!(export["keys"]["oneTimePrekeyCount"], 1);
    let posts = export["posts"].as_array().unwrap();
    let bodies: Vec<_> = posts.iter().map(|post| post["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["of ada", "a secret", "thought better of it", "a reply"]);
    let [first, .., reply] = posts.as_slice() else { panic!() };
    assert_eq!(first["earlierTexts"], json!([{ "body": "of aad", "revisedAt": "2026-03-01T00:00:00+00:00" }]));
    assert_eq!((&first["tags"], &first["location"]), (&json!(["rain"]), &json!(null)));
    assert_eq!(reply["parentId"], json!(liked));
    let [beacon] = export["beacons"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(beacon["location"], json!({ "latitude": 44.9, "longitude": -93.2 }));
    assert_eq!((&beacon["type"], &beacon["state"]), (&json!("hazard"), &json!("active")));
    for (list, handle) in [("following", "ben"), ("followers", "ben"), ("circle", "ben"), ("blockedProfiles", "eve")] {
        let handles: Vec<_> = export[list].as_array().unwrap().iter().map(|person| &person["handle"]).collect();
        assert_eq!(handles, [handle], "{list}");
    }
    assert_eq!(export["following"][0]["id"], json!(ben.id));
    for list in ["likes", "reactions", "saves", "hides"] {
        assert_eq!(export[list].as_array().unwrap().len(), 2, "{list}");
    }
    assert_eq!(export["reactions"][0]["emoji"], "👍");
    // Of Fay, who has blocked Ada, there is nothing; nor are there secrets.
    for secret in ["fay", "argon2", "token", "password", "hash"] {
        assert!(!answer.body.contains(secret), "{secret} is told");
    }
}

#[tokio::test]
async fn signed_out_there_is_nothing_to_export_and_the_rest_stands() {
    let app = TestApp::new().await;
    let answer = app.ask(None, "{ exportMyData globalFeed { nodes { id } } }").await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    assert_eq!(answer.partial("/exportMyData"), json!(null));
    assert_eq!(answer.partial("/globalFeed/nodes"), json!([]));
}

/// Leaves a mark of every kind.
async fn mark(app: &TestApp, me: &Person, post: uuid::Uuid) {
    let rows = [("post_likes", "", ""), ("post_saves", "", ""), ("post_hides", "", "")];
    for (table, column, value) in rows.into_iter().chain([("post_reactions", ", emoji", ", '👍'")]) {
        let values = format!("('{}', '{post}'{value})", me.id);
        app.database.run(&format!("INSERT INTO {table} (profile_id, post_id{column}) VALUES {values}")).await;
    }
}

/// The same export, whether somebody blocked the viewer, was suspended, or was never there.
#[tokio::test]
async fn what_has_ceased_to_exist_for_the_viewer_leaves_no_trace() {
    for how in ["blocked", "suspended", "never there"] {
        let app = TestApp::new().await;
        let (ada, ben, other) = (app.person("ada").await, app.person("ben").await, app.person("other").await);
        let post = app.post(&other, Post::public("other post")).await;
        let kept = app.post(&ben, Post::public("kept post")).await;
        let closed = app.post(&ben, Post::of("circle", "no longer for ada")).await;
        app.follow(&ada, &ben, "accepted").await;
        app.post(&ada, Post { parent: Some(post), ..Post::public("reply") }).await;
        for (one, two) in [(&ada, &other), (&other, &ada)] {
            app.follow(one, two, "accepted").await;
            app.circle(one, two).await;
        }
        for post in [post, kept, closed] {
            mark(&app, &ada, post).await;
        }
        match how {
            "blocked" => app.block(&other, &ada).await,
            "suspended" => app.set_state(&other, "suspended").await,
            _ => app.database.run(&format!("DELETE FROM profiles WHERE id = '{}'", other.id)).await,
        }
        let answer = app.ask(&ada, "{ exportMyData }").await;
        let export = answer.data("/exportMyData");
        for hidden in [other.id, closed, post] {
            assert!(!answer.body.contains(&hidden.to_string()), "{how}: {}", answer.body);
        }
        assert!(!answer.body.contains("\"other\""), "{how}");
        for list in ["likes", "reactions", "saves", "hides"] {
            let posts: Vec<_> = export[list].as_array().unwrap().iter().map(|mark| mark["postId"].clone()).collect();
            assert_eq!(posts, [json!(kept)], "{how}: {list}");
        }
        assert_eq!(export["posts"][0]["parentId"], Value::Null, "{how}");
        let lists = ["following", "followers", "circle"].map(|list| export[list].as_array().unwrap().len());
        assert_eq!(lists, [1, 0, 0], "{how}");
    }
}

/// An account without a handle (adopted) and words that are none of ours.
#[tokio::test]
async fn odd_rows_are_exported_as_they_are_or_say_nothing() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    app.post(&ada, Post::public("odd")).await;
    app.database
        .run(
            "ALTER TABLE profiles ALTER handle DROP NOT NULL, DROP CONSTRAINT profiles_handle_check;
             ALTER TABLE follows DROP CONSTRAINT follows_status_check;
             ALTER TABLE posts DROP CONSTRAINT posts_visibility_check, DROP CONSTRAINT posts_location_check;
             UPDATE profiles SET handle = NULL WHERE handle = 'ada';
             UPDATE posts SET visibility = 'private', location = 'SRID=4326;POINT(NaN NaN)'",
        )
        .await;
    for (one, two) in [(&ada, &ben), (&ben, &ada)] {
        app.follow(one, two, "blocked").await;
    }
    let export = export(&app, &ada).await;
    assert_eq!(export["profile"]["handle"], Value::Null);
    assert_eq!((&export["posts"][0]["visibility"], &export["posts"][0]["location"]), (&json!("private"), &Value::Null));
    assert_eq!(
        (&export["following"], &export["followers"], &export["account"]),
        (&json!([]), &json!([]), &Value::Null)
    );
}
