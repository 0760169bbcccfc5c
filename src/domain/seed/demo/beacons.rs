//! What goes on around the people of the demo.

use crate::domain::beacon::{
    BeaconType::{
        self, Checkpoint, Community, Event, Fire, Hazard, LostPet, Noise, OfficialPresence, PackageTheft, Question,
        Resource, Safety, Suspicious, Traffic,
    },
    Point,
    Precision::{self, Block, Exact, Neighborhood},
    Severity::{self, Critical, High, Low, Medium},
};

/// Minneapolis.
pub(super) const CENTRE: Point = Point { latitude: 44.9778, longitude: -93.2650 };

const DAY: i64 = 24 * 60;

/// A beacon of the demo.
#[derive(Clone, Copy)]
pub(super) struct Beacon {
    /// Nobody, when it is anonymous.
    pub(super) author: Option<&'static str>,
    pub(super) precision: Precision,
    pub(super) about: BeaconType,
    pub(super) severity: Severity,
    /// Degrees from the centre.
    pub(super) north: f64,
    pub(super) east: f64,
    pub(super) minutes_ago: i64,
    pub(super) minutes_left: i64,
    pub(super) vouches: i32,
    pub(super) reports: i32,
    pub(super) radius_meters: i32,
    pub(super) body: &'static str,
}

/// What it is about, and how bad.
type What = (BeaconType, Severity);
/// Degrees north and east of the centre.
type Where = (f64, f64);
/// Minutes since it was made, and until it leaves.
type When = (i64, i64);
/// Vouches and reports.
type Votes = (i32, i32);

const fn anonymous(what: What, place: Where, when: When, votes: Votes, body: &'static str) -> Beacon {
    beacon(None, Neighborhood, what, place, when, votes, body)
}

const fn signed(by: &'static str, what: What, place: Where, when: When, votes: Votes, body: &'static str) -> Beacon {
    beacon(Some(by), Exact, what, place, when, votes, body)
}

const fn beacon(
    author: Option<&'static str>,
    precision: Precision,
    (about, severity): What,
    (north, east): Where,
    (minutes_ago, minutes_left): When,
    (vouches, reports): Votes,
    body: &'static str,
) -> Beacon {
    let radius_meters = 500;
    Beacon {
        author,
        precision,
        about,
        severity,
        north,
        east,
        minutes_ago,
        minutes_left,
        vouches,
        reports,
        radius_meters,
        body,
    }
}

/// In a smaller cell.
const fn block(beacon: Beacon) -> Beacon {
    Beacon { precision: Block, ..beacon }
}

/// Matters farther around.
const fn wide(radius_meters: i32, beacon: Beacon) -> Beacon {
    Beacon { radius_meters, ..beacon }
}

