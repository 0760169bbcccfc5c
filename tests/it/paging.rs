//! Every list, read in pages of every size in both directions: each row once, in order, and the ends known. Many rows
//! share their time, so that the order is that of time and id.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Beacon, List, Person, Post, TestApp};

/// Newest first; of the same time, the greater id first.
fn newest_first(mut rows: Vec<(DateTime<Utc>, Uuid)>) -> Vec<String> {
    rows.sort_unstable();
    rows.iter().rev().map(|(_, id)| id.to_string()).collect()
}

/// `count` posts by these people in turn, four at a time of the same moment; every second has a video.
async fn posts(app: &TestApp, authors: &[&Person], count: usize) -> Vec<(DateTime<Utc>, Uuid)> {
    let mut rows = Vec::new();
    for n in 0..count {
        let mut post = Post::public(&format!("post {n}"));
        post.video_url = (n % 2 == 0).then(|| "https://video.example/v.mp4".to_owned());
        let id = app.post(authors[n % authors.len()], post).await;
        let at = app.now() - TimeDelta::hours(i64::try_from(n / 4).unwrap());
        app.database.run(&format!("UPDATE posts SET created_at = '{at}' WHERE id = '{id}'")).await;
        // Ids in the order of writing would hide a sort that forgets them.
        let random = Uuid::new_v4();
        app.database.run(&format!("UPDATE posts SET id = '{random}' WHERE id = '{id}'")).await;
        rows.push((at, random));
        app.advance(-TimeDelta::seconds(1));
    }
    rows
}

#[tokio::test]
async fn feeds_are_read_whole_in_pages_of_any_size() {
    let app = TestApp::new().await;
    let (ada, ben, cleo) = (app.person("ada").await, app.person("ben").await, app.person("cleo").await);
    app.follow(&ada, &ben, "accepted").await;
    let rows = posts(&app, &[&ada, &ben, &cleo], 25).await;
    let feed = newest_first(rows.clone());
    List::global().check(&app, None, &feed).await;
    List::global().check(&app, Some(&ada), &feed).await;
    let videos = rows.iter().step_by(2).copied().collect();
    List::quips().check(&app, None, &newest_first(videos)).await;
    let followed: Vec<_> = rows.iter().enumerate().filter(|(n, _)| n % 3 < 2).map(|(_, row)| *row).collect();
    List::home().check(&app, Some(&ada), &newest_first(followed)).await;
}

#[tokio::test]
async fn a_profiles_posts_are_read_whole_in_pages_of_any_size() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let rows = posts(&app, &[&ada], 24).await;
    let replies = posts(&app, &[&ada], 9).await;
    for (_, reply) in &replies {
        app.database.run(&format!("UPDATE posts SET parent_id = '{}' WHERE id = '{reply}'", rows[0].1)).await;
    }
    let (pins, others): (Vec<_>, Vec<_>) = rows.iter().enumerate().partition(|(n, _)| [3, 9, 10].contains(n));
    for (_, (_, id)) in &pins {
        app.database.run(&format!("UPDATE posts SET is_pinned = true WHERE id = '{id}'")).await;
    }
    let plain = |rows: &[(usize, &(DateTime<Utc>, Uuid))]| rows.iter().map(|(_, row)| **row).collect::<Vec<_>>();
    let (pins, others) = (newest_first(plain(&pins)), plain(&others));
    let roots = [pins.clone(), newest_first(others.clone())].concat();
    List::of_profile(&ada, "posts", "posts(@page)").check(&app, None, &roots).await;
    let all = [pins, newest_first([others, replies.clone()].concat())].concat();
    List::of_profile(&ada, "posts", "posts(kind: ALL, @page)").check(&app, Some(&ada), &all).await;
    let replies = newest_first(replies);
    List::of_profile(&ada, "posts", "posts(kind: REPLIES, @page)").check(&app, None, &replies).await;
}

