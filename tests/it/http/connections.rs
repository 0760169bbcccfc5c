//! Connections: how large heads are, and what those cost others who send slowly or not at all.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
};

use super::wire;
use crate::support::{Socket, TestApp};

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
    // All headers count, names and values: `host`, `connection`, and the id, which a request without one is given.
    let others = "hostlocalhostconnectionclosex-request-id1x-filler".len();
    let sized = |bytes: usize| format!("x-request-id: 1\r\nx-filler: {}\r\n", "x".repeat(bytes - others));
    for (request, expected) in [
        (head(&address(8_192), ""), "200"),
        (head(&address(8_193), ""), "414"),
        (head("/graphql?query=%7B__typename%7D", &sized(16_384)), "200"),
        (head("/graphql?query=%7B__typename%7D", &sized(16_385)), "431"),
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
    for stream in heads.iter_mut().chain(&mut bodies) {
        assert_eq!(status(&wire::rest(stream).await), "408");
    }
    for stream in &mut idle {
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
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 3, "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{answers}");
}

#[tokio::test]
async fn whoever_does_not_read_is_left() {
    let app = TestApp::new().await;
    let server = app.serve_with(|config| config.http.connections.write_timeout = Duration::from_secs(1)).await;
    let one = "GET /schema.graphql HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let ask = one.repeat(99) + &one.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    let read = async |pause| {
        // What the kernel holds for a reader is no answer that was read.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(8_192).unwrap();
        let mut stream = socket.connect(server.address).await.unwrap();
        stream.write_all(ask.as_bytes()).await.unwrap();
        tokio::time::sleep(pause).await;
        wire::rest(&mut stream).await.matches("HTTP/1.1 200 OK").count()
    };
    assert_eq!(read(Duration::from_millis(100)).await, 100);
    let late = read(Duration::from_secs(3)).await;
    assert!(late < 90, "{late} answers were kept for who did not read");
}

#[tokio::test]
async fn an_address_has_so_many_connections() {
    let app = TestApp::new().await;
    let serve = async |networks: &[&str]| {
        let networks: Vec<ipnet::IpNet> = networks.iter().map(|network| network.parse().unwrap()).collect();
        let change = |config: &mut sojorn::config::Config| {
            config.http.connections.most_of_address = 3;
            config.http.connections.proxies.networks = networks;
        };
        app.serve_with(change).await
    };
    let query = json!({ "query": "{ __typename }" });
    let server = serve(&[]).await;
    // One that has become a WebSocket is still one.
    let socket = Socket::connect(&server, None).await;
    let mut idle = Vec::new();
    for _ in 0..2 {
        idle.push(TcpStream::connect(server.address).await.unwrap());
    }
    let is_served = async || {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let _ = stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
        status(&wire::rest(&mut stream).await) == "200"
    };
    assert!(!is_served().await);
    let will_be = async || {
        let began = Instant::now();
        while !is_served().await {
            assert!(began.elapsed() < Duration::from_secs(10));
        }
    };
    idle.pop();
    will_be().await;
    idle.push(TcpStream::connect(server.address).await.unwrap());
    assert!(!is_served().await);
    drop(socket);
    will_be().await;
    // All together have so many as well, wherever they come from.
    let small = app
        .serve_with(|config| {
            config.http.connections.most = 2;
            config.http.connections.proxies.networks = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
    let mut held = [TcpStream::connect(small.address).await.unwrap(), TcpStream::connect(small.address).await.unwrap()];
    assert_eq!(wire::send(small.address, b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n").await, "");
    held[0].write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    assert_eq!(status(&wire::rest(&mut held[0]).await), "200");
    assert!(small.domain.metrics_text().contains("sojorn_connections_turned_away_total 1\n"));
    // From a proxy of ours come those of everybody.
    let behind = serve(&["127.0.0.0/8"]).await;
    for _ in 0..10 {
        idle.push(TcpStream::connect(behind.address).await.unwrap());
    }
    assert_eq!(wire::post(behind.address, &[], &query).await.0, 200);
}

#[tokio::test]
async fn a_server_that_stops_waits_for_nobody_who_is_slow() {
    let app = TestApp::new().await;
    let server = app
        .serve_with(|config| {
            config.http.graphql.body_timeout = Duration::from_secs(2);
            config.http.connections.write_timeout = Duration::from_secs(2);
        })
        .await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let body =
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    slow.write_all(body.as_bytes()).await.unwrap();
    let mut deaf = TcpStream::connect(server.address).await.unwrap();
    let ask = "GET /schema.graphql HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(200);
    deaf.write_all(ask.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    server.stopped().await;
    assert!(began.elapsed() < Duration::from_secs(8), "it has stopped after {:?}", began.elapsed());
    assert_eq!(status(&wire::rest(&mut slow).await), "408");
}
