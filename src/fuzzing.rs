//! Doors for fuzzers to what takes the bytes of strangers apart, with what has to hold there whatever they are. Each takes
//! any bytes, and panics when something does not hold. Nothing but `fuzz/` and the tests goes through them.
#![allow(clippy::missing_panics_doc, reason = "to panic is what they are for")]

use std::{f64::consts::PI, sync::LazyLock, time::Duration};

use async_graphql::{Request, Value};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

use crate::{
    domain::{
        Cursors,
        account::tokens::Tokens,
        beacon::{
            Area, Point, Precision,
            area::{bounds, checked_point, circle, distance_meters, polygon},
            cell::{cell_size_meters, stored_point},
        },
        cursor::CursorKey,
        live::Resume,
    },
    graphql::{Api, DocumentOptions, Limits, Manifest, Named, Trust},
    http::{bearer, tile_address},
    store::{
        event::Snapshot,
        geo::{DistanceKey, EARTH_RADIUS_METERS, PriorityKey},
        page::{OldestKey, PinnedKey, TimeKey},
        search::Place,
    },
};

const SECRET: &[u8] = b"a secret of fuzzers, 32 characters or more";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_366_400, 0).unwrap_or_default()
}

/// A cursor that we did not seal opens no list, and one that we did opens its own.
pub fn cursor(bytes: &[u8]) {
    let cursors = Cursors::new(SECRET, 20, 100);
    key_of::<TimeKey>(&cursors, bytes);
    key_of::<OldestKey>(&cursors, bytes);
    key_of::<PinnedKey>(&cursors, bytes);
    key_of::<DistanceKey>(&cursors, bytes);
    key_of::<PriorityKey>(&cursors, bytes);
    key_of::<Place>(&cursors, bytes);
}

fn key_of<K: CursorKey>(cursors: &Cursors, bytes: &[u8]) {
    assert!(cursors.open::<K>("a list", &String::from_utf8_lossy(bytes)).is_none(), "forged");
    // What a key could be, if the seal did not hold.
    let Some(key) = K::decode(bytes) else { return };
    let sealed = cursors.seal("a list", &key);
    let opened = cursors.open::<K>("a list", &sealed).map(|key| key.encode());
    assert_eq!(opened, Some(key.encode()), "a key comes back as it was");
    assert!(cursors.open::<K>("another list", &sealed).is_none(), "carried to another list");
    assert!(cursors.open::<K>("a list", &format!("{sealed}A")).is_none(), "made longer");
    assert!(cursors.open::<K>("a list", &sealed[1..]).is_none(), "made shorter");
}

/// A document is refused with a code and without its texts, or within all limits and ready to be executed.
pub fn document(bytes: &[u8]) {
    static API: LazyLock<Api> = LazyLock::new(|| {
        let documents = DocumentOptions { manifest: Manifest::default(), trust: Trust::Off, remembered_bytes: 0 };
        Api::new(true, Limits::USUAL, &documents, Duration::from_secs(1))
    });
    let text = String::from_utf8_lossy(bytes);
    let prepare = || API.prepare(Named { text: Some(text.to_string()), ..Named::default() }, Request::new(""));
    let errors = match prepare() {
        Ok(operation) => {
            // What only asks for the price may be as dear as it likes.
            let is_within =
                text.len() <= Limits::USUAL.bytes && (operation.cost <= Limits::USUAL.cost || operation.is_dry);
            assert!(is_within, "{} for {text}", operation.cost);
            let again = prepare().map(|again| again.cost).ok();
            assert_eq!(again, Some(operation.cost), "it costs the same each time");
            return;
        }
        Err(errors) => errors,
    };
    assert!(!errors.is_empty());
    for error in errors {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        assert!(matches!(code, Some(Value::String(_))), "{error:?}");
        // Names and types are told; texts are not.
        let is_name = |quoted: &str| quoted.chars().all(|c| c.is_alphanumeric() || "@_$![].()".contains(c));
        assert!(error.message.split('"').skip(1).step_by(2).all(is_name), "{error:?} quotes a text");
    }
}

/// An area holds what it says, and a place is stored as the middle of its cell.
pub fn area(bytes: &[u8]) {
    let (kind, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let numbers: Vec<_> = rest.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let place = |pair: &[f64]| checked_point("a place", pair[0], pair[1]).ok();
    let places: Vec<_> = numbers.chunks_exact(2).filter_map(place).collect();
    for place in &places {
        assert!(is_place(*place), "{place:?}");
        for precision in [Precision::Block, Precision::Neighborhood, Precision::Exact] {
            let stored = stored_point(*place, precision);
            assert!(is_place(stored), "{place:?} is stored as {stored:?}");
            assert_eq!(stored_point(stored, precision), stored, "the middle of a cell is its own");
            let size = cell_size_meters(precision).unwrap_or_default();
            assert!(distance_meters(*place, stored) <= size * 0.8, "{place:?} is far from {stored:?}");
        }
    }
    let area = match (kind % 3, &numbers[..]) {
        (0, [radius, ..]) => places.first().and_then(|centre| circle(*centre, *radius).ok()),
        (1, [south, west, north, east, ..]) => bounds("a box", *south, *west, *north, *east).ok(),
        _ => polygon(places.clone()).ok(),
    };
    let Some(Area { reference, radius_meters, .. }) = area else { return };
    assert!(is_place(reference), "{area:?}");
    assert!((0.0..=PI * EARTH_RADIUS_METERS).contains(&radius_meters), "{area:?}");
    if kind % 3 == 2 {
        let far = places.iter().map(|corner| distance_meters(reference, *corner)).fold(0.0, f64::max);
        assert!(far <= radius_meters + 1e-3, "a corner of {area:?} is {far} m away");
    }
}

fn is_place(Point { latitude, longitude }: Point) -> bool {
    (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude)
}

/// A token that we did not sign is none, and one that we did counts for as long as it says.
pub fn token(bytes: &[u8]) {
    let tokens = Tokens::new(SECRET);
    let text = String::from_utf8_lossy(bytes);
    if let Some(token) = bearer(&text) {
        assert!(text.contains(token) && token.trim() == token, "{token:?} of {text:?}");
        assert!(tokens.read(token, now()).is_none(), "forged");
    }
    assert!(tokens.read(&text, now()).is_none(), "forged");
    // Whatever another service with our secret says in one.
    let Ok(claims) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let Ok(signed) = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(SECRET)) else { return };
    if let Some(read) = tokens.read(&signed, now()) {
        assert!(read.expires_at > now(), "{claims}");
        assert!(tokens.read(&signed, read.expires_at).is_none(), "{claims}");
        assert!(tokens.read(&signed[..signed.len() - 1], now()).is_none(), "{claims}");
    }
}

/// A tile has one address.
pub fn tile(bytes: &[u8]) {
    let path = String::from_utf8_lossy(bytes);
    if let Some((zoom, column, row)) = tile_address(&path) {
        assert_eq!(path, format!("/tiles/beacons/{zoom}/{column}/{row}.mvt"));
    }
}

/// An event id that we did not make leads nowhere, and a snapshot is read as it is written.
pub fn event_id(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    assert!(Resume::new(SECRET).open(&text, now()).is_err(), "forged");
    if let Some(snapshot) = Snapshot::parse(&text) {
        assert_eq!(Snapshot::parse(snapshot.text()), Some(snapshot));
    }
}
