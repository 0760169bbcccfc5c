//! The plans of deliveries: what is asked for many subscribers is looked up for each, and nothing is gone through.

use super::{Review, walks};
use crate::support::{Person, Plan, Socket};

pub async fn deliveries(review: &mut Review, reader: &Person) {
    let server = review.app.serve().await;
    let mut socket = Socket::connect(&server, Some(&reader.token)).await;
    for (id, query) in [
        (
            "map",
            "subscription { beaconChanged(area: { bounds: { south: -90, west: -180, north: 90, east: 180 } }) { kind } }",
        ),
        ("home", "subscription { homeFeedPostAdded { id } }"),
        ("told", "subscription { notificationReceived { id } }"),
    ] {
        socket.subscribe_after(id, query, None).await;
    }
    socket.settle().await;
    review.app.forget_statements();
    let few = "SELECT id FROM posts WHERE author_id IN (SELECT following_id FROM follows WHERE status = 'accepted'";
    let few = format!("{few} AND follower_id = '{}')", reader.id);
    review
        .app
        .database
        .run(&format!(
            "INSERT INTO sessions (id, profile_id, created_at)
                 SELECT gen_random_uuid(), id, now() FROM profiles LIMIT 2000;
             ANALYZE sessions;
             INSERT INTO notifications (recipient_id, actor_id, kind, created_at)
                 SELECT '{}', following_id, 'follow_accepted', now() FROM follows
                 WHERE follower_id = '{}' AND status = 'accepted' LIMIT 20;
             INSERT INTO live_events (kind, subject) SELECT 'beacon_changed', id FROM posts WHERE is_beacon LIMIT 40;
             INSERT INTO live_events (kind, subject) SELECT 'beacon_deleted', id FROM posts WHERE is_beacon LIMIT 40;
             INSERT INTO live_events (kind, subject) SELECT 'post_added', id FROM ({few} LIMIT 40) AS post;",
            reader.id, reader.id
        ))
        .await;
    while socket.hear_within(std::time::Duration::from_secs(3)).await.is_some() {}
    let statements = review.app.statements();
    for (name, holds, indexes) in [
        ("beacons delivered", "AS viewer_vote", &["posts_pkey"]),
        ("ends delivered", "SELECT subscriber.key FROM", &["posts_pkey"]),
        ("home feeds", "post_hides", &["posts_pkey"]),
        ("notifications delivered", "FROM notifications AS told", &["notifications_pkey"]),
        ("events read", "pg_visible_in_snapshot", &["live_events_in_order"]),
    ] {
        let is_meant = |sql: &str| sql.contains(holds) && (name == "events read" || sql.contains("AS subscriber ("));
        let Some(statement) = statements.iter().find(|statement| is_meant(&statement.sql)) else {
            review.faults.push(format!("{name}: not asked"));
            continue;
        };
        let plan = Plan::of(&review.app.database, statement).await;
        review.judge(name, &plan, &super::Expected { sorted: 200, ..walks(indexes) }, (200, 2_000));
    }
}
