//! What happens, and who gets it.

use chrono::TimeDelta;
use serde_json::json;

use super::{HOME, TOLD, WATCH, event, gone, here, mutate, told, vote};
use crate::support::{Beacon, Post, Socket, TestApp};

#[tokio::test]
async fn the_life_of_a_beacon_is_told_to_those_who_watch_its_area() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, Some(&ben.token)).await;
    socket.subscribe("map", WATCH).await;
    let id = app.beacon(Beacon { author: Some(ada.id), ..here("mind the gap") }).await;
    let created = socket.event("map").await;
    assert_eq!(told(&created), event("CREATED", "mind the gap"));
    assert_eq!(created["beaconChanged"]["beaconId"], json!(id));
    assert_eq!(created["beaconChanged"]["beacon"]["author"]["handle"], "ada");

    vote(&app, &ben, id, "VOUCH").await;
    let changed = socket.event("map").await;
    assert_eq!(told(&changed), event("CHANGED", "mind the gap"));
    let beacon = &changed["beaconChanged"]["beacon"];
    assert_eq!((&beacon["vouchCount"], &beacon["viewerVote"]), (&json!(1), &json!("VOUCH")));

    mutate(&app, &ada, "resolveBeacon", &format!("beaconId: \"{id}\"")).await;
    let resolved = socket.event("map").await;
    assert_eq!(told(&resolved), event("RESOLVED", "mind the gap"));
    assert_eq!(resolved["beaconChanged"]["beacon"]["state"], "RESOLVED");

    mutate(&app, &ada, "deleteBeacon", &format!("beaconId: \"{id}\"")).await;
    let deleted = socket.event("map").await;
    assert_eq!((told(&deleted), &deleted["beaconChanged"]["beaconId"]), (gone("DELETED"), &json!(id)));
}

#[tokio::test]
async fn the_fifth_report_takes_a_beacon_away_and_one_taken_back_brings_it_again() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    let id = app.beacon(Beacon { reports: 4, ..here("a rumour") }).await;
    socket.subscribe("map", WATCH).await;
    let ben = app.person("ben").await;
    vote(&app, &ben, id, "REPORT").await;
    assert_eq!(told(&socket.event("map").await), gone("DELETED"));
    // Nobody can vote on it now; by other ways it comes back.
    app.database.run(&format!("DELETE FROM beacon_votes WHERE beacon_id = '{id}'")).await;
    assert_eq!(told(&socket.event("map").await), event("CHANGED", "a rumour"));
    // What is hidden and stays hidden is nobody's to hear of.
    app.database.run(&format!("UPDATE posts SET report_count = 9 WHERE id = '{id}'")).await;
    assert_eq!(told(&socket.event("map").await), gone("DELETED"));
    app.database.run(&format!("UPDATE posts SET report_count = 10, body = 'other' WHERE id = '{id}'")).await;
    app.database.run(&format!("UPDATE posts SET deleted_at = now() WHERE id = '{id}'")).await;
    app.beacon(here("the next")).await;
    assert_eq!(told(&socket.event("map").await), event("CREATED", "the next"));
}

#[tokio::test]
async fn a_beacon_that_runs_out_is_told_once() {
    let app = TestApp::new().await;
    let (server, other) = (app.serve().await, app.serve().await);
    let (mut one, mut two) = (Socket::connect(&server, None).await, Socket::connect(&other, None).await);
    let soon = app.now() + TimeDelta::minutes(2);
    let id = app.beacon(Beacon { expires_at: Some(soon), ..here("for now") }).await;
    // Resolved before: it has left the lists already.
    app.beacon(Beacon { expires_at: Some(soon), state: "resolved".to_owned(), ..here("over") }).await;
    for socket in [&mut one, &mut two] {
        socket.subscribe("map", WATCH).await;
    }
    app.advance(TimeDelta::minutes(3));
    for socket in [&mut one, &mut two] {
        let expired = socket.event("map").await;
        assert_eq!((told(&expired), &expired["beaconChanged"]["beaconId"]), (gone("EXPIRED"), &json!(id)));
    }
    assert_eq!(app.database.number("SELECT count(*) FROM live_events WHERE kind = 'beacon_expired'").await, 1);
    app.advance(TimeDelta::minutes(1));
    // Longer than it takes a server to look again.
    assert_eq!(one.hear_within(std::time::Duration::from_millis(2_500)).await, None);
    // Whoever comes later is not told of what ran out long ago.
    app.database.run("DELETE FROM live_events").await;
    app.advance(TimeDelta::minutes(10));
    assert_eq!(two.hear_within(std::time::Duration::from_millis(2_500)).await, None);
    // And what ran out long ago is not deleted now, for those who watch.
    app.database.run("UPDATE posts SET deleted_at = now()").await;
    two.hears_nothing().await;
}