/// New beacons go to the end: the place in this list is the id.
pub(super) const BEACONS: &[Beacon] = &[
    wide(
        2_000,
        signed(
            "city",
            (Hazard, High),
            (0.0008, -0.0102),
            (3 * 60, 2 * DAY),
            (9, 0),
            "Gas main work on Hennepin between 6th and 9th. No through traffic, follow the signs.",
        ),
    ),
    wide(
        5_000,
        signed(
            "city",
            (Safety, Critical),
            (-0.0461, 0.0535),
            (30, 10 * 60),
            (14, 1),
            "Flood warning at Minnehaha Creek. Stay off the lower paths.",
        ),
    ),
    signed(
        "city",
        (Resource, Low),
        (-0.0296, 0.0019),
        (DAY, 5 * DAY),
        (5, 0),
        "Cooling centre open at the Midtown library until 8 pm. Water, chairs, plugs.",
    ),
    signed(
        "city",
        (Event, Low),
        (0.0034, 0.0071),
        (5 * 60, 3 * DAY),
        (4, 0),
        "Farmers market moves to the river side this week.",
    ),
    block(signed(
        "silas",
        (Community, Low),
        (-0.0293, 0.0213),
        (50, 180),
        (2, 0),
        "Free wheel check at the co-op until the kettle is empty.",
    )),
    signed(
        "kit",
        (LostPet, Medium),
        (-0.0585, 0.0488),
        (95, 140),
        (6, 0),
        "Grey cat, one white sock, answers to Pico. Last seen by the falls.",
    ),
    signed("lupe", (Event, Low), (-0.0297, -0.0003), (40, 190), (3, 0), "Tamales are on. Green ones go first."),
    block(signed(
        "wren",
        (Question, Low),
        (0.0172, -0.0121),
        (20, 200),
        (0, 0),
        "Who keeps the swift tower by the tracks? It has lost its roof.",
    )),
    signed(
        "noor",
        (Traffic, Medium),
        (-0.0031, -0.0094),
        (12, 90),
        (1, 0),
        "Light at Nicollet and 10th is stuck on red for everybody.",
    ),
    signed(
        "imani",
        (Resource, Low),
        (0.0241, -0.0308),
        (70, 160),
        (2, 0),
        "Forty pounds of zucchini at the garden gate. Please.",
    ),
    anonymous(
        (Fire, Critical),
        (0.0103, 0.0179),
        (8, 220),
        (7, 0),
        "Smoke from the roof of the old grain elevator. Engines are on their way.",
    ),
    block(anonymous(
        (Fire, High),
        (-0.0152, -0.0291),
        (35, 180),
        (3, 1),
        "Brush fire beside the Greenway, downwind side.",
    )),
    block(anonymous(
        (Safety, High),
        (-0.0081, 0.0302),
        (55, 120),
        (4, 0),
        "Street lights are out along the whole block, and the crossing too.",
    )),
    anonymous(
        (Suspicious, Medium),
        (0.0309, 0.0097),
        (80, 100),
        (0, 3),
        "Two people trying car doors, one in a green jacket.",
    ),
    anonymous((Suspicious, Low), (-0.0402, -0.0216), (25, 210), (1, 1), "A van with its engine running for an hour."),
    block(anonymous(
        (Checkpoint, Medium),
        (0.0051, -0.0388),
        (45, 130),
        (5, 1),
        "Checkpoint on Glenwood, both directions.",
    )),
    anonymous(
        (OfficialPresence, Medium),
        (-0.0205, 0.0148),
        (15, 220),
        (8, 0),
        "Several unmarked cars outside the station on Lake.",
    ),
    anonymous(
        (OfficialPresence, High),
        (0.0379, -0.0159),
        (5, 235),
        (3, 0),
        "Officers going from door to door on the north side of the park.",
    ),
    block(anonymous((Traffic, Medium), (0.0012, 0.0265), (28, 60), (2, 0), "Accident on the ramp, left lane closed.")),
    anonymous((Noise, Low), (-0.0135, -0.0064), (10, 110), (0, 2), "Someone is testing a very large loudspeaker."),
    block(anonymous(
        (PackageTheft, Medium),
        (-0.0508, 0.0044),
        (120, 100),
        (3, 0),
        "Parcels gone from three porches on this street since noon.",
    )),
    anonymous(
        (LostPet, Medium),
        (0.0447, 0.0264),
        (150, 90),
        (1, 0),
        "Small brown dog without a collar, scared, near the rail yard.",
    ),
    anonymous(
        (Hazard, Medium),
        (-0.0251, -0.0451),
        (65, 150),
        (2, 0),
        "Black ice under the bridge, it never sees the sun.",
    ),
    anonymous(
        (Community, Low),
        (0.0212, 0.0401),
        (100, 130),
        (0, 0),
        "Block party tonight, the street is ours from six.",
    ),
    anonymous((Question, Low), (-0.0349, 0.0337), (33, 200), (0, 1), "Does anybody know why the sirens went at one?"),
    block(anonymous(
        (Resource, Medium),
        (0.0095, -0.0213),
        (60, 170),
        (4, 0),
        "Hot meals at the church hall, no questions, back door.",
    )),
];
