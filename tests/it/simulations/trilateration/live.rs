//! Watching areas, each a little larger than the last: whom a change of the beacon is told.

use std::{collections::BTreeSet, time::Duration};

use sojorn::domain::beacon::Precision;

use super::{
    ORDINARY,
    attacker::circle,
    sphere::{away, corners, distance},
    world::World,
};
use crate::support::Socket;

/// The radii of the circles in which a change was heard, in worlds that differ in the true place.
#[tokio::test]
async fn those_who_watch_hear_as_if_it_were_in_the_middle_of_its_cell() {
    for precision in [Precision::Block, Precision::Neighborhood, Precision::Exact] {
        let cell = if precision == Precision::Exact { Precision::Block } else { precision };
        let corners = corners(ORDINARY[0], cell);
        let anchor = away(corners.middle, 225.0, 5_000.0);
        let mut heard = Vec::new();
        for truth in [corners.southwest, corners.northeast] {
            heard.push(heard_of(precision, truth, anchor, distance(anchor, corners.middle)).await);
        }
        if precision == Precision::Exact {
            assert_ne!(heard[0], heard[1], "what is exact is heard where it is");
        } else {
            assert_eq!(heard[0], heard[1], "{precision:?}");
            // From its middle on: the 21st of 40.
            assert_eq!(heard[0], (21..40).collect::<Vec<_>>(), "{precision:?}");
        }
    }
}

/// Which of 40 circles around `anchor`, from 800 m less than `middle` to 800 m more, hear of a change.
async fn heard_of(
    precision: Precision,
    truth: sojorn::domain::beacon::Point,
    anchor: sojorn::domain::beacon::Point,
    middle: f64,
) -> Vec<u32> {
    let world = World::new(precision, vec![truth]).await;
    let server = world.app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    for n in 0..40 {
        let area = circle(anchor, middle - 800.0 + f64::from(n) * 40.0 - 20.0);
        let watch = format!("subscription {{ beaconChanged(area: {area}) {{ kind beaconId beacon {{ id }} }} }}");
        socket.subscribe_after(&n.to_string(), &watch, None).await;
    }
    socket.settle().await;
    // On a busy machine some begin long after others, and hear of the second change alone.
    let mut heard = BTreeSet::new();
    for voter in ["voter", "another"] {
        let voter = world.app.person(voter).await;
        let vote = format!(
            "mutation {{ voteBeacon(input: {{ beaconId: \"{}\", vote: VOUCH }}) {{ userErrors {{ code }} }} }}",
            world.targets[0]
        );
        assert_eq!(world.app.ask(&voter, &vote).await.refusals("voteBeacon"), [""; 0]);
        // The last circle hears of it in every world, and all are told in one round.
        let mut patience = Duration::from_secs(10);
        while let Some(message) = socket.hear_within(patience).await {
            assert_eq!(message["payload"]["data"]["beaconChanged"]["kind"], "CHANGED", "{message}");
            heard.insert(message["id"].as_str().unwrap().parse().unwrap());
            patience = Duration::from_secs(1);
        }
    }
    heard.into_iter().collect()
}
