//! A real network, imported, and its answers beside those of an independent computation from the CSV files, without SQL.
//!
//! The data is not part of the repository: `SOJORN_DATA` names the folder that holds `gowalla-nyc`, `../shared/data`
//! unless set. Where there is none, these tests say so and check nothing.

mod model;

use serde_json::{Value, json};

use self::model::{Network, meters};
use crate::support::{Person, TestApp, data_folder, import};

const POST: &str = "nodes { body createdAt author { handle } } pageInfo { hasNextPage }";

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_those_that_the_files_give() {
    let Some(folder) = data_folder("gowalla-nyc") else { return };
    let network = Network::read(&folder);
    assert_eq!((network.profiles.len(), network.follows.len(), network.posts.len()), (7_115, 26_993, 138_957));

    let app = TestApp::new().await;
    assert_eq!(import(&app, &folder).await, [7_115, 26_993, 138_957]);

    // Somebody who follows nobody, the one who follows most, private and public ones, and some from anywhere.
    let mut viewers: Vec<Option<&str>> = vec![None];
    viewers.extend(network.notable().into_iter().map(Some));
    for viewer in viewers {
        let person = match viewer {
            None => None,
            Some(handle) => {
                let id = app.database.text(&format!("SELECT id FROM profiles WHERE handle = '{handle}'")).await;
                let id = id.parse().unwrap();
                Some(Person { id, handle: handle.to_owned(), token: app.token(id) })
            }
        };
        global_feed(&app, &network, person.as_ref()).await;
        if let Some(person) = &person {
            home_feed(&app, &network, person).await;
        }
        for handle in network.notable() {
            profile(&app, &network, person.as_ref(), handle).await;
        }
        nearby(&app, &network, person.as_ref()).await;
    }

    // A second import changes nothing.
    let before = app.database.fingerprint().await;
    assert_eq!(import(&app, &folder).await, [0, 0, 0]);
    assert_eq!(app.database.fingerprint().await, before);
}

async fn global_feed(app: &TestApp, network: &Network, viewer: Option<&Person>) {
    let expected = network.feed(viewer.map(|person| person.handle.as_str()), |_| true);
    let query = format!(
        "query ($after: String) {{ globalFeed(first: 100, after: $after) {{ {POST} pageInfo {{ endCursor }} }} }}"
    );
    let mut after = Value::Null;
    let mut answered = Vec::new();
    for _ in 0..5 {
        let answer = app.ask_with(viewer, &query, json!({ "after": after })).await;
        answered.extend(lines(&answer.data("/globalFeed/nodes")));
        after = answer.data("/globalFeed/pageInfo/endCursor");
    }
    assert_same(&answered, &expected);
}

async fn home_feed(app: &TestApp, network: &Network, viewer: &Person) {
    let me = viewer.handle.as_str();
    let expected = network.feed(Some(me), |author| author == me || network.follows_accepted(me, author));
    let answer = app.ask(viewer, &format!("{{ homeFeed(first: 100) {{ {POST} }} }}")).await;
    assert_same(&lines(&answer.data("/homeFeed/nodes")), &expected);
    assert_eq!(answer.data("/homeFeed/pageInfo/hasNextPage"), json!(expected.len() > 100));
}

async fn profile(app: &TestApp, network: &Network, viewer: Option<&Person>, handle: &str) {
    let asked = viewer.map(|person| person.handle.as_str());
    let query = format!(
        "{{ profile(by: {{ handle: \"{handle}\" }}) {{
            isPrivate isOfficial viewerFollowStatus followsViewer viewerCanSeePosts followerCount followingCount postCount
            posts(first: 100) {{ {POST} }} }} }}"
    );
    let answer = app.ask(viewer, &query).await;
    let expected = network.feed(asked, |author| author == handle);
    let row = &network.profiles[handle];
    let may_view = network.may_view(asked, handle);
    let count = |count: usize| if may_view { json!(count) } else { Value::Null };
    let data = |field: &str| answer.data(&format!("/profile/{field}"));
    assert_eq!(data("isPrivate"), json!(row.is_private));
    assert_eq!(data("isOfficial"), json!(row.is_official));
    assert_eq!(data("viewerCanSeePosts"), json!(may_view), "{asked:?} {handle}");
    assert_eq!(data("viewerFollowStatus"), json!(network.follow_status(asked, handle)));
    assert_eq!(data("followsViewer"), json!(asked.is_some_and(|me| network.follows_accepted(handle, me))));
    assert_eq!(data("followerCount"), count(network.followers(handle)));
    assert_eq!(data("followingCount"), count(network.following(handle)));
    assert_eq!(data("postCount"), count(expected.len()));
    assert_same(&lines(&data("posts/nodes")), &expected);
}

