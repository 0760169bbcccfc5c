//! Changing adopted rows: what is wrong with a row is no reason to refuse what its owner may do.

use serde_json::{Value, json};
use sojorn::store;

use super::{adopted, db, id, person};
use crate::support::PASSWORD;

/// A mutation with this input, and what is wanted of its answer.
fn mutation(field: &str, input: &str, wanted: &str) -> String {
    format!("mutation {{ {field}(input: {{ {input} }}) {{ {wanted} userErrors {{ code path }} }} }}")
}

#[tokio::test]
async fn the_owner_of_a_post_of_unknown_visibility_changes_and_deletes_it() {
    let app = adopted().await;
    let ada = person(&app, 1);
    for (n, post) in [0x103, 0x104, 0x105].map(id).into_iter().enumerate() {
        let edit =
            |input: &str| mutation("editPost", &format!(r#"postId: "{post}", {input}"#), "post { body visibility }");
        let answer = app.ask(&ada, &edit("allowReplies: false")).await;
        assert_eq!(
            (answer.refusals("editPost").len(), answer.data("/editPost/post/visibility")),
            (0, json!("ONLY_ME"))
        );
        let answer = app.ask(&ada, &edit(r#"body: "better""#)).await;
        assert_eq!(answer.data("/editPost/post"), json!({ "body": "better", "visibility": "ONLY_ME" }));
        for (field, value) in [("pinPost", true), ("unpinPost", false)] {
            let pin = mutation(field, &format!(r#"postId: "{post}""#), "post { isPinned }");
            assert_eq!(app.ask(&ada, &pin).await.data(&format!("/{field}/post/isPinned")), value);
        }
        if n == 0 {
            let answer = app.ask(&ada, &edit("visibility: PUBLIC")).await;
            assert_eq!(answer.data("/editPost/post/visibility"), "PUBLIC");
        }
        let delete = mutation("deletePost", &format!(r#"postId: "{post}""#), "deletedId");
        assert_eq!(app.ask(&ada, &delete).await.data("/deletePost/deletedId"), json!(post));
        assert_eq!(app.ask(&ada, &format!(r#"{{ post(id: "{post}") {{ id }} }}"#)).await.data("/post"), Value::Null);
    }
}

#[tokio::test]
async fn other_awkward_posts_can_be_changed_and_deleted_too() {
    let app = adopted().await;
    // Of a negative duration, without a time, longer than what may be written today.
    for (owner, post) in [(7, 0x10e), (1, 0x10f)] {
        let (owner, post) = (person(&app, owner), id(post));
        let edit = mutation(
            "editPost",
            &format!(r#"postId: "{post}", visibility: FOLLOWERS, body: "words""#),
            "post { body }",
        );
        assert_eq!(app.ask(&owner, &edit).await.data("/editPost/post/body"), "words");
        let delete = mutation("deletePost", &format!(r#"postId: "{post}""#), "deletedId");
        assert_eq!(app.ask(&owner, &delete).await.data("/deletePost/deletedId"), json!(post));
    }
    let ada = person(&app, 1);
    for beacon in [0x203, 0x208].map(id) {
        let resolve = mutation("resolveBeacon", &format!(r#"beaconId: "{beacon}""#), "beacon { state }");
        assert_eq!(app.ask(&ada, &resolve).await.data("/resolveBeacon/beacon/state"), "RESOLVED");
        let delete = mutation("deleteBeacon", &format!(r#"beaconId: "{beacon}""#), "deletedId");
        assert_eq!(app.ask(&ada, &delete).await.data("/deleteBeacon/deletedId"), json!(beacon));
    }
    // An anonymous beacon that came without a key is managed by nobody.
    let delete = mutation("deleteBeacon", &format!(r#"beaconId: "{}", manageKey: """#, id(0x201)), "deletedId");
    assert_eq!(app.ask(&ada, &delete).await.refusals("deleteBeacon"), ["NOT_ALLOWED input.manageKey"]);
}

#[tokio::test]
async fn profiles_with_handles_of_old_styles_are_changed_like_others() {
    let app = adopted().await;
    // Nobody, who asks to follow.
    let nobody = format!("INSERT INTO follows VALUES ('{}', '{}', 'pending', now())", id(0x98), id(2));
    app.database.run(&nobody).await;
    for n in [2, 3, 6, 7, 8, 9] {
        let owner = person(&app, n);
        let update = "mutation { updateProfile(input: { displayName: \"New\", bio: \"Me\", isPrivate: false }) {
            profile { displayName bio isPrivate } userErrors { code path } } }";
        let answer = app.ask(&owner, update).await;
        assert_eq!(answer.refusals("updateProfile"), [""; 0], "{n}");
        assert_eq!(
            answer.data("/updateProfile/profile"),
            json!({ "displayName": "New", "bio": "Me", "isPrivate": false })
        );
        let hide = "mutation { updateProfile(input: { isPrivate: true }) { profile { isPrivate } } }";
        assert_eq!(app.ask(&owner, hide).await.data("/updateProfile/profile/isPrivate"), true);
    }
    // Becoming public has let in whoever had asked; who asked himself is where he was.
    let follow = format!("SELECT status FROM follows WHERE following_id = '{}' AND follower_id = ", id(2));
    assert_eq!(app.database.text(&format!("{follow} '{}'", id(1))).await, "accepted");
    assert_eq!(app.database.text(&format!("{follow} '{}'", id(2))).await, "pending");
}

#[tokio::test]
async fn the_operators_mark_is_for_the_profile_that_the_handle_finds() {
    let app = adopted().await;
    let db = db(&app.database).await;
    let marked = "SELECT string_agg(right(id::text, 3), ' ' ORDER BY id) FROM profiles WHERE is_official";
    assert_eq!(app.database.text(marked).await, "004");
    for (handle, expected) in [("Old Style!", "004 007"), ("éric", "004 007 009"), ("BOB", "002 004 007 009")] {
        assert!(store::profile::set_official(&db, handle, true).await.unwrap(), "{handle}");
        assert_eq!(app.database.text(marked).await, expected, "{handle}");
    }
    for (handle, expected) in [("bob", "004 007 009"), ("OLD STYLE!", "004 009"), ("City", "009"), ("Éric", "")] {
        assert!(store::profile::set_official(&db, handle, false).await.unwrap(), "{handle}");
        assert_eq!(app.database.text(marked).await, expected, "{handle}");
    }
    assert!(!store::profile::set_official(&db, "nobody", true).await.unwrap());
    // Of two, the mark goes to the one that people find.
    app.database.run("UPDATE profiles SET state = 'banned' WHERE handle = 'Bob'").await;
    assert!(store::profile::set_official(&db, "bob", true).await.unwrap());
    assert_eq!(app.database.text(marked).await, "003");
}

#[tokio::test]
async fn a_handle_that_two_already_share_is_taken_for_everybody_else() {
    let app = adopted().await;
    let (ada, older, younger) = (person(&app, 1), person(&app, 2), person(&app, 3));
    for handle in ["bob", "Bob", "BOB"] {
        let input = json!({ "email": "new@sojorn.example", "password": PASSWORD, "handle": handle });
        assert_eq!(app.session_mutation(None, "signUp", input).await.refusals("signUp"), ["TAKEN input.handle"]);
        let rename = mutation("updateProfile", &format!(r#"handle: "{handle}""#), "");
        assert_eq!(app.ask(&ada, &rename).await.refusals("updateProfile"), ["TAKEN input.handle"]);
    }
    assert_eq!(app.database.number("SELECT count(*) FROM accounts").await, 0);
    let found = async || app.ask(None, r#"{ profile(by: { handle: "bob" }) { id } }"#).await.data("/profile/id");
    assert_eq!(found().await, json!(id(2)));
    // When one of them goes, the other is found.
    let rename = mutation("updateProfile", r#"handle: "Bob_the_elder""#, "profile { handle }");
    assert_eq!(app.ask(&older, &rename).await.data("/updateProfile/profile/handle"), "bob_the_elder");
    assert_eq!(found().await, json!(id(3)));
    let keep = mutation("updateProfile", r#"handle: "BOB""#, "profile { handle }");
    assert_eq!(app.ask(&younger, &keep).await.data("/updateProfile/profile/handle"), "bob");
}

#[tokio::test]
async fn a_follow_that_means_nothing_gives_way_to_one_that_does() {
    let app = adopted().await;
    let ada = person(&app, 1);
    let follow = |n| mutation("follow", &format!(r#"profileId: "{}""#, id(n)), "profile { viewerFollowStatus }");
    // The city is official and lets everybody in; Éric has to be asked.
    assert_eq!(app.ask(&ada, &follow(4)).await.data("/follow/profile/viewerFollowStatus"), "ACCEPTED");
    assert_eq!(app.ask(&ada, &follow(9)).await.data("/follow/profile/viewerFollowStatus"), "PENDING");
    let status =
        |n| format!("SELECT status FROM follows WHERE follower_id = '{}' AND following_id = '{}'", id(1), id(n));
    assert_eq!(app.database.text(&status(4)).await, "accepted");
    assert_eq!(app.database.text(&status(9)).await, "pending");
    // And nothing that is taken away stands in the way.
    for n in [4, 9] {
        let unfollow = mutation("unfollow", &format!(r#"profileId: "{}""#, id(n)), "profile { viewerFollowStatus }");
        assert_eq!(app.ask(&ada, &unfollow).await.data("/unfollow/profile/viewerFollowStatus"), "NONE");
    }
    let city = person(&app, 4);
    let remove = mutation("removeFollower", &format!(r#"profileId: "{}""#, id(1)), "profile { id }");
    assert_eq!(app.ask(&city, &remove).await.refusals("removeFollower"), [""; 0]);
}
