//! What is hidden from a viewer, asked for by its id through every field that takes one: the answer and the statements
//! are those for an id that was never used.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::support::{Beacon, Person, Post, Schema, TestApp};

/// What the ids of a field are of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    Anything,
    Profile,
    Post,
    Beacon,
}

/// Every place of the schema that takes an id, with an operation that puts `ID` there.
const PLACES: &[(&str, Of, &str)] = &[
    ("node.id", Of::Anything, "{ node(id: ID) { id ... on Profile { handle bio } ... on Post { body } } }"),
    ("nodes.ids", Of::Anything, "{ nodes(ids: [ID]) { id ... on Profile { handle } ... on Beacon { body } } }"),
    ("profile.by.id", Of::Profile, "{ profile(by: { id: ID }) { handle bio followerCount posts { nodes { id } } } }"),
    ("post.id", Of::Post, "{ post(id: ID) { body replyCount replies { nodes { id } } author { handle } } }"),
    ("beacon.id", Of::Beacon, "{ beacon(id: ID) { body location { latitude } author { handle } } }"),
    ("follow.input.profileId", Of::Profile, "profileId: ID"),
    ("unfollow.input.profileId", Of::Profile, "profileId: ID"),
    ("acceptFollowRequest.input.profileId", Of::Profile, "profileId: ID"),
    ("rejectFollowRequest.input.profileId", Of::Profile, "profileId: ID"),
    ("removeFollower.input.profileId", Of::Profile, "profileId: ID"),
    ("block.input.profileId", Of::Profile, "profileId: ID"),
    ("unblock.input.profileId", Of::Profile, "profileId: ID"),
    ("addToCircle.input.profileId", Of::Profile, "profileId: ID"),
    ("removeFromCircle.input.profileId", Of::Profile, "profileId: ID"),
    ("claimKeyBundle.input.profileId", Of::Profile, "profileId: ID"),
    ("createPost.input.parentId", Of::Post, "parentId: ID, body: \"an answer\""),
    ("editPost.input.postId", Of::Post, "postId: ID, body: \"another text\""),
    ("deletePost.input.postId", Of::Post, "postId: ID"),
    ("pinPost.input.postId", Of::Post, "postId: ID"),
    ("unpinPost.input.postId", Of::Post, "postId: ID"),
    ("likePost.input.postId", Of::Post, "postId: ID"),
    ("unlikePost.input.postId", Of::Post, "postId: ID"),
    ("savePost.input.postId", Of::Post, "postId: ID"),
    ("unsavePost.input.postId", Of::Post, "postId: ID"),
    ("hidePost.input.postId", Of::Post, "postId: ID"),
    ("toggleReaction.input.postId", Of::Post, "postId: ID, emoji: \"🔥\""),
    ("markNotificationsRead.input.ids", Of::Anything, "ids: [ID]"),
    ("voteBeacon.input.beaconId", Of::Beacon, "beaconId: ID, vote: VOUCH"),
    ("unvoteBeacon.input.beaconId", Of::Beacon, "beaconId: ID"),
    ("resolveBeacon.input.beaconId", Of::Beacon, "beaconId: ID, manageKey: \"a key that opens nothing at all\""),
    ("deleteBeacon.input.beaconId", Of::Beacon, "beaconId: ID, manageKey: \"a key that opens nothing at all\""),
];

/// Every place of the schema that takes an id, by the names that lead there.
fn places(schema: &Schema) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for root in ["Query", "Mutation", "Subscription"] {
        for field in &schema.of(root).fields {
            let mut rest: Vec<_> =
                field.arguments.iter().map(|it| (format!("{}.{}", field.name, it.name), it)).collect();
            while let Some((path, input)) = rest.pop() {
                let below = &schema.of(input.of.name()).inputs;
                rest.extend(below.iter().map(|it| (format!("{path}.{}", it.name), it)));
                if input.of.name() == "ID" {
                    places.insert(path);
                }
            }
        }
    }
    places
}

