//! How many statements a delivery takes: as many for one subscriber as for many.

use std::time::Duration;

use super::{HOME, TOLD, WATCH, here};
use crate::support::{Post, Socket, TestApp};

/// Kinds of statements that deliver, and how often each was sent.
fn delivering(app: &TestApp) -> [usize; 3] {
    let statements = app.statements();
    ["AS viewer_vote", "post_hides", "notifications AS told"].map(|holds| {
        let of_kind = |sql: &&str| sql.contains("AS subscriber (") && sql.contains(holds);
        statements.iter().map(|statement| statement.sql.as_str()).filter(of_kind).count()
    })
}

#[tokio::test]
async fn one_statement_serves_all_subscribers_of_an_event() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let post = app.post(&ada, Post::public("before")).await;
    let server = app
        .serve_with(|config| {
            config.http.live.connections_of_address = 100;
            config.domain.live.connections_of_person = 100;
        })
        .await;
    let mut sockets = Vec::new();
    for many in [1, 40] {
        while sockets.len() < many {
            let mut socket = Socket::connect(&server, Some(&ada.token)).await;
            for (id, query) in [("map", WATCH), ("home", HOME), ("told", TOLD)] {
                socket.subscribe_after(id, query, None).await;
            }
            socket.settle().await;
            sockets.push(socket);
        }
        let ben = app.person(&format!("ben{many}")).await;
        app.forget_statements();
        app.beacon(here("a beacon")).await;
        app.post(&ada, Post::public("a post")).await;
        let notify = "INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at)";
        app.database
            .run(&format!(
                "{notify} VALUES ('{}', '{}', 'like', '{post}', now());
            INSERT INTO post_likes (post_id, profile_id) VALUES ('{post}', '{}')",
                ada.id, ben.id, ben.id
            ))
            .await;
        for socket in &mut sockets {
            for _ in 0..3 {
                socket.hear().await;
            }
        }
        assert_eq!(delivering(&app), [1, 1, 1], "{many} subscribers");
    }
    // A look at nothing is two statements, however many watch: what has run out, and what has happened.
    app.forget_statements();
    tokio::time::sleep(Duration::from_millis(3_500)).await;
    let sent = app.statements().len();
    assert!((4..=10).contains(&sent), "{sent} statements in three and a half seconds");
}
