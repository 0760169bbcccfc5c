//! The doors that open by themselves: what is told to those who watch.

use std::collections::HashSet;

use futures_util::future::join_all;

use super::{Room, Walk, uuid};
use crate::{
    matrix::{
        rule::{Content, visible},
        world::{PLACE, World},
    },
    support::{Server, Socket},
};

/// Something happens to everything, while everybody watches.
pub async fn watch(world: &World, walks: &mut [Walk<'_>]) {
    let server = world.app.serve_with(|config| config.http.live.connections_of_address = 1_000).await;
    let mut sockets = join_all(walks.iter().map(|walk| walk.open(&server))).await;
    world
        .app
        .database
        .run(
            "INSERT INTO live_events (kind, subject) SELECT 'beacon_changed', id FROM posts WHERE is_beacon;
             INSERT INTO live_events (kind, subject) SELECT 'post_added', id FROM posts WHERE NOT is_beacon AND parent_id IS NULL;
             INSERT INTO live_events (kind, subject) SELECT 'notified', id FROM notifications;",
        )
        .await;
    join_all(walks.iter_mut().zip(&mut sockets).map(|(walk, socket)| walk.hear(socket))).await;
}

impl Walk<'_> {
    async fn open(&self, server: &Server) -> Socket {
        let token = self.viewer.person.as_ref().map(|person| person.token.as_str());
        let mut socket = Socket::connect(server, token).await;
        let (lat, long) = PLACE;
        let map = format!(
            "subscription {{ beaconChanged(area: {{ circle: {{ center: {{ latitude: {lat}, longitude: {long} }},
             radiusMeters: 2000 }} }}) {{ beaconId beacon {{ id body author {{ handle }} }} }} }}"
        );
        socket.subscribe_after("map", &map, None).await;
        if token.is_some() {
            let home = "subscription { homeFeedPostAdded { id body author { id handle } } }";
            socket.subscribe_after("home", home, None).await;
            let told = "subscription { notificationReceived { id actor { id } post { id body } } }";
            socket.subscribe_after("told", told, None).await;
        }
        socket.settle().await;
        socket
    }

    async fn hear(&mut self, socket: &mut Socket) {
        let [mut beacons, mut ended, mut posts, mut told] = [(); 4].map(|()| HashSet::new());
        while let Some(message) = socket.hear_within(std::time::Duration::from_secs(8)).await {
            self.mention(&message.to_string());
            let data = &message["payload"]["data"];
            assert!(data.is_object() && message["payload"].get("errors").is_none(), "{message}");
            let event = &data["beaconChanged"];
            if event["beacon"].is_null() && message["id"] == "map" {
                assert!(ended.insert(uuid(&event["beaconId"])), "{message} came twice");
                continue;
            }
            let is_new = match message["id"].as_str().unwrap() {
                "map" => beacons.insert(uuid(&data["beaconChanged"]["beacon"]["id"])),
                "home" => posts.insert(uuid(&data["homeFeedPostAdded"]["id"])),
                _ => told.insert(uuid(&data["notificationReceived"]["post"]["id"])),
            };
            assert!(is_new, "{message} came twice");
        }
        self.door("beaconChanged", Room::Beacon, beacons);
        // One beacon of each author runs out at this very moment: whoever could see it is told, and nobody else.
        let runs_out = self.world.cells.iter().filter(|cell| cell.content == Content::Expired);
        let could_see =
            runs_out.filter(|cell| visible(self.viewer.relation_to(cell.author), cell.author, Content::Public));
        let expected: HashSet<_> = could_see.map(|cell| cell.beacon).collect();
        assert_eq!(ended, expected, "{:?}", self.viewer);
        for id in ended {
            self.mentioned.remove(&id);
        }
        if self.viewer.person.is_some() {
            self.door("homeFeedPostAdded", Room::Root, posts);
            self.doors.last_mut().unwrap().is_home = true;
        }
        if self.viewer.person.is_some() && !self.viewer.is_author() {
            for room in [Room::Root, Room::Reply] {
                self.door("notificationReceived", room, told.clone());
            }
        }
    }
}