async fn nearby(app: &TestApp, network: &Network, viewer: Option<&Person>) {
    let asked = viewer.map(|person| person.handle.as_str());
    for (latitude, longitude, radius) in
        [(40.7411, -73.9897, 800.0), (40.6413, -73.7781, 5_000.0), (40.9, -73.2, 50_000.0)]
    {
        let query = format!(
            "{{ beacons(area: {{ circle: {{ center: {{ latitude: {latitude}, longitude: {longitude} }}, radiusMeters: {radius} }} }}, first: 100) {{
                totalCount edges {{ distanceMeters node {{ body author {{ handle }} }} }} }} }}"
        );
        let answer = app.ask(viewer, &query).await;
        let mut expected: Vec<_> = network
            .visible_beacons(asked)
            .map(|post| (meters((latitude, longitude), post.place.unwrap()), post))
            .filter(|(distance, _)| *distance <= radius)
            .collect();
        expected.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert_eq!(answer.data("/beacons/totalCount"), json!(expected.len()), "{asked:?} {radius}");
        let edges = answer.data("/beacons/edges");
        let edges = edges.as_array().unwrap();
        assert_eq!(edges.len(), expected.len().min(100));
        for (edge, (distance, _)) in edges.iter().zip(&expected) {
            assert!((edge["distanceMeters"].as_f64().unwrap() - distance).abs() < 0.01);
        }
        // Whoever is nearer than the last one must be there, each with the right words.
        let last = expected.get(99).map_or(f64::MAX, |(distance, _)| distance - 0.01);
        let must: Vec<_> = expected.iter().filter(|(distance, _)| *distance < last).collect();
        for (edge, (distance, post)) in edges.iter().zip(&must) {
            let same = must.iter().filter(|(other, _)| (other - distance).abs() < 0.01);
            let words = (edge["node"]["body"].as_str().unwrap(), edge["node"]["author"]["handle"].as_str().unwrap());
            assert!(same.map(|(_, post)| (&*post.body, &*post.author)).any(|other| other == words), "{post:?}");
        }
    }
}

fn lines(nodes: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |node: &Value| (text(&node["createdAt"]), text(&node["author"]["handle"]), text(&node["body"]));
    nodes.as_array().unwrap().iter().map(line).collect()
}

/// The answer is the beginning of what is expected. Among posts of the same second, the files do not say which comes
/// first, so they are compared as sets; of the last second, the answer may hold any.
fn assert_same(answered: &[(String, String, String)], expected: &[&model::Post]) {
    let second = |at: &str| at.trim_end_matches("+00:00").trim_end_matches('Z').to_owned();
    let expected: Vec<_> =
        expected.iter().map(|post| (second(&post.created_at), post.author.clone(), post.body.clone())).collect();
    let answered: Vec<_> =
        answered.iter().map(|(at, author, body)| (second(at), author.clone(), body.clone())).collect();
    let is_all = answered.len() == expected.len();
    assert!(
        is_all || (answered.len() < expected.len() && answered.len() >= 100),
        "{} of {}",
        answered.len(),
        expected.len()
    );
    let Some((last, ..)) = answered.last() else { return };
    let settled = |posts: &[(String, String, String)]| {
        let mut posts: Vec<_> = posts.iter().filter(|(at, ..)| is_all || at > last).cloned().collect();
        posts.sort();
        posts
    };
    assert_eq!(settled(&answered), settled(&expected));
    assert!(answered.iter().filter(|(at, ..)| at == last).all(|post| expected.contains(post)));
    assert!(answered.is_sorted_by(|a, b| a.0 >= b.0));
}
