//! How many statements an operation takes: a fixed number, whatever the page. The check of the viewer's account is one
//! of them. Counted where the pool sends them, not where the code asks for them.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Answer, List, PASSWORD, PERSON, Person, TestApp, numbered, numbered_sql, old_hash};

const PEOPLE: u32 = 130;
const POST: u8 = 0x0b;
const BEACON: u8 = 0x0c;

const PAGES: [usize; 3] = [1, 20, 100];
const AUTHOR: &str = "author { id handle displayName viewerFollowStatus followsViewer viewerCanSeePosts bio }";

/// 130 people who each follow the next seven (the first follows all), wrote three posts and signed a beacon; `crowd_1`
/// wrote another 130 posts.
async fn scene() -> (TestApp, Vec<Person>) {
    let app = TestApp::new().await;
    let people = app.crowd(PEOPLE).await;
    let (person, post, beacon) =
        (numbered_sql(PERSON, "n"), numbered_sql(POST, "k * 1000 + n"), numbered_sql(BEACON, "n"));
    let followee = numbered_sql(PERSON, &format!("(n + k) % {PEOPLE}"));
    let author = numbered_sql(PERSON, "1");
    let another = numbered_sql(POST, "9000 + n");
    app.database
        .run(&format!(
            "INSERT INTO follows (follower_id, following_id, status)
             SELECT {person}, {followee}, 'accepted' FROM generate_series(0, {PEOPLE} - 1) AS n,
                    generate_series(1, {PEOPLE} - 1) AS k WHERE k <= 7 OR n = 0;
             INSERT INTO posts (id, author_id, body, visibility, created_at)
             SELECT {post}, {person}, 'post', 'public', timestamptz '2026-02-01' + k * interval '1 h' + n * interval '1 s'
             FROM generate_series(0, {PEOPLE} - 1) AS n, generate_series(1, 3) AS k;
             INSERT INTO posts (id, author_id, body, visibility, created_at)
             SELECT {another}, {author}, 'another', 'public', timestamptz '2026-01-01' + n * interval '1 s'
             FROM generate_series(0, {PEOPLE} - 1) AS n;
             INSERT INTO posts (id, author_id, body, is_beacon, beacon_type, location, created_at)
             SELECT {beacon}, CASE WHEN n % 4 > 0 THEN {person} END, 'beacon', true, 'hazard',
                    ST_MakePoint(-93.2 + n * 0.0001, 44.9)::geography, '2026-03-01'
             FROM generate_series(0, {PEOPLE} - 1) AS n;"
        ))
        .await;
    (app, people)
}

/// The answer, and how many statements it took.
async fn spend(app: &TestApp, viewer: Option<&Person>, query: &str, first: usize) -> (usize, Answer) {
    app.forget_statements();
    let answer = app.ask_with(viewer, query, json!({ "first": first })).await;
    (app.statements().len(), answer)
}

/// That the operation takes `statements` signed out and one more signed in, and finds `first` rows at `list`, with
/// each size of page.
async fn check(app: &TestApp, viewer: &Person, query: &str, list: &str, statements: usize) {
    for first in PAGES {
        for (viewer, statements) in [(None, statements), (Some(viewer), statements + 1)] {
            let (spent, answer) = spend(app, viewer, query, first).await;
            assert_eq!(answer.data(list).as_array().unwrap().len(), first, "{query}");
            let signed = if viewer.is_some() { "in" } else { "out" };
            let sent: Vec<_> = app.statements().into_iter().map(|statement| statement.sql).collect();
            assert_eq!(spent, statements, "{first} rows, signed {signed}: {query}\n{}", sent.join("\n"));
        }
    }
}

