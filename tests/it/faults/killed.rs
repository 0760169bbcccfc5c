//! The server's process is killed while much is written.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{client::Client, eventually, post, process::Process, stopped::token};
use crate::{
    marks::counters_are_right,
    support::{Beacon, Cluster, Person, Post, TestApp},
};

const WORKERS: usize = 32;
const MUTATIONS: usize = 1_000;

/// A mutation, and the row that it makes.
struct Mutation {
    token: String,
    key: String,
    body: Value,
    field: &'static str,
    row: String,
}

/// A fifth each of posts, replies, likes, follows and votes; no two make the same row.
fn mutations(people: &[Person], posts: &[uuid::Uuid], beacons: &[uuid::Uuid]) -> Vec<Mutation> {
    let mutation = |n: usize| {
        let round = n / 5;
        let (me, other) = (round % 32, round / 32);
        let of = |field: &'static str, argument: &str, id: uuid::Uuid| {
            let more = if field == "voteBeacon" { ", vote: VOUCH" } else { "" };
            let query =
                format!("mutation {{ {field}(input: {{ {argument}: \"{id}\"{more} }}) {{ userErrors {{ code }} }} }}");
            json!({ "query": query })
        };
        let mine = |table: &str, column: &str, id: uuid::Uuid| {
            format!("{table} WHERE profile_id = '{}' AND {column} = '{id}'", people[me].id)
        };
        // Whoever is mentioned has not written what is replied to, and is somebody else.
        let text = format!("op-{n} #tag{n} @{}", people[(me + 9) % 24 + 8].handle);
        let (field, body, row) = match n % 5 {
            0 => ("createPost", post(&text, None), format!("posts WHERE body = '{text}'")),
            1 => {
                let parent = posts[if me == other { (other + 1) % 8 } else { other }];
                ("createPost", post(&text, Some(parent)), format!("posts WHERE body = '{text}'"))
            }
            2 => ("likePost", of("likePost", "postId", posts[other]), mine("post_likes", "post_id", posts[other])),
            3 => {
                let whom = people[(me + 1 + other) % 32].id;
                let row = format!("follows WHERE follower_id = '{}' AND following_id = '{whom}'", people[me].id);
                ("follow", of("follow", "profileId", whom), row)
            }
            _ => {
                let row = mine("beacon_votes", "beacon_id", beacons[other]);
                ("voteBeacon", of("voteBeacon", "beaconId", beacons[other]), row)
            }
        };
        Mutation { token: token(people[me].id), key: format!("key-of-mutation-{n}"), body, field, row }
    };
    (0..MUTATIONS).map(mutation).collect()
}