#[tokio::test]
async fn lists_of_people_are_read_whole_in_pages_of_any_size() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.private("ben").await);
    let mut crowd = Vec::new();
    for (n, person) in app.crowd(23).await.into_iter().enumerate() {
        // As many at the same moment as it comes: 1, 2, 3, ...
        let at = app.now() - TimeDelta::hours(i64::try_from(n.isqrt()).unwrap());
        for (follower, following, status) in
            [(&person, &ada, "accepted"), (&ada, &person, "accepted"), (&person, &ben, "pending")]
        {
            app.database
                .run(&format!(
                    "INSERT INTO follows (follower_id, following_id, status, created_at)
                     VALUES ('{}', '{}', '{status}', '{at}')",
                    follower.id, following.id
                ))
                .await;
        }
        crowd.push((at, person.id));
    }
    let crowd = newest_first(crowd);
    List::of_profile(&ada, "followers", "followers(@page)").check(&app, None, &crowd).await;
    List::of_profile(&ada, "following", "following(@page)").check(&app, Some(&ben), &crowd).await;
    List::requests().check(&app, Some(&ben), &crowd).await;
}

#[tokio::test]
async fn empty_lists_have_no_ends() {
    let app = TestApp::new().await;
    let ada = app.private("ada").await;
    let lists = [
        List::global(),
        List::home(),
        List::quips(),
        List::requests(),
        List::of_profile(&ada, "posts", "posts(@page)"),
        List::of_profile(&ada, "followers", "followers(@page)"),
        List::beacons("{ circle: { center: { latitude: 1, longitude: 1 } } }", "DISTANCE"),
    ];
    for list in lists {
        for arguments in [json!({}), json!({ "first": 3 }), json!({ "last": 3 })] {
            let page = list.page(&app, &ada, arguments).await;
            assert!(page.ids.is_empty() && !page.has_next && !page.has_previous);
        }
    }
}

/// Reads a list of 20 by fives while rows come and go between the pages.
async fn unsettled(
    app: &TestApp,
    viewer: Option<&Person>,
    list: &List,
    forward: bool,
    come: impl AsyncFn(),
    go: impl AsyncFn(&str),
) {
    let before = list.forward(app, viewer, 100).await;
    assert_eq!(before.len(), 20);
    let (mut read, mut gone, mut cursor) = (Vec::new(), BTreeSet::new(), None);
    loop {
        let arguments =
            if forward { json!({ "first": 5, "after": cursor }) } else { json!({ "last": 5, "before": cursor }) };
        let page = list.page(app, viewer, arguments).await;
        let edge = if forward { page.ids.last() } else { page.ids.first() };
        // The row that the next page begins behind, and one that was not read yet, disappear; others appear.
        let edge = edge.cloned().unwrap();
        go(&edge).await;
        let at = before.iter().position(|id| *id == edge);
        let unread = at.and_then(|at| if forward { at.checked_add(2) } else { at.checked_sub(2) });
        if let Some(unread) = unread.and_then(|at| before.get(at)) {
            go(unread).await;
            gone.insert(unread.clone());
        }
        come().await;
        cursor = if forward { page.cursors.last() } else { page.cursors.first() }.cloned();
        let more = if forward { page.has_next } else { page.has_previous };
        if forward {
            read.extend(page.ids);
        } else {
            read.splice(0..0, page.ids);
        }
        if !more {
            break;
        }
    }
    let distinct: BTreeSet<_> = read.iter().collect();
    assert_eq!(distinct.len(), read.len(), "a row came twice: {read:?}");
    // What was there all the time was read, in order. Backward, what came meanwhile is read as well: it is newer.
    let stayed: Vec<_> = before.iter().filter(|id| !gone.contains(*id)).cloned().collect();
    let known: Vec<_> = read.into_iter().filter(|id| before.contains(id)).collect();
    assert_eq!(known, stayed);
}

