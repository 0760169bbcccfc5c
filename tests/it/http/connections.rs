//! Connections: how large heads are, and what those cost others who send slowly or not at all.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::wire;
use crate::support::TestApp;

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

#[tokio::test]
async fn heads_have_a_size() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let head = |address: &str, headers: &str| {
        format!("GET {address} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n")
    };
    let address = |bytes: usize| format!("/graphql?query=%7B__typename%7D&x={}", "x".repeat(bytes - 34));
    let sized = |bytes: usize| format!("x-filler: {}\r\n", "x".repeat(bytes));
    // `host`, `connection` and the name of the filler count as well; 20 bytes of room are for those.
    for (request, expected) in [
        (head(&address(8_192), ""), "200"),
        (head(&address(8_193), ""), "414"),
        (head("/graphql?query=%7B__typename%7D", &sized(16_000)), "200"),
        (head("/graphql?query=%7B__typename%7D", &sized(16_384)), "431"),
        (head("/graphql?query=%7B__typename%7D", &sized(100_000)), "431"),
        (head("/graphql?query=%7B__typename%7D", &"a: b\r\n".repeat(98)), "200"),
        (head("/graphql?query=%7B__typename%7D", &"a: b\r\n".repeat(99)), "431"),
    ] {
        let answer = wire::send(server.address, request.as_bytes()).await;
        assert_eq!(status(&answer), expected, "{}", &request[..60]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_senders_are_left_and_cost_nobody_anything() {
    let app = TestApp::new().await;
    let server = app
        .serve_with(|config| {
            config.http.connections.head_timeout = Duration::from_secs(2);
            config.http.graphql.body_timeout = Duration::from_secs(2);
        })
        .await;
    let begin = async |beginning: &'static str| {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        stream
    };
    let started = Instant::now();
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(begin("").await);
    }
    let mut heads = Vec::new();
    let mut bodies = Vec::new();
    for _ in 0..50 {
        heads.push(begin("POST /graphql HTTP/1.1\r\nhost: lo").await);
        let body = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
        bodies.push(begin(body).await);
    }
    // Meanwhile others are served.
    for _ in 0..20 {
        let (status, body) =
            wire::post(server.address, &[], &json!({ "query": "{ globalFeed { nodes { id } } }" })).await;
        assert_eq!(status, 200, "{body}");
    }
    // Whoever sends a byte now and then is as slow as one who sends none.
    for head in &mut heads {
        let _ = head.write_all(b"c").await;
    }
    for body in &mut bodies {
        assert_eq!(status(&wire::rest(body).await), "408");
    }
    for stream in idle.iter_mut().chain(&mut heads) {
        assert_eq!(wire::rest(stream).await, "");
    }
    assert!(started.elapsed() < Duration::from_secs(15), "they were left after {:?}", started.elapsed());
}

/// A connection is good for several requests, and rests between them.
#[tokio::test]
async fn a_connection_is_kept_and_closed_when_it_rests_too_long() {
    let app = TestApp::new().await;
    let server = app.serve_with(|config| config.http.connections.head_timeout = Duration::from_secs(1)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let answers = wire::rest(&mut stream).await;
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{answers}");
}
