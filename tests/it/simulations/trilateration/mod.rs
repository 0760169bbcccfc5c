//! Where was the maker of a beacon? The attacker asks whatever there is to ask, as often as he likes, and never learns
//! more than the cell.
//!
//! Worlds that differ in the true places alone, as far apart as a cell allows, have the same rows and give the same
//! answers, byte for byte: so no question tells them apart, asked or not. And an attack that finds an exact place to the
//! metre finds the middle of the cell.

mod attacker;
mod live;
mod sphere;
mod world;

use self::{
    attacker::{Attacker, Knowledge},
    sphere::{corners, distance},
    world::World,
};
use sojorn::domain::beacon::{Point, Precision, cell::stored_point};

const fn at(latitude: f64, longitude: f64) -> Point {
    Point { latitude, longitude }
}

/// Cities, the equator, and where a map has its edges.
const ORDINARY: [Point; 4] = [at(44.977_7, -93.265), at(0.000_1, 0.000_1), at(-41.29, 174.78), at(69.649, 18.956)];
const ANTIMERIDIAN: [Point; 3] = [at(-16.8, 179.999_99), at(-16.9, -180.0), at(65.1, 180.0)];
const POLES: [Point; 4] = [at(89.999_9, 12.0), at(-89.97, -100.0), at(-90.0, 0.0), at(85.06, 30.0)];

const COARSE: [Precision; 2] = [Precision::Block, Precision::Neighborhood];

/// In two worlds the makers stand at opposite corners of their cells. All that there is to know is the same.
async fn no_question_tells_more_than_the_cell(places: &[Point]) {
    for precision in COARSE {
        let truths: Vec<_> = places.iter().map(|place| corners(*place, precision)).collect();
        let (ours, theirs) = (
            World::new(precision, truths.iter().map(|corners| corners.southwest).collect()).await,
            World::new(precision, truths.iter().map(|corners| corners.northeast).collect()).await,
        );
        assert_eq!(ours.rows().await, theirs.rows().await);
        for (n, corners) in truths.iter().enumerate() {
            let (knows, they_know) = (Attacker::asks(&ours, n).await, Attacker::asks(&theirs, n).await);
            same(&knows, &they_know);
            for (way, found) in &knows.found {
                let off = distance(*found, corners.middle);
                assert!(off < 1.0, "{way} finds {found:?}, {off} m from the middle {:?}", corners.middle);
                for truth in [corners.southwest, corners.northeast] {
                    let off = distance(*found, truth);
                    assert!(off > corners.least, "{way} is within {off} m of {truth:?}");
                }
            }
        }
    }
}

#[track_caller]
fn same(ours: &Knowledge, theirs: &Knowledge) {
    assert_eq!(ours.answers.len(), theirs.answers.len());
    for ((question, ours), (_, theirs)) in ours.answers.iter().zip(&theirs.answers) {
        assert_eq!(ours, theirs, "{question}");
    }
}

#[tokio::test]
async fn no_question_tells_more_than_the_cell_in_cities_and_on_the_equator() {
    no_question_tells_more_than_the_cell(&ORDINARY).await;
}

#[tokio::test]
async fn no_question_tells_more_than_the_cell_at_the_antimeridian() {
    no_question_tells_more_than_the_cell(&ANTIMERIDIAN).await;
}

#[tokio::test]
async fn no_question_tells_more_than_the_cell_around_the_poles() {
    no_question_tells_more_than_the_cell(&POLES).await;
}

/// The rows are the same wherever in its cell the maker stands: in the middle, in each corner, on each edge.
#[tokio::test]
async fn every_place_of_a_cell_leaves_the_same_rows() {
    let places: Vec<_> = [&ORDINARY[..], &ANTIMERIDIAN, &POLES].concat();
    for precision in COARSE {
        let mut rows = Vec::new();
        for which in 0..9 {
            let truths = places.iter().map(|place| corners(*place, precision).all()[which]).collect();
            rows.push(World::new(precision, truths).await.rows().await);
        }
        rows.dedup();
        assert_eq!(rows.len(), 1, "{precision:?}");
    }
}

/// The attack works: what is exact it finds to the metre, and worlds that differ it tells apart.
#[tokio::test]
async fn an_exact_place_is_found_by_every_way() {
    for place in [ORDINARY[0], ANTIMERIDIAN[0], POLES[0]] {
        let truth = corners(place, Precision::Neighborhood);
        let ours = World::new(Precision::Exact, vec![truth.southwest]).await;
        let theirs = World::new(Precision::Exact, vec![truth.northeast]).await;
        assert_ne!(ours.rows().await, theirs.rows().await);
        let (knows, they_know) = (Attacker::asks(&ours, 0).await, Attacker::asks(&theirs, 0).await);
        for (knows, truth) in [(&knows, truth.southwest), (&they_know, truth.northeast)] {
            for (way, found) in &knows.found {
                let off = distance(*found, truth);
                assert!(off < 1.0, "{way} finds {found:?}, {off} m from {truth:?}");
            }
            // On the map of the web there are no poles.
            assert!(knows.found.len() >= if truth.latitude < 85.0 { 7 } else { 5 }, "{:?}", knows.found);
        }
        let differ = knows.answers.iter().zip(&they_know.answers).filter(|(ours, theirs)| ours != theirs).count();
        assert!(differ * 2 > knows.answers.len(), "{differ} of {}", knows.answers.len());
    }
}

/// A maker who makes the same beacon again and again, from wherever in the cell, gives nothing to average.
#[tokio::test]
async fn many_beacons_of_one_maker_have_one_place() {
    for precision in COARSE {
        for place in [ORDINARY[0], ANTIMERIDIAN[1], POLES[1]] {
            let corners = corners(place, precision);
            let world = World::new(precision, corners.all().to_vec()).await;
            let stored = "SELECT count(DISTINCT location::text) FROM posts WHERE author_id IS NULL";
            assert_eq!(world.app.database.number(stored).await, 1, "{place:?}");
            assert_eq!(stored_point(corners.southwest, precision), corners.middle);
        }
    }
}