#[tokio::test]
async fn pages_of_posts_stay_stable_while_posts_come_and_go() {
    for forward in [true, false] {
        let app = TestApp::new().await;
        let ada = app.person("ada").await;
        let come = async || {
            let mut post = Post::public("new");
            post.video_url = Some("https://video.example/v.mp4".to_owned());
            app.post(&ada, post).await;
        };
        let go = async |id: &str| {
            app.ask(&ada, &format!(r#"mutation {{ deletePost(input: {{ postId: "{id}" }}) {{ deletedId }} }}"#))
                .await
                .data("");
        };
        let posts = List::of_profile(&ada, "posts", "posts(@page)");
        for list in [List::global(), List::quips(), List::home(), posts] {
            app.database.run("DELETE FROM posts").await;
            for _ in 0..20 {
                come().await;
            }
            unsettled(&app, Some(&ada), &list, forward, &come, &go).await;
        }
    }
}

#[tokio::test]
async fn pages_of_followers_stay_stable_while_people_come_and_go() {
    for forward in [true, false] {
        let app = TestApp::new().await;
        let ada = app.person("ada").await;
        let come = async || {
            let handle = format!("p{}", &Uuid::new_v4().simple().to_string()[..20]);
            let person = app.person(&handle).await;
            app.follow(&person, &ada, "accepted").await;
        };
        let go = async |id: &str| {
            let input = format!(r#"{{ profileId: "{id}" }}"#);
            app.ask(&ada, &format!("mutation {{ removeFollower(input: {input}) {{ profile {{ id }} }} }}"))
                .await
                .data("");
        };
        for _ in 0..20 {
            come().await;
        }
        let list = List::of_profile(&ada, "followers", "followers(@page)");
        unsettled(&app, None, &list, forward, &come, &go).await;
    }
}

#[tokio::test]
async fn pages_of_beacons_stay_stable_while_beacons_come_and_go() {
    let area = "{ circle: { center: { latitude: 44.9, longitude: -93.2 }, radiusMeters: 9000 } }";
    for order in ["DISTANCE", "NEWEST", "PRIORITY"] {
        for forward in [true, false] {
            let app = TestApp::new().await;
            // Those that come are nearer and newer than all that are there, in four cells.
            let place = std::cell::Cell::new(0.05);
            let come = async || {
                place.set(place.get() - 0.001);
                let mut beacon = Beacon::at(44.9 + f64::floor(place.get() * 200.0) / 200.0, -93.2);
                beacon.severity = "high".to_owned();
                app.beacon(beacon).await;
            };
            let go = async |id: &str| {
                app.database.run(&format!("UPDATE posts SET beacon_state = 'resolved' WHERE id = '{id}'")).await;
            };
            for _ in 0..20 {
                come().await;
            }
            unsettled(&app, None, &List::beacons(area, order), forward, &come, &go).await;
        }
    }
}

#[tokio::test]
async fn a_cursor_opens_its_own_list_only() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    posts(&app, &[&ada, &ben], 8).await;
    let posts_of = |person| List::of_profile(person, "posts", "posts(@page)");
    let lists = [List::global(), List::quips(), List::home(), posts_of(&ada), posts_of(&ben)];
    for (n, list) in lists.iter().enumerate() {
        let cursor = list.page(&app, &ada, json!({ "first": 2 })).await.cursors[1].clone();
        for (m, other) in lists.iter().enumerate() {
            for end in ["after", "before"] {
                let answer = other.ask(&app, &ada, json!({ "first": 2, end: cursor })).await;
                let expected: &[&str] = if n == m { &[] } else { &["BAD_CURSOR"] };
                assert_eq!(answer.codes(), expected, "the cursor of list {n} in list {m}");
            }
        }
    }
    // Another viewer's home feed is another list.
    let cursor = List::home().page(&app, &ada, json!({ "first": 2 })).await.cursors[1].clone();
    assert_eq!(List::home().ask(&app, &ben, json!({ "after": cursor })).await.code(), "BAD_CURSOR");
}