async fn lists_with_authors_take_two() {
    let (app, people) = scene().await;
    let viewer = &people[0];
    for field in ["globalFeed(first: $first)", &format!("beacons(area: {{ {CIRCLE} }}, first: $first)")] {
        let query =
            format!("query($first: Int) {{ {field} {{ nodes {{ id body {AUTHOR} }} pageInfo {{ endCursor }} }} }}");
        let list = format!("/{}/nodes", field.split('(').next().unwrap());
        check(&app, viewer, &query, &list, 1).await;
    }
    let home = format!("query($first: Int) {{ homeFeed(first: $first) {{ nodes {{ id body {AUTHOR} }} }} }}");
    for first in PAGES {
        let (spent, answer) = spend(&app, Some(viewer), &home, first).await;
        assert_eq!(answer.data("/homeFeed/nodes").as_array().unwrap().len(), first);
        assert_eq!(spent, 2, "{first} rows of the home feed");
    }
}

const CIRCLE: &str = "circle: { center: { latitude: 44.9, longitude: -93.2 }, radiusMeters: 50000 }";

#[tokio::test]
async fn feeds_and_beacons_take_two_statements() {
    lists_with_authors_take_two().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn feeds_and_beacons_take_two_statements_on_many_threads() {
    lists_with_authors_take_two().await;
}

/// The tile, and who asks.
#[tokio::test]
async fn a_tile_of_the_map_takes_two_statements() {
    let (app, people) = scene().await;
    for (viewer, budget) in [(None, 1), (Some(&people[0]), 2)] {
        for (tile, beacons) in [((0, 0, 0), 130), ((12, 987, 1_475), 130), ((12, 0, 0), 0)] {
            app.forget_statements();
            assert_eq!(app.tile(viewer, tile).await.features().len(), beacons, "{tile:?}");
            assert_eq!(app.statements().len(), budget, "{tile:?}");
        }
    }
}

/// What is found in one, then the people among it in one and the posts in one.
#[tokio::test]
async fn a_search_takes_four_statements() {
    let (app, people) = scene().await;
    app.database.run("UPDATE posts SET tags = ARRAY['crowd' || right(id::text, 3)]").await;
    let node =
        format!("__typename ... on Profile {{ handle bio }} ... on Post {{ body {AUTHOR} }} ... on Hashtag {{ name }}");
    let search = |query: &str| {
        format!(
            "query($first: Int) {{ search(query: \"{query}\", first: $first) {{ nodes {{ {node} }} pageInfo {{ endCursor }} }} }}"
        )
    };
    check(&app, &people[0], &search("@crowd"), "/search/nodes", 2).await;
    check(&app, &people[0], &search("#another"), "/search/nodes", 2).await;
    // Hashtags need no look-up.
    app.forget_statements();
    app.ask(&people[0], "{ search(query: \"#crowd\", kinds: [HASHTAG]) { nodes { __typename } } }").await.data("");
    assert_eq!(app.statements().len(), 2);
    // Everything on one page.
    app.database
        .run(
            "UPDATE posts SET body = 'crowd', tags = '{crowds}' WHERE body = 'another';
             UPDATE posts SET tags = '{}' WHERE body <> 'crowd';
             DELETE FROM profiles WHERE handle > 'crowd_12';",
        )
        .await;
    let (spent, answer) = spend(&app, Some(&people[0]), &search("crowd"), 100).await;
    let kinds: BTreeSet<_> = answer.each("/search/nodes", "/__typename").into_iter().collect();
    assert_eq!((kinds.len(), spent), (3, 4), "{kinds:?}");
    // What finds nothing asks for nothing.
    for (query, statements) in [("zzz", 1), ("@", 0)] {
        let (spent, _) = spend(&app, None, &search(query), 20).await;
        assert_eq!(spent, statements, "{query}");
    }
}

/// The viewer's own marks, all counts and all authors of a page: one statement more than the page.
#[tokio::test]
async fn a_feed_with_all_facts_takes_three_statements() {
    let (app, people) = scene().await;
    let facts = "likeCount replyCount reactions { emoji count } viewerHasLiked viewerHasSaved viewerReaction";
    let query =
        format!("query($first: Int) {{ globalFeed(first: $first) {{ nodes {{ id body {AUTHOR} {facts} }} }} }}");
    check(&app, &people[0], &query, "/globalFeed/nodes", 2).await;
}

#[tokio::test]
async fn a_profile_page_takes_four_statements() {
    let (app, people) = scene().await;
    let query = format!(
        r#"query($first: Int) {{ profile(by: {{ handle: "CROWD_1" }}) {{
            id handle displayName bio website isPrivate viewerIsOwner viewerFollowStatus followsViewer createdAt
            followerCount followingCount postCount
            posts(first: $first) {{ nodes {{ id body {AUTHOR} }} pageInfo {{ hasNextPage }} }}
        }} }}"#
    );
    check(&app, &people[0], &query, "/profile/posts/nodes", 3).await;
    let (_, answer) = spend(&app, Some(&people[0]), &query, 1).await;
    let counts =
        ["followerCount", "followingCount", "postCount"].map(|count| answer.data(&format!("/profile/{count}")));
    assert_eq!(counts, [json!(7), json!(7), json!(133)]);
}

