//! `graphql-transport-ws` to the letter, and every way to be closed.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{Message, protocol::frame::Utf8Bytes};

use super::{HOME, WATCH};
use crate::support::{Socket, TestApp};

const QUERY: &str = "{ globalFeed { nodes { id } } }";

fn subscribe(id: &str, query: &str) -> Value {
    json!({ "type": "subscribe", "id": id, "payload": { "query": query } })
}

#[tokio::test]
async fn a_query_and_a_mutation_are_answered_once() {
    let app = TestApp::new().await;
    let (server, ada) = (app.serve().await, app.person("ada").await);
    let mut socket = Socket::open(&server).await;
    // Before all else, too.
    socket.say(&json!({ "type": "ping", "payload": { "any": "thing" } })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    socket.init(Some(&ada.token)).await;
    assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
    socket.say(&json!({ "type": "pong" })).await;
    socket.say(&subscribe("1", QUERY)).await;
    let answer = json!({ "data": { "globalFeed": { "nodes": [] } } });
    assert_eq!(socket.hear().await, json!({ "type": "next", "id": "1", "payload": answer }));
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "1" }));
    let create =
        "mutation M($text: String!) { createPost(input: { body: $text }) { post { body } } } query Q { viewer { id } }";
    socket
        .say(&json!({ "type": "subscribe", "id": "1", "payload":
            { "query": create, "operationName": "M", "variables": { "text": "hello" } } }))
        .await;
    assert_eq!(socket.hear().await["payload"]["data"]["createPost"]["post"]["body"], "hello");
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "1" }));
    socket.say(&subscribe("1", "{ nothing }")).await;
    let refused = socket.hear().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("1")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    socket.say(&json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
}

#[tokio::test]
async fn a_subscription_that_is_completed_says_nothing_more_and_frees_its_id() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe("map", WATCH).await;
    socket.say(&json!({ "type": "complete", "id": "map" })).await;
    // Twice, and one that there never was.
    socket.say(&json!({ "type": "complete", "id": "map" })).await;
    socket.say(&json!({ "type": "complete", "id": "other" })).await;
    socket.settle().await;
    app.beacon(super::here("unheard")).await;
    socket.hears_nothing().await;
    socket.subscribe("map", WATCH).await;
    app.beacon(super::here("heard")).await;
    assert_eq!(socket.event("map").await["beaconChanged"]["beacon"]["body"], "heard");
}

#[tokio::test]
async fn every_wrong_message_is_closed_with_its_code() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let text = |value: Value| Message::text(value.to_string());
    let init = || text(json!({ "type": "connection_init" }));
    let cases = [
        ("no JSON", vec![Message::text("{")], 4400),
        ("no object", vec![Message::text("[]")], 4400),
        ("no type", vec![text(json!({ "id": "1" }))], 4400),
        ("a type of an older protocol", vec![text(json!({ "type": "start", "id": "1" }))], 4400),
        ("bytes", vec![Message::binary(vec![1, 2, 3])], 4400),
        ("a payload that is none", vec![text(json!({ "type": "connection_init", "payload": [] }))], 4400),
        ("complete, uninvited", vec![text(json!({ "type": "complete", "id": "1" }))], 4400),
        ("subscribe, uninvited", vec![text(subscribe("1", QUERY))], 4401),
        ("init twice", vec![init(), init()], 4429),
        ("no id", vec![init(), text(json!({ "type": "subscribe", "payload": { "query": QUERY } }))], 4400),
        ("an empty id", vec![init(), text(subscribe("", QUERY))], 4400),
        (
            "a number as id",
            vec![init(), text(json!({ "type": "subscribe", "id": 1, "payload": { "query": QUERY } }))],
            4400,
        ),
        ("no query", vec![init(), text(json!({ "type": "subscribe", "id": "1", "payload": {} }))], 4400),
        ("no payload", vec![init(), text(json!({ "type": "subscribe", "id": "1" }))], 4400),
        ("an id twice", vec![init(), text(subscribe("1", WATCH)), text(subscribe("1", WATCH))], 4409),
    ];
    for (name, messages, code) in cases {
        let mut socket = Socket::open(&server).await;
        for message in messages {
            socket.send(message).await;
        }
        assert_eq!(socket.closed().await.0, code, "{name}");
    }
}