/// Sends these mutations from many workers. Answers which were acknowledged.
async fn send_all(
    server: &Process,
    mutations: &Arc<Vec<Mutation>>,
    which: Vec<usize>,
    acknowledged: &Arc<AtomicUsize>,
) -> Vec<usize> {
    let (which, next) = (Arc::new(which), Arc::<AtomicUsize>::default());
    let workers = (0..WORKERS).map(|_| {
        let (mutations, which, next) = (Arc::clone(mutations), Arc::clone(&which), Arc::clone(&next));
        let (mut client, acknowledged) = (Client::of(server.address), Arc::clone(acknowledged));
        tokio::spawn(async move {
            let mut done = Vec::new();
            while let Some(&n) = which.get(next.fetch_add(1, Ordering::SeqCst)) {
                let Mutation { token, key, body, field, .. } = &mutations[n];
                if let Ok(answer) = client.post(token, Some(key), body).await {
                    assert_eq!(answer.data(&format!("/{field}/userErrors")), json!([]));
                    done.push(n);
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            }
            done
        })
    });
    join_all(workers).await.into_iter().flat_map(Result::unwrap).collect()
}

/// That no post stands without its tag, nothing without those who are told of it; and that all counters are those of the
/// rows.
async fn nothing_is_half(app: &TestApp) {
    let half = "SELECT count(*) FROM posts WHERE body LIKE 'op-%' AND NOT (
        (SELECT count(*) FROM post_tags WHERE post_id = posts.id) = 1
        AND (SELECT count(*) FROM post_mentions WHERE post_id = posts.id) = 1
        AND (SELECT count(*) FROM notifications WHERE post_id = posts.id AND kind IN ('mention', 'reply'))
            = CASE WHEN parent_id IS NULL THEN 1 ELSE 2 END)";
    assert_eq!(app.database.number(half).await, 0);
    // Nor stands a follow of which nobody is told, or the other way round; and so with likes.
    let untold = "SELECT count(*) FROM (SELECT follower_id, following_id FROM follows) AS made
        FULL JOIN (SELECT actor_id, recipient_id FROM notifications WHERE kind = 'follow') AS told
        ON actor_id = follower_id AND recipient_id = following_id WHERE actor_id IS NULL OR follower_id IS NULL";
    assert_eq!(app.database.number(untold).await, 0);
    let untold = "SELECT count(*) FROM (SELECT profile_id, post_id FROM post_likes JOIN posts ON posts.id = post_id
            AND author_id <> profile_id) AS made
        FULL JOIN (SELECT actor_id, post_id FROM notifications WHERE kind = 'like') AS told
        ON actor_id = profile_id AND told.post_id = made.post_id WHERE actor_id IS NULL OR profile_id IS NULL";
    assert_eq!(app.database.number(untold).await, 0);
    let kept = "SELECT (SELECT count(*) FROM idempotency_keys) - (SELECT count(*) FROM posts WHERE body LIKE 'op-%')";
    assert_eq!(app.database.number(kept).await, 0);
    let votes = "SELECT count(*) FROM posts WHERE is_beacon
        AND vouch_count <> (SELECT count(*) FROM beacon_votes WHERE beacon_id = posts.id AND vote = 'vouch')";
    assert_eq!(app.database.number(votes).await, 0);
    counters_are_right(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_killed_server_has_done_all_that_it_acknowledged_and_nothing_by_half() {
    let cluster = Cluster::new().await;
    let app = TestApp::on(cluster.database().await).await;
    let people = app.crowd(32).await;
    let (mut posts, mut beacons) = (Vec::new(), Vec::new());
    for person in &people[..8] {
        posts.push(app.post(person, Post::public("a post")).await);
        // For as long as the clock of the machine may be ahead of the test's.
        let expires_at = Some(app.now() + chrono::TimeDelta::days(36_500));
        beacons.push(app.beacon(Beacon { expires_at, ..Beacon::at(45.0, -93.0) }).await);
    }
    let mutations = Arc::new(mutations(&people, &posts, &beacons));
    let server = Process::serve(&app.database).await;
    let count = Arc::<AtomicUsize>::default();
    let acknowledged = {
        let killing = async {
            while count.load(Ordering::SeqCst) < MUTATIONS / 2 {
                tokio::task::yield_now().await;
            }
        };
        let sending = send_all(&server, &mutations, (0..MUTATIONS).collect(), &count);
        tokio::pin!(sending);
        tokio::select! {
            _ = &mut sending => panic!("nothing was killed"),
            () = killing => {}
        }
        server.signal("KILL").await;
        sending.await
    };
    assert!((MUTATIONS / 2..MUTATIONS).contains(&acknowledged.len()), "{}", acknowledged.len());
    // PostgreSQL takes back what has lost its client.
    let open = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sojorn' AND backend_xid IS NOT NULL";
    eventually(async || (app.database.number(open).await == 0).then_some(())).await;

    nothing_is_half(&app).await;
    for &n in &acknowledged {
        let row = &mutations[n].row;
        assert_eq!(app.database.number(&format!("SELECT count(*) FROM {row}")).await, 1, "{row} was acknowledged");
    }
    // Another server is asked for all once more, and each is there once.
    let server = Process::serve(&app.database).await;
    assert_eq!(send_all(&server, &mutations, (0..MUTATIONS).collect(), &count).await.len(), MUTATIONS);
    nothing_is_half(&app).await;
    for Mutation { row, .. } in mutations.iter() {
        assert_eq!(app.database.number(&format!("SELECT count(*) FROM {row}")).await, 1, "{row}");
    }
}
