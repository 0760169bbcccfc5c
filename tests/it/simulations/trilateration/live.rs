//! Watching areas, each a little larger than the last: whom a change of the beacon is told.

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
    let voter = world.app.person("voter").await;
    let server = world.app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    for n in 0..40 {
        let area = circle(anchor, middle - 800.0 + f64::from(n) * 40.0 - 20.0);
        let watch = format!("subscription {{ beaconChanged(area: {area}) {{ kind beaconId beacon {{ id }} }} }}");
        socket.subscribe_after(&n.to_string(), &watch, None).await;
    }
    // All have begun: on a busy machine some do long after others.
    while server.domain.hub().subscriptions() < 40 {
        socket.settle().await;
    }
    let vote = format!(
        "mutation {{ voteBeacon(input: {{ beaconId: \"{}\", vote: VOUCH }}) {{ userErrors {{ code }} }} }}",
        world.targets[0]
    );
    assert_eq!(world.app.ask(&voter, &vote).await.refusals("voteBeacon"), [""; 0]);
    let mut heard = Vec::new();
    // The last circle hears of it in every world, and all are told in one round.
    while let Some(message) =
        socket.hear_within(std::time::Duration::from_millis(if heard.is_empty() { 10_000 } else { 2_000 })).await
    {
        assert_eq!(message["payload"]["data"]["beaconChanged"]["kind"], "CHANGED", "{message}");
        heard.push(message["id"].as_str().unwrap().parse().unwrap());
    }
    heard.sort_unstable();
    heard
}
