//! What changes between people takes effect on sockets that are open.

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::{HOME, TOLD, WATCH, event, here, mutate, told};
use crate::support::{Beacon, PASSWORD, Person, Post, Server, Socket, TestApp, session_of, sign};

struct Scene {
    app: TestApp,
    server: Server,
    ada: Person,
    ben: Person,
}

/// Ben follows Ada.
async fn scene() -> Scene {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    app.follow(&ben, &ada, "accepted").await;
    let server = app.serve().await;
    Scene { app, server, ada, ben }
}

impl Scene {
    async fn socket_of_ben(&self) -> Socket {
        let mut socket = Socket::connect(&self.server, Some(&self.ben.token)).await;
        for (id, query) in [("map", WATCH), ("home", HOME), ("told", TOLD)] {
            socket.subscribe_after(id, query, None).await;
        }
        socket.settle().await;
        socket
    }

    /// A signed beacon, a post and an act of Ada's that concern Ben; then something by nobody, which comes last.
    async fn ada_acts(&self) {
        self.app.beacon(Beacon { author: Some(self.ada.id), ..here("signed by ada") }).await;
        self.app.post(&self.ada, Post::public("posted by ada")).await;
        let sql = "INSERT INTO notifications (recipient_id, actor_id, kind, created_at)";
        let (ben, ada, now) = (self.ben.id, self.ada.id, self.app.now());
        self.app.database.run(&format!("{sql} VALUES ('{ben}', '{ada}', 'follow', '{now}')")).await;
        self.app.beacon(here("by nobody")).await;
    }

    /// Ben hears of what nobody did, and of nothing that Ada did.
    async fn ben_hears_nothing_of_ada(&self, socket: &mut Socket) {
        self.ada_acts().await;
        // Nor of the end of what Ada did.
        let ends = format!("UPDATE posts SET deleted_at = now() WHERE author_id = '{}'", self.ada.id);
        self.app.database.run(&ends).await;
        assert_eq!(told(&socket.event("map").await), event("CREATED", "by nobody"));
        socket.hears_nothing().await;
    }
}

#[tokio::test]
async fn what_ben_hears_of_ada_while_nothing_stands_between() {
    let scene = scene().await;
    scene.app.follow(&scene.ada, &scene.ben, "accepted").await;
    let mut socket = scene.socket_of_ben().await;
    scene.ada_acts().await;
    let mut heard = Vec::new();
    for _ in 0..4 {
        let message = socket.hear().await;
        heard.push(message["id"].as_str().unwrap().to_owned());
    }
    heard.sort();
    assert_eq!(heard, ["home", "map", "map", "told"]);
}

#[tokio::test]
async fn a_block_either_way() {
    for by_ben in [true, false] {
        let scene = scene().await;
        let mut socket = scene.socket_of_ben().await;
        let (from, to) = if by_ben { (&scene.ben, &scene.ada) } else { (&scene.ada, &scene.ben) };
        scene.app.must(from, "block", to).await;
        scene.ben_hears_nothing_of_ada(&mut socket).await;
    }
}

/// What waits for somebody who reads slowly is not told any more either.
#[tokio::test]
async fn a_block_while_much_is_waiting() {
    let scene = scene().await;
    let app = &scene.app;
    // Events so large that the network holds a few of them.
    let bodies: String = (0..200).map(|at| format!("a{at}: body ")).collect();
    let home = format!("subscription {{ homeFeedPostAdded {{ {bodies} author {{ handle }} }} }}");
    let mut socket = Socket::connect_narrowly(&scene.server, Some(&scene.ben.token)).await;
    socket.subscribe("home", &home).await;
    let cara = app.person("cara").await;
    app.follow(&scene.ben, &cara, "accepted").await;
    let long = "x".repeat(5_000);
    for _ in 0..40 {
        app.post(&scene.ada, Post::public(&long)).await;
    }
    app.post(&cara, Post::public("by cara")).await;
    while !scene.server.domain.metrics_text().contains("sojorn_events_delivered_total 41\n") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    mutate(app, &scene.ada, "block", &format!("profileId: \"{}\"", scene.ben.id)).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let mut of_ada = 0;
    while socket.event("home").await["homeFeedPostAdded"]["author"]["handle"] == "ada" {
        of_ada += 1;
    }
    assert!((1..20).contains(&of_ada), "{of_ada} of 40 are told after a block");
    socket.hears_nothing().await;
}