/// Who asks for confidence is told as well when it is gone with the beacon.
#[tokio::test]
async fn what_is_reported_away_is_told_to_those_who_ask_for_confidence() {
    let app = TestApp::new().await;
    let (server, ben) = (app.serve().await, app.person("ben").await);
    let mut socket = Socket::connect(&server, None).await;
    let sure = WATCH.replace("} }) { kind", "} }, filter: { minConfidence: 0.4 }) { kind");
    socket.subscribe("map", &sure).await;
    let id = app.beacon(here("a rumour")).await;
    assert_eq!(told(&socket.event("map").await), event("CREATED", "a rumour"));
    app.database.run(&format!("UPDATE posts SET report_count = 4 WHERE id = '{id}'")).await;
    vote(&app, &ben, id, "REPORT").await;
    assert_eq!(told(&socket.event("map").await), gone("DELETED"));
}

/// Something that stands in the way for a while costs nothing but the while.
#[tokio::test]
async fn a_lock_holds_events_up_and_loses_none() {
    let app = TestApp::new().await;
    let server = app.serve_with(|config| config.database.lock_timeout = std::time::Duration::from_millis(200)).await;
    let ada = app.person("ada").await;
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe("map", WATCH).await;
    let mut locking = app.database.pool.begin().await.unwrap();
    let lock = "LOCK TABLE blocks IN ACCESS EXCLUSIVE MODE";
    sea_orm::sqlx::query(lock).execute(&mut *locking).await.unwrap();
    let insert = format!(
        "INSERT INTO posts (id, author_id, body, is_beacon, created_at, location)
         VALUES (gen_random_uuid(), '{}', 'behind the lock', true, '{}', 'SRID=4326;POINT(-93.2 44.9)')",
        ada.id,
        app.now()
    );
    sea_orm::sqlx::query(sea_orm::sqlx::AssertSqlSafe(insert)).execute(&mut *locking).await.unwrap();
    app.beacon(here("beside it")).await;
    assert_eq!(socket.hear_within(std::time::Duration::from_millis(100)).await.map(|_| ()), None);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    locking.commit().await.unwrap();
    let mut heard = [told(&socket.event("map").await), told(&socket.event("map").await)];
    heard.sort();
    assert_eq!(heard, [event("CREATED", "behind the lock"), event("CREATED", "beside it")]);
}

/// Whoever reads what comes is not cut off, however much comes at once.
#[tokio::test]
async fn very_much_at_once_is_told_to_those_who_read() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe("map", WATCH).await;
    app.database
        .run(&format!(
            "INSERT INTO posts (body, visibility, is_beacon, created_at, location)
             SELECT n::text, 'public', true, '{}'::timestamptz + n * interval '1 ms', 'SRID=4326;POINT(-93.2 44.9)'
             FROM generate_series(1, 800) n",
            app.now()
        ))
        .await;
    for n in 1..=800 {
        assert_eq!(told(&socket.event("map").await), event("CREATED", &n.to_string()));
    }
}

