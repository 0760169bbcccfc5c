//! Going on behind the last event.

use serde_json::Value;

use super::{HOME, WATCH, event, gone, here, mutate, told};
use crate::support::{Beacon, Post, Socket, TestApp};

/// The next event, and its id.
async fn heard(socket: &mut Socket) -> (Value, String) {
    let message = socket.hear().await;
    let id = message["payload"]["extensions"]["eventId"].as_str().unwrap_or_else(|| panic!("{message}")).to_owned();
    (message["payload"]["data"].clone(), id)
}

#[tokio::test]
async fn nothing_is_missed_and_nothing_comes_twice() {
    let app = TestApp::new().await;
    let mut server = Some(app.serve().await);
    let mut socket = Socket::connect(server.as_ref().unwrap(), None).await;
    socket.subscribe("map", WATCH).await;
    // Three that are read at once, since they come together.
    let insert = |n: usize| {
        format!(
            "INSERT INTO posts (body, visibility, is_beacon, created_at, location)
             SELECT 'beacon ' || n, 'public', true, '{}'::timestamptz + n * interval '1 ms', 'SRID=4326;POINT(-93.2 44.9)' FROM generate_series({n}, {n} + 2) n;",
            app.now()
        )
    };
    app.database.run(&insert(1)).await;
    let mut ids = Vec::new();
    for n in 1..=3 {
        let (data, id) = heard(&mut socket).await;
        assert_eq!(told(&data), event("CREATED", &format!("beacon {n}")));
        ids.push(id);
    }
    app.database.run(&insert(4)).await;
    for _ in 4..=6 {
        ids.push(heard(&mut socket).await.1);
    }
    // While nobody listens, and no server is up.
    drop(socket);
    drop(server.take());
    app.database.run(&insert(7)).await;
    let server = app.serve().await;
    for (place, id) in ids.iter().enumerate() {
        let mut socket = Socket::connect(&server, None).await;
        socket.subscribe_after("map", WATCH, Some(id)).await;
        for n in place + 2..=9 {
            let (data, _) = heard(&mut socket).await;
            assert_eq!(told(&data), event("CREATED", &format!("beacon {n}")), "behind {}", place + 1);
        }
        socket.settle().await;
    }
    // What came from catching up can be gone on from, too; and then it goes on live.
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe_after("map", WATCH, Some(&ids[4])).await;
    let (_, id) = heard(&mut socket).await;
    let mut again = Socket::connect(&server, None).await;
    again.subscribe_after("map", WATCH, Some(&id)).await;
    for n in 7..=9 {
        assert_eq!(told(&heard(&mut again).await.0), event("CREATED", &format!("beacon {n}")));
    }
    app.database.run(&insert(10)).await;
    assert_eq!(told(&heard(&mut again).await.0), event("CREATED", "beacon 10"));
}

/// A transaction that began before an event and ends after it has a smaller number, and is not passed over.
#[tokio::test]
async fn what_commits_late_is_not_missed() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe("map", WATCH).await;
    let mut late = app.database.pool.begin().await.unwrap();
    let insert = |body: &str| {
        format!(
            "INSERT INTO posts (body, visibility, is_beacon, created_at, location)
             VALUES ('{body}', 'public', true, '{}', 'SRID=4326;POINT(-93.2 44.9)')",
            app.now()
        )
    };
    sea_orm::sqlx::query(sea_orm::sqlx::AssertSqlSafe(insert("late"))).execute(&mut *late).await.unwrap();
    app.database.run(&insert("early")).await;
    let (data, id) = heard(&mut socket).await;
    assert_eq!(told(&data), event("CREATED", "early"));
    late.commit().await.unwrap();
    assert_eq!(told(&heard(&mut socket).await.0), event("CREATED", "late"));
    let mut again = Socket::connect(&server, None).await;
    again.subscribe_after("map", WATCH, Some(&id)).await;
    assert_eq!(told(&heard(&mut again).await.0), event("CREATED", "late"));
    again.settle().await;
}

#[tokio::test]
async fn what_was_missed_is_judged_when_it_is_told() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    app.follow(&ben, &ada, "accepted").await;
    let mut socket = Socket::connect(&server, Some(&ben.token)).await;
    socket.subscribe("home", HOME).await;
    app.post(&ada, Post::public("one")).await;
    let (_, id) = heard(&mut socket).await;
    drop(socket);
    app.post(&ada, Post::public("two")).await;
    let beacon = app.beacon(Beacon { author: Some(ada.id), ..here("a beacon") }).await;
    mutate(&app, &ada, "deleteBeacon", &format!("beaconId: \"{beacon}\"")).await;
    // An id of one subscription serves another: it is a moment, and says nothing of what was watched.
    let mut socket = Socket::connect(&server, Some(&ben.token)).await;
    socket.subscribe_after("map", WATCH, Some(&id)).await;
    assert_eq!(told(&heard(&mut socket).await.0), gone("DELETED"));
    app.must(&ada, "block", &ben).await;
    for (name, query) in [("home", HOME), ("map again", WATCH)] {
        socket.subscribe_after(name, query, Some(&id)).await;
        socket.settle().await;
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_refused_and_so_is_one_of_long_ago() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe("map", WATCH).await;
    app.beacon(here("one")).await;
    let (_, id) = heard(&mut socket).await;
    let mut forged = id.clone().into_bytes();
    forged[20] ^= 1;
    let forged = String::from_utf8(forged).unwrap();
    for (id, code) in [("", "BAD_CURSOR"), ("AAAA", "BAD_CURSOR"), (&forged, "BAD_CURSOR"), ("\u{0}", "BAD_CURSOR")] {
        socket.subscribe_after("x", WATCH, Some(id)).await;
        let refused = socket.hear().await;
        assert_eq!(refused["payload"]["errors"][0]["extensions"]["code"], code, "{refused}");
        assert_eq!(socket.hear().await["type"], "complete");
    }
    app.advance(chrono::TimeDelta::minutes(9) + chrono::TimeDelta::seconds(1));
    socket.subscribe_after("x", WATCH, Some(&id)).await;
    let refused = socket.hear().await;
    assert_eq!(refused["payload"]["errors"][0]["extensions"]["argument"], "lastEventId", "{refused}");
    // It tells nothing of the transactions in it.
    assert!(!id.contains(':') && id.len() < 200, "{id}");
}

/// What ran out while nobody was there to be told, and no server looked.
#[tokio::test]
async fn what_ran_out_meanwhile_is_told_to_who_comes_back() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe("map", WATCH).await;
    let soon = app.now() + chrono::TimeDelta::seconds(30);
    app.beacon(Beacon { expires_at: Some(soon), ..here("for now") }).await;
    let (_, id) = heard(&mut socket).await;
    drop(socket);
    while server.domain.hub().connections() > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    app.advance(chrono::TimeDelta::minutes(8));
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe_after("map", WATCH, Some(&id)).await;
    assert_eq!(told(&heard(&mut socket).await.0), gone("EXPIRED"));
}

#[tokio::test]
async fn events_are_forgotten_after_ten_minutes() {
    let app = TestApp::new().await;
    app.beacon(here("old")).await;
    app.database.run("UPDATE live_events SET at = clock_timestamp() - interval '10 minutes'").await;
    app.beacon(here("new")).await;
    app.domain.forget_events().await.unwrap();
    assert_eq!(app.database.number("SELECT count(*) FROM live_events").await, 1);
}