/// 100 posts, up to 700 followers of their authors, up to 2,100 people whom those follow. (The two lists of posts differ
/// in size: the same list on two levels may or may not be loaded at once, depending on when the first level is done.)
const NESTED: &str = "query($first: Int) { globalFeed(first: $first) { nodes { id author {
    followers(first: 7) { nodes { handle
        following(first: 3) { nodes { followerCount postCount posts(first: 2) { nodes { body author { handle } } } } }
        posts(first: 1) { nodes { id author { handle } } }
    } }
} } } }";

#[tokio::test]
async fn nested_lists_take_one_statement_a_level() {
    let (app, people) = scene().await;
    let three = "query($first: Int) { globalFeed(first: $first) { nodes { author {
        followers(first: 3) { nodes { posts(first: 2) { nodes { id author { handle } } } } } } } } }";
    check(&app, &people[0], three, "/globalFeed/nodes", 3).await;
    // The feed, the followers, their followees and posts, and of the followees the counts and posts.
    check(&app, &people[0], NESTED, "/globalFeed/nodes", 6).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_at_the_same_time_do_not_cost_each_other_statements() {
    let (app, people) = scene().await;
    let app = Arc::new(app);
    app.forget_statements();
    let requests = (0..8).map(|n| {
        let (app, person) = (Arc::clone(&app), people[n].clone());
        tokio::spawn(async move { app.ask_with(&person, NESTED, json!({ "first": 30 })).await.data("/globalFeed") })
    });
    let answers = join_all(requests).await;
    assert_eq!(app.statements().len(), 8 * 7);
    // What is loaded together still comes to the right place: everybody is answered the same here.
    let first = answers[0].as_ref().unwrap();
    for answer in &answers {
        assert_eq!(answer.as_ref().unwrap(), first);
    }
    let followers = &first["nodes"][0]["author"]["followers"]["nodes"];
    let handles: Vec<_> = followers.as_array().unwrap().iter().map(|follower| &follower["handle"]).collect();
    assert_eq!(handles.len(), 7, "{handles:?}");
    for follower in followers.as_array().unwrap() {
        for post in follower["posts"]["nodes"].as_array().unwrap() {
            assert_eq!(post["author"]["handle"], follower["handle"]);
        }
    }
}

#[tokio::test]
async fn a_hundred_mixed_nodes_take_four_statements() {
    let (app, people) = scene().await;
    let own = app.ask(&people[0], "{ viewer { id } }").await.data("/viewer/id");
    let kinds = [PERSON, POST, BEACON];
    let mut ids: Vec<_> =
        (0..99).map(|n: u32| numbered(kinds[n as usize % 3], if n % 3 == 1 { 1000 + n } else { n })).collect();
    ids.reverse();
    let mut ids = json!(ids);
    ids.as_array_mut().unwrap().insert(50, own);
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id
        ... on Post { author { handle } } ... on Beacon { maker: author { handle } } } }";
    for (viewer, missing, budget) in [(None, 1, 3), (Some(&people[0]), 0, 4)] {
        app.forget_statements();
        let answer = app.ask_with(viewer, query, json!({ "ids": ids })).await;
        assert_eq!(app.statements().len(), budget);
        let nodes = answer.data("/nodes");
        assert_eq!(nodes.as_array().unwrap().iter().filter(|node| node.is_null()).count(), missing);
    }
}