#[tokio::test]
async fn whoever_does_not_speak_the_protocol_is_told_so() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::open_as(&server, None).await;
    assert_eq!(socket.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
    // Byte by byte: a client that knows the protocol does not open a socket that speaks none of its own.
    for protocol in ["graphql-ws", "chat, soap", "GRAPHQL-TRANSPORT-WS"] {
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        let request = format!(
            "GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: {protocol}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // The head, and a close frame: two bytes, then the code.
        while !answer.windows(2).any(|code| code == 4406_u16.to_be_bytes()) {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{}", String::from_utf8_lossy(&answer));
        }
        let head = String::from_utf8_lossy(&answer).to_lowercase();
        assert!(head.starts_with("http/1.1 101 ") && !head.contains("sec-websocket-protocol"), "{head}");
    }
    // What is no WebSocket at all is a query, and this is none.
    let answer = app.get("/graphql").await;
    assert_eq!(answer.status.as_u16(), 400);
    let mut both = Socket::open_as(&server, Some("graphql-ws, graphql-transport-ws")).await;
    both.init(None).await;
    assert_eq!(both.hear().await["type"], "connection_ack");
}

#[tokio::test]
async fn whoever_does_not_say_who_it_is_is_closed_in_time() {
    let app = TestApp::new().await;
    let server = app.serve_with(|config| config.http.live.init_timeout = Duration::from_millis(300)).await;
    let mut socket = Socket::open(&server).await;
    let begun = Instant::now();
    assert_eq!(socket.closed().await, (4408, "Connection initialisation timeout".to_owned()));
    assert!(begun.elapsed() >= Duration::from_millis(250));
    // Pings do not put it off.
    let mut socket = Socket::open(&server).await;
    for _ in 0..3 {
        socket.say(&json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    }
    assert_eq!(socket.closed().await.0, 4408);
}

#[tokio::test]
async fn a_bad_token_is_forbidden() {
    let app = TestApp::new().await;
    let (server, ada) = (app.serve().await, app.person("ada").await);
    app.set_state(&ada, "suspended").await;
    let bearer = format!("Bearer {}", ada.token);
    for given in [json!("Bearer nonsense"), json!("nonsense"), json!(""), json!(1), json!({}), json!(bearer)] {
        let mut socket = Socket::open(&server).await;
        socket.say(&json!({ "type": "connection_init", "payload": { "authorization": given } })).await;
        assert_eq!(socket.closed().await, (4403, "Forbidden".to_owned()), "{given}");
    }
    // Whatever else a client says there is its own affair, and the name is that of a header.
    app.set_state(&ada, "active").await;
    let mut socket = Socket::open(&server).await;
    let payload = json!({ "Authorization": bearer, "client": { "name": "x" } });
    socket.say(&json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    socket.subscribe("home", HOME).await;
}

#[tokio::test]
async fn bounds_of_operations_and_sockets() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    for id in 0..50 {
        socket.subscribe_after(&id.to_string(), WATCH, None).await;
    }
    socket.say(&subscribe("one more", WATCH)).await;
    assert_eq!(socket.closed().await, (4429, "Too many operations".to_owned()));
    // A thousand at once are no more, and the others do not notice.
    let mut other = Socket::connect(&server, None).await;
    let (mut sink, mut stream) = futures_util::StreamExt::split(Socket::connect(&server, None).await.0);
    tokio::spawn(async move {
        for id in 0..1_000 {
            let message = Message::text(subscribe(&id.to_string(), WATCH).to_string());
            if futures_util::SinkExt::send(&mut sink, message).await.is_err() {
                break;
            }
        }
    });
    let mut codes = Vec::new();
    while let Some(Ok(message)) = futures_util::StreamExt::next(&mut stream).await {
        if let Message::Close(Some(frame)) = message {
            codes.push(u16::from(frame.code));
        }
    }
    assert_eq!(codes, [4429]);
    other.settle().await;
    drop(other);

    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(Socket::connect(&server, Some(&ada.token)).await);
    }
    let mut eleventh = Socket::open(&server).await;
    eleventh.init(Some(&ada.token)).await;
    assert_eq!(eleventh.closed().await, (4429, "Too many connections".to_owned()));
    // Where one leaves, another can come.
    drop(open.pop());
    let mut again = Socket::open(&server).await;
    again.init(Some(&ada.token)).await;
    while again.hear().await["type"] != "connection_ack" {
        again = Socket::open(&server).await;
        again.init(Some(&ada.token)).await;
    }
    for _ in 0..10 {
        open.push(Socket::open(&server).await);
    }
    let mut of_address = Socket::open(&server).await;
    assert_eq!(of_address.closed().await, (4429, "Too many connections".to_owned()));
}

/// As many fields as one likes at the root would be as many subscriptions as one likes.
#[tokio::test]
async fn a_subscription_has_one_root_field() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    let field = WATCH.trim_start_matches("subscription {").trim_end().trim_end_matches('}');
    let refused = [
        format!("subscription {{ {field} other: {field} }}"),
        format!("subscription {{ ...F }} fragment F on Subscription @skip(if: false) {{ {field} }}"),
        format!("subscription {{ {field} __typename }}"),
        format!("subscription {{ {field} ...More }} fragment More on Subscription {{ other: {field} }}"),
        format!("subscription {{ ... @skip(if: true) {{ {field} }} }}"),
        "subscription { ...Round } fragment Round on Subscription { ...Round }".to_owned(),
    ];
    for query in refused {
        socket.subscribe_after("x", &query, None).await;
        let refused = socket.hear().await;
        assert_eq!(refused["type"], "error", "{query}: {refused}");
        assert_eq!(refused["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    }
    let taken = [
        format!("subscription {{ ... {{ {field} }} }}"),
        format!("subscription {{ ... on Subscription {{ ...One }} }} fragment One on Subscription {{ {field} }}"),
        format!("subscription {{ ...One {field} ...One }} fragment One on Subscription {{ {field} }}"),
    ];
    for (id, query) in ["a", "b", "c"].iter().zip(&taken) {
        socket.subscribe_after(id, query, None).await;
    }
    socket.settle().await;
    app.beacon(super::here("once for each")).await;
    let mut heard =
        [socket.hear().await, socket.hear().await, socket.hear().await].map(|message| message["id"].clone());
    heard.sort_by_key(ToString::to_string);
    assert_eq!(heard, ["a", "b", "c"]);
    socket.hears_nothing().await;
}

/// A session that is over opens nothing more on a socket that does not know it yet.
#[tokio::test]
async fn every_operation_asks_who_it_is() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let server = app.serve_with(|config| config.domain.live.look = Duration::from_hours(1)).await;
    let mut socket = Socket::connect(&server, Some(&ada.token)).await;
    app.database.run("ALTER TABLE profiles DISABLE TRIGGER USER").await;
    app.set_state(&ada, "suspended").await;
    socket.say(&subscribe("1", "{ homeFeed { nodes { id } } }")).await;
    assert_eq!(socket.closed().await.0, 4403);
}

#[tokio::test]
async fn giant_and_malformed_messages_are_closed_and_cost_the_others_nothing() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut other = Socket::connect(&server, None).await;
    for size in [100_000, 200_000, 5_000_000] {
        let mut socket = Socket::connect(&server, None).await;
        let message = Message::text("x".repeat(size));
        // It may be closed before all of it is sent.
        let _ = futures_util::SinkExt::send(&mut socket.0, message).await;
        if size < 1_000_000 {
            assert_eq!(socket.closed().await.0, 1009, "{size}");
        }
    }
    let mut socket = Socket::connect(&server, None).await;
    let padded = |bytes: usize| format!("{{\"type\":\"ping\"{}}}", " ".repeat(bytes - 15));
    socket.send(Message::Text(Utf8Bytes::from(padded(65_536)))).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    socket.send(Message::Text(Utf8Bytes::from(padded(65_537)))).await;
    assert_eq!(socket.closed().await.0, 1009);
    for frame in [&[0x83, 0x80, 0, 0, 0, 0][..], &[0xff; 20], &[0x81, 0x81, 0, 0, 0, 0, 0xff]] {
        let mut socket = Socket::connect(&server, None).await;
        socket.0.get_mut().write_all(frame).await.unwrap();
        let code = socket.closed().await.0;
        assert!([1002, 1007].contains(&code), "{frame:x?}: {code}");
    }
    other.settle().await;
}

/// Whoever does not read is cut off when the queue is full, whatever the others do, and memory does not grow with it.
#[tokio::test]
async fn a_slow_reader_is_closed() {
    let app = TestApp::new().await;
    let server = app.serve_with(|config| config.domain.live.queued = 20).await;
    let mut quick = Socket::connect(&server, None).await;
    quick.subscribe("map", WATCH).await;
    let mut slow = Socket::connect(&server, None).await;
    for id in 0..49 {
        slow.subscribe_after(&id.to_string(), WATCH, None).await;
    }
    slow.subscribe_after("settled", "{ beacon(id: \"00000000-0000-4000-8000-000000000000\") { id } }", None).await;
    let long = "x".repeat(4_000);
    let mut heard = 0;
    // What fits into the buffers of the kernel, and then the queue.
    for _ in 0..200 {
        app.database
            .run(&format!(
                "INSERT INTO posts (body, visibility, is_beacon, created_at, location)
                 SELECT '{long}', 'public', true, '{}', 'SRID=4326;POINT(-93.2 44.9)' FROM generate_series(1, 10)",
                app.now()
            ))
            .await;
        for _ in 0..10 {
            quick.event("map").await;
            heard += 1;
        }
        if server.domain.hub().connections() == 1 {
            break;
        }
    }
    assert_eq!(server.domain.hub().connections(), 1, "the slow one is still there after {heard} events");
    let (code, reason) = loop {
        match slow.message().await {
            Message::Close(Some(frame)) => break (u16::from(frame.code), frame.reason.to_string()),
            Message::Text(_) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((code, reason.as_str()), (4429, "Too many events wait to be read"));
}

#[tokio::test]
async fn the_server_pings_and_gives_up_who_does_not_answer() {
    let app = TestApp::new().await;
    let server = app.serve_with(|config| config.http.live.heartbeat = Duration::from_millis(500)).await;
    let mut socket = Socket::connect(&server, None).await;
    let message = futures_util::StreamExt::next(&mut socket.0).await.unwrap().unwrap();
    assert!(matches!(message, Message::Ping(_)), "{message:?}");
    // Reading answers it: it stays open.
    for _ in 0..5 {
        socket.settle().await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // Without reading there is no answer.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(server.domain.hub().connections(), 0);
}
