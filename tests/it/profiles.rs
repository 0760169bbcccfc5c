//! Profiles: how they are found, what is shown of them, and how their owners change them.

use serde_json::{Value, json};

use crate::support::{Person, TestApp};

const FIELDS: &str = "handle displayName avatarUrl isPrivate isOfficial viewerIsOwner viewerFollowStatus followsViewer
    viewerHasBlocked viewerCanSeePosts bio website coverUrl followerCount followingCount postCount createdAt";

async fn update(app: &TestApp, me: &Person, input: Value) -> crate::support::Answer {
    let query = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) {
        profile { handle displayName bio website avatarUrl coverUrl isPrivate } viewer { profile { handle } }
        userErrors { code message path } } }";
    app.ask_with(me, query, json!({ "input": input })).await
}

#[tokio::test]
async fn what_is_absent_stays_and_null_removes() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let all = json!({
        "handle": "ada.l", "displayName": "Ada Lovelace", "bio": "Numbers.", "website": "https://ada.example/",
        "avatarUrl": "https://img.example/a.png", "coverUrl": "https://img.example/c.png", "isPrivate": true,
    });
    assert_eq!(update(&app, &ada, all.clone()).await.data("/updateProfile/profile"), all);
    let nothing = update(&app, &ada, json!({})).await;
    assert_eq!(nothing.data("/updateProfile/profile"), all);
    assert_eq!(nothing.data("/updateProfile/viewer/profile/handle"), json!("ada.l"));
    assert_eq!(update(&app, &ada, json!({ "isPrivate": null })).await.data("/updateProfile/profile"), all);

    let mut expected = all;
    for (field, removed) in [
        ("displayName", json!("ada.l")),
        ("bio", Value::Null),
        ("website", Value::Null),
        ("avatarUrl", Value::Null),
        ("coverUrl", Value::Null),
    ] {
        expected[field] = removed;
        let changed = update(&app, &ada, json!({ field: null })).await;
        assert_eq!(changed.data("/updateProfile/profile"), expected, "{field}");
    }
    let refused = update(&app, &ada, json!({ "handle": null })).await;
    assert_eq!(refused.refusals("updateProfile"), ["INVALID input.handle"]);
    assert_eq!(update(&app, &ada, json!({})).await.data("/updateProfile/profile"), expected);
}

#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_is_changed() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.person("ben").await;
    let before = app.database.fingerprint().await;
    let wrong =
        json!({ "handle": "no spaces", "displayName": "x".repeat(51), "bio": "x".repeat(301), "isPrivate": true });
    let mut refusals = update(&app, &ada, wrong).await.refusals("updateProfile");
    refusals.sort();
    assert_eq!(refusals, ["INVALID input.bio", "INVALID input.displayName", "INVALID input.handle"]);
    let taken = update(&app, &ada, json!({ "handle": "BEN", "bio": "hello" })).await;
    assert_eq!(taken.refusals("updateProfile"), ["TAKEN input.handle"]);
    assert_eq!(taken.data("/updateProfile/profile"), Value::Null);
    let signed_out = app.ask(None, "mutation { updateProfile(input: {}) { userErrors { code } } }").await;
    assert_eq!(signed_out.code(), "UNAUTHENTICATED");
    assert_eq!(app.database.fingerprint().await, before);
    // At the limit it is right.
    let right = json!({ "displayName": "é".repeat(50), "bio": "é".repeat(300), "handle": "ADA_2" });
    assert_eq!(update(&app, &ada, right).await.data("/updateProfile/profile/handle"), json!("ada_2"));
}

#[tokio::test]
async fn two_who_want_the_same_handle_at_once_do_not_both_get_it() {
    let app = TestApp::new().await;
    let people = app.crowd(8).await;
    let wanted = people.iter().map(|person| update(&app, person, json!({ "handle": "Wanted" })));
    let answers = futures_util::future::join_all(wanted).await;
    let got = answers.iter().filter(|answer| answer.refusals("updateProfile").is_empty()).count();
    assert_eq!(got, 1);
    for answer in &answers {
        assert!(matches!(answer.refusals("updateProfile").join(" ").as_str(), "" | "TAKEN input.handle"));
    }
}

#[tokio::test]
async fn a_profile_is_found_by_id_and_by_handle_in_any_case() {
    let app = TestApp::new().await;
    let ada = app.person("ada_l").await;
    let by = async |by: &str| app.ask(None, &format!("{{ profile(by: {{ {by} }}) {{ id }} }}")).await.data("/profile");
    for by_ada in [format!(r#"id: "{}""#, ada.id), r#"handle: "ada_l""#.to_owned(), r#"handle: "ADA_L""#.to_owned()] {
        assert_eq!(by(&by_ada).await, json!({ "id": ada.id }), "{by_ada}");
    }
    for nobody in
        [r#"handle: "ada""#, r#"handle: """#, r#"handle: "ada%""#, r#"id: "00000000-0000-4000-8000-000000000000""#]
    {
        assert_eq!(by(nobody).await, Value::Null, "{nobody}");
    }
}

#[tokio::test]
async fn a_private_profile_shows_its_card_and_to_followers_the_rest() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.private("ada").await, app.person("ben").await);
    app.database
        .run("UPDATE profiles SET bio = 'Numbers.', website = 'https://ada.example/', avatar_url = 'https://img.example/a.png'
              WHERE handle = 'ada'")
        .await;
    let seen = async |viewer: Option<&Person>| {
        app.ask(viewer, &format!(r#"{{ profile(by: {{ handle: "ada" }}) {{ {FIELDS} }} }}"#)).await.data("/profile")
    };
    let card = json!({
        "handle": "ada", "displayName": "ada", "avatarUrl": "https://img.example/a.png", "isPrivate": true,
        "isOfficial": false, "viewerIsOwner": false, "viewerFollowStatus": "NONE", "followsViewer": false,
        "viewerHasBlocked": false, "viewerCanSeePosts": false, "bio": null, "website": null, "coverUrl": null,
        "followerCount": null, "followingCount": null, "postCount": null, "createdAt": null,
    });
    assert_eq!(seen(None).await, card);
    assert_eq!(seen(Some(&ben)).await, card);
    app.follow(&ben, &ada, "pending").await;
    let mut pending = card.clone();
    pending["viewerFollowStatus"] = json!("PENDING");
    assert_eq!(seen(Some(&ben)).await, pending);
    app.must(&ada, "acceptFollowRequest", &ben).await;
    let mut open = card;
    let joined = seen(Some(&ada)).await["createdAt"].clone();
    for (field, value) in [
        ("viewerFollowStatus", json!("ACCEPTED")),
        ("viewerCanSeePosts", json!(true)),
        ("bio", json!("Numbers.")),
        ("website", json!("https://ada.example/")),
        ("followerCount", json!(1)),
        ("followingCount", json!(0)),
        ("postCount", json!(0)),
        ("createdAt", joined),
    ] {
        open[field] = value;
    }
    assert_eq!(seen(Some(&ben)).await, open);
    open["viewerFollowStatus"] = json!("NONE");
    open["viewerIsOwner"] = json!(true);
    assert_eq!(seen(Some(&ada)).await, open);
    app.block(&ada, &ben).await;
    assert_eq!(seen(Some(&ben)).await, Value::Null);
}