#[tokio::test]
async fn hashtags_are_counted_together() {
    let (app, people) = scene().await;
    app.database.run("UPDATE posts SET tags = ARRAY['rain' || extract(second FROM created_at)::int]").await;
    let query = "query($first: Int) { search(query: \"#rain\", kinds: [HASHTAG], first: $first) {
        nodes { ... on Hashtag { name postCount } } } }";
    for first in [1, 20, 60] {
        let (spent, answer) = spend(&app, Some(&people[0]), query, first).await;
        let counts = answer.each("/search/nodes", "/postCount");
        assert!(counts.len() == first && counts.iter().all(|count| count != "0"), "{counts:?}");
        assert_eq!(spent, 3, "{first} hashtags");
    }
}

/// The account, the page with the actors, the posts, and the number of unread ones.
#[tokio::test]
async fn notifications_take_four_statements() {
    let (app, people) = scene().await;
    app.database
        .run(&format!(
            "INSERT INTO post_likes (profile_id, post_id) SELECT profiles.id, posts.id FROM profiles, posts
                 WHERE author_id = '{0}' AND is_beacon IS FALSE AND profiles.id <> '{0}';
             INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at)
                 SELECT '{0}', profile_id, 'like', post_id, created_at FROM post_likes;",
            people[2].id
        ))
        .await;
    let query = "query($first: Int) { viewer { unreadNotificationCount notifications(first: $first) {
        nodes { kind actor { handle } post { body author { handle } } } } } }";
    for first in PAGES {
        let (spent, answer) = spend(&app, Some(&people[2]), query, first).await;
        assert_eq!(answer.data("/viewer/notifications/nodes").as_array().unwrap().len(), first);
        assert_eq!(spent, 4, "{first} notifications");
    }
}