/// What an area and a filter let through is what `beacons` lists with them.
#[tokio::test]
async fn areas_and_filters_are_those_of_lists() {
    let app = TestApp::new().await;
    let server = app.serve_with(|config| config.http.live.operations = 100).await;
    let areas = [
        "{ circle: { center: { latitude: 10, longitude: 20 }, radiusMeters: 3000 } }",
        "{ bounds: { south: 9.99, west: 19.99, north: 10.01, east: 20.01 } }",
        "{ bounds: { south: -1, west: 179.5, north: 1, east: -179.5 } }",
        "{ bounds: { south: -90, west: -180, north: 90, east: 180 } }",
        "{ bounds: { south: 89, west: 10, north: 90, east: 20 } }",
        "{ polygon: [{ latitude: 9.98, longitude: 19.98 }, { latitude: 9.98, longitude: 20.02 },
            { latitude: 10.02, longitude: 20.02 }] }",
        "{ polygon: [{ latitude: -0.5, longitude: 179.9 }, { latitude: -0.5, longitude: -179.9 },
            { latitude: 0.5, longitude: -179.9 }, { latitude: 0.5, longitude: 179.9 }] }",
    ];
    let filters = [
        "{}",
        "{ types: [HAZARD] }",
        "{ types: [COMMUNITY, FIRE] }",
        "{ minSeverity: HIGH }",
        "{ officialOnly: true }",
        "{ minConfidence: 0.6 }",
    ];
    let asked: Vec<_> = areas.iter().flat_map(|area| filters.iter().map(move |filter| (area, filter))).collect();
    let mut socket = Socket::connect(&server, None).await;
    for (index, (area, filter)) in asked.iter().enumerate() {
        let query = format!("subscription {{ beaconChanged(area: {area}, filter: {filter}) {{ beaconId }} }}");
        socket.subscribe_after(&index.to_string(), &query, None).await;
    }
    socket.settle().await;
    let official = app.person("town").await;
    app.database.run("UPDATE profiles SET is_official = true").await;
    let places = [
        (10.0, 20.0),
        (10.0, 20.02),
        (10.026, 20.0),
        (9.995, 19.995),
        (9.985, 20.015),
        (0.0, 179.95),
        (0.3, -179.95),
        (0.0, 180.0),
        (0.0, -180.0),
        (90.0, 0.0),
        (89.5, 15.0),
        (-45.0, 100.0),
    ];
    for (latitude, longitude) in places {
        for (kind, severity, vouches, author) in [
            ("hazard", "low", 0, None),
            ("fire", "critical", 2, Some(official.id)),
            ("a word of others", "high", 1, None),
        ] {
            let (kind, severity) = (kind.to_owned(), severity.to_owned());
            app.beacon(Beacon { author, kind, severity, vouches, ..Beacon::at(latitude, longitude) }).await;
        }
    }
    let mut expected = Vec::new();
    for (index, (area, filter)) in asked.iter().enumerate() {
        let query = format!("{{ beacons(area: {area}, filter: {filter}, first: 100) {{ nodes {{ id }} }} }}");
        let ids = app.ask(None, &query).await.each("/beacons/nodes", "/id");
        expected.extend(ids.into_iter().map(|id| (index.to_string(), id)));
    }
    assert!(expected.len() > 150, "{}", expected.len());
    let mut heard = Vec::new();
    while heard.len() < expected.len() {
        let message = socket.hear().await;
        let id = message["id"].as_str().unwrap().to_owned();
        heard.push((id, message["payload"]["data"]["beaconChanged"]["beaconId"].as_str().unwrap().to_owned()));
    }
    expected.sort();
    heard.sort();
    assert_eq!(heard, expected);
    socket.hears_nothing().await;
}

#[tokio::test]
async fn new_posts_come_to_the_home_feeds_of_followers_and_authors() {
    let app = TestApp::new().await;
    let (ada, ben, carl) = (app.person("ada").await, app.person("ben").await, app.person("carl").await);
    let server = app.serve().await;
    app.follow(&ben, &ada, "accepted").await;
    app.follow(&carl, &ada, "pending").await;
    let mut sockets = Vec::new();
    for person in [&ada, &ben, &carl] {
        let mut socket = Socket::connect(&server, Some(&person.token)).await;
        socket.subscribe("home", HOME).await;
        sockets.push(socket);
    }
    let root = app.post(&ada, Post::public("to all")).await;
    for socket in &mut sockets[..2] {
        let post = &socket.event("home").await["homeFeedPostAdded"];
        assert_eq!(
            (&post["id"], &post["body"], &post["author"]["handle"]),
            (&json!(root), &json!("to all"), &json!("ada"))
        );
    }
    // Not in home feeds: replies, beacons, what is for others.
    app.post(&ada, Post { parent: Some(root), ..Post::public("a reply") }).await;
    app.beacon(Beacon { author: Some(ada.id), ..here("a beacon") }).await;
    app.post(&ada, Post::of("circle", "to few")).await;
    app.post(&ada, Post::of("only_me", "to none")).await;
    app.post(&ada, Post::of("followers", "to followers")).await;
    assert_eq!(sockets[1].event("home").await["homeFeedPostAdded"]["body"], "to followers");
    for body in ["to few", "to none", "to followers"] {
        assert_eq!(sockets[0].event("home").await["homeFeedPostAdded"]["body"], body);
    }
    sockets[2].hears_nothing().await;
}

