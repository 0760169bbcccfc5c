//! NATS in the place of NOTIFY, with a real server of it.

use std::{process::Stdio, time::Duration};

use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

use super::{WATCH, event, here, instances::create, told};
use crate::support::{Server, Socket, TestApp};

async fn start(port: u16) -> Child {
    let nats = Command::new("nats-server")
        .args(["-a", "127.0.0.1", "-p", &port.to_string()])
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("nats-server is missing: run the tests by script/test");
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    nats
}

async fn server(app: &TestApp, port: u16, look: Duration) -> Server {
    app.serve_with(|config| {
        config.nats_url = Some(format!("nats://127.0.0.1:{port}"));
        config.domain.live.look = look;
    })
    .await
}

#[tokio::test]
async fn nats_rings_where_notify_would() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut nats = start(port).await;
    // They look by themselves so seldom that a test would not live to see it.
    let (one, two) =
        (server(&app, port, Duration::from_hours(1)).await, server(&app, port, Duration::from_hours(1)).await);
    let mut sockets = [Socket::connect(&one, None).await, Socket::connect(&two, None).await];
    for socket in &mut sockets {
        socket.subscribe("map", WATCH).await;
    }
    for (server, body) in [(&one, "at one"), (&two, "at two")] {
        create(server, &ada.token, body).await;
        for socket in &mut sockets {
            assert_eq!(told(&socket.event("map").await), event("CREATED", body));
        }
    }
    let listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    assert_eq!(app.database.number(listening).await, 0);

    // Away, and there again.
    nats.kill().await.unwrap();
    let patient = server(&app, port, Duration::from_millis(200)).await;
    let mut socket = Socket::connect(&patient, None).await;
    socket.subscribe("map", WATCH).await;
    app.beacon(here("without nats")).await;
    assert_eq!(told(&socket.event("map").await), event("CREATED", "without nats"));
    let _nats = start(port).await;
    // Until both are connected again, what is made comes late or with what is made next; it comes.
    create(&one, &ada.token, "with nats again").await;
    let (mut heard, mut rings) = (Vec::new(), 0);
    while !heard.contains(&event("CREATED", "with nats again")) {
        if let Some(message) = sockets[1].hear_within(Duration::from_millis(500)).await {
            heard.push(told(&message["payload"]["data"]));
        } else {
            rings += 1;
            let ring = app.person(&format!("ring{rings}")).await;
            create(&one, &ring.token, "ring").await;
        }
    }
    assert!(heard.contains(&event("CREATED", "without nats")), "{heard:?}");
}