#[tokio::test]
async fn nothing_is_counted_that_is_not_selected() {
    let (app, people) = scene().await;
    let viewer = &people[0];
    let area = format!("area: {{ {CIRCLE} }}");
    let profile = |fields: &str| format!(r#"{{ profile(by: {{ handle: "crowd_1" }}) {{ {fields} }} }}"#);
    let plain = [
        "{ globalFeed(first: 3) { nodes { id author { handle } } pageInfo { hasNextPage hasPreviousPage } } }"
            .to_owned(),
        format!(
            "{{ beacons({area}, first: 3) {{ edges {{ distanceMeters node {{ id }} }} pageInfo {{ hasNextPage }} }} }}"
        ),
        profile(
            "handle bio followers(first: 3) { nodes { id } } following(first: 3) { nodes { id } } posts { nodes { id } }",
        ),
        "{ viewer { followRequests { nodes { from { id } } pageInfo { hasNextPage } } } }".to_owned(),
    ];
    for query in plain {
        app.forget_statements();
        app.ask(viewer, &query).await.data("");
        for statement in app.statements() {
            assert!(!statement.sql.to_lowercase().contains("count("), "{query}\n{}", statement.sql);
        }
    }
    // What is selected is counted, and nothing else.
    let counted = [
        (profile("followerCount"), vec!["AS followers"]),
        (profile("followers(first: 3) { totalCount }"), vec!["AS followers"]),
        (profile("followingCount"), vec!["AS following"]),
        (profile("postCount followingCount"), vec!["AS following", "AS posts"]),
        ("{ viewer { followRequests { totalCount } } }".to_owned(), vec!["AS count"]),
        (format!("{{ beacons({area}) {{ totalCount }} }}"), vec!["AS count"]),
    ];
    for (query, expected) in counted {
        app.forget_statements();
        app.ask(viewer, &query).await.data("");
        let statements = app.statements();
        let counting: Vec<_> =
            statements.iter().map(|statement| &statement.sql).filter(|sql| sql.contains("count(*)")).collect();
        assert_eq!(counting.len(), 1, "{query}");
        assert_eq!(counting[0].matches("count(*)").count(), expected.len(), "{query}\n{}", counting[0]);
        for name in expected {
            assert!(counting[0].contains(name), "{query}\n{}", counting[0]);
        }
    }
}

#[tokio::test]
async fn a_middle_page_costs_what_the_first_costs() {
    let (app, people) = scene().await;
    let viewer = &people[0];
    let area = format!("{{ {CIRCLE} }}");
    let lists = [
        List::global(),
        List::home(),
        List::of_profile(&people[1], "posts", "posts(@page)"),
        List::of_profile(&people[1], "followers", "followers(@page)"),
        List::beacons(&area, "DISTANCE"),
        List::beacons(&area, "NEWEST"),
        List::beacons(&area, "PRIORITY"),
    ];
    for list in lists {
        let spent = async |arguments| {
            app.forget_statements();
            let page = list.page(&app, viewer, arguments).await;
            (app.statements().len(), page)
        };
        let (first, page) = spent(json!({ "first": 3 })).await;
        let (forward, _) = spent(json!({ "first": 3, "after": page.cursors[1] })).await;
        let (backward, _) = spent(json!({ "last": 3, "before": page.cursors[2] })).await;
        assert_eq!((forward, backward), (first, first));
    }
}

/// An export is one statement, and one to see who asks, however much there is; deleting an account is nine.
#[tokio::test]
async fn an_export_takes_two_statements_and_a_deletion_nine() {
    let (app, people) = scene().await;
    for viewer in [&people[1], &people[0], &app.person("newcomer").await] {
        app.forget_statements();
        app.ask(viewer, "{ exportMyData }").await.data("/exportMyData");
        assert_eq!(app.statements().len(), 2, "{}", viewer.handle);
    }
    for viewer in [&people[1], &people[0]] {
        app.account(viewer, &format!("{}@sojorn.example", viewer.handle), &old_hash()).await;
        app.forget_statements();
        let delete = format!("mutation {{ deleteAccount(input: {{ password: \"{PASSWORD}\" }}) {{ deleteAfter }} }}");
        assert!(app.ask(viewer, &delete).await.data("/deleteAccount/deleteAfter").is_string());
        // Who asks, how often a password was given, the stored one, the lock and the password again, time to hide and hiding, and the sessions in two.
        assert_eq!(app.statements().len(), 9, "{}", viewer.handle);
    }
}

/// The posts of two people are loaded together, for the first of them. When that one fails meanwhile, the other must
/// still get its own.
#[tokio::test]
async fn who_fails_takes_nobody_else_along() {
    let (app, _) = scene().await;
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) {
        ... on Profile { posts(first: 2) { nodes { body } } followers(first: 0) { nodes { id } } }
        ... on Post { author { posts(first: 2) { nodes { body } } } }
    } }";
    let (bad, good) = (numbered(PERSON, 2), numbered(POST, 1003));
    for (ids, wrong, right) in [([bad, good], 0, 1), ([good, bad], 1, 0)] {
        let answer = app.ask_with(None, query, json!({ "ids": ids })).await;
        assert_eq!(answer.code(), "PAGE_SIZE");
        assert_eq!(answer.partial(&format!("/nodes/{wrong}")), json!(null));
        let posts = answer.partial(&format!("/nodes/{right}/author/posts/nodes"));
        assert_eq!(posts, json!([{ "body": "post" }, { "body": "post" }]));
    }
}
