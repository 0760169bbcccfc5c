//! What a server answers that reads from a late standby, and what one answers that has none: after whatever was done, by
//! whichever server, the same.

use std::time::Duration;

use sojorn::{domain::Domain, policy::Viewer};

use super::{LIBERAL, Reading, STRICT, scene};
use crate::support::{Beacon, Dice, Person, TestApp};

const ACTS: usize = 80;
const VERBS: [&str; 6] = ["block", "unblock", "follow", "unfollow", "removeFollower", "addToCircle"];
const VISIBILITIES: [&str; 3] = ["PUBLIC", "FOLLOWERS", "CIRCLE"];

const AREA: &str = "bounds: { south: 44, west: -94, north: 45, east: -93 }";

/// What the replica answers.
fn questions() -> [String; 6] {
    [
        "{ globalFeed(first: 50) { nodes { id body author { handle } } } }".to_owned(),
        "{ quipFeed(first: 50) { nodes { id body } } }".to_owned(),
        format!(
            "{{ beacons(area: {{ {AREA} }}, first: 50) {{ nodes {{ id state vouchCount author {{ handle }} }} totalCount }} }}"
        ),
        format!("{{ beacons(area: {{ {AREA} }}, first: 3, orderBy: DISTANCE) {{ nodes {{ id }} }} }}"),
        format!("{{ beaconClusters({AREA}, zoom: 9) {{ count center {{ latitude longitude }} maxSeverity }} }}"),
        // Of somebody.
        "{ homeFeed(first: 50) { nodes { id body } } }".to_owned(),
    ]
}

/// Something becomes of a beacon.
async fn signal(
    app: &TestApp,
    server: &Reading,
    dice: &mut Dice,
    people: &[Person],
    beacons: &mut Vec<(usize, String)>,
) {
    let by = dice.below(3) + 1;
    if beacons.is_empty() || dice.below(3) == 0 {
        let (north, east) = (dice.below(90), dice.below(90));
        let place = |degrees: f64, more: usize| degrees + f64::from(u32::try_from(more).unwrap()) / 100.0;
        let author = (dice.below(2) == 0).then_some(people[by].id);
        let beacon = Beacon { author, ..Beacon::at(place(44.0, north), place(-94.0, east)) };
        beacons.push((by, app.beacon(beacon).await.to_string()));
        return;
    }
    let (author, beacon) = beacons[dice.below(beacons.len())].clone();
    let (who, query) = match dice.below(6) {
        0 => (author, format!("resolveBeacon(input: {{ beaconId: \"{beacon}\" }})")),
        1 => {
            let over = format!("UPDATE posts SET expires_at = '{}' WHERE id = '{beacon}'", app.now());
            return app.database.run(&over).await;
        }
        vote => {
            let vote = if vote == 2 { "VOUCH" } else { "REPORT" };
            (by, format!("voteBeacon(input: {{ beaconId: \"{beacon}\", vote: {vote} }})"))
        }
    };
    server.ask(Some(&people[who]), &format!("mutation {{ {query} {{ userErrors {{ code }} }} }}")).await;
}

/// Somebody does something to somebody, or makes something.
async fn act(app: &TestApp, server: &Reading, dice: &mut Dice, people: &[Person], posts: &mut Vec<(usize, String)>) {
    let me = dice.below(4);
    let person = &people[me];
    let query = match dice.below(10) {
        0..4 => {
            let visibility = VISIBILITIES[dice.below(3)];
            format!(
                "mutation {{ createPost(input: {{ body: \"{visibility}\", visibility: {visibility} }}) {{ post {{ id }} }} }}"
            )
        }
        4 if !posts.is_empty() => {
            let (author, post) = posts.swap_remove(dice.below(posts.len()));
            let delete = format!("mutation {{ deletePost(input: {{ postId: \"{post}\" }}) {{ deletedId }} }}");
            server.ask(Some(&people[author]), &delete).await;
            return;
        }
        5 => {
            let is_private = dice.below(2) == 0;
            format!("mutation {{ updateProfile(input: {{ isPrivate: {is_private} }}) {{ profile {{ id }} }} }}")
        }
        6 => return app.set_state(&people[0], ["active", "suspended"][dice.below(2)]).await,
        _ => {
            let (verb, other) = (VERBS[dice.below(6)], people[dice.below(4)].id);
            format!("mutation {{ {verb}(input: {{ profileId: \"{other}\" }}) {{ userErrors {{ code }} }} }}")
        }
    };
    if me == 0 {
        // Suspended now and then.
        return;
    }
    let answer = server.ask(Some(person), &query).await;
    if let Some(id) = answer["createPost"]["post"]["id"].as_str() {
        posts.push((me, id.to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_late_replica_answers_is_what_the_database_answers_after_whatever_was_done() {
    let mut dice = Dice::thrown();
    let (_cluster, standby, app) = scene(&[("recovery_min_apply_delay", "20ms")]).await;
    let people = app.crowd(4).await;
    let servers = [Reading::start(&app, &standby, LIBERAL).await, Reading::start(&app, &standby, STRICT).await];
    let (mut posts, mut beacons) = (Vec::new(), Vec::new());
    let mut answered = 0;
    let questions = questions();
    for round in 0..ACTS {
        let server = &servers[dice.below(2)];
        if dice.below(3) == 0 {
            signal(&app, server, &mut dice, &people, &mut beacons).await;
        } else {
            act(&app, server, &mut dice, &people, &mut posts).await;
        }
        // Nobody, or one of those who are not suspended.
        let viewer = people.get(dice.below(4)).filter(|person| person.id != people[0].id);
        let server = &servers[dice.below(2)];
        let query = &questions[dice.below(questions.len() - usize::from(viewer.is_none()))];
        server.there.take();
        let told = server.ask(viewer, query).await;
        answered += server.there.take();
        let asked = app.ask(viewer, query).await.partial("");
        assert_eq!(told, asked, "round {round}, {viewer:?}: {query}");
        let tile = async |domain: &Domain| domain.beacon_tile(Viewer::SIGNED_OUT, (7, 30, 46)).await.unwrap();
        assert_eq!(tile(&server.server.domain).await, tile(&app.domain).await, "round {round}");
        if dice.below(8) == 0 {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
    assert!(answered > ACTS / 3, "the replica has answered {answered} of {ACTS}");
}