#[tokio::test]
async fn notifications_come_to_their_recipients() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let server = app.serve().await;
    let post = app.post(&ada, Post::public("hello")).await;
    let mut mine = Socket::connect(&server, Some(&ada.token)).await;
    mine.subscribe("told", TOLD).await;
    let mut other = Socket::connect(&server, Some(&ben.token)).await;
    other.subscribe("told", TOLD).await;
    app.to_post(&ben, "likePost", post).await;
    let heard = &mine.event("told").await["notificationReceived"];
    assert_eq!(
        (&heard["kind"], &heard["actor"]["handle"], &heard["post"]["body"], &heard["isRead"]),
        (&json!("LIKE"), &json!("ben"), &json!("hello"), &json!(false))
    );
    // The same as in the list, by its id.
    let listed = app.ask(&ada, "{ viewer { notifications { nodes { id } } } }").await;
    assert_eq!(listed.data("/viewer/notifications/nodes/0/id"), heard["id"]);
    other.hears_nothing().await;
}

/// Where the statement for one of them fails, the others are told all the same.
#[tokio::test]
async fn one_whom_nothing_can_be_asked_for_hinders_nobody() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let ada = app.person("ada").await;
    let mut sockets = Vec::new();
    for person in [None, Some(&ada), None] {
        let mut socket = Socket::connect(&server, person.map(|person| person.token.as_str())).await;
        socket.subscribe("map", WATCH).await;
        sockets.push(socket);
    }
    // Whom one viewer has blocked cannot be read, whatever is done.
    app.database
        .run(&format!(
            "CREATE FUNCTION breaks(one uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
             BEGIN IF one = '{}' THEN RAISE 'no'; END IF; RETURN true; END $$;
             ALTER TABLE blocks RENAME TO all_blocks;
             CREATE VIEW blocks AS SELECT * FROM all_blocks
                 UNION ALL SELECT a.id, b.id, now() FROM profiles AS a, profiles AS b WHERE NOT breaks(a.id);",
            ada.id
        ))
        .await;
    let ben = app.person("ben").await;
    app.beacon(Beacon { author: Some(ben.id), ..here("for the others") }).await;
    for place in [0, 2] {
        assert_eq!(told(&sockets[place].event("map").await), event("CREATED", "for the others"));
    }
    // And that one is told to come back, not that all is over.
    assert_eq!(sockets[1].closed().await.0, 1012);
}

/// A subscription that is not the viewer's to have, and one that makes no sense.
#[tokio::test]
async fn what_cannot_be_watched_is_refused_with_a_code() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    let area = |radius: &str| {
        format!(
            "subscription {{ beaconChanged(area: {{ circle: {{ center: {{ latitude: 1, longitude: 1 }},
             radiusMeters: {radius} }} }}) {{ kind }} }}"
        )
    };
    let cases = [
        (HOME.to_owned(), "UNAUTHENTICATED"),
        (TOLD.to_owned(), "UNAUTHENTICATED"),
        (area("0"), "BAD_USER_INPUT"),
        (area("1e9"), "BAD_USER_INPUT"),
        (WATCH.replace("44.9", "91"), "BAD_USER_INPUT"),
        (WATCH.replace("kind", "nothing"), "GRAPHQL_VALIDATION_FAILED"),
        (WATCH.replace('}', ""), "GRAPHQL_PARSE_FAILED"),
        (format!("{HOME} {WATCH}"), "GRAPHQL_PARSE_FAILED"),
    ];
    for (query, code) in cases {
        socket.subscribe_after("x", &query, None).await;
        let refused = socket.hear().await;
        let errors = if refused["type"] == "error" { &refused["payload"] } else { &refused["payload"]["errors"] };
        assert_eq!(errors[0]["extensions"]["code"], code, "{query}: {refused}");
        // It is over: the id can be used again.
        if refused["type"] == "next" {
            assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "x" }));
        }
    }
    // By an ordinary request there is no subscription.
    let answer = app.ask(None, WATCH).await;
    assert_eq!(answer.json["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{}", answer.body);
}