/// Not even one of each operation.
#[tokio::test]
async fn a_block_while_nothing_is_read() {
    let scene = scene().await;
    let app = &scene.app;
    let mut socket = Socket::connect_narrowly(&scene.server, Some(&scene.ben.token)).await;
    let operations: Vec<_> = (0..15).map(|at| format!("home {at}")).collect();
    for operation in &operations {
        socket.subscribe(operation, "subscription { homeFeedPostAdded { body } }").await;
    }
    // More than the network takes for somebody who does not read.
    let types = "{ types { name description fields { name description args { name description } } } }";
    let much = (0..40).map(|at| format!("a{at}: __schema {types} ")).collect::<String>();
    for at in 0..20 {
        socket.subscribe_after(&format!("much {at}"), &format!("{{ {much} }}"), None).await;
    }
    assert_eq!(socket.hear().await["type"], "next");
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    app.post(&scene.ada, Post::public("by ada")).await;
    while !scene.server.domain.metrics_text().contains("sojorn_events_delivered_total 15\n") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    mutate(app, &scene.ada, "block", &format!("profileId: \"{}\"", scene.ben.id)).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let mut answered = 0;
    while answered < 20 {
        let message = socket.hear().await;
        assert!(!operations.iter().any(|id| message["id"] == **id), "{message}");
        answered += usize::from(message["type"] == "complete");
    }
    socket.hears_nothing().await;
}

#[tokio::test]
async fn unfollowing_somebody_private_and_being_removed() {
    for verb in ["unfollow", "removeFollower"] {
        let scene = scene().await;
        scene.app.set_private(&scene.ada, true).await;
        let mut socket = scene.socket_of_ben().await;
        let (from, to) = if verb == "unfollow" { (&scene.ben, &scene.ada) } else { (&scene.ada, &scene.ben) };
        scene.app.must(from, verb, to).await;
        scene.ben_hears_nothing_of_ada(&mut socket).await;
    }
}

#[tokio::test]
async fn going_private() {
    let scene = scene().await;
    scene.app.must(&scene.ben, "unfollow", &scene.ada).await;
    let mut socket = scene.socket_of_ben().await;
    scene.app.beacon(Beacon { author: Some(scene.ada.id), ..here("in public") }).await;
    assert_eq!(told(&socket.event("map").await), event("CREATED", "in public"));
    scene.app.set_private(&scene.ada, true).await;
    scene.ben_hears_nothing_of_ada(&mut socket).await;
}

/// What happened before, and is told after, is told by the rule as it is then.
#[tokio::test]
async fn the_rule_is_asked_at_the_moment_of_delivery() {
    let scene = scene().await;
    let mut socket = scene.socket_of_ben().await;
    // In one transaction with the block: the event is there, and Ben may not know.
    let (ada, ben, id) = (scene.ada.id, scene.ben.id, Uuid::now_v7());
    scene
        .app
        .database
        .run(&format!(
            "BEGIN; INSERT INTO posts (id, author_id, body, created_at) VALUES ('{id}', '{ada}', 'hush', now());
             INSERT INTO blocks (blocker_id, blocked_id) VALUES ('{ada}', '{ben}'); COMMIT"
        ))
        .await;
    scene.app.beacon(here("by nobody")).await;
    assert_eq!(told(&socket.event("map").await), event("CREATED", "by nobody"));
}

#[tokio::test]
async fn whoever_is_suspended_is_shown_out_and_is_not_told_of() {
    for state in ["suspended", "banned", "deactivated", "pending_deletion"] {
        let scene = scene().await;
        let (mut of_ben, mut of_ada) =
            (scene.socket_of_ben().await, Socket::connect(&scene.server, Some(&scene.ada.token)).await);
        scene.app.set_state(&scene.ada, state).await;
        assert_eq!(of_ada.closed().await, (4403, "Forbidden".to_owned()), "{state}");
        scene.ben_hears_nothing_of_ada(&mut of_ben).await;
    }
}

#[tokio::test]
async fn signing_out_closes_the_sockets_of_the_session() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let here = app.sign_up("ada").await;
    let there = session_of(&app.sign_in("ada", PASSWORD).await, "signIn");
    let mut sockets =
        [Socket::connect(&server, Some(&here.access)).await, Socket::connect(&server, Some(&there.access)).await];
    mutate(&app, None, "signOut", &format!("refreshToken: \"{}\"", here.refresh)).await;
    assert_eq!(sockets[0].closed().await.0, 4403);
    sockets[1].subscribe("home", HOME).await;
    // The other session goes on, until all end.
    mutate(&app, None, "signOut", &format!("refreshToken: \"{}\", everywhere: true", there.refresh)).await;
    assert_eq!(sockets[1].closed().await.0, 4403);
}

#[tokio::test]
async fn a_token_that_runs_out_closes_its_socket() {
    let app = TestApp::new().await;
    let (server, ada) = (app.serve().await, app.person("ada").await);
    let claims = json!({ "sub": ada.id, "exp": app.now().timestamp() + 1 });
    let token = sign(&claims, crate::support::SECRET);
    let mut socket = Socket::connect(&server, Some(&token)).await;
    socket.subscribe("home", HOME).await;
    assert_eq!(socket.closed().await, (4403, "Forbidden".to_owned()));
    // By the clock of the server: a token that is over opens none.
    app.advance(TimeDelta::seconds(2));
    let mut socket = Socket::open(&server).await;
    socket.init(Some(&token)).await;
    assert_eq!(socket.closed().await.0, 4403);
}