/// Things that do not exist for `viewer`, and why.
async fn hidden(app: &TestApp, viewer: &Person) -> Vec<(&'static str, Of, Uuid)> {
    let (open, blocking, blocked) =
        (app.person("open").await, app.person("blocking").await, app.person("former").await);
    let (private, gone) = (app.private("private").await, app.person("gone").await);
    app.block(&blocking, viewer).await;
    let mut things = vec![("who blocks the viewer", Of::Profile, blocking.id)];
    for (why, author, visibility) in [
        ("by who blocks the viewer", &blocking, "public"),
        ("by a private person", &private, "public"),
        ("for followers", &open, "followers"),
        ("for the circle", &open, "circle"),
        ("for the author alone", &open, "only_me"),
        ("by who is suspended", &gone, "public"),
    ] {
        let post = app.post(author, Post::of(visibility, "a hidden text")).await;
        things.push((why, Of::Post, post));
        let beacon = Beacon { author: Some(author.id), visibility: visibility.to_owned(), ..Beacon::at(1.0, 1.0) };
        things.push((why, Of::Beacon, app.beacon(beacon).await));
    }
    let deleted = app.post(&open, Post::public("a deleted text")).await;
    let over = Post { expires_at: Some(app.now()), ..Post::public("a text whose time is over") };
    things.push(("whose time is over", Of::Post, app.post(&open, over).await));
    things.push(("which is deleted", Of::Post, deleted));
    app.database.run(&format!("UPDATE posts SET deleted_at = now() WHERE id = '{deleted}'")).await;
    let reported = Beacon { reports: 5, ..Beacon::at(1.0, 1.0) };
    things.push(("which is reported away", Of::Beacon, app.beacon(reported).await));
    let expired = Beacon { expires_at: Some(app.now()), ..Beacon::at(1.0, 1.0) };
    things.push(("whose time is over", Of::Beacon, app.beacon(expired).await));
    for (why, state) in [("who is suspended", "suspended"), ("who is gone", "pending_deletion")] {
        let person = if state == "suspended" { &gone } else { &blocked };
        app.set_state(person, state).await;
        things.push((why, Of::Profile, person.id));
    }
    things
}

/// The answer and the statements, with `ID` for the id.
async fn ask(app: &TestApp, viewer: Option<&Person>, query: &str, id: Uuid) -> String {
    app.forget_statements();
    let answer = app.ask(viewer, &query.replace("ID", &format!("\"{id}\""))).await;
    let mut headers = answer.headers;
    headers.remove("x-request-id");
    // How much is left of the budget, which each request makes less.
    headers.remove("ratelimit");
    let statements: Vec<_> = app.statements().iter().map(|it| format!("{} {:?}", it.sql, it.values)).collect();
    let text = format!("{} {headers:?} {}\n{}", answer.status, answer.body, statements.join("\n"));
    // A pair of people is locked in the order of their ids, whichever has the lower one.
    let me = viewer.map(|viewer| viewer.id.to_string()).unwrap_or_default();
    text.replace(&id.to_string(), "ID").replace(&format!("{me}:ID"), &format!("ID:{me}"))
}

fn document(name: &str, input: &str) -> String {
    if input.starts_with('{') {
        return input.to_owned();
    }
    let field = name.split('.').next().unwrap();
    format!("mutation {{ {field}(input: {{ {input} }}) {{ __typename userErrors {{ code message path }} }} }}")
}

#[tokio::test]
async fn a_hidden_id_takes_the_same_statements_and_gets_the_same_answer_as_one_that_was_never_used() {
    let named: BTreeSet<_> = PLACES.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(named, places(&Schema::read().await), "every place that takes an id is tried");
    let app = TestApp::new().await;
    let viewer = app.person("viewer").await;
    let things = hidden(&app, &viewer).await;
    let (mut compared, before) = (0, app.database.fingerprint().await);
    for (name, of, input) in PLACES {
        let query = document(name, input);
        for viewer in [Some(&viewer), None] {
            let never = ask(&app, viewer, &query, Uuid::new_v4()).await;
            for (why, thing, id) in &things {
                // A signed-out viewer is blocked by nobody.
                if viewer.is_none() && (why.contains("block")) {
                    continue;
                }
                // An id of another kind is no less hidden.
                let found = ask(&app, viewer, &query, *id).await;
                assert_eq!(found, never, "{name}: {thing:?} {why}, where {of:?} is asked for");
                compared += 1;
            }
        }
    }
    assert!(compared > 900, "{compared}");
    assert_eq!(app.database.fingerprint().await, before);
}

/// The handle of somebody hidden.
#[tokio::test]
async fn a_hidden_handle_is_one_that_nobody_has() {
    let app = TestApp::new().await;
    let viewer = app.person("viewer").await;
    hidden(&app, &viewer).await;
    let look = "{ profile(by: { handle: \"NAME\" }) { id handle bio } }";
    let mention = "mutation { createPost(input: { body: \"to @NAME\" }) { post { body tags } userErrors { code } } }";
    for query in [look, mention, "{ search(query: \"@NAME\") { nodes { __typename } } }"] {
        let mut answers = Vec::new();
        for name in ["blocking", "gone", "former", "nobodys"] {
            app.forget_statements();
            let answer = app.ask(&viewer, &query.replace("NAME", name)).await;
            let statements: Vec<_> = app.statements().into_iter().map(|it| it.sql).collect();
            answers.push((answer.body.replace(name, "NAME"), statements));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{query}: {answers:#?}");
    }
}
