//! The card of a profile, which everybody sees for whom it exists, and its details, which only those see who may view
//! it. A pending follow opens nothing.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{
    rule::{Author, Relation, exists, may_view},
    world::{Viewer, World},
};

const CARD: &str = "id handle displayName avatarUrl isPrivate isOfficial viewerIsOwner viewerFollowStatus followsViewer
                    viewerHasBlocked viewerCanSeePosts";
const DETAILS: &str = "bio website coverUrl followerCount followingCount postCount createdAt";
const LISTS: &str = "followers { ...List } following { ...List }
                     posts(kind: ALL) { edges { cursor } nodes { id } pageInfo { ...Page } }";
const FRAGMENTS: &str = "fragment List on ProfileConnection {
                             edges { cursor since } nodes { id } pageInfo { ...Page } totalCount }
                         fragment Page on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }";

#[tokio::test]
async fn the_card_is_for_everybody_and_the_rest_for_those_who_may_view() {
    let world = World::new().await;
    let mut table =
        format!("{:<11} {:<16} {:<9} {:<8} {:<8} rest\n", "viewer", "author", "follows", "followed", "private");
    for relation in [Relation::SignedOut].into_iter().chain(Relation::OTHERS).chain([Relation::Myself]) {
        for author in Author::ALL {
            let viewer = world.viewers.iter().find(|viewer| viewer.fills(relation, author)).unwrap();
            if !viewer.is_let_in() {
                continue;
            }
            let profile = look(&world, viewer, author).await;
            assert_eq!(!profile.is_null(), exists(relation, author), "{relation:?} x {author:?}: {profile}");
            let _ = write!(table, "{:<11} {:<16} ", format!("{relation:?}"), format!("{author:?}"));
            if profile.is_null() {
                table.push_str("does not exist\n");
                continue;
            }
            card_is_right(&world, viewer, author, &profile);
            if may_view(relation, author) {
                details_are_there(&world, relation, author, &profile);
            } else {
                details_are_not_there(&profile);
            }
            let word = |field: &str| profile[field].to_string().trim_matches('"').to_lowercase();
            let (follow, back, private) = (word("viewerFollowStatus"), word("followsViewer"), word("isPrivate"));
            let _ = writeln!(table, "{follow:<9} {back:<8} {private:<8} {}", word("viewerCanSeePosts"));
        }
    }
    insta::assert_snapshot!("cards", table);
}

/// The profile, found by its id; found in a list and by `node` it is the same.
async fn look(world: &World, viewer: &Viewer, author: Author) -> Value {
    let (id, hub) = (world.authors[&author].id, world.hub.id);
    let document = format!(
        "{{ p: profile(by: {{ id: \"{id}\" }}) {{ {CARD} {DETAILS} {LISTS} }}
            n: node(id: \"{id}\") {{ ... on Profile {{ {CARD} {DETAILS} {LISTS} }} }}
            hub: profile(by: {{ id: \"{hub}\" }}) {{ followers(first: 100) {{ nodes {{ {CARD} {DETAILS} {LISTS} }} }} }}
         }} {FRAGMENTS}"
    );
    let data = world.app.ask(viewer.person.as_ref(), &document).await.data("");
    assert_eq!(data["p"], data["n"]);
    let listed = data["hub"]["followers"]["nodes"].as_array().unwrap().iter().find(|node| node["id"] == json!(id));
    assert_eq!(data["p"], listed.cloned().unwrap_or_default(), "{author:?} in a list");
    data["p"].clone()
}

fn card_is_right(world: &World, viewer: &Viewer, author: Author, profile: &Value) {
    let (relation, person) = (viewer.relation_to(author), &world.authors[&author]);
    let follow = match relation.follow() {
        Some("accepted") => "ACCEPTED",
        Some("pending") => "PENDING",
        _ => "NONE",
    };
    let card = json!({
        "id": person.id,
        "handle": person.handle,
        "displayName": format!("Name of {}", person.id),
        "avatarUrl": format!("https://avatar.example/{}", person.id),
        "isPrivate": author.is_private() != Some(false),
        "isOfficial": false,
        "viewerIsOwner": relation == Relation::Myself,
        "viewerFollowStatus": follow,
        "followsViewer": viewer.is_followed_by(author) == Some("accepted"),
        "viewerHasBlocked": false,
        "viewerCanSeePosts": may_view(relation, author),
    });
    for (field, value) in card.as_object().unwrap() {
        assert_eq!(profile[field], *value, "{field}, {relation:?} x {author:?}");
    }
}

fn details_are_there(world: &World, relation: Relation, author: Author, profile: &Value) {
    let person = &world.authors[&author];
    let url = |host: &str| json!(format!("https://{host}.example/{}", person.id));
    assert_eq!(profile["bio"], format!("Bio of {}", person.id));
    assert_eq!((&profile["website"], &profile["coverUrl"]), (&url("home"), &url("cover")));
    assert_eq!(profile["createdAt"], "2025-06-01T00:00:00+00:00");
    // The hub, and those viewers who stand in the list; who is blocked exists for the author no more than he for them.
    let is_there =
        |other: Relation| relation != Relation::Myself || !matches!(other, Relation::Blocked | Relation::Blocking);
    let count = |is_listed: &dyn Fn(&Relation) -> bool| {
        1 + Relation::OTHERS.iter().filter(|other| is_listed(other) && is_there(**other)).count()
    };
    let follows_back = world.viewer(Relation::Stranger).is_followed_by(author) == Some("accepted");
    let followers = count(&|other| other.follows());
    // And the friend whom everybody follows.
    let following = 1 + count(&|_| follows_back);
    for (list, number, says) in [("followers", followers, "followerCount"), ("following", following, "followingCount")]
    {
        let context = format!("{list}, {relation:?} x {author:?}");
        assert_eq!(profile[says], number, "{context}");
        assert_eq!(profile[list]["totalCount"], number, "{context}");
        assert_eq!(profile[list]["nodes"].as_array().unwrap().len(), number, "{context}");
        assert_eq!(profile[list]["edges"].as_array().unwrap().len(), number, "{context}");
    }
    assert!(profile["postCount"].as_i64().is_some_and(|count| count > 0), "{relation:?} x {author:?}");
}

fn details_are_not_there(profile: &Value) {
    for field in DETAILS.split_whitespace() {
        assert!(profile[field].is_null(), "{field} of {profile}");
    }
    let page = json!({ "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    let posts = json!({ "edges": [], "nodes": [], "pageInfo": page });
    let people = json!({ "edges": [], "nodes": [], "pageInfo": page, "totalCount": 0 });
    assert_eq!(profile["posts"], posts);
    assert_eq!((&profile["followers"], &profile["following"]), (&people, &people));
}
