//! Several servers on one database.

use std::time::Duration;

use super::{WATCH, event, told};
use crate::support::{Server, Socket, TestApp};

/// A server that looks by itself so seldom that a test would not live to see it.
async fn deaf(app: &TestApp) -> Server {
    app.serve_with(|config| config.domain.live.look = Duration::from_hours(1)).await
}

/// Sends a mutation to this server.
pub async fn create(server: &Server, token: &str, body: &str) {
    let mut socket = Socket::connect(server, Some(token)).await;
    let query = format!(
        "mutation {{ createBeacon(input: {{ body: \"{body}\", type: FIRE, anonymous: true,
            location: {{ latitude: 44.9, longitude: -93.2 }} }}) {{ userErrors {{ code }} beacon {{ id }} }} }}"
    );
    socket.subscribe_after("create", &query, None).await;
    let answer = socket.event("create").await;
    assert!(answer["createBeacon"]["beacon"]["id"].is_string(), "{answer}");
}

#[tokio::test]
async fn what_one_server_commits_every_server_delivers_at_once() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let servers = [deaf(&app).await, deaf(&app).await, deaf(&app).await];
    let mut sockets = Vec::new();
    for server in &servers {
        let mut socket = Socket::connect(server, None).await;
        socket.subscribe("map", WATCH).await;
        sockets.push(socket);
    }
    for (place, server) in servers.iter().enumerate() {
        let body = format!("made at {place}");
        create(server, &ada.token, &body).await;
        for socket in &mut sockets {
            assert_eq!(told(&socket.event("map").await), event("CREATED", &body));
        }
    }
}

/// The connection that listens is cut; what happens meanwhile is not missed, and it listens again.
#[tokio::test]
async fn a_listener_that_is_cut_comes_back() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let (one, two) = (deaf(&app).await, deaf(&app).await);
    let mut socket = Socket::connect(&one, None).await;
    socket.subscribe("map", WATCH).await;
    for round in 0..3 {
        let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        assert_eq!(app.database.number(cut).await, 2);
        create(&two, &ada.token, &format!("round {round}")).await;
        assert_eq!(told(&socket.event("map").await), event("CREATED", &format!("round {round}")));
        while app.database.number(&cut.replace("pg_terminate_backend(pid)", "pid")).await < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// All connections are cut, in the middle of everything.
#[tokio::test]
async fn a_database_that_was_away_is_caught_up_with() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe("map", WATCH).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    app.database
        .run(&format!(
            "{cut}; INSERT INTO posts (body, visibility, is_beacon, created_at, location)
        VALUES ('meanwhile', 'public', true, '{}', 'SRID=4326;POINT(-93.2 44.9)')",
            app.now()
        ))
        .await;
    assert_eq!(told(&socket.event("map").await), event("CREATED", "meanwhile"));
}

#[tokio::test]
async fn a_server_that_stops_sends_its_sockets_to_another() {
    let app = TestApp::new().await;
    let mut server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe("map", WATCH).await;
    let mut silent = Socket::connect(&server, None).await;
    server.stop();
    for socket in [&mut socket, &mut silent] {
        assert_eq!(socket.closed().await, (1012, "Service restart".to_owned()));
    }
    server.stopped().await;
}

/// An operator works in a process of its own, which tells the servers as well.
#[tokio::test]
async fn a_suspension_by_an_operator_closes_sockets_at_once() {
    let app = TestApp::new().await;
    let (ada, server) = (app.person("ada").await, deaf(&app).await);
    let mut socket = Socket::connect(&server, Some(&ada.token)).await;
    socket.subscribe("map", WATCH).await;
    app.domain.sanction("ada", sojorn::domain::account::Sanction::Suspend).await.unwrap();
    assert_eq!(socket.closed().await.0, 4403);
}
