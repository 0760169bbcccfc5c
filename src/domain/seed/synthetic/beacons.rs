//! Beacons, thick around some cities and thin everywhere else. They live longer than the API lets them, so that the map is
//! still full the week after.

use chrono::{DurationRound, TimeDelta};
use uuid::Builder;

use super::{Dice, Kind, Network, ordered_id, people::minutes};
use crate::{
    domain::beacon::{BeaconType, Point, Precision, Severity, cell::stored_point},
    store::seed::synthetic::Beacon,
};

const CITIES: [Point; 12] = [
    Point { latitude: 44.9778, longitude: -93.2650 },
    Point { latitude: 40.7128, longitude: -74.0060 },
    Point { latitude: 51.5072, longitude: -0.1276 },
    Point { latitude: 52.5200, longitude: 13.4050 },
    Point { latitude: 35.6762, longitude: 139.6503 },
    Point { latitude: -23.5505, longitude: -46.6333 },
    Point { latitude: 19.0760, longitude: 72.8777 },
    Point { latitude: 30.0444, longitude: 31.2357 },
    Point { latitude: 6.5244, longitude: 3.3792 },
    Point { latitude: -33.8688, longitude: 151.2093 },
    Point { latitude: 69.6492, longitude: 18.9553 },
    // Beside the antimeridian.
    Point { latitude: -18.1248, longitude: 178.4501 },
];

const TEXTS: [&str; 8] = [
    "Keep to the other side of the street.",
    "Seen a minute ago.",
    "It is loud, and it has been all night.",
    "All of it is free, come and take some.",
    "Left lane is closed.",
    "Does anybody know more?",
    "Be careful at the crossing.",
    "Everybody is welcome.",
];

impl Network {
    /// The beacon of this number, of so many, from old to new.
    pub(super) fn beacon(&self, nth: u64, of: u64) -> Beacon {
        let mut dice = Dice::new(Kind::Beacon, nth);
        let is_signed = dice.permille(300);
        let precision = match (is_signed, dice.below(10)) {
            (true, 0..7) => Precision::Exact,
            (_, 7..) => Precision::Block,
            _ => Precision::Neighborhood,
        };
        // Within the last three days.
        let age = minutes(1 + (of - nth) * 3 * 1_440 / of);
        let made = self.now - age;
        let created_at = if is_signed { made } else { made.duration_trunc(TimeDelta::minutes(1)).unwrap_or(made) };
        let is_over = dice.permille(100);
        let left = dice.below(14 * 1_440);
        Beacon {
            // Of an anonymous one, also the id tells nothing.
            id: if is_signed {
                ordered_id(Kind::Beacon, nth)
            } else {
                Builder::from_random_bytes(dice.bytes()).into_uuid()
            },
            author: is_signed.then(|| Self::person_id(dice.below(self.people))),
            body: dice.one_of(&TEXTS).to_owned(),
            beacon_type: dice.one_of(BeaconType::ALL).word(),
            severity: match dice.below(100) {
                0..40 => Severity::Low,
                40..80 => Severity::Medium,
                80..95 => Severity::High,
                _ => Severity::Critical,
            }
            .word(),
            precision: precision.word(),
            location: stored_point(place(&mut dice), precision),
            vouches: dice.skewed(9),
            // One in fifty is reported away.
            reports: if dice.permille(20) { 10 + dice.below(5) } else { dice.skewed(4) },
            created_at,
            expires_at: if is_over { created_at + age / 2 } else { self.now + minutes(60 + left) },
        }
    }
}

/// Nine in ten are near a city.
fn place(dice: &mut Dice) -> Point {
    if dice.permille(100) {
        // Each piece of the Earth's surface as likely.
        let latitude = (dice.unit() * 2.0 - 1.0).asin().to_degrees();
        return Point { latitude, longitude: dice.unit() * 360.0 - 180.0 };
    }
    let city = dice.one_of(&CITIES);
    // Some five kilometres around, wherever it is.
    let latitude = city.latitude + dice.bell() * 0.045;
    let longitude = city.longitude + dice.bell() * 0.045 / latitude.to_radians().cos();
    Point { latitude, longitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_on_the_map_and_lives_are_in_order() {
        let network = Network { people: 10, now: chrono::DateTime::UNIX_EPOCH };
        let beacons: Vec<_> = (0..5_000).map(|nth| network.beacon(nth, 5_000)).collect();
        for Beacon { location, created_at, expires_at, author, precision, .. } in &beacons {
            assert!(location.latitude.abs() <= 90.0 && location.longitude.abs() <= 180.0, "{location:?}");
            assert!(created_at < expires_at && *created_at < network.now);
            assert!(author.is_some() || *precision != "exact");
        }
        let open = beacons.iter().filter(|beacon| beacon.expires_at > network.now).count();
        assert!((4_400..4_600).contains(&open), "{open}");
    }
}
